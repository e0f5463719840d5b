/* SPDX-License-Identifier: MIT */
#include "net/conn.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include <slack/error.h>

#include "net/dial.h"
#include "net/tunnel.h"
#include "util/alloc.h"
#include "util/buf.h"

/* How long a finished connection may take to send the rest and to get the peer's FIN. */
#define LINGER_MS   5000
#define KEEPALIVE_S 60
#define UNACKED_MS  60000
/* Memory that an idle connection keeps for its next write. */
#define IDLE_BYTES   ((size_t)4096)
#define REASON_BYTES 160

/* In the order in which a connection goes through them; some are skipped. */
enum conn_state {
    CONN_DIALING,
    CONN_TUNNEL,    /* the proxy is asked to connect */
    CONN_HANDSHAKE, /* of TLS */
    CONN_OPEN,
    CONN_FINISHING, /* nothing more is written; what was written is being sent */
    CONN_LINGERING, /* all data and FIN are sent; waits for the peer's FIN */
    CONN_CLOSED,    /* the handles are closing, or `closed` is being called */
};

/*
 * Bytes to send go through two buffers: `next` collects them, and `sending` belongs to the kernel
 * and is not touched before uv_write() has completed. While nothing is being sent, `next` is empty.
 */
typedef struct conn_output {
    uv_write_t write;
    bool writing; /* `write` is under way */
    slack_buf_t *next;
    slack_buf_t plain; /* `next`, unless TLS has one of its own */
    slack_buf_t sending;
    size_t max;
    slack_task_t drained;
} conn_output_t;

struct slack_conn {
    slack_net_t *net;
    slack_conn_events_t events;
    void *user_data;
    enum conn_state state;
    int status;       /* for `closed` */
    unsigned handles; /* not closed yet; the connection is freed with the last one */
    bool accepted;
    bool paused;
    bool eof;
    slack_dial_t *dial;     /* until connected */
    slack_tunnel_t *tunnel; /* until the proxy has answered; NULL without a proxy */
    uv_tcp_t *tcp;
    uv_timer_t timer; /* for opening, then for lingering */
    uv_shutdown_t shutdown;
    slack_tls_t *tls;
    slack_handshakes_t *handshakes; /* until the handshake is done: then the connection may outlive
                                     * its server; NULL: not accepted with TLS */
    slack_handshake_t handshake;
    conn_output_t out;
    slack_task_t resume;
    uint64_t last_read_ms;
    char peer[INET6_ADDRSTRLEN];
    char network[SLACK_NETWORK_SIZE];
    char reason[REASON_BYTES];
};

/* Whether a thread uses the TLS session. */
static bool tls_is_away(const slack_conn_t *conn)
{
    return conn->handshakes && conn->handshakes->running == &conn->handshake;
}

/* --- the end ---------------------------------------------------------------------------------- */

static void conn_end(slack_conn_t *conn)
{
    conn->events.closed(conn, conn->status, conn->user_data);
    slack__tls_free(conn->tls);
    slack__tunnel_free(conn->tunnel);
    slack__buf_done(&conn->out.plain);
    slack__buf_done(&conn->out.sending);
    slack__free(conn);
}

static void conn_timer_closed(uv_handle_t *handle)
{
    slack_conn_t *conn = handle->data;
    if (--conn->handles == 0) conn_end(conn);
}

static void conn_tcp_closed(uv_handle_t *handle)
{
    slack_conn_t *conn = handle->data;
    slack__free(handle);
    if (--conn->handles == 0) conn_end(conn);
}

void slack__conn_close(slack_conn_t *conn, int status)
{
    if (conn->state == CONN_CLOSED) return;
    conn->state = CONN_CLOSED;
    if (conn->status == 0) conn->status = status;
    slack__task_cancel(&conn->out.drained);
    slack__task_cancel(&conn->resume);
    if (conn->dial) slack__dial_cancel(conn->dial);
    slack__handshakes_cancel(conn->handshakes, &conn->handshake);
    conn->handles += tls_is_away(conn);
    if (conn->tcp) uv_close((uv_handle_t *)conn->tcp, conn_tcp_closed);
    uv_close((uv_handle_t *)&conn->timer, conn_timer_closed);
}

