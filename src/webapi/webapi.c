/* SPDX-License-Identifier: MIT */
#include "webapi/webapi.h"

#include <stdio.h>
#include <string.h>

#include "protocol/already.h"
#include "protocol/methods.h"
#include "util/alloc.h"
#include "util/backoff.h"
#include "util/form.h"
#include "util/json.h"
#include "util/lifetime.h"
#include "util/str.h"
#include "webapi/block_guard.h"
#include "webapi/order.h"
#include "webapi/pace.h"
#include "webapi/request.h"
#include "webapi/response.h"

/*
 * A call is accepted, then it waits (for the calls of its order, for its turn) and is on its way,
 * perhaps several times, and at last call_end() reports its end. That happens from a task: the
 * sender's, or `end_task` for calls that end without a response.
 */

#define METHOD_MAX      128
#define BODY_MAX        ((size_t)4 << 20) /* of a request */
#define RESPONSE_MAX    ((size_t)SLACK_ANSWER_MIB << 20)
#define ARENA_FIRST     ((size_t)4 << 10)
#define ARENA_MAX       ((size_t)SLACK_ANSWERS_MIB << 20) /* a response and its parsed values */
#define VALUES_PER_BYTE ((size_t)4) /* of an answer's text: what the copy and the values take */
#define BACKOFF_BASE_MS 500
#define BACKOFF_CAP_MS  10000

struct slack_webapi {
    slack_net_t *net;
    slack_sender_t sender;
    slack_curl_t *curl; /* the sender; NULL: another one sends */
    char *api_url;
    unsigned concurrency, calls_max;
    unsigned timeout_ms, wait_ms;
    slack_budget_t *budget;
    const slack_block_guard_t *blocks;
    void (*called)(const char *method, const slack_response_t *response, uint64_t owner,
                   void *user_data);
    void *user_data;
    unsigned count; /* calls accepted, whose end is not reported */
    uint64_t unwatched;
    uint64_t last_number;
    slack_pacer_t *pace;
    slack_map_t *orders;
    slack_link_t ended; /* without a response; for `end_task` */
    slack_task_t end_task;
    slack_link_t flows;
    unsigned flow_count;
    slack_timer_t timer;  /* for the next call that waits */
    unsigned char *noted; /* of each method, and of all unknown ones: NOTED_… */
    bool closing;
    void (*close_fn)(void *user_data);
    void *close_data;
};

/* Which lines about a method the log has already. */
enum { NOTED_DEPRECATED = 1 << 0, NOTED_WARNED = 1 << 1 };

/* When a call is sent. */
typedef struct call_pace {
    slack_paced_t paced; /* its number is the call's */
    slack_ordered_t ordered;
    bool behind; /* it waits for another one of its order, and not yet for its turn */
    uint64_t accepted_ms;
    uint64_t since_ms;  /* it waits, or is on its way */
    uint64_t waited_ms; /* before that */
    unsigned tries;
    slack_backoff_t backoff;
} call_pace_t;

typedef struct call_request {
    const char *url;
    const char *headers[3];
    slack_buf_t body;
    size_t counted; /* in the budget: the body, and the sender's copy of it */
} call_request_t;

/* Lies in its arena, with all that belongs to it. */
typedef struct call {
    slack_link_t link; /* in webapi->ended */
    slack_webapi_t *webapi;
    slack_arena_t *arena;
    const char *method; /* or "response_url" */
    call_request_t request;
    bool to_url; /* a message to a response URL */
    bool once;
    bool repeatable; /* a second try does no harm if Slack has made the first one */
    bool kept;       /* the receiver of the response has taken the arena */
    bool of_program; /* begun by slack_call() or slack_callf() */
    bool unheld;     /* of a delivery that does not wait for it */
    uint64_t tag;
    slack_call_fn fn;
    void *user_data;
    slack_client_t *client; /* its `end` takes the response; NULL: no client's */
    uint64_t owner;         /* the client's */
    size_t users;           /* how many the call names in its argument "users" */
    call_pace_t pace;
    slack_response_t response;
} call_t;

static uint64_t webapi_now_ms(const slack_webapi_t *webapi)
{
    return slack__mono_ms(slack__net_clock(webapi->net));
}

/* --- the end of a call --------------------------------------------------------------------- */

static void call_free(call_t *call)
{
    slack__budget_give(call->webapi->budget, call->request.counted);
    slack__buf_done(&call->request.body);
    if (!call->kept) slack__arena_free(call->arena);
}

