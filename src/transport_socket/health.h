/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_HEALTH_H
#define SLACK_TRANSPORT_SOCKET_HEALTH_H

#include "transport/transport.h"
#include "transport_socket/supervisor.h"

/* What the host, the log and the figures say about the connections: the state of the transport, why
 * it is not ready, how often and why connections were replaced, and for how long there was none. */
typedef struct slack_health {
    slack_transport_t *transport;
    slack_net_t *net;
    const slack_supervisor_t *sup;
    enum slack_transport_state state; /* as last reported to the host */
    int reason;                       /* of DEGRADED and STOPPED */
    unsigned foreign;       /* connections that Slack counts and this process does not have */
    uint64_t deaf_since_ms; /* it was ready and has no connection since then; 0: it has one */
    slack_transport_stats_t stats; /* only what follows from the connections */
} slack_health_t;

/* Report a state to the host. */
void slack__health_report(slack_health_t *health, enum slack_transport_state state, int reason);
/* Report READY or DEGRADED if the connections changed so. */
void slack__health_report_change(slack_health_t *health);

/* SLACK_DO_READY, LOST and STOPPED. */
void slack__health_note(slack_health_t *health, const slack_action_t *action);
/* Start or stop the measurement of the time without a connection. After every change. */
void slack__health_measure(slack_health_t *health);

/* The figures, up to now. */
void slack__health_stats(const slack_health_t *health, slack_transport_stats_t *ret);

#endif
