/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_RUNNER_H
#define SLACK_TESTKIT_RUNNER_H

#include <uv.h>

#include "app/inspect.h"
#include "testkit/base.h"

/*
 * Runs the app on a loop of its own until it has nothing left to do at the current time. Only
 * slack__runner_advance_ms() moves the clock.
 */
typedef struct kit_runner {
    kit_base_t *base;
    slack_app_t *app; /* owned; NULL until the kit has made it */
    uv_loop_t loop;
    uv_async_t anchor;   /* an active handle, without which uv_run() would not wait for work */
    uv_timer_t patience; /* follows the machine's clock */
    uint64_t patience_ms;
    bool started, stopped;
    int status; /* of the stop */
    /* Called when the app is idle at the current time. True if it has given the app something to
     * do. */
    bool (*idle)(void *user_data);
    void *idle_data;
} kit_runner_t;

/* Open the loop. SLACK_EIO leaves nothing to close. */
int slack__runner_open(kit_runner_t *runner, kit_base_t *base, unsigned patience_ms);
/* Stop and free the app, and close the loop. */
void slack__runner_close(kit_runner_t *runner);

/* Start the app. 0; SLACK_EALREADY; the error of the start. */
int slack__runner_start(kit_runner_t *runner);
/* Start the app unless it was started. 0; SLACK_ECLOSED if the app is not ready; the error of the
 * start. */
int slack__runner_need_ready(kit_runner_t *runner);
/* Run the app until it is idle. 0; SLACK_EBUSY if it never becomes idle. */
int slack__runner_settle(kit_runner_t *runner);
/* Move the clock from one due time to the next, and run the app at each. SLACK_EINVAL if the clock
 * cannot show the time; else as slack__runner_settle(). */
int slack__runner_advance_ms(kit_runner_t *runner, uint64_t ms);
/* Stop the app at once, without waiting for its deliveries. */
void slack__runner_stop(kit_runner_t *runner);

#endif