static call_t *call_of(const slack_response_t *response)
{
    return SLACK_CONTAINER((uintptr_t)response, call_t, response);
}

slack_arena_t *slack__webapi_arena(const slack_response_t *response)
{
    return call_of(response)->arena;
}

uint64_t slack__webapi_number(const slack_response_t *response)
{
    return call_of(response)->pace.paced.number;
}

void slack__webapi_keep(const slack_response_t *response)
{
    call_of(response)->kept = true;
}

static void send_waiting(slack_webapi_t *webapi);

/* Report the end of a call and free it. The callee may close the webapi. */
static void call_end(call_t *call)
{
    slack_webapi_t *webapi = call->webapi;
    const slack_response_t *response = &call->response;
    webapi->count--;
    call->response.method = call->method;
    call->response.waited_ms = call->pace.waited_ms;
    if (webapi->called) webapi->called(call->method, response, call->owner, webapi->user_data);
    if (call->fn) {
        slack_net_t *net = webapi->net;
        const uint64_t since_us = slack__net_now_us(net);
        call->fn(response, call->user_data);
        if (call->of_program) slack__net_note_blocking(net, since_us, "call", call->method);
    } else if (call->client) {
        call->client->end(call->client, response);
    } else if (response->status != 0 && response->status != SLACK_ECANCELED) {
        SLACK_LOG(slack__net_log(webapi->net), WARN, "call failed", "method=%s error=%s reason=%s",
                  call->method, slack_err_name(response->status),
                  slack__response_why(response, call->arena));
    }
    /* The callback may have made calls in this one's place. */
    slack_ordered_t *ordered = slack__order_leave(webapi->orders, &call->pace.ordered);
    call_t *first = ordered ? SLACK_CONTAINER(ordered, call_t, pace.ordered) : NULL;
    call_free(call);
    if (first == NULL || !first->pace.behind) return;
    first->pace.behind = false;
    slack__pace_wait(webapi->pace, &first->pace.paced, 0);
    send_waiting(webapi); /* a webapi that the callee closes is freed later */
}

static void end_calls(slack_webapi_t *webapi)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&webapi->ended)))
        call_end(SLACK_CONTAINER(link, call_t, link));
}

static void webapi_run_end_task(slack_task_t *task)
{
    end_calls(SLACK_CONTAINER(task, slack_webapi_t, end_task));
}

static void call_stops_waiting(call_t *call)
{
    const uint64_t now = webapi_now_ms(call->webapi);
    call->pace.waited_ms += now - call->pace.since_ms;
    call->pace.since_ms = now;
}

/* End a call that waits, or that the sender has not taken. */
static void call_fail(call_t *call, int status)
{
    slack_webapi_t *webapi = call->webapi;
    slack__pace_leave(webapi->pace, &call->pace.paced);
    call->pace.behind = false;
    call_stops_waiting(call);
    slack__response_fail(&call->response, status);
    slack__list_push(&webapi->ended, &call->link);
    slack__task_post(webapi->net, &webapi->end_task);
}

/* Logs once for each method that Slack has deprecated it, and what Slack warned of first. */
static void call_note_warnings(const call_t *call)
{
    size_t count;
    const slack_method_t *methods = slack__methods(&count), *method = slack__method(call->method);
    unsigned char *noted = &call->webapi->noted[method ? (size_t)(method - methods) : count];
    const slack_logger_t *log = slack__net_log(call->webapi->net);
    if (method && method->flags & SLACK_METHOD_DEPRECATED && !(*noted & NOTED_DEPRECATED)) {
        *noted |= NOTED_DEPRECATED;
        SLACK_LOG(log, WARN, "deprecated method",
                  "method=%s hint=\"Slack may remove it: see "
                  "https://docs.slack.dev/reference/methods/%s\"",
                  call->method, call->method);
    }
    if (*noted & NOTED_WARNED) return;
    const char *warnings = slack__response_warnings(&call->response, call->arena);
    if (warnings == NULL) return;
    *noted |= NOTED_WARNED;
    SLACK_LOG(log, WARN, "call warned", "method=%s warning=%s", call->method, warnings);
}

static void call_log(const call_t *call, const slack_curl_result_t *result)
{
    const slack_logger_t *log = slack__net_log(call->webapi->net);
    const slack_response_t *response = &call->response;
    SLACK_LOG(log, DEBUG, "call", "method=%s ms=%llu tries=%u status=%s error=%s http=%d req_id=%s",
              call->method,
              (unsigned long long)(webapi_now_ms(call->webapi) - call->pace.accepted_ms),
              call->pace.tries, response->status ? slack_err_name(response->status) : "ok",
              response->error, response->http_status,
              call->webapi->curl ? slack__curl_header(result, "X-Slack-Req-Id") : "");
    call_note_warnings(call);
}

