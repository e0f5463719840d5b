/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_REPLAY_H
#define SLACK_TESTKIT_REPLAY_H

#include "testkit/recording.h"

/* A recording that the kit replays. */
typedef struct kit_replay {
    kit_recording_t recording; /* empty if there is none */
    kit_item_t **deliveries;   /* those that were delivered; the first has number 1 */
    size_t delivered;
    uint64_t begin_us;
    size_t calls_left; /* recorded calls that the app has not made yet */
} kit_replay_t;

void slack__replay_done(kit_replay_t *replay);

#endif
