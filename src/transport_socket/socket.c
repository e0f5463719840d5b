/* SPDX-License-Identifier: MIT */
#include "transport_socket/socket.h"

#include <stdio.h>
#include <string.h>

#include "transport_socket/link.h"
#include "util/alloc.h"

static slack_socket_t *socket_of(slack_transport_t *t)
{
    return SLACK_CONTAINER(t, slack_socket_t, base);
}

static const slack_logger_t *log_of(const slack_socket_t *s)
{
    return slack__net_log(s->base.host->net);
}

static uint64_t now_ms(const slack_socket_t *s)
{
    return slack__mono_ms(slack__net_clock(s->base.host->net));
}

/* --- what the host is told ---------------------------------------------------------------------
 */

static void tell(slack_socket_t *s, enum slack_transport_state state, int reason)
{
    s->told = state;
    s->base.host->state(&s->base, state, reason);
}

/* The host may not be called from inside an operation: this runs as a task. */
static void tell_changes(slack_task_t *task)
{
    slack_socket_t *s = SLACK_CONTAINER(task, slack_socket_t, task);
    if (s->told == SLACK_TRANSPORT_IDLE) {
        tell(s, SLACK_TRANSPORT_STARTING, 0);
        slack__socket_feed(s, &(slack_session_input_t){.type = SLACK_INPUT_START});
    }
    if (s->sup.phase != SLACK_PHASE_RUNNING) return;
    if (slack__supervisor_serving(&s->sup) > 0) {
        if (s->told != SLACK_TRANSPORT_READY) tell(s, SLACK_TRANSPORT_READY, 0);
    } else if (s->told == SLACK_TRANSPORT_READY ||
               (s->told == SLACK_TRANSPORT_STARTING && s->sup.mood == SLACK_WAIT_DISABLED)) {
        tell(s, SLACK_TRANSPORT_DEGRADED, s->reason);
    }
}

void slack__socket_tell(slack_socket_t *s)
{
    if (!slack__linked(&s->task.link)) return;
    slack__task_cancel(&s->task);
    tell_changes(&s->task);
}

static void on_timer_closed(uv_handle_t *handle)
{
    slack_socket_t *s = handle->data;
    slack__task_cancel(&s->task);
    if (s->told == SLACK_TRANSPORT_IDLE) tell(s, SLACK_TRANSPORT_STARTING, 0);
    tell(s, SLACK_TRANSPORT_STOPPED, s->reason);
}

/* Stopped means that nothing is left on the loop. Calls under way are the host's to end. */
static void finish(slack_socket_t *s)
{
    if (!s->over || !s->timer_open) return;
    for (slack_link_t *l = s->links.next; l != &s->links; l = l->next)
        if (SLACK_CONTAINER(l, slack_socket_link_t, link)->ws) return;
    s->timer_open = false;
    uv_close((uv_handle_t *)&s->timer, on_timer_closed);
}

void slack__socket_link_gone(slack_socket_t *s)
{
    finish(s);
}

/* --- actions -----------------------------------------------------------------------------------
 */

static int reason_of(enum slack_cause cause)
{
    switch (cause) {
    case SLACK_CAUSE_FATAL: return SLACK_EAUTH;
    case SLACK_CAUSE_CROWDED:
    case SLACK_CAUSE_DISABLED: return SLACK_EAPI;
    case SLACK_CAUSE_REFUSED:
    case SLACK_CAUSE_UNREACHED: return SLACK_ECONNECT;
    case SLACK_CAUSE_RETIRED: return 0;
    default: return SLACK_ECLOSED;
    }
}

/* Slack counts connections that we do not know of: ghosts of ours, or another process of the app,
 * and it sends them a share of all that happens (docs/protocol.md, Connections). */
