/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/outbox.md. */
#include <stdio.h>

#include "guide.h"

/* Confirms an order, and marks its message. Both requests are stored before the event is done. */
static int confirm(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *channel = slack_ctx_channel(ctx);
    int rc = slack_post(ctx, slack_chat_postMessage(.channel = channel, .text = "Order received",
                                                    .thread_ts = slack_ctx_ts(ctx)));
    if (rc == 0)
        rc = slack_post(ctx, slack_reactions_add(.channel = channel, .name = "package",
                                                 .timestamp = slack_ctx_ts(ctx)));
    return rc;
}

/* Several people may report that an order is shipped. One message says so. */
static int ship(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_post_options_t post = {
        .request = slack_chat_postMessage(.channel = slack_ctx_channel(ctx),
                                          .text = "The order is shipped"),
        .key = slack_json_str(slack_ctx_event(ctx), "/text"),
    };
    return slack_post_with(ctx, &post);
}

/* A parcel has one message, which follows it. The updates name it by the key of its request. */
static int track(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *number = slack_ctx_match(ctx, 1), *place = slack_ctx_match(ctx, 2);
    const slack_post_options_t first = {
        .request = slack_chat_postMessage(.channel = slack_ctx_channel(ctx), .text = "On its way"),
        .key = number,
    };
    const slack_post_options_t update = {
        .request = slack_chat_update(.channel = slack_ctx_channel(ctx), .text = place),
        .of = number,
    };
    int rc = slack_post_with(ctx, &first);
    return rc ? rc : slack_post_with(ctx, &update);
}

/* A request that Slack refuses for good. */
static void report_dead(slack_app_t *app, const slack_dead_post_t *dead, void *user_data)
{
    (void)app;
    (void)user_data;
    fprintf(stderr, "not sent: %s\n", dead->error);
}

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t parcels = {.kind = SLACK_KIND_EVENT,
                                      .message = 1,
                                      .match = "^parcel (\\w+) (.+)$",
                                      .how = SLACK_MATCH_REGEX,
                                      .fn = track};
    slack_on_dead_post(app, report_dead, NULL);
    int rc = slack_on_message(app, "order ", confirm, NULL);
    if (rc == 0) rc = slack_on_message(app, "shipped ", ship, NULL);
    if (rc == 0) rc = slack_listen(app, &parcels);
    return rc;
}

static void confirms_an_order(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'Order received'}");
    slack_test_expect(t, "reactions.add", "{name: 'package'}");
    slack_test_message(t, "order 7");
}

static void ships_once(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEST', text: 'The order is shipped'}");
    slack_test_message(t, "shipped 7");
    slack_test_message(t, "shipped 7");
}

/* The answer is lost, and the message is not there: it is sent again. */
static void looks_before_it_posts_again(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'The order is shipped'}");
    slack_test_answer_lost(t, SLACK_ECLOSED);
    slack_test_expect(t, "conversations.history", "{channel: 'C0TEST'}");
    slack_test_answer(t, "{ok: true, messages: []}");
    slack_test_expect(t, "chat.postMessage", "{text: 'The order is shipped'}");
    slack_test_message(t, "shipped 8");
    slack_test_advance_ms(t, 5000);
}

static void tracks_a_parcel(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'On its way'}");
    slack_test_expect(t, "chat.update", "{text: 'Hamburg'}");
    slack_test_message(t, "parcel 12 Hamburg");
}

int main(void)
{
    const guide_test_t tests[] = {{"confirms an order", confirms_an_order},
                                  {"ships once", ships_once},
                                  {"tracks a parcel", tracks_a_parcel},
                                  {"looks before it posts again", looks_before_it_posts_again},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
