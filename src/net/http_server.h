/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_SERVER_H
#define SLACK_NET_HTTP_SERVER_H

#include <slack/limits.h>

#include "net/listen.h"
#include "util/arena.h"
#include "util/http_header.h"
#include "util/str.h"

/*
 * HTTP/1.1 by llhttp on connections. A request is handed over when all of it has been read, in an
 * arena of its own that the handler takes; it is answered by its id, then or later, since its
 * connection may be gone by the time the answer is known. One connection has one request at a time:
 * pipelined ones wait in order.
 *
 * Requests that break HTTP or a bound are answered here (400, 408, 413, 414, 417, 431, 501, 505;
 * 503 when memory is out) and the connection closed. Which methods there are is the handler's
 * business; only those that llhttp has never heard of are 501.
 */
typedef struct slack_http_server slack_http_server_t;

/* `set`, NULL for none, with the defaults of slack/limits.h where a field is 0. */
slack_http_limits_t slack__http_limits(const slack_http_limits_t *set);

/* A whole request. Everything in it lies in `arena`. */
typedef struct slack_http_request {
    slack_http_server_t *server;
    uint64_t id;          /* for the answer; never 0, never used twice */
    slack_arena_t *arena; /* owned by whoever the request is given to */
    slack_slice_t method; /* "POST" */
    slack_slice_t path;   /* up to '?', decoded (http_path.h), NUL-terminated */
    slack_slice_t query;  /* behind '?', NUL-terminated; empty when there is none */
    const slack_http_header_t *headers;
    size_t header_count;
    char *body; /* NUL-terminated with SLACK_JSON_PADDING bytes behind; may be changed in place */
    size_t body_len;
    const char *peer;     /* address as text */
    uint64_t received_us; /* monotonic: when its first byte was read */
    bool upgrade;         /* asks for another protocol: slack__http_upgrade() */
} slack_http_request_t;

/* slack__http_header_find() in its headers. */
static inline slack_slice_t slack__http_header(const slack_http_request_t *request,
                                               const char *name, unsigned *ret_count)
{
    return slack__http_header_find(request->headers, request->header_count, name, ret_count);
}

/* `request` itself lies in its arena: the callee frees the arena when done with it. */
typedef void (*slack_http_request_fn)(slack_http_server_t *server, slack_http_request_t *request,
                                      void *user_data);

typedef struct slack_http_server_options {
    slack_listen_options_t listen;
    const slack_http_limits_t *limits; /* Optional, copied; a field that is 0: its default. */
    const struct slack_trusted_proxies
        *trusted;             /* Optional, borrowed. Not bounded per peer: trusted_proxies.h. */
    slack_http_request_fn fn; /* Required. */
    void *user_data;
} slack_http_server_options_t;

int slack__http_server_open(slack_http_server_t **ret, slack_net_t *net,
                            const slack_http_server_options_t *options, int *ret_uv_error);
unsigned slack__http_server_port(const slack_http_server_t *server);
/* Connections that come from now on get this context. */
void slack__http_server_set_tls(slack_http_server_t *server, slack_tls_context_t *tls);
unsigned slack__http_server_connections(const slack_http_server_t *server);
/* Requests of which a part has arrived and whose answer has not left yet, and connections that are
 * about to bring one: those that are younger than a second. */
unsigned slack__http_server_under_way(const slack_http_server_t *server);
/* Requests that were turned away: by the server itself, since they broke a rule or a bound, and by
 * slack__http_refuse(). */
uint64_t slack__http_server_refused(const slack_http_server_t *server);

/* An answer. Content-Length, Date and Connection are the server's business. */
typedef struct slack_http_response {
    int status;
    const char *content_type;           /* NULL: none */
    const slack_http_header_t *headers; /* NULL: none; values must hold no line breaks */
    size_t header_count;
    const char *body;
    size_t body_len;
    bool close; /* close the connection after it */
} slack_http_response_t;

/* Answer a request. 0; SLACK_ECLOSED when the connection is gone; SLACK_EINVAL for an id that was
 * answered, and for an answer that is none (a status below 200, a line break in a header: nothing
 * was sent, another one may be tried); SLACK_ETOOBIG and SLACK_EBUSY past the listener's write_max,
 * SLACK_ENOMEM (the connection is closed then). */
int slack__http_respond(slack_http_server_t *server, uint64_t request_id,
                        const slack_http_response_t *answer);

/* Turn a request away: answer it, count it, and tell the log once why: `reason`, who asked, and the
 * path, nothing of what it said. Of a flood the log has the first (log_limit.h) and a number.
 * `header` optional. That the connection may be gone is nobody's concern. */
void slack__http_refuse(const slack_http_request_t *request, int status,
                        const slack_http_header_t *header, const char *reason);

/* The request is from somebody who may send requests: where connections have to make room for
 * others, its own goes after those of strangers. Nothing when the connection is gone. */
void slack__http_vouch(slack_http_server_t *server, uint64_t request_id);

/* Take the connection of a request that asked for an upgrade, and set its events before returning
 * to the loop. Nothing was answered yet; bytes that followed the request are in *ret_rest, borrowed
 * until then. 0, and SLACK_ECLOSED and SLACK_EINVAL as above. */
int slack__http_upgrade(slack_http_server_t *server, uint64_t request_id, slack_conn_t **ret_conn,
                        slack_slice_t *ret_rest);

/* A drain will follow: from now on every answer says Connection: close, so that no connection is
 * kept which a drain would have to close while its peer is sending. */
void slack__http_server_leave(slack_http_server_t *server);
/* Take no more connections nor requests, answer what was taken with Connection: close. A request of
 * which a part has arrived counts as taken: its sender would take the end of the connection for a
 * failure, and Slack's commands are not sent twice. So does a connection that has asked nothing
 * yet. Idle connections are closed at once. */
void slack__http_server_drain(slack_http_server_t *server);
/* Close everything; `fn` (optional) is called once when the last handle is gone and the server
 * freed. Ids answer SLACK_ECLOSED no longer: do not use the server after this. */
void slack__http_server_close(slack_http_server_t *server, void (*fn)(void *user_data),
                              void *user_data);

#endif