static void compare_connections(slack_socket_t *s, unsigned theirs)
{
    unsigned ours = slack__supervisor_connections(&s->sup);
    unsigned foreign = theirs > ours ? theirs - ours : 0;
    if (foreign > 0 && foreign != s->foreign)
        SLACK_LOG(log_of(s), WARN, "socket: Slack counts more connections than we have",
                  "num_connections=%u ours=%u hint=%s", theirs, ours,
                  "another process of this app, or connections that Slack has not given up yet");
    s->foreign = foreign;
}

static void count_reconnect(slack_transport_stats_t *stats, enum slack_cause cause)
{
    if (cause == SLACK_CAUSE_NONE) return;
    stats->reconnects++;
    switch (cause) {
    case SLACK_CAUSE_REFRESH: stats->reconnects_refresh++; break;
    case SLACK_CAUSE_AGE: stats->reconnects_age++; break;
    case SLACK_CAUSE_SLEPT:
    case SLACK_CAUSE_SILENT: stats->reconnects_silent++; break;
    case SLACK_CAUSE_CROWDED:
    case SLACK_CAUSE_DISABLED: stats->reconnects_refused++; break;
    default: stats->reconnects_lost++; break;
    }
}

/* Deaf is a transport that was ready once, is to run, and has no connection. */
static uint64_t deaf_ms(const slack_socket_t *s)
{
    return s->stats.deaf_ms + (s->deaf_since_ms ? now_ms(s) - s->deaf_since_ms : 0);
}

static void mind_the_gap(slack_socket_t *s)
{
    bool deaf = slack__supervisor_serving(&s->sup) == 0 && s->sup.phase == SLACK_PHASE_RUNNING &&
                s->told > SLACK_TRANSPORT_STARTING;
    if (deaf && s->deaf_since_ms == 0) {
        s->deaf_since_ms = now_ms(s);
    } else if (!deaf && s->deaf_since_ms != 0) {
        s->stats.deaf_ms = deaf_ms(s);
        SLACK_LOG(log_of(s), INFO, "socket: no connection for a while", "ms=%llu",
                  (unsigned long long)(now_ms(s) - s->deaf_since_ms));
        s->deaf_since_ms = 0;
    }
}

static void became_ready(slack_socket_t *s, const slack_action_t *action)
{
    unsigned theirs = s->slots[action->slot]->connections;
    s->stats.num_connections = theirs;
    count_reconnect(&s->stats, action->cause);
    SLACK_LOG(log_of(s), INFO, action->cause ? "socket replaced" : "socket connected",
              "reason=%s connections=%u num_connections=%u",
              action->cause ? slack__cause_name(action->cause) : "start",
              slack__supervisor_serving(&s->sup), theirs);
    compare_connections(s, theirs);
}

static void lost(slack_socket_t *s, const slack_action_t *action)
{
    const char *cause = slack__cause_name(action->cause);
    if (action->cause == SLACK_CAUSE_REFUSED || action->cause == SLACK_CAUSE_UNREACHED)
        s->stats.failed_dials++;
    s->reason = reason_of(action->cause);
    if (action->cause == SLACK_CAUSE_DISABLED) {
        s->base.host->error(&s->base, "Slack closed the connection (link_disabled): Socket Mode is "
                                      "switched off in the app's settings");
        SLACK_LOG(log_of(s), ERROR, "socket: Socket Mode is switched off in the app's settings",
                  "reason=%s retry_ms=%llu", cause, (unsigned long long)action->wait_ms);
    } else if (action->cause != SLACK_CAUSE_FATAL) {
        SLACK_LOG(log_of(s), WARN, "socket lost", "reason=%s connections=%u retry_ms=%llu", cause,
                  slack__supervisor_serving(&s->sup), (unsigned long long)action->wait_ms);
    }
}

static void failed(slack_socket_t *s, const slack_action_t *action,
                   enum slack_session_input_type type, int rc)
{
    SLACK_LOG(log_of(s), WARN, "socket: cannot connect", "error=%s", slack_err_name(rc));
    const slack_session_input_t in = {.type = type,
                                      .slot = action->slot,
                                      .generation = action->generation,
                                      .cause = SLACK_CAUSE_REFUSED};
    slack__socket_feed(s, &in);
}

