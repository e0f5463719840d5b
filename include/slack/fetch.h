/* SPDX-License-Identifier: MIT */
#ifndef SLACK_FETCH_H
#define SLACK_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app.h"
#include "call.h"
#include "error.h"
#include "export.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file fetch.h  HTTP requests to other services.
 *
 * A bot asks other services (an issue tracker, a language model) on the app's loop, without a
 * thread. No request carries a token of the app: one whose URL or headers hold any Slack token, or
 * whose body holds a token of the app or of the delivery, is refused, also if the token is
 * percent-encoded. slack_call() is for Slack. docs/guides/services.md is the guide.
 *
 *     slack_fetch_then(ctx, &(slack_fetch_t){.url = "https://api.example.com/on-call"}, say_it,
 *                      NULL);
 *
 * The status of the response (slack_response_status()) is 0 for HTTP 2xx, and SLACK_EHTTP for any
 * other HTTP status. It is SLACK_ECLOSED if the connection was lost: the service may or may not
 * have acted. The library sends a request once; only a GET or HEAD on a connection that the service
 * has just closed is sent again on another. Connections use the proxy of the app, with its
 * exceptions (SLACK_PROXY, SLACK_NO_PROXY). The log has the scheme and the host of a request, but
 * neither path nor query.
 */

/** The number of requests that may be under way at one time. */
#define SLACK_FETCHES_MAX 64
/** The default of `answer_max`: 1 MiB. */
#define SLACK_FETCH_ANSWER_MAX ((size_t)1 << 20)
/** The default of `timeout_ms`. */
#define SLACK_FETCH_TIMEOUT_MS 30000
/** The default of `idle_ms` for a streamed answer. */
#define SLACK_FETCH_IDLE_MS 60000
/** The most redirects that `redirects` may allow. */
#define SLACK_FETCH_REDIRECTS_MAX 10

/** A server-sent event. Everything is borrowed until the function that gets it returns. */
typedef struct slack_sse_event {
    const char *type; /* "message" if the server named none */
    const char *data; /* NUL-terminated; lines are separated by '\n' */
    size_t data_len;  /* of `data`, in bytes */
    const char *id;   /* the newest id of the stream; "" before the first */
    int64_t retry_ms; /* the newest wait that the server has asked for; -1: none */
} slack_sse_event_t;

/** A request. Members that are not set have their defaults. */
typedef struct slack_fetch {
    /** Required, copied. https, or http. Without a user and a password: pass a header
     * "Authorization" in their place. */
    const char *url;
    /** Optional, copied. Any but CONNECT, TRACE and TRACK. Default: "POST" with a body, else "GET".
     */
    const char *method;
    /** Optional, copied. Lines such as "Accept: text/plain", with NULL behind the last. */
    const char *const *headers;
    /** Optional, copied. The body. Not for GET and HEAD. */
    const void *body;
    /** Required with `body`. Its length in bytes, at least 1. */
    size_t body_len;
    /** Optional, copied. The body as JSON, with its Content-Type, in place of `body`. */
    const slack_json_t *json;

    /** Optional. The limit of the answer's body, in bytes, after it was uncompressed. A larger one
     * is SLACK_ETOOBIG. Default SLACK_FETCH_ANSWER_MAX. The loop parses an answer whose
     * Content-Type is JSON, and does nothing else meanwhile, about 4 ms for each MiB: take a large
     * one with `on_data`. */
    size_t answer_max;
    /** Optional. The time limit of the whole, in milliseconds, redirects included. Default
     * SLACK_FETCH_TIMEOUT_MS; none if the answer is streamed. */
    unsigned timeout_ms;
    /** Optional. The longest time without a byte from the server, in milliseconds. Default: none;
     * SLACK_FETCH_IDLE_MS if the answer is streamed. */
    unsigned idle_ms;
    /** Optional. The number of redirects that are followed. Default 0: a redirect is an answer. A
     * redirect to another scheme, host or port takes along only the headers Accept, Accept-…,
     * Content-Type and User-Agent, and none leads from https to http. 301, 302 and 303 turn POST
     * into GET. */
    unsigned redirects;
    /** Optional. Refuses hosts of private networks, for URLs that users choose: loopback,
     * link-local (the address of a cloud's metadata), private and reserved addresses. The address
     * is judged after the name is resolved, for each redirect too; SLACK_EINVAL. A request that
     * goes through the proxy is refused, because the proxy resolves the name. */
    bool public_only;

    /**
     * Optional. Receives the body of a 2xx answer piece by piece, as it arrives, in place of
     * slack_response_body(); `answer_max` then limits other answers only. The body is not
     * uncompressed. It runs where the function runs that receives the response: on the loop, or on
     * the worker that waits.
     *
     * @param head status and headers.
     * @param data borrowed until the return.
     * @param user_data `stream_data`.
     * @return 0; a negative error ends the request with that status.
     */
    int (*on_data)(const slack_response_t *head, const char *data, size_t len, void *user_data);
    /** Optional. The same for server-sent events. The answer must be a text/event-stream, else the
     * status is SLACK_EPROTO. `answer_max` limits one event, and one line. */
    int (*on_event)(const slack_response_t *head, const slack_sse_event_t *event, void *user_data);
    /** Optional, borrowed until the response. Passed to on_data and on_event. */
    void *stream_data;
} slack_fetch_t;

