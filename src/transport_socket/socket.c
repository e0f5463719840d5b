/* SPDX-License-Identifier: MIT */
#include "transport_socket/socket.h"

#include "protocol/token_kind.h"
#include "transport_socket/connections.h"
#include "transport_socket/envelopes.h"
#include "transport_socket/health.h"
#include "transport_socket/supervisor.h"
#include "util/alloc.h"
#include "util/error.h"

typedef struct slack_socket {
    slack_transport_t base;
    slack_net_t *net;
    const slack_socket_limits_t *limits;
    slack_supervisor_t sup;
    slack_connections_t connections;
    slack_envelopes_t envelopes;
    slack_health_t health;
    slack_timer_t timer;        /* for the supervisor's next tick */
    slack_task_t task;          /* reports a change of state */
    slack_allowance_use_t used; /* as the host knows it */
    bool running;               /* from the start until STOPPED is reported */
} slack_socket_t;

static slack_socket_t *socket_of(slack_transport_t *t)
{
    return SLACK_CONTAINER(t, slack_socket_t, base);
}

/* --- the supervisor on the loop ----------------------------------------------------------------
 */

static void socket_feed(slack_socket_t *s, const slack_session_input_t *in);

static void socket_feed_all(slack_socket_t *s, enum slack_session_input_type type)
{
    socket_feed(s, &(slack_session_input_t){.type = type});
}

static void socket_perform(slack_socket_t *s, const slack_action_t *action)
{
    int rc = slack__connections_perform(&s->connections, action);
    slack__health_note(&s->health, action);
    if (rc == 0) return;
    SLACK_LOG(s->net->log, WARN, "socket: cannot connect", "error=%s", slack_err_name(rc));
    bool call = action->type == SLACK_DO_CALL;
    const slack_session_input_t in = {.type = call ? SLACK_INPUT_CALL_FAILED : SLACK_INPUT_CLOSED,
                                      .slot = action->slot,
                                      .generation = action->generation,
                                      .cause = SLACK_CAUSE_REFUSED};
    socket_feed(s, &in);
}

static void socket_set_timer(slack_socket_t *s)
{
    uint64_t now = slack__mono_ms(s->net->clock), at = slack__supervisor_deadline(&s->sup, now);
    if (at == UINT64_MAX) {
        slack__timer_stop(s->net, &s->timer);
        return;
    }
    uint64_t wait = at > now ? at - now : 0;
    if (wait > s->limits->tick_ms) wait = s->limits->tick_ms;
    slack__timer_start(s->net, &s->timer, wait);
}

static slack_allowance_use_t socket_use(const slack_socket_t *s)
{
    return slack__supervisor_use(&s->sup, slack__mono_ms(s->net->clock));
}

/* Feed the supervisor an input and perform its actions. */
static void socket_feed(slack_socket_t *s, const slack_session_input_t *in)
{
    slack_actions_t actions;
    actions.count = 0;
    slack__supervisor_feed(&s->sup, in, slack__mono_ms(s->net->clock), &actions);
    for (size_t i = 0; i < actions.count; i++)
        socket_perform(s, &actions.list[i]);
    bool counted = in->type == SLACK_INPUT_ENVELOPE || in->type == SLACK_INPUT_ACKED;
    if (counted && actions.count == 0) return; /* neither state nor deadline changed */
    slack__health_measure(&s->health);
    if (!s->running) return;
    slack__task_post(s->net, &s->task);
    socket_set_timer(s);
}

static void socket_tick(slack_timer_t *timer)
{
    slack_socket_t *s = SLACK_CONTAINER(timer, slack_socket_t, timer);
    slack__connections_report_seen(&s->connections);
    socket_feed_all(s, SLACK_INPUT_TICK);
}

/* The host may not be called from inside an operation, so a task reports to it. STOPPED is reported
 * when every descriptor is closed; calls that are still under way belong to the host. */
