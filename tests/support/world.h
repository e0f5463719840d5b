/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_WORLD_H
#define SLACK_TESTS_SUPPORT_WORLD_H

#include <stdbool.h>

#include "net/loop.h"

#define WORLD_LOG_MAX ((size_t)256 * 1024)

/*
 * The base of every fixture: a loop, a net on it, a clock that only the test moves, and a log that
 * the test can search.
 */
typedef struct world {
    uv_loop_t loop;
    slack_net_t *net; /* NULL after world_open_loop() */
    slack_clock_t clock;
    uint64_t mono_us;     /* the monotonic clock */
    int64_t wall_skew_ms; /* the wall clock less the monotonic one */
    int64_t wall_ms;      /* not 0: the wall clock always shows this */
    bool running;         /* set by world_run_clock() */
    bool hurries;         /* waits end at once: while the loop is quiet, time passes to the next
                           * timer. For programs in which no thread and no process is at work */
    slack_logger_t logger;
    slack_log_limits_t limits; /* of its lines */
    uv_timer_t patience;
    size_t log_len;
    char log[WORLD_LOG_MAX]; /* each line ends with a newline; a line that does not fit is lost */
} world_t;

/* Opens a loop and a net. Returns false if the library is out of memory; nothing is left then. */
bool world_open(world_t *world);
/* Opens a loop only, for code that makes a net of its own. */
void world_open_loop(world_t *world);
/* Closes the net and the loop. Fails the test if a handle is left. */
void world_close(world_t *world);

/* From now on the clock shows the machine's time, and mono_us is what the test adds to it. */
void world_run_clock(world_t *world);
/* Advances the clock and lets the timers fire that are due now. */
void world_pass_ms(world_t *world, uint64_t ms);

/* Runs the loop until the condition, an expression, is true. After 20 seconds the program prints
 * the log and exits: a failed assertion would go on to a teardown that waits as long again. */
#define world_until(world, condition)                                                              \
    do {                                                                                           \
        const uint64_t world_since = uv_hrtime();                                                  \
        while (!(condition))                                                                       \
            world_wait((world), world_since, #condition);                                          \
    } while (0)

/* Waits for one event; `since` is the time at which the wait for `what` began. */
void world_wait(world_t *world, uint64_t since, const char *what);

/* Turns the loop a few times without blocking: all that needs no I/O has happened then. */
void world_turn(world_t *world);
/* Waits for I/O, for a millisecond or two. */
void world_wait_ms(world_t *world);
/* Returns true if nothing can be read, no request runs, and no segment is on its way. Threads and
 * other processes may still be at work. */
bool world_is_quiet(world_t *world);
/* Turns the loop until it is quiet, for at most 20 ms. */
void world_settle(world_t *world);
/* Advances the clock and every timer of the loop. */
void world_hurry_ms(world_t *world, uint64_t ms);

/* A slack_log_fn that appends a line to the log of `world`. */
void world_keep_line(enum slack_log_level level, const char *line, size_t len, void *world);
/* Returns true if the log contains the text; the number of lines that contain it. */
bool world_logged(const world_t *world, const char *text);
unsigned world_log_count(const world_t *world, const char *text);
/* Empties the log, and its limits begin anew. */
void world_forget_log(world_t *world);

/* For close functions: sets the bool that user_data points to. */
void world_set_flag(void *user_data);

#endif
