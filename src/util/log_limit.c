/* SPDX-License-Identifier: MIT */
#include "util/log_limit.h"

#include <string.h>

static bool is_over(const slack_log_limit_t *limit, uint64_t now_ms)
{
    return now_ms - limit->since_ms >= SLACK_LOG_LIMIT_SPAN_MS;
}

bool slack__log_limit_take(slack_log_limits_t *limits, enum slack_log_level level,
                           const char *event, uint64_t now_ms)
{
    pthread_mutex_lock(&limits->lock);
    slack_log_limit_t *limit = limits->events, *last = limit + SLACK_LOG_LIMIT_EVENTS - 1;
    while (limit != last && limit->event && strcmp(limit->event, event) != 0)
        limit++;
    if (limit->event == NULL || is_over(limit, now_ms)) {
        limit->event = event;
        limit->since_ms = now_ms;
        limit->taken = 0;
    }
    limit->level = level;
    const bool taken = limit->taken < SLACK_LOG_LIMIT_LINES;
    if (taken)
        limit->taken++;
    else
        limit->left_out++;
    pthread_mutex_unlock(&limits->lock);
    return taken;
}

bool slack__log_limit_left_out(slack_log_limits_t *limits, uint64_t now_ms, bool all,
                               slack_log_limit_t *ret)
{
    bool found = false;
    pthread_mutex_lock(&limits->lock);
    for (size_t i = 0; i < SLACK_LOG_LIMIT_EVENTS && limits->events[i].event && !found; i++) {
        slack_log_limit_t *limit = &limits->events[i];
        if (limit->left_out == 0 || (!all && !is_over(limit, now_ms))) continue;
        found = true;
        *ret = *limit;
        limit->left_out = 0;
    }
    pthread_mutex_unlock(&limits->lock);
    return found;
}
