/* SPDX-License-Identifier: MIT */
#include "testkit/calls.h"

#include <string.h>

#include "testkit/testkit.h"
#include "util/alloc.h"
#include "webapi/args.h"

#define ANSWER_MAX ((size_t)4 << 20)

typedef struct transfer {
    kit_calls_t *calls;
    slack_timer_t timer;
    slack_link_t link; /* calls->transfers or calls->due */
    kit_answer_t answer;
    bool unheld, fetch;
    slack_buf_t body;
    slack_curl_sink_t sink; /* of a streamed answer */
    bool told_head, told_body;
    slack_curl_fn fn;
    void *user_data;
} transfer_t;

/* ---- requests ---- */

bool slack__calls_are_json(const char *method)
{
    return strcmp(method, SLACK_RESPONSE_URL) == 0 || strcmp(method, SLACK_WEBHOOK) == 0 ||
           strcmp(method, "fetch") == 0;
}

/* Reads a request back into the arguments of a call, which has its method. */
static int read_args(kit_base_t *base, const slack_curl_request_t *request, kit_call_t *call)
{
    const char *body = request->body_len ? request->body : "";
    const slack_json_t *json = NULL;
    if (!slack__calls_are_json(call->method))
        return slack__args_read(base->arena, body, request->body_len, &call->args);
    if (strcmp(call->method, "fetch") != 0)
        return slack__json_parse(base->arena, body, request->body_len, &call->args, NULL);
    const char *text = slack__arena_strndup(base->arena, body, request->body_len);
    if (text == NULL) return SLACK_ENOMEM;
    if (slack__json_parse(base->arena, body, request->body_len, &json, NULL) == 0)
        return slack__jsonf(base->arena, &call->args, NULL, "{method: %s, url: %s, body: %p}",
                            request->method, request->url, (const void *)json);
    return slack__jsonf(base->arena, &call->args, NULL, "{method: %s, url: %s, body: %s}",
                        request->method, request->url, *text ? text : NULL);
}

static int read_call(kit_calls_t *calls, const slack_curl_request_t *request, bool fetch,
                     kit_call_t **ret)
{
    kit_base_t *base = calls->base;
    const slack_app_t *app = calls->runner->app;
    const char *api_url = slack__inspect_options(calls->runner->app)->api_url;
    const size_t prefix = strlen(api_url);
    const bool is_method = strncmp(request->url, api_url, prefix) == 0;
    kit_call_t *call = slack__arena_calloc(base->arena, sizeof *call);
    if (call == NULL) return SLACK_ENOMEM;
    call->method = slack__arena_strdup(base->arena, fetch       ? "fetch"
                                                    : is_method ? request->url + prefix
                                                                : slack__post_method(request->url));
    if (call->method == NULL) return SLACK_ENOMEM;
    call->fetch = fetch;
    call->delivery = request->tag;
    call->at_us = base->now_us;
    call->order = ++base->last_order;
    call->checks_token = slack__inspect_checks_token(app) && strcmp(call->method, "auth.test") == 0;
    *ret = call;
    return read_args(base, request, call);
}

/* ---- answers ---- */