static void socket_report(slack_task_t *task)
{
    slack_socket_t *s = SLACK_CONTAINER(task, slack_socket_t, task);
    if (s->health.state == SLACK_TRANSPORT_IDLE) {
        slack__health_report(&s->health, SLACK_TRANSPORT_STARTING, 0);
        socket_feed_all(s, SLACK_INPUT_START);
    }
    slack__health_report_change(&s->health);
    const slack_allowance_use_t use = socket_use(s);
    if (!slack__allowance_use_eq(&use, &s->used)) s->base.host->used(&s->base);
    s->used = use;
    if (s->sup.phase != SLACK_PHASE_STOPPED || slack__connections_open(&s->connections)) return;
    s->running = false;
    slack__task_cancel(task);
    slack__timer_stop(s->net, &s->timer);
    slack__health_report(&s->health, SLACK_TRANSPORT_STOPPED, s->health.reason);
}

/* --- what the connections report ---------------------------------------------------------------
 */

static void connections_feed(slack_connections_t *connections, const slack_session_input_t *in)
{
    socket_feed(SLACK_CONTAINER(connections, slack_socket_t, connections), in);
}

static void connections_message(slack_connections_t *connections, unsigned slot,
                                uint32_t generation, const char *text, size_t len)
{
    slack_socket_t *s = SLACK_CONTAINER(connections, slack_socket_t, connections);
    int rc = slack__envelopes_read(&s->envelopes, slot, generation, text, len);
    /* The message may have been hello, which Slack does not send again. */
    if (rc && s->sup.sessions[slot].state == SLACK_SESSION_GREETING)
        slack__connections_break(connections, slot, generation);
}

static void connections_gone(slack_connections_t *connections)
{
    slack_socket_t *s = SLACK_CONTAINER(connections, slack_socket_t, connections);
    if (s->running) slack__task_post(s->net, &s->task);
}

static const slack_connections_events_t connections_events = {
    .feed = connections_feed,
    .message = connections_message,
    .gone = connections_gone,
};

/* --- what the envelopes need -------------------------------------------------------------------
 */

static void envelopes_feed(slack_envelopes_t *envelopes, const slack_session_input_t *in)
{
    socket_feed(SLACK_CONTAINER(envelopes, slack_socket_t, envelopes), in);
}

/* Another process may have been given the envelopes of this one. */
static bool socket_is_late(const slack_socket_t *s)
{
    return slack__mono_ms(s->net->clock) >= s->sup.allowance.until_ms;
}

/* READY is reported before the first delivery, also when that came right behind hello. */
static bool envelopes_takes(slack_envelopes_t *envelopes, unsigned slot)
{
    slack_socket_t *s = SLACK_CONTAINER(envelopes, slack_socket_t, envelopes);
    if (slack__linked(&s->task.link)) {
        slack__task_cancel(&s->task);
        socket_report(&s->task);
    }
    return slack__supervisor_takes(&s->sup, slot) && !socket_is_late(s);
}

static int envelopes_send(slack_envelopes_t *envelopes, unsigned slot, uint32_t generation,
                          const char *text, size_t len)
{
    slack_socket_t *s = SLACK_CONTAINER(envelopes, slack_socket_t, envelopes);
    if (socket_is_late(s)) return SLACK_ECLOSED;
    if (slack__connections_send(&s->connections, slot, generation, text, len) == 0) return 0;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        const slack_session_t *other = &s->sup.sessions[i];
        if (slack__session_serves(other) &&
            slack__connections_send(&s->connections, i, other->generation, text, len) == 0)
            return 0;
    }
    return SLACK_ECLOSED;
}

static const slack_envelopes_events_t envelopes_events = {
    .feed = envelopes_feed,
    .takes = envelopes_takes,
    .send = envelopes_send,
};

/* --- operations --------------------------------------------------------------------------------
 */

static int socket_start(slack_transport_t *t)
{
    slack_socket_t *s = socket_of(t);
    s->running = true;
    slack__task_post(s->net, &s->task);
    return 0;
}

static slack_allowance_use_t socket_allow(slack_transport_t *t, const slack_allowance_t *allowance)
{
    slack_socket_t *s = socket_of(t);
    slack__supervisor_allow(&s->sup, allowance);
    socket_feed_all(s, SLACK_INPUT_TICK);
    return s->used = socket_use(s);
}

/* Socket Mode has no message for it: Slack sends to every open connection. */
static void socket_leave(slack_transport_t *t)
{
}

