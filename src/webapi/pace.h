/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_PACE_H
#define SLACK_WEBAPI_PACE_H

#include "util/heap.h"
#include "util/queue.h"
#include "webapi/rate_bucket.h"

/*
 * When calls are sent, so that Slack need not refuse them. No I/O: the caller passes the time.
 *
 * Slack limits the calls of a method in a workspace. So calls of one workspace and method wait in
 * one lane, in order, and each lane has a token bucket with the rate of its method. A method that
 * is limited in a channel too has a lane for each channel below the lane of the workspace.
 *
 * Lanes are of two classes: interactive calls, for which someone waits, and bulk calls. Interactive
 * calls go first and do not wait for a bucket. Each class leaves an eighth of the places to the
 * other one, so that neither waits for ever. In a class, the lane that has been ready for the
 * longest time is next.
 *
 * A 429 closes a lane for as long as Slack says. After it the calls are sent one at a time until
 * none waits. Sent together, most of them would be refused again and use up their tries.
 *
 * If the app has several processes, the lanes of all of them lease tokens of one bucket
 * (rate_bucket.h), and a 429 closes the lane in all of them.
 */
typedef struct slack_pacer slack_pacer_t;
typedef struct slack_lane slack_lane_t;

typedef struct slack_pace_closing {
    uint64_t lane, until_ms;
} slack_pace_closing_t;

/* The pacer's way to the other processes. The functions are called while calls are sent, and must
 * not call the pacer. */
typedef struct slack_pace_share {
    /* Asks for a lease; slack__pace_leased() is the answer. False: there will be none. */
    bool (*want)(void *user_data, const slack_lease_want_t *want);
    /* A 429 has closed the lane for this process. */
    void (*closed)(void *user_data, uint64_t lane, uint64_t until_ms);
    void *user_data;
} slack_pace_share_t;

/* The facts by which a call finds its lane; no member is NULL. */
typedef struct slack_pace_call {
    /* The same for all calls that Slack counts together: the token, or the bot's for calls with
     * other tokens of its workspace; and the team, for a token of several teams. */
    const char *token, *team;
    const char *method;
    const char *channel; /* "": none */
} slack_pace_call_t;

/* Lies in the caller's call, all bits zero before slack__pace_enter(). */
typedef struct slack_paced {
    slack_link_t link;     /* in its lane, while it waits */
    slack_heap_node_t age; /* among all calls */
    slack_heap_node_t due; /* while it waits for a time of its own */
    slack_lane_t *lane;
    uint64_t number;   /* its place in the lane */
    uint64_t until_ms; /* it does not wait longer */
    bool sent;         /* without an answer yet */
} slack_paced_t;

/* `places`: so many calls may be on their way at once. NULL: memory is out. */
slack_pacer_t *slack__pace_new(enum slack_pace limits, unsigned places);
/* Changes their number, also below that of the calls that are on their way. */
void slack__pace_set_places(slack_pacer_t *pace, unsigned places);
void slack__pace_free(slack_pacer_t *pace); /* no call is in it */

/* From now on, so many processes share the buckets, by way of `share`, which is copied. With one
 * process nothing is asked; leases that were asked for have to be answered all the same. */
void slack__pace_share(slack_pacer_t *pace, unsigned processes, const slack_pace_share_t *share);
/* The answer to a want. The lane may have ended. */
void slack__pace_leased(slack_pacer_t *pace, uint64_t lane, const slack_lease_t *lease,
                        uint64_t now_ms);
/* The answer is late: the lane is alone until it comes. */
void slack__pace_alone(slack_pacer_t *pace, uint64_t lane, uint64_t now_ms);
/* Lanes that a 429 has closed for other processes. The list, borrowed until the next one comes, is
 * for those that begin later. */
void slack__pace_closed(slack_pacer_t *pace, const slack_pace_closing_t *list, size_t count,
                        uint64_t now_ms);
/* The number of calls that were sent with a token of a lease so far. */
uint64_t slack__pace_leases_used(const slack_pacer_t *pace);

/* Gives a call its lane. It does not wait there yet. */
void slack__pace_enter(slack_pacer_t *pace, slack_paced_t *paced, const slack_pace_call_t *call,
                       uint64_t now_ms);
/* The call waits, behind those of its lane with a lower number, and is not sent before `due_ms`. */
void slack__pace_wait(slack_pacer_t *pace, slack_paced_t *paced, uint64_t due_ms);
/* The next call to send, which no longer waits; NULL: none is ready before *ret_ready_ms, or before
 * an answer arrives (UINT64_MAX). */
slack_paced_t *slack__pace_next(slack_pacer_t *pace, uint64_t now_ms, uint64_t *ret_ready_ms);
/* A call that has been here for too long, and no longer waits; NULL: there is none before
 * *ret_next_ms. */
slack_paced_t *slack__pace_expired(slack_pacer_t *pace, uint64_t now_ms, uint64_t *ret_next_ms);
/* The oldest call that is not on its way, and no longer waits; NULL: there is none. */
slack_paced_t *slack__pace_take(slack_pacer_t *pace);
/* A call that slack__pace_next() has returned has its answer, or could not be sent. */
void slack__pace_answered(slack_pacer_t *pace, slack_paced_t *paced);
/* Slack has refused a call: closes the lane of its method and workspace. */
void slack__pace_close_lane(slack_pacer_t *pace, slack_paced_t *paced, uint64_t until_ms);
/* The call ends. Nothing happens to a call that has left. */
void slack__pace_leave(slack_pacer_t *pace, slack_paced_t *paced);

/* The number of calls that wait in lanes. */
size_t slack__pace_waiting(const slack_pacer_t *pace);

#endif
