/* SPDX-License-Identifier: MIT */
#ifndef SIM_FAILURE_RATE_H
#define SIM_FAILURE_RATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The share of events that failed within the last hour. Slack switches an app's event subscriptions
 * off when it is above 95 %, unless there were fewer than 1,000 events. Pure.
 */

#define SIM_FAILURE_RATE_MIN     1000
#define SIM_FAILURE_RATE_BUCKETS 60

typedef struct sim_failure_rate {
    uint64_t bucket_ms; /* a minute */
    unsigned min;       /* fewer events than this never switch anything off */
    uint64_t now;       /* the current bucket, counted from the clock's zero */
    struct {
        unsigned events;
        unsigned failed;
    } buckets[SIM_FAILURE_RATE_BUCKETS];
} sim_failure_rate_t;

/* An hour passes `time_scale` times as fast as Slack's. */
void sim_failure_rate_init(sim_failure_rate_t *rate, unsigned min, unsigned time_scale);
/* Count an event. True when it failed and the share is now too high. */
bool sim_failure_rate_add(sim_failure_rate_t *rate, bool failed, uint64_t now_ms);
/* Events and failures within the last hour. */
void sim_failure_rate_count(const sim_failure_rate_t *rate, unsigned *ret_events,
                            unsigned *ret_failed);

#endif
