/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CLUSTER_SHARE_H
#define SLACK_CLUSTER_SHARE_H

#include "util/str.h"
#include "webapi/rate_bucket.h"

/*
 * The store's two entries for a lane that processes share: its bucket, and the end of a 429. Pure.
 *
 * Times are of a clock that the processes share: the one that is furthest ahead. A process learns
 * of it by the time at which an entry was written, which cannot lie in its future.
 */
typedef struct slack_share {
    uint64_t until_ms; /* the bucket is full then; or the lane is closed until then */
    uint64_t at_ms;    /* the time of the writing */
} slack_share_t;

/* No entry is further ahead, and no lane is closed or used up for longer. */
#define SLACK_SHARE_AHEAD_MS ((uint64_t)24 * 3600 * 1000)
#define SLACK_SHARE_TEXT     48

/* The value of an entry: two decimal numbers with a space between them. */
void slack__share_write(const slack_share_t *share, char text[SLACK_SHARE_TEXT]);
/* False: it is not valid at this time, and stands for no entry. */
bool slack__share_read(slack_slice_t value, uint64_t now_ms, slack_share_t *ret);

/* Takes a lease out of a bucket, which with zeros is full. The times of the want and of the lease
 * are of the shared clock. Returns the bucket after it. */
slack_share_t slack__share_take(const slack_share_t *bucket, const slack_lease_want_t *want,
                                uint64_t now_ms, slack_lease_t *ret);

#endif
