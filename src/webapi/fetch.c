/* SPDX-License-Identifier: MIT */
#include "webapi/fetch.h"

#include <stdio.h>
#include <string.h>

#include "net/sse.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/str.h"
#include "webapi/fetch_check.h"
#include "webapi/response.h"

/*
 * A fetch is one transfer after the other: the request, and one for each redirect. The answer is
 * whole, or it is streamed: then a sink gets it, and splits it into events if the program wants
 * those.
 */

#define ARENA_FIRST     ((size_t)4 << 10)
#define ARENA_MAX       ((size_t)SLACK_ANSWERS_MIB << 20)
#define VALUES_PER_BYTE ((size_t)4) /* of an answer's text: what the copies and the values take */
#define BODY_MAX        ((size_t)64 << 20) /* of a request */
#define HEADERS_MAX     64

struct slack_fetcher {
    slack_net_t *net;
    slack_fetch_sender_t sender;
    slack_curl_t *curl; /* the sender; NULL: another one sends */
    slack_proxy_t *proxy;
    slack_budget_t *budget;
    const slack_client_t *clients[2];
    unsigned count; /* fetches accepted, whose end is not reported */
    uint64_t unwatched;
    unsigned dropped; /* fetches that the close has ended, and whose end nobody gets */
    bool kept;        /* the receiver of the response has taken the arena */
    bool closing;
    void (*close_fn)(void *user_data);
    void *close_data;
};

/* The next request: the program's, or one after a redirect. */
typedef struct fetch_hop {
    const char *method, *url;
    const char *headers[HEADERS_MAX + 4];
    const void *body;
    size_t body_len;
} fetch_hop_t;

/* Lies in its arena, with all that belongs to it. */
struct slack_fetching {
    slack_fetcher_t *fetcher;
    slack_arena_t *arena;
    slack_transfer_t *transfer; /* NULL: there is none */
    slack_fetch_t request;      /* its pointers, except stream_data, are not used */
    slack_fetch_caller_t caller;
    fetch_hop_t hop;
    unsigned redirects; /* followed so far */
    bool redirected;    /* the hop is to be sent */
    uint64_t since_us;
    int status;            /* why this code has ended the transfer; 0: it has not */
    const char *why;       /* the sentence for it; NULL: the status says it */
    slack_response_t head; /* of a streamed answer */
    slack_buf_t body;      /* of an answer that is not streamed to the program */
    slack_sse_t sse;
    slack_response_t response;
};

static bool is_streamed(const slack_fetching_t *f)
{
    return f->request.on_data || f->request.on_event;
}

/* --- the end ------------------------------------------------------------------------------- */

/* Frees all that is not in the arena. */
static void fetching_release(slack_fetching_t *f)
{
    slack__budget_give(f->fetcher->budget, f->hop.body_len);
    slack__buf_done(&f->body);
    slack__sse_done(&f->sse);
}

static void fetching_free(slack_fetching_t *f)
{
    fetching_release(f);
    slack__arena_free(f->arena);
}

static slack_fetching_t *fetching_of(const slack_response_t *response)
{
    return SLACK_CONTAINER((uintptr_t)response, slack_fetching_t, response);
}

slack_arena_t *slack__fetch_arena(const slack_response_t *response)
{
    return fetching_of(response)->arena;
}

void slack__fetch_keep(const slack_response_t *response)
{
    slack_fetching_t *f = fetching_of(response);
    f->fetcher->kept = true;
    fetching_release(f);
}

/* Report the end and free it. The callee may close the fetcher. */
static void fetching_end(slack_fetching_t *f)
{
    slack_fetcher_t *fetcher = f->fetcher;
    slack_net_t *net = fetcher->net;
    slack_response_t *response = &f->response;
    response->method = f->head.method;
    response->has_cure = f->why && response->status == f->status;
    if (response->has_cure) response->error = f->why;
    SLACK_LOG(slack__net_log(net), DEBUG, "fetch", "request=%s ms=%llu status=%s http=%d",
              response->method, (unsigned long long)(slack__net_now_us(net) - f->since_us) / 1000,
              response->status ? slack_err_name(response->status) : "ok", response->http_status);
    fetcher->count--;
    fetcher->kept = false;
    if (f->caller.fn) {
        const uint64_t start_us = slack__net_now_us(net);
        const bool of_program = f->caller.of_program;
        f->caller.fn(response, f->caller.user_data);
        if (of_program) slack__net_note_blocking(net, start_us, "fetch", response->method);
    } else if (response->status == SLACK_ECANCELED && fetcher->closing) {
        fetcher->dropped++;
    } else if (response->status != 0 && response->status != SLACK_ECANCELED) {
        SLACK_LOG(slack__net_log(net), WARN, "fetch failed", "request=%s error=%s reason=%s",
                  response->method, slack_err_name(response->status),
                  slack__response_why(response, f->arena));
    }
    if (!fetcher->kept) fetching_free(f); /* else its memory may be gone */
}

