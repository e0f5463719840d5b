/* SPDX-License-Identifier: MIT */
#include "support/raw.h"
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_MAX      ((size_t)64 << 20)
#define PATIENCE_NS ((uint64_t)20 * 1000 * 1000 * 1000)

void raw_connect(raw_t *raw, world_t *world, unsigned port)
{
    raw_connect_from(raw, world, "127.0.0.1", port);
}

void raw_connect_from(raw_t *raw, world_t *world, const char *from, unsigned port)
{
    struct sockaddr_in source;
    assert_int_equal(uv_ip4_addr(from, 0, &source), 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)port);
    memset(raw, 0, sizeof *raw);
    raw->world = world;
    raw->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(raw->fd >= 0);
    assert_int_equal(bind(raw->fd, (const struct sockaddr *)&source, sizeof source), 0);
    assert_int_equal(connect(raw->fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fcntl(raw->fd, F_SETFL, O_NONBLOCK), 0);
    raw_forget(raw);
}

void raw_forget(raw_t *raw)
{
    free(raw->in);
    raw->in = calloc(1, 1);
    assert_non_null(raw->in);
    raw->in_len = 0;
}

/* Turns the loop once, and waits up to a millisecond for an event of the socket. */
static void turn(raw_t *raw, short events, uint64_t since)
{
    struct pollfd poll_fd = {.fd = raw->fd, .events = events};
    uv_run(&raw->world->loop, UV_RUN_NOWAIT);
    poll(&poll_fd, 1, 1);
    if (uv_hrtime() - since > PATIENCE_NS)
        fail_msg("waited in vain; read: %s\nthe log:\n%s", raw->in, raw->world->log);
}

void raw_send(raw_t *raw, const void *data, size_t len)
{
    const uint64_t since = uv_hrtime();
    for (size_t sent = 0; sent < len;) {
        ssize_t n = send(raw->fd, (const char *)data + sent, len - sent, MSG_NOSIGNAL);
        if (n > 0)
            sent += (size_t)n;
        else if (errno == EAGAIN)
            turn(raw, POLLOUT, since);
        else
            return; /* the peer is gone; the test sees it in what was read */
    }
}

void raw_say(raw_t *raw, const char *text)
{
    raw_send(raw, text, strlen(text));
}

void raw_end(raw_t *raw)
{
    shutdown(raw->fd, SHUT_WR);
}

void raw_close(raw_t *raw)
{
    if (raw->fd >= 0) close(raw->fd);
    raw->fd = -1;
    free(raw->in);
    raw->in = NULL;
}

void raw_take(raw_t *raw)
{
    char piece[65536];
    ssize_t n = recv(raw->fd, piece, sizeof piece, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        raw->eof = true;
        raw->reset = n < 0;
        return;
    }
    assert_true(raw->in_len + (size_t)n < IN_MAX);
    raw->in = realloc(raw->in, raw->in_len + (size_t)n + 1);
    assert_non_null(raw->in);
    memcpy(raw->in + raw->in_len, piece, (size_t)n);
    raw->in_len += (size_t)n;
    raw->in[raw->in_len] = '\0';
}

void raw_until(raw_t *raw, const char *text)
{
    const uint64_t since = uv_hrtime();
    while (!strstr(raw->in, text)) {
        if (raw->eof) fail_msg("the end came before \"%s\"; read: %s", text, raw->in);
        turn(raw, POLLIN, since);
        raw_take(raw);
    }
}

void raw_until_eof(raw_t *raw)
{
    const uint64_t since = uv_hrtime();
    while (!raw->eof) {
        turn(raw, POLLIN, since);
        raw_take(raw);
    }
}
