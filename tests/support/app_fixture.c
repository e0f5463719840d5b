/* SPDX-License-Identifier: MIT */
#include "support/app_fixture.h"
#include "support/test.h"

#include "app/inspect.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "transport_memory/memory.h"

#define PATIENCE_MS 20000

/* ---- clock and log ---- */

static uint64_t mono_us(void *user_data)
{
    return slack__mono_us(&slack__clock_system) + ((app_fixture_t *)user_data)->skew_us;
}

static int64_t wall_ms(void *user_data)
{
    int64_t skew_ms = (int64_t)(((app_fixture_t *)user_data)->skew_us / 1000);
    return slack__wall_ms(&slack__clock_system) + skew_ms;
}

static slack_clock_t test_clock = {mono_us, wall_ms, NULL};

static void take_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    app_fixture_t *f = user_data;
    size_t used = strlen(f->log);
    snprintf(f->log + used, sizeof f->log - used, "%.*s\n", (int)len, line);
}

/* ---- the loop, never without an end ---- */

/* As long as Slack is called, the test goes on. Else its end is not a failed assertion: that would
 * go on into a teardown that waits as well. */
static void bark(uv_timer_t *timer)
{
    app_fixture_t *f = timer->data;
    const size_t calls = f->slack ? fake_slack_count(f->slack) : 0;
    if (calls > f->calls_seen) {
        f->calls_seen = calls;
        return;
    }
    fprintf(stderr, "nothing happened for a long time; the log:\n%s", f->log);
    exit(1);
}

void app_turn(app_fixture_t *f)
{
    uv_run(&f->loop, UV_RUN_ONCE);
}

void app_run_until(app_fixture_t *f, const unsigned *flag)
{
    while (*flag == 0)
        app_turn(f);
}

void app_run_until_calls(app_fixture_t *f, size_t count)
{
    while (fake_slack_count(f->slack) < count)
        app_turn(f);
}

void app_run_until_stopped(app_fixture_t *f)
{
    while (!f->stopped)
        app_turn(f);
}

void app_run_until_idle(app_fixture_t *f)
{
    while (slack__inspect_live(f->app) > 0)
        app_turn(f);
}

void app_spin(app_fixture_t *f)
{
    for (int i = 0; i < 20; i++)
        uv_run(&f->loop, UV_RUN_NOWAIT);
}

void app_pass_ms(app_fixture_t *f, uint64_t ms)
{
    f->skew_us += ms * 1000;
    slack__net_clock_moved(slack__inspect_net(f->app));
    app_spin(f);
}

/* ---- life ---- */

void app_open(app_fixture_t *f, const slack_options_t *options)
{
    memset(f, 0, sizeof *f);
    *app_order = '\0';
    assert_int_equal(uv_loop_init(&f->loop), 0);
    uv_timer_init(&f->loop, &f->watchdog);
    f->watchdog.data = f;
    uv_timer_start(&f->watchdog, bark, PATIENCE_MS, PATIENCE_MS);
    uv_unref((uv_handle_t *)&f->watchdog);
    f->slack = fake_slack_open(&f->loop);
    slack_options_t o = options ? *options : (slack_options_t){0};
    o.loop = &f->loop;
    o.log_fn = take_line;
    o.log_user_data = f;
    if (!o.log_level) o.log_level = SLACK_LOG_DEBUG;
    if (!o.transport) o.transport = "memory";
    f->transport = strstr(o.transport, "memory") ? "memory" : "http";
    if (!o.store) o.store = "memory:";
    if (!o.bot_token && !o.bot_token_file) o.bot_token = "xoxb-test";
    if (!o.api_url) o.api_url = fake_slack_api_url(f->slack);
    assert_int_equal(slack_app_new(&f->app, &o), 0);
    test_clock.user_data = f;
    slack__inspect_set_clock(f->app, &test_clock);
}

static void stopped(slack_app_t *app, int status, void *user_data)
{
    app_fixture_t *f = user_data;
    assert_false(f->stopped);
    assert_ptr_equal(app, f->app);
    f->stopped = true;
    f->status = status;
}

