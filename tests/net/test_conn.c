/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <slack/error.h>

#include "support/certs.h"
#include "support/ends.h"
#include "support/test.h"
#include "util/alloc.h"

static void fill(char *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        data[i] = (char)(i ^ i >> 8 ^ i >> 16);
}

static void assert_filled(const slack_buf_t *buf, size_t len)
{
    assert_int_equal(buf->len, len);
    const char *data = slack__buf_ptr(buf);
    for (size_t i = 0; i < len; i++)
        if (data[i] != (char)(i ^ i >> 8 ^ i >> 16)) fail_msg("byte %zu is wrong", i);
}

/* ---- connections that work ---- */

BOTH(test_both_ways)
{
    e.client.greeting = "hello";
    e.server.echo = true;
    assert_int_equal(ends_connect(&e), 0);
    assert_int_equal(slack__conn_write(e.client.conn, "early", 5), SLACK_ECLOSED);
    assert_int_equal(e.client.opens, 0);
    e.world.mono_us += 5000 * 1000;
    end_until_received(&e.client, 5);
    assert_memory_equal(slack__buf_ptr(&e.client.received), "hello", 5);
    assert_int_equal(e.client.opens, 1);
    assert_int_equal(e.server.opens, 0); /* an accepted connection has no open event */
    assert_int_equal(e.client.draineds, 1);
    assert_string_equal(slack__conn_peer(e.client.conn), "127.0.0.1");
    assert_string_equal(slack__conn_peer(e.server.conn), "127.0.0.1");
    assert_int_equal(slack__conn_last_read_ms(e.client.conn), e.world.mono_us / 1000);
    assert_string_equal(slack__conn_reason(e.client.conn), "");

    slack__conn_finish(e.client.conn);
    assert_int_equal(slack__conn_write(e.client.conn, "late", 4), SLACK_ECLOSED);
    end_until_closed(&e.client);
    end_until_closed(&e.server);
    assert_int_equal(e.client.status, 0);
    assert_int_equal(e.server.status, SLACK_ECLOSED);
    assert_string_equal(e.server.reason, "closed by the peer");
}

PLAIN(test_names_and_addresses)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "LOCALHOST",
                                        "127.1"}; /* looked up by the resolver */
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        ends_reopen(&e);
        assert_int_equal(ends_connect_to(&e, hosts[i], slack__listen_port(e.listener)), 0);
        world_until(&e.world, e.client.opens >= 1);
    }
}

/* More bytes than the kernel takes: the reader pauses, the writer queues, and nothing is lost. */
BOTH(test_a_slow_reader)
{
    enum { SIZE = 12 << 20 };
    char *data = slack__malloc(SIZE);
    fill(data, SIZE);
    ends_join(&e);
    slack__conn_pause(e.server.conn, true);
    world_turn(&e.world);
    size_t half = SIZE / 2;
    assert_int_equal(slack__conn_write(e.client.conn, data, half), 0);
    size_t queued = slack__conn_queued(e.client.conn);
    assert_true(queued > 0);
    world_turn(&e.world);
    assert_int_equal(slack__conn_write(e.client.conn, data + half, SIZE - half), 0);
    assert_true(slack__conn_queued(e.client.conn) >= queued);
    memset(data, 0, SIZE); /* it was copied */
    world_turn(&e.world);
    assert_int_equal(e.server.received.len, 0);
    assert_int_equal(e.client.draineds, 0);

    slack__conn_pause(e.server.conn, false);
    assert_int_equal(e.server.received.len, 0); /* not inside the call */
    end_until_received(&e.server, SIZE);
    fill(data, SIZE);
    assert_filled(&e.server.received, SIZE);
    world_until(&e.world, e.client.draineds >= 1);
    assert_int_equal(slack__conn_queued(e.client.conn), 0);
    world_turn(&e.world);
    assert_int_equal(e.client.draineds, 1);
    slack__free(data);
}

BOTH(test_write_max)
{
    enum { SIZE = 8 << 20 };
    char *data = slack__malloc(SIZE);
    fill(data, SIZE);
    e.write_max = SIZE;
    ends_join(&e);
    slack__conn_pause(e.server.conn, true);
    assert_int_equal(slack__conn_write(e.client.conn, data, SIZE + 1), SLACK_EBUSY);
    size_t sent = 0;
    while (slack__conn_write(e.client.conn, data + sent % SIZE, SIZE / 8) == 0)
        sent = sent + SIZE / 8;
    assert_true(sent >= SIZE - SIZE / 8);
    size_t queued = slack__conn_queued(e.client.conn);
    assert_int_equal(slack__conn_write(e.client.conn, data, SIZE / 8), SLACK_EBUSY);
    assert_int_equal(slack__conn_queued(e.client.conn), queued);
    slack__conn_pause(e.server.conn, false);
    end_until_received(&e.server, sent);
    world_turn(&e.world);
    assert_int_equal(e.server.received.len, sent);
    slack__free(data);
}

