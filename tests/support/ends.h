/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_ENDS_H
#define SLACK_TESTS_SUPPORT_ENDS_H

#include "net/conn.h"
#include "support/world.h"

/*
 * Both ends of a connection over loopback, plain or with TLS, that write down what happens to them.
 * What an end does about it is set by the test in its fields.
 */
typedef struct end {
    slack_conn_t *conn; /* NULL before and after its life */
    struct ends *ends;

    /* What it does. */
    const char *greeting; /* written when it opens, or was accepted and hears the first byte */
    bool echo;            /* writes what it reads */
    bool pause_at_accept;
    bool pause;         /* pauses at the next data, and clears this */
    unsigned close_at;  /* EVENT_… flags: closes itself inside of these */
    bool finish_at_eof; /* asks for the eof event, and finishes then */
    bool quiet;         /* takes no drained events */

    /* What happened. */
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
    slack_tls_context_t *server_tls, *client_tls; /* NULL: plain */
    slack_listener_socket_t *listener;
    end_t client;
    end_t server; /* the last connection that was accepted */
    unsigned accepts;
    size_t write_max; /* of connections to come; 0: 16 MiB */
} ends_t;

/* A listener on a free port of 127.0.0.1. False when memory was out; nothing is left behind then.
 * With TLS certs_make() must have been called. */
bool ends_open(ends_t *ends, bool tls);
/* Listen elsewhere instead; what slack__listen() said. */
int ends_listen_at(ends_t *ends, const char *host, unsigned port);
/* Close what is left and check that every end was closed once. */
void ends_close(ends_t *ends);

/* Start connecting the client to the listener; what slack__conn_connect() said. */
int ends_connect(ends_t *ends);
/* The same to any host and port. */
int ends_connect_to(ends_t *ends, const char *host, unsigned port);
/* Connect, and wait until both ends are there. */
void ends_join(ends_t *ends);
/* A socket of the kernel's connected to the listener. It blocks; close it with close(). */
int ends_raw(ends_t *ends);

/* A test is run plain, with TLS, or both; its state says which. Skips it where TLS can not be had.
 */
bool ends_with_tls(void **state);
extern bool ends_plain, ends_tls;
#define ENDS_CASE(fn, wire) ((const struct CMUnitTest){#fn "_" #wire, fn, NULL, NULL, &ends_##wire})
#define PLAIN(fn)           ENDS_CASE(fn, plain)
#define TLS(fn)             ENDS_CASE(fn, tls)
#define BOTH(fn)            PLAIN(fn), TLS(fn)

/* Make an end the owner of a connection. */
void end_take(end_t *end, slack_conn_t *conn);

/* Run the loop until an end has this many bytes; until it is closed. */
void end_until_received(end_t *end, size_t len);
void end_until_closed(end_t *end);

/* Let the timer of the end's connection run out now. */
void end_time_out(end_t *end);

#endif
