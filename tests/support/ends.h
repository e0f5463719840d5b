/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_ENDS_H
#define SLACK_TESTS_SUPPORT_ENDS_H

#include "net/listen.h"
#include "support/test.h"
#include "support/world.h"

/*
 * Both ends of a connection over loopback, plain or with TLS. They record their events, and fields
 * that the test sets decide what they do at an event.
 */
typedef struct end {
    slack_conn_t *conn; /* NULL before it is opened and after it is closed */
    struct ends *ends;

    /* Settings. */
    const char *greeting; /* written at the open event, or at the first byte if accepted */
    bool echo;            /* writes what it reads */
    bool pause_at_accept;
    bool pause;         /* pauses at the next data, and clears this */
    unsigned close_at;  /* EVENT_… flags: closes itself inside these events */
    bool finish_at_eof; /* asks for the eof event, and finishes at it */
    bool quiet;         /* has no drained event */

    /* The record. */
    unsigned opens, reads, draineds, eofs, closes;
    slack_buf_t received;
    int status; /* when closed */
    char reason[160];
} end_t;

enum end_event {
    EVENT_OPEN = 1,
    EVENT_DATA = 2,
    EVENT_DRAINED = 4,
    EVENT_EOF = 8,
    EVENT_ACCEPT = 16,
};

typedef struct ends {
    world_t world;
    bool tls;
    slack_tls_context_t *server_tls, *client_tls; /* NULL: plain */
    slack_handshakes_t handshakes;
    slack_listener_socket_t *listener;
    end_t client;
    end_t server; /* the last connection that was accepted */
    unsigned accepts;
    size_t write_max; /* of the next connections; 0: 16 MiB */
} ends_t;

/* A case with both ends in `e`: plain, with TLS, or twice, once with each. They are open before the
 * case and closed after it. A case with TLS is skipped without certificates. */
#define PLAIN(function)                                                                            \
    static void function(void **state);                                                            \
    ENDS_CASE(function, plain, false)                                                              \
    static void function(void **state)
#define TLS(function)                                                                              \
    static void function(void **state);                                                            \
    ENDS_CASE(function, tls, true)                                                                 \
    static void function(void **state)
#define BOTH(function)                                                                             \
    static void function(void **state);                                                            \
    ENDS_CASE(function, plain, false)                                                              \
    ENDS_CASE(function, tls, true)                                                                 \
    static void function(void **state)

#define ENDS_CASE(function, wire, tls)                                                             \
    static ends_case_t function##_##wire = {function, tls};                                        \
    TEST_ADD(function##_##wire, #function "_" #wire, ends_run, NULL, NULL, &function##_##wire)

typedef struct ends_case {
    void (*fn)(void **state);
    bool tls;
} ends_case_t;

extern ends_t e;
void ends_run(void **state);

/* Opens a listener on a free port of 127.0.0.1. Returns false if the library is out of memory;
 * nothing is left then. For TLS, certs_make() must have been called. */
bool ends_open(ends_t *ends, bool tls);
/* Listens elsewhere instead. Returns slack__listen()'s result. */
int ends_listen_at(ends_t *ends, const char *host, unsigned port);
/* Closes what is open, and checks that every end was closed once. */
void ends_close(ends_t *ends);
/* Closes both ends and opens new ones, for the next round of a case. */
void ends_reopen(ends_t *ends);

/* Starts to connect the client to the listener. Returns slack__conn_connect()'s result. */
int ends_connect(ends_t *ends);
/* Starts to connect the client to any host and port. */
int ends_connect_to(ends_t *ends, const char *host, unsigned port);
/* Connects, and waits until both ends are open. */
void ends_join(ends_t *ends);
/* Connects a blocking socket to the listener, and waits until it is accepted. Closed by close(). */
int ends_raw(ends_t *ends);
/* Closes such a socket with a RST. */
void ends_reset(int fd);

/* Makes an end the owner of a connection. */
void end_take(end_t *end, slack_conn_t *conn);

/* Run the loop until an end has received so many bytes; until it is closed. */
void end_until_received(end_t *end, size_t len);
void end_until_closed(end_t *end);

/* Makes the timer of the end's connection fire. */
void end_time_out(end_t *end);

#endif
