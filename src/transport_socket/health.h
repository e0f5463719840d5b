/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_HEALTH_H
#define SLACK_TRANSPORT_SOCKET_HEALTH_H

#include "transport/transport.h"
#include "transport_socket/supervisor.h"

/* Reports the connections to the host, to the log and in the figures: whether the transport is
 * ready and why not, how often and why connections were replaced, and for how long there was no
 * connection. */
typedef struct slack_health {
    slack_transport_t *transport;
    slack_net_t *net;
    const slack_supervisor_t *sup;
    enum slack_transport_state state; /* as last reported to the host */
    int reason;                       /* of DEGRADED and STOPPED */
    unsigned foreign;       /* connections that Slack counts and this process does not have */
    uint64_t deaf_since_ms; /* when the last connection was lost; 0: there is a connection, or there
                             * was none yet */
    slack_transport_stats_t stats; /* only the figures that connections change */
} slack_health_t;

/* Report a state to the host. */
void slack__health_report(slack_health_t *health, enum slack_transport_state state, int reason);
/* Report READY or DEGRADED if the connections no longer match the reported state. */
void slack__health_report_change(slack_health_t *health);

/* Log and count an action: SLACK_DO_READY, SLACK_DO_LOST or SLACK_DO_STOPPED. */
void slack__health_note(slack_health_t *health, const slack_action_t *action);
/* Start or stop the measurement of the time without a connection. Call this after every change. */
void slack__health_measure(slack_health_t *health);

/* The figures, up to now. */
void slack__health_stats(const slack_health_t *health, slack_transport_stats_t *ret);

#endif
