/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_HTTP_FIXTURE_H
#define SLACK_TESTS_SUPPORT_HTTP_FIXTURE_H

#include "net/http_server.h"
#include "support/raw.h"
#include "support/test.h"
#include "support/world.h"

/* An HTTP server in a world of its own, and a handler that does what the test has set. */

#define FIXTURE_WRITE_MAX ((size_t)1 << 20)
#define FIXTURE_HELD_MAX  64

/* What the handler does with a request. */
enum manner {
    ANSWER,          /* answers with the body, or with the path if there is none */
    KEEP,            /* nothing: the test answers it by fixture_answer() */
    REFUSE,          /* refuses it with 401, as the client that a trusted proxy names */
    TAKE_CONNECTION, /* upgrades it, see fixture_take_connection() */
    CLOSE_SERVER     /* closes the server and does not answer */
};

typedef struct http_fixture {
    world_t world;
    slack_http_server_t *server;
    raw_t client;                                /* of a DIALLED() case */
    const struct slack_trusted_proxies *trusted; /* Optional. */
    slack_http_check_fn check;                   /* Optional. It gets the fixture. */
    enum manner manner;
    bool server_gone;
    unsigned requests;               /* so far */
    uint64_t held[FIXTURE_HELD_MAX]; /* ids, with KEEP */
    unsigned held_count;
    uint64_t received_us; /* of the last one */
    char last[100];       /* its method and path */
    slack_conn_t *taken;
    char taken_rest[64];
    unsigned taken_closed;
} http_fixture_t;

/* Words for the cases of a file with a fixture `f`: with SERVED the server is open; with DIALLED
 * `client` is connected to it; with CLOSED the case opens the server. All is closed after the
 * case. */
#define SERVED(function)  TEST_CASE(function, fixture_serve, fixture_end, &f)
#define DIALLED(function) TEST_CASE(function, fixture_serve_and_dial, fixture_end, &f)
#define CLOSED(function)  TEST_CASE(function, NULL, fixture_end, &f)
int fixture_serve(void **state);
int fixture_serve_and_dial(void **state);
int fixture_end(void **state);

/* Opens a world and a server. `limits` may be NULL for the defaults. */
void fixture_open_limited(http_fixture_t *fixture, const slack_http_limits_t *limits);
void fixture_open(http_fixture_t *fixture);
/* The same with trusted proxies; they are borrowed. */
void fixture_open_behind(http_fixture_t *fixture, const slack_http_limits_t *limits,
                         const struct slack_trusted_proxies *proxies);
/* The same with a check. */
void fixture_open_checked(http_fixture_t *fixture, slack_http_check_fn check);
/* The same with HTTPS. Takes `tls`. */
void fixture_open_tls(http_fixture_t *fixture, slack_tls_context_t *tls,
                      const slack_http_limits_t *limits);
/* Closes the client, the server unless the handler has closed it, and the world. */
void fixture_close(http_fixture_t *fixture);

/* For tests with a world of their own: opens the server in it; the server's handler. */
int fixture_listen(http_fixture_t *fixture, const slack_http_limits_t *limits);
void fixture_on_request(slack_http_server_t *server, slack_http_request_t *request,
                        void *user_data);

/* Connects a client to the server. */
void fixture_dial(http_fixture_t *fixture, raw_t *raw);
/* Answers a held request with this status. Returns slack__http_respond()'s result. */
int fixture_answer(http_fixture_t *fixture, uint64_t id, int status);
/* Upgrades a request: its connection becomes `taken`, which echoes. */
void fixture_take_connection(http_fixture_t *fixture, uint64_t id);
/* Run the loop until the handler has received so many requests; until the server has so many
 * connections. */
void fixture_until_requests(http_fixture_t *fixture, unsigned want);
void fixture_until_connections(http_fixture_t *fixture, unsigned want);
/* Advances the clock. */
void fixture_pass_ms(http_fixture_t *fixture, uint64_t ms);

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

#endif