/* A failure of this code, with its own sentence: the cause and the cure. */
static int fetching_refuse(slack_fetching_t *f, int status, const char *why)
{
    f->status = status;
    f->why = why;
    return status;
}

/* --- redirects ----------------------------------------------------------------------------- */

static void hop_drop_headers(fetch_hop_t *hop, bool (*keeps)(const char *line))
{
    size_t count = 0;
    for (size_t i = 0; hop->headers[i]; i++)
        if (keeps(hop->headers[i])) hop->headers[count++] = hop->headers[i];
    hop->headers[count] = NULL;
}

static bool is_of_no_body(const char *line)
{
    return !slack__fetch_header_is(line, "Content-Type") &&
           !slack__fetch_header_is(line, "Content-Encoding");
}

/* The request to the target of a redirect. 0, or an error with its sentence. */
static int hop_redirect(slack_fetching_t *f, const slack_response_t *from, const char *location)
{
    slack_url_t old, new;
    fetch_hop_t *hop = &f->hop;
    char *url = NULL;
    int rc = slack__url_resolve(hop->url, location, &url);
    const char *copy = slack__arena_strdup(f->arena, url);
    slack__free(url);
    if (rc == SLACK_ENOMEM || (rc == 0 && !copy)) return SLACK_ENOMEM;
    if (rc != 0 || slack__url_parse(&old, hop->url) != 0 ||
        slack__fetch_url_fault(copy, f->request.public_only, f->fetcher->proxy, &new))
        return fetching_refuse(f, SLACK_EPROTO,
                               "the answer redirects to a URL that may not be fetched: check the "
                               "URL");
    if (old.secure && !new.secure)
        return fetching_refuse(f, SLACK_EPROTO,
                               "the answer redirects from https to http: check the URL");
    const char *method = slack__fetch_redirected_method(from->http_status, hop->method);
    if (strcmp(method, hop->method) != 0) {
        slack__budget_give(f->fetcher->budget, hop->body_len);
        hop->body_len = 0;
        hop_drop_headers(hop, is_of_no_body);
    }
    hop->method = method;
    if (!slack__url_same_origin(&old, &new)) hop_drop_headers(hop, slack__fetch_header_is_harmless);
    hop->url = copy;
    return 0;
}

/* Whether the answer is a redirect that is followed; then f->redirected or f->status is set. */
static bool fetching_redirects(slack_fetching_t *f, const slack_response_t *answer)
{
    const char *location = slack_response_header(answer, "Location");
    if (f->request.redirects == 0 || !slack__fetch_redirects(answer->http_status)) return false;
    if (*location == '\0') return false;
    if (f->redirects++ == f->request.redirects) {
        fetching_refuse(f, SLACK_EHTTP,
                        "the answer redirects once more than .redirects allows: raise it");
        return true;
    }
    const int rc = hop_redirect(f, answer, location);
    f->redirected = rc == 0;
    if (rc != 0 && f->status == 0) fetching_refuse(f, rc, NULL);
    return true;
}

/* --- answers ------------------------------------------------------------------------------- */

/* The body of the response: a copy of those bytes. An error if there is no room for it. */
static int fetching_take_body(slack_fetching_t *f, const char *bytes, size_t len,
                              slack_slice_t *ret)
{
    const bool small = len <= SLACK_BUDGET_SMALL_BYTES;
    if (!small && !slack__budget_has(f->fetcher->budget, VALUES_PER_BYTE * len))
        return fetching_refuse(f, SLACK_EBUSY,
                               "its answer has no room in SLACK_CALLS_MIB: do less at once");
    const char *copy = len ? slack__arena_strndup(f->arena, bytes, len) : "";
    *ret = (slack_slice_t){copy, len};
    return copy ? 0 : fetching_refuse(f, SLACK_ENOMEM, NULL);
}

