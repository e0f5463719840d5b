/* SPDX-License-Identifier: MIT */
/*
 * An assistant: a panel beside the channel that the user is viewing. The bot greets each new thread
 * and offers a few prompts. For a question it sets a status at once ("is thinking…"), and then
 * answers. Thinking takes long, so that handler runs on a worker, where it may wait.
 *
 *     build/slackapp sim                                    in one shell; in another:
 *     eval "$(build/slackapp sim env)"
 *     SLACK_TRANSPORT=socket build/examples/assistant       and in a third, after the same eval:
 *     build/slackapp sim send open-assistant --channel random      prints the thread's ts
 *     build/slackapp sim send message --channel @ann --thread TS What can you do?
 *
 * The app's settings need the assistant ("Agents & AI Apps") and the scope assistant:write.
 */
#include <slack/slack.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* slack_say() and similar functions post in the assistant's thread. */
static int started(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *beside = slack_json_str(slack_ctx_assistant_context(ctx), "/channel_id");
    const slack_json_t *prompts =
        slack_jsonf(ctx,
                    "["
                    "  {title: 'What can you do?', message: 'What can you do?'},"
                    "  {title: 'Sum this channel up', message: 'Sum up <#%s>'},"
                    "]",
                    beside);
    int rc = slack_say(ctx, "Hello! I see that you look at <#%s>.", beside);
    return rc ? rc : slack_set_prompts(ctx, "Ask me", prompts);
}

/* A real bot would ask its model here, with a library that blocks until it has the answer. */
static void think(const char *question, char *answer, size_t size)
{
    size_t len = 0;
    for (; question[len] != '\0' && len + 1 < size; len++)
        answer[len] = (char)toupper((unsigned char)question[len]);
    answer[len] = '\0';
}

static int asked(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *question = slack_json_str(slack_ctx_event(ctx), "/text");
    char answer[512];
    int rc = slack_set_status(ctx, "is thinking…");
    if (rc == 0) rc = slack_set_title(ctx, question);
    if (rc != 0) return rc;
    think(question, answer, sizeof answer);
    if (slack_ctx_canceled(ctx))
        return SLACK_ECANCELED; /* the app is stopping: attempted again later */
    /* What the user is viewing now. The app keeps it for each thread. */
    const char *beside = slack_json_str(slack_ctx_assistant_context(ctx), "/channel_id");
    return slack_say(ctx, "In <#%s> they would say: %s", beside, answer);
}

int main(void)
{
    /* The same as slack_on_assistant_message(), but on a worker. */
    const slack_listener_t on_asked = {
        .kind = SLACK_KIND_EVENT, .assistant = 1, .run = SLACK_RUN_WORKER, .fn = asked};
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0)
        rc = slack_declare_calls(app, "chat.postMessage assistant.threads.setStatus "
                                      "assistant.threads.setSuggestedPrompts "
                                      "assistant.threads.setTitle");
    if (rc == 0) rc = slack_on_assistant_started(app, started, NULL);
    if (rc == 0) rc = slack_listen(app, &on_asked);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "assistant: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
