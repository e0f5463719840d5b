/* SPDX-License-Identifier: MIT */
#include "webapi/webapi.h"

#include <string.h>

#include "protocol/methods.h"
#include "util/alloc.h"
#include "util/backoff.h"
#include "util/form.h"
#include "util/json.h"
#include "webapi/rate_limit.h"
#include "webapi/response.h"

/*
 * A call is accepted -> waiting (for its lane, for a pause to end) <-> on its way -> told. It
 * leaves by tell() alone, from a task: the bridge's, or our own for calls that end without an
 * answer.
 */

#define METHOD_MAX        128
#define BODY_MAX          ((size_t)4 << 20)  /* of a request */
#define ANSWER_MAX        ((size_t)16 << 20) /* users.list of a large workspace is several MiB */
#define ARENA_FIRST       ((size_t)4 << 10)
#define ARENA_MAX         ((size_t)96 << 20) /* an answer, and the values that it is parsed into */
#define BACKOFF_BASE_MS   500
#define BACKOFF_CAP_MS    10000
#define RETRY_AFTER_S     1     /* where a 429 names none */
#define RETRY_AFTER_MAX_S 86400 /* so that no sum overflows */

struct slack_webapi {
    slack_net_t *net;
    slack_sender_t sender;
    slack_curl_t *curl; /* what sends; NULL where a test does */
    char *api_url;
    unsigned concurrency;
    unsigned timeout_ms;
    void (*called)(const char *method, const slack_response_t *response, uint64_t owner,
                   void *user_data);
    void *user_data;
    unsigned count; /* accepted, not told yet */
    uint64_t last_number;
    slack_rate_limit_t limit;
    slack_link_t waiting; /* by number: first come, first served */
    slack_link_t ended;   /* to be told by `tell_task` */
    slack_task_t tell_task;
    slack_timer_t timer; /* for the next of the waiting */
    bool closing;
    void (*close_fn)(void *user_data);
    void *close_data;
};

/* Lives in its arena, with all that belongs to it. */
typedef struct slack_pending {
    slack_link_t link;
    slack_webapi_t *webapi;
    slack_arena_t *arena;
    const char *method; /* or "response_url" */
    const char *url;
    const char *headers[3];
    slack_buf_t body;
    bool to_url; /* a message to a response URL, no call */
    bool once;
    uint64_t tag;
    slack_call_fn fn;
    void *user_data;
    slack_client_t *client; /* its `end` takes the answer; NULL: it is nobody's */
    uint64_t owner;         /* the client's */
    uint64_t number;
    uint64_t accepted_ms;
    uint64_t key;       /* of its lane */
    slack_lane_t *lane; /* NULL: in none */
    uint64_t due_ms;    /* waiting: not before */
    unsigned tries;
    slack_backoff_t backoff;
    slack_response_t response;
} slack_pending_t;

static uint64_t now_ms(const slack_webapi_t *webapi)
{
    return slack__mono_ms(slack__net_clock(webapi->net));
}

/* --- the end of a call --------------------------------------------------------------------- */

static void free_pending(slack_pending_t *pending)
{
    slack__buf_done(&pending->body);
    slack__arena_free(pending->arena);
}

/* A failure that nobody will hear of otherwise. */
static void log_unheard(const slack_pending_t *pending)
{
    if (pending->response.status == 0 || pending->response.status == SLACK_ECANCELED) return;
    SLACK_LOG(slack__net_log(pending->webapi->net), WARN, "call failed",
              "method=%s status=%s error=%s", pending->method,
              slack_err_name(pending->response.status), pending->response.error);
}

/* The last that is done for a call. Whoever is called may close the webapi. */
static void tell(slack_pending_t *pending)
{
    pending->webapi->count--;
    if (pending->webapi->called)
        pending->webapi->called(pending->method, &pending->response, pending->owner,
                                pending->webapi->user_data);
    if (pending->fn)
        pending->fn(&pending->response, pending->user_data);
    else if (pending->client)
        pending->client->end(pending->client, &pending->response);
    else
        log_unheard(pending);
    free_pending(pending);
}

static void tell_ended(slack_webapi_t *webapi)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&webapi->ended)))
        tell(SLACK_CONTAINER(link, slack_pending_t, link));
}

