/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_LOOP_H
#define SLACK_NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "util/clock.h"
#include "util/log.h"
#include "util/queue.h"

/*
 * What everything on one loop shares: the loop, the clock, the log, one read buffer, the tasks:
 * callbacks that run soon, from the loop itself, so that no user code ever runs inside the callback
 * of a library, or before the function that caused it has returned; and the timers, which go by the
 * clock, so that whoever moves the clock moves them.
 */
typedef struct slack_net slack_net_t;

/* Embedded in whatever has something to do soon. slack__link_init() its link once. */
typedef struct slack_task {
    slack_link_t link;
    void (*run)(struct slack_task *task);
} slack_task_t;

/* Embedded in whatever waits for a time. Few of them wait at once: starting one costs a step for
 * each that is due after it. */
typedef struct slack_timer {
    slack_link_t link;
    uint64_t due_us; /* by the net's clock, monotonic */
    void (*fire)(struct slack_timer *timer);
} slack_timer_t;

/* What libuv suggests for a read, and the most that it reads at once. */
#define SLACK_READ_BUFFER_BYTES ((size_t)64 * 1024)

struct slack_net {
    uv_loop_t *loop; /* these three are for everybody, the rest is loop.c's */
    const slack_clock_t *clock;
    const slack_logger_t *log;
    /* Active only while tasks wait: an active idle handle keeps the loop from blocking. */
    uv_idle_t idle;
    slack_link_t waiting; /* tasks for the next turn */
    slack_link_t running; /* tasks of this turn that are still to run */
    uv_timer_t uv_timer;  /* for the first of the timers */
    slack_link_t timers;  /* timer->link, by due_us */
    slack_link_t firing;  /* those that are due, and still to fire */
    slack_task_t fire_task;
    bool closing;
    unsigned handles; /* to be closed */
    void (*close_fn)(void *user_data);
    void *close_data;
    char read_buffer[SLACK_READ_BUFFER_BYTES];
};

/* `logger` and `clock` are borrowed for the net's life. Where the process leaves SIGPIPE to the
 * system, which would end it when a peer goes, it is ignored from now on. 0, SLACK_ENOMEM,
 * SLACK_EIO. */
int slack__net_new(slack_net_t **ret, uv_loop_t *loop, const slack_clock_t *clock,
                   const slack_logger_t *logger);

/* Ends once the tasks that wait have run; `fn` is the last thing that the net does on the loop. By
 * then nothing else that uses it may be left. */
void slack__net_close(slack_net_t *net, void (*fn)(void *user_data), void *user_data);

static inline uv_loop_t *slack__net_loop(const slack_net_t *net)
{
    return net->loop;
}

static inline const slack_clock_t *slack__net_clock(const slack_net_t *net)
{
    return net->clock;
}

static inline const slack_logger_t *slack__net_log(const slack_net_t *net)
{
    return net->log;
}

/* Run task->run once, in the loop's next turn, in order of posting. Posting a task that waits
 * already does nothing. Loop thread only. */
void slack__task_post(slack_net_t *net, slack_task_t *task);
/* Forget a waiting task; nothing when it does not wait. */
static inline void slack__task_cancel(slack_task_t *task)
{
    slack__unlink(&task->link);
}

void slack__timer_init(slack_timer_t *timer, void (*fire)(slack_timer_t *timer));
/* Call timer->fire once, from the loop, when that much time has passed: never inside. A timer that
 * waits already is set anew. */
void slack__timer_start(slack_net_t *net, slack_timer_t *timer, uint64_t in_ms);
void slack__timer_start_at(slack_net_t *net, slack_timer_t *timer, uint64_t due_us);
void slack__timer_stop(slack_net_t *net, slack_timer_t *timer); /* nothing where it does not wait */
bool slack__timer_waits(const slack_timer_t *timer);

/* For whoever moves the clock by hand: what has become due fires in the loop's next turn. */
void slack__net_clock_moved(slack_net_t *net);
/* When the next timer is due; UINT64_MAX where none waits. */
uint64_t slack__net_next_us(const slack_net_t *net);

/* A read buffer for uv_alloc_cb: every read is consumed before the next one begins. */
void slack__net_read_buffer(slack_net_t *net, uv_buf_t *ret);

/* An IPv4 or IPv6 address as text, without brackets, and a port. False when it is no address. */
bool slack__net_address(const char *text, unsigned port, struct sockaddr_storage *ret);

/* Translate libuv's error into ours: SLACK_ECONNECT, SLACK_ECLOSED, SLACK_ETIMEDOUT … */
int slack__net_error(int uv_error);

#endif
