/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_TESTKIT_H
#define SLACK_TESTKIT_TESTKIT_H

#include "testkit/base.h"
#include "testkit/calls.h"
#include "testkit/deliveries.h"
#include "testkit/expectations.h"
#include "testkit/replay.h"
#include "testkit/runner.h"

/*
 * A kit is made of parts. Each part uses only those below it:
 *
 *   test.c           the life of a kit
 *   replay.c         replays a recording; replay_diff.c finds the differences, recording.c reads it
 *   bodies.c         the bodies that Slack sends, kind by kind
 *   deliveries.c     delivers a body, follows its handlers and judges its ack
 *   expectations.c   answers calls as the test expects them; json_subset.c compares arguments
 *   calls.c          takes the place of libcurl; file_bytes.c moves the bytes of files
 *   runner.c         runs the app, and moves the clock
 *   base.c           memory, the clock, the first failure
 */
struct slack_test {
    kit_base_t base;
    kit_runner_t runner;
    kit_calls_t calls;
    kit_expectations_t expectations;
    kit_deliveries_t deliveries;
    kit_replay_t replay;
    struct {
        const char *user, *channel;
        struct {
            const char *channel, *ts, *thread_ts;
        } message;                  /* that interactions are in; without a ts: in new ones */
        const char *metadata;       /* the private_metadata of modals */
        const char *function;       /* the step that interactions belong to; NULL: no step */
        const slack_json_t *inputs; /* of the last step; NULL: no step yet */
    } scene;                        /* bodies.c: who sends the next body, and where */
    bool finished;
};

#endif
