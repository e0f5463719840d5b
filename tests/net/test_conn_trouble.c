/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <slack/error.h>

#include "support/certs.h"
#include "support/ends.h"
#include "support/heap.h"
#include "support/test.h"
#include "util/alloc.h"

/* ---- no connection ---- */

/* A bound port without a listener: connections to it are refused. */
static unsigned bind_only(int *ret_fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    *ret_fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(*ret_fd, (const struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(*ret_fd, (struct sockaddr *)&address, &len), 0);
    return ntohs(address.sin_port);
}

BOTH(test_refused)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "127.1"};
    int fd;
    unsigned port = bind_only(&fd);
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        ends_reopen(&e);
        assert_int_equal(ends_connect_to(&e, hosts[i], port), 0);
        assert_int_equal(e.client.closes, 0);
        end_until_closed(&e.client);
        assert_int_equal(e.client.status, SLACK_ECONNECT);
        assert_string_not_equal(e.client.reason, "");
        assert_int_equal(e.client.opens, 0);
    }
    close(fd);
}

PLAIN(test_no_such_name)
{
    char name[80] = {0};
    memset(name, 'a', 70); /* the label is too long, so no server is asked */
    assert_int_equal(ends_connect_to(&e, name, 80), 0);
    end_until_closed(&e.client);
    assert_int_equal(e.client.status, SLACK_ECONNECT);
    assert_string_not_equal(e.client.reason, "");
}

PLAIN(test_bad_options)
{
    static const slack_conn_options_t good = {
        .host = "localhost", .port = 80, .open_ms = 1, .write_max = 1};
    static const slack_conn_events_t no_events = {0};
    char name[2000];
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
}

/* ---- time limits ---- */

BOTH(test_no_connection_in_time)
{
    static const char *const hosts[] = {"127.0.0.1", "127.1"};
    for (size_t i = 0; i < 2; i++) {
        ends_reopen(&e);
        assert_int_equal(ends_connect_to(&e, hosts[i], slack__listen_port(e.listener)), 0);
        end_time_out(&e.client);
        end_until_closed(&e.client);
        assert_int_equal(e.client.status, SLACK_ETIMEDOUT);
        assert_string_equal(e.client.reason, "no connection in time");
    }
}

TLS(test_no_handshake_in_time)
{
    int fd;
    unsigned port = bind_only(&fd);
    assert_int_equal(listen(fd, 1), 0); /* and send nothing */
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
    end_time_out(&e.server);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ETIMEDOUT);
    close(raw);
}

/* A peer that never closes its side is closed after some seconds, when all bytes were sent. */
PLAIN(test_linger)
{
    int fd = ends_raw(&e);
    end_time_out(&e.server); /* an open connection has no timer */
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
}

PLAIN(test_a_peer_that_does_not_read)
{
    enum { SIZE = 12 << 20 };
    char *data = slack__calloc(1, SIZE);
    int fd = ends_raw(&e);
    assert_int_equal(slack__conn_write(e.server.conn, data, SIZE), 0);
    slack__conn_finish(e.server.conn);
    world_turn(&e.world);
    assert_int_equal(e.server.closes, 0);
    end_time_out(&e.server);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ETIMEDOUT);
    assert_string_equal(e.server.reason, "the peer does not read");
    close(fd);
    slack__free(data);
}

/* ---- TLS ---- */

TLS(test_plain_speech_to_tls)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    int fd = ends_raw(&e);
    assert_int_equal(send(fd, request, sizeof(request) - 1, 0), sizeof(request) - 1);
    world_until(&e.world, e.accepts >= 1);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ETLS);
    assert_string_equal(e.server.reason, "what the peer sends is not TLS");
    assert_int_equal(e.server.received.len, 0);
    close(fd);
}

TLS(test_gone_in_the_handshake)
{
    int fd = ends_raw(&e);
    close(fd);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ECLOSED);
    assert_string_equal(e.server.reason, "the peer closed during the TLS handshake");
}

TLS(test_somebody_elses_certificate)
{
    slack__tls_context_unref(e.client_tls);
    e.client_tls = NULL;
    assert_int_equal(slack__tls_context_client(&e.client_tls, certs_path("stranger.pem")), 0);
    assert_int_equal(ends_connect(&e), 0);
    end_until_closed(&e.client);
    assert_int_equal(e.client.status, SLACK_ETLS);
    assert_string_equal(e.client.reason, "the certificate is not signed by anyone trusted");
    assert_int_equal(e.client.opens, 0);
    world_until(&e.world, e.accepts >= 1);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ETLS); /* the server saw the alert */
}

