/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <slack/error.h>

#include "support/certs.h"
#include "support/ends.h"
#include "support/heap.h"
#include "util/alloc.h"

/* --- no way ----------------------------------------------------------------------------------- */

/* A port of which the kernel knows that nobody listens. */
static unsigned bind_only(int *ret_fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    *ret_fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(*ret_fd, (const struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(*ret_fd, (struct sockaddr *)&address, &len), 0);
    return ntohs(address.sin_port);
}

static void test_refused(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "127.1"};
    int fd;
    unsigned port = bind_only(&fd);
    bool on = ends_with_tls(state);
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        ends_t e;
        assert_true(ends_open(&e, on));
        assert_int_equal(ends_connect_to(&e, hosts[i], port), 0);
        assert_int_equal(e.client.closes, 0);
        end_until_closed(&e.client);
        assert_int_equal(e.client.status, SLACK_ECONNECT);
        assert_string_not_equal(e.client.reason, "");
        assert_int_equal(e.client.opens, 0);
        ends_close(&e);
    }
    close(fd);
}

static void test_no_such_name(void **state)
{
    char name[80] = {0};
    ends_t e;
    memset(name, 'a', 70); /* no label is that long, so no server is asked */
    assert_true(ends_open(&e, false));
    assert_int_equal(ends_connect_to(&e, name, 80), 0);
    end_until_closed(&e.client);
    assert_int_equal(e.client.status, SLACK_ECONNECT);
    assert_string_not_equal(e.client.reason, "");
    ends_close(&e);
}

static void test_bad_options(void **state)
{
    static const slack_conn_options_t good = {
        .host = "localhost", .port = 80, .open_ms = 1, .write_max = 1};
    static const slack_conn_events_t no_events = {0};
    char name[2000];
    ends_t e;
    assert_true(ends_open(&e, false));
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    slack_conn_options_t bad[7];
    for (size_t i = 0; i < 7; i++)
        bad[i] = good;
    bad[0].host = NULL;
    bad[1].host = "";
    bad[2].port = 0;
    bad[3].port = 65536;
    bad[4].open_ms = 0;
    bad[5].write_max = 0;
    bad[6].host = name;
    for (size_t i = 0; i < 7; i++) {
        slack_conn_t *conn = NULL;
        assert_int_equal(slack__conn_connect(&conn, e.world.net, &bad[i], &no_events, NULL),
                         SLACK_EINVAL);
        assert_null(conn);
    }
    ends_close(&e);
}

/* --- time ------------------------------------------------------------------------------------- */

static void test_no_connection_in_time(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "127.1"};
    bool on = ends_with_tls(state);
    for (size_t i = 0; i < 2; i++) {
        ends_t e;
        assert_true(ends_open(&e, on));
        assert_int_equal(ends_connect_to(&e, hosts[i], slack__listen_port(e.listener)), 0);
        end_time_out(&e.client);
        end_until_closed(&e.client);
        assert_int_equal(e.client.status, SLACK_ETIMEDOUT);
        assert_string_equal(e.client.reason, "no connection in time");
        ends_close(&e);
    }
}

static void test_no_handshake_in_time(void **state)
{
    if (!ends_with_tls(state)) skip();
    ends_t e;
    assert_true(ends_open(&e, true));
    int fd;
    unsigned port = bind_only(&fd);
    assert_int_equal(listen(fd, 1), 0); /* and never say a word */
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(ends_connect_to(&e, "127.0.0.1", port), 0);
    int taken = -1;
    while (taken < 0) {
        uv_run(&e.world.loop, UV_RUN_NOWAIT);
        taken = accept(fd, NULL, NULL);
    }
    char hello;
    while (recv(taken, &hello, 1, MSG_DONTWAIT) != 1)
        uv_run(&e.world.loop, UV_RUN_NOWAIT);
    end_time_out(&e.client);
    end_until_closed(&e.client);
    assert_int_equal(e.client.status, SLACK_ETIMEDOUT);
    assert_string_equal(e.client.reason, "no TLS handshake in time");
    close(taken);
    close(fd);

    int raw = ends_raw(&e);
    world_until_count(&e.world, &e.accepts, 1);
    world_turn(&e.world);
    end_time_out(&e.server);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ETIMEDOUT);
    close(raw);
    ends_close(&e);
}

