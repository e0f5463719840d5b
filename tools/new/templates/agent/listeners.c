/* What the assistant reacts to: a new thread, and what the user asks there. */
#include "listeners.h"

#include <string.h>

/* Puts the answer into the stream, piece by piece, as a model makes it. Put your model here:
 * slack_fetch_wait() reads the tokens of a server. */
static int think(slack_stream_t *stream, const char *question)
{
    int rc = slack_stream_append(stream, "You asked: ");
    while (rc == 0 && *question != '\0') {
        char piece[64];
        size_t len = strcspn(question, " ");
        len += strspn(question + len, " ");
        if (len >= sizeof piece) len = sizeof piece - 1;
        memcpy(piece, question, len);
        piece[len] = '\0';
        rc = slack_stream_append(stream, piece);
        question += len;
    }
    return rc;
}

/* On a worker: each call returns when Slack has answered it. */
static int asked(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_set_status(ctx, "is thinking…");
    if (rc != 0) return rc;
    slack_stream_t *stream = slack_stream(ctx, NULL);
    rc = think(stream, slack_json_str(slack_ctx_event(ctx), "/text"));
    if (rc == 0) rc = slack_stream_stop(stream, NULL, NULL);
    return rc == SLACK_ESTOPPED ? 0 : rc; /* the user has stopped the answer */
}

static int started(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const int rc = slack_say(ctx, "Hello! What would you like to know?");
    if (rc != 0) return rc;
    return slack_set_promptsf(ctx, "For example",
                              "[{title: 'Why is the sky blue?', message: 'Why is the sky blue?'}]");
}

int add_listeners(slack_app_t *app)
{
    const slack_listener_t on_asked = {
        .kind = SLACK_KIND_EVENT, .assistant = 1, .run = SLACK_RUN_WORKER, .fn = asked};
    /* `slackapp manifest` makes the scopes from these. */
    int rc = slack_declare_calls(app, "chat.postMessage chat.startStream chat.appendStream "
                                      "chat.stopStream assistant.threads.setStatus "
                                      "assistant.threads.setSuggestedPrompts");
    if (rc == 0) rc = slack_on_assistant_started(app, started, NULL);
    if (rc == 0) rc = slack_listen(app, &on_asked);
    return rc;
}
