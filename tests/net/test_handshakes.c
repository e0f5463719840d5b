/* SPDX-License-Identifier: MIT */
#include <sys/socket.h>

#include <slack/error.h>

#include "net/handshakes.h"
#include "support/certs.h"
#include "support/ends.h"
#include "support/http_fixture.h"
#include "support/test.h"

static slack_tls_context_t *client_context(void)
{
    slack_tls_context_t *context = NULL;
    assert_int_equal(slack__tls_context_client(&context, certs_path("ca.pem")), 0);
    return context;
}

static slack_tls_t *client_session(slack_tls_context_t *context)
{
    slack_tls_t *tls = NULL;
    assert_int_equal(slack__tls_new(&tls, context, "localhost", 1000), 0);
    return tls;
}

/* ---- the order ---- */

#define STEPS 67

typedef struct step {
    slack_handshake_t handshake;
    char mark; /* '0' and the number */
    bool begun;
    char *ret; /* where the marks of steps that were made are collected */
    unsigned *left;
} step_t;

static void on_begins(slack_handshake_t *handshake)
{
    SLACK_CONTAINER(handshake, step_t, handshake)->begun = true;
}

static void on_stepped(slack_handshake_t *handshake, int rc)
{
    step_t *step = SLACK_CONTAINER(handshake, step_t, handshake);
    assert_true(step->begun);
    assert_int_equal(rc, SLACK_EBUSY); /* a client has sent its hello */
    *strchr(step->ret, '\0') = step->mark;
    --*step->left;
}

static void on_refused(slack_handshake_t *handshake)
{
    --*SLACK_CONTAINER(handshake, step_t, handshake)->left;
}

#define B16 "bbbbbbbbbbbbbbbb"

/* A letter is a handshake of this address that comes, and '-' takes back the one before. */
static const struct {
    const char *name;
    unsigned max;
    const char *known; /* the addresses that have sent a verified request */
    unsigned others;   /* so many more after them */
    const char *come, *order;
} cases[] = {
    {"the first begins at once, and the others go by address", 9, "", 0, "aaab", "0132"},
    {"a known address goes first", 9, "b", 0, "aaab", "0312"},
    {"also one of many", 9, "b", SLACK_KNOWN_MAX - 1, "aab", "021"},
    {"until so many others are known", 9, "b", SLACK_KNOWN_MAX, "aab", "012"},
    {"but does not keep strangers out", STEPS, "b", 0, "a" B16 B16 B16 B16 "ba",
     "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnoprq"},
    {"the newest of the heaviest address is refused", 2, "", 0, "aaab", "013"},
    {"which may be the last to come", 2, "", 0, "abca", "012"},
    {"but not a known one", 2, "d", 0, "abcd", "031"},
    {"what was taken back is not made", 9, "", 0, "ab-c", "02"},
    {"and makes room", 1, "", 0, "ab-cd", "02"},
};

TEST(test_the_order_of_steps)
{
    if (!certs_make()) skip();
    slack_tls_context_t *context = client_context();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world_t world;
        slack_handshakes_t handshakes;
        step_t steps[STEPS];
        char order[STEPS + 1] = "", name[16];
        unsigned left = 0, count = 0;
        assert_true(world_open(&world));
        slack__handshakes_init(&handshakes, world.net, cases[i].max);
        for (const char *known = cases[i].known; *known; known++)
            slack__handshakes_remember(&handshakes, (const char[]){*known, '\0'});
        for (unsigned k = 0; k < cases[i].others; k++) {
            snprintf(name, sizeof name, "other %u", k);
            slack__handshakes_remember(&handshakes, name);
            slack__handshakes_remember(&handshakes, name); /* does not count twice */
        }
        for (const char *come = cases[i].come; *come; come++) {
            if (*come == '-') {
                slack__handshakes_cancel(&handshakes, &steps[count - 1].handshake);
                slack__handshakes_cancel(&handshakes, &steps[count - 1].handshake);
                left--;
                continue;
            }
            step_t *step = &steps[count];
            *step = (step_t){.mark = (char)('0' + count), .ret = order, .left = &left};
            step->handshake.turn.address = (slack_slice_t){come, 1};
            step->handshake.tls = client_session(context);
            step->handshake.begins = on_begins;
            step->handshake.stepped = on_stepped;
            step->handshake.refused = on_refused;
            slack__link_init(&step->handshake.turn.link);
            count++;
            left++;
            slack__handshakes_step(&handshakes, &step->handshake);
        }
        world_until(&world, left == 0);
        if (strcmp(order, cases[i].order) != 0) fail_msg("%s: %s", cases[i].name, order);
        assert_int_equal(handshakes.waiting, 0);
        assert_int_equal(handshakes.refused,
                         count - strlen(order) - (strchr(cases[i].come, '-') != NULL));
        for (unsigned k = 0; k < count; k++)
            slack__tls_free(steps[k].handshake.tls);
        world_close(&world);
    }
    slack__tls_context_unref(context);
}

