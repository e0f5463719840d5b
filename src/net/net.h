/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_NET_H
#define SLACK_NET_NET_H

#include <uv.h>

#include "util/clock.h"
#include "util/log.h"
#include "util/queue.h"

/*
 * What everything on one loop shares: the loop, the clock, the log, one read buffer, and the tasks:
 * callbacks that run soon, from the loop itself, so that no user code ever runs inside the callback
 * of a library, or before the function that caused it has returned.
 */
typedef struct slack_net slack_net_t;

/* Embedded in whatever has something to do soon. slack__link_init() its link once. */
typedef struct slack_task {
    slack_link_t link;
    void (*run)(struct slack_task *task);
} slack_task_t;

/* `logger` and `clock` are borrowed for the net's life. Where the process leaves SIGPIPE to the
 * system, which would end it when a peer goes, it is ignored from now on. 0, SLACK_ENOMEM,
 * SLACK_EIO. */
int slack__net_new(slack_net_t **ret, uv_loop_t *loop, const slack_clock_t *clock,
                   const slack_logger_t *logger);

/* Ends once the tasks that wait have run; `fn` is the last thing that the net does on the loop. By
 * then nothing else that uses it may be left. */
void slack__net_close(slack_net_t *net, void (*fn)(void *user_data), void *user_data);

uv_loop_t *slack__net_loop(const slack_net_t *net);
const slack_clock_t *slack__net_clock(const slack_net_t *net);
const slack_logger_t *slack__net_log(const slack_net_t *net);

/* Run task->run once, in the loop's next turn, in order of posting. Posting a task that waits
 * already does nothing. Loop thread only. */
void slack__task_post(slack_net_t *net, slack_task_t *task);
/* Forget a waiting task; nothing when it does not wait. */
void slack__task_cancel(slack_task_t *task);

/* A read buffer for uv_alloc_cb: every read is consumed before the next one begins. */
void slack__net_read_buffer(slack_net_t *net, uv_buf_t *ret);

/* An IPv4 or IPv6 address as text, without brackets, and a port. False when it is no address. */
bool slack__net_address(const char *text, unsigned port, struct sockaddr_storage *ret);

/* Translate libuv's error into ours: SLACK_ECONNECT, SLACK_ECLOSED, SLACK_ETIMEDOUT … */
int slack__net_error(int uv_error);

#endif
