/* SPDX-License-Identifier: MIT */
#include "sim/failures.h"

#include <string.h>

#define MINUTE_MS ((uint64_t)60 * 1000)

void sim_failures_init(sim_failures_t *failures, unsigned min, unsigned time_scale)
{
    memset(failures, 0, sizeof *failures);
    failures->bucket_ms = MINUTE_MS / time_scale > 0 ? MINUTE_MS / time_scale : 1;
    failures->min = min;
}

void sim_failures_count(const sim_failures_t *failures, unsigned *ret_events, unsigned *ret_failed)
{
    *ret_events = *ret_failed = 0;
    for (unsigned i = 0; i < SIM_FAILURES_BUCKETS; i++) {
        *ret_events += failures->buckets[i].events;
        *ret_failed += failures->buckets[i].failed;
    }
}

bool sim_failures_add(sim_failures_t *failures, bool failed, uint64_t now_ms)
{
    unsigned events, failures_seen;
    uint64_t now = now_ms / failures->bucket_ms;
    uint64_t passed = now - failures->now;
    for (uint64_t i = 0; i < passed && i < SIM_FAILURES_BUCKETS; i++)
        memset(&failures->buckets[(now - i) % SIM_FAILURES_BUCKETS], 0,
               sizeof failures->buckets[0]);
    failures->now = now;
    failures->buckets[now % SIM_FAILURES_BUCKETS].events++;
    failures->buckets[now % SIM_FAILURES_BUCKETS].failed += failed;
    sim_failures_count(failures, &events, &failures_seen);
    return failed && events >= failures->min &&
           (uint64_t)failures_seen * 100 > (uint64_t)events * 95;
}
