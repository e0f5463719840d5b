/* SPDX-License-Identifier: MIT */
#include "ops/loop_lag.h"

#include "util/queue.h"

#define INTERVAL_MS 500

static void lag_measure(uv_timer_t *timer)
{
    slack_loop_lag_t *lag = SLACK_CONTAINER(timer, slack_loop_lag_t, timer);
    const uint64_t now = uv_hrtime(), due = lag->set_ns + (uint64_t)INTERVAL_MS * 1000000;
    slack__histogram_add(lag->histogram, now > due ? (now - due) / 1000 : 0);
    lag->set_ns = now;
    if (lag->log) slack__log_left_out(lag->log, false);
    uv_timer_start(timer, lag_measure, INTERVAL_MS, 0);
}

void slack__loop_lag_start(slack_loop_lag_t *lag, uv_loop_t *loop, slack_histogram_t *histogram,
                           const slack_logger_t *log)
{
    lag->log = log;
    lag->histogram = histogram;
    uv_timer_init(loop, &lag->timer);
    uv_unref((uv_handle_t *)&lag->timer);
    lag->set_ns = uv_hrtime();
    uv_timer_start(&lag->timer, lag_measure, INTERVAL_MS, 0);
}

static void lag_closed(uv_handle_t *handle)
{
    slack_loop_lag_t *lag = SLACK_CONTAINER(handle, slack_loop_lag_t, timer);
    lag->closed_fn(lag->closed_data);
}

void slack__loop_lag_close(slack_loop_lag_t *lag, void (*fn)(void *user_data), void *user_data)
{
    lag->closed_fn = fn;
    lag->closed_data = user_data;
    uv_close((uv_handle_t *)&lag->timer, lag_closed);
}
