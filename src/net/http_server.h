/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_SERVER_H
#define SLACK_NET_HTTP_SERVER_H

#include <slack/limits.h>

#include "net/http_message.h"
#include "net/listen.h"

/*
 * An HTTP/1.1 server, by llhttp. A request goes to the handler when it is complete, in an arena of
 * its own that the handler owns from then on. The handler responds by the request's id, at once or
 * later: the connection may be closed by then. A connection has one request at a time; pipelined
 * requests wait in order. Requests of known peers (slack__http_vouch()) are checked and handled at
 * once, unless that takes long; all others wait for their turn (turns.h).
 *
 * Requests that break HTTP or a limit are answered here (400, 408, 413, 414, 417, 431, 501, 505;
 * 503 if memory is out), and the connection is closed. The handler checks the method; methods that
 * llhttp does not know get 501.
 */

/* `request` lies in its arena: the callee frees the arena when it is done with it. */
typedef void (*slack_http_request_fn)(slack_http_server_t *server, slack_http_request_t *request,
                                      void *user_data);

/* Why a request is refused with 401 before its body is read; NULL if it is not. The request has no
 * body and no peer yet. */
typedef const char *(*slack_http_head_fn)(const slack_http_request_t *request, void *user_data);

/* Continues the check that the sender of a complete request is verified, which may take several
 * turns of the loop: read at most *budget bytes of the body, and reduce it by those that were read.
 * request->checked is the callee's. Return true when the check is done; slack_http_request_fn gets
 * the request then. */
typedef bool (*slack_http_check_fn)(slack_http_request_t *request, size_t *budget, void *user_data);

typedef struct slack_http_server_options {
    slack_listen_options_t listen;     /* `fn` and `user_data` are ignored. */
    const slack_http_limits_t *limits; /* Optional, copied. A field that is 0 has its default. */
    /* Optional, borrowed. The peers that connections_per_peer does not limit. */
    const struct slack_trusted_proxies *trusted;
    slack_http_request_fn fn;  /* Required. */
    slack_http_head_fn head;   /* Optional. */
    slack_http_check_fn check; /* Optional. */
    void *user_data;
} slack_http_server_options_t;

/* As slack__listen(). */
int slack__http_server_open(slack_http_server_t **ret, slack_net_t *net,
                            const slack_http_server_options_t *options, int *ret_uv_error);
slack_net_t *slack__http_server_net(const slack_http_server_t *server);
/* The port; 0 once the server drains. */
unsigned slack__http_server_port(const slack_http_server_t *server);
/* Connections accepted from now on get this context. */
void slack__http_server_set_tls(slack_http_server_t *server, slack_tls_context_t *tls);
unsigned slack__http_server_connections(const slack_http_server_t *server);
/* The number of requests that have begun to arrive and have no response yet. Those of strangers
 * do not count once their time is over, which is a second in a drain. A connection younger than a
 * second counts too, because it probably sends a request soon. */
unsigned slack__http_server_under_way(const slack_http_server_t *server);
/* The TLS handshakes of its connections. */
const slack_handshakes_t *slack__http_server_handshakes(const slack_http_server_t *server);
/* Requests refused so far, by the server itself and by slack__http_refuse(). */
uint64_t slack__http_server_refused(const slack_http_server_t *server);

/* Respond to a request. 0; SLACK_ECLOSED if the connection is gone; SLACK_EINVAL if the request has
 * a response already, or the response is malformed (a status below 200, a line break in a header:
 * nothing was sent, and another response may be sent); SLACK_ETOOBIG and SLACK_EBUSY past
 * listen.write_max, and SLACK_ENOMEM: the connection is closed. */
int slack__http_respond(slack_http_server_t *server, uint64_t request_id,
                        const slack_http_response_t *response);

/* Refuse a request: respond, count it, and log `reason`, the peer and the path, and nothing else of
 * the request. `header` is optional. If the connection is gone, nothing is sent. A 401 ends the
 * connection, and requests of strangers from its address have to wait after it (offenders.h). */
void slack__http_refuse(const slack_http_request_t *request, int status,
                        const slack_http_header_t *header, const char *reason);

/* Report that the sender of the request is verified. When the server closes connections to make
 * room, it closes those of strangers before this one. Does nothing if the connection is gone. */
void slack__http_vouch(slack_http_server_t *server, uint64_t request_id);

/* Take the connection of a request that asks for an upgrade; the caller sets its events before it
 * returns to the loop. No response has been sent. *ret_rest are the bytes behind the request,
 * borrowed until then. 0; SLACK_ECLOSED and SLACK_EINVAL as above. */
int slack__http_upgrade(slack_http_server_t *server, uint64_t request_id, slack_conn_t **ret_conn,
                        slack_slice_t *ret_rest);

/* A drain will follow: every response says Connection: close from now on. Peers then leave by
 * themselves, and the drain cuts off fewer requests. */
void slack__http_server_leave(slack_http_server_t *server);
/* Accept no more connections, close idle connections, and respond with Connection: close to the
 * requests that have begun. A request has begun when its first byte has arrived. If the server
 * closed the connection then, a command would be lost, because Slack does not send it again. A new
 * connection without a request may be about to send one, so it stays too. A stranger has a second
 * for the rest of its request: what it holds back does not hold a stop. */
void slack__http_server_drain(slack_http_server_t *server);
/* Close everything; `fn` (optional) is called once the last handle is closed and the server freed.
 * Ids are invalid from now on. */
void slack__http_server_close(slack_http_server_t *server, void (*fn)(void *user_data),
                              void *user_data);

#endif
