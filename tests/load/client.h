/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_LOAD_CLIENT_H
#define SLACK_TESTS_LOAD_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A well-behaved client. It sends signed events at an even rate, half of them over kept connections
 * and half over new ones, and counts their outcomes. It runs on uv_default_loop().
 */
typedef struct load_client_options {
    unsigned port;       /* of 127.0.0.1 */
    unsigned per_second; /* requests */
    const char *ca_file; /* Optional: TLS, with a certificate for 127.0.0.1 from this authority. */
    size_t large_bytes;  /* Optional: every fourth request on each kind of connection has a body of
                            this size. */
} load_client_options_t;

/* The time from the first byte, or from the connect, to the answer of those answered 200. */
typedef struct load_times {
    unsigned count;
    unsigned *us;
} load_times_t;

typedef struct load_result {
    unsigned sent;
    unsigned good; /* 200 */
    unsigned lost; /* reset on a new connection: it was in the kernel's queue when the bot closed
                      its socket */
    unsigned refused, reset, closed, late, other;
    unsigned told;      /* answered with Connection: close */
    load_times_t kept;  /* over a connection that had a request before */
    load_times_t newly; /* over a new connection */
} load_result_t;

/* Sends until load_client_stop(). One client at a time. */
void load_client_start(const load_client_options_t *options);
/* Sends no more; calls `fn` when each request has been answered or has failed, and each connection
 * is closed. */
void load_client_stop(void (*fn)(void));
const load_result_t *load_client_result(void);
/* Prints lines that begin with '#'. */
void load_client_print(void);
/* The time in ms within which `percent` of them were answered. */
double load_times_ms(const load_times_t *times, unsigned percent);

#endif
