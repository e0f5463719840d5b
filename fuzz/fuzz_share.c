/* SPDX-License-Identifier: MIT */
#include "cluster/share.h"
#include "fuzz.h"

#define NOW_MS UINT64_C(1700000000000)

/* The value of a bucket's entry. It is not too far ahead, is written and read again unchanged, and
 * a lease can be taken out of it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = fuzz_copy(data, size), text[SLACK_SHARE_TEXT];
    slack_share_t share, again;
    if (slack__share_read((slack_slice_t){copy, size}, NOW_MS, &share)) {
        const slack_lease_want_t want = {.rate = {250, 60}, .tokens = 1 + (unsigned)size % 100};
        slack_lease_t lease = {0};
        must(share.until_ms <= NOW_MS + 2 * SLACK_SHARE_AHEAD_MS);
        slack__share_write(&share, text);
        must(slack__share_read(slack__slice(text), NOW_MS, &again));
        must(again.until_ms == share.until_ms && again.at_ms == share.at_ms);
        const slack_share_t next = slack__share_take(&share, &want, NOW_MS, &lease);
        must(lease.tokens >= 1 && lease.tokens <= want.tokens);
        must(next.at_ms == NOW_MS && next.until_ms > share.until_ms && next.until_ms > NOW_MS);
        must(next.until_ms <= share.until_ms + 60 * 250 || next.until_ms <= NOW_MS + 60 * 250);
    }
    free(copy);
    return 0;
}
