/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SESSIONS_H
#define SLACK_TESTS_SUPPORT_SESSIONS_H

#include "transport_socket/supervisor.h"

/*
 * A supervisor with its sessions, a fake clock, and the server's view of its connections. After
 * every input the supervisor's invariants are checked.
 */

#define SECOND ((uint64_t)1000)
#define MINUTE (60 * SECOND)

typedef struct sessions {
    slack_supervisor_t sup;
    slack_actions_t actions; /* of the last input */
    uint64_t now;
    bool socket[SLACK_SESSIONS_MAX]; /* the slot has a descriptor */
    unsigned calls, dials, closes, aborts, pings, losses, stops;
    uint64_t last_call;
    enum slack_cause ready_cause, lost_cause;
} sessions_t;

/* Start the supervisor. The second function also opens all wanted connections until they are
 * stable, then resets the counters. */
void sessions_open(sessions_t *w, unsigned wanted);
void sessions_open_ready(sessions_t *w, unsigned wanted);

/* An input with the slot's current generation. */
slack_session_input_t sessions_input(const sessions_t *w, unsigned slot,
                                     enum slack_session_input_type type);
/* Feed an input: this one; one about all sessions; one about a slot; one with a cause. */
void sessions_put(sessions_t *w, const slack_session_input_t *in);
void sessions_put_all(sessions_t *w, enum slack_session_input_type type);
void sessions_put_one(sessions_t *w, unsigned slot, enum slack_session_input_type type);
void sessions_put_cause(sessions_t *w, unsigned slot, enum slack_session_input_type type,
                        enum slack_cause cause);
/* Changes the allowance. */
void sessions_allow(sessions_t *w, unsigned wanted, unsigned limit, bool hurry);
/* A byte has just arrived on the slot's connection. */
void sessions_seen(sessions_t *w, unsigned slot);
/* Takes the session that is CALLING as far as hello. Returns its slot. */
unsigned sessions_hello(sessions_t *w);

/* Lets time pass, with the ticks of the timer. If `alive`, bytes keep arriving on all
 * connections. */
void sessions_pass(sessions_t *w, uint64_t ms, bool alive);

/* The sessions in this state; those without hello. */
unsigned sessions_count(const sessions_t *w, enum slack_session_state state);
unsigned sessions_coming(const sessions_t *w);
/* A slot in `state`; fails if there is none. */
unsigned sessions_slot_in(const sessions_t *w, enum slack_session_state state);

#endif