static void fetching_read(slack_fetching_t *f, const slack_curl_result_t *result)
{
    slack_curl_result_t answer = *result;
    slack_slice_t body = {"", 0};
    if (f->status == 0 && result->status == 0) {
        if (is_streamed(f))
            fetching_take_body(f, slack__buf_ptr(&f->body), f->body.len, &body);
        else
            fetching_take_body(f, result->body, result->body_len, &body);
    }
    if (f->status != 0) {
        answer.status = f->status;
        answer.reason = f->why ? f->why : slack_strerror(f->status);
    }
    slack__response_read_fetch(&f->response, f->arena, &answer, body);
}

static void fetching_got_result(const slack_curl_result_t *result, void *user_data);

static int fetching_sink_head(const slack_curl_result_t *head, void *user_data)
{
    slack_fetching_t *f = user_data;
    const char *method = f->head.method;
    slack__response_read_fetch(&f->head, f->arena, head, (slack_slice_t){NULL, 0});
    f->head.method = method;
    if (f->head.status == SLACK_ENOMEM || f->head.status == SLACK_ETOOBIG)
        return fetching_refuse(f, f->head.status, NULL);
    if (fetching_redirects(f, &f->head)) return f->status ? f->status : SLACK_ECANCELED;
    slack_slice_t rest = slack__slice(head->content_type), type;
    slack__slice_split(&rest, ';', &type);
    if (f->head.status == 0 && f->request.on_event &&
        !slack__slice_eq_nocase(slack__slice_strip(type), SLACK_SLICE("text/event-stream")))
        return fetching_refuse(
            f, SLACK_EPROTO,
            slack__arena_printf(f->arena,
                                "the answer is no stream of events, its Content-Type is \"%.60s\": "
                                "check the URL, and ask the service for a stream",
                                head->content_type));
    const slack_slice_t coding = slack__slice(slack_response_header(&f->head, "Content-Encoding"));
    if (f->head.status == 0 && f->request.on_event && coding.len > 0 &&
        !slack__slice_eq_nocase(coding, SLACK_SLICE("identity")))
        return fetching_refuse(f, SLACK_EPROTO,
                               "the stream of events is compressed: leave out the header "
                               "Accept-Encoding, or ask the service for plain text");
    return 0;
}

const char *slack__fetch_stream_why(const slack_fetch_t *request, int result, bool of_program)
{
    if (result > 0)
        return request->on_event
                   ? ".on_event returned a positive number: return 0 or a SLACK_E… code"
                   : ".on_data returned a positive number: return 0 or a SLACK_E… code";
    if (of_program) return request->on_event ? ".on_event has ended it" : ".on_data has ended it";
    return result == SLACK_ETOOBIG ? "an event is larger than .answer_max: raise it"
                                   : slack_strerror(result);
}

static int stream_refuse(slack_fetching_t *f, int result, bool of_program)
{
    return fetching_refuse(f, result < 0 ? result : SLACK_EINVAL,
                           slack__fetch_stream_why(&f->request, result, of_program));
}

static int fetching_event(const slack_sse_event_t *event, void *user_data)
{
    slack_fetching_t *f = user_data;
    const int rc = f->request.on_event(&f->head, event, f->request.stream_data);
    return rc ? stream_refuse(f, rc, true) : f->status;
}

static int fetching_sink_write(const char *data, size_t len, void *user_data)
{
    slack_fetching_t *f = user_data;
    slack_net_t *net = f->fetcher->net;
    const uint64_t since_us = slack__net_now_us(net);
    int rc;
    if (f->head.status != 0) { /* not 2xx */
        rc = slack__buf_append(&f->body, data, len);
        if (rc == SLACK_ETOOBIG)
            fetching_refuse(f, rc, "the answer is larger than .answer_max: raise it");
        return rc;
    }
    if (f->caller.pull) return f->caller.pull(&f->head, data, len, f->caller.user_data);
    if (f->request.on_event) {
        rc = slack__sse_feed(&f->sse, data, len, fetching_event, f);
        if (rc != 0 && f->status == 0) stream_refuse(f, rc, false);
    } else {
        rc = f->request.on_data(&f->head, data, len, f->request.stream_data);
        if (rc != 0) rc = stream_refuse(f, rc, true);
    }
    slack__net_note_blocking(net, since_us, "fetch", f->head.method);
    return rc;
}