static void run_tell_task(slack_task_t *task)
{
    tell_ended(SLACK_CONTAINER(task, slack_webapi_t, tell_task));
}

static void leave_lane(slack_pending_t *pending)
{
    if (!pending->lane) return;
    slack__lane_leave(pending->lane);
    pending->lane = NULL;
}

/* For a call that waits, or was not taken by the bridge. */
static void end_without_answer(slack_pending_t *pending, int status)
{
    slack_webapi_t *webapi = pending->webapi;
    leave_lane(pending);
    slack__response_fail(&pending->response, status);
    slack__list_push(&webapi->ended, &pending->link);
    slack__task_post(webapi->net, &webapi->tell_task);
}

static void log_answer(const slack_pending_t *pending, const slack_curl_result_t *result)
{
    const slack_logger_t *log = slack__net_log(pending->webapi->net);
    const slack_response_t *response = &pending->response;
    SLACK_LOG(log, DEBUG, "call", "method=%s ms=%llu tries=%u status=%s error=%s http=%d req_id=%s",
              pending->method, (unsigned long long)(now_ms(pending->webapi) - pending->accepted_ms),
              pending->tries, response->status ? slack_err_name(response->status) : "ok",
              response->error, response->http_status,
              pending->webapi->curl ? slack__curl_header(result, "X-Slack-Req-Id") : "");
    if (slack_json_get(response->json, "/warning"))
        SLACK_LOG(log, DEBUG, "call warned", "method=%s warning=%s", pending->method,
                  slack_json_str(response->json, "/warning"));
    slack_json_iter_t it = {0};
    while (slack_json_next(slack_json_get(response->json, "/response_metadata/messages"), &it))
        SLACK_LOG(log, DEBUG, "call warned", "method=%s message=%s", pending->method,
                  slack_json_str(it.value, ""));
}

/* --- waiting and going --------------------------------------------------------------------- */

static void on_result(const slack_curl_result_t *result, void *user_data);

static int send_now(slack_pending_t *pending)
{
    const slack_curl_request_t request = {
        .method = "POST",
        .url = pending->url,
        .headers = pending->headers,
        .body = slack__buf_ptr(&pending->body),
        .body_len = pending->body.len,
        .timeout_ms = pending->webapi->timeout_ms,
        .body_max = ANSWER_MAX,
        .tag = pending->tag,
    };
    const slack_sender_t *sender = &pending->webapi->sender;
    int rc = sender->send(sender->sender, &request, on_result, pending);
    if (rc != 0) return rc;
    if (pending->lane) pending->lane->busy = true;
    pending->tries++;
    return 0;
}

static void queue(slack_pending_t *pending, uint64_t due_ms)
{
    slack_link_t *after = pending->webapi->waiting.prev;
    while (after != &pending->webapi->waiting &&
           SLACK_CONTAINER(after, slack_pending_t, link)->number > pending->number)
        after = after->prev;
    pending->due_ms = due_ms;
    slack__list_push(after->next, &pending->link); /* before what follows `after` */
}

static uint64_t ready_ms(const slack_pending_t *pending)
{
    uint64_t open_ms = pending->lane ? slack__lane_open_ms(pending->lane) : 0;
    return open_ms > pending->due_ms ? open_ms : pending->due_ms;
}

/* Send those of the waiting calls whose time has come. */
static void send_waiting(slack_webapi_t *webapi)
{
    uint64_t now = now_ms(webapi), wake_ms = UINT64_MAX;
    slack_link_t *next;
    for (slack_link_t *link = webapi->waiting.next; link != &webapi->waiting; link = next) {
        slack_pending_t *pending = SLACK_CONTAINER(link, slack_pending_t, link);
        uint64_t ready = ready_ms(pending);
        next = link->next;
        if (ready > now) {
            if (ready < wake_ms) wake_ms = ready;
            continue;
        }
        slack__unlink(link);
        int rc = send_now(pending);
        if (rc != 0) end_without_answer(pending, rc);
    }
    if (webapi->closing) return;
    if (wake_ms == UINT64_MAX)
        slack__timer_stop(webapi->net, &webapi->timer);
    else
        slack__timer_start_at(webapi->net, &webapi->timer, wake_ms * 1000);
}

