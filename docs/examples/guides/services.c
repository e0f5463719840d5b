/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/services.md. */
#include "guide.h"

#include <string.h>

static int say_on_call(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    (void)user_data;
    const int rc = slack_response_status(response);
    return rc ? rc : slack_say(ctx, "%s is on call", slack_response_str(response, "/name"));
}

static int on_call(slack_ctx_t *ctx, void *user_data)
{
    static const char *const headers[] = {"Authorization: Bearer abc", NULL};
    const slack_fetch_t request = {.url = "https://pager.example.com/on-call", .headers = headers};
    (void)user_data;
    return slack_fetch_then(ctx, &request, say_on_call, NULL);
}

static int create_issue(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_response_t *response = NULL;
    const slack_fetch_t request = {
        .url = "https://issues.example.com/api/issues",
        .json = slack_jsonf(ctx, "{title: %s, labels: ['slack']}",
                            slack_json_str(slack_ctx_body(ctx), "/text")),
        .timeout_ms = 5000,
    };
    const int rc = slack_fetch_wait(ctx, &request, &response);
    return rc ? rc : slack_say(ctx, "Issue %s", slack_response_str(response, "/key"));
}

typedef struct answer {
    char text[4000];
    size_t len;
} answer_t;

static int add_words(const slack_response_t *head, const slack_sse_event_t *event, void *user_data)
{
    answer_t *answer = user_data;
    (void)head;
    if (event->data_len > sizeof answer->text - answer->len) return SLACK_ETOOBIG;
    memcpy(answer->text + answer->len, event->data, event->data_len);
    answer->len += event->data_len;
    return 0;
}

static int ask_model(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    answer_t answer = {.len = 0};
    const slack_fetch_t request = {
        .url = "https://model.example.com/stream",
        .json = slack_jsonf(ctx, "{question: %s}", slack_json_str(slack_ctx_body(ctx), "/text")),
        .on_event = add_words,
        .stream_data = &answer,
    };
    const int rc = slack_fetch_wait(ctx, &request, NULL);
    return rc ? rc : slack_say(ctx, "%.*s", (int)answer.len, answer.text);
}

static int preview(slack_ctx_t *ctx, void *user_data)
{
    const slack_fetch_t request = {.url = slack_json_str(slack_ctx_body(ctx), "/text"),
                                   .redirects = 3,
                                   .public_only = true,
                                   .answer_max = 65536};
    (void)user_data;
    return slack_fetch_then(ctx, &request, NULL, NULL);
}

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t on_workers[] = {
        {.kind = SLACK_KIND_COMMAND,
         .match = "/issue",
         .fn = create_issue,
         .run = SLACK_RUN_WORKER},
        {.kind = SLACK_KIND_COMMAND, .match = "/ask", .fn = ask_model, .run = SLACK_RUN_WORKER}};
    int rc = slack_on_command(app, "/oncall", on_call, NULL);
    if (rc == 0) rc = slack_on_command(app, "/preview", preview, NULL);
    for (int i = 0; rc == 0 && i < 2; i++)
        rc = slack_listen(app, &on_workers[i]);
    return rc;
}

static void says_who_is_on_call(slack_test_t *t)
{
    slack_test_expect(t, "fetch", "{method: 'GET', url: 'https://pager.example.com/on-call'}");
    slack_test_answer(t, "{name: 'Ada'}");
    slack_test_expect(t, "chat.postMessage", "{text: 'Ada is on call'}");
    slack_test_command(t, "/oncall", "");
}

static void creates_an_issue(slack_test_t *t)
{
    slack_test_expect(t, "fetch", "{method: 'POST', body: {title: 'broken', labels: ['slack']}}");
    slack_test_answer(t, "{key: 'OPS-7'}");
    slack_test_expect(t, "chat.postMessage", "{text: 'Issue OPS-7'}");
    slack_test_command(t, "/issue", "broken");
}

static void streams_an_answer(slack_test_t *t)
{
    slack_test_expect(t, "fetch", "{body: {question: 'why?'}}");
    slack_test_answer_http(t, 200, "Content-Type: text/event-stream",
                           "data: Because\n\ndata:  of Ada.\n\n");
    slack_test_expect(t, "chat.postMessage", "{text: 'Because of Ada.'}");
    slack_test_command(t, "/ask", "why?");
}

static void fails_if_the_service_does(slack_test_t *t)
{
    slack_test_expect(t, "fetch", NULL);
    slack_test_answer_http(t, 503, NULL, "maintenance");
    slack_test_expect(t, "response_url", NULL); /* what the user reads then */
    slack_test_command(t, "/oncall", "");
    slack_test_expect_status(t, SLACK_EHTTP);
}

static void fetches_a_page_of_a_user(slack_test_t *t)
{
    slack_test_expect(t, "fetch", "{url: 'https://example.com/'}");
    slack_test_answer_http(t, 200, "Content-Type: text/html", "<title>x</title>");
    slack_test_command(t, "/preview", "https://example.com/");
}

int main(void)
{
    const guide_test_t tests[] = {{"says who is on call", says_who_is_on_call},
                                  {"creates an issue", creates_an_issue},
                                  {"streams an answer", streams_an_answer},
                                  {"fails if the service does", fails_if_the_service_does},
                                  {"fetches a page of a user", fetches_a_page_of_a_user},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
