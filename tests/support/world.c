/* SPDX-License-Identifier: MIT */
#include "support/world.h"
#include "support/test.h"

#define PATIENCE_MS 20000
#define START_US    ((uint64_t)1000 * 1000 * 1000)

static uint64_t mono_us(void *user_data)
{
    return ((world_t *)user_data)->mono_us;
}

static int64_t wall_ms(void *user_data)
{
    const world_t *world = user_data;
    return (int64_t)(world->mono_us / 1000) + world->wall_skew_ms;
}

static void keep_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    world_t *world = user_data;
    if (len + 2 > sizeof world->log - world->log_len) return;
    memcpy(world->log + world->log_len, line, len);
    world->log_len += len;
    memcpy(world->log + world->log_len++, "\n", 2);
}

bool world_open(world_t *world)
{
    memset(world, 0, sizeof *world);
    world->mono_us = START_US;
    world->clock = (slack_clock_t){mono_us, wall_ms, world};
    world->logger = (slack_logger_t){.level = SLACK_LOG_DEBUG,
                                     .format = SLACK_LOG_TEXT,
                                     .fn = keep_line,
                                     .user_data = world,
                                     .clock = &world->clock};
    assert_int_equal(uv_loop_init(&world->loop), 0);
    if (slack__net_new(&world->net, &world->loop, &world->clock, &world->logger) == 0) return true;
    assert_int_equal(uv_loop_close(&world->loop), 0);
    return false;
}

static void on_patience_lost(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

/* Run until `done` says so; a timer of our own keeps a loop from waiting for ever. */
static void run_until(world_t *world, bool (*done)(const void *what, unsigned want),
                      const void *what, unsigned want)
{
    bool lost = false;
    uv_timer_t timer;
    uv_timer_init(&world->loop, &timer);
    timer.data = &lost;
    uv_timer_start(&timer, on_patience_lost, PATIENCE_MS, 0);
    while (!done(what, want) && !lost)
        uv_run(&world->loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&world->loop, UV_RUN_NOWAIT); /* so that nothing points to this stack */
    if (!done(what, want)) fail_msg("waited in vain; the log:\n%s", world->log);
}

static bool is_set(const void *flag, unsigned want)
{
    return *(const bool *)flag;
}

static bool has_reached(const void *count, unsigned want)
{
    return *(const unsigned *)count >= want;
}

void world_until(world_t *world, const bool *flag)
{
    run_until(world, is_set, flag, 0);
}

void world_until_count(world_t *world, const unsigned *count, unsigned want)
{
    run_until(world, has_reached, count, want);
}

struct wanted {
    const world_t *world;
    const char *text;
};

static bool is_logged(const void *what, unsigned want)
{
    const struct wanted *wanted = what;
    return strstr(wanted->world->log, wanted->text) != NULL;
}

void world_until_logged(world_t *world, const char *text)
{
    run_until(world, is_logged, &(struct wanted){world, text}, 0);
}

void world_turn(world_t *world)
{
    for (int i = 0; i < 5; i++)
        uv_run(&world->loop, UV_RUN_NOWAIT);
}

void world_set_flag(void *user_data)
{
    *(bool *)user_data = true;
}

static void print_handle(uv_handle_t *handle, void *arg)
{
    print_error("left on the loop: %s\n", uv_handle_type_name(handle->type));
}

void world_close(world_t *world)
{
    bool closed = false;
    slack__net_close(world->net, world_set_flag, &closed);
    world_until(world, &closed);
    uv_run(&world->loop, UV_RUN_NOWAIT);
    uv_walk(&world->loop, print_handle, NULL);
    assert_int_equal(uv_loop_close(&world->loop), 0);
}