/* With TLS one read of the socket holds many records: after a pause at the first, the others are
 * kept. */
BOTH(test_pause_inside_data)
{
    ends_join(&e);
    for (int i = 0; i < 10; i++)
        assert_int_equal(slack__conn_write(e.client.conn, "0123456789", 10), 0);
    for (size_t len = 10; len <= 100; len += 10) {
        if (e.server.received.len >= len) continue; /* plain TCP joins writes */
        e.server.pause = true;
        slack__conn_pause(e.server.conn, false);
        end_until_received(&e.server, len);
        size_t got = e.server.received.len;
        world_turn(&e.world);
        assert_int_equal(e.server.received.len, got);
    }
    assert_int_equal(e.server.received.len, 100);
    assert_int_equal(e.server.reads, e.server_tls ? 10 : e.server.reads);
    /* The end of the stream is held back by a pause, too. */
    e.server.pause = false;
    slack__conn_finish(e.client.conn);
    world_turn(&e.world);
    assert_int_equal(e.server.closes, 0);
    slack__conn_pause(e.server.conn, false);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ECLOSED);
}

BOTH(test_pause_before_the_first_byte)
{
    e.client.greeting = "hello";
    e.server.pause_at_accept = true;
    assert_int_equal(ends_connect(&e), 0);
    world_until(&e.world, e.accepts >= 1);
    world_until(&e.world, e.client.opens >= 1);
    world_turn(&e.world);
    assert_int_equal(e.server.received.len, 0);
    slack__conn_pause(e.server.conn, false);
    end_until_received(&e.server, 5);
}

/* As when an HTTP server hands a connection to a WebSocket, here inside the data event. */
BOTH(test_another_owner)
{
    end_t other = {.ends = &e};
    slack__buf_init(&other.received, 100);
    ends_join(&e);
    end_take(&other, e.server.conn);
    slack__conn_write(e.client.conn, "abc", 3);
    end_until_received(&other, 3);
    assert_int_equal(e.server.received.len, 0);
    end_take(&e.server, other.conn);
    slack__conn_close(e.client.conn, 0);
    end_until_closed(&e.server);
    assert_int_equal(other.closes, 0);
    slack__buf_done(&other.received);
}

/* ---- the end of a connection ---- */

BOTH(test_finish_sends_all_first)
{
    enum { SIZE = 12 << 20 };
    char *data = slack__malloc(SIZE);
    fill(data, SIZE);
    ends_join(&e);
    slack__conn_pause(e.client.conn, true);
    assert_int_equal(slack__conn_write(e.server.conn, data, SIZE), 0);
    slack__conn_finish(e.server.conn);
    slack__conn_finish(e.server.conn);
    world_turn(&e.world);
    assert_int_equal(e.server.closes, 0);
    slack__conn_pause(e.client.conn, false);
    end_until_closed(&e.client);
    end_until_closed(&e.server);
    assert_filled(&e.client.received, SIZE);
    assert_int_equal(e.client.status, SLACK_ECLOSED);
    assert_int_equal(e.server.status, 0);
    slack__free(data);
}

/* Bytes that the peer sends after our end are read and discarded. Otherwise the kernel would reset
 * the connection, and the peer would lose our last bytes. */
BOTH(test_finish_while_the_peer_sends)
{
    enum { SIZE = 12 << 20 };
    char *data = slack__malloc(SIZE);
    fill(data, SIZE);
    e.server.greeting = "enough";
    e.server.close_at = 0;
    e.client.finish_at_eof = true;
    ends_join(&e);
    assert_int_equal(slack__conn_write(e.client.conn, data, SIZE), 0);
    end_until_received(&e.server, 1);
    size_t read = e.server.received.len;
    slack__conn_finish(e.server.conn);
    end_until_closed(&e.client);
    end_until_closed(&e.server);
    assert_int_equal(e.server.received.len, read);
    assert_int_equal(e.client.received.len, 6);
    assert_int_equal(e.client.status, 0);
    assert_int_equal(e.server.status, 0);
    slack__free(data);
}

