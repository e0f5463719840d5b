/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_SUPERVISOR_H
#define SLACK_TRANSPORT_SOCKET_SUPERVISOR_H

#include "transport_socket/session.h"
#include "util/backoff.h"

/*
 * The one owner of every decision to connect (where two of them decide, storms are made). It keeps
 * `wanted` connections, opens the new one before it leaves the old one, and waits as long as the
 * kind of failure asks. Pure, as the sessions are: inputs come in, the actions that they lead to
 * come out, and every step ends by settling what is against what should be.
 *
 * While there is no connection at all, a dial that hangs (a network that swallows everything, a
 * dead connection of libcurl's) is not waited for: another one is begun beside it, and the first
 * that gets through ends the others.
 *
 * What always holds: at most SLACK_SESSIONS_MAX connections; at most `wanted` that are not being
 * replaced; one dial per slot; either something is under way that has a deadline, or there is a
 * time to wait for.
 */

enum slack_supervisor_phase {
    SLACK_PHASE_IDLE = 0,
    SLACK_PHASE_RUNNING,
    SLACK_PHASE_DRAINING, /* nothing new; a connection goes when what it brought is acked */
    SLACK_PHASE_STOPPING,
    SLACK_PHASE_STOPPED
};

/* Failures that need waits of their own. */
enum slack_wait {
    SLACK_WAIT_RETRY = 0,
    SLACK_WAIT_UNREACHED,
    SLACK_WAIT_CROWDED,
    SLACK_WAIT_DISABLED,
    SLACK_WAIT_COUNT
};

typedef struct slack_supervisor {
    const slack_socket_limits_t *limits;
    unsigned wanted;
    enum slack_supervisor_phase phase;
    enum slack_wait mood; /* CROWDED and DISABLED last until a connection has settled */
    bool probing;         /* until the next hello: one dial at a time */
    slack_backoff_t backoff[SLACK_WAIT_COUNT];
    uint64_t not_before_ms; /* no apps.connections.open before */
    uint64_t stagger_ms;    /* ... unless it replaces a connection */
    uint64_t paced_ms;      /* where the calls made so far would end at one per pace_ms */
    uint64_t failed_ms;     /* the last failure */
    uint64_t ticked_ms;
    uint64_t random;
    uint32_t generation;
    enum slack_cause owed[SLACK_SESSIONS_MAX]; /* causes of connections not replaced yet */
    unsigned owed_count;
    enum slack_cause end; /* what STOPPED will say */
    slack_session_t sessions[SLACK_SESSIONS_MAX];
} slack_supervisor_t;

/* `wanted` 1 to SLACK_SESSIONS_MAX; `limits` borrowed; `seed` any number. */
void slack__supervisor_init(slack_supervisor_t *sup, unsigned wanted,
                            const slack_socket_limits_t *limits, uint64_t seed);

/* Inputs of a generation that is not the slot's current one have no effect. */
void slack__supervisor_step(slack_supervisor_t *sup, const slack_session_input_t *in,
                            uint64_t now_ms, slack_actions_t *actions);

/* When the next tick is due; UINT64_MAX: nothing waits for time. */
uint64_t slack__supervisor_deadline(const slack_supervisor_t *sup, uint64_t now_ms);

/* How many connections envelopes come by. */
unsigned slack__supervisor_serving(const slack_supervisor_t *sup);
/* How many Slack may count as ours: from the dial to the closed descriptor. */
unsigned slack__supervisor_connections(const slack_supervisor_t *sup);

#endif
