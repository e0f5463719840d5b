/* SPDX-License-Identifier: MIT */
#ifndef SIM_RATE_LIMITS_H
#define SIM_RATE_LIMITS_H

#include "sim/channels.h"

/*
 * Slack's rate limits: how often a minute each method may be called in the workspace, by its tier
 * in the table of methods, and chat.postMessage in a channel. A burst may use the whole minute at
 * once. Pure.
 * https://docs.slack.dev/apis/web-api/rate-limits
 */

enum sim_limits {
    SIM_LIMITS_NONE,
    SIM_LIMITS_TIERS,
    /* Of an app that is distributed outside the Marketplace: conversations.history and .replies
     * once a minute, in pages of SIM_DISTRIBUTED_PAGE. */
    SIM_LIMITS_DISTRIBUTED,
};

#define SIM_DISTRIBUTED_PAGE 15
#define SIM_RATES_MAX        (3 * SIM_CHANNELS_MAX + 512)

typedef struct sim_rate {
    const char *method;           /* of a table */
    const sim_channel_t *channel; /* NULL: in the whole workspace */
    uint64_t used_until_us;       /* when the calls so far would have come one by one */
} sim_rate_t;

typedef struct sim_rate_limits {
    const slack_clock_t *clock; /* borrowed */
    enum sim_limits limits;
    unsigned time_scale; /* how much faster than Slack's the minutes pass */
    size_t count;
    sim_rate_t list[SIM_RATES_MAX];
} sim_rate_limits_t;

/* Count a call, to a channel or to NULL. 0 if it is allowed, else the seconds of Retry-After; the
 * call then counts for nothing. */
uint64_t sim_rate_limits_take(sim_rate_limits_t *limits, const char *method,
                              const sim_channel_t *channel);

#endif