static int fetching_send(slack_fetching_t *f)
{
    const fetch_hop_t *hop = &f->hop;
    unsigned rest_ms = 0; /* of the time limit of the whole */
    if (f->request.timeout_ms > 0) {
        const uint64_t ms = (slack__net_now_us(f->fetcher->net) - f->since_us) / 1000;
        if (ms >= f->request.timeout_ms) return SLACK_ETIMEDOUT;
        rest_ms = f->request.timeout_ms - (unsigned)ms;
    }
    slack_curl_request_t request = {
        .method = hop->method,
        .url = hop->url,
        .headers = hop->headers,
        .body = hop->body,
        .body_len = hop->body_len,
        .ret_transfer = &f->transfer,
        .plain = true,
        .public_only = f->request.public_only,
        .keep_head = true,
        .timeout_ms = rest_ms,
        .idle_ms = f->request.idle_ms,
        .body_max = f->request.answer_max,
        .budget = f->fetcher->budget,
        .tag = f->caller.tag,
    };
    if (is_streamed(f))
        request.sink = (slack_curl_sink_t){fetching_sink_head, fetching_sink_write, f};
    const slack_sender_t *sender = &f->fetcher->sender.whole;
    return sender->send(sender->sender, &request, fetching_got_result, f);
}

static void fetching_got_result(const slack_curl_result_t *result, void *user_data)
{
    slack_fetching_t *f = user_data;
    f->transfer = NULL;
    if (!is_streamed(f) && result->status == 0 && f->request.redirects > 0) {
        slack__response_read_fetch(&f->response, f->arena, result, (slack_slice_t){NULL, 0});
        fetching_redirects(f, &f->response);
    }
    if (!f->redirected) {
        fetching_read(f, result);
        fetching_end(f);
        return;
    }
    f->redirected = false;
    const int rc = f->status ? f->status : fetching_send(f);
    if (rc == 0) return;
    const slack_curl_result_t failed = {.status = rc,
                                        .reason = slack_strerror(rc),
                                        .content_type = "",
                                        .retry_after_s = -1,
                                        .body = ""};
    slack__response_read_fetch(&f->response, f->arena, &failed, (slack_slice_t){NULL, 0});
    fetching_end(f);
}

void slack__fetch_resume(slack_fetching_t *f)
{
    if (f->transfer) f->fetcher->sender.resume_sink(f->transfer);
}

void slack__fetch_refuse(slack_fetching_t *f, int result, bool of_program)
{
    if (f->status == 0) stream_refuse(f, result, of_program);
    if (f->transfer) f->fetcher->sender.cancel(f->transfer);
}

/* --- the start ----------------------------------------------------------------------------- */

static bool has_header(const slack_fetch_t *request, const char *name)
{
    for (size_t i = 0; request->headers && request->headers[i]; i++)
        if (slack__fetch_header_is(request->headers[i], name)) return true;
    return false;
}

static int hop_set_headers(slack_fetching_t *f, const slack_fetch_t *request)
{
    const char **to = f->hop.headers;
    for (size_t i = 0; request->headers && request->headers[i]; i++) {
        if (i == HEADERS_MAX)
            return fetching_refuse(f, SLACK_EINVAL, "it has too many headers: pass 64 at most");
        *to++ = slack__arena_strdup(f->arena, request->headers[i]);
        if (!to[-1]) return SLACK_ENOMEM;
    }
    /* libcurl would call the body a form. */
    if (!has_header(request, "Content-Type"))
        *to++ = request->json ? "Content-Type: application/json" : "Content-Type:";
    if (request->on_event && !has_header(request, "Accept")) *to++ = "Accept: text/event-stream";
    /* Without it a service may compress the stream (RFC 9110, 12.5.3). */
    if (is_streamed(f) && !has_header(request, "Accept-Encoding"))
        *to++ = "Accept-Encoding: identity";
    return 0;
}

static bool holds_own_token(const slack_fetching_t *f, const char *body, size_t len)
{
    const slack_client_t *const *clients = f->fetcher->clients;
    const char *const all[] = {f->caller.tokens[0], f->caller.tokens[1],
                               clients[0] ? clients[0]->token : NULL,
                               clients[1] ? clients[1]->token : NULL};
    const char *tokens[5] = {NULL};
    for (size_t i = 0, count = 0; i < 4; i++)
        if (all[i]) tokens[count++] = all[i];
    return slack__fetch_holds(body, len, tokens);
}

