/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "testkit/testkit.h"
#include "util/alloc.h"

/* 2026-01-01T00:00:00Z */
#define WALL_MS_DEFAULT INT64_C(1767225600000)
/* Turns of the loop within one time: past this, something goes on without an end. */
#define TURNS_MAX 100000
/* How long handlers on workers may take, by the machine's clock. */
#define PATIENCE_MS 10000
/* Turns that handles which are closing may take. */
#define CLOSE_TURNS 100

int slack__kit_fail(slack_test_t *kit, int rc, const char *format, ...)
{
    if (kit->failed) return rc;
    kit->failed = rc;
    va_list ap;
    va_start(ap, format);
    vsnprintf(kit->why, sizeof kit->why, format, ap);
    va_end(ap);
    return rc;
}

int slack__kit_vjsonf(slack_test_t *kit, slack_arena_t *arena, const slack_json_t **ret,
                      const char *template_, va_list ap)
{
    slack_json_error_t error = {0};
    if (template_ == NULL) return slack__kit_fail(kit, SLACK_EINVAL, "a template is missing");
    int rc = slack__vjsonf(arena, ret, &error, template_, ap);
    if (rc == 0) return 0;
    return slack__kit_fail(kit, rc, "%s at byte %zu of the template %.300s: %s", slack_strerror(rc),
                           error.offset, template_, error.what ? error.what : "");
}

/* ---- clock and log ---- */

static uint64_t mono_us(void *user_data)
{
    return ((const slack_test_t *)user_data)->now_us;
}

static int64_t wall_ms(void *user_data)
{
    return slack_test_wall_ms(user_data);
}

int64_t slack_test_wall_ms(const slack_test_t *kit)
{
    return kit->wall_ms + (int64_t)((kit->now_us - KIT_EPOCH_US) / 1000);
}

void slack__kit_ts(slack_test_t *kit, char ret[KIT_TS_MAX])
{
    snprintf(ret, KIT_TS_MAX, "%lld.%06u", (long long)(slack_test_wall_ms(kit) / 1000),
             ++kit->last_id);
}

static void take_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    slack_test_t *kit = user_data;
    if (kit->log_fn) kit->log_fn(level, line, len, kit->log_user_data);
}

/* ---- new and free ---- */

static const char *given(slack_test_t *kit, const char *text, const char *fallback)
{
    return slack__arena_strdup(kit->arena, text ? text : fallback);
}

static int new_app(slack_test_t *kit, const slack_test_options_t *options)
{
    const slack_options_t o = {
        .transport = "memory",
        .bot_token = "xoxb-test",
        .store = "memory:",
        .log_level = options->log_level ? options->log_level : SLACK_LOG_DEBUG,
        .log_fn = take_line,
        .log_user_data = kit,
        .loop = &kit->loop,
    };
    int rc = slack__inspect_app_new(&kit->app, &o);
    if (rc != 0) return rc;
    slack__inspect_set_clock(kit->app, &kit->clock);
    slack__inspect_set_sender(kit->app, &kit->sender);
    return slack_use(kit->app, slack__kit_watch, kit);
}

static int fill(slack_test_t *kit, const slack_test_options_t *options)
{
    kit->arena = slack__arena_new(0, KIT_ARENA_MAX);
    if (kit->arena == NULL) return SLACK_ENOMEM;
    kit->bot_user = given(kit, options->bot_user, "U0BOT");
    kit->bot_id = given(kit, options->bot_id, "B0BOT");
    kit->team = given(kit, options->team, "T0TEST");
    if (!kit->bot_user || !kit->bot_id || !kit->team) return SLACK_ENOMEM;
    int rc = slack_test_as(kit, NULL, NULL);
    return rc ? rc : new_app(kit, options);
}

static void wake_nobody(uv_async_t *anchor)
{
    (void)anchor;
}

int slack_test_new(slack_test_t **ret_test, const slack_test_options_t *options)
{
    static const slack_test_options_t defaults;
    if (options == NULL) options = &defaults;
    slack_test_t *kit = slack__calloc(1, sizeof *kit);
    if (kit == NULL) return SLACK_ENOMEM;
    if (uv_loop_init(&kit->loop) != 0) {
        slack__free(kit);
        return SLACK_EIO;
    }
    slack__kit_calls_init(kit);
    kit->now_us = KIT_EPOCH_US;
    kit->wall_ms = options->wall_ms ? options->wall_ms : WALL_MS_DEFAULT;
    kit->clock = (slack_clock_t){mono_us, wall_ms, kit};
    kit->patience_ms = options->worker_wait_ms ? options->worker_wait_ms : PATIENCE_MS;
    kit->log_fn = options->log_fn;
    kit->log_user_data = options->log_user_data;
    uv_timer_init(&kit->loop, &kit->patience);
    int rc = uv_async_init(&kit->loop, &kit->anchor, wake_nobody) == 0 ? 0 : SLACK_EIO;
    if (rc == 0) rc = fill(kit, options);
    if (rc != 0) {
        slack_test_free(kit);
        return rc;
    }
    *ret_test = kit;
    return 0;
}

/* End what lives on the loop. A wait of the app for what is under way is not waited for. */
static void stop(slack_test_t *kit)
{
    if (!kit->started || kit->stopped) return;
    slack_app_stop(kit->app);
    slack_app_stop(kit->app);
    while (!kit->stopped)
        uv_run(&kit->loop, UV_RUN_ONCE);
}