int slack__calls_default_answer(kit_base_t *base, const kit_call_t *call, const slack_json_t **ret)
{
    slack_arena_t *arena = base->arena;
    if (strcmp(call->method, "auth.test") == 0)
        return slack__jsonf(arena, ret, NULL,
                            "{ok: true, url: 'https://test.slack.com/', team: 'test', user: 'bot',"
                            " team_id: %s, user_id: %s, bot_id: %s}",
                            base->team, base->bot_user, base->bot_id);
    if (strcmp(call->method, "chat.postMessage") == 0 ||
        strcmp(call->method, "chat.startStream") == 0) {
        char ts[KIT_TS_MAX];
        slack__kit_ts(base, ts);
        return slack__jsonf(arena, ret, NULL, "{ok: true, channel: %s, ts: %s}",
                            slack_json_str(call->args, "/channel"), ts);
    }
    if (strncmp(call->method, "views.", 6) == 0)
        return slack__jsonf(arena, ret, NULL, "{ok: true, view: {id: 'V%uTEST', hash: 'h%u'}}",
                            base->last_id + 1, base->last_id + 1);
    if (strcmp(call->method, "files.getUploadURLExternal") == 0) {
        const unsigned n = ++base->last_id;
        return slack__jsonf(arena, ret, NULL,
                            "{ok: true, file_id: 'F%uTEST',"
                            " upload_url: 'https://files.slack.com/upload/v1/%u'}",
                            n, n);
    }
    if (strcmp(call->method, "files.completeUploadExternal") == 0)
        return slack__jsonf(arena, ret, NULL, "{ok: true, files: %p}",
                            (const void *)slack_json_get(call->args, "/files"));
    if (strcmp(call->method, "conversations.open") == 0)
        return slack__jsonf(arena, ret, NULL, "{ok: true, channel: {id: 'D0TEST'}}");
    if (strcmp(call->method, "conversations.history") == 0 ||
        strcmp(call->method, "conversations.replies") == 0)
        return slack__jsonf(arena, ret, NULL, "{ok: true, messages: []}");
    return slack__jsonf(arena, ret, NULL, "{ok: true}");
}

static void transfer_free(transfer_t *transfer)
{
    slack__buf_done(&transfer->body);
    slack__free(transfer);
}

/* The value of a header among lines; "" without it. */
static const char *header_of(kit_base_t *base, const char *headers, const char *name)
{
    slack_slice_t lines = slack__slice(headers), line, here;
    while (headers && slack__slice_split(&lines, '\n', &line)) {
        slack__slice_split(&line, ':', &here);
        if (!line.ptr || !slack__slice_eq_nocase(here, slack__slice(name))) continue;
        line = slack__slice_strip(line);
        const char *value = slack__arena_strndup(base->arena, line.ptr, line.len);
        return value ? value : "";
    }
    return "";
}

/* Gives the answer to the sink. 0: all of it; SLACK_CURL_LATER; an error of the sink. */
static int transfer_stream(transfer_t *transfer, slack_curl_result_t *result)
{
    const slack_curl_sink_t *sink = &transfer->sink;
    const slack_curl_result_t whole = *result;
    result->body = "";
    result->body_len = 0;
    int rc = transfer->told_head ? 0 : sink->head(result, sink->user_data);
    transfer->told_head = true;
    if (rc != 0 || transfer->told_body || whole.body_len == 0) return rc;
    transfer->told_body = true;
    return sink->write(whole.body, whole.body_len, sink->user_data);
}

static void transfer_end(transfer_t *transfer, int status)
{
    kit_base_t *base = transfer->calls->base;
    const kit_answer_t *answer = &transfer->answer;
    slack_curl_result_t result = {
        .status = status, .reason = "", .content_type = "", .retry_after_s = -1, .body = ""};
    if (status == 0) {
        result.http_status = answer->http_status;
        result.head = answer->headers;
        result.content_type = answer->headers ? header_of(base, answer->headers, "Content-Type")
                                              : "application/json; charset=utf-8";
        result.retry_after_s = answer->retry_after_s;
        result.body_len = transfer->body.len;
        if (result.body_len > 0) result.body = slack__buf_ptr(&transfer->body);
        if (transfer->sink.write) result.status = status = transfer_stream(transfer, &result);
        if (status == SLACK_CURL_LATER) {
            slack__list_push(&transfer->calls->transfers, &transfer->link);
            return;
        }
    }
    if (status != 0) {
        result.reason = slack_strerror(status);
        result.unsent = status != SLACK_ECANCELED && answer->unsent;
    }
    transfer->fn(&result, transfer->user_data);
    transfer_free(transfer);
}

