/* SPDX-License-Identifier: MIT */
#include "net/quota.h"

static bool is_over(const slack_quota_t *quota, uint64_t now_ms)
{
    return now_ms - quota->since_ms >= SLACK_QUOTA_SPAN_MS;
}

bool slack__quota_take(slack_quota_t *quota, uint64_t now_ms)
{
    if (quota->taken == 0 || is_over(quota, now_ms)) {
        quota->since_ms = now_ms;
        quota->taken = 0;
    }
    if (quota->taken == SLACK_QUOTA_LINES) {
        quota->left_out++;
        return false;
    }
    quota->taken++;
    return true;
}

uint64_t slack__quota_left_out(slack_quota_t *quota, uint64_t now_ms, bool all)
{
    if (quota->left_out == 0 || (!all && !is_over(quota, now_ms))) return 0;
    uint64_t count = quota->left_out;
    quota->left_out = 0;
    return count;
}