/* --- waiting and going --------------------------------------------------------------------- */

static void call_got_result(const slack_curl_result_t *result, void *user_data);

static int call_send(call_t *call)
{
    const slack_curl_request_t request = {
        .method = "POST",
        .url = call->request.url,
        .headers = call->request.headers,
        .body = slack__buf_ptr(&call->request.body),
        .body_len = call->request.body.len,
        .timeout_ms = call->webapi->timeout_ms,
        .body_max = RESPONSE_MAX,
        .budget = call->webapi->budget,
        .tag = call->tag,
        .unheld = call->unheld,
    };
    const slack_sender_t *sender = &call->webapi->sender;
    int rc = sender->send(sender->sender, &request, call_got_result, call);
    if (rc != 0) return rc;
    call->pace.tries++;
    call_stops_waiting(call);
    return 0;
}

/* A call that has waited for too long. */
static void call_expire(call_t *call)
{
    call_fail(call, SLACK_ETIMEDOUT);
    const char *why =
        slack__arena_printf(call->arena,
                            "%s waited %llu s for its turn, because Slack limits its "
                            "rate: call it less often, or raise "
                            "SLACK_CALL_WAIT_MS",
                            call->method, (unsigned long long)(call->pace.waited_ms / 1000));
    if (why) call->response.error = why;
}

/* Send the calls whose turn it is. */
static void send_waiting(slack_webapi_t *webapi)
{
    const uint64_t now = webapi_now_ms(webapi);
    uint64_t ready_ms, late_ms;
    slack_paced_t *paced;
    while ((paced = slack__pace_expired(webapi->pace, now, &late_ms)) != NULL)
        call_expire(SLACK_CONTAINER(paced, call_t, pace.paced));
    while ((paced = slack__pace_next(webapi->pace, now, &ready_ms)) != NULL) {
        call_t *call = SLACK_CONTAINER(paced, call_t, pace.paced);
        const int rc = call_send(call);
        if (rc == 0) continue;
        slack__pace_answered(webapi->pace, paced);
        call_fail(call, rc);
    }
    if (webapi->closing) return;
    if (late_ms < ready_ms) ready_ms = late_ms;
    if (ready_ms == UINT64_MAX)
        slack__timer_stop(webapi->net, &webapi->timer);
    else
        slack__timer_start_at(webapi->net, &webapi->timer, ready_ms * 1000);
}

static void webapi_timer_fired(slack_timer_t *timer)
{
    send_waiting(SLACK_CONTAINER(timer, slack_webapi_t, timer));
}

/* --- another attempt ----------------------------------------------------------------------- */

/* After a 429: close the lane for as long as Slack says. */
static void wait_for_limit(call_t *call)
{
    slack_webapi_t *webapi = call->webapi;
    int64_t seconds = call->response.retry_after_s;
    if (seconds <= 0) seconds = (int64_t)1 << (call->pace.tries - 1); /* Slack names no time */
    uint64_t now = webapi_now_ms(webapi), until = now + (uint64_t)seconds * 1000;
    SLACK_LOG(slack__net_log(webapi->net), INFO, "rate limited", "method=%s wait_s=%lld tries=%u",
              call->method, (long long)seconds, call->pace.tries);
    /* Each response URL has a limit of its own. */
    if (!call->to_url) slack__pace_close_lane(webapi->pace, &call->pace.paced, until);
    slack__pace_wait(webapi->pace, &call->pace.paced, until);
}

/* Whether the call waits for another try now. */
static bool try_again(call_t *call, const slack_curl_result_t *result)
{
    slack_webapi_t *webapi = call->webapi;
    if (webapi->closing || call->pace.tries >= SLACK_CALL_TRIES || call->once) return false;
    if (slack__response_is_limited(&call->response)) {
        wait_for_limit(call);
        return true;
    }
    if (result->status == SLACK_ENOMEM) return false;
    if (result->status == SLACK_EHTTP) return false; /* the proxy would refuse again */
    /* Slack may have made the call: a message whose answer was lost may have been posted. */
    const bool lost = result->status == 0
                          ? result->http_status >= 500 && call->response.status != 0
                          : result->status == SLACK_ECLOSED || result->status == SLACK_ETIMEDOUT;
    if (!result->unsent && !(call->repeatable && lost)) return false;
    uint64_t wait_ms = slack__backoff_next_ms(&call->pace.backoff, 0, slack__random_u64());
    SLACK_LOG(slack__net_log(webapi->net), INFO,
              result->unsent ? "call not sent, trying again" : "answer lost, trying again",
              "method=%s status=%s reason=%s wait_ms=%llu tries=%u", call->method,
              slack_err_name(call->response.status), call->response.error,
              (unsigned long long)wait_ms, call->pace.tries);
    slack__pace_wait(webapi->pace, &call->pace.paced, webapi_now_ms(webapi) + wait_ms);
    return true;
}