static void set_reason(slack_conn_t *conn, const char *reason)
{
    const bool proxy = conn->state <= CONN_TUNNEL && conn->tunnel;
    snprintf(conn->reason, sizeof(conn->reason), "%s%s", proxy ? "the proxy: " : "", reason);
}

static void conn_fail(slack_conn_t *conn, int status, const char *reason)
{
    if (conn->state == CONN_CLOSED) return;
    set_reason(conn, reason);
    slack__conn_close(conn, status);
}

static void conn_fail_uv(slack_conn_t *conn, int uv_error)
{
    conn_fail(conn, slack__net_error(uv_error), uv_strerror(uv_error));
}

/* --- sending ---------------------------------------------------------------------------------- */

/* Give the kernel what it takes right now; returns how much. On failure the connection is closed.
 */
static size_t send_now(slack_conn_t *conn, const char *data, size_t len)
{
    /* libuv's buffers are not const, though it only reads this one. */
    uv_buf_t buf = {.base = (char *)(uintptr_t)data, .len = len};
    int rc = uv_try_write((uv_stream_t *)conn->tcp, &buf, 1);
    if (rc >= 0) return (size_t)rc;
    if (rc != UV_EAGAIN) conn_fail_uv(conn, rc);
    return 0;
}

static void buf_release(slack_buf_t *buf)
{
    if (buf->cap > IDLE_BYTES)
        slack__buf_done(buf);
    else
        slack__buf_clear(buf);
}

static void conn_shut_down(uv_shutdown_t *request, int status)
{
    slack_conn_t *conn = request->data;
    /* After a reset the peer sends no more either. */
    if (conn->eof || status != 0) slack__conn_close(conn, 0);
}

static void conn_all_sent(slack_conn_t *conn)
{
    buf_release(&conn->out.sending);
    buf_release(conn->out.next);
    if (conn->state == CONN_FINISHING) {
        conn->state = CONN_LINGERING;
        conn->shutdown.data = conn;
        int rc = uv_shutdown(&conn->shutdown, (uv_stream_t *)conn->tcp, conn_shut_down);
        if (rc != 0) slack__conn_close(conn, 0);
    } else if (conn->state == CONN_OPEN && conn->events.drained) {
        slack__task_post(conn->net, &conn->out.drained);
    }
}

static void conn_run_drained(slack_task_t *task)
{
    slack_conn_t *conn = SLACK_CONTAINER(task, slack_conn_t, out.drained);
    /* If more was written meanwhile, this task is posted again when that is sent. */
    if (conn->state != CONN_OPEN || !conn->events.drained || slack__conn_queued(conn) > 0) return;
    conn->events.drained(conn, conn->user_data);
}

static void start_write(slack_conn_t *conn);

static void conn_written(uv_write_t *request, int status)
{
    slack_conn_t *conn = request->data;
    conn->out.writing = false;
    if (conn->state == CONN_CLOSED) return;
    slack__buf_clear(&conn->out.sending);
    if (status != 0)
        conn_fail_uv(conn, status);
    else if (tls_is_away(conn))
        return; /* conn_stepped() sends what the step has written */
    else if (conn->out.next->len > 0)
        start_write(conn);
    else
        conn_all_sent(conn);
}

/* Swap the buffers and send. */
static void start_write(slack_conn_t *conn)
{
    slack_buf_t empty = conn->out.sending;
    conn->out.sending = *conn->out.next;
    *conn->out.next = empty;

    uv_buf_t buf = {.base = slack__buf_ptr(&conn->out.sending), .len = conn->out.sending.len};
    conn->out.write.data = conn;
    int rc = uv_write(&conn->out.write, (uv_stream_t *)conn->tcp, &buf, 1, conn_written);
    if (rc == 0)
        conn->out.writing = true;
    else
        conn_fail_uv(conn, rc);
}