static int hop_set_body(slack_fetching_t *f, const slack_fetch_t *request)
{
    slack_budget_t *budget = f->fetcher->budget;
    slack_buf_t json;
    slack__buf_init(&json, BODY_MAX);
    int rc = request->json ? slack__json_write(&json, request->json) : 0;
    const void *body = request->json ? slack__buf_ptr(&json) : request->body;
    const size_t len = request->json ? json.len : request->body_len;
    if (rc == 0 && len > BODY_MAX) rc = SLACK_ETOOBIG;
    if (rc == 0 && holds_own_token(f, body, len))
        rc = fetching_refuse(f, SLACK_EINVAL,
                             "the body holds a token of the app, which is for Slack only: remove "
                             "it");
    if (rc == 0 && len > SLACK_BUDGET_SMALL_BYTES && !slack__budget_has(budget, 3 * len))
        rc = SLACK_EBUSY;
    if (rc == 0 && len > 0) {
        slack__arena_allow(f->arena, len);
        f->hop.body = slack__arena_strndup(f->arena, body, len);
        f->hop.body_len = f->hop.body ? len : 0;
        rc = f->hop.body ? 0 : SLACK_ENOMEM;
        slack__budget_take(budget, f->hop.body_len); /* libcurl's copy */
    }
    slack__buf_done(&json);
    return rc;
}

static int fetching_prepare(slack_fetching_t *f, const slack_fetch_t *request,
                            const slack_url_t *url)
{
    slack_arena_t *arena = f->arena;
    f->request = *request;
    const bool streamed = is_streamed(f);
    if (f->request.answer_max == 0) f->request.answer_max = SLACK_FETCH_ANSWER_MAX;
    if (f->request.timeout_ms == 0 && !streamed) f->request.timeout_ms = SLACK_FETCH_TIMEOUT_MS;
    if (f->request.idle_ms == 0 && streamed) f->request.idle_ms = SLACK_FETCH_IDLE_MS;
    slack__buf_init(&f->body, f->request.answer_max);
    slack__sse_init(&f->sse, f->request.answer_max);
    const bool has_body = request->json || request->body_len > 0;
    const char *method = request->method ? request->method : has_body ? "POST" : "GET";
    f->hop.method = slack__arena_strdup(arena, method);
    f->hop.url = slack__arena_strdup(arena, request->url);
    /* Nothing of the path, which may be a secret. */
    const bool with_port = url->port != (url->secure ? 443 : 80);
    const bool v6 = memchr(url->host.ptr, ':', url->host.len) != NULL;
    f->head.method =
        slack__arena_printf(arena, "%s %s://%s%.*s%s", method, url->secure ? "https" : "http",
                            v6 ? "[" : "", (int)url->host.len, url->host.ptr, v6 ? "]" : "");
    if (f->head.method && with_port)
        f->head.method = slack__arena_printf(arena, "%s:%u", f->head.method, url->port);
    if (!f->hop.method || !f->hop.url || !f->head.method) return SLACK_ENOMEM;
    const int rc = hop_set_headers(f, request);
    return rc ? rc : hop_set_body(f, request);
}

static slack_fetching_t *fetching_new(slack_fetcher_t *fetcher, const slack_fetch_caller_t *caller)
{
    slack_arena_t *arena = slack__arena_new(ARENA_FIRST, ARENA_MAX);
    slack_fetching_t *f = arena ? slack__arena_calloc(arena, sizeof *f) : NULL;
    if (f == NULL) {
        slack__arena_free(arena);
        return NULL;
    }
    if (fetcher->budget) slack__arena_count_in(arena, &fetcher->budget->used);
    f->fetcher = fetcher;
    f->arena = arena;
    f->caller = *caller;
    f->since_us = slack__net_now_us(fetcher->net);
    return f;
}

static const char *why_not(int rc)
{
    switch (rc) {
    case SLACK_EBUSY:
        return "the calls and requests under way take all of SLACK_CALLS_MIB, or there are too "
               "many: do less at once";
    case SLACK_ETOOBIG: return "the body is more than 64 MiB: send less";
    case SLACK_ECANCELED: return "the app does not run: call it between its start and its stop";
    default: return slack_strerror(rc);
    }
}

