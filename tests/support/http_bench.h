/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_HTTP_BENCH_H
#define SLACK_TESTS_SUPPORT_HTTP_BENCH_H

#include <sys/types.h>

#include "support/http_peer.h"
#include "support/mock_host.h"
#include "support/slack_request.h"

/* The HTTP transport between a mock host and a client. */
typedef struct http_bench {
    mock_host_t mock;
    slack_options_t options; /* the secret is SLACK_REQUEST_SECRET; the kernel chooses the port */
    slack_transport_t *t;
    http_peer_t *slack; /* the client; NULL: there is no port to connect to */
    bool keep_alive;    /* reuse connections; otherwise each request has its own */
    char error[SLACK_ERROR_TEXT_MAX];
} http_bench_t;

/* Prepares a bench. The test may change options and script, then starts it. Deliveries are acked at
 * once. */
void http_bench_open(http_bench_t *b);
int http_bench_create(http_bench_t *b);
/* Creates the transport, and waits until it is READY. */
void http_bench_start(http_bench_t *b);
/* Stops and destroys the transport. Fails the test if the library has not freed all its memory. */
void http_bench_close(http_bench_t *b);

slack_transport_stats_t http_bench_stats(const http_bench_t *b);

/* Waits for the response to a request of `slack`, or the end of its connection. */
const http_reply_t *http_bench_wait(http_bench_t *b, int number);
/* Sends bytes and waits for the response. */
const http_reply_t *http_bench_send(http_bench_t *b, const char *bytes, size_t len,
                                    http_pieces_t pieces);
const http_reply_t *http_bench_say(http_bench_t *b, const char *text);
/* Sends a signed request and waits for the response. */
const http_reply_t *http_bench_ask(http_bench_t *b, const signed_request_t *request);

/* Waits until the test's own, non-blocking socket has bytes or its end, and reads them. */
ssize_t http_bench_recv(http_bench_t *b, int fd, char *ret, size_t size);

#endif
