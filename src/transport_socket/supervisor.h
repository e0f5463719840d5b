/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_SUPERVISOR_H
#define SLACK_TRANSPORT_SOCKET_SUPERVISOR_H

#include "transport/allowance.h"
#include "transport_socket/session.h"
#include "util/backoff.h"

/*
 * Makes every decision to connect, for all sessions of one process. It keeps `wanted` connections,
 * opens a new one before it closes the old one, and waits after a failure as long as the kind of
 * failure demands. Pure, as the sessions are: an input and a time go in, actions come out. After
 * each input it compares what is open with what should be, and acts on the difference.
 *
 * Its allowance has the number of connections that are wanted, and the most at a time. It changes
 * while processes of the app share connections. A replacement then waits until the limit admits it.
 *
 * While nothing is connected, a dial may hang (in a network that drops every packet, or on a dead
 * connection of libcurl). The supervisor then starts another dial beside it. The first one that
 * gets through ends the others.
 *
 * Invariants: at most SLACK_SESSIONS_MAX connections; no more are opened than the limit admits; at
 * most `wanted` that are not being replaced; one dial per slot; while the supervisor runs and wants
 * a connection, slack__supervisor_deadline() is a time.
 */

enum slack_supervisor_phase {
    SLACK_PHASE_IDLE = 0,
    SLACK_PHASE_RUNNING,
    SLACK_PHASE_DRAINING, /* opens nothing; closes a connection when its envelopes are acked */
    SLACK_PHASE_STOPPING,
    SLACK_PHASE_STOPPED
};

typedef struct slack_supervisor {
    const slack_socket_limits_t *limits;
    slack_allowance_t allowance;
    enum slack_supervisor_phase phase;
    enum slack_socket_backoff trouble; /* CROWDED or DISABLED until a connection is stable, else
                                        * RETRY */
    bool probing;                      /* one dial at a time, until the next hello */
    slack_backoff_t backoff[SLACK_BACKOFF_COUNT];
    uint64_t not_before_ms; /* no apps.connections.open before this time */
    uint64_t stagger_ms;    /* nor before this one, unless the call is for a replacement */
    uint64_t paced_ms;      /* when the calls so far would have ended at one per pace_ms */
    uint64_t failed_ms;     /* the last failure */
    uint64_t hurry_ms;      /* since when connections must make room; 0: they need not */
    uint64_t ticked_ms;
    uint64_t random;
    uint32_t generation;
    enum slack_cause unreplaced[SLACK_SESSIONS_MAX]; /* why connections ended, oldest first */
    unsigned unreplaced_count;
    enum slack_cause end; /* the cause of SLACK_DO_STOPPED */
    slack_session_t sessions[SLACK_SESSIONS_MAX];
} slack_supervisor_t;

/* The supervisor keeps `wanted` connections, without a limit, until it gets another allowance.
 * `limits` is borrowed; `seed` is any number. */
void slack__supervisor_init(slack_supervisor_t *sup, unsigned wanted,
                            const slack_socket_limits_t *limits, uint64_t seed);

/* Changes the allowance; a tick must follow. `wanted` is at most SLACK_SESSIONS_MAX. */
void slack__supervisor_allow(slack_supervisor_t *sup, const slack_allowance_t *allowance);

/* An input whose generation is not the slot's current one has no effect. */
void slack__supervisor_feed(slack_supervisor_t *sup, const slack_session_input_t *in,
                            uint64_t now_ms, slack_actions_t *actions);

/* When the next tick is due; UINT64_MAX: no tick is. */
uint64_t slack__supervisor_deadline(const slack_supervisor_t *sup, uint64_t now_ms);

/* The number of connections that bring envelopes. */
unsigned slack__supervisor_serving(const slack_supervisor_t *sup);
/* The number of this process's connections that Slack may count: from the dial to the closed
 * descriptor. */
unsigned slack__supervisor_connections(const slack_supervisor_t *sup);
/* Its use of the allowance. */
slack_allowance_use_t slack__supervisor_use(const slack_supervisor_t *sup, uint64_t now_ms);
/* Whether envelopes of this slot's connection are delivered. They are from hello on, and while the
 * connection is being replaced. They are not after Close in a drain, or in a stop. */
bool slack__supervisor_takes(const slack_supervisor_t *sup, unsigned slot);

#endif