/* Read the result, if there is room for the answer and its values. */
static void call_read_result(call_t *call, const slack_curl_result_t *result)
{
    const bool small = result->body_len <= SLACK_BUDGET_SMALL_BYTES;
    slack_curl_result_t refused = *result;
    if (result->status == 0 && !small &&
        !slack__budget_has(call->webapi->budget, VALUES_PER_BYTE * result->body_len))
        refused.status = SLACK_EBUSY;
    if (refused.status == SLACK_EBUSY) {
        refused.reason =
            "its answer has no room in SLACK_CALLS_MIB, though Slack has made the call";
        result = &refused;
    }
    if (call->to_url)
        slack__response_read_url(&call->response, call->arena, result);
    else
        slack__response_read_call(&call->response, call->arena, result);
}

static void call_got_result(const slack_curl_result_t *result, void *user_data)
{
    call_t *call = user_data;
    slack_webapi_t *webapi = call->webapi;
    call_read_result(call, result);
    if (call->response.status == SLACK_EAPI &&
        slack__already_as_wanted(call->method, call->response.json, call->users))
        call->response.status = 0; /* a reader of the error still sees the difference */
    slack__pace_answered(webapi->pace, &call->pace.paced);
    call->pace.since_ms = webapi_now_ms(webapi);
    const bool again = try_again(call, result);
    if (!again) slack__pace_leave(webapi->pace, &call->pace.paced);
    send_waiting(webapi); /* the next call of the lane */
    if (again) return;
    call_log(call, result);
    call_end(call);
}

/* --- the start of a call ------------------------------------------------------------------- */

slack_webapi_t *slack__webapi_of(const slack_client_t *client)
{
    return client->home ? *client->home : client->webapi;
}

/* The token of a call; "" for a call without one. NULL: the client lacks it. */
static const char *token_for(const slack_client_t *client, const char *method)
{
    return slack__method_is(method, SLACK_METHOD_NO_TOKEN) ? "" : client->token;
}

static bool method_is_valid(const char *method)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";
    const size_t len = method ? strspn(method, allowed) : 0;
    return len > 0 && len <= METHOD_MAX && method[len] == '\0';
}

/* Whether another call may wait. */
static bool has_room(const slack_webapi_t *webapi)
{
    return webapi->count < webapi->calls_max;
}

static int call_begin(call_t **ret, slack_client_t *client, slack_call_fn fn, void *user_data)
{
    slack_webapi_t *webapi = slack__webapi_of(client);
    if (webapi == NULL || webapi->closing) return SLACK_ECANCELED;
    if (!has_room(webapi)) {
        client->refused = true;
        return SLACK_EBUSY;
    }
    slack_arena_t *arena = slack__arena_new(ARENA_FIRST, ARENA_MAX);
    if (!arena) return SLACK_ENOMEM;
    call_t *call = slack__arena_calloc(arena, sizeof *call);
    if (!call) {
        slack__arena_free(arena);
        return SLACK_ENOMEM;
    }
    if (webapi->budget) slack__arena_count_in(arena, &webapi->budget->used);
    slack__link_init(&call->link);
    slack__buf_init(&call->request.body, BODY_MAX);
    call->webapi = webapi;
    call->arena = arena;
    call->fn = fn;
    call->user_data = user_data;
    call->client = !fn && client->begin && client->end ? client : NULL;
    call->once = client->once;
    call->tag = client->tag;
    call->pace.paced.number = client->place;
    call->pace.backoff = (slack_backoff_t){.base_ms = BACKOFF_BASE_MS, .cap_ms = BACKOFF_CAP_MS};
    slack__response_fail(&call->response, 0);
    *ret = call;
    return 0;
}