static void on_timer(slack_timer_t *timer)
{
    send_waiting(SLACK_CONTAINER(timer, slack_webapi_t, timer));
}

/* --- trying again -------------------------------------------------------------------------- */

/* Slack said 429: its lane is closed until it may be asked again. */
static void wait_for_limit(slack_pending_t *pending)
{
    slack_webapi_t *webapi = pending->webapi;
    int64_t seconds = pending->response.retry_after_s;
    if (seconds < 0) seconds = RETRY_AFTER_S;
    if (seconds > RETRY_AFTER_MAX_S) seconds = RETRY_AFTER_MAX_S;
    uint64_t now = now_ms(webapi), until = now + (uint64_t)seconds * 1000;
    SLACK_LOG(slack__net_log(webapi->net), INFO, "rate limited", "method=%s wait_s=%lld tries=%u",
              pending->method, (long long)seconds, pending->tries);
    /* Response URLs have limits of their own each. */
    slack_lane_t *lane =
        pending->to_url ? NULL : slack__rate_limit_pause(&webapi->limit, pending->key, now, until);
    if (lane && !pending->lane) {
        slack__lane_join(lane);
        pending->lane = lane;
    }
    queue(pending, until);
}

static void wait_for_backoff(slack_pending_t *pending)
{
    uint64_t wait_ms = slack__backoff_next_ms(&pending->backoff, 0, slack__random_u64());
    SLACK_LOG(slack__net_log(pending->webapi->net), INFO, "call not sent, trying again",
              "method=%s status=%s reason=%s wait_ms=%llu tries=%u", pending->method,
              slack_err_name(pending->response.status), pending->response.error,
              (unsigned long long)wait_ms, pending->tries);
    queue(pending, now_ms(pending->webapi) + wait_ms);
}

static bool try_again(slack_pending_t *pending, const slack_curl_result_t *result)
{
    if (pending->webapi->closing || pending->tries >= SLACK_CALL_TRIES || pending->once)
        return false;
    if (slack__response_is_limited(&pending->response)) {
        wait_for_limit(pending);
        return true;
    }
    /* Only what never left: a message whose answer was lost may have been posted. */
    if (!result->unsent || result->status == SLACK_ENOMEM) return false;
    if (result->status == SLACK_EHTTP) return false; /* a proxy that refuses will refuse again */
    wait_for_backoff(pending);
    return true;
}

static void on_result(const slack_curl_result_t *result, void *user_data)
{
    slack_pending_t *pending = user_data;
    slack_webapi_t *webapi = pending->webapi;
    if (pending->to_url)
        slack__response_read_url(&pending->response, pending->arena, result);
    else
        slack__response_read_call(&pending->response, pending->arena, result);
    if (pending->lane) pending->lane->busy = false;

    bool again = try_again(pending, result);
    if (!again) leave_lane(pending);
    send_waiting(webapi); /* the next of its lane may go */
    if (again) return;
    log_answer(pending, result);
    tell(pending);
}

/* --- the start of a call ------------------------------------------------------------------- */

static bool method_is_sound(const char *method)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";
    size_t len = method ? strspn(method, allowed) : 0;
    return len > 0 && len <= METHOD_MAX && !method[len];
}

/* A token goes into a header line: nothing in it may end that. */
static bool token_is_sound(const char *token)
{
    for (; *token; token++)
        if (*token <= ' ' || *token > '~') return false;
    return true;
}

static int new_pending(slack_pending_t **ret, slack_client_t *client, slack_call_fn fn,
                       void *user_data)
{
    slack_webapi_t *webapi = client->webapi;
    if (webapi->closing) return SLACK_ECANCELED;
    if (webapi->count >= webapi->concurrency) return SLACK_EBUSY;
    slack_arena_t *arena = slack__arena_new(ARENA_FIRST, ARENA_MAX);
    if (!arena) return SLACK_ENOMEM;
    slack_pending_t *pending = slack__arena_calloc(arena, sizeof *pending);
    if (!pending) {
        slack__arena_free(arena);
        return SLACK_ENOMEM;
    }
    slack__link_init(&pending->link);
    slack__buf_init(&pending->body, BODY_MAX);
    pending->webapi = webapi;
    pending->arena = arena;
    pending->fn = fn;
    pending->user_data = user_data;
    pending->client = !fn && client->begin && client->end ? client : NULL;
    pending->once = client->once;
    pending->tag = client->tag;
    pending->backoff = (slack_backoff_t){.base_ms = BACKOFF_BASE_MS, .cap_ms = BACKOFF_CAP_MS};
    slack__response_fail(&pending->response, 0);
    *ret = pending;
    return 0;
}

