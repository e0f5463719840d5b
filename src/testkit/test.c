/* SPDX-License-Identifier: MIT */
#include "testkit/testkit.h"
#include "util/alloc.h"

/* 2026-01-01T00:00:00Z */
#define WALL_MS_DEFAULT INT64_C(1767225600000)
#define WORKER_WAIT_MS  10000

/* ---- new and free ---- */

static void drop_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
}

static int new_app(slack_test_t *kit, const slack_test_options_t *options)
{
    const slack_options_t o = {
        .transport = "memory",
        .bot_token = "xoxb-test",
        .store = "memory:",
        .max_calls = options->max_calls,
        .pace = options->pace,
        .call_wait_ms = options->call_wait_ms,
        .log_level = options->log_level ? options->log_level : SLACK_LOG_DEBUG,
        .log_fn = options->log_fn ? options->log_fn : drop_line,
        .log_user_data = options->log_user_data,
        .loop = &kit->runner.loop,
    };
    slack_app_t **app = &kit->runner.app;
    int rc = slack__inspect_app_new(app, &o);
    if (rc != 0) return rc;
    slack__inspect_check_lifetimes(*app);
    slack__inspect_set_clock(*app, &kit->base.clock);
    slack__inspect_log_all(*app);
    slack__inspect_set_sender(*app, &kit->calls.sender);
    slack__inspect_set_fetch_sender(*app, &kit->calls.fetch_sender);
    return slack__deliveries_watch(&kit->deliveries);
}

static int fill(slack_test_t *kit, const slack_test_options_t *options)
{
    kit_base_t *base = &kit->base;
    slack_arena_t *arena = base->arena;
    base->bot_user = slack__arena_strdup(arena, options->bot_user ? options->bot_user : "U0BOT");
    base->bot_id = slack__arena_strdup(arena, options->bot_id ? options->bot_id : "B0BOT");
    base->team = slack__arena_strdup(arena, options->team ? options->team : "T0TEST");
    if (!base->bot_user || !base->bot_id || !base->team) return SLACK_ENOMEM;
    slack__calls_init(&kit->calls, base, &kit->runner);
    slack__expectations_init(&kit->expectations, base);
    slack__calls_listen(&kit->calls, &slack__expectations_answer, &kit->expectations);
    slack__deliveries_init(&kit->deliveries, base, &kit->runner);
    int rc = slack_test_as(kit, NULL, NULL);
    return rc ? rc : new_app(kit, options);
}

int slack_test_new(slack_test_t **ret_test, const slack_test_options_t *options)
{
    static const slack_test_options_t defaults;
    if (options == NULL) options = &defaults;
    slack_test_t *kit = slack__calloc(1, sizeof *kit);
    if (kit == NULL) return SLACK_ENOMEM;
    int rc =
        slack__kit_base_init(&kit->base, options->wall_ms ? options->wall_ms : WALL_MS_DEFAULT);
    if (rc == 0)
        rc = slack__runner_open(&kit->runner, &kit->base,
                                options->worker_wait_ms ? options->worker_wait_ms : WORKER_WAIT_MS);
    if (rc != 0) {
        slack__kit_base_done(&kit->base);
        slack__free(kit);
        return rc;
    }
    rc = fill(kit, options);
    if (rc != 0) {
        slack_test_free(kit);
        return rc;
    }
    *ret_test = kit;
    return 0;
}

void slack_test_free(slack_test_t *kit)
{
    if (kit == NULL) return;
    slack__runner_close(&kit->runner);
    slack__replay_done(&kit->replay);
    slack__kit_base_done(&kit->base);
    slack__free(kit);
}

/* ---- life ---- */

slack_app_t *slack_test_app(slack_test_t *kit)
{
    return kit->runner.app;
}

struct uv_loop_s *slack_test_loop(slack_test_t *kit)
{
    return &kit->runner.loop;
}

slack_test_t *slack_test_at(slack_test_t *kit, const char *file, int line)
{
    kit->base.place = (kit_place_t){file, line};
    return kit;
}

int64_t slack_test_wall_ms(const slack_test_t *kit)
{
    return slack__kit_wall_ms(&kit->base);
}

int slack_test_start(slack_test_t *kit)
{
    return slack__runner_start(&kit->runner);
}

int slack_test_advance_ms(slack_test_t *kit, uint64_t ms)
{
    return slack__runner_advance_ms(&kit->runner, ms);
}

int slack_test_finish(slack_test_t *kit, const char **ret_why)
{
    if (!kit->finished) {
        kit->finished = true;
        const char *misuse = slack__inspect_misuse(kit->runner.app);
        if (*misuse) slack__kit_fail(&kit->base, SLACK_EMISMATCH, "%s", misuse);
        slack__expectations_check(&kit->expectations);
        slack__deliveries_check(&kit->deliveries);
        slack__runner_stop(&kit->runner);
    }
    if (ret_why) *ret_why = kit->base.why;
    return kit->base.failed;
}
