/* SPDX-License-Identifier: MIT */
#include "support/ends.h"
#include "support/test.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <slack/error.h>

#include "support/certs.h"

#define OPEN_MS      10000
#define RECEIVED_MAX ((size_t)64 << 20)
#define WRITE_MAX    ((size_t)16 << 20)

ends_t e;

void ends_run(void **state)
{
    const ends_case_t *test = *state;
    if (test->tls && !certs_make()) skip();
    assert_true(ends_open(&e, test->tls));
    test->fn(state);
    ends_close(&e);
}

void ends_reopen(ends_t *ends)
{
    const bool tls = ends->tls;
    ends_close(ends);
    assert_true(ends_open(ends, tls));
}

static bool close_now(end_t *end, enum end_event event)
{
    if (!(end->close_at & event)) return false;
    slack__conn_close(end->conn, 0);
    return true;
}

static void greet(end_t *end)
{
    const char *greeting = end->greeting;
    end->greeting = NULL;
    if (greeting) slack__conn_write(end->conn, greeting, strlen(greeting));
}

static void on_open(slack_conn_t *conn, void *user_data)
{
    end_t *end = user_data;
    end->opens++;
    if (!close_now(end, EVENT_OPEN)) greet(end);
}

static void on_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
    end_t *end = user_data;
    end->reads++;
    if (slack__buf_append(&end->received, data, len) != 0) {
        slack__conn_close(conn, SLACK_ENOMEM);
        return;
    }
    if (close_now(end, EVENT_DATA)) return;
    if (end->pause) slack__conn_pause(conn, true);
    end->pause = false;
    greet(end);
    if (end->echo) slack__conn_write(conn, data, len);
}

static void on_drained(slack_conn_t *conn, void *user_data)
{
    end_t *end = user_data;
    end->draineds++;
    assert_int_equal(slack__conn_queued(conn), 0);
    close_now(end, EVENT_DRAINED);
}

static void on_eof(slack_conn_t *conn, void *user_data)
{
    end_t *end = user_data;
    end->eofs++;
    if (!close_now(end, EVENT_EOF)) slack__conn_finish(conn);
}

static void on_closed(slack_conn_t *conn, int status, void *user_data)
{
    end_t *end = user_data;
    end->closes++;
    end->status = status;
    snprintf(end->reason, sizeof(end->reason), "%s", slack__conn_reason(conn));
    /* After the close these calls have no effect. */
    assert_int_equal(slack__conn_write(conn, "x", 1), SLACK_ECLOSED);
    assert_int_equal(slack__conn_queued(conn), 0);
    slack__conn_pause(conn, true);
    slack__conn_pause(conn, false);
    slack__conn_finish(conn);
    slack__conn_close(conn, SLACK_EPROTO);
    end->conn = NULL;
}

static slack_conn_events_t events_of(const end_t *end)
{
    return (slack_conn_events_t){
        .open = on_open,
        .data = on_data,
        .drained = end->quiet ? NULL : on_drained,
        .eof = end->finish_at_eof || end->close_at & EVENT_EOF ? on_eof : NULL,
        .closed = on_closed,
    };
}

void end_take(end_t *end, slack_conn_t *conn)
{
    slack_conn_events_t events = events_of(end);
    end->conn = conn;
    slack__conn_set_events(conn, &events, end);
}

static void on_accept(slack_conn_t *conn, void *user_data)
{
    ends_t *ends = user_data;
    assert_null(ends->server.conn);
    ends->accepts++;
    end_take(&ends->server, conn);
    if (ends->server.pause_at_accept) slack__conn_pause(conn, true);
    close_now(&ends->server, EVENT_ACCEPT);
}

static int open_contexts(ends_t *ends)
{
    const char *cert = certs_path("server.pem"), *key = certs_path("server.key");
    int rc = slack__tls_context_server(&ends->server_tls, cert, key, NULL);
    if (rc == 0) rc = slack__tls_context_client(&ends->client_tls, certs_path("ca.pem"));
    return rc;
}