int slack__fetch(slack_fetcher_t *fetcher, const slack_fetch_t *request,
                 const slack_fetch_caller_t *caller, slack_fetching_t **ret, const char **ret_why)
{
    slack_url_t url;
    *ret_why = request ? slack__fetch_fault(request) : "the request is NULL: pass one";
    if (!*ret_why)
        *ret_why = slack__fetch_url_fault(request->url, request->public_only,
                                          fetcher ? fetcher->proxy : NULL, &url);
    if (*ret_why) return SLACK_EINVAL;
    int rc = !fetcher || fetcher->closing          ? SLACK_ECANCELED
             : fetcher->count >= SLACK_FETCHES_MAX ? SLACK_EBUSY
                                                   : 0;
    slack_fetching_t *f = rc == 0 ? fetching_new(fetcher, caller) : NULL;
    if (rc == 0 && !f) rc = SLACK_ENOMEM;
    if (rc == 0) rc = fetching_prepare(f, request, &url);
    if (rc == 0) rc = fetching_send(f);
    if (rc != 0) {
        *ret_why = f && f->why ? f->why : why_not(rc);
        if (f) fetching_free(f);
        return rc;
    }
    fetcher->count++;
    if (caller->of_program) fetcher->unwatched++;
    if (ret) *ret = f;
    return 0;
}

uint64_t slack__fetcher_unwatched(const slack_fetcher_t *fetcher)
{
    return fetcher->unwatched;
}

/* --- life ---------------------------------------------------------------------------------- */

static int curl_send(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data)
{
    return slack__curl_send(sender, request, fn, user_data);
}

static void curl_close(void *sender, void (*fn)(void *user_data), void *user_data)
{
    slack__curl_close(sender, fn, user_data);
}

static void fetcher_free(slack_fetcher_t *fetcher)
{
    slack__proxy_unref(fetcher->proxy);
    slack__free(fetcher);
}

static void fetcher_sender_closed(void *user_data)
{
    slack_fetcher_t *fetcher = user_data;
    void (*fn)(void *user_data) = fetcher->close_fn;
    void *fn_data = fetcher->close_data;
    if (fetcher->dropped > 0)
        SLACK_LOG(
            slack__net_log(fetcher->net), WARN, "fetches dropped at the stop", "count=%u hint=%s",
            fetcher->dropped,
            "a stop does not wait for slack_fetch(): use slack_fetch_then() in a delivery or a "
            "job, or pass a function, which gets SLACK_ECANCELED");
    fetcher_free(fetcher);
    if (fn) fn(fn_data);
}

void slack__fetcher_close(slack_fetcher_t *fetcher, void (*fn)(void *user_data), void *user_data)
{
    if (fetcher->closing) return;
    fetcher->closing = true;
    fetcher->close_fn = fn;
    fetcher->close_data = user_data;
    const slack_sender_t *sender = &fetcher->sender.whole;
    sender->close(sender->sender, fetcher_sender_closed, fetcher);
}

int slack__fetcher_new(slack_fetcher_t **ret, slack_net_t *net,
                       const slack_fetcher_options_t *options)
{
    slack_fetcher_t *fetcher = slack__calloc(1, sizeof *fetcher);
    if (!fetcher) return SLACK_ENOMEM;
    const slack_curl_options_t curl = {
        .ca_file = options->ca_file,
        .proxy = options->proxy,
        .user_agent = "slackapp/" SLACKAPP_VERSION " libcurl",
        .concurrency = SLACK_FETCHES_MAX,
    };
    int rc = options->sender ? 0 : slack__curl_new(&fetcher->curl, net, &curl);
    if (rc != 0) {
        fetcher_free(fetcher);
        return rc;
    }
    const slack_fetch_sender_t by_curl = {
        {curl_send, curl_close, fetcher->curl}, slack__curl_resume_sink, slack__curl_cancel};
    fetcher->sender = options->sender ? *options->sender : by_curl;
    fetcher->net = net;
    fetcher->proxy = slack__proxy_ref(options->proxy);
    fetcher->budget = options->budget;
    memcpy(fetcher->clients, options->clients, sizeof fetcher->clients);
    *ret = fetcher;
    return 0;
}
