/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_ALLOWANCE_H
#define SLACK_TRANSPORT_ALLOWANCE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* The connections to Slack that this process may have, out of those that the processes of the app
 * share. */
typedef struct slack_allowance {
    unsigned wanted;   /* connections to keep */
    unsigned limit;    /* the most at a time, with those that open and those that close */
    unsigned others;   /* the most that other processes may have meanwhile */
    bool standby;      /* other processes have the connections, so this one is ready without any */
    bool hurry;        /* another process waits: a connection that is replaced closes as soon as its
                        * envelopes are acked */
    uint64_t until_ms; /* by the monotonic clock: from then on another process may have been given
                        * the envelopes, so none is taken and none acked */
} slack_allowance_t;

/* The allowance of a process that shares with nobody. */
static inline slack_allowance_t slack__allowance_alone(unsigned wanted)
{
    return (slack_allowance_t){.wanted = wanted, .limit = UINT_MAX, .until_ms = UINT64_MAX};
}

/* A transport's use of its allowance. */
typedef struct slack_allowance_use {
    unsigned open;    /* connections that count towards the limit */
    unsigned missing; /* connections that it would open now */
    unsigned serving; /* connections that bring envelopes */
    bool refused;     /* Slack refuses connections of this app, from whichever process */
} slack_allowance_use_t;

static inline bool slack__allowance_use_eq(const slack_allowance_use_t *a,
                                           const slack_allowance_use_t *b)
{
    return a->open == b->open && a->missing == b->missing && a->serving == b->serving &&
           a->refused == b->refused;
}

#endif