/* ---- on sockets ---- */

static http_fixture_t f;

#define FLOOD  50
#define ANSWER "\x16\x03\x03" /* a record with a ServerHello */

/* Opens a server with an RSA key, whose steps take longest. */
static void open_server(const slack_http_limits_t *limits)
{
    slack_tls_context_t *tls;
    if (!certs_make()) skip();
    assert_int_equal(
        slack__tls_context_server(&tls, certs_path("rsa.pem"), certs_path("rsa.key"), NULL), 0);
    fixture_open_tls(&f, tls, limits);
}

/* Connects and sends a ClientHello, without a turn of the loop. */
static void say_hello(raw_t *raw, const char *from)
{
    slack_tls_context_t *context = client_context();
    slack_tls_t *client = client_session(context);
    assert_int_equal(slack__tls_handshake(client), SLACK_EBUSY);
    const slack_buf_t *hello = slack__tls_out(client);
    raw_connect_from(raw, &f.world, from, slack__http_server_port(f.server));
    assert_int_equal(send(raw->fd, slack__buf_ptr(hello), hello->len, 0), hello->len);
    slack__tls_free(client);
    slack__tls_context_unref(context);
}

/* Many come from one address, and one from another. */
CLOSED(test_a_flood_of_hellos)
{
    raw_t flood[FLOOD], *honest = &f.client;
    unsigned answered = 0, refused = 0;
    open_server(&(slack_http_limits_t){.connections = FLOOD + 10});
    for (unsigned i = 0; i < FLOOD; i++)
        say_hello(&flood[i], "127.0.0.2");
    say_hello(honest, "127.0.0.3");
    raw_until(honest, ANSWER);
    for (unsigned i = 0; i < FLOOD; i++) {
        raw_take(&flood[i]);
        answered += flood[i].in_len > 0;
        refused += flood[i].eof;
        raw_close(&flood[i]);
    }
    assert_in_range(answered, 1, FLOOD / 2);
    assert_in_range(refused, 1, FLOOD / 2);
    assert_int_equal(slack__http_server_handshakes(f.server)->refused, refused);
    assert_true(world_logged(&f.world, "event=\"connection refused\" reason=\"too many TLS "
                                       "handshakes wait\" peer=127.0.0.2"));
    fixture_until_connections(&f, 1); /* those that are gone wait no longer */
    world_until(&f.world, !slack__http_server_handshakes(f.server)->running);
    assert_int_equal(slack__http_server_handshakes(f.server)->waiting, 0);
}

/* Bytes come while a step waits and while it is made. They wait until it is. */
CLOSED(test_bytes_during_a_step)
{
    static const char part[] = "\x16\x03\x03\x10\x00"; /* the begin of a record */
    raw_t raws[10];
    open_server(NULL);
    for (unsigned i = 0; i < 10; i++)
        say_hello(&raws[i], "127.0.0.2");
    for (size_t sent = 0; raws[9].in_len == 0; sent++)
        for (unsigned i = 0; i < 10; i++) {
            raw_send(&raws[i], sent < sizeof part - 1 ? part + sent : "x", 1);
            raw_take(&raws[i]);
            assert_false(raws[i].eof);
            uv_run(&f.world.loop, UV_RUN_NOWAIT);
        }
    for (unsigned i = 0; i < 10; i++) {
        raw_until(&raws[i], ANSWER);
        raw_close(&raws[i]);
    }
}

/* While the thread makes a step, the connection closes; the server closes. */
TLS(test_close_during_a_step)
{
    assert_int_equal(ends_connect(&e), 0);
    world_until(&e.world, e.handshakes.running);
    assert_int_equal(slack__conn_queued(e.server.conn), 0);
    slack__conn_close(e.server.conn, 0);
    end_until_closed(&e.server);
    assert_null(e.handshakes.running);
    end_until_closed(&e.client);
}

CLOSED(test_close_the_server_during_a_step)
{
    open_server(NULL);
    fixture_dial(&f, &f.client);
    raw_say(&f.client, "no TLS at all");
    world_until(&f.world, slack__http_server_handshakes(f.server)->running);
}