static void perform(slack_socket_t *s, const slack_action_t *action)
{
    int rc;
    slack_socket_link_t *link = s->slots[action->slot];
    bool here = link && link->generation == action->generation;
    switch (action->type) {
    case SLACK_DO_CALL:
        rc = slack__socket_link_call(s, action->slot, action->generation);
        if (rc) failed(s, action, SLACK_INPUT_CALL_FAILED, rc);
        break;
    case SLACK_DO_DIAL:
        rc = here ? slack__socket_link_dial(link) : 0;
        if (rc) failed(s, action, SLACK_INPUT_CLOSED, rc);
        break;
    case SLACK_DO_PING:
        if (here) slack__socket_link_ping(link);
        break;
    case SLACK_DO_CLOSE:
        if (here && link->ws) slack__ws_close(link->ws, 1000, "");
        break;
    case SLACK_DO_ABORT:
        if (here) slack__socket_link_abort(link);
        break;
    case SLACK_DO_READY:
        if (here) became_ready(s, action);
        break;
    case SLACK_DO_LEAVE: break;
    case SLACK_DO_LOST: lost(s, action); break;
    case SLACK_DO_STOPPED:
        s->over = true;
        s->reason = reason_of(action->cause);
        break;
    }
}

static void on_timer(uv_timer_t *timer);

static void arm(slack_socket_t *s)
{
    if (!s->timer_open) return;
    uint64_t now = now_ms(s), at = slack__supervisor_deadline(&s->sup, now);
    if (at == UINT64_MAX) {
        uv_timer_stop(&s->timer);
        return;
    }
    uint64_t wait = at > now ? at - now : 0;
    if (wait > s->limits->tick_ms) wait = s->limits->tick_ms;
    uv_update_time(s->timer.loop);
    uv_timer_start(&s->timer, on_timer, wait, 0);
}

void slack__socket_feed(slack_socket_t *s, const slack_session_input_t *in)
{
    slack_actions_t actions;
    actions.count = 0;
    slack__supervisor_step(&s->sup, in, now_ms(s), &actions);
    for (size_t i = 0; i < actions.count; i++)
        perform(s, &actions.list[i]);
    bool quiet = in->type == SLACK_INPUT_ENVELOPE || in->type == SLACK_INPUT_ACKED;
    if (quiet && actions.count == 0) return; /* nothing that the deadline depends on */
    mind_the_gap(s);
    if (!s->over && s->timer_open) slack__task_post(s->base.host->net, &s->task);
    arm(s);
    finish(s);
}

static void on_timer(uv_timer_t *timer)
{
    slack_socket_t *s = timer->data;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        const slack_socket_link_t *link = s->slots[i];
        if (!link || !link->ws) continue;
        slack__socket_feed(s, &(slack_session_input_t){.type = SLACK_INPUT_SEEN,
                                                       .slot = i,
                                                       .generation = link->generation,
                                                       .at_ms = slack__ws_last_read_ms(link->ws)});
    }
    slack__socket_feed(s, &(slack_session_input_t){.type = SLACK_INPUT_TICK});
}

/* --- operations --------------------------------------------------------------------------------
 */

static int socket_start(slack_transport_t *t)
{
    slack_socket_t *s = socket_of(t);
    int rc = uv_timer_init(slack__net_loop(t->host->net), &s->timer);
    if (rc) return slack__net_error(rc);
    s->timer.data = s;
    s->timer_open = true;
    slack__task_post(t->host->net, &s->task);
    return 0;
}

/* Slack has no word for it: it sends to whoever is connected. */
static void socket_leave(slack_transport_t *t)
{
}