/* A valid session, then a record that is not encrypted with its keys. */
TLS(test_a_forged_record)
{
    static const char forged[] = "\x17\x03\x03\x00\x20 not what the keys would make of it ";
    slack_tls_t *session;
    assert_int_equal(slack__tls_new(&session, e.client_tls, "localhost", 1000), 0);
    slack_buf_t *out = slack__tls_out(session);
    int fd = ends_raw(&e);
    char part[4096];
    for (int rc = SLACK_EBUSY; rc == SLACK_EBUSY || out->len > 0;) {
        rc = slack__tls_handshake(session);
        if (out->len > 0) send(fd, slack__buf_ptr(out), out->len, 0);
        slack__buf_clear(out);
        uv_run(&e.world.loop, UV_RUN_NOWAIT);
        ssize_t len = recv(fd, part, sizeof(part), MSG_DONTWAIT);
        if (len > 0) assert_int_equal(slack__tls_feed(session, part, (size_t)len), 0);
    }
    assert_int_equal(slack__tls_write(session, "good", 4), 0);
    send(fd, slack__buf_ptr(out), out->len, 0);
    send(fd, forged, sizeof(forged) - 1, 0);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ETLS);
    assert_string_not_equal(e.server.reason, "");
    assert_int_equal(e.server.received.len, 4);
    slack__tls_free(session);
    close(fd);
}

BOTH(test_finish_before_it_is_open)
{
    assert_int_equal(ends_connect(&e), 0);
    slack__conn_finish(e.client.conn);
    end_until_closed(&e.client);
    assert_int_equal(e.client.status, 0);
    assert_int_equal(e.client.opens, 0);
}

/* The kernel does not take all bytes, and then the peer resets the connection. */
PLAIN(test_reset_while_writing)
{
    enum { SIZE = 12 << 20 };
    char *data = slack__calloc(1, SIZE);
    for (int finish = 0; finish < 2; finish++) {
        ends_reopen(&e);
        int fd = ends_raw(&e);
        slack__conn_pause(e.server.conn, true); /* so that the write fails first */
        assert_int_equal(slack__conn_write(e.server.conn, data, SIZE), 0);
        if (finish) slack__conn_finish(e.server.conn);
        ends_reset(fd);
        end_until_closed(&e.server);
        assert_int_equal(e.server.status, SLACK_ECLOSED);
        assert_int_equal(e.server.draineds, 0);
    }
    slack__free(data);
}

/* ---- memory ---- */

/* One life with allocation `nth` failing. Returns false if there are fewer. */
static bool live_without_memory(size_t nth, bool all)
{
    const bool tls = e.tls;
    ends_close(&e);
    size_t before = heap_live();
    heap_fail_at(nth, all);
    bool failed = true;
    if (ends_open(&e, tls)) {
        e.client.greeting = "hello";
        e.server.echo = true;
        e.client.close_at = EVENT_DATA;
        int rc = ends_connect_to(&e, "127.0.0.1", slack__listen_port(e.listener));
        if (rc == 0)
            end_until_closed(&e.client);
        else
            assert_int_equal(rc, SLACK_ENOMEM);
        failed = heap_heal();
        if (!failed) assert_int_equal(e.client.received.len, 5);
        if (e.client.status != SLACK_ENOMEM && e.client.status != SLACK_ECLOSED)
            assert_int_equal(e.client.status, 0);
        ends_close(&e);
    }
    heap_heal();
    assert_int_equal(heap_live(), before);
    assert_true(ends_open(&e, tls));
    return failed;
}

/* No byte was sent: the connection stays usable. */
BOTH(test_no_memory_to_write)
{
    enum { SIZE = 6 << 20 };
    char *data = slack__calloc(1, SIZE);
    e.client.quiet = true;
    ends_join(&e);
    slack__conn_pause(e.server.conn, true);
    if (!e.client_tls) assert_int_equal(slack__conn_write(e.client.conn, data, SIZE), 0);
    heap_fail_at(0, true);
    assert_int_equal(slack__conn_write(e.client.conn, data, SIZE), SLACK_ENOMEM);
    heap_heal();
    slack__conn_pause(e.server.conn, false);
    if (!e.client_tls) end_until_received(&e.server, SIZE);
    size_t before = e.server.received.len;
    assert_int_equal(slack__conn_write(e.client.conn, "fine", 4), 0);
    end_until_received(&e.server, before + 4);
    slack__free(data);
}

/* Some bytes were sent: the stream cannot be continued. The peer has never read, since the kernel
 * would give a peer that has read much room for all of them. */
PLAIN(test_no_memory_for_the_rest)
{
    enum { SIZE = 12 << 20 };
    char *data = slack__calloc(1, SIZE);
    int fd = ends_raw(&e);
    heap_fail_at(0, true);
    int rc = slack__conn_write(e.server.conn, data, SIZE);
    heap_heal();
    assert_int_equal(rc, SLACK_ENOMEM);
    assert_int_equal(slack__conn_write(e.server.conn, "more", 4), SLACK_ECLOSED);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ENOMEM);
    close(fd);
    slack__free(data);
}

BOTH(test_no_memory)
{
    for (size_t nth = 0; live_without_memory(nth, false); nth++)
        live_without_memory(nth, true);
}
