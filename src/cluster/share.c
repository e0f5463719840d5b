/* SPDX-License-Identifier: MIT */
#include "cluster/share.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void slack__share_write(const slack_share_t *share, char text[SLACK_SHARE_TEXT])
{
    snprintf(text, SLACK_SHARE_TEXT, "%" PRIu64 " %" PRIu64, share->until_ms, share->at_ms);
}

bool slack__share_read(slack_slice_t value, uint64_t now_ms, slack_share_t *ret)
{
    const char *space = value.len > 0 ? memchr(value.ptr, ' ', value.len) : NULL;
    if (space == NULL) return false;
    const slack_slice_t until = {value.ptr, (size_t)(space - value.ptr)};
    const slack_slice_t at = {space + 1, value.len - until.len - 1};
    return slack__parse_u64(at, now_ms + SLACK_SHARE_AHEAD_MS, &ret->at_ms) &&
           slack__parse_u64(until, ret->at_ms + SLACK_SHARE_AHEAD_MS, &ret->until_ms);
}

slack_share_t slack__share_take(const slack_share_t *bucket, const slack_lease_want_t *want,
                                uint64_t now_ms, slack_lease_t *ret)
{
    /* The bucket has a token if it is full in less than `filled_ms` (the generic cell rate
     * algorithm). When a lane opens after a 429, it has one. */
    const uint64_t interval_ms = want->rate.interval_ms;
    const uint64_t filled_ms = (want->rate.burst - 1) * interval_ms;
    const uint64_t opened_ms = want->opened_ms > 0 ? want->opened_ms + filled_ms : 0;
    uint64_t until_ms = bucket->until_ms > now_ms ? bucket->until_ms : now_ms;
    if (until_ms < opened_ms) until_ms = opened_ms;
    until_ms += want->owed_ms;
    uint64_t most = slack__lease_tokens(want->rate);
    if (until_ms <= now_ms + filled_ms) {
        const uint64_t has = (now_ms + filled_ms - until_ms) / interval_ms + 1;
        if (most < has) most = has;
    }
    ret->tokens = want->tokens < most ? want->tokens : (unsigned)most;
    ret->from_ms = until_ms - filled_ms;
    return (slack_share_t){until_ms + ret->tokens * interval_ms, now_ms};
}