int ends_listen_at(ends_t *ends, const char *host, unsigned port)
{
    slack_listen_options_t options = {.host = host,
                                      .port = port,
                                      .tls = ends->server_tls,
                                      .handshakes = &ends->handshakes,
                                      .open_ms = OPEN_MS,
                                      .write_max = WRITE_MAX,
                                      .fn = on_accept,
                                      .user_data = ends};
    if (ends->listener) slack__listen_close(ends->listener);
    ends->listener = NULL;
    return slack__listen(&ends->listener, ends->world.net, &options, NULL);
}

bool ends_open(ends_t *ends, bool tls)
{
    memset(ends, 0, sizeof(*ends));
    if (!world_open(&ends->world)) return false;
    ends->tls = tls;
    ends->write_max = WRITE_MAX;
    ends->client.ends = ends->server.ends = ends;
    slack__handshakes_init(&ends->handshakes, ends->world.net, 16);
    slack__buf_init(&ends->client.received, RECEIVED_MAX);
    slack__buf_init(&ends->server.received, RECEIVED_MAX);
    int rc = tls ? open_contexts(ends) : 0;
    if (rc == 0) rc = ends_listen_at(ends, "localhost", 0);
    if (rc == 0) return true;
    assert_int_equal(rc, SLACK_ENOMEM);
    ends_close(ends);
    return false;
}

static void end_end(end_t *end, bool expected)
{
    if (end->conn) {
        slack__conn_close(end->conn, 0);
        end_until_closed(end);
    }
    assert_int_equal(end->closes, expected);
    slack__buf_done(&end->received);
}

void ends_close(ends_t *ends)
{
    bool connected = ends->client.conn || ends->client.closes > 0;
    if (ends->listener) slack__listen_close(ends->listener);
    end_end(&ends->client, connected);
    if (ends->server.conn) slack__conn_close(ends->server.conn, 0);
    world_until(&ends->world, ends->server.closes >= ends->accepts);
    assert_int_equal(ends->server.closes, ends->accepts);
    slack__buf_done(&ends->server.received);
    slack__tls_context_unref(ends->server_tls);
    slack__tls_context_unref(ends->client_tls);
    uv_run(&ends->world.loop, UV_RUN_DEFAULT); /* an abandoned lookup ends with its thread */
    world_close(&ends->world);
}

int ends_connect_to(ends_t *ends, const char *host, unsigned port)
{
    slack_conn_options_t options = {.host = host,
                                    .port = port,
                                    .tls = ends->client_tls,
                                    .open_ms = OPEN_MS,
                                    .write_max = ends->write_max};
    slack_conn_events_t events = events_of(&ends->client);
    return slack__conn_connect(&ends->client.conn, ends->world.net, &options, &events,
                               &ends->client);
}

int ends_connect(ends_t *ends)
{
    return ends_connect_to(ends, "localhost", slack__listen_port(ends->listener));
}

void ends_join(ends_t *ends)
{
    assert_int_equal(ends_connect(ends), 0);
    world_until(&ends->world, ends->client.opens >= 1);
    world_until(&ends->world, ends->accepts >= 1);
    /* With TLS 1.3 the server's handshake ends after the client's. */
    world_until(&ends->world, !ends->tls || slack__conn_write(ends->server.conn, "", 0) == 0);
}

int ends_raw(ends_t *ends)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)slack__listen_port(ends->listener));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    world_until(&ends->world, ends->accepts > 0);
    world_turn(&ends->world);
    return fd;
}

void ends_reset(int fd)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
}

void end_until_received(end_t *end, size_t len)
{
    world_until(&end->ends->world, end->received.len >= len || end->closes);
    if (end->received.len < len)
        fail_msg("%zu of %zu bytes: %s, %s", end->received.len, len, slack_err_name(end->status),
                 end->reason);
}

void end_until_closed(end_t *end)
{
    world_until(&end->ends->world, end->closes >= 1);
}

static void run_out(uv_handle_t *handle, void *arg)
{
    uv_timer_t *timer = (uv_timer_t *)handle;
    if (handle->type == UV_TIMER && handle->data == arg && uv_is_active(handle))
        uv_timer_start(timer, timer->timer_cb, 0, 0);
}

void end_time_out(end_t *end)
{
    uv_walk(&end->ends->world.loop, run_out, end->conn);
}
