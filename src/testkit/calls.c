/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "testkit/testkit.h"
#include "util/alloc.h"
#include "util/form.h"
#include "webapi/args.h"

/*
 * What takes libcurl's place: each request is read back into its arguments, compared with what the
 * test expects, and answered by a timer when its time has come.
 */

#define ANSWER_MAX ((size_t)4 << 20)

typedef struct transfer {
    slack_timer_t timer;
    slack_link_t link; /* kit->transfers */
    int status, http_status;
    bool unsent;
    int64_t retry_after_s;
    slack_buf_t body;
    slack_curl_fn fn;
    void *user_data;
} transfer_t;

/* ---- requests ---- */

static const char *method_of(const slack_test_t *kit, const char *url)
{
    const char *base = slack__inspect_options(kit->app)->api_url;
    return strncmp(url, base, strlen(base)) == 0 ? url + strlen(base) : "response_url";
}

/* Arguments as they arrive after their way through a form. */
static int as_sent(slack_arena_t *arena, const slack_json_t *args, const slack_json_t **ret)
{
    slack_buf_t form;
    slack__buf_init(&form, ANSWER_MAX);
    int rc = slack__form_write(&form, args);
    if (rc == 0) rc = slack__args_read(arena, slack__buf_ptr(&form), form.len, ret);
    slack__buf_done(&form);
    return rc;
}

static int note_call(slack_test_t *kit, const slack_curl_request_t *request, kit_call_t **ret)
{
    kit_call_t *call = slack__arena_calloc(kit->arena, sizeof *call);
    if (call == NULL) return SLACK_ENOMEM;
    call->method = slack__arena_strdup(kit->arena, method_of(kit, request->url));
    if (call->method == NULL) return SLACK_ENOMEM;
    call->delivery = request->tag;
    call->at_us = kit->now_us;
    call->order = ++kit->last_order;
    const char *body = request->body_len ? request->body : "";
    int rc = strcmp(call->method, "response_url") == 0
                 ? slack__json_parse(kit->arena, body, request->body_len, &call->args, NULL)
                 : slack__args_read(kit->arena, body, request->body_len, &call->args);
    if (rc == 0) *ret = call;
    return rc;
}

/* ---- expectations ---- */

static const char *text_of(slack_test_t *kit, const slack_json_t *value)
{
    const char *text = slack__json_text(kit->arena, value, NULL);
    return text ? text : "(out of memory)";
}

static void unexpected(slack_test_t *kit, const kit_call_t *call, const kit_expectation_t *near,
                       const char *where)
{
    const char *args = text_of(kit, call->args);
    if (near)
        slack__kit_fail(kit, SLACK_EMISMATCH, "%s was called with %.700s, not with %.700s: see %s",
                        call->method, args, text_of(kit, near->args), *where ? where : "/");
    else
        slack__kit_fail(kit, SLACK_EMISMATCH,
                        "%s was not expected to be called; its arguments: "
                        "%.1500s",
                        call->method, args);
}

/* The first expectation that the call meets; NULL, with the first that has its method at least. */
static kit_expectation_t *find(slack_test_t *kit, const kit_call_t *call,
                               const kit_expectation_t **ret_near, char *where, size_t size)
{
    char here[256];
    for (kit_expectation_t *e = kit->expected; e; e = e->next) {
        if (e->met || strcmp(e->method, call->method) != 0) continue;
        *here = '\0';
        if (e->any || slack__kit_has(call->args, e->args, here, sizeof here)) return e;
        if (*ret_near == NULL) snprintf(where, size, "%s", here);
        if (*ret_near == NULL) *ret_near = e;
    }
    return NULL;
}

static bool is_awaited(const slack_test_t *kit, const char *method)
{
    for (const kit_expectation_t *e = kit->expected; e; e = e->next)
        if (!e->met && strcmp(e->method, method) == 0) return true;
    return false;
}

/* What Slack says to a call that succeeds. */
static int default_answer(slack_test_t *kit, const kit_call_t *call, const slack_json_t **ret)
{
    slack_arena_t *arena = kit->arena;
    if (strcmp(call->method, "chat.postMessage") == 0) {
        char ts[KIT_TS_MAX];
        slack__kit_ts(kit, ts);
        return slack__jsonf(arena, ret, NULL, "{ok: true, channel: %s, ts: %s}",
                            slack_json_str(call->args, "/channel"), ts);
    }
    if (strncmp(call->method, "views.", 6) == 0)
        return slack__jsonf(arena, ret, NULL, "{ok: true, view: {id: 'V%uTEST', hash: 'h%u'}}",
                            kit->last_id + 1, kit->last_id + 1);
    if (strcmp(call->method, "conversations.open") == 0)
        return slack__jsonf(arena, ret, NULL, "{ok: true, channel: {id: 'D0TEST'}}");
    return slack__jsonf(arena, ret, NULL, "{ok: true}");
}