/* The app goes on with a streamed answer. */
static void transfer_resume(slack_transfer_t *handle)
{
    transfer_t *transfer = (transfer_t *)handle;
    slack__unlink(&transfer->link);
    slack__list_push(&transfer->calls->due, &transfer->link);
}

static void transfer_cancel(slack_transfer_t *handle)
{
    ((transfer_t *)handle)->answer.status = SLACK_ECANCELED;
    transfer_resume(handle);
}

static void transfer_due(slack_timer_t *timer)
{
    transfer_t *transfer = SLACK_CONTAINER(timer, transfer_t, timer);
    kit_calls_t *calls = transfer->calls;
    slack__unlink(&transfer->link);
    slack__list_push(&calls->due, &transfer->link);
}

/* The answers that a delivery waits for come first, because those that it does not wait for may
 * come after its end. */
static bool calls_give_next(void *user_data)
{
    kit_calls_t *calls = user_data;
    slack_link_t *link = calls->due.next;
    while (link != &calls->due && SLACK_CONTAINER(link, transfer_t, link)->unheld)
        link = link->next;
    if (link == &calls->due) link = calls->due.next;
    if (link == &calls->due) return slack__kit_bytes_move(calls);
    slack__unlink(link);
    transfer_t *transfer = SLACK_CONTAINER(link, transfer_t, link);
    transfer_end(transfer, transfer->answer.status);
    return true;
}

static int transfer_begin(kit_calls_t *calls, const slack_curl_request_t *request,
                          const kit_answer_t *answer, slack_curl_fn fn, void *user_data)
{
    transfer_t *transfer = slack__calloc(1, sizeof *transfer);
    if (transfer == NULL) return SLACK_ENOMEM;
    *transfer = (transfer_t){.calls = calls,
                             .answer = *answer,
                             .unheld = request->unheld,
                             .fetch = answer->of_fetch,
                             .sink = request->sink,
                             .fn = fn,
                             .user_data = user_data};
    kit_answer_t *a = &transfer->answer;
    if (a->http_status == 0) a->http_status = 200;
    if (a->status == SLACK_ECONNECT) a->unsent = true;
    if (request->timeout_ms > 0 && a->after_ms >= request->timeout_ms)
        *a = (kit_answer_t){.status = SLACK_ETIMEDOUT, .after_ms = request->timeout_ms};
    slack__timer_init(&transfer->timer, transfer_due);
    slack__link_init(&transfer->link);
    slack__buf_init(&transfer->body, ANSWER_MAX);
    int rc = answer->body   ? slack__json_write(&transfer->body, answer->body)
             : answer->text ? slack__buf_append_slice(&transfer->body, slack__slice(answer->text))
                            : 0;
    if (rc != 0) {
        transfer_free(transfer);
        return rc;
    }
    if (request->ret_transfer) *request->ret_transfer = (slack_transfer_t *)(void *)transfer;
    slack__list_push(&calls->transfers, &transfer->link);
    slack__timer_start(slack__inspect_net(calls->runner->app), &transfer->timer, a->after_ms);
    return 0;
}

/* ---- the sender ---- */

static int calls_take(kit_calls_t *calls, const slack_curl_request_t *request, bool fetch,
                      slack_curl_fn fn, void *user_data)
{
    if (fetch ? calls->fetches_closing.begun : calls->calls_closing.begun) return SLACK_ECANCELED;
    if (!fetch && slack__curl_is_streamed(request))
        return slack__kit_bytes_begin(calls, request, fn, user_data);
    kit_call_t *call = NULL;
    kit_answer_t answer = {.retry_after_s = -1};
    int rc = read_call(calls, request, fetch, &call);
    if (rc == 0) rc = calls->events->answer(calls->user_data, call, &answer);
    answer.of_fetch = fetch;
    if (rc == 0) rc = transfer_begin(calls, request, &answer, fn, user_data);
    if (rc != 0) return rc;
    if (answer.taken) *answer.taken = true;
    const char *ts = answer.status == 0 ? slack_json_str(answer.body, "/ts") : "";
    if (*ts) calls->last_ts = ts;
    if (call->checks_token) return 0;
    *calls->tail = call;
    calls->tail = &call->next;
    calls->count++;
    return 0;
}