/* The peer has closed its side and still reads: nothing that we wrote is lost. */
PLAIN(test_eof_with_bytes_waiting)
{
    enum { SIZE = 12 << 20 };
    char *data = slack__malloc(SIZE);
    fill(data, SIZE);
    int fd = ends_raw(&e);
    assert_int_equal(slack__conn_write(e.server.conn, data, SIZE), 0);
    assert_true(slack__conn_queued(e.server.conn) > 0);
    shutdown(fd, SHUT_WR);
    slack_buf_t got;
    slack__buf_init(&got, SIZE + 1);
    char part[65536];
    ssize_t len = 1;
    while (len > 0 || !e.server.closes) {
        uv_run(&e.world.loop, UV_RUN_NOWAIT);
        len = recv(fd, part, sizeof(part), MSG_DONTWAIT);
        if (len > 0) slack__buf_append(&got, part, (size_t)len);
    }
    assert_int_equal(len, 0);
    assert_filled(&got, SIZE);
    assert_int_equal(e.server.status, SLACK_ECLOSED);
    slack__buf_done(&got);
    close(fd);
    slack__free(data);
}

BOTH(test_eof_event)
{
    e.server.finish_at_eof = true;
    ends_join(&e);
    slack__conn_finish(e.client.conn);
    end_until_closed(&e.client);
    end_until_closed(&e.server);
    assert_int_equal(e.server.eofs, 1);
    assert_int_equal(e.server.status, 0);
    assert_int_equal(e.client.status, 0);
}

BOTH(test_close_inside_every_event)
{
    static const struct {
        unsigned client, server;
    } table[] = {
        {EVENT_OPEN, 0}, {EVENT_DATA, 0},    {EVENT_DRAINED, 0}, {EVENT_EOF, EVENT_DATA},
        {0, EVENT_DATA}, {0, EVENT_DRAINED}, {0, EVENT_ACCEPT},  {EVENT_DATA, EVENT_DRAINED},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        ends_reopen(&e);
        e.client.close_at = table[i].client;
        e.server.close_at = table[i].server;
        e.client.greeting = "hello";
        e.server.echo = true;
        assert_int_equal(ends_connect(&e), 0);
        end_until_closed(&e.client);
        world_until(&e.world, e.accepts >= 1);
        end_until_closed(&e.server);
        unsigned reads = e.client.reads + e.server.reads;
        world_turn(&e.world);
        assert_int_equal(e.client.reads + e.server.reads, reads);
        assert_int_equal(e.client.status, table[i].client ? 0 : SLACK_ECLOSED);
        if (table[i].server && !table[i].client) assert_int_equal(e.server.status, 0);
    }
}

/* A client is closed after n turns of the loop, at whatever stage it is. */
BOTH(test_close_at_every_turn)
{
    bool opened = false;
    for (int turns = 0; !opened; turns++) {
        ends_reopen(&e);
        unsigned port = slack__listen_port(e.listener);
        assert_int_equal(ends_connect_to(&e, turns % 2 ? "127.1" : "127.0.0.1", port), 0);
        for (int i = 0; i < turns / 2; i++)
            uv_run(&e.world.loop, UV_RUN_NOWAIT);
        opened = turns % 2 == 0 && e.client.opens > 0;
        if (turns > 1000) opened = true;   /* the lookup takes its own time */
        if (e.client.closes > 0) continue; /* over TLS: the certificate is not for 127.1 */
        slack__conn_close(e.client.conn, SLACK_ECANCELED);
        slack__conn_close(e.client.conn, 0); /* the first close sets the status */
        assert_int_equal(e.client.closes, 0);
        end_until_closed(&e.client);
        assert_int_equal(e.client.status, SLACK_ECANCELED);
    }
}

BOTH(test_reset)
{
    int fd = ends_raw(&e);
    ends_reset(fd);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ECLOSED);
    assert_string_not_equal(e.server.reason, "");
}

/* The first write after a reset fails; SIGPIPE does not end the process. */
PLAIN(test_writing_to_nobody)
{
    int fd = ends_raw(&e);
    slack__conn_pause(e.server.conn, true); /* so that no read fails first */
    ends_reset(fd);
    int rc = 0;
    for (int i = 0; rc == 0 && i < 100; i++) {
        rc = slack__conn_write(e.server.conn, "x", 1);
        uv_run(&e.world.loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(rc, SLACK_ECLOSED);
    end_until_closed(&e.server);
    assert_int_equal(e.server.status, SLACK_ECLOSED);
}
