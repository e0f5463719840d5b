/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_CHILD_H
#define SLACK_TESTS_SUPPORT_CHILD_H

#include <slack/export.h>

#include "support/world.h"

/* A program that runs beside the loop: a real peer for what the loop serves. */

#define CHILD_OUT_MAX ((size_t)4 << 20)

typedef struct child {
    bool started; /* false: there is no such program, skip the test */
    bool exited;
    int64_t status;
    char *out; /* its standard output so far, NUL-terminated */
    size_t out_len;
    unsigned lines; /* in it */
    /* Private. */
    world_t *world;
    uv_process_t process;
    uv_pipe_t in_pipe, out_pipe;
    uv_write_t write;
    unsigned handles;
    bool gone;
} child_t;

/* Start args[0], found in PATH. `args` ends with NULL. Its standard input is `input`, borrowed
 * until the end. NULL: it stays open until child_wait(). */
void child_start(child_t *child, world_t *world, const char *const *args, const char *input);
/* The same without input, by a command whose words are separated by single spaces. */
SLACK_PRINTF(3, 4)
void child_run(child_t *child, world_t *world, const char *format, ...);
/* Write to the standard input of a child that was started without input. */
void child_tell(child_t *child, const char *text);
/* Run the loop until the output contains this text. Fails the test if the child exits before. */
void child_until(child_t *child, const char *text);
/* Ask it to exit (SIGTERM). */
void child_kill(child_t *child);
/* Close its input, run the loop until it has exited, and release all but `out`. */
void child_wait(child_t *child);
/* Free `out`. */
void child_done(child_t *child);

/* For a teardown: kill the child that a failed test has left. */
int child_kill_left(void **state);

#endif
