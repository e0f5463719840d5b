/* SPDX-License-Identifier: MIT */
/*
 * Takes orders, and says each thing about an order exactly once, in order, however often the
 * program is killed and however many of Slack's answers are lost. docs/guides/outbox.md says how.
 *
 *     order 7         the bot posts "order 7 received" in the channel, and two seconds later
 *                     "order 7 shipped" in the thread of the order
 *     /status 7       is answered at once, however many messages wait
 *
 *     SLACK_TRANSPORT=socket build/examples/courier       or http, or socket,http
 *
 * docs/guides/outbox.md says what it needs at Slack.
 */
#include <slack/slack.h>

#include <stdio.h>

/* The message and the job are stored before the event is done. If the program dies in between, the
 * handler runs again, and the store drops what it has already. */
static int take_order(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *number = slack_ctx_match(ctx, 1);
    const char *channel = slack_ctx_channel(ctx), *ts = slack_ctx_ts(ctx);
    const slack_job_t shipping = {
        .name = "ship",
        .args = slack_jsonf(ctx, "{number: %s, channel: %s, ts: %s}", number, channel, ts),
        .delay_ms = 2000,
        .order = channel,
    };
    char text[64];
    snprintf(text, sizeof text, "order %s received", number);
    int rc = slack_post(ctx, slack_chat_postMessage(.channel = channel, .text = text));
    return rc ? rc : slack_defer_job(ctx, &shipping);
}

static int ship(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *order = slack_ctx_body(ctx);
    char text[64];
    snprintf(text, sizeof text, "order %s shipped", slack_json_str(order, "/number"));
    return slack_post(ctx, slack_chat_postMessage(.channel = slack_json_str(order, "/channel"),
                                                  .thread_ts = slack_json_str(order, "/ts"),
                                                  .text = text));
}

static int status(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *number = slack_json_str(slack_ctx_body(ctx), "/text");
    if (*number == '\0') return slack_ack_text(ctx, "usage: /status N");
    return slack_ack_text(ctx, "The thread of order %s says when it is shipped", number);
}

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t orders = {
        .kind = SLACK_KIND_EVENT,
        .message = 1,
        .match = "^order ([0-9]{1,18})$",
        .how = SLACK_MATCH_REGEX,
        .ordered = 1, /* one order of a channel after the other */
        .fn = take_order,
    };
    int rc = slack_listen(app, &orders);
    if (rc == 0) rc = slack_on_job(app, "ship", ship, NULL);
    if (rc == 0) rc = slack_on_command(app, "/status", status, NULL);
    return rc;
}

int main(void)
{
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = add_listeners(app);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "courier: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