/* Send what TLS has put into `next`. */
static void conn_flush(slack_conn_t *conn)
{
    if (conn->out.writing || conn->out.next->len == 0) return;
    slack__buf_consume(conn->out.next,
                       send_now(conn, slack__buf_ptr(conn->out.next), conn->out.next->len));
    if (conn->state == CONN_CLOSED) return;
    if (conn->out.next->len > 0)
        start_write(conn);
    else
        conn_all_sent(conn);
}

static int write_plain(slack_conn_t *conn, const char *data, size_t len)
{
    size_t taken = conn->out.writing ? 0 : send_now(conn, data, len);
    if (conn->state == CONN_CLOSED) return SLACK_ECLOSED;
    if (taken == len) {
        conn_all_sent(conn);
        return 0;
    }
    int rc = slack__buf_append(conn->out.next, data + taken, len - taken);
    if (rc != 0) {
        /* A part of the message has left. */
        if (taken > 0) conn_fail(conn, rc, slack_strerror(rc));
        return rc;
    }
    if (!conn->out.writing) start_write(conn);
    return conn->state == CONN_CLOSED ? SLACK_ECLOSED : 0;
}

int slack__conn_write(slack_conn_t *conn, const void *data, size_t len)
{
    if (conn->state != CONN_OPEN) return SLACK_ECLOSED;
    size_t queued = slack__conn_queued(conn);
    /* What TLS adds to the bytes may pass the maximum by a little. */
    if (queued > conn->out.max || len > conn->out.max - queued) return SLACK_EBUSY;
    if (len == 0) return 0;
    if (!conn->tls) return write_plain(conn, data, len);
    int rc = slack__tls_write(conn->tls, data, len);
    if (rc != 0) {
        if (*slack__tls_reason(conn->tls)) conn_fail(conn, rc, slack__tls_reason(conn->tls));
        return rc;
    }
    conn_flush(conn);
    return conn->state == CONN_CLOSED ? SLACK_ECLOSED : 0;
}

size_t slack__conn_queued(const slack_conn_t *conn)
{
    if (conn->state == CONN_CLOSED || tls_is_away(conn)) return 0;
    size_t sending =
        conn->out.writing ? uv_stream_get_write_queue_size((const uv_stream_t *)conn->tcp) : 0;
    return sending + conn->out.next->len;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* During the handshake, bytes of an accepted connection wait in the kernel, except for a part. */
static size_t conn_room(const slack_conn_t *conn)
{
    if (conn->state != CONN_HANDSHAKE || !conn->accepted) return SLACK_READ_BUFFER_BYTES;
    return tls_is_away(conn) ? 0 : slack__tls_room(conn->tls);
}

static void conn_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    const slack_conn_t *conn = handle->data;
    slack__net_read_buffer(conn->net, ret);
    ret->len = conn_room(conn);
}

static void conn_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf);

/* Start or stop reading, as the state and the caller require. */
static void update_reading(slack_conn_t *conn)
{
    if (conn->state == CONN_DIALING || conn->state == CONN_CLOSED) return;
    uv_stream_t *stream = (uv_stream_t *)conn->tcp;
    if (conn->eof || (conn->state == CONN_OPEN && conn->paused) || conn_room(conn) == 0) {
        uv_read_stop(stream);
        return;
    }
    int rc = uv_read_start(stream, conn_alloc, conn_read);
    if (rc != 0 && rc != UV_EALREADY) conn_fail_uv(conn, rc);
}

