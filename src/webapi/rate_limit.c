/* SPDX-License-Identifier: MIT */
#include "webapi/rate_limit.h"

#include <stddef.h>

#include "util/str.h"

void slack__rate_limit_init(slack_rate_limit_t *limit, uint64_t seed)
{
    *limit = (slack_rate_limit_t){.seed = seed};
}

/* If two keys collide, the calls of one wait for those of the other. */
uint64_t slack__rate_limit_key(const slack_rate_limit_t *limit, const char *token,
                               const char *method)
{
    return slack__hash(slack__hash(limit->seed, token), method);
}

static bool is_unused(const slack_lane_t *lane, uint64_t now_ms)
{
    return lane->calls == 0 && now_ms >= lane->until_ms;
}

slack_lane_t *slack__rate_limit_find(slack_rate_limit_t *limit, uint64_t key, uint64_t now_ms)
{
    for (unsigned i = 0; i < limit->used; i++) {
        slack_lane_t *lane = &limit->lanes[i];
        if (lane->key == key && !is_unused(lane, now_ms)) return lane;
    }
    return NULL;
}

slack_lane_t *slack__rate_limit_pause(slack_rate_limit_t *limit, uint64_t key, uint64_t now_ms,
                                      uint64_t until_ms)
{
    slack_lane_t *lane = slack__rate_limit_find(limit, key, now_ms);
    if (!lane) {
        unsigned i = 0;
        while (i < limit->used && !is_unused(&limit->lanes[i], now_ms))
            i++;
        if (i == SLACK_RATE_LIMIT_LANES) return NULL;
        if (i == limit->used) limit->used++;
        lane = &limit->lanes[i];
        *lane = (slack_lane_t){.key = key};
    }
    if (until_ms > lane->until_ms) lane->until_ms = until_ms;
    return lane;
}

void slack__lane_join(slack_lane_t *lane)
{
    lane->calls++;
}

void slack__lane_leave(slack_lane_t *lane)
{
    lane->calls--;
}

uint64_t slack__lane_open_ms(const slack_lane_t *lane)
{
    return lane->busy ? UINT64_MAX : lane->until_ms;
}
