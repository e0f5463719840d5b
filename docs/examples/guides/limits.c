/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/limits.md. */
#include "guide.h"

static int announce(slack_ctx_t *ctx, void *user_data)
{
    static const char *const channels[] = {"C0NEWS", "C0TEAM", "C0OPS"}; /* or a thousand */
    const char *text = slack_json_str(slack_ctx_body(ctx), "/text");
    (void)user_data;
    int rc = slack_ack_text(ctx, "Posting…");
    for (size_t i = 0; i < sizeof channels / sizeof *channels && rc == 0; i++)
        rc = slack_call_then(ctx, slack_chat_postMessage(.channel = channels[i], .text = text),
                             NULL, NULL);
    return rc;
}

static int add_listeners(slack_app_t *app)
{
    return slack_on_command(app, "/announce", announce, NULL);
}

static void posts_everywhere(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0NEWS', text: 'Tea'}");
    slack_test_answer_limited(t, 30); /* the library waits, and sends it again */
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0NEWS', text: 'Tea'}");
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEAM', text: 'Tea'}");
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0OPS', text: 'Tea'}");
    slack_test_command(t, "/announce", "Tea");
    slack_test_expect_ack(t, "'Posting…'");
    slack_test_advance_ms(t, 60000);
}

int main(void)
{
    const guide_test_t tests[] = {{"posts everywhere", posts_everywhere}, {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
