/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_CHILD_H
#define SLACK_TESTS_SUPPORT_CHILD_H

#include "support/world.h"

/* A program that is run beside the loop: a real peer for what the loop serves. */

#define CHILD_OUT_MAX ((size_t)4 << 20)

typedef struct child {
    bool started; /* false: there is no such program, skip the test */
    bool exited;
    int64_t status;
    char *out; /* what it wrote to its standard output, NUL-terminated */
    size_t out_len;
    unsigned lines; /* of it, so far */
    /* Private. */
    uv_process_t process;
    uv_pipe_t in_pipe, out_pipe;
    uv_write_t write;
    unsigned handles;
    bool gone;
} child_t;

/* Start args[0], found in PATH. `args` ends with NULL. Its standard input is `input`, borrowed
 * until the end; NULL: nothing, and that ends only with child_wait(). */
void child_start(child_t *child, world_t *world, const char *const *args, const char *input);
/* Write to its input, which was started with NULL; the kernel takes it at once. */
void child_tell(child_t *child, const char *text);
/* Run the loop until it has written this, somewhere. Fails the test where it ends before. */
void child_until(child_t *child, world_t *world, const char *text);
/* Ask it to end (SIGTERM). */
void child_kill(child_t *child);
/* End its input, run the loop until it has ended, and release what it took but `out`. */
void child_wait(child_t *child, world_t *world);
/* Free `out`. */
void child_done(child_t *child);

#endif