/* The peer sends no more, but may still read what was written. */
static void conn_got_eof(slack_conn_t *conn)
{
    if (conn->eof) return;
    conn->eof = true;
    switch (conn->state) {
    case CONN_TUNNEL: conn_fail(conn, SLACK_ECLOSED, "closed without an answer"); break;
    case CONN_HANDSHAKE:
        conn_fail(conn, SLACK_ECLOSED, "the peer closed during the TLS handshake");
        break;
    case CONN_OPEN:
        if (conn->events.eof) {
            update_reading(conn);
            conn->events.eof(conn, conn->user_data);
            break;
        }
        set_reason(conn, "closed by the peer");
        conn->status = SLACK_ECLOSED;
        if (slack__conn_queued(conn) > 0)
            slack__conn_finish(conn);
        else
            slack__conn_close(conn, SLACK_ECLOSED);
        break;
    case CONN_LINGERING: slack__conn_close(conn, 0); break;
    default: break;
    }
}

static void conn_decrypt(slack_conn_t *conn)
{
    uv_buf_t buf;
    slack__net_read_buffer(conn->net, &buf);
    while (conn->state == CONN_OPEN && !conn->paused) {
        size_t len;
        int rc = slack__tls_read(conn->tls, buf.base, buf.len, &len);
        if (rc == SLACK_EBUSY) {
            conn_flush(conn); /* TLS may have written on its own */
            return;
        }
        if (rc == SLACK_ECLOSED) {
            conn_got_eof(conn);
            return;
        }
        if (rc != 0) {
            conn_flush(conn); /* the alert */
            conn_fail(conn, rc, slack__tls_reason(conn->tls));
            return;
        }
        conn->events.data(conn, buf.base, len, conn->user_data);
    }
}

static void conn_opened(slack_conn_t *conn)
{
    conn->state = CONN_OPEN;
    uv_timer_stop(&conn->timer);
    update_reading(conn);
    if (conn->state == CONN_OPEN && !conn->accepted) conn->events.open(conn, conn->user_data);
}

/* A step of the handshake was made. */
static void conn_stepped(slack_conn_t *conn, int rc)
{
    conn_flush(conn); /* on failure the alert */
    if (conn->state != CONN_HANDSHAKE || rc == SLACK_EBUSY) return;
    if (rc != 0) {
        conn_fail(conn, rc, slack__tls_reason(conn->tls));
        return;
    }
    conn->handshakes = NULL;
    conn_opened(conn);
    conn_decrypt(conn);
}

static void conn_step_begins(slack_handshake_t *handshake)
{
    update_reading(SLACK_CONTAINER(handshake, slack_conn_t, handshake));
}

static void conn_ran_step(slack_handshake_t *handshake, int rc)
{
    slack_conn_t *conn = SLACK_CONTAINER(handshake, slack_conn_t, handshake);
    if (conn->state == CONN_CLOSED) {
        if (--conn->handles == 0) conn_end(conn);
        return;
    }
    conn_stepped(conn, rc);
    update_reading(conn);
}

static void conn_step_refused(slack_handshake_t *handshake)
{
    slack_conn_t *conn = SLACK_CONTAINER(handshake, slack_conn_t, handshake);
    conn_fail(conn, SLACK_EBUSY, "too many TLS handshakes wait");
}

/* Pass the bytes that TLS has to the handshake, then to the caller. */
static void conn_pump(slack_conn_t *conn)
{
    if (conn->state != CONN_HANDSHAKE) {
        conn_decrypt(conn);
    } else if (!conn->accepted) {
        conn_stepped(conn, slack__tls_handshake(conn->tls));
    } else { /* a server's handshake continues in its turn */
        if (!slack__linked(&conn->handshake.turn.link) && slack__tls_has_record(conn->tls))
            slack__handshakes_step(conn->handshakes, &conn->handshake);
        update_reading(conn);
    }
}

/* Bytes from the peer itself, not from the proxy. */
static void take_bytes(slack_conn_t *conn, const char *data, size_t len)
{
    if (conn->state > CONN_OPEN) return;
    if (!conn->tls) {
        conn->events.data(conn, data, len, conn->user_data);
        return;
    }
    int rc = slack__tls_feed(conn->tls, data, len);
    if (rc == 0)
        conn_pump(conn);
    else
        conn_fail(conn, rc, slack_strerror(rc));
}

