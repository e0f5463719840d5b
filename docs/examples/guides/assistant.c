/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/assistant.md. */
#include "guide.h"

static int started(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_say(ctx, "How can I help?");
    if (rc != 0) return rc;
    return slack_set_promptsf(ctx, "Ask me",
                              "[{title: 'Sum it up', message: 'Sum this channel up'}]");
}

/* On a worker: each call returns when Slack has answered it. */
static int asked(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *context = slack_ctx_assistant_context(ctx);
    int rc = slack_set_status(ctx, "is reading…");
    if (rc != 0) return rc;
    return slack_say(ctx, "You asked \"%s\" beside <#%s>",
                     slack_json_str(slack_ctx_event(ctx), "/text"),
                     slack_json_str(context, "/channel_id"));
}

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t on_asked = {
        .kind = SLACK_KIND_EVENT, .assistant = 1, .run = SLACK_RUN_WORKER, .fn = asked};
    int rc = slack_on_assistant_started(app, started, NULL);
    if (rc == 0) rc = slack_listen(app, &on_asked);
    return rc;
}

static void answers_about_the_channel(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'How can I help?', thread_ts: '1.000001'}");
    slack_test_expect(t, "assistant.threads.setSuggestedPrompts", "{title: 'Ask me'}");
    slack_test_assistant_started(t, "{channel_id: 'C1'}");
    slack_test_assistant_context(t, "{channel_id: 'C2'}");

    slack_test_expect(t, "assistant.threads.setStatus", "{status: 'is reading…'}");
    slack_test_expect(t, "chat.postMessage", "{text: 'You asked \"why?\" beside <#C2>'}");
    slack_test_assistant_message(t, "why?");
}

int main(void)
{
    const guide_test_t tests[] = {{"answers about the channel", answers_about_the_channel},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
