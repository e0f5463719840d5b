/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_CHILD_H
#define SLACK_TESTS_SUPPORT_CHILD_H

#include <slack/export.h>

#include "support/world.h"

/* A program that runs beside the loop: a real peer for a server on the loop. */

#define CHILD_OUT_MAX ((size_t)4 << 20)

typedef struct child {
    bool started; /* false: the program does not exist, skip the test */
    bool exited;
    int64_t status;
    char *out; /* its standard output so far, NUL-terminated */
    size_t out_len;
    unsigned lines; /* of `out` */
    /* Private. */
    world_t *world;
    uv_process_t process;
    uv_pipe_t in_pipe, out_pipe;
    uv_write_t write;
    unsigned handles;
    bool gone;
} child_t;

/* Starts args[0], found in PATH. `args` ends with NULL. Its standard input is `input`, borrowed
 * until the end. If NULL, the input stays open until child_wait(). */
void child_start(child_t *child, world_t *world, const char *const *args, const char *input);
/* Starts a command whose words are separated by single spaces, without input. */
SLACK_PRINTF(3, 4)
void child_run(child_t *child, world_t *world, const char *format, ...);
/* Writes to the standard input of a child that was started without input. */
void child_tell(child_t *child, const char *text);
/* Runs the loop until the output contains the text. Fails the test if the child exits before. */
void child_until(child_t *child, const char *text);
/* Sends SIGTERM. */
void child_kill(child_t *child);
/* Closes its input, waits until it has exited, and releases all but `out`. */
void child_wait(child_t *child);
/* Frees `out`. */
void child_done(child_t *child);

/* For a teardown: kills the child that a failed test has left. */
int child_kill_left(void **state);

#endif
