/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_REPLAY_DIFF_H
#define SLACK_TESTKIT_REPLAY_DIFF_H

#include "testkit/calls.h"
#include "testkit/deliveries.h"
#include "testkit/replay.h"

/*
 * Compares what the app did with the recording: for each delivery the sequence of its ack and its
 * calls, and one sequence of the calls that no delivery made. It does not compare the order across
 * deliveries, since a live app is slower than a replay.
 */

/* Write the differences; nothing if there are none. 0; SLACK_ETOOBIG past the buffer's maximum;
 * SLACK_ENOMEM. */
int slack__replay_diff(const kit_replay_t *replay, const kit_calls_t *calls,
                       const kit_deliveries_t *deliveries, slack_buf_t *report);

/* A value of the app, redacted as in a recording. `value` may be NULL. */
int slack__replay_diff_hide(slack_arena_t *arena, const slack_json_t *value,
                            const slack_json_t **ret);
/* Whether such a redacted value equals the recorded one. */
bool slack__replay_diff_same(const slack_json_t *recorded, const slack_json_t *now);

#endif
