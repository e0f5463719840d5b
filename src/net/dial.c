/* SPDX-License-Identifier: MIT */
#include "net/dial.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <slack/error.h>

#include "util/alloc.h"

/* RFC 8305 5: how long after the last attempt the next one begins, if that has not ended. */
#define STAGGER_MS 250
#define LANES      2 /* attempts under way at a time */
/* How many staggers an attempt gets while other addresses wait: time for one SYN to be resent. */
#define PATIENCE 8

/* libuv uses it until attempt_connected(), even after a close. */
struct attempt {
    slack_dial_t *dial; /* NULL: given up, tcp is closing */
    uv_connect_t connect;
    uv_tcp_t *tcp;
    unsigned ticks; /* staggers since it began */
};

/* A dial that has ended (fn is NULL) lives until its timer is closed and its lookup is over, and
 * uses nothing outside of itself. */
struct slack_dial {
    slack_net_t *net;
    slack_dial_fn fn;
    void *user_data;
    slack_task_t start; /* instead of the lookup, if the addresses are known */
    uv_getaddrinfo_t lookup;
    uv_timer_t timer;
    unsigned refs;                /* the timer, and the lookup while it is under way */
    struct attempt *lanes[LANES]; /* oldest first */
    unsigned busy;
    struct sockaddr_storage addresses[SLACK_DIAL_ADDRESSES_MAX];
    unsigned count;
    unsigned next;
    int uv_error; /* of the last attempt that ended */
};

/* --- the end ---------------------------------------------------------------------------------- */

static void attempt_closed(uv_handle_t *handle)
{
    slack__free(handle);
}

static void dial_release(slack_dial_t *dial)
{
    if (--dial->refs == 0) slack__free(dial);
}

static void dial_timer_closed(uv_handle_t *handle)
{
    dial_release(handle->data);
}

static void remove_attempt(slack_dial_t *dial, const struct attempt *attempt)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < dial->busy; i++)
        if (dial->lanes[i] != attempt) dial->lanes[kept++] = dial->lanes[i];
    dial->busy = kept;
}

static void attempt_give_up(slack_dial_t *dial, struct attempt *attempt)
{
    remove_attempt(dial, attempt);
    attempt->dial = NULL;
    uv_close((uv_handle_t *)attempt->tcp, attempt_closed);
}

static void dial_end(slack_dial_t *dial)
{
    dial->fn = NULL;
    while (dial->busy > 0)
        attempt_give_up(dial, dial->lanes[0]);
    uv_close((uv_handle_t *)&dial->timer, dial_timer_closed);
}

static void dial_finish(slack_dial_t *dial, uv_tcp_t *tcp, int uv_error)
{
    slack_dial_fn fn = dial->fn;
    void *user_data = dial->user_data;
    dial_end(dial);
    fn(tcp, uv_error, user_data);
}

/* --- the race --------------------------------------------------------------------------------- */

static void attempt_connected(uv_connect_t *request, int status);

/* 0: attempt_connected() will be called. */
static int begin_attempt(slack_dial_t *dial, const struct sockaddr_storage *address)
{
    struct attempt *attempt = slack__calloc(1, sizeof(*attempt));
    uv_tcp_t *tcp = attempt ? slack__malloc(sizeof(*tcp)) : NULL;
    int rc = tcp ? uv_tcp_init(slack__net_loop(dial->net), tcp) : UV_ENOMEM;
    if (rc != 0) {
        slack__free(tcp);
        slack__free(attempt);
        return rc;
    }
    attempt->connect.data = attempt;
    rc =
        uv_tcp_connect(&attempt->connect, tcp, (const struct sockaddr *)address, attempt_connected);
    if (rc != 0) {
        uv_close((uv_handle_t *)tcp, attempt_closed);
        slack__free(attempt);
        return rc;
    }
    attempt->dial = dial;
    attempt->tcp = tcp;
    dial->lanes[dial->busy++] = attempt;
    return 0;
}

static void dial_staggered(uv_timer_t *timer);

/* Begin the next attempt, or end the dial if no attempt is left to wait for. */
static void go_on(slack_dial_t *dial)
{
    int rc = -1;
    while (rc != 0 && dial->next < dial->count) {
        rc = begin_attempt(dial, &dial->addresses[dial->next++]);
        if (rc != 0) dial->uv_error = rc;
    }
    if (dial->busy == 0) {
        dial_finish(dial, NULL, dial->uv_error);
        return;
    }
    if (dial->next == dial->count) {
        uv_timer_stop(&dial->timer);
        return;
    }
    /* Without it the time would count from the beginning of the loop's turn. */
    uv_update_time(slack__net_loop(dial->net));
    uv_timer_start(&dial->timer, dial_staggered, STAGGER_MS, STAGGER_MS);
}

