/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SESSIONS_H
#define SLACK_TESTS_SUPPORT_SESSIONS_H

#include "transport_socket/supervisor.h"

/*
 * The sessions of a supervisor under a fake clock, and what a server at the other end would see.
 * After every step it is checked that no more is open than may be.
 */

#define SECOND ((uint64_t)1000)
#define MINUTE (60 * SECOND)

typedef struct sessions {
    slack_supervisor_t sup;
    slack_actions_t actions; /* of the last step */
    uint64_t now;
    bool socket[SLACK_SESSIONS_MAX]; /* there is a descriptor */
    unsigned calls, dials, closes, aborts, pings, losses, stops;
    uint64_t last_call;
    enum slack_cause ready_cause, lost_cause;
} sessions_t;

/* Start; the second: as many as are wanted have had hello, are settled, and nothing is counted. */
void sessions_open(sessions_t *w, unsigned wanted);
void sessions_open_ready(sessions_t *w, unsigned wanted);

/* An input for the slot's own generation. */
slack_session_input_t sessions_input(const sessions_t *w, unsigned slot,
                                     enum slack_session_input_type type);
/* One step: with this input; with one to all, to a slot, and with a cause. */
void sessions_put(sessions_t *w, const slack_session_input_t *in);
void sessions_put_all(sessions_t *w, enum slack_session_input_type type);
void sessions_put_one(sessions_t *w, unsigned slot, enum slack_session_input_type type);
void sessions_put_cause(sessions_t *w, unsigned slot, enum slack_session_input_type type,
                        enum slack_cause cause);
/* Something was read from it just now. */
void sessions_seen(sessions_t *w, unsigned slot);
/* Take the one that is calling as far as hello. Returns its slot. */
unsigned sessions_hello(sessions_t *w);

/* Time goes by in ticks, as the timer makes them; what is connected stays alive if `alive`. */
void sessions_pass(sessions_t *w, uint64_t ms, bool alive);

/* How many are in this state; and before their hello. */
unsigned sessions_count(const sessions_t *w, enum slack_session_state state);
unsigned sessions_coming(const sessions_t *w);
/* The slot that is in `state`; fails when there is none. */
unsigned sessions_slot_in(const sessions_t *w, enum slack_session_state state);

#endif
