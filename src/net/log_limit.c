/* SPDX-License-Identifier: MIT */
#include "net/log_limit.h"

static bool is_over(const slack_log_limit_t *limit, uint64_t now_ms)
{
    return now_ms - limit->since_ms >= SLACK_LOG_LIMIT_SPAN_MS;
}

bool slack__log_limit_take(slack_log_limit_t *limit, uint64_t now_ms)
{
    if (limit->taken == 0 || is_over(limit, now_ms)) {
        limit->since_ms = now_ms;
        limit->taken = 0;
    }
    if (limit->taken == SLACK_LOG_LIMIT_LINES) {
        limit->left_out++;
        return false;
    }
    limit->taken++;
    return true;
}

uint64_t slack__log_limit_left_out(slack_log_limit_t *limit, uint64_t now_ms, bool all)
{
    if (limit->left_out == 0 || (!all && !is_over(limit, now_ms))) return 0;
    uint64_t count = limit->left_out;
    limit->left_out = 0;
    return count;
}