static int auth_answer(slack_test_t *kit, const slack_json_t **ret)
{
    return slack__jsonf(kit->arena, ret, NULL,
                        "{ok: true, url: 'https://test.slack.com/', team: 'test', user: 'bot', "
                        "team_id: %s, user_id: %s, bot_id: %s}",
                        kit->team, kit->bot_user, kit->bot_id);
}

/* ---- answers ---- */

static void free_transfer(transfer_t *transfer)
{
    slack__buf_done(&transfer->body);
    slack__free(transfer);
}

static void tell(transfer_t *transfer, int status)
{
    const slack_curl_result_t result = {
        .status = status,
        .reason = status ? slack_strerror(status) : "",
        .http_status = status ? 0 : transfer->http_status,
        .unsent = status != SLACK_ECANCELED && transfer->unsent,
        .content_type = status ? "" : "application/json; charset=utf-8",
        .retry_after_s = status ? -1 : transfer->retry_after_s,
        .body = transfer->body.len && !status ? slack__buf_ptr(&transfer->body) : "",
        .body_len = status ? 0 : transfer->body.len,
    };
    transfer->fn(&result, transfer->user_data);
    free_transfer(transfer);
}

static void answer_due(slack_timer_t *timer)
{
    transfer_t *transfer = SLACK_CONTAINER(timer, transfer_t, timer);
    slack__unlink(&transfer->link);
    tell(transfer, transfer->status);
}

static void cancel_all(slack_task_t *task)
{
    slack_test_t *kit = SLACK_CONTAINER(task, slack_test_t, close_task);
    slack_link_t *link;
    while ((link = slack__list_shift(&kit->transfers)) != NULL) {
        transfer_t *transfer = SLACK_CONTAINER(link, transfer_t, link);
        slack__timer_stop(slack__inspect_net(kit->app), &transfer->timer);
        tell(transfer, SLACK_ECANCELED);
    }
    kit->sender_closed(kit->sender_closed_data);
}

static int write_body(transfer_t *transfer, const slack_json_t *body)
{
    slack__buf_init(&transfer->body, ANSWER_MAX);
    return body ? slack__json_write(&transfer->body, body) : 0;
}

static int begin_transfer(slack_test_t *kit, const slack_curl_request_t *request,
                          const kit_answer_t *answer, slack_curl_fn fn, void *user_data)
{
    transfer_t *transfer = slack__calloc(1, sizeof *transfer);
    if (transfer == NULL) return SLACK_ENOMEM;
    bool late = answer->after_ms >= request->timeout_ms;
    slack__timer_init(&transfer->timer, answer_due);
    slack__link_init(&transfer->link);
    transfer->status = late ? SLACK_ETIMEDOUT : answer->status;
    transfer->unsent = !late && (answer->unsent || answer->status == SLACK_ECONNECT);
    transfer->http_status = answer->http_status ? answer->http_status : 200;
    transfer->retry_after_s = answer->retry_after_s;
    transfer->fn = fn;
    transfer->user_data = user_data;
    int rc = write_body(transfer, answer->body);
    if (rc != 0) {
        free_transfer(transfer);
        return rc;
    }
    slack__list_push(&kit->transfers, &transfer->link);
    slack__timer_start(slack__inspect_net(kit->app), &transfer->timer,
                       late ? request->timeout_ms : answer->after_ms);
    return 0;
}

/* ---- the sender ---- */

static int answer_call(slack_test_t *kit, const kit_call_t *call, kit_expectation_t **ret_met,
                       kit_answer_t *ret)
{
    *ret = (kit_answer_t){.retry_after_s = -1};
    *ret_met = NULL;
    bool checking = slack__inspect_checks_token(kit->app) && strcmp(call->method, "auth.test") == 0;
    if (checking && !is_awaited(kit, call->method)) return auth_answer(kit, &ret->body);
    if (kit->play) {
        int rc = slack__play_answer(kit, call, ret);
        return rc == SLACK_ENOTFOUND ? default_answer(kit, call, &ret->body) : rc;
    }
    const kit_expectation_t *near = NULL;
    char where[256] = "";
    kit_expectation_t *met = find(kit, call, &near, where, sizeof where);
    if (met)
        *ret = met->answer;
    else
        unexpected(kit, call, near, where);
    *ret_met = met;
    if (checking && ret->body == NULL && ret->status == 0 && ret->http_status == 0)
        return auth_answer(kit, &ret->body);
    return ret->body || ret->status || ret->http_status ? 0 : default_answer(kit, call, &ret->body);
}

