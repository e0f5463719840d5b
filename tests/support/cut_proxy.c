/* SPDX-License-Identifier: MIT */
#include "support/cut_proxy.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <uv.h>

#define PAIRS_MAX 16
#define NEVER     ((size_t)-1)
#define TURN_MS   2 /* until the thread sees what the test has changed */

/* The two sockets of a connection, by enum cut_direction: its bytes come from the other one. */
typedef struct pair {
    int fds[2]; /* the server's, the client's; -1: there is no connection */
} pair_t;

static struct {
    uv_thread_t thread;
    int listener;
    struct sockaddr_un own, server;
    pair_t pairs[PAIRS_MAX];
    atomic_size_t left[2], passed[2];
    atomic_uint held;
    atomic_bool over;
} proxy;

static void pair_close(pair_t *pair)
{
    for (int i = 0; i < 2; i++)
        if (pair->fds[i] >= 0) close(pair->fds[i]);
    *pair = (pair_t){{-1, -1}};
}

static void accept_pair(void)
{
    const int client = accept(proxy.listener, NULL, NULL);
    const int server = socket(AF_UNIX, SOCK_STREAM, 0);
    const struct sockaddr *address = (const struct sockaddr *)&proxy.server;
    pair_t *free_pair = NULL;
    for (int i = 0; i < PAIRS_MAX && !free_pair; i++)
        if (proxy.pairs[i].fds[0] < 0) free_pair = &proxy.pairs[i];
    pair_t pair = {{server, client}};
    if (!free_pair || client < 0 || connect(server, address, sizeof proxy.server) != 0)
        pair_close(&pair);
    else
        *free_pair = pair;
}

/* Move bytes in one direction. False: the connection is over, or all of them are. */
static bool pair_move(pair_t *pair, enum cut_direction to)
{
    char bytes[4096];
    const size_t left = atomic_load(&proxy.left[to]);
    const size_t most = left < sizeof bytes ? left : sizeof bytes;
    if (left == 0) {
        atomic_store(&proxy.left[to], NEVER);
        for (int i = 0; i < PAIRS_MAX; i++)
            pair_close(&proxy.pairs[i]);
        return false;
    }
    const ssize_t n = recv(pair->fds[1 - to], bytes, most, MSG_DONTWAIT);
    if (n <= 0 || send(pair->fds[to], bytes, (size_t)n, MSG_NOSIGNAL) != n) {
        pair_close(pair);
        return false;
    }
    atomic_fetch_add(&proxy.passed[to], (size_t)n);
    if (left != NEVER) atomic_fetch_sub(&proxy.left[to], (size_t)n);
    return true;
}

static void run_proxy(void *unused)
{
    while (!atomic_load(&proxy.over)) {
        const unsigned held = atomic_load(&proxy.held);
        struct pollfd fds[1 + 2 * PAIRS_MAX] = {{.fd = proxy.listener, .events = POLLIN}};
        for (int i = 0; i < 2 * PAIRS_MAX; i++)
            fds[1 + i] =
                (struct pollfd){.fd = held >> (1 - i % 2) & 1 ? -1 : proxy.pairs[i / 2].fds[i % 2],
                                .events = POLLIN};
        poll(fds, 1 + 2 * PAIRS_MAX, TURN_MS);
        for (int i = 0; i < 2 * PAIRS_MAX; i++) {
            pair_t *pair = &proxy.pairs[i / 2];
            if (fds[1 + i].revents && pair->fds[0] >= 0)
                pair_move(pair, i % 2 ? CUT_TO_SERVER : CUT_TO_CLIENT);
        }
        if (fds[0].revents) accept_pair();
    }
}

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return address;
}

void cut_proxy_start(const char *own, const char *server)
{
    proxy.own = address_of(own);
    proxy.server = address_of(server);
    proxy.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    for (int i = 0; i < PAIRS_MAX; i++)
        proxy.pairs[i] = (pair_t){{-1, -1}};
    for (int i = 0; i < 2; i++) {
        atomic_store(&proxy.left[i], NEVER);
        atomic_store(&proxy.passed[i], 0);
    }
    atomic_store(&proxy.held, 0);
    atomic_store(&proxy.over, false);
    if (bind(proxy.listener, (const struct sockaddr *)&proxy.own, sizeof proxy.own) != 0 ||
        listen(proxy.listener, PAIRS_MAX) != 0 ||
        uv_thread_create(&proxy.thread, run_proxy, NULL) != 0)
        perror("cut_proxy");
}

void cut_proxy_after(enum cut_direction direction, size_t bytes)
{
    atomic_store(&proxy.left[direction], bytes);
}

size_t cut_proxy_passed(enum cut_direction direction)
{
    return atomic_load(&proxy.passed[direction]);
}

void cut_proxy_hold(unsigned directions)
{
    atomic_store(&proxy.held, directions);
}

void cut_proxy_stop(void)
{
    atomic_store(&proxy.over, true);
    uv_thread_join(&proxy.thread);
    for (int i = 0; i < PAIRS_MAX; i++)
        pair_close(&proxy.pairs[i]);
    close(proxy.listener);
    unlink(proxy.own.sun_path);
}
