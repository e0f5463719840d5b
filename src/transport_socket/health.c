/* SPDX-License-Identifier: MIT */
#include "transport_socket/health.h"

void slack__health_report(slack_health_t *health, enum slack_transport_state state, int reason)
{
    health->state = state;
    health->transport->host->state(health->transport, state, reason);
}

void slack__health_report_change(slack_health_t *health)
{
    const enum slack_transport_state state = health->state;
    bool disabled = health->sup->trouble == SLACK_BACKOFF_DISABLED;
    if (health->sup->phase != SLACK_PHASE_RUNNING) return;
    const bool serving = slack__supervisor_serving(health->sup) > 0;
    health->transport->switched_off = disabled && !serving;
    const bool standby = health->sup->allowance.standby && !serving;
    if (standby && !health->transport->standby)
        SLACK_LOG(health->net->log, INFO, "socket stands by", "reason=%s",
                  "other processes of this app have all connections (SLACK_SOCKET_CONNECTIONS)");
    health->transport->standby = standby;
    if (serving || health->transport->standby) {
        if (state != SLACK_TRANSPORT_READY) slack__health_report(health, SLACK_TRANSPORT_READY, 0);
    } else if (state == SLACK_TRANSPORT_READY || (state == SLACK_TRANSPORT_STARTING && disabled)) {
        slack__health_report(health, SLACK_TRANSPORT_DEGRADED, health->reason);
    }
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

static void note_ready(slack_health_t *health, const slack_action_t *action)
{
    unsigned counted = health->sup->sessions[action->slot].connections;
    health->stats.num_connections = counted;
    count_reconnect(&health->stats, action->cause);
    SLACK_LOG(health->net->log, INFO, action->cause ? "socket replaced" : "socket connected",
              "reason=%s connections=%u num_connections=%u",
              action->cause ? slack__cause_name(action->cause) : "start",
              slack__supervisor_serving(health->sup), counted);
    /* Slack sends envelopes to every connection that it counts, so those that this process does not
     * have take a share of them (docs/protocol.md, Connections). Logged once for each number. */
    const unsigned known =
        slack__supervisor_connections(health->sup) + health->sup->allowance.others;
    const unsigned foreign = counted > known ? counted - known : 0;
    if (foreign > 0 && foreign != health->foreign)
        SLACK_LOG(health->net->log, WARN, "socket: Slack counts more connections than this app has",
                  "num_connections=%u own=%u hint=%s", counted, known,
                  "another process of this app, or connections that Slack has not given up yet");
    health->foreign = foreign;
}

static int cause_reason(enum slack_cause cause)
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

static void note_lost(slack_health_t *health, const slack_action_t *action)
{
    slack_transport_t *t = health->transport;
    const char *cause = slack__cause_name(action->cause);
    if (action->cause == SLACK_CAUSE_REFUSED || action->cause == SLACK_CAUSE_UNREACHED)
        health->stats.failed_dials++;
    health->reason = cause_reason(action->cause);
    if (action->cause == SLACK_CAUSE_DISABLED) {
        t->host->error(t, "Slack closed the connection (link_disabled): Socket Mode is switched "
                          "off in the app's settings");
        SLACK_LOG(health->net->log, ERROR,
                  "socket: Socket Mode is switched off in the app's settings",
                  "reason=%s retry_ms=%llu", cause, (unsigned long long)action->wait_ms);
    } else if (action->cause != SLACK_CAUSE_FATAL) { /* logged with the failed call */
        SLACK_LOG(health->net->log, WARN, "socket lost", "reason=%s connections=%u retry_ms=%llu",
                  cause, slack__supervisor_serving(health->sup),
                  (unsigned long long)action->wait_ms);
    }
}

void slack__health_note(slack_health_t *health, const slack_action_t *action)
{
    if (action->type == SLACK_DO_READY) note_ready(health, action);
    if (action->type == SLACK_DO_LOST) note_lost(health, action);
    if (action->type == SLACK_DO_STOPPED) health->reason = cause_reason(action->cause);
}

void slack__health_measure(slack_health_t *health)
{
    bool deaf = slack__supervisor_serving(health->sup) == 0 &&
                health->sup->phase == SLACK_PHASE_RUNNING && health->sup->allowance.wanted > 0 &&
                !health->sup->allowance.standby && health->state > SLACK_TRANSPORT_STARTING;
    if (deaf && health->deaf_since_ms == 0)
        health->deaf_since_ms = slack__mono_ms(health->net->clock);
    if (deaf || health->deaf_since_ms == 0) return;
    uint64_t ms = slack__mono_ms(health->net->clock) - health->deaf_since_ms;
    health->stats.deaf_ms += ms;
    health->deaf_since_ms = 0;
    SLACK_LOG(health->net->log, INFO, "socket: there was no connection", "ms=%llu",
              (unsigned long long)ms);
}

void slack__health_stats(const slack_health_t *health, slack_transport_stats_t *ret)
{
    *ret = health->stats;
    ret->state = health->state;
    ret->standby = health->transport->standby;
    ret->connections = slack__supervisor_serving(health->sup);
    if (health->deaf_since_ms != 0)
        ret->deaf_ms += slack__mono_ms(health->net->clock) - health->deaf_since_ms;
}
