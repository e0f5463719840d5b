/* SPDX-License-Identifier: MIT */
#include "net/dial.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <slack/error.h>

#include "util/alloc.h"

/* More are passed over: no name needs them, and all attempts share one deadline. */
#define ADDRESSES_MAX 16

/*
 * Of the two requests at most one is under way, and libuv lets go of neither before its callback.
 * So a canceled dial (fn is NULL) lives on until that callback, and touches nothing but itself.
 */
struct slack_dial {
    slack_net_t *net;
    slack_dial_fn fn;
    void *user_data;
    slack_task_t start; /* in place of the lookup, where there is nothing to look up */
    uv_getaddrinfo_t lookup;
    uv_connect_t connect;
    uv_tcp_t *tcp; /* of the attempt under way */
    struct sockaddr_storage addresses[ADDRESSES_MAX];
    unsigned count;
    unsigned next;
    int uv_error; /* of the last attempt */
};

static void on_tcp_closed(uv_handle_t *handle)
{
    slack__free(handle);
}

static void finish(slack_dial_t *dial, uv_tcp_t *tcp, int uv_error)
{
    slack_dial_fn fn = dial->fn;
    void *user_data = dial->user_data;
    slack__free(dial);
    if (fn) fn(tcp, uv_error, user_data);
}

static void try_next(slack_dial_t *dial);

static void on_connect(uv_connect_t *request, int status)
{
    slack_dial_t *dial = request->data;
    uv_tcp_t *tcp = dial->tcp;
    dial->tcp = NULL;
    if (!dial->fn) { /* canceled: tcp is closing already */
        slack__free(dial);
    } else if (status == 0) {
        finish(dial, tcp, 0);
    } else {
        dial->uv_error = status;
        uv_close((uv_handle_t *)tcp, on_tcp_closed);
        try_next(dial);
    }
}

/* Begin an attempt: 0 when on_connect() will tell how it ended. */
static int attempt(slack_dial_t *dial, const struct sockaddr_storage *address)
{
    uv_tcp_t *tcp = slack__malloc(sizeof(*tcp));
    if (!tcp) return UV_ENOMEM;
    int rc = uv_tcp_init(slack__net_loop(dial->net), tcp);
    if (rc != 0) {
        slack__free(tcp);
        return rc;
    }
    dial->connect.data = dial;
    rc = uv_tcp_connect(&dial->connect, tcp, (const struct sockaddr *)address, on_connect);
    if (rc != 0)
        uv_close((uv_handle_t *)tcp, on_tcp_closed);
    else
        dial->tcp = tcp;
    return rc;
}

static void try_next(slack_dial_t *dial)
{
    while (dial->next < dial->count) {
        int rc = attempt(dial, &dial->addresses[dial->next++]);
        if (rc == 0) return;
        dial->uv_error = rc;
    }
    finish(dial, NULL, dial->uv_error);
}

static void run_start(slack_task_t *task)
{
    try_next(SLACK_CONTAINER(task, slack_dial_t, start));
}

static void take_addresses(slack_dial_t *dial, const struct addrinfo *list)
{
    for (const struct addrinfo *a = list; a && dial->count < ADDRESSES_MAX; a = a->ai_next)
        if (a->ai_family == AF_INET || a->ai_family == AF_INET6)
            memcpy(&dial->addresses[dial->count++], a->ai_addr, a->ai_addrlen);
}

static void on_lookup(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
    slack_dial_t *dial = request->data;
    if (dial->fn) {
        take_addresses(dial, list);
        dial->uv_error = status != 0 ? status : UV_EAI_NONAME; /* a list may be empty */
        try_next(dial);
    } else {
        slack__free(dial);
    }
    uv_freeaddrinfo(list);
}

static int look_up(slack_dial_t *dial, const char *host, unsigned port)
{
    /* AI_ADDRCONFIG: no IPv6 addresses where only IPv4 is spoken, and the other way round. */
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_protocol = IPPROTO_TCP,
        .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV,
    };
    char service[sizeof("65535")];
    snprintf(service, sizeof(service), "%u", port & 0xffff);
    dial->lookup.data = dial;
    int rc =
        uv_getaddrinfo(slack__net_loop(dial->net), &dial->lookup, on_lookup, host, service, &hints);
    if (rc == 0) return 0;
    return rc == UV_ENOMEM ? SLACK_ENOMEM : SLACK_EINVAL; /* it cannot be a name */
}

/* Addresses that need no resolver: written as such, where AI_ADDRCONFIG would deny some, and those
 * of localhost (RFC 6761), whose traffic may be plain text: no resolver shall lead it elsewhere. */
static bool know_addresses(slack_dial_t *dial, const char *host, unsigned port)
{
    if (slack__net_address(host, port, &dial->addresses[0])) {
        dial->count = 1;
    } else if (strcasecmp(host, "localhost") == 0) {
        slack__net_address("127.0.0.1", port, &dial->addresses[0]);
        slack__net_address("::1", port, &dial->addresses[1]);
        dial->count = 2;
    }
    return dial->count > 0;
}

int slack__dial_start(slack_dial_t **ret, slack_net_t *net, const char *host, unsigned port,
                      slack_dial_fn fn, void *user_data)
{
    slack_dial_t *dial = slack__calloc(1, sizeof(*dial));
    if (!dial) return SLACK_ENOMEM;
    dial->net = net;
    dial->fn = fn;
    dial->user_data = user_data;
    dial->start.run = run_start;
    slack__link_init(&dial->start.link);
    if (know_addresses(dial, host, port)) {
        slack__task_post(net, &dial->start);
    } else {
        int rc = look_up(dial, host, port);
        if (rc != 0) {
            slack__free(dial);
            return rc;
        }
    }
    *ret = dial;
    return 0;
}

void slack__dial_cancel(slack_dial_t *dial)
{
    if (slack__linked(&dial->start.link)) {
        slack__task_cancel(&dial->start);
        slack__free(dial);
        return;
    }
    dial->fn = NULL;
    if (dial->tcp)
        uv_close((uv_handle_t *)dial->tcp, on_tcp_closed);
    else
        uv_cancel((uv_req_t *)&dial->lookup); /* works only while it waits for a thread */
}
