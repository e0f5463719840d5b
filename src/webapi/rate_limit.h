/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_RATE_LIMIT_H
#define SLACK_WEBAPI_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What Slack has limited. Pure: time comes in, nothing is allocated.
 *
 * Limits are kept per workspace and method (https://docs.slack.dev/apis/web-api/rate-limits), and a
 * token belongs to one workspace, so a 429 closes the lane of that token and method; all else goes
 * on. When the pause is over, its calls go one at a time and in order until none is left: were they
 * let go together, most of them would be refused again, and use up their tries.
 */

#define SLACK_RATE_LIMIT_LANES 64

typedef struct slack_lane {
    uint64_t key;
    uint64_t until_ms; /* closed before that */
    unsigned calls;    /* in it: waiting, or on its way; 0 and not closed: the lane is unused */
    bool busy;         /* one is on its way */
} slack_lane_t;

typedef struct slack_rate_limit {
    slack_lane_t lanes[SLACK_RATE_LIMIT_LANES];
    unsigned used; /* lanes beyond were never used */
    uint64_t seed;
} slack_rate_limit_t;

/* `seed` is any random number. All zero is fine too. */
void slack__rate_limit_init(slack_rate_limit_t *limit, uint64_t seed);

/* A name for a token and a method, so that no copy of the token is kept. */
uint64_t slack__rate_limit_key(const slack_rate_limit_t *limit, const char *token,
                               const char *method);

/* The lane that calls of this key have to queue in; NULL where they are free to go. */
slack_lane_t *slack__rate_limit_find(slack_rate_limit_t *limit, uint64_t key, uint64_t now_ms);

/* Slack wants no call of this key before `until_ms`. NULL when there is no lane left: the call that
 * was refused waits alone then. */
slack_lane_t *slack__rate_limit_pause(slack_rate_limit_t *limit, uint64_t key, uint64_t now_ms,
                                      uint64_t until_ms);

/* A call queues in a lane, and leaves it when it has its answer. The lane stays where it is while a
 * call is in it. */
void slack__lane_join(slack_lane_t *lane);
void slack__lane_leave(slack_lane_t *lane);

/* When the next call of the lane may go; UINT64_MAX while one is on its way. */
uint64_t slack__lane_open_ms(const slack_lane_t *lane);

#endif