static int new_call(slack_pending_t **ret, slack_client_t *client, const char *method,
                    slack_call_fn fn, void *user_data)
{
    if (!client || !method_is_sound(method)) return SLACK_EINVAL;
    if (!client->token) return SLACK_EAUTH;
    if (!token_is_sound(client->token)) return SLACK_EINVAL;
    slack_pending_t *pending;
    int rc = new_pending(&pending, client, fn, user_data);
    if (rc != 0) return rc;
    slack_arena_t *arena = pending->arena;
    pending->owner = client->owner;
    pending->key = slack__rate_limit_key(&pending->webapi->limit, client->token, method);
    pending->method = slack__arena_strdup(arena, method);
    pending->url = slack__arena_printf(arena, "%s%s", pending->webapi->api_url, method);
    pending->headers[0] = "Content-Type: application/x-www-form-urlencoded; charset=utf-8";
    if (*client->token)
        pending->headers[1] = slack__arena_printf(arena, "Authorization: Bearer %s", client->token);
    if (!pending->method || !pending->url || (*client->token && !pending->headers[1])) {
        free_pending(pending);
        return SLACK_ENOMEM;
    }
    *ret = pending;
    return 0;
}

/* The last step of every submission: from here on the answer will be told. */
static int admit(slack_pending_t *pending)
{
    slack_webapi_t *webapi = pending->webapi;
    pending->accepted_ms = now_ms(webapi);
    pending->number = ++webapi->last_number;
    slack_lane_t *lane = pending->to_url ? NULL
                                         : slack__rate_limit_find(&webapi->limit, pending->key,
                                                                  pending->accepted_ms);
    if (lane) {
        slack__lane_join(lane);
        pending->lane = lane;
        queue(pending, 0);
        send_waiting(webapi);
    } else {
        int rc = send_now(pending);
        if (rc != 0) {
            free_pending(pending);
            return rc;
        }
    }
    webapi->count++;
    if (pending->client) pending->client->begin(pending->client);
    return 0;
}

/* A team_id in the arguments is the caller's word, also where it is null. */
static int add_team(slack_pending_t *pending, const slack_client_t *client,
                    const slack_json_t *args)
{
    const slack_json_t *team = NULL;
    if (!client->team_id || !*client->team_id || slack_json_get(args, "/team_id")) return 0;
    if (!slack__method_takes_team(pending->method)) return 0;
    int rc = slack__jsonf(pending->arena, &team, NULL, "{team_id: %s}", client->team_id);
    if (rc == 0 && pending->body.len > 0) rc = slack__buf_append_char(&pending->body, '&');
    return rc ? rc : slack__form_write(&pending->body, team);
}

static int write_args_and_admit(slack_pending_t *pending, const slack_client_t *client,
                                const slack_json_t *args)
{
    int rc = args ? slack__form_write(&pending->body, args) : 0;
    if (rc == 0) rc = add_team(pending, client, args);
    if (rc == 0) return admit(pending);
    free_pending(pending);
    return rc;
}

int slack__webapi_call(slack_client_t *client, const char *method, const slack_json_t *args,
                       slack_call_fn fn, void *user_data)
{
    slack_pending_t *pending;
    int rc = new_call(&pending, client, method, fn, user_data);
    return rc != 0 ? rc : write_args_and_admit(pending, client, args);
}

int slack_call(slack_client_t *client, const char *method, const slack_json_t *args,
               slack_call_fn fn, void *user_data)
{
    if (!args) return SLACK_ETEMPLATE;
    return slack__webapi_call(client, method, args, fn, user_data);
}