static int call_new(call_t **ret, slack_client_t *client, const char *method, slack_call_fn fn,
                    void *user_data)
{
    /* The token goes into a header line, the method into the URL. */
    if (!client || !method_is_valid(method)) return SLACK_EINVAL;
    if (slack__webapi_of(client) == NULL) return SLACK_ECANCELED;
    const char *token = token_for(client, method);
    if (!token || !slack__is_visible(slack__slice(token))) return SLACK_EAUTH;
    call_t *call;
    int rc = call_begin(&call, client, fn, user_data);
    if (rc != 0) return rc;
    slack_arena_t *arena = call->arena;
    call->owner = client->owner;
    call->method = slack__arena_strdup(arena, method);
    call->request.url = slack__arena_printf(arena, "%s%s", call->webapi->api_url, method);
    call->request.headers[0] = "Content-Type: application/x-www-form-urlencoded; charset=utf-8";
    if (*token)
        call->request.headers[1] = slack__arena_printf(arena, "Authorization: Bearer %s", token);
    if (!call->method || !call->request.url || (*token && !call->request.headers[1])) {
        call_free(call);
        return SLACK_ENOMEM;
    }
    *ret = call;
    return 0;
}

/* Count the memory of a call. False: there is no room. */
static bool call_take_memory(call_t *call)
{
    slack_budget_t *budget = call->webapi->budget;
    const size_t bytes = 2 * call->request.body.len;
    /* The small calls that wait could be many, so only those are sure of room that need not wait.
     */
    const bool small = call->webapi->count < call->webapi->concurrency &&
                       slack__arena_size(call->arena) + bytes <= SLACK_BUDGET_SMALL_BYTES;
    if (!small && !slack__budget_has(budget, bytes)) return false;
    call->request.counted = bytes;
    slack__budget_take(budget, bytes);
    return true;
}

/* End a submission: if this succeeds, the end of the call will be reported. */
static int call_submit(call_t *call, slack_client_t *client, const slack_pace_call_t *what)
{
    slack_webapi_t *webapi = call->webapi;
    if (!call_take_memory(call)) {
        client->refused = true;
        call_free(call);
        return SLACK_EBUSY;
    }
    call->pace.accepted_ms = call->pace.since_ms = webapi_now_ms(webapi);
    call->pace.paced.until_ms =
        webapi->wait_ms ? call->pace.accepted_ms + webapi->wait_ms : UINT64_MAX;
    if (call->pace.paced.number == 0) call->pace.paced.number = ++webapi->last_number;
    call->pace.ordered.number = call->pace.paced.number;
    const int rc = slack__order_join(webapi->orders, &call->pace.ordered);
    if (rc != 0) {
        call_free(call);
        return rc;
    }
    slack__pace_enter(webapi->pace, &call->pace.paced, what, call->pace.accepted_ms);
    webapi->count++;
    if (call->client) call->client->begin(call->client);
    call->pace.behind = !slack__order_is_first(webapi->orders, &call->pace.ordered);
    if (call->pace.behind) return 0;
    slack__pace_wait(webapi->pace, &call->pace.paced, 0);
    send_waiting(webapi);
    return 0;
}

/* The channel, view or user that a call changes; "" if the arguments name none of them. */
static const char *target_of(const slack_json_t *args)
{
    static const char *const names[] = {"/channel", "/channel_id", "/view_id", "/user_id"};
    const char *target = "";
    for (size_t i = 0; i < sizeof names / sizeof *names && *target == '\0'; i++)
        target = slack_json_str(args, names[i]);
    return target;
}

static int call_set_order(call_t *call, const slack_client_t *client, const char *target)
{
    if (client->order == NULL || *target == '\0') return 0;
    return slack__order_set(&call->pace.ordered, call->arena, client->order, target);
}

