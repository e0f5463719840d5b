/* SPDX-License-Identifier: MIT */
#include "support/app_fixture.h"
#include "support/test.h"

#include "app/inspect.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "transport_memory/memory.h"

/* ---- the loop ---- */

void app_turn(app_fixture_t *f)
{
    world_wait(&f->world, uv_hrtime(), "anything happens");
}

void app_run_until(app_fixture_t *f, const unsigned *flag)
{
    world_until(&f->world, *flag != 0);
}

void app_run_until_calls(app_fixture_t *f, size_t count)
{
    world_until(&f->world, fake_slack_count(f->slack) >= count);
}

void app_run_until_stopped(app_fixture_t *f)
{
    world_until(&f->world, f->stopped);
}

void app_run_until_idle(app_fixture_t *f)
{
    world_until(&f->world, slack__inspect_live(f->app) == 0);
}

void app_spin(app_fixture_t *f)
{
    for (int i = 0; i < 20; i++)
        uv_run(&f->world.loop, UV_RUN_NOWAIT);
}

void app_skip_ms(app_fixture_t *f, uint64_t ms)
{
    f->world.mono_us += ms * 1000;
    slack__net_clock_moved(slack__inspect_net(f->app));
}

void app_pass_ms(app_fixture_t *f, uint64_t ms)
{
    app_skip_ms(f, ms);
    app_spin(f);
}

void app_settle(app_fixture_t *f)
{
    app_spin(f);
    world_until(&f->world, slack__inspect_live(f->app) == 0 && !slack__inspect_claims(f->app) &&
                               slack__inspect_requests(f->app) == 0);
}

void app_pass_and_claim(app_fixture_t *f, uint64_t ms)
{
    world_until(&f->world, !slack__inspect_claims(f->app)); /* it would not see what is due then */
    app_pass_ms(f, ms);
    slack__inspect_poll(f->app); /* a store that no other process writes to is not polled */
    app_settle(f);
}

/* ---- life ---- */

void app_open(app_fixture_t *f, const slack_options_t *options)
{
    memset(f, 0, sizeof *f);
    *app_order = '\0';
    world_open_loop(&f->world);
    world_run_clock(&f->world);
    f->slack = fake_slack_open(&f->world.loop);
    slack_options_t o = options ? *options : (slack_options_t){0};
    o.loop = &f->world.loop;
    o.log_fn = world_keep_line;
    o.log_user_data = &f->world;
    if (!o.log_level) o.log_level = SLACK_LOG_DEBUG;
    if (!o.transport) o.transport = "memory";
    f->transport = o.role == SLACK_ROLE_WORK       ? NULL
                   : strstr(o.transport, "memory") ? "memory"
                                                   : "http";
    if (!o.store) o.store = "memory:";
    if (!o.bot_token && !o.bot_token_file) o.bot_token = "xoxb-test";
    if (o.bot_token && *o.bot_token == '\0') o.bot_token = NULL;
    if (!o.api_url) o.api_url = fake_slack_api_url(f->slack);
    if (!o.check_blocks) o.check_blocks = SLACK_CHECK_BLOCKS_OFF; /* in debug builds too */
    assert_int_equal(slack_app_new(&f->app, &o), 0);
    slack__inspect_set_clock(f->app, &f->world.clock);
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
    if (f->transport == NULL) return slack__inspect_is(f->app, "running");
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
    world_until(&f->world, closed);
    uv_run(&f->world.loop, UV_RUN_DEFAULT);
    world_close(&f->world);
}

int app_setup(void **state)
{
    app_open(*state, NULL);
    return 0;
}

int app_teardown(void **state)
{
    app_fixture_t *f = *state;
    if (f->slack) app_close(f);
    return heap_live() == 0 ? 0 : -1;
}

/* ---- what it posts ---- */

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
    const char *json = quoted(slack__arena_strdup(arena, body));
    assert_int_equal(slack__json_parse(arena, json, strlen(json), &value, NULL), 0);
    f->prepared[f->prepared_count].arena = arena;
    f->prepared[f->prepared_count].body = value;
    f->prepared[f->prepared_count++].ack = ack;
}

unsigned app_inject_prepared(app_fixture_t *f)
{
    slack_transport_t *t = slack__inspect_transport(f->app, "memory");
    unsigned taken = 0;
    for (size_t i = 0; i < f->prepared_count; i++)
        taken += slack__memory_inject(t, f->prepared[i].arena, f->prepared[i].body, f->retry_num,
                                      "", take_ack, f->prepared[i].ack) == 0;
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
