/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/events.md. */
#include "guide.h"

#include <string.h>

/* Each step may have been done by an earlier attempt. What cannot be repeated comes last. */
static int pin(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    if (strcmp(slack_json_str(slack_ctx_event(ctx), "/reaction"), "pushpin") != 0) return 0;
    int rc = slack_call_wait(
        ctx, slack_pins_add(.channel = slack_ctx_channel(ctx), .timestamp = slack_ctx_ts(ctx)),
        NULL);
    return rc ? rc : slack_reply(ctx, "Pinned for <@%s>", slack_ctx_user(ctx));
}

static int looked_at(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *event = slack_ctx_event(ctx);
    if (strcmp(slack_json_str(event, "/reaction"), "eyes") != 0) return 0;
    return slack_say(ctx, "<@%s> is looking at it", slack_ctx_user(ctx));
}

static int welcome(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *user = slack_json_str(slack_ctx_event(ctx), "/user/id");
    return slack_say_jsonf(ctx, "{channel: %s, text: 'Welcome!'}", user);
}

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t on_pin = {.kind = SLACK_KIND_EVENT,
                                     .match = "reaction_added",
                                     .name = "pin",
                                     .run = SLACK_RUN_WORKER,
                                     .fn = pin};
    int rc = slack_on_event(app, "reaction_added", looked_at, NULL);
    if (rc == 0) rc = slack_on_event(app, "team_join", welcome, NULL);
    if (rc == 0) rc = slack_listen(app, &on_pin);
    return rc;
}

static void tells_who_looks(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'C1', text: '<@U1> is looking at it'}");
    slack_test_event(t, "{type: 'reaction_added', user: 'U1', reaction: 'eyes',"
                        " item: {type: 'message', channel: 'C1', ts: '1.0'}}");
    slack_test_event(t, "{type: 'reaction_added', user: 'U1', reaction: 'tada',"
                        " item: {type: 'message', channel: 'C1', ts: '1.0'}}");
}

static void pins_once(slack_test_t *t)
{
    slack_test_expect(t, "pins.add", "{channel: 'C1', timestamp: '1.0'}");
    slack_test_expect(t, "chat.postMessage", "{}");
    slack_test_answer_error(t, "internal_error");
    slack_test_event(t, "{type: 'reaction_added', user: 'U1', reaction: 'pushpin',"
                        " item: {type: 'message', channel: 'C1', ts: '1.0'}}");
    slack_test_expect(t, "pins.add", "{}");
    slack_test_answer_error(t, "already_pinned"); /* that is as the call wants it */
    slack_test_expect(t, "chat.postMessage", "{text: 'Pinned for <@U1>', thread_ts: '1.0'}");
    slack_test_advance_ms(t, 1000);
    slack_test_expect_status(t, 0);
}

static void welcomes_once_it_can(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'U9'}");
    slack_test_answer_error(t, "internal_error"); /* this error can heal */
    slack_test_event(t, "{type: 'team_join', user: {id: 'U9', name: 'new'}}");
    slack_test_expect(t, "chat.postMessage", "{channel: 'U9', text: 'Welcome!'}");
    slack_test_advance_ms(t, 1000);
    slack_test_expect_status(t, 0);
}

int main(void)
{
    const guide_test_t tests[] = {{"tells who looks", tells_who_looks},
                                  {"welcomes once it can", welcomes_once_it_can},
                                  {"pins once", pins_once},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