static int calls_send(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                      void *user_data)
{
    return calls_take(sender, request, false, fn, user_data);
}

static int fetches_send(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                        void *user_data)
{
    return calls_take(sender, request, true, fn, user_data);
}

static void cancel_in(kit_calls_t *calls, slack_link_t *list, bool fetches)
{
    for (slack_link_t *link = list->next, *next; link != list; link = next) {
        transfer_t *transfer = SLACK_CONTAINER(link, transfer_t, link);
        next = link->next;
        if (transfer->fetch != fetches) continue;
        slack__unlink(link);
        slack__timer_stop(slack__inspect_net(calls->runner->app), &transfer->timer);
        transfer_end(transfer, SLACK_ECANCELED);
    }
}

static void calls_cancel(slack_task_t *task)
{
    kit_calls_t *calls = SLACK_CONTAINER(task, kit_calls_t, calls_closing.task);
    cancel_in(calls, &calls->due, false);
    cancel_in(calls, &calls->transfers, false);
    calls->calls_closing.closed(calls->calls_closing.closed_data);
}

static void fetches_cancel(slack_task_t *task)
{
    kit_calls_t *calls = SLACK_CONTAINER(task, kit_calls_t, fetches_closing.task);
    cancel_in(calls, &calls->due, true);
    cancel_in(calls, &calls->transfers, true);
    calls->fetches_closing.closed(calls->fetches_closing.closed_data);
}

static void close_begin(kit_calls_t *calls, struct kit_closing *closing,
                        void (*fn)(void *user_data), void *user_data)
{
    closing->begun = true;
    closing->closed = fn;
    closing->closed_data = user_data;
    slack__task_post(slack__inspect_net(calls->runner->app), &closing->task);
}

static void calls_close(void *sender, void (*fn)(void *user_data), void *user_data)
{
    kit_calls_t *calls = sender;
    close_begin(calls, &calls->calls_closing, fn, user_data);
}

static void fetches_close(void *sender, void (*fn)(void *user_data), void *user_data)
{
    kit_calls_t *calls = sender;
    close_begin(calls, &calls->fetches_closing, fn, user_data);
}

void slack__calls_init(kit_calls_t *calls, kit_base_t *base, kit_runner_t *runner)
{
    *calls = (kit_calls_t){
        .base = base,
        .runner = runner,
        .sender = {calls_send, calls_close, calls},
        .fetch_sender = {{fetches_send, fetches_close, calls}, transfer_resume, transfer_cancel},
        .tail = &calls->first,
        .last_ts = "",
        .calls_closing.task.run = calls_cancel,
        .fetches_closing.task.run = fetches_cancel,
    };
    slack__link_init(&calls->transfers);
    slack__link_init(&calls->due);
    slack__link_init(&calls->bytes);
    runner->idle = calls_give_next;
    runner->idle_data = calls;
    slack__link_init(&calls->calls_closing.task.link);
    slack__link_init(&calls->fetches_closing.task.link);
}

void slack__calls_listen(kit_calls_t *calls, const kit_calls_events_t *events, void *user_data)
{
    calls->events = events;
    calls->user_data = user_data;
}

/* ---- slack/test.h ---- */

const char *slack_test_last_ts(const slack_test_t *kit)
{
    return kit->calls.last_ts;
}

size_t slack_test_call_count(const slack_test_t *kit)
{
    return kit->calls.count;
}

const slack_json_t *slack_test_call_args(const slack_test_t *kit, size_t index,
                                         const char **ret_method)
{
    const kit_call_t *call = kit->calls.first;
    while (call && index-- > 0)
        call = call->next;
    if (call == NULL) return NULL;
    if (ret_method) *ret_method = call->method;
    return call->args;
}