static void dial_staggered(uv_timer_t *timer)
{
    slack_dial_t *dial = timer->data;
    for (unsigned i = 0; i < dial->busy; i++)
        dial->lanes[i]->ticks++;
    if (dial->busy == LANES) {
        if (dial->lanes[0]->ticks < PATIENCE) return;
        dial->uv_error = UV_ETIMEDOUT;
        attempt_give_up(dial, dial->lanes[0]);
    }
    go_on(dial);
}

static void attempt_connected(uv_connect_t *request, int status)
{
    struct attempt *attempt = request->data;
    slack_dial_t *dial = attempt->dial;
    uv_tcp_t *tcp = attempt->tcp;
    if (dial) remove_attempt(dial, attempt);
    slack__free(attempt);
    if (!dial) return;
    if (status == 0) {
        dial_finish(dial, tcp, 0);
        return;
    }
    dial->uv_error = status;
    uv_close((uv_handle_t *)tcp, attempt_closed);
    go_on(dial);
}

static void dial_run_start(slack_task_t *task)
{
    go_on(SLACK_CONTAINER(task, slack_dial_t, start));
}

/* --- addresses -------------------------------------------------------------------------------- */

/* The first address in the list that has this family, or, unless `same`, the other one. NULL: none.
 */
static const struct addrinfo *next_of(const struct addrinfo *list, int family, bool same)
{
    while (list && ((list->ai_family != AF_INET && list->ai_family != AF_INET6) ||
                    (list->ai_family == family) != same))
        list = list->ai_next;
    return list;
}

unsigned slack__dial_order(const struct addrinfo *list, struct sockaddr_storage *ret)
{
    unsigned count = 0;
    while (list && list->ai_family != AF_INET && list->ai_family != AF_INET6)
        list = list->ai_next;
    if (!list) return 0;
    const int first = list->ai_family;
    const struct addrinfo *rest[2] = {list, next_of(list, first, false)};
    for (unsigned side = 0; (rest[0] || rest[1]) && count < SLACK_DIAL_ADDRESSES_MAX; side ^= 1) {
        const struct addrinfo *a = rest[side];
        if (!a) continue;
        memcpy(&ret[count++], a->ai_addr, a->ai_addrlen);
        rest[side] = next_of(a->ai_next, first, side == 0);
    }
    return count;
}

static void dial_looked_up(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
    slack_dial_t *dial = request->data;
    if (dial->fn) {
        dial->count = slack__dial_order(list, dial->addresses);
        dial->uv_error = status != 0 ? status : UV_EAI_NONAME; /* a list may be empty */
        go_on(dial);
    }
    dial_release(dial);
    uv_freeaddrinfo(list);
}

static int look_up(slack_dial_t *dial, const char *host, unsigned port)
{
    /* AI_ADDRCONFIG: no addresses of a family that this machine has no address of. */
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_protocol = IPPROTO_TCP,
        .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV,
    };
    char service[sizeof("65535")];
    snprintf(service, sizeof(service), "%u", port & 0xffff);
    dial->lookup.data = dial;
    int rc = uv_getaddrinfo(slack__net_loop(dial->net), &dial->lookup, dial_looked_up, host,
                            service, &hints);
    if (rc != 0) return rc == UV_ENOMEM ? SLACK_ENOMEM : SLACK_EINVAL; /* not a valid name */
    dial->refs++;
    return 0;
}

/* Find the addresses without the resolver: those written as such, some of which AI_ADDRCONFIG would
 * refuse, and those of localhost (RFC 6761), since its traffic may be plain text and no resolver
 * may lead it elsewhere. */
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

/* --- for the owner ---------------------------------------------------------------------------- */

int slack__dial_start(slack_dial_t **ret, slack_net_t *net, const slack_dial_options_t *options)
{
    slack_dial_t *dial = slack__calloc(1, sizeof(*dial));
    if (!dial) return SLACK_ENOMEM;
    dial->net = net;
    dial->fn = options->fn;
    dial->user_data = options->user_data;
    dial->start.run = dial_run_start;
    slack__link_init(&dial->start.link);
    uv_timer_init(slack__net_loop(net), &dial->timer);
    dial->timer.data = dial;
    dial->refs = 1;
    if (know_addresses(dial, options->host, options->port)) {
        slack__task_post(net, &dial->start);
    } else {
        int rc = look_up(dial, options->host, options->port);
        if (rc != 0) {
            dial_end(dial);
            return rc;
        }
    }
    *ret = dial;
    return 0;
}

void slack__dial_cancel(slack_dial_t *dial)
{
    slack__task_cancel(&dial->start);
    /* Has an effect only until the lookup has a thread. */
    if (dial->refs > 1) uv_cancel((uv_req_t *)&dial->lookup);
    dial_end(dial);
}