static void socket_drain(slack_transport_t *t)
{
    slack_socket_t *s = socket_of(t);
    if (s->timer_open) slack__socket_feed(s, &(slack_session_input_t){.type = SLACK_INPUT_DRAIN});
}

static void socket_stop(slack_transport_t *t)
{
    slack_socket_t *s = socket_of(t);
    if (s->timer_open) slack__socket_feed(s, &(slack_session_input_t){.type = SLACK_INPUT_STOP});
}

static void answered(slack_socket_t *s, uint64_t handle)
{
    const slack_inflight_entry_t *entry = slack__inflight_get(&s->inflight, handle);
    const slack_session_input_t in = {
        .type = SLACK_INPUT_ACKED, .slot = entry->slot, .generation = entry->generation};
    slack__inflight_remove(&s->inflight, handle);
    slack__socket_feed(s, &in);
}

/* No frame for LATER: that alone makes Slack send it again. */
static int send_ack(slack_socket_t *s, const slack_inflight_entry_t *entry, const slack_ack_t *ack,
                    bool has_key)
{
    if (ack->outcome == SLACK_ACK_LATER) return 0;
    const slack_ack_t *body = ack->outcome == SLACK_ACK_OK ? ack : NULL;
    slack__buf_clear(&s->frame);
    int rc = slack__frame_write_ack(&s->frame, entry->envelope_id, body);
    if (rc) return rc;
    const char *frame = slack__buf_ptr(&s->frame);
    if (!has_key) slack__recent_acks_add(&s->recent_acks, entry->envelope_id, frame, s->frame.len);
    return slack__socket_send(s, entry->slot, entry->generation, frame, s->frame.len);
}

static int socket_ack(slack_transport_t *t, slack_delivery_t *d, const slack_ack_t *ack)
{
    slack_socket_t *s = socket_of(t);
    const slack_inflight_entry_t *entry = slack__inflight_get(&s->inflight, d->handle);
    if (!entry) return SLACK_ECLOSED;
    bool has_body = ack->outcome == SLACK_ACK_OK && ack->type != SLACK_ACK_BODY_NONE;
    if (has_body && !entry->body_allowed) return SLACK_EACKBODY;
    int rc = s->told == SLACK_TRANSPORT_STOPPED ? SLACK_ECLOSED
                                                : send_ack(s, entry, ack, d->key.len > 0);
    if (rc == SLACK_ETOOBIG) return rc;
    if (rc == 0)
        s->stats.acked++;
    else
        s->stats.ack_lost++;
    answered(s, d->handle);
    return rc;
}

static void socket_stats(const slack_transport_t *t, slack_transport_stats_t *ret)
{
    const slack_socket_t *s = (const slack_socket_t *)t;
    *ret = s->stats;
    ret->state = s->told;
    ret->connections = slack__supervisor_serving(&s->sup);
    ret->deaf_ms = deaf_ms(s);
}

static unsigned socket_reload(slack_transport_t *t)
{
    return 0; /* nothing of it comes from a file */
}

static void socket_destroy(slack_transport_t *t)
{
    slack_socket_t *s = socket_of(t);
    slack__tls_context_unref(s->tls);
    slack__proxy_unref(s->proxy);
    slack__inflight_done(&s->inflight);
    slack__recent_acks_done(&s->recent_acks);
    slack__buf_done(&s->frame);
    slack__free(s->ca_file);
    slack__free(s);
}

static const struct slack_transport_ops socket_ops = {
    .name = "socket",
    .start = socket_start,
    .leave = socket_leave,
    .drain = socket_drain,
    .stop = socket_stop,
    .ack = socket_ack,
    .stats = socket_stats,
    .reload = socket_reload,
    .destroy = socket_destroy,
};

/* --- configuration -----------------------------------------------------------------------------
 */