/**
 * Send a request outside a delivery. `fn` gets the response on the loop.
 *
 * @param request borrowed until the return.
 * @param fn Optional. Without it a failure is logged.
 * @param user_data borrowed until `fn` returns.
 * @return 0: `fn` will run exactly once. With any other code it will not run: SLACK_EINVAL for a
 *         malformed request; SLACK_EBUSY if SLACK_FETCHES_MAX requests are under way, or if calls
 *         and requests take all of SLACK_CALLS_MIB; SLACK_ECANCELED if the app does not run, or
 *         stops; SLACK_ETHREAD on another thread than the loop's; SLACK_ENOMEM. The log has the
 *         cause.
 */
SLACK_API int slack_fetch(slack_app_t *app, const slack_fetch_t *request, slack_call_fn fn,
                          void *user_data);

/**
 * Send a request for a delivery, and continue in `fn` with the response. The delivery stays open
 * until `fn` has returned. A worker waits, and runs `fn` before this function returns.
 *
 * @param request borrowed until the return.
 * @param fn Optional. Without it, a failure of the request fails the delivery.
 * @param user_data borrowed until `fn` returns.
 * @return as slack_call_then(), and as slack_fetch() if the request could not be sent.
 */
SLACK_API int slack_fetch_then(slack_ctx_t *ctx, const slack_fetch_t *request, slack_then_fn fn,
                               void *user_data);

/**
 * Send a request and wait for its response, on a worker only.
 *
 * @param request borrowed until the return.
 * @param ret_response Optional, as for slack_call_wait(): set to the response, which lives until
 *        the handler returns, or until the variable is passed to another call; NULL without one.
 * @return the status of the response. SLACK_EDEADLK on the loop. If the request could not be sent:
 *         as slack_fetch().
 */
SLACK_API int slack_fetch_wait(slack_ctx_t *ctx, const slack_fetch_t *request,
                               const slack_response_t **ret_response);

/*
 * The readers of call.h read the response to a request too: slack_response_status(),
 * slack_response_http_status(), slack_response_error(), and slack_response_json() if the
 * Content-Type is JSON. It is NULL, and the status stays 0, if the body is not valid JSON.
 */

/** Read the body of the response to a request.
 * @param ret_len Optional. Set to its length in bytes.
 * @return the body, NUL-terminated; "" if there is none, if it was streamed, or for the response to
 *         a call. */
SLACK_API const char *slack_response_body(const slack_response_t *response, size_t *ret_len);

/** Read a header of the response to a request.
 * @param name in upper or lower case.
 * @return the value of the first header of that name; "" if there is none, or for the response to a
 *         call. */
SLACK_API const char *slack_response_header(const slack_response_t *response, const char *name);

#ifdef __cplusplus
}
#endif
#endif