static int submit_with_args(call_t *call, slack_client_t *client, const slack_json_t *args)
{
    const slack_json_t *team = NULL;
    int rc = slack_json_error(args);
    if (rc == 0 && args) rc = slack__form_write(&call->request.body, args);
    if (rc == 0) rc = call_set_order(call, client, target_of(args));
    /* A call with a `hash` succeeds only once, because it changes the hash; with reply_broadcast an
     * update posts in the channel. */
    const slack_method_t *known = slack__method(call->method);
    call->repeatable = client->repeat || (known && known->effect != SLACK_METHOD_ACTS &&
                                          !slack_json_get(args, "/hash") &&
                                          !slack_json_get(args, "/reply_broadcast"));
    const char *users = slack_json_str(args, "/users");
    call->users = *users != '\0';
    while ((users = strchr(users, ',')) != NULL)
        call->users++, users++;
    /* A team_id in the arguments is the caller's decision, even null. */
    if (rc == 0 && client->team_id && *client->team_id && !slack_json_get(args, "/team_id") &&
        slack__method_is(call->method, SLACK_METHOD_TEAM)) {
        rc = slack__jsonf(call->arena, &team, NULL, "{team_id: %s}", client->team_id);
        if (rc == 0 && call->request.body.len > 0)
            rc = slack__buf_append_char(&call->request.body, '&');
        if (rc == 0) rc = slack__form_write(&call->request.body, team);
    }
    if (rc != 0) {
        call_free(call);
        return rc;
    }
    const char *team_id = slack_json_str(args, "/team_id");
    const slack_pace_call_t what = {
        .token = client->workspace ? client->workspace : token_for(client, call->method),
        .team = *team_id          ? team_id
                : client->team_id ? client->team_id
                                  : "",
        .method = call->method,
        .channel = slack_json_str(args, "/channel"),
    };
    return call_submit(call, client, &what);
}

int slack__webapi_call(slack_client_t *client, const char *method, const slack_json_t *args,
                       slack_call_fn fn, void *user_data)
{
    call_t *call;
    int rc = call_new(&call, client, method, fn, user_data);
    return rc != 0 ? rc : submit_with_args(call, client, args);
}

const char *slack__webapi_refusal(const slack_client_t *client, const char *method, int status)
{
    switch (status) {
    case SLACK_EINVAL:
        if (method && strcmp(method, "response_url") == 0)
            return "the URL is not one of Slack's: use slack_say()";
        return method_is_valid(method)
                   ? "the arguments are not an object: pass one"
                   : "the name of the method is not valid: pass one such as chat.postMessage";
    case SLACK_ECANCELED: return "the app does not run: call it between its start and its stop";
    case SLACK_EAUTH:
        return client->token ? "the token is malformed: pass one of visible ASCII characters"
                             : "the client has no token: use slack_ctx_client() in a delivery, or "
                               "slack_client_new()";
    case SLACK_EBUSY:
        return slack__webapi_of(client) && has_room(slack__webapi_of(client))
                   ? "the calls under way take all of SLACK_CALLS_MIB: do less at once, or raise it"
                   : "too many calls wait for their turn: do less at once";
    case SLACK_ETOOBIG: return "the arguments are more than 4 MiB: send less";
    default: return slack_strerror(status);
    }
}

int slack__webapi_refuse(slack_client_t *client, const char *method, int rc, const char *why)
{
    if (rc == 0 || client == NULL) return rc;
    if (why == NULL) why = slack__webapi_refusal(client, method, rc);
    if (client->refuse)
        client->refuse(client, method ? method : "", rc, why);
    else if (client->log)
        SLACK_LOG(client->log, ERROR, "call not made", "method=%s error=%s reason=%s",
                  method ? method : "", slack_err_name(rc), why);
    return rc;
}

slack_net_t *slack__webapi_net(const slack_client_t *client)
{
    const slack_webapi_t *webapi = client ? slack__webapi_of(client) : NULL;
    return webapi ? webapi->net : NULL;
}

int slack__webapi_act(const slack_client_t *client, const char *function)
{
    if (slack__lifetimes_checked() && !slack__lifetime_part_is_open(client, function))
        return SLACK_EALREADY;
    slack_net_t *net = slack__webapi_net(client);
    return net ? slack__net_require(net, function) : 0;
}

/* A call of the program. The delivery of its client does not wait for a call with a callback. */
static int call_of_program(call_t **ret, const char *function, slack_client_t *client,
                           const char *method, slack_call_fn fn, void *user_data)
{
    int rc = slack__webapi_act(client, function);
    if (rc != 0) return rc;
    rc = call_new(ret, client, method, fn, user_data);
    if (rc != 0) return slack__webapi_refuse(client, method, rc, NULL);
    (*ret)->of_program = true;
    (*ret)->unheld = fn && client->begin;
    return 0;
}

static int call_finish(call_t *call, slack_client_t *client, const char *method,
                       const slack_json_t *args)
{
    slack_webapi_t *webapi = call->webapi;
    const bool watched = call->client != NULL;
    const char *why = NULL;
    if (webapi->blocks) why = slack__block_guard(webapi->blocks, call->arena, method, args);
    if (why) {
        slack__webapi_refuse(client, method, SLACK_EINVAL, why);
        call_free(call);
        return SLACK_EINVAL;
    }
    const int rc = submit_with_args(call, client, args);
    if (rc == 0 && !watched) webapi->unwatched++;
    return slack__webapi_refuse(client, method, rc, NULL);
}