static void socket_drain(slack_transport_t *t)
{
    slack_socket_t *s = socket_of(t);
    if (s->running) socket_feed_all(s, SLACK_INPUT_DRAIN);
}

static void socket_stop(slack_transport_t *t)
{
    slack_socket_t *s = socket_of(t);
    if (s->running) socket_feed_all(s, SLACK_INPUT_STOP);
}

static int socket_ack(slack_transport_t *t, slack_delivery_t *d, const slack_ack_t *ack)
{
    return slack__envelopes_ack(&socket_of(t)->envelopes, d, ack);
}

static void socket_stats(const slack_transport_t *t, slack_transport_stats_t *ret)
{
    const slack_socket_t *s = (const slack_socket_t *)t;
    slack__health_stats(&s->health, ret);
    ret->delivered = s->envelopes.delivered;
    ret->acked = s->envelopes.acked;
    ret->ack_lost = s->envelopes.ack_lost;
    ret->ping_us = s->connections.ping_us;
}

static unsigned socket_reload(slack_transport_t *t)
{
    return 0; /* nothing of this transport comes from a file that is read again */
}

static void socket_destroy(slack_transport_t *t)
{
    slack_socket_t *s = socket_of(t);
    slack__connections_done(&s->connections);
    slack__envelopes_done(&s->envelopes);
    slack__free(s);
}

static const struct slack_transport_ops socket_ops = {
    .name = "socket",
    .start = socket_start,
    .allow = socket_allow,
    .leave = socket_leave,
    .drain = socket_drain,
    .stop = socket_stop,
    .ack = socket_ack,
    .stats = socket_stats,
    .reload = socket_reload,
    .destroy = socket_destroy,
};

/* --- options ---------------------------------------------------------------------------------- */

static int socket_check_options(const slack_options_t *options, char *error)
{
    const char *token = options->app_token ? options->app_token : "";
    if (!slack__token_is(token, SLACK_TOKEN_OF_APP)) {
        const char *kind = slack__token_kind(token);
        slack__explain(
            error,
            "SLACK_APP_TOKEN holds %s: Socket Mode needs an app-level token (xapp-…) with the "
            "scope connections:write",
            *token == '\0' ? "nothing"
            : kind         ? kind
                           : "no token");
        return SLACK_ECONFIG;
    }
    if (options->socket_connections < 1 || options->socket_connections > SLACK_SESSIONS_MAX) {
        slack__explain(error, "SLACK_SOCKET_CONNECTIONS is %u: it must be 1 to %d",
                       options->socket_connections, SLACK_SESSIONS_MAX);
        return SLACK_ECONFIG;
    }
    return 0;
}

int slack__socket_create(slack_transport_t **ret, const struct slack_transport_host *host,
                         const slack_options_t *options, const slack_socket_limits_t *limits,
                         char *error)
{
    int rc = socket_check_options(options, error);
    if (rc) return rc;
    slack_socket_t *s = slack__calloc(1, sizeof *s);
    if (!s) return SLACK_ENOMEM;
    s->base = (slack_transport_t){.ops = &socket_ops, .host = host};
    s->net = host->net;
    s->limits = limits;
    s->task.run = socket_report;
    slack__link_init(&s->task.link);
    slack__timer_init(&s->timer, socket_tick);
    slack__supervisor_init(&s->sup, options->socket_connections, limits, slack__random_u64());
    s->health = (slack_health_t){.transport = &s->base, .net = host->net, .sup = &s->sup};
    s->connections = (slack_connections_t){
        .events = &connections_events, .transport = &s->base, .net = host->net, .limits = limits};
    rc = slack__envelopes_init(&s->envelopes, &s->base, &envelopes_events, limits->inflight_max);
    if (rc == 0) rc = slack__connections_init(&s->connections, options, error);
    if (rc)
        socket_destroy(&s->base);
    else
        *ret = &s->base;
    return rc;
}

static int socket_create(slack_transport_t **ret, const struct slack_transport_host *host,
                         const slack_options_t *options, char *error)
{
    return slack__socket_create(ret, host, options, &slack__socket_limits_default, error);
}

const slack_transport_type_t slack__transport_socket = {"socket", socket_create};
