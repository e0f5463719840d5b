/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/streams.md. */
#include "guide.h"

/* Stands for a language model: its next token, NULL at the end. */
static const char *next_token(unsigned *at)
{
    static const char *const tokens[] = {"The ", "pump ", "is ", "**cold**", ".", NULL};
    const char *token = tokens[*at];
    if (token) ++*at;
    return token;
}

/* The buttons below an answer. Slack calls a click on them an action. */
static const slack_json_t *feedback(slack_ctx_t *ctx)
{
    return slack_jsonf(
        ctx, "[{type: 'context_actions', elements: [{"
             "  type: 'feedback_buttons', action_id: 'feedback',"
             "  positive_button: {text: {type: 'plain_text', text: 'Good'}, value: 'good'},"
             "  negative_button: {text: {type: 'plain_text', text: 'Bad'}, value: 'bad'}}]}]");
}

/* On a worker. */
static int asked(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    slack_stream_t *stream = slack_stream(ctx, NULL);
    int rc = slack_stream_chunkf(
        stream, "{type: 'task_update', id: 'read', title: 'Read the sensor', status: 'complete'}");
    const char *token;
    for (unsigned at = 0; rc == 0 && (token = next_token(&at)) != NULL;)
        rc = slack_stream_append(stream, token);
    if (rc == 0) rc = slack_stream_stop(stream, feedback(ctx), NULL);
    return rc == SLACK_ESTOPPED ? 0 : rc; /* the user wants no more of it */
}

static int rated(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_ack(ctx);
    const char *value = slack_json_str(slack_ctx_action(ctx), "/value");
    return rc ? rc : slack_respond(ctx, "Noted: %s", value);
}

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t on_asked = {
        .kind = SLACK_KIND_EVENT, .match = "app_mention", .run = SLACK_RUN_WORKER, .fn = asked};
    int rc = slack_listen(app, &on_asked);
    return rc ? rc : slack_on_action(app, "feedback", rated, NULL);
}

static void streams_an_answer(slack_test_t *t)
{
    slack_test_expect(t, "chat.startStream",
                      "{channel: 'C0TEST', recipient_user_id: 'U0TEST', chunks:"
                      " [{type: 'task_update', id: 'read', status: 'complete'}]}");
    slack_test_expect(t, "chat.stopStream",
                      "{markdown_text: 'The pump is **cold**.', blocks:"
                      " [{type: 'context_actions'}]}");
    slack_test_mention(t, "how is the pump?");

    slack_test_expect(t, "response_url", "{text: 'Noted: good'}");
    slack_test_action(t, "feedback", "good");
    slack_test_expect_ack(t, NULL);
}

static void ends_when_the_user_stops_it(slack_test_t *t)
{
    slack_test_expect(t, "chat.startStream", NULL);
    slack_test_expect(t, "chat.stopStream", NULL);
    slack_test_answer_error(t, "stopped_by_user");
    slack_test_mention(t, "how is the pump?");
    slack_test_expect_status(t, 0);
}

int main(void)
{
    const guide_test_t tests[] = {{"streams an answer", streams_an_answer},
                                  {"ends when the user stops it", ends_when_the_user_stops_it},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