int slack_call(slack_client_t *client, slack_request_t request, slack_call_fn fn, void *user_data)
{
    call_t *call;
    int rc = call_of_program(&call, __func__, client, request.method, fn, user_data);
    if (rc != 0) return rc;
    const slack_json_t *args = slack__request_args(call->arena, request);
    rc = slack__json_required(args);
    if (rc == 0) return call_finish(call, client, request.method, args);
    slack__webapi_refuse(client, request.method, rc, args ? slack_json_reason(args) : NULL);
    call_free(call);
    return rc;
}

void slack_client_repeat(slack_client_t *client, bool repeat)
{
    if (client == NULL) return;
    if (slack__webapi_of(client) &&
        slack__net_require(slack__webapi_of(client)->net, __func__) != 0)
        return;
    client->repeat = repeat;
}

int(slack_callf)(slack_client_t *client, const char *method, slack_call_fn fn, void *user_data,
                 const char *args_template, ...)
{
    call_t *call;
    int rc = call_of_program(&call, __func__, client, method, fn, user_data);
    if (rc != 0) return rc;
    const slack_json_t *args;
    slack_json_error_t error;
    va_list ap;
    va_start(ap, args_template);
    rc = slack__vjsonf(call->arena, &args, &error, args_template, ap);
    va_end(ap);
    if (rc == 0) return call_finish(call, client, method, args);
    char why[160];
    snprintf(why, sizeof why, "%s, at offset %zu: correct the template", error.what, error.offset);
    call_free(call);
    return slack__webapi_refuse(client, method, rc, why);
}

int slack__webapi_respond(slack_client_t *client, const char *response_url,
                          const slack_json_t *message, slack_call_fn fn, void *user_data)
{
    if (!client) return SLACK_EINVAL;
    if (!client->webapi) return SLACK_ECANCELED;
    if (!slack__response_url_allowed(response_url, client->webapi->api_url)) return SLACK_EINVAL;
    if (!message) return SLACK_EINVAL;
    call_t *call;
    int rc = call_begin(&call, client, fn, user_data);
    if (rc != 0) return rc;
    call->to_url = true;
    call->method = "response_url";
    call->request.url = slack__arena_strdup(call->arena, response_url);
    call->request.headers[0] = "Content-Type: application/json; charset=utf-8";
    rc = call->request.url ? slack__json_write(&call->request.body, message) : SLACK_ENOMEM;
    if (rc == 0) rc = call_set_order(call, client, call->request.url);
    const slack_pace_call_t what = {.token = "", .team = "", .method = call->method, .channel = ""};
    if (rc == 0) return call_submit(call, client, &what);
    call_free(call);
    return rc;
}

size_t slack__webapi_under_way(const slack_webapi_t *webapi)
{
    return webapi->count;
}

size_t slack__webapi_waiting(const slack_webapi_t *webapi)
{
    return slack__pace_waiting(webapi->pace);
}

size_t slack__webapi_room(const slack_webapi_t *webapi)
{
    return webapi->concurrency > webapi->count ? webapi->concurrency - webapi->count : 0;
}

uint64_t slack__webapi_unwatched(const slack_webapi_t *webapi)
{
    return webapi->unwatched;
}

/* --- life ---------------------------------------------------------------------------------- */

static void webapi_free(slack_webapi_t *webapi)
{
    slack__pace_free(webapi->pace);
    slack__map_free(webapi->orders, NULL);
    slack__free(webapi->noted);
    slack__free(webapi->api_url);
    slack__free(webapi);
}

/* The end of a close, once the sender is closed and the last flow has ended. */
static void webapi_closed(slack_webapi_t *webapi)
{
    slack__task_cancel(&webapi->end_task);
    end_calls(webapi);
    void (*fn)(void *user_data) = webapi->close_fn;
    void *fn_data = webapi->close_data;
    webapi_free(webapi);
    if (fn) fn(fn_data);
}

static void webapi_sender_closed(void *user_data)
{
    slack_webapi_t *webapi = user_data;
    webapi->sender.send = NULL;
    if (webapi->flow_count == 0) webapi_closed(webapi);
}

int slack__webapi_join(slack_webapi_t *webapi, slack_flow_t *flow,
                       void (*canceled)(slack_flow_t *flow))
{
    if (webapi->closing) return SLACK_ECANCELED;
    if (webapi->flow_count >= SLACK_FLOWS_MAX) return SLACK_EBUSY;
    flow->canceled = canceled;
    slack__list_push(&webapi->flows, &flow->link);
    webapi->flow_count++;
    return 0;
}

