/* SPDX-License-Identifier: MIT */
#ifndef SIM_FAILURES_H
#define SIM_FAILURES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How many events failed within the last hour: above 95 % Slack switches the subscriptions of an
 * app off, unless it gets fewer than 1,000 events an hour. Pure; an hour is as long as its owner
 * says.
 */

#define SIM_FAILURES_MIN     1000
#define SIM_FAILURES_BUCKETS 60

typedef struct sim_failures {
    uint64_t bucket_ms; /* a minute */
    unsigned min;       /* fewer events than this never switch anything off */
    uint64_t now;       /* the bucket that is filled, counted from the clock's zero */
    struct {
        unsigned events;
        unsigned failed;
    } buckets[SIM_FAILURES_BUCKETS];
} sim_failures_t;

/* `time_scale`: how much faster than Slack's our hour goes by. */
void sim_failures_init(sim_failures_t *failures, unsigned min, unsigned time_scale);
/* Count an event that was acknowledged or not. True when it is one failure too many. */
bool sim_failures_add(sim_failures_t *failures, bool failed, uint64_t now_ms);
/* What the last hour holds. */
void sim_failures_count(const sim_failures_t *failures, unsigned *ret_events, unsigned *ret_failed);

#endif