/* What a token is that stands where an app-level token belongs; NULL for one that may be it. */
static const char *wrong_kind(const char *token)
{
    static const struct {
        const char *prefix, *kind;
    } kinds[] = {
        {"xapp-", NULL},
        {"xoxb-", "a bot token (xoxb-…)"},
        {"xoxp-", "a user token (xoxp-…)"},
        {"xoxe", "a rotating or refresh token (xoxe…)"},
        {"xwfp-", "a workflow token (xwfp-…)"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(token, kinds[i].prefix, strlen(kinds[i].prefix)) == 0) return kinds[i].kind;
    return "something else";
}

static int check(const slack_options_t *options, char *error)
{
    const char *kind =
        options->app_token && *options->app_token ? wrong_kind(options->app_token) : "nothing";
    if (kind) {
        snprintf(error, SLACK_ERROR_TEXT_MAX,
                 "SLACK_APP_TOKEN holds %s: Socket Mode needs an app-level token (xapp-…) with the "
                 "scope connections:write",
                 kind);
        return SLACK_ECONFIG;
    }
    if (options->socket_connections > SLACK_SESSIONS_MAX) {
        snprintf(error, SLACK_ERROR_TEXT_MAX, "SLACK_SOCKET_CONNECTIONS is %u: it must be 1 to %d",
                 options->socket_connections, SLACK_SESSIONS_MAX);
        return SLACK_ECONFIG;
    }
    return 0;
}

/* A file that somebody named is read now, so that a wrong name is a sentence and not a reconnect.
 */
static int read_ca_file(slack_socket_t *s, const char *ca_file, char *error)
{
    if (!ca_file || !*ca_file) return 0;
    s->ca_file = slack__strdup(ca_file);
    if (!s->ca_file) return SLACK_ENOMEM;
    int rc = slack__tls_context_client(&s->tls, ca_file);
    if (rc && rc != SLACK_ENOMEM) {
        snprintf(error, SLACK_ERROR_TEXT_MAX,
                 "SLACK_CA_FILE=%.128s: no certificates can be read from it", ca_file);
        rc = SLACK_ECONFIG;
    }
    return rc;
}

static int read_proxy(slack_socket_t *s, const slack_options_t *options, char *error)
{
    const char *what = "";
    int rc = slack__proxy_new(&s->proxy, options->proxy, options->no_proxy, &what);
    if (rc == SLACK_ECONFIG)
        snprintf(error, SLACK_ERROR_TEXT_MAX, "SLACK_PROXY cannot be used: %s", what);
    return rc;
}

int slack__socket_create(slack_transport_t **ret, const struct slack_transport_host *host,
                         const slack_options_t *options, const slack_socket_limits_t *limits,
                         char *error)
{
    int rc = check(options, error);
    if (rc) return rc;
    slack_socket_t *s = slack__calloc(1, sizeof *s);
    if (!s) return SLACK_ENOMEM;
    s->base.ops = &socket_ops;
    s->base.host = host;
    s->limits = limits;
    s->task.run = tell_changes;
    slack__link_init(&s->task.link);
    slack__link_init(&s->links);
    slack__inflight_init(&s->inflight, limits->inflight_max);
    slack__buf_init(&s->frame, SLACK_ACK_FRAME_LIMIT);
    slack__supervisor_init(&s->sup, options->socket_connections ? options->socket_connections : 2,
                           limits, slack__random_u64());
    char *frame; /* taken once: an ack does not fail for memory's sake */
    rc = slack__buf_reserve(&s->frame, SLACK_ACK_FRAME_LIMIT, &frame);
    if (!rc) rc = read_ca_file(s, options->ca_file, error);
    if (!rc) rc = read_proxy(s, options, error);
    if (rc) {
        socket_destroy(&s->base);
        return rc;
    }
    *ret = &s->base;
    return 0;
}

static int create(slack_transport_t **ret, const struct slack_transport_host *host,
                  const slack_options_t *options, char *error)
{
    return slack__socket_create(ret, host, options, &slack__socket_limits_default, error);
}

const slack_transport_type_t slack__transport_socket = {"socket", create};