void slack_test_free(slack_test_t *kit)
{
    if (kit == NULL) return;
    stop(kit);
    slack_app_free(kit->app);
    if (uv_handle_get_type((uv_handle_t *)&kit->anchor) == UV_ASYNC)
        uv_close((uv_handle_t *)&kit->anchor, NULL);
    uv_close((uv_handle_t *)&kit->patience, NULL);
    for (int turns = 0; turns < CLOSE_TURNS && uv_loop_close(&kit->loop) != 0; turns++)
        uv_run(&kit->loop, UV_RUN_NOWAIT);
    slack__play_free(kit);
    slack__arena_free(kit->arena);
    slack__free(kit);
}

slack_app_t *slack_test_app(slack_test_t *kit)
{
    return kit->app;
}

struct uv_loop_s *slack_test_loop(slack_test_t *kit)
{
    return &kit->loop;
}

/* ---- start ---- */

static void stopped(slack_app_t *app, int status, void *user_data)
{
    (void)app;
    slack_test_t *kit = user_data;
    kit->stopped = true;
    kit->status = status;
}

static bool is_ready(const slack_test_t *kit)
{
    slack_transport_stats_t stats = {0};
    return slack_app_transport_stats(kit->app, "memory", &stats) == 0 &&
           stats.state == SLACK_TRANSPORT_READY;
}

int slack_test_start(slack_test_t *kit)
{
    if (kit->started) return SLACK_EALREADY;
    int rc = slack_app_start(kit->app, stopped, kit);
    if (rc == 0) {
        kit->started = true;
        rc = slack__kit_settle(kit);
    }
    if (rc == 0 && kit->stopped) rc = kit->status ? kit->status : SLACK_ECLOSED;
    if (rc == 0 && !is_ready(kit)) rc = SLACK_ETIMEDOUT;
    if (rc == 0) return 0;
    const char *reason = slack_app_error(kit->app);
    return slack__kit_fail(kit, rc, "the app does not start: %s",
                           *reason ? reason : slack_strerror(rc));
}

int slack__kit_start(slack_test_t *kit)
{
    if (!kit->started) return slack_test_start(kit);
    if (is_ready(kit)) return 0;
    return slack__kit_fail(kit, SLACK_ECLOSED, "the app has stopped, or was never ready");
}

/* ---- time ---- */

static void look_again(uv_timer_t *patience)
{
    (void)patience;
}

/* Handlers on workers take real time. Whatever they want of the loop wakes it; that a thread has
 * nothing to do any more does not, so it is looked at as well. */
static int await_workers(slack_test_t *kit)
{
    const uint64_t end_ms = uv_hrtime() / 1000000 + kit->patience_ms;
    while (slack__inspect_workers_busy(kit->app)) {
        if (uv_hrtime() / 1000000 > end_ms)
            return slack__kit_fail(kit, SLACK_EBUSY,
                                   "a handler on a worker has neither returned nor waited for an "
                                   "answer for %llu ms",
                                   (unsigned long long)kit->patience_ms);
        uv_timer_start(&kit->patience, look_again, 1, 0);
        uv_run(&kit->loop, UV_RUN_ONCE);
    }
    uv_timer_stop(&kit->patience);
    return 0;
}

/* libuv tells that it would block: two times, since what another thread posts is seen in a poll. */
int slack__kit_settle(slack_test_t *kit)
{
    unsigned quiet = 0;
    for (unsigned turns = 0; turns < TURNS_MAX; turns++) {
        if (slack__inspect_workers_busy(kit->app)) {
            int rc = await_workers(kit);
            if (rc != 0) return rc;
            quiet = 0;
        }
        uv_run(&kit->loop, UV_RUN_NOWAIT);
        quiet = uv_backend_timeout(&kit->loop) == 0 ? 0 : quiet + 1;
        if (quiet == 2 && !slack__inspect_workers_busy(kit->app)) return 0;
    }
    return slack__kit_fail(kit, SLACK_EBUSY, "the app goes on without an end");
}

/* Do what is due, and tell when the next thing happens by itself. */
static int step(slack_test_t *kit, uint64_t *ret_next_us)
{
    slack_net_t *net = slack__inspect_net(kit->app);
    if (net) slack__net_clock_moved(net);
    int rc = slack__kit_settle(kit);
    net = slack__inspect_net(kit->app);
    if (rc == 0) *ret_next_us = net ? slack__net_next_us(net) : UINT64_MAX;
    return rc;
}

int slack_test_advance_ms(slack_test_t *kit, uint64_t ms)
{
    if (ms > (UINT64_MAX - kit->now_us) / 1000) return SLACK_EINVAL;
    const uint64_t target_us = kit->now_us + ms * 1000;
    for (unsigned steps = 0; steps < TURNS_MAX; steps++) {
        uint64_t next_us;
        int rc = step(kit, &next_us);
        if (rc != 0) return rc;
        if (next_us > target_us && kit->now_us == target_us) return 0;
        if (next_us > target_us) next_us = target_us;
        if (next_us > kit->now_us) kit->now_us = next_us;
    }
    return slack__kit_fail(kit, SLACK_EBUSY, "the app goes on without an end");
}

/* ---- the end ---- */

int slack_test_finish(slack_test_t *kit, const char **ret_why)
{
    if (!kit->finished) {
        kit->finished = true;
        slack__kit_check_calls(kit);
        slack__kit_check_deliveries(kit);
        stop(kit);
    }
    if (ret_why) *ret_why = kit->why;
    return kit->failed;
}
