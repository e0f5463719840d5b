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
    bool unheld;
    slack_buf_t body;
    slack_curl_fn fn;
    void *user_data;
} transfer_t;

/* ---- requests ---- */

static int read_call(kit_calls_t *calls, const slack_curl_request_t *request, kit_call_t **ret)
{
    kit_base_t *base = calls->base;
    const slack_app_t *app = calls->runner->app;
    const char *api_url = slack__inspect_options(calls->runner->app)->api_url;
    const size_t prefix = strlen(api_url);
    const bool is_method = strncmp(request->url, api_url, prefix) == 0;
    kit_call_t *call = slack__arena_calloc(base->arena, sizeof *call);
    if (call == NULL) return SLACK_ENOMEM;
    call->method =
        slack__arena_strdup(base->arena, is_method ? request->url + prefix : "response_url");
    if (call->method == NULL) return SLACK_ENOMEM;
    call->delivery = request->tag;
    call->at_us = base->now_us;
    call->order = ++base->last_order;
    call->checks_token = slack__inspect_checks_token(app) && strcmp(call->method, "auth.test") == 0;
    *ret = call;
    const char *body = request->body_len ? request->body : "";
    return is_method ? slack__args_read(base->arena, body, request->body_len, &call->args)
                     : slack__json_parse(base->arena, body, request->body_len, &call->args, NULL);
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
    return slack__jsonf(arena, ret, NULL, "{ok: true}");
}

static void transfer_free(transfer_t *transfer)
{
    slack__buf_done(&transfer->body);
    slack__free(transfer);
}

static void transfer_end(transfer_t *transfer, int status)
{
    slack_curl_result_t result = {
        .status = status, .reason = "", .content_type = "", .retry_after_s = -1, .body = ""};
    if (status == 0) {
        result.http_status = transfer->answer.http_status;
        result.content_type = "application/json; charset=utf-8";
        result.retry_after_s = transfer->answer.retry_after_s;
        result.body_len = transfer->body.len;
        if (result.body_len > 0) result.body = slack__buf_ptr(&transfer->body);
    } else {
        result.reason = slack_strerror(status);
        result.unsent = status != SLACK_ECANCELED && transfer->answer.unsent;
    }
    transfer->fn(&result, transfer->user_data);
    transfer_free(transfer);
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
                             .fn = fn,
                             .user_data = user_data};
    kit_answer_t *a = &transfer->answer;
    if (a->http_status == 0) a->http_status = 200;
    if (a->status == SLACK_ECONNECT) a->unsent = true;
    if (a->after_ms >= request->timeout_ms)
        *a = (kit_answer_t){.status = SLACK_ETIMEDOUT, .after_ms = request->timeout_ms};
    slack__timer_init(&transfer->timer, transfer_due);
    slack__link_init(&transfer->link);
    slack__buf_init(&transfer->body, ANSWER_MAX);
    int rc = answer->body ? slack__json_write(&transfer->body, answer->body) : 0;
    if (rc != 0) {
        transfer_free(transfer);
        return rc;
    }
    slack__list_push(&calls->transfers, &transfer->link);
    slack__timer_start(slack__inspect_net(calls->runner->app), &transfer->timer, a->after_ms);
    return 0;
}

/* ---- the sender ---- */

static int calls_send(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                      void *user_data)
{
    kit_calls_t *calls = sender;
    if (calls->closing) return SLACK_ECANCELED;
    if (slack__curl_is_streamed(request))
        return slack__kit_bytes_begin(calls, request, fn, user_data);
    kit_call_t *call = NULL;
    kit_answer_t answer = {.retry_after_s = -1};
    int rc = read_call(calls, request, &call);
    if (rc == 0) rc = calls->events->answer(calls->user_data, call, &answer);
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

static void calls_cancel(slack_task_t *task)
{
    kit_calls_t *calls = SLACK_CONTAINER(task, kit_calls_t, close_task);
    slack_link_t *link;
    slack__kit_bytes_cancel(calls);
    while ((link = slack__list_shift(&calls->due)) ||
           (link = slack__list_shift(&calls->transfers))) {
        transfer_t *transfer = SLACK_CONTAINER(link, transfer_t, link);
        slack__timer_stop(slack__inspect_net(calls->runner->app), &transfer->timer);
        transfer_end(transfer, SLACK_ECANCELED);
    }
    calls->closed(calls->closed_data);
}

static void calls_close(void *sender, void (*fn)(void *user_data), void *user_data)
{
    kit_calls_t *calls = sender;
    calls->closing = true;
    calls->closed = fn;
    calls->closed_data = user_data;
    slack__task_post(slack__inspect_net(calls->runner->app), &calls->close_task);
}

void slack__calls_init(kit_calls_t *calls, kit_base_t *base, kit_runner_t *runner)
{
    *calls = (kit_calls_t){
        .base = base,
        .runner = runner,
        .sender = {calls_send, calls_close, calls},
        .tail = &calls->first,
        .last_ts = "",
        .close_task.run = calls_cancel,
    };
    slack__link_init(&calls->transfers);
    slack__link_init(&calls->due);
    slack__link_init(&calls->bytes);
    runner->idle = calls_give_next;
    runner->idle_data = calls;
    slack__link_init(&calls->close_task.link);
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
