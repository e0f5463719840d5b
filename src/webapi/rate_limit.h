/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_RATE_LIMIT_H
#define SLACK_WEBAPI_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Slack's rate limits. Pure: the caller passes the time, and nothing is allocated.
 *
 * Slack limits calls per workspace and method (https://docs.slack.dev/apis/web-api/rate-limits),
 * and a token belongs to one workspace. So a 429 closes the lane of that token and method, and no
 * other. After the pause, the lane's calls are sent one at a time and in order until none is left.
 * Sent together, most of these calls would be refused again and use up their tries.
 */

#define SLACK_RATE_LIMIT_LANES 64

typedef struct slack_lane {
    uint64_t key;
    uint64_t until_ms; /* closed before that */
    unsigned calls;    /* waiting or on their way; 0 and not closed: the lane is unused */
    bool busy;         /* a call is on its way */
} slack_lane_t;

typedef struct slack_rate_limit {
    slack_lane_t lanes[SLACK_RATE_LIMIT_LANES];
    unsigned used; /* lanes beyond were never used */
    uint64_t seed;
} slack_rate_limit_t;

/* `seed` is a random number. A struct of zeros is valid too. */
void slack__rate_limit_init(slack_rate_limit_t *limit, uint64_t seed);

/* A key for a token and a method, so that no copy of the token is kept. */
uint64_t slack__rate_limit_key(const slack_rate_limit_t *limit, const char *token,
                               const char *method);

/* The lane in which calls of this key have to wait; NULL: they need not wait. */
slack_lane_t *slack__rate_limit_find(slack_rate_limit_t *limit, uint64_t key, uint64_t now_ms);

/* Close the lane of this key until `until_ms`. NULL: no lane is left, and only the refused call
 * waits.
 */
slack_lane_t *slack__rate_limit_pause(slack_rate_limit_t *limit, uint64_t key, uint64_t now_ms,
                                      uint64_t until_ms);

/* A call joins a lane, and leaves it when it has its response. A lane with calls stays in place. */
void slack__lane_join(slack_lane_t *lane);
void slack__lane_leave(slack_lane_t *lane);

/* When the lane's next call may be sent; UINT64_MAX while one is on its way. */
uint64_t slack__lane_open_ms(const slack_lane_t *lane);

#endif
