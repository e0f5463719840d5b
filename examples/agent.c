/* SPDX-License-Identifier: MIT */
/*
 * An agent: an assistant whose answers come from a language model, token by token. The model is
 * behind any server with OpenAI's protocol, such as llama.cpp's. The bot shows a status, streams
 * the answer, and puts feedback buttons below it. A user who stops the answer ends the request too.
 *
 *     llama-server -m model.gguf --port 8080                in one shell; in another:
 *     build/slackapp sim                                    and in a third:
 *     eval "$(build/slackapp sim env)"
 *     LLM_URL=http://127.0.0.1:8080 SLACK_TRANSPORT=socket build/examples/agent
 *     build/slackapp sim send open-assistant                in a fourth; prints the thread's ts
 *     build/slackapp sim send message --channel @ann --thread TS Why is the sky blue?
 *
 * LLM_URL is the server of the model (default: this one), LLM_MODEL names it, LLM_KEY is the key of
 * a service that needs one. docs/guides/streams.md says what the app needs at Slack.
 */
#include <slack/slack.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct model {
    char url[512], authorization[512];
    const char *name;
} model_t;

/* An answer under way. */
typedef struct answer {
    slack_stream_t *stream;
    bool complete;
    char why[256]; /* the model has failed in the middle */
} answer_t;

/* The next token, or the end. SLACK_ESTOPPED, if the user stops the answer, ends the request. */
static int next_token(const slack_response_t *head, const slack_sse_event_t *event, void *user_data)
{
    (void)head;
    answer_t *answer = user_data;
    if (strcmp(event->data, "[DONE]") == 0) answer->complete = true;
    if (answer->complete) return 0;
    slack_json_pool_t *pool = slack_json_pool_new();
    const slack_json_t *json = slack_pool_parse(pool, event->data, event->data_len);
    const char *why = slack_json_str(json, "/error/message");
    int rc = slack_json_get(json, "/error") ? SLACK_EPROTO : slack_json_error(json);
    if (rc == 0)
        rc = slack_stream_append(answer->stream, slack_json_str(json, "/choices/0/delta/content"));
    else
        snprintf(answer->why, sizeof answer->why, "%s", *why ? why : "the model has failed");
    slack_json_pool_free(pool);
    return rc;
}

/* Asks the model about the newest 20 messages, and streams its answer. On a worker. */
static int ask(slack_ctx_t *ctx, const model_t *model, answer_t *answer,
               const slack_response_t **ret)
{
    const slack_request_t thread = slack_conversations_replies(.channel = slack_ctx_channel(ctx),
                                                               .ts = slack_ctx_thread_ts(ctx));
    slack_json_list_t turns = {0};
    slack_pager_t *pager = slack_pager(ctx, thread, 0); /* the oldest messages come first */
    slack_page_t page;
    while (slack_pager_next(pager, &page)) {
        slack_json_iter_t it = {0};
        while (slack_json_next(page.items, &it))
            slack_json_add(ctx, &turns,
                           slack_jsonf(ctx, "{role: %s, content: %s}",
                                       *slack_json_str(it.value, "/bot_id") ? "assistant" : "user",
                                       slack_json_str(it.value, "/text")));
    }
    if (page.status != 0) return page.status;
    const size_t skip = turns.count > 20 ? turns.count - 20 : 0;
    const char *const headers[] = {*model->authorization ? model->authorization : NULL, NULL};
    const slack_fetch_t request = {
        .url = model->url,
        .headers = headers,
        .json = slack_jsonf(ctx, "{model: %s, stream: true, messages: %p}", model->name,
                            slack_json_array(ctx, turns.items + skip, turns.count - skip)),
        .on_event = next_token,
        .stream_data = answer,
    };
    return slack_fetch_wait(ctx, &request, ret);
}

static int asked(slack_ctx_t *ctx, void *user_data)
{
    const slack_response_t *response = NULL;
    answer_t answer = {.stream = slack_stream(ctx, NULL)};
    int rc = slack_set_status(ctx, "is thinking…");
    if (rc == 0) rc = ask(ctx, user_data, &answer, &response);
    if (rc == SLACK_ESTOPPED) return 0;
    if (rc == SLACK_ECANCELED) return rc; /* the app is stopping: attempted again later */
    const char *why = *answer.why ? answer.why : slack_response_str(response, "/error/message");
    if (*why == '\0') why = rc ? slack_ctx_strerror(ctx, rc) : "the answer is not complete";
    char sorry[512] = "";
    if (rc != 0 || !answer.complete) snprintf(sorry, sizeof sorry, "\n\n_Sorry: %s_", why);
    rc = slack_stream_append(answer.stream, sorry);
    const slack_json_t *feedback = slack_jsonf(
        ctx, "[{type: 'context_actions', elements: [{"
             "  type: 'feedback_buttons', action_id: 'feedback',"
             "  positive_button: {text: {type: 'plain_text', text: 'Good'}, value: 'good'},"
             "  negative_button: {text: {type: 'plain_text', text: 'Bad'}, value: 'bad'}}]}]");
    if (rc == 0) rc = slack_stream_stop(answer.stream, *sorry ? NULL : feedback, NULL);
    return rc == SLACK_ESTOPPED ? 0 : rc;
}

static int started(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const int rc = slack_say(ctx, "Hello! What would you like to know?");
    if (rc != 0) return rc;
    return slack_set_promptsf(ctx, "For example",
                              "[{title: 'Why is the sky blue?', message: 'Why is the sky blue?'},"
                              " {title: 'Write a haiku', message: 'Write a haiku about C'}]");
}

static int rated(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const int rc = slack_ack(ctx);
    const char *value = slack_json_str(slack_ctx_action(ctx), "/value");
    return rc ? rc : slack_respond(ctx, "Thank you: noted as %s.", value);
}

int main(void)
{
    const char *url = getenv("LLM_URL"), *name = getenv("LLM_MODEL"), *key = getenv("LLM_KEY");
    model_t model = {.name = name ? name : "default"};
    snprintf(model.url, sizeof model.url, "%s/v1/chat/completions",
             url ? url : "http://127.0.0.1:8080");
    if (key)
        snprintf(model.authorization, sizeof model.authorization, "Authorization: Bearer %s", key);
    const slack_listener_t on_asked = {.kind = SLACK_KIND_EVENT,
                                       .assistant = 1,
                                       .run = SLACK_RUN_WORKER,
                                       .fn = asked,
                                       .user_data = &model};
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0)
        rc = slack_declare_calls(app, "chat.postMessage chat.startStream chat.appendStream "
                                      "chat.stopStream conversations.replies "
                                      "assistant.threads.setStatus "
                                      "assistant.threads.setSuggestedPrompts");
    if (rc == 0) rc = slack_on_assistant_started(app, started, NULL);
    if (rc == 0) rc = slack_listen(app, &on_asked);
    if (rc == 0) rc = slack_on_action(app, "feedback", rated, NULL);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "agent: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
