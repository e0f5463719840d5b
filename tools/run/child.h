/* SPDX-License-Identifier: MIT */
#ifndef RUN_CHILD_H
#define RUN_CHILD_H

#include <uv.h>

#include "util/buf.h"

/*
 * A process of which each line of output is reported, and the end, once it has ended and all of its
 * output is read. It has a session of its own, so that Ctrl-C in a terminal does not reach it: its
 * parent ends it in an orderly way.
 */

#define RUN_CHILD_PASSED_MAX 2

typedef struct run_child_options {
    const char *const *argv;          /* Required; NULL at the end. */
    const char *const *env;           /* Required; NULL at the end. */
    int passed[RUN_CHILD_PASSED_MAX]; /* descriptors that become 3 and 4; 0: no more */
    /* Standard output and standard error; without the newline. A longer line comes in parts. */
    void (*line)(const char *line, size_t len, void *user_data);
    /* `text` says how it ended: "status 1", "signal 11 (Segmentation
     * fault)", "the start: no such file". The child may be
     * freed. */
    void (*ended)(bool succeeded, const char *text, void *user_data);
    void *user_data;
} run_child_options_t;

typedef struct run_child {
    run_child_options_t options;
    uv_process_t process;
    uv_pipe_t output;
    unsigned handles; /* not closed yet */
    int error;        /* of the start; then there was no process */
    int64_t status;
    int signal;
    slack_buf_t part;  /* of a line */
    char bytes[16384]; /* read from the pipe */
} run_child_t;

/* Start it. The strings of `options` are not needed afterwards. A process that cannot be started is
 * reported as one that has ended. 0; libuv's error if there is no pipe, and nothing is reported. */
int run_child_start(run_child_t *child, uv_loop_t *loop, const run_child_options_t *options);
/* Send a signal to the process, and to those that it has started and not detached. */
void run_child_kill(run_child_t *child, int signal);

#endif
