/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_WORLD_H
#define SLACK_TESTS_SUPPORT_WORLD_H

#include <stdbool.h>

#include "net/loop.h"

/*
 * What a module of net, store or webapi lives on, in a test's hands: a loop, a net, a clock that
 * stands still, and a log that is kept.
 */
typedef struct world {
    uv_loop_t loop;
    slack_net_t *net;
    slack_clock_t clock;
    uint64_t mono_us;     /* the clock's; the test moves it */
    int64_t wall_skew_ms; /* by which somebody has set the wall clock */
    slack_logger_t logger;
    char log[32768]; /* the lines, each with a newline; what does not fit is lost */
    size_t log_len;
} world_t;

/* A net on a loop of its own. False when the memory was out; nothing is left behind then. */
bool world_open(world_t *world);

/* Close the net, run the loop to its end, and fail the test if a handle is left. */
void world_close(world_t *world);

/* Run the loop until *flag, until *count reaches `want`, until the log has a text. Fails the test
 * after 20 s. */
void world_until(world_t *world, const bool *flag);
void world_until_count(world_t *world, const unsigned *count, unsigned want);
void world_until_logged(world_t *world, const char *text);

/* Let the loop turn a few times: what needs no I/O has happened by then. */
void world_turn(world_t *world);

/* For close functions: sets the bool that user_data points to. */
void world_set_flag(void *user_data);

#endif
