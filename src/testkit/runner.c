/* SPDX-License-Identifier: MIT */
#include "testkit/runner.h"

/* Turns of the loop within one point in time, after which the app is taken to run for ever. */
#define TURNS_MAX 100000
/* Turns in which closing handles have to close. */
#define CLOSE_TURNS 100

/* ---- loop ---- */

static void anchor_woken(uv_async_t *anchor)
{
    (void)anchor;
}

static void runner_close_loop(kit_runner_t *runner)
{
    for (int turns = 0; turns < CLOSE_TURNS && uv_loop_close(&runner->loop) != 0; turns++)
        uv_run(&runner->loop, UV_RUN_NOWAIT);
}

int slack__runner_open(kit_runner_t *runner, kit_base_t *base, unsigned patience_ms)
{
    *runner = (kit_runner_t){.base = base, .patience_ms = patience_ms};
    if (uv_loop_init(&runner->loop) != 0) return SLACK_EIO;
    uv_timer_init(&runner->loop, &runner->patience);
    if (uv_async_init(&runner->loop, &runner->anchor, anchor_woken) == 0) return 0;
    uv_close((uv_handle_t *)&runner->patience, NULL);
    runner_close_loop(runner);
    return SLACK_EIO;
}

void slack__runner_close(kit_runner_t *runner)
{
    slack__runner_stop(runner);
    slack_app_free(runner->app);
    uv_close((uv_handle_t *)&runner->anchor, NULL);
    uv_close((uv_handle_t *)&runner->patience, NULL);
    runner_close_loop(runner);
}

/* ---- start and stop ---- */

static void runner_stopped(slack_app_t *app, int status, void *user_data)
{
    kit_runner_t *runner = user_data;
    (void)app;
    runner->stopped = true;
    runner->status = status;
}

static bool runner_is_ready(const kit_runner_t *runner)
{
    slack_transport_stats_t stats = {0};
    return slack_app_transport_stats(runner->app, "memory", &stats) == 0 &&
           stats.state == SLACK_TRANSPORT_READY;
}

int slack__runner_start(kit_runner_t *runner)
{
    if (runner->started) return SLACK_EALREADY;
    int rc = slack_app_start(runner->app, runner_stopped, runner);
    if (rc == 0) {
        runner->started = true;
        rc = slack__runner_settle(runner);
    }
    if (rc == 0 && runner->stopped) rc = runner->status ? runner->status : SLACK_ECLOSED;
    if (rc == 0 && !runner_is_ready(runner)) rc = SLACK_ETIMEDOUT;
    if (rc == 0) return 0;
    const char *reason = slack_app_error(runner->app);
    return slack__kit_fail(runner->base, rc, "the app does not start: %s",
                           *reason ? reason : slack_strerror(rc));
}

int slack__runner_need_ready(kit_runner_t *runner)
{
    if (!runner->started) return slack__runner_start(runner);
    if (runner_is_ready(runner)) return 0;
    return slack__kit_fail(runner->base, SLACK_ECLOSED,
                           "the app has stopped, or it never became ready");
}

void slack__runner_stop(kit_runner_t *runner)
{
    if (!runner->started || runner->stopped) return;
    slack_app_stop(runner->app);
    slack_app_stop(runner->app); /* the second one ends the drain */
    while (!runner->stopped)
        uv_run(&runner->loop, UV_RUN_ONCE);
}

/* ---- time ---- */

static void patience_fired(uv_timer_t *patience)
{
    (void)patience;
}

/* Handlers on workers take real time. A worker that needs the loop wakes it, but one that becomes
 * idle does not, so the timer polls for that. */
static int await_workers(kit_runner_t *runner)
{
    const uint64_t end_ms = uv_hrtime() / 1000000 + runner->patience_ms;
    while (slack__inspect_workers_busy(runner->app)) {
        if (uv_hrtime() / 1000000 > end_ms)
            return slack__kit_fail(runner->base, SLACK_EBUSY,
                                   "a handler on a worker has neither returned nor waited for an "
                                   "answer for %llu ms",
                                   (unsigned long long)runner->patience_ms);
        uv_timer_start(&runner->patience, patience_fired, 1, 0);
        uv_run(&runner->loop, UV_RUN_ONCE);
    }
    uv_timer_stop(&runner->patience);
    return 0;
}

/* The app is idle when libuv would block in two turns running: only the poll of the second one sees
 * what another thread posted during the first. */
int slack__runner_settle(kit_runner_t *runner)
{
    unsigned idle_turns = 0;
    for (unsigned turns = 0; turns < TURNS_MAX; turns++) {
        if (slack__inspect_workers_busy(runner->app)) {
            int rc = await_workers(runner);
            if (rc != 0) return rc;
            idle_turns = 0;
        }
        uv_run(&runner->loop, UV_RUN_NOWAIT);
        idle_turns = uv_backend_timeout(&runner->loop) == 0 ? 0 : idle_turns + 1;
        if (idle_turns < 2 || slack__inspect_workers_busy(runner->app)) continue;
        if (!runner->idle(runner->idle_data)) return 0;
        idle_turns = 0;
    }
    return slack__kit_fail(runner->base, SLACK_EBUSY, "the app does not stop working");
}

int slack__runner_advance_ms(kit_runner_t *runner, uint64_t ms)
{
    kit_base_t *base = runner->base;
    if (ms > (UINT64_MAX - base->now_us) / 1000) return SLACK_EINVAL;
    const uint64_t target_us = base->now_us + ms * 1000;
    for (unsigned steps = 0; steps < TURNS_MAX; steps++) {
        slack_net_t *net = slack__inspect_net(runner->app);
        if (net) slack__net_clock_moved(net);
        int rc = slack__runner_settle(runner);
        if (rc != 0) return rc;
        net = slack__inspect_net(runner->app); /* NULL once the app has stopped */
        uint64_t next_us = net ? slack__net_next_us(net) : UINT64_MAX;
        if (next_us > target_us && base->now_us == target_us) return 0;
        if (next_us > target_us) next_us = target_us;
        if (next_us > base->now_us) base->now_us = next_us;
    }
    return slack__kit_fail(base, SLACK_EBUSY, "the app does not stop working");
}
