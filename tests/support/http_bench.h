/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_HTTP_BENCH_H
#define SLACK_TESTS_SUPPORT_HTTP_BENCH_H

#include <sys/types.h>

#include "support/http_peer.h"
#include "support/mock_host.h"
#include "support/slack_request.h"

/* The receiver of HTTP requests between a scripted core and a client. */
typedef struct http_bench {
    mock_host_t mock;
    slack_options_t options; /* the secret is SLACK_REQUEST_SECRET, the port the kernel's */
    slack_transport_t *t;
    http_peer_t *slack; /* NULL where there is no port to connect to */
    bool keep_alive;    /* it uses a connection again; otherwise each request has one of its own */
    enum slack_log_level log_level; /* SLACK_LOG_INFO unless the test says otherwise */
    char error[SLACK_ERROR_TEXT_MAX];
    char log[65536]; /* the lines so far, of that level and above */
    size_t log_len;
} http_bench_t;

/* Not started, so that the test may set options. Deliveries are acknowledged at once. */
void http_bench_open(http_bench_t *b);
int http_bench_create(http_bench_t *b);
/* Create it, and run until it is READY. */
void http_bench_start(http_bench_t *b);
/* Stop, destroy; fails where a block of the library's was not given back. */
void http_bench_close(http_bench_t *b);

slack_transport_stats_t http_bench_stats(const http_bench_t *b);

/* Wait for the reply to a request of `slack`, or the end of its connection. */
const http_reply_t *http_bench_wait(http_bench_t *b, int number);
/* Send bytes, and wait. */
const http_reply_t *http_bench_send(http_bench_t *b, const char *bytes, size_t len,
                                    http_pieces_t pieces);
const http_reply_t *http_bench_say(http_bench_t *b, const char *text);
/* The same with a signed request. */
const http_reply_t *http_bench_ask(http_bench_t *b, const slack_request_t *request);

/* Read from a socket of the test's own that does not block, turning the loop until something, or
 * its end, is there. */
ssize_t http_bench_recv(http_bench_t *b, int fd, char *ret, size_t size);

/* How many lines of the log have this in them; and forget them all. */
unsigned http_bench_logged(const http_bench_t *b, const char *text);
void http_bench_forget(http_bench_t *b);

#endif