/* A peer that never closes its side gets some seconds, and was sent everything. */
static void test_linger(void **state)
{
    ends_t e;
    assert_true(ends_open(&e, false));
    int fd = ends_raw(&e);
    world_until_count(&e.world, &e.accepts, 1);
    world_turn(&e.world);
    end_time_out(&e.server); /* none runs while it is open */
    slack__conn_write(e.server.conn, "bye", 3);
    slack__conn_finish(e.server.conn);
    char got[8];
    size_t len = 0;
    for (ssize_t n = -1; n != 0;) {
        uv_run(&e.world.loop, UV_RUN_NOWAIT);
        n = recv(fd, got + len, sizeof(got) - len, MSG_DONTWAIT);
        if (n > 0) len += (size_t)n;
    }
    assert_int_equal(len, 3);
    world_turn(&e.world);
    assert_int_equal(e.server.closes, 0);
    end_time_out(&e.server);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, 0);
    close(fd);
    ends_close(&e);
}

static void test_a_peer_that_does_not_read(void **state)
{
    enum { SIZE = 12 << 20 };
    char *data = slack__calloc(1, SIZE);
    ends_t e;
    assert_true(ends_open(&e, false));
    int fd = ends_raw(&e);
    world_until_count(&e.world, &e.accepts, 1);
    world_turn(&e.world);
    assert_int_equal(slack__conn_write(e.server.conn, data, SIZE), 0);
    slack__conn_finish(e.server.conn);
    world_turn(&e.world);
    assert_int_equal(e.server.closes, 0);
    end_time_out(&e.server);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ETIMEDOUT);
    assert_string_equal(e.server.reason, "the peer does not read");
    close(fd);
    ends_close(&e);
    slack__free(data);
}

/* --- TLS -------------------------------------------------------------------------------------- */

static void test_plain_speech_to_tls(void **state)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    if (!ends_with_tls(state)) skip();
    ends_t e;
    assert_true(ends_open(&e, true));
    int fd = ends_raw(&e);
    assert_int_equal(send(fd, request, sizeof(request) - 1, 0), sizeof(request) - 1);
    world_until_count(&e.world, &e.accepts, 1);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ETLS);
    assert_string_equal(e.server.reason, "what the peer sends is not TLS");
    assert_int_equal(e.server.received.len, 0);
    close(fd);
    ends_close(&e);
}

static void test_gone_in_the_handshake(void **state)
{
    if (!ends_with_tls(state)) skip();
    ends_t e;
    assert_true(ends_open(&e, true));
    int fd = ends_raw(&e);
    world_until_count(&e.world, &e.accepts, 1);
    close(fd);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ECLOSED);
    assert_string_equal(e.server.reason, "the peer closed during the TLS handshake");
    ends_close(&e);
}

static void test_somebody_elses_certificate(void **state)
{
    if (!ends_with_tls(state)) skip();
    ends_t e;
    assert_true(ends_open(&e, true));
    slack__tls_context_unref(e.client_tls);
    e.client_tls = NULL;
    assert_int_equal(slack__tls_context_client(&e.client_tls, certs_path("stranger.pem")), 0);
    assert_int_equal(ends_connect(&e), 0);
    end_until_closed(&e.client);
    assert_int_equal(e.client.status, SLACK_ETLS);
    assert_string_equal(e.client.reason, "the certificate is not signed by anyone trusted");
    assert_int_equal(e.client.opens, 0);
    world_until_count(&e.world, &e.accepts, 1);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ETLS); /* it was told */
    ends_close(&e);
}

/* --- memory ----------------------------------------------------------------------------------- */

/* One life with allocation `nth` failing. False when there are fewer. */
static bool live_without_memory(bool on, size_t nth, bool all)
{
    size_t before = heap_live();
    ends_t e;
    heap_fail_at(nth, all);
    if (ends_open(&e, on)) {
        e.client.greeting = "hello";
        e.server.echo = true;
        e.client.close_at = EVENT_DATA;
        int rc = ends_connect_to(&e, "127.0.0.1", slack__listen_port(e.listener));
        if (rc == 0)
            end_until_closed(&e.client);
        else
            assert_int_equal(rc, SLACK_ENOMEM);
        bool failed = heap_heal();
        if (!failed) assert_int_equal(e.client.received.len, 5);
        if (e.client.status != SLACK_ENOMEM && e.client.status != SLACK_ECLOSED)
            assert_int_equal(e.client.status, 0);
        ends_close(&e);
        assert_int_equal(heap_live(), before);
        return failed;
    }
    assert_int_equal(heap_live(), before);
    return heap_heal();
}

static void test_no_memory(void **state)
{
    bool on = ends_with_tls(state);
    for (size_t nth = 0; live_without_memory(on, nth, false); nth++)
        live_without_memory(on, nth, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_refused),
        PLAIN(test_no_such_name),
        PLAIN(test_bad_options),
        BOTH(test_no_connection_in_time),
        TLS(test_no_handshake_in_time),
        PLAIN(test_linger),
        PLAIN(test_a_peer_that_does_not_read),
        TLS(test_plain_speech_to_tls),
        TLS(test_gone_in_the_handshake),
        TLS(test_somebody_elses_certificate),
        BOTH(test_no_memory),
    };
    heap_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