/* TCP, and the tunnel if there is one, lead to the peer. */
static void start_session(slack_conn_t *conn)
{
    if (!conn->tls) {
        conn_opened(conn);
        return;
    }
    conn->state = CONN_HANDSHAKE;
    update_reading(conn);
    conn_pump(conn);
}

static void read_tunnel(slack_conn_t *conn, const char *data, size_t len)
{
    size_t used;
    int rc = slack__tunnel_feed(conn->tunnel, data, len, &used);
    if (rc == SLACK_EBUSY) return;
    if (rc != 0) {
        conn_fail(conn, rc, slack__tunnel_reason(conn->tunnel));
        return;
    }
    slack__tunnel_free(conn->tunnel);
    conn->tunnel = NULL;
    start_session(conn);
    if (used < len) take_bytes(conn, data + used, len - used);
}

static void start_tunnel(slack_conn_t *conn)
{
    const slack_slice_t request = slack__tunnel_request(conn->tunnel);
    conn->state = CONN_TUNNEL;
    update_reading(conn);
    int rc = slack__buf_append_slice(conn->out.next, request);
    if (rc != 0)
        conn_fail(conn, rc, slack_strerror(rc));
    else
        conn_flush(conn);
}

static void conn_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    slack_conn_t *conn = stream->data;
    if (conn->state == CONN_CLOSED || len == 0) return;
    if (len == UV_EOF || (len < 0 && conn->state == CONN_LINGERING)) {
        conn_got_eof(conn);
        return;
    }
    if (len < 0) {
        conn_fail_uv(conn, (int)len);
        return;
    }
    conn->last_read_ms = slack__mono_ms(slack__net_clock(conn->net));
    if (conn->state == CONN_TUNNEL)
        read_tunnel(conn, buf->base, (size_t)len);
    else
        take_bytes(conn, buf->base, (size_t)len);
}

static void conn_run_resume(slack_task_t *task)
{
    slack_conn_t *conn = SLACK_CONTAINER(task, slack_conn_t, resume);
    if (conn->tls) conn_pump(conn);
    update_reading(conn);
}

void slack__conn_pause(slack_conn_t *conn, bool paused)
{
    conn->paused = paused;
    if (paused)
        update_reading(conn);
    else if (conn->state == CONN_OPEN)
        slack__task_post(conn->net, &conn->resume); /* TLS may hold decrypted bytes */
}

/* --- opening and finishing -------------------------------------------------------------------- */

static void conn_timed_out(uv_timer_t *timer)
{
    slack_conn_t *conn = timer->data;
    switch (conn->state) {
    case CONN_DIALING: conn_fail(conn, SLACK_ETIMEDOUT, "no connection in time"); break;
    case CONN_TUNNEL: conn_fail(conn, SLACK_ETIMEDOUT, "no answer in time"); break;
    case CONN_HANDSHAKE: conn_fail(conn, SLACK_ETIMEDOUT, "no TLS handshake in time"); break;
    case CONN_FINISHING: conn_fail(conn, SLACK_ETIMEDOUT, "the peer does not read"); break;
    default: slack__conn_close(conn, 0); break;
    }
}

static void conn_start_timer(slack_conn_t *conn, unsigned ms)
{
    /* Without it the time would count from the beginning of the loop's turn. */
    uv_update_time(slack__net_loop(conn->net));
    uv_timer_start(&conn->timer, conn_timed_out, ms, 0);
}

void slack__conn_finish(slack_conn_t *conn)
{
    if (conn->state > CONN_OPEN) return;
    if (conn->state < CONN_OPEN) {
        slack__conn_close(conn, 0);
        return;
    }
    conn->state = CONN_FINISHING;
    conn_start_timer(conn, LINGER_MS);
    if (conn->tls) {
        slack__tls_close(conn->tls);
        conn_flush(conn);
    }
    if (conn->state == CONN_FINISHING && !conn->out.writing) conn_all_sent(conn);
    /* Read to the end: closing a socket with unread bytes resets the connection, and the peer could
     * lose what was sent. */
    update_reading(conn);
}

