/* SPDX-License-Identifier: MIT */
#include "oauth/attempt_limit.h"

#include <string.h>

#define SPAN_MS 60000

static bool is_over(const slack_attempt_count_t *count, uint64_t now_ms)
{
    return count->taken == 0 || now_ms - count->since_ms >= SPAN_MS;
}

/* The seconds until the count begins again, if it has reached its maximum. */
static unsigned wait_s(const slack_attempt_count_t *count, unsigned max, uint64_t now_ms)
{
    if (is_over(count, now_ms) || count->taken < max) return 0;
    return (unsigned)((SPAN_MS - (now_ms - count->since_ms) + 999) / 1000);
}

static void take(slack_attempt_count_t *count, uint64_t now_ms)
{
    if (is_over(count, now_ms)) {
        count->since_ms = now_ms;
        count->taken = 0;
    }
    count->taken++;
}

/* The count of a network, or the one to use for it. */
static slack_attempt_count_t *find(slack_attempt_limit_t *limit, const char *network)
{
    slack_attempt_count_t *oldest = &limit->networks[0];
    for (size_t i = 0; i < SLACK_ATTEMPT_NETWORKS; i++) {
        slack_attempt_count_t *count = &limit->networks[i];
        if (count->taken > 0 && strcmp(count->network, network) == 0) return count;
        if (oldest->taken > 0 && (count->taken == 0 || count->since_ms < oldest->since_ms))
            oldest = count;
    }
    memcpy(oldest->network, network, SLACK_NETWORK_SIZE);
    oldest->taken = 0;
    return oldest;
}

unsigned slack__attempt_limit_take(slack_attempt_limit_t *limit, slack_slice_t address,
                                   uint64_t now_ms)
{
    char network[SLACK_NETWORK_SIZE] = "";
    unsigned wait = wait_s(&limit->all, SLACK_ATTEMPTS_IN_ALL, now_ms);
    if (wait > 0) return wait;
    slack__net_network(address, network);
    slack_attempt_count_t *own = find(limit, network);
    wait = wait_s(own, SLACK_ATTEMPTS_PER_NETWORK, now_ms);
    if (wait > 0) return wait;
    take(own, now_ms);
    take(&limit->all, now_ms);
    return 0;
}
