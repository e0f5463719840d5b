/* SPDX-License-Identifier: MIT */
#include "support/world.h"
#include "support/test.h"

#include <netinet/tcp.h>
#include <poll.h>

#define PATIENCE_MS 20000
#define SETTLE_NS   UINT64_C(20000000)
#define SOCKETS_MAX 128 /* of tests that call world_is_quiet() */
#define START_US    ((uint64_t)1000 * 1000 * 1000)

/* ---- clock ---- */

static uint64_t world_mono_us(void *user_data)
{
    const world_t *world = user_data;
    return world->mono_us + (world->running ? slack__mono_us(&slack__clock_system) : 0);
}

static int64_t world_wall_ms(void *user_data)
{
    const world_t *world = user_data;
    if (world->wall_ms) return world->wall_ms;
    const int64_t machine_ms = world->running ? slack__wall_ms(&slack__clock_system) : 0;
    return machine_ms + (int64_t)(world->mono_us / 1000) + world->wall_skew_ms;
}

void world_run_clock(world_t *world)
{
    world->running = true;
    world->mono_us = 0;
}

void world_pass_ms(world_t *world, uint64_t ms)
{
    world->mono_us += ms * 1000;
    slack__net_clock_moved(world->net);
    world_turn(world);
}

/* ---- log ---- */

void world_keep_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    world_t *world = user_data;
    if (len + 2 > sizeof world->log - world->log_len) return;
    memcpy(world->log + world->log_len, line, len);
    world->log_len += len;
    memcpy(world->log + world->log_len++, "\n", 2);
}

bool world_logged(const world_t *world, const char *text)
{
    return strstr(world->log, text) != NULL;
}

unsigned world_log_count(const world_t *world, const char *text)
{
    unsigned count = 0;
    for (const char *at = world->log; *at && (at = strstr(at, text)); at = strchr(at, '\n') + 1)
        count++;
    return count;
}

void world_forget_log(world_t *world)
{
    world->log_len = 0;
    world->log[0] = '\0';
    world->limits = SLACK_LOG_LIMITS_INIT;
}

/* ---- life ---- */

void world_open_loop(world_t *world)
{
    memset(world, 0, offsetof(world_t, log) + 1);
    world->mono_us = START_US;
    world->clock = (slack_clock_t){world_mono_us, world_wall_ms, world};
    world->logger = (slack_logger_t){.level = SLACK_LOG_DEBUG,
                                     .format = SLACK_LOG_TEXT,
                                     .fn = world_keep_line,
                                     .user_data = world,
                                     .clock = &world->clock,
                                     .limits = &world->limits};
    world->limits = SLACK_LOG_LIMITS_INIT;
    assert_int_equal(uv_loop_init(&world->loop), 0);
    assert_int_equal(uv_timer_init(&world->loop, &world->patience), 0);
}

static void print_handle(uv_handle_t *handle, void *arg)
{
    print_error("left on the loop: %s\n", uv_handle_type_name(handle->type));
}

static void close_loop(world_t *world)
{
    uv_close((uv_handle_t *)&world->patience, NULL);
    uv_run(&world->loop, UV_RUN_NOWAIT);
    uv_walk(&world->loop, print_handle, NULL);
    assert_int_equal(uv_loop_close(&world->loop), 0);
}

bool world_open(world_t *world)
{
    world_open_loop(world);
    if (slack__net_new(&world->net, &world->loop, &world->clock, &world->logger) == 0) return true;
    close_loop(world);
    return false;
}

void world_close(world_t *world)
{
    bool closed = world->net == NULL;
    if (world->net) slack__net_close(world->net, world_set_flag, &closed);
    world_until(world, closed);
    close_loop(world);
}

/* ---- the loop ---- */

static void nothing(uv_timer_t *timer)
{
}

void world_turn(world_t *world)
{
    for (int i = 0; i < 5; i++)
        uv_run(&world->loop, UV_RUN_NOWAIT);
}

/* Counts TCP segments of the process's sockets that are on their way. Sends the acknowledgements
 * that the kernel delays. */
static unsigned count_segments(void)
{
    unsigned segments = 0;
    for (int fd = 0; fd < SOCKETS_MAX; fd++) {
        struct tcp_info info;
        socklen_t len = sizeof info;
        if (setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &(int){1}, sizeof(int)) == 0 &&
            getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
            info.tcpi_state != TCP_LISTEN)
            segments += info.tcpi_unacked;
    }
    return segments;
}

static void count_process(uv_handle_t *handle, void *user_data)
{
    *(unsigned *)user_data += handle->type == UV_PROCESS;
}

bool world_is_quiet(world_t *world)
{
    struct pollfd events = {.fd = uv_backend_fd(&world->loop), .events = POLLIN};
    unsigned busy = world->loop.active_reqs.count;
    uv_walk(&world->loop, count_process, &busy);
    return busy == 0 && poll(&events, 1, 0) == 0 &&
           (count_segments() == 0 || count_segments() == 0);
}

void world_wait_ms(world_t *world)
{
    uv_update_time(&world->loop);
    /* It repeats: the first time may pass before the poll. */
    uv_timer_start(&world->patience, nothing, 1, 1);
    uv_run(&world->loop, UV_RUN_ONCE);
    uv_timer_stop(&world->patience);
    uv_run(&world->loop, UV_RUN_NOWAIT);
}

void world_settle(world_t *world)
{
    const uint64_t since_ns = uv_hrtime();
    world_turn(world);
    while (!world_is_quiet(world) && uv_hrtime() - since_ns < SETTLE_NS) {
        world_wait_ms(world);
        world_turn(world);
    }
}

static void hurry(uv_handle_t *handle, void *user_data)
{
    uint64_t ms = *(const uint64_t *)user_data;
    uv_timer_t *timer = (uv_timer_t *)handle;
    if (handle->type != UV_TIMER || !uv_is_active(handle)) return;
    uint64_t left = uv_timer_get_due_in(timer);
    uv_timer_start(timer, timer->timer_cb, left > ms ? left - ms : 0, uv_timer_get_repeat(timer));
}

void world_hurry_ms(world_t *world, uint64_t ms)
{
    uv_update_time(&world->loop);
    world->mono_us += ms * 1000;
    uv_walk(&world->loop, hurry, &ms);
}

void world_wait(world_t *world, uint64_t since, const char *what)
{
    if (world->hurries && world_is_quiet(world)) {
        const int ms = uv_backend_timeout(&world->loop);
        if (ms > 0) world_hurry_ms(world, (uint64_t)ms);
    }
    uv_timer_start(&world->patience, nothing, world->hurries ? 1 : PATIENCE_MS, 1);
    uv_run(&world->loop, UV_RUN_ONCE);
    uv_timer_stop(&world->patience);
    if (uv_hrtime() - since < (uint64_t)PATIENCE_MS * 1000000) return;
    /* print_error() leaves out what is behind the first 1024 bytes. */
    fprintf(stderr, "waited in vain until %s; the log:\n%s", what, world->log);
    exit(1);
}

void world_set_flag(void *user_data)
{
    *(bool *)user_data = true;
}