/* The events of an accepted connection until slack__conn_set_events(). */
static void ignore_open(slack_conn_t *conn, void *user_data)
{
}

static void refuse_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
    slack__conn_close(conn, 0);
}

static void ignore_closed(slack_conn_t *conn, int status, void *user_data)
{
}

static const slack_conn_events_t no_events = {
    .open = ignore_open,
    .data = refuse_data,
    .closed = ignore_closed,
};

void slack__conn_set_events(slack_conn_t *conn, const slack_conn_events_t *events, void *user_data)
{
    conn->events = *events;
    if (!conn->events.open) conn->events.open = ignore_open;
    conn->user_data = user_data;
}

static int conn_new(slack_conn_t **ret, slack_net_t *net, slack_tls_context_t *tls,
                    const char *host, size_t write_max)
{
    slack_conn_t *conn = slack__calloc(1, sizeof(*conn));
    if (!conn) return SLACK_ENOMEM;
    slack__buf_init(&conn->out.plain, write_max);
    conn->out.next = &conn->out.plain;
    if (tls) {
        int rc = slack__tls_new(&conn->tls, tls, host, write_max);
        if (rc != 0) {
            slack__free(conn);
            return rc;
        }
        conn->out.next = slack__tls_out(conn->tls);
    }
    slack__buf_init(&conn->out.sending, conn->out.next->max);
    conn->net = net;
    conn->out.max = write_max;
    conn->out.drained.run = conn_run_drained;
    slack__link_init(&conn->out.drained.link);
    conn->handshake.begins = conn_step_begins;
    conn->handshake.stepped = conn_ran_step;
    conn->handshake.refused = conn_step_refused;
    slack__link_init(&conn->handshake.turn.link);
    conn->resume.run = conn_run_resume;
    slack__link_init(&conn->resume.link);
    slack__conn_set_events(conn, &no_events, NULL);
    uv_timer_init(slack__net_loop(net), &conn->timer);
    conn->timer.data = conn;
    conn->handles = 1;
    *ret = conn;
    return 0;
}

static void set_peer(slack_conn_t *conn)
{
    struct sockaddr_storage address;
    int len = sizeof(address);
    if (uv_tcp_getpeername(conn->tcp, (struct sockaddr *)&address, &len) != 0) return;
    if (address.ss_family == AF_UNIX) memcpy(conn->peer, "unix", sizeof "unix");
    uv_ip_name((const struct sockaddr *)&address, conn->peer, sizeof(conn->peer));
    /* A socket that listens on IPv6 and IPv4 names an IPv4 peer "::ffff:127.0.0.1". */
    static const char mapped[] = "::ffff:";
    const size_t prefix = sizeof(mapped) - 1;
    if (strncmp(conn->peer, mapped, prefix) == 0 && strchr(conn->peer, '.'))
        memmove(conn->peer, conn->peer + prefix, strlen(conn->peer + prefix) + 1);
    slack__net_network(slack__slice(conn->peer), conn->network);
    conn->handshake.turn.address = slack__slice(conn->network);
}

/* Take over a connected socket. */
static void conn_adopt(slack_conn_t *conn, uv_tcp_t *tcp)
{
    tcp->data = conn;
    conn->tcp = tcp;
    conn->handles++;
    conn->state = conn->tls ? CONN_HANDSHAKE : CONN_OPEN;
    uv_tcp_nodelay(tcp, 1);
    /* The kernel ends a connection whose peer is dead, if the caller does not notice it first. */
    uv_tcp_keepalive(tcp, 1, KEEPALIVE_S);
#ifdef TCP_USER_TIMEOUT
    uv_os_fd_t fd;
    const unsigned ms = UNACKED_MS;
    if (uv_fileno((const uv_handle_t *)tcp, &fd) == 0)
        setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
#endif
    set_peer(conn);
    conn->last_read_ms = slack__mono_ms(slack__net_clock(conn->net));
}