void slack__webapi_leave(slack_webapi_t *webapi)
{
    webapi->flow_count--;
    if (webapi->flow_count == 0 && webapi->closing && webapi->sender.send == NULL)
        webapi_closed(webapi);
}

int slack__webapi_send(slack_webapi_t *webapi, const slack_curl_request_t *request,
                       slack_curl_fn fn, void *user_data)
{
    const slack_sender_t *sender = &webapi->sender;
    if (webapi->closing) return SLACK_ECANCELED;
    return sender->send(sender->sender, request, fn, user_data);
}

const char *slack__webapi_header(const slack_webapi_t *webapi, const slack_curl_result_t *result,
                                 const char *name)
{
    return webapi->curl ? slack__curl_header(result, name) : "";
}

bool slack__webapi_owns(const slack_webapi_t *webapi, const char *url)
{
    return slack__response_url_allowed(url, webapi->api_url);
}

void slack__webapi_close(slack_webapi_t *webapi, void (*fn)(void *user_data), void *user_data)
{
    if (webapi->closing) return;
    webapi->closing = true;
    webapi->close_fn = fn;
    webapi->close_data = user_data;
    slack__timer_stop(webapi->net, &webapi->timer);
    slack_paced_t *paced;
    while ((paced = slack__pace_take(webapi->pace)) != NULL)
        call_fail(SLACK_CONTAINER(paced, call_t, pace.paced), SLACK_ECANCELED);
    slack_link_t *link;
    while ((link = slack__list_shift(&webapi->flows)))
        SLACK_CONTAINER(link, slack_flow_t, link)
            ->canceled(SLACK_CONTAINER(link, slack_flow_t, link));
    webapi->sender.close(webapi->sender.sender, webapi_sender_closed, webapi);
}

static int curl_send(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data)
{
    return slack__curl_send(sender, request, fn, user_data);
}

static void curl_close(void *sender, void (*fn)(void *user_data), void *user_data)
{
    slack__curl_close(sender, fn, user_data);
}

static int open_sender(slack_webapi_t *webapi, slack_net_t *net,
                       const slack_webapi_options_t *options)
{
    if (options->sender) {
        webapi->sender = *options->sender;
        return 0;
    }
    const slack_curl_options_t curl = {
        .ca_file = options->ca_file,
        .proxy = options->proxy,
        .user_agent = "slackapp/" SLACKAPP_VERSION " libcurl",
        .concurrency = options->concurrency,
    };
    int rc = slack__curl_new(&webapi->curl, net, &curl);
    webapi->sender = (slack_sender_t){curl_send, curl_close, webapi->curl};
    return rc;
}

int slack__webapi_new(slack_webapi_t **ret, slack_net_t *net, const slack_webapi_options_t *options)
{
    const char *url = options->api_url;
    if (!slack__url_allowed(url) || url[strlen(url) - 1] != '/') return SLACK_EINVAL;
    slack_webapi_t *webapi = slack__calloc(1, sizeof *webapi);
    if (!webapi) return SLACK_ENOMEM;
    size_t methods;
    slack__methods(&methods);
    webapi->noted = slack__calloc(methods + 1, 1);
    webapi->api_url = slack__strdup(url);
    webapi->calls_max = options->calls_max ? options->calls_max : options->concurrency;
    webapi->pace = slack__pace_new(options->pace, options->concurrency);
    webapi->orders = slack__orders_new(webapi->calls_max);
    const bool made = webapi->noted && webapi->api_url && webapi->pace && webapi->orders;
    int rc = made ? open_sender(webapi, net, options) : SLACK_ENOMEM;
    if (rc != 0) {
        webapi_free(webapi);
        return rc;
    }
    if (options->wrap) options->wrap(&webapi->sender, options->wrap_data);
    webapi->net = net;
    webapi->concurrency = options->concurrency;
    webapi->timeout_ms = options->timeout_ms;
    webapi->wait_ms = options->wait_ms;
    webapi->budget = options->budget;
    webapi->blocks = options->blocks;
    webapi->called = options->called;
    webapi->user_data = options->user_data;
    slack__link_init(&webapi->ended);
    slack__link_init(&webapi->flows);
    slack__link_init(&webapi->end_task.link);
    webapi->end_task.run = webapi_run_end_task;
    slack__timer_init(&webapi->timer, webapi_timer_fired);
    *ret = webapi;
    return 0;
}
