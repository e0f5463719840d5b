/* SPDX-License-Identifier: MIT */
#include "webapi/rate_bucket.h"

/* A process may use up one part in so many of its share of a rate without a lease. All processes
 * together then stay below what Slack allows, which is a fifth more than the rate (rates.c). */
#define FREE_PART 8

/* The rate of the process's own part. */
static slack_rate_t own_rate(const slack_rate_bucket_t *bucket, unsigned processes)
{
    slack_rate_t rate = bucket->rate;
    if (!slack__rate_bucket_is_shared(bucket, processes)) return rate;
    rate.interval_ms *= bucket->alone ? processes : processes * FREE_PART;
    rate.burst /= bucket->alone ? processes : 2 * processes;
    if (rate.burst == 0) rate.burst = 1;
    return rate;
}

uint64_t slack__rate_bucket_token_ms(const slack_rate_bucket_t *bucket, unsigned processes)
{
    /* The bucket is empty if it needs `burst` intervals to be full. */
    const slack_rate_t rate = own_rate(bucket, processes);
    const uint64_t filled_ms = (uint64_t)(rate.burst - 1) * rate.interval_ms;
    const bool has_token = rate.interval_ms == 0 || bucket->full_ms < filled_ms;
    const uint64_t own_ms = has_token ? 0 : bucket->full_ms - filled_ms;
    return bucket->tokens > 0 && bucket->next_ms < own_ms ? bucket->next_ms : own_ms;
}

bool slack__rate_bucket_may_ask(const slack_rate_bucket_t *bucket, unsigned processes)
{
    return slack__rate_bucket_is_shared(bucket, processes) && bucket->tokens == 0 &&
           !bucket->asked && !bucket->alone;
}

void slack__rate_bucket_refresh(slack_rate_bucket_t *bucket, unsigned processes, bool waits,
                                uint64_t now_ms)
{
    const slack_rate_t rate = own_rate(bucket, processes);
    const uint64_t since_ms = bucket->closed_ms > now_ms ? bucket->closed_ms : now_ms;
    const uint64_t empty_ms = since_ms + (uint64_t)rate.burst * rate.interval_ms;
    if (bucket->full_ms > empty_ms) bucket->full_ms = empty_ms;
    if (bucket->reported_ms > empty_ms) bucket->reported_ms = empty_ms;
    if (!waits && bucket->end_ms < now_ms) bucket->tokens = 0;
}

bool slack__rate_bucket_take(slack_rate_bucket_t *bucket, unsigned processes, uint64_t now_ms)
{
    if (bucket->tokens > 0 && bucket->next_ms <= now_ms) {
        bucket->tokens--;
        bucket->next_ms += bucket->rate.interval_ms;
        return true;
    }
    if (bucket->full_ms < now_ms) bucket->full_ms = now_ms;
    bucket->full_ms += own_rate(bucket, processes).interval_ms;
    return false;
}

slack_lease_want_t slack__rate_bucket_ask(slack_rate_bucket_t *bucket, unsigned processes,
                                          uint64_t now_ms)
{
    /* Twice as many as last time, if those did not suffice for long. Other processes wait for them
     * too, so that no want is for more than a while, or than this process's part of the burst. */
    const unsigned of_a_while = slack__lease_tokens(bucket->rate);
    const unsigned of_burst = bucket->rate.burst / processes;
    const unsigned most = of_burst > of_a_while ? of_burst : of_a_while;
    const bool again = bucket->wanted > 0 && now_ms - bucket->wanted_ms < 2 * SLACK_LEASE_MS;
    const unsigned tokens = again ? 2 * bucket->wanted : 1;
    /* The process's own part fills more slowly than the whole. */
    const uint64_t since_ms = bucket->reported_ms > now_ms ? bucket->reported_ms : now_ms;
    const uint64_t own_ms = bucket->full_ms > since_ms ? bucket->full_ms - since_ms : 0;
    const uint64_t owed_ms =
        own_ms * bucket->rate.interval_ms / own_rate(bucket, processes).interval_ms;
    bucket->wanted = tokens < most ? tokens : most;
    bucket->wanted_ms = now_ms;
    bucket->reported_ms = bucket->full_ms;
    bucket->asked = true;
    /* All own parts may be used at once; the rest of the burst is shared. */
    slack_rate_t shared = bucket->rate;
    const unsigned own = processes * own_rate(bucket, processes).burst;
    shared.burst = shared.burst > own ? shared.burst - own : 1;
    return (slack_lease_want_t){.rate = shared,
                                .tokens = bucket->wanted,
                                .owed_ms = owed_ms,
                                .opened_ms = bucket->closed_ms};
}

void slack__rate_bucket_leased(slack_rate_bucket_t *bucket, const slack_lease_t *lease,
                               uint64_t now_ms)
{
    const uint64_t last_ms = lease->from_ms + (uint64_t)lease->tokens * bucket->rate.interval_ms;
    bucket->tokens = bucket->outdated ? 0 : lease->tokens;
    bucket->next_ms = lease->from_ms;
    bucket->end_ms = (last_ms > now_ms ? last_ms : now_ms) + SLACK_LEASE_MS;
    bucket->asked = bucket->alone = bucket->outdated = false;
}

void slack__rate_bucket_close(slack_rate_bucket_t *bucket, unsigned processes, uint64_t until_ms)
{
    if (bucket->closed_ms < until_ms) bucket->closed_ms = until_ms;
    bucket->tokens = 0;
    bucket->outdated = bucket->asked;
    /* Calls then wait for their turn in the shared bucket, which is empty when the lane opens. */
    if (slack__rate_bucket_is_shared(bucket, processes))
        bucket->full_ms = bucket->reported_ms = UINT64_MAX;
}