static void conn_dialed(uv_tcp_t *tcp, int uv_error, void *user_data)
{
    slack_conn_t *conn = user_data;
    conn->dial = NULL;
    if (!tcp) {
        int status = slack__net_error(uv_error);
        if (status != SLACK_ENOMEM && status != SLACK_ETIMEDOUT) status = SLACK_ECONNECT;
        conn_fail(conn, status, uv_strerror(uv_error));
        return;
    }
    conn_adopt(conn, tcp);
    if (conn->tunnel)
        start_tunnel(conn);
    else
        start_session(conn);
}

/* Dial the target, or the proxy. */
static int conn_dial(slack_conn_t *conn, const slack_conn_options_t *o)
{
    const slack_slice_t host = slack__slice(o->host);
    slack_dial_options_t options = {
        .host = o->host, .port = o->port, .fn = conn_dialed, .user_data = conn};
    if (slack__proxy_serves(o->proxy, host, o->port)) {
        int rc = slack__tunnel_new(&conn->tunnel, o->proxy, host, o->port);
        if (rc != 0) return rc;
        options.host = slack__proxy_host(o->proxy);
        options.port = slack__proxy_port(o->proxy);
    }
    return slack__dial_start(&conn->dial, conn->net, &options);
}

int slack__conn_connect(slack_conn_t **ret, slack_net_t *net, const slack_conn_options_t *options,
                        const slack_conn_events_t *events, void *user_data)
{
    const slack_conn_options_t *o = options;
    if (!o->host || !*o->host || o->port < 1 || o->port > 65535 || !o->open_ms || !o->write_max)
        return SLACK_EINVAL;
    slack_conn_t *conn;
    int rc = conn_new(&conn, net, o->tls, o->host, o->write_max);
    if (rc != 0) return rc;
    rc = conn_dial(conn, o);
    if (rc != 0) {
        slack__conn_close(conn, rc);
        return rc;
    }
    conn_start_timer(conn, o->open_ms);
    slack__conn_set_events(conn, events, user_data);
    *ret = conn;
    return 0;
}

int slack__conn_accept(slack_conn_t **ret, slack_net_t *net, int fd,
                       const slack_conn_options_t *options)
{
    slack_conn_t *conn;
    uv_tcp_t *tcp = slack__malloc(sizeof(*tcp));
    if (!tcp) return SLACK_ENOMEM;
    int rc = conn_new(&conn, net, options->tls, NULL, options->write_max);
    if (rc != 0) {
        slack__free(tcp);
        return rc;
    }
    conn->accepted = true;
    conn->handshakes = options->tls ? options->handshakes : NULL;
    conn->handshake.tls = conn->tls;
    uv_tcp_init(slack__net_loop(net), tcp);
    rc = uv_tcp_open(tcp, fd);
    conn_adopt(conn, tcp);
    if (rc != 0) {
        slack__conn_close(conn, 0); /* no_events ignores it */
        return slack__net_error(rc);
    }
    if (conn->tls) conn_start_timer(conn, options->open_ms);
    slack__task_post(net, &conn->resume); /* begins to read, after the caller has set the events */
    *ret = conn;
    return 0;
}

/* --- looking ---------------------------------------------------------------------------------- */

uint64_t slack__conn_last_read_ms(const slack_conn_t *conn)
{
    return conn->last_read_ms;
}

const char *slack__conn_peer(const slack_conn_t *conn)
{
    return conn->peer;
}

const char *slack__conn_network(const slack_conn_t *conn)
{
    return conn->network;
}

const char *slack__conn_reason(const slack_conn_t *conn)
{
    return conn->reason;
}
