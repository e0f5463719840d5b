/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/messages.md. */
#include "guide.h"

static int said(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *typed = slack_json_str(slack_ctx_body(ctx), "/view/state/values/why/text/value");
    return slack_say_jsonf(ctx, "{channel: 'C0TEAM', text: '<@%s> wrote: %s'}", slack_ctx_user(ctx),
                           slack_escape(ctx, typed));
}

static int hello(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "Hello <@%s>", slack_ctx_user(ctx));
}

static int deploy(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_reply(ctx, "Deploying %s…", slack_ctx_match(ctx, 1));
}

static int edited(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *event = slack_ctx_event(ctx);
    fprintf(stderr, "\"%s\" became \"%s\"\n", slack_json_str(event, "/previous_message/text"),
            slack_json_str(event, "/message/text"));
    return 0;
}

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t on_deploy = {
        .kind = SLACK_KIND_EVENT,
        .message = 1,
        .match = "(?i)^deploy (\\w+)$",
        .how = SLACK_MATCH_REGEX,
        .where = SLACK_IN_CHANNEL | SLACK_IN_GROUP | SLACK_NOT_IN_THREAD,
        .fn = deploy,
    };
    const slack_listener_t on_edit = {
        .kind = SLACK_KIND_EVENT, .match = "message", .subtypes = "message_changed", .fn = edited};
    int rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = slack_listen(app, &on_deploy);
    if (rc == 0) rc = slack_listen(app, &on_edit);
    if (rc == 0) rc = slack_on_view_submission(app, "why", said, NULL);
    return rc;
}

static void greets(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEST', text: 'Hello <@U0TEST>'}");
    slack_test_message(t, "oh hello there");
    slack_test_message(t, "Hello"); /* no match: case matters */
}

static void deploys_in_channels_only(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'Deploying api…', thread_ts: '1.000002'}");
    slack_test_event(t, "{type: 'message', channel: 'C1', channel_type: 'channel', user: 'U1',"
                        " ts: '1.000002', text: 'DEPLOY api'}");
    slack_test_as(t, NULL, "D1");
    slack_test_message(t, "deploy api");
}

static void what_people_type_is_no_markup(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: '<@U0TEST> wrote: &lt;!channel&gt;'}");
    slack_test_view_submission(t, "why", "{why: {text: {value: '<!channel>'}}}");
}

static void a_thread_is_another_place(slack_test_t *t)
{
    slack_test_event(t, "{type: 'message', channel: 'C1', channel_type: 'channel', user: 'U1',"
                        " ts: '1.000003', thread_ts: '1.000002', text: 'deploy api'}");
}

int main(void)
{
    const guide_test_t tests[] = {{"greets", greets},
                                  {"deploys in channels only", deploys_in_channels_only},
                                  {"a thread is another place", a_thread_is_another_place},
                                  {"what people type is no markup", what_people_type_is_no_markup},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
