/* SPDX-License-Identifier: MIT */
#include "sim/failure_rate.h"

#include <string.h>

#define MINUTE_MS ((uint64_t)60 * 1000)

void sim_failure_rate_init(sim_failure_rate_t *rate, unsigned min, unsigned time_scale)
{
    memset(rate, 0, sizeof *rate);
    rate->bucket_ms = MINUTE_MS / time_scale > 0 ? MINUTE_MS / time_scale : 1;
    rate->min = min;
}

void sim_failure_rate_count(const sim_failure_rate_t *rate, unsigned *ret_events,
                            unsigned *ret_failed)
{
    *ret_events = *ret_failed = 0;
    for (unsigned i = 0; i < SIM_FAILURE_RATE_BUCKETS; i++) {
        *ret_events += rate->buckets[i].events;
        *ret_failed += rate->buckets[i].failed;
    }
}

bool sim_failure_rate_add(sim_failure_rate_t *rate, bool failed, uint64_t now_ms)
{
    unsigned events_seen, failures_seen;
    uint64_t now = now_ms / rate->bucket_ms;
    uint64_t passed = now - rate->now;
    for (uint64_t i = 0; i < passed && i < SIM_FAILURE_RATE_BUCKETS; i++)
        memset(&rate->buckets[(now - i) % SIM_FAILURE_RATE_BUCKETS], 0, sizeof rate->buckets[0]);
    rate->now = now;
    rate->buckets[now % SIM_FAILURE_RATE_BUCKETS].events++;
    rate->buckets[now % SIM_FAILURE_RATE_BUCKETS].failed += failed;
    sim_failure_rate_count(rate, &events_seen, &failures_seen);
    return failed && events_seen >= rate->min &&
           (uint64_t)failures_seen * 100 > (uint64_t)events_seen * 95;
}