static bool is_ready(const app_fixture_t *f)
{
    slack_transport_stats_t stats = {0};
    return slack_app_transport_stats(f->app, f->transport, &stats) == 0 &&
           stats.state == SLACK_TRANSPORT_READY;
}

void app_start(app_fixture_t *f)
{
    assert_int_equal(slack_app_start(f->app, stopped, f), 0);
    f->started = true;
}

void app_ready(app_fixture_t *f)
{
    app_start(f);
    while (!is_ready(f)) {
        if (f->stopped) fail_msg("%s: %s", slack_strerror(f->status), slack_app_error(f->app));
        app_turn(f);
    }
}

int app_start_fails(app_fixture_t *f)
{
    app_start(f);
    app_run_until_stopped(f);
    return f->status;
}

void app_close(app_fixture_t *f)
{
    if (f->app) slack_app_stop(f->app);
    if (f->started) app_run_until_stopped(f);
    slack_app_free(f->app);
    bool closed;
    fake_slack_close(f->slack, &closed);
    f->slack = NULL;
    while (!closed)
        app_turn(f);
    uv_close((uv_handle_t *)&f->watchdog, NULL);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
}

int app_setup(void **state)
{
    app_open(*state, NULL);
    return 0;
}

int app_teardown(void **state)
{
    app_close(*state);
    return heap_live() == 0 ? 0 : -1;
}

/* ---- what it says and does ---- */

bool app_logged(const app_fixture_t *f, const char *part)
{
    return strstr(f->log, part) != NULL;
}

unsigned app_log_count(const app_fixture_t *f, const char *part)
{
    unsigned count = 0;
    for (const char *p = f->log; (p = strstr(p, part)) != NULL; p++)
        count++;
    return count;
}

const slack_json_t *app_call_args(app_fixture_t *f, size_t i, const char *method)
{
    app_run_until_calls(f, i + 1);
    const fake_call_t *call = fake_slack_call(f->slack, i);
    assert_string_equal(call->method, method);
    return call->args;
}

/* ---- deliveries ---- */

static int take_ack(const slack_ack_t *ack, void *user_data)
{
    app_ack_t *record = user_data;
    if (record == NULL) return 0;
    if (record->answer != 0 && record->count == 0) {
        int rc = record->answer;
        record->answer = 0;
        return rc;
    }
    record->count++;
    record->outcome = ack->outcome;
    snprintf(record->body, sizeof record->body, "%.*s", (int)ack->body.len,
             ack->body.ptr ? ack->body.ptr : "");
    return 0;
}

void app_prepare(app_fixture_t *f, const char *body, app_ack_t *ack)
{
    assert_true(f->prepared_count < sizeof f->prepared / sizeof *f->prepared);
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *value = NULL;
    assert_int_equal(slack__json_parse(arena, body, strlen(body), &value, NULL), 0);
    f->prepared[f->prepared_count].arena = arena;
    f->prepared[f->prepared_count].body = value;
    f->prepared[f->prepared_count++].ack = ack;
}

unsigned app_inject_prepared(app_fixture_t *f)
{
    slack_transport_t *t = slack__inspect_transport(f->app, "memory");
    unsigned taken = 0;
    for (size_t i = 0; i < f->prepared_count; i++)
        taken += slack__memory_inject(t, f->prepared[i].arena, f->prepared[i].body, 0, "", take_ack,
                                      f->prepared[i].ack) == 0;
    f->prepared_count = 0;
    return taken;
}

void app_inject(app_fixture_t *f, const char *body, app_ack_t *ack)
{
    app_prepare(f, body, ack);
    assert_int_equal(app_inject_prepared(f), 1);
}

void app_deliver(app_fixture_t *f, const char *body, app_ack_t *ack)
{
    *ack = (app_ack_t){0};
    app_inject(f, body, ack);
    app_run_until(f, &ack->count);
    app_spin(f);
}
