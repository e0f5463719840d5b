/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_PACE_H
#define SLACK_WEBAPI_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include <slack/options.h>

#include "util/map.h"
#include "util/queue.h"

/*
 * When calls are sent, so that Slack need not refuse them. No I/O: the caller passes the time.
 *
 * Slack limits the calls of a method in a workspace
 * (https://docs.slack.dev/apis/web-api/rate-limits), and a token belongs to one workspace. So calls
 * of one token, method and team wait in one lane, in order, and each lane has a token bucket with
 * the rate of its method. chat.postMessage is limited in a channel and in the workspace: each
 * channel has a lane, and all of them share the bucket of the workspace. The lanes take turns.
 *
 * A 429 closes a lane for as long as Slack says. After it the calls are sent one at a time until
 * none waits. Sent together, most of them would be refused again and use up their tries.
 */
typedef struct slack_pacer slack_pacer_t;
typedef struct slack_lane slack_lane_t;

/* How often a method may be called. */
typedef struct slack_rate {
    uint32_t interval_ms; /* between two calls in the long run; 0: there is no limit */
    uint32_t burst;       /* so many may be sent at once after a pause */
} slack_rate_t;

/* What a call is, to find its lane. */
typedef struct slack_pace_call {
    const char *token, *team, *method; /* "" or a name, none of them NULL */
    const char *channel;               /* "": none */
} slack_pace_call_t;

/* Lies in the caller's call. */
typedef struct slack_paced {
    slack_link_t link;
    slack_lane_t *lane;
    uint64_t number;   /* its place in the lane */
    uint64_t due_ms;   /* it is not sent before */
    uint64_t until_ms; /* it does not wait longer */
} slack_paced_t;

/* NULL: memory is out. */
slack_pacer_t *slack__pace_new(enum slack_pace limits);
void slack__pace_free(slack_pacer_t *pace); /* no call is in it */

/* Gives a call its lane. It is not in the lane's queue yet. */
void slack__pace_enter(slack_pacer_t *pace, slack_paced_t *paced, const slack_pace_call_t *call,
                       uint64_t now_ms);
/* The call waits, behind those of its lane with a lower number. */
void slack__pace_wait(slack_pacer_t *pace, slack_paced_t *paced, uint64_t due_ms);
/* The next call to send, which no longer waits; NULL: none is ready before *ret_ready_ms, or before
 * an answer arrives (UINT64_MAX). Interactive calls come first. With `interactive_only`, other
 * calls are left. */
slack_paced_t *slack__pace_next(slack_pacer_t *pace, bool interactive_only, uint64_t now_ms,
                                uint64_t *ret_ready_ms);
/* A call that has waited too long, and no longer waits; NULL: none has before *ret_next_ms. */
slack_paced_t *slack__pace_expired(slack_pacer_t *pace, uint64_t now_ms, uint64_t *ret_next_ms);
/* A call that slack__pace_next() has returned has its answer. */
void slack__pace_answered(slack_paced_t *paced);
/* Slack has refused a call: closes the lanes of its method and workspace. */
void slack__pace_close_lane(slack_pacer_t *pace, slack_paced_t *paced, uint64_t until_ms);
/* The call ends, or never begins. */
void slack__pace_leave(slack_pacer_t *pace, slack_paced_t *paced);
/* Takes any waiting call, for the end of all; NULL: none waits. */
slack_paced_t *slack__pace_take(slack_pacer_t *pace);

/* How many calls wait. */
size_t slack__pace_waiting(const slack_pacer_t *pace);

/* The rate of a method in a workspace. */
slack_rate_t slack__pace_rate(const char *method, enum slack_pace limits);

#endif
