/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OPS_LOOP_LAG_H
#define SLACK_OPS_LOOP_LAG_H

#include <uv.h>

#include "ops/counters.h"
#include "util/log.h"

/*
 * Measures how late the loop runs its callbacks: a handler that blocks shows here. The timer is
 * libuv's own and the clock is the machine's, since the clock of the net may stand still in a test.
 * It also lets the log report the lines that its limits have left out, when nothing else is logged.
 */
typedef struct slack_loop_lag {
    uv_timer_t timer;
    uint64_t set_ns;              /* when the timer was set */
    slack_histogram_t *histogram; /* borrowed */
    const slack_logger_t *log;    /* borrowed; NULL: no log */
    void (*closed_fn)(void *user_data);
    void *closed_data;
} slack_loop_lag_t;

/* The timer does not keep the loop alive. `histogram` and `log` are borrowed until the close; `log`
 * may be NULL. */
void slack__loop_lag_start(slack_loop_lag_t *lag, uv_loop_t *loop, slack_histogram_t *histogram,
                           const slack_logger_t *log);
/* `fn` is called once the timer has left the loop. */
void slack__loop_lag_close(slack_loop_lag_t *lag, void (*fn)(void *user_data), void *user_data);

#endif