static int kit_send(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                    void *user_data)
{
    slack_test_t *kit = sender;
    if (kit->sender_closing) return SLACK_ECANCELED;
    kit_call_t *call = NULL;
    kit_expectation_t *met = NULL;
    kit_answer_t answer;
    bool checks = slack__inspect_checks_token(kit->app) &&
                  strcmp(method_of(kit, request->url), "auth.test") == 0;
    int rc = note_call(kit, request, &call);
    if (rc == 0) rc = answer_call(kit, call, &met, &answer);
    if (rc == 0) rc = begin_transfer(kit, request, &answer, fn, user_data);
    if (rc != 0) return rc;
    if (met) met->met = true;
    if (checks) return 0;
    *kit->calls_tail = call;
    kit->calls_tail = &call->next;
    kit->call_count++;
    return 0;
}

static void kit_close(void *sender, void (*fn)(void *user_data), void *user_data)
{
    slack_test_t *kit = sender;
    kit->sender_closing = true;
    kit->sender_closed = fn;
    kit->sender_closed_data = user_data;
    slack__task_post(slack__inspect_net(kit->app), &kit->close_task);
}

void slack__kit_calls_init(slack_test_t *kit)
{
    kit->expected_tail = &kit->expected;
    kit->calls_tail = &kit->calls;
    slack__link_init(&kit->transfers);
    slack__link_init(&kit->close_task.link);
    kit->close_task.run = cancel_all;
    kit->sender = (slack_sender_t){kit_send, kit_close, kit};
}

void slack__kit_check_calls(slack_test_t *kit)
{
    for (const kit_expectation_t *e = kit->expected; e; e = e->next)
        if (!e->met)
            slack__kit_fail(kit, SLACK_EMISMATCH, "%s was not called%s%.1500s", e->method,
                            e->any ? "" : " with ", e->any ? "" : text_of(kit, e->args));
}

/* ---- what the test says ---- */

int(slack_test_expect)(slack_test_t *kit, const char *method, const char *args_template, ...)
{
    if (method == NULL || *method == '\0') return SLACK_EINVAL;
    kit_expectation_t *e = slack__arena_calloc(kit->arena, sizeof *e);
    if (e == NULL || (e->method = slack__arena_strdup(kit->arena, method)) == NULL)
        return slack__kit_fail(kit, SLACK_ENOMEM, "out of memory");
    e->any = args_template == NULL;
    e->answer.retry_after_s = -1;
    int rc = 0;
    if (!e->any) {
        KIT_READ(kit, args_template, &e->args, &rc);
        if (rc == 0 && strcmp(method, "response_url") != 0)
            rc = as_sent(kit->arena, e->args, &e->args);
    }
    if (rc != 0) return slack__kit_fail(kit, rc, "expecting %s: %s", method, slack_strerror(rc));
    *kit->expected_tail = e;
    kit->expected_tail = &e->next;
    kit->last_expected = e;
    return 0;
}

/* The answer that is spoken of. */
static kit_answer_t *spoken_of(slack_test_t *kit)
{
    if (kit->last_expected) return &kit->last_expected->answer;
    slack__kit_fail(kit, SLACK_EINVAL, "an answer was given, but no call is expected");
    return NULL;
}

int(slack_test_answer)(slack_test_t *kit, const char *answer_template, ...)
{
    kit_answer_t *answer = spoken_of(kit);
    if (answer == NULL) return SLACK_EINVAL;
    int rc;
    KIT_READ(kit, answer_template, &answer->body, &rc);
    return rc;
}

int slack_test_answer_error(slack_test_t *kit, const char *error)
{
    kit_answer_t *answer = spoken_of(kit);
    if (answer == NULL || error == NULL) return SLACK_EINVAL;
    int rc = slack__jsonf(kit->arena, &answer->body, NULL, "{ok: false, error: %s}", error);
    return rc ? slack__kit_fail(kit, rc, "out of memory") : 0;
}

int slack_test_answer_limited(slack_test_t *kit, unsigned retry_after_s)
{
    kit_answer_t *answer = spoken_of(kit);
    if (answer == NULL) return SLACK_EINVAL;
    answer->http_status = 429;
    answer->retry_after_s = retry_after_s;
    return slack_test_answer_error(kit, "ratelimited");
}

int slack_test_answer_lost(slack_test_t *kit, int status)
{
    kit_answer_t *answer = spoken_of(kit);
    if (answer == NULL || status >= 0) return SLACK_EINVAL;
    answer->status = status;
    return 0;
}

int slack_test_answer_after_ms(slack_test_t *kit, unsigned after_ms)
{
    kit_answer_t *answer = spoken_of(kit);
    if (answer == NULL) return SLACK_EINVAL;
    answer->after_ms = after_ms;
    return 0;
}

size_t slack_test_call_count(const slack_test_t *kit)
{
    return kit->call_count;
}

const slack_json_t *slack_test_call_args(const slack_test_t *kit, size_t index,
                                         const char **ret_method)
{
    const kit_call_t *call = kit->calls;
    while (call && index-- > 0)
        call = call->next;
    if (call == NULL) return NULL;
    if (ret_method) *ret_method = call->method;
    return call->args;
}