int(slack_callf)(slack_client_t *client, const char *method, slack_call_fn fn, void *user_data,
                 const char *args_template, ...)
{
    slack_pending_t *pending;
    int rc = new_call(&pending, client, method, fn, user_data);
    if (rc != 0) return rc;
    const slack_json_t *args;
    slack_json_error_t error;
    va_list ap;
    va_start(ap, args_template);
    rc = slack__vjsonf(pending->arena, &args, &error, args_template, ap);
    va_end(ap);
    if (rc == 0) return write_args_and_admit(pending, client, args);
    SLACK_LOG(slack__net_log(pending->webapi->net), ERROR, "malformed JSON template",
              "method=%s offset=%zu what=%s", method, error.offset, error.what);
    free_pending(pending);
    return rc;
}

int slack__webapi_respond(slack_client_t *client, const char *response_url,
                          const slack_json_t *message, slack_call_fn fn, void *user_data)
{
    if (!client || !slack__response_url_allowed(response_url, client->webapi->api_url))
        return SLACK_EINVAL;
    if (!message) return SLACK_ETEMPLATE;
    slack_pending_t *pending;
    int rc = new_pending(&pending, client, fn, user_data);
    if (rc != 0) return rc;
    pending->to_url = true;
    pending->method = "response_url";
    pending->url = slack__arena_strdup(pending->arena, response_url);
    pending->headers[0] = "Content-Type: application/json; charset=utf-8";
    rc = pending->url ? slack__json_write(&pending->body, message) : SLACK_ENOMEM;
    if (rc == 0) return admit(pending);
    free_pending(pending);
    return rc;
}

size_t slack__webapi_under_way(const slack_webapi_t *webapi)
{
    return webapi->count;
}

size_t slack__webapi_room(const slack_webapi_t *webapi)
{
    return webapi->concurrency > webapi->count ? webapi->concurrency - webapi->count : 0;
}

/* --- life ---------------------------------------------------------------------------------- */

static void free_webapi(slack_webapi_t *webapi)
{
    slack__free(webapi->api_url);
    slack__free(webapi);
}

static void on_sender_closed(void *user_data)
{
    slack_webapi_t *webapi = user_data;
    slack__task_cancel(&webapi->tell_task);
    tell_ended(webapi);
    void (*fn)(void *user_data) = webapi->close_fn;
    void *fn_data = webapi->close_data;
    free_webapi(webapi);
    if (fn) fn(fn_data);
}

void slack__webapi_close(slack_webapi_t *webapi, void (*fn)(void *user_data), void *user_data)
{
    if (webapi->closing) return;
    webapi->closing = true;
    webapi->close_fn = fn;
    webapi->close_data = user_data;
    slack__timer_stop(webapi->net, &webapi->timer);
    slack_link_t *link;
    while ((link = slack__list_shift(&webapi->waiting)))
        end_without_answer(SLACK_CONTAINER(link, slack_pending_t, link), SLACK_ECANCELED);
    webapi->sender.close(webapi->sender.sender, on_sender_closed, webapi);
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

static bool api_url_is_sound(const char *url)
{
    return slack__url_allowed(url) && url[strlen(url) - 1] == '/';
}

int slack__webapi_new(slack_webapi_t **ret, slack_net_t *net, const slack_webapi_options_t *options)
{
    if (!api_url_is_sound(options->api_url)) return SLACK_EINVAL;
    slack_webapi_t *webapi = slack__calloc(1, sizeof *webapi);
    if (!webapi) return SLACK_ENOMEM;
    webapi->api_url = slack__strdup(options->api_url);
    int rc = webapi->api_url ? open_sender(webapi, net, options) : SLACK_ENOMEM;
    if (rc != 0) {
        free_webapi(webapi);
        return rc;
    }
    if (options->wrap) options->wrap(&webapi->sender, options->wrap_data);
    webapi->net = net;
    webapi->concurrency = options->concurrency;
    webapi->timeout_ms = options->timeout_ms;
    webapi->called = options->called;
    webapi->user_data = options->user_data;
    slack__rate_limit_init(&webapi->limit, slack__random_u64());
    slack__link_init(&webapi->waiting);
    slack__link_init(&webapi->ended);
    slack__link_init(&webapi->tell_task.link);
    webapi->tell_task.run = run_tell_task;
    slack__timer_init(&webapi->timer, on_timer);
    *ret = webapi;
    return 0;
}
