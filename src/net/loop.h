/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_LOOP_H
#define SLACK_NET_LOOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "util/clock.h"
#include "util/log.h"
#include "util/queue.h"
#include "util/str.h"

/*
 * What all parts on one loop share: the loop, the clock, the log, one read buffer, tasks and
 * timers.
 *
 * A task is a callback that the loop itself runs soon. So no user code runs inside of a library's
 * callback, or before the function that posted the task has returned. Timers follow the clock, so a
 * test that moves the clock moves them.
 */
typedef struct slack_net slack_net_t;

/* Embedded in a struct of the caller, who calls slack__link_init() on the link once. */
typedef struct slack_task {
    slack_link_t link;
    void (*run)(struct slack_task *task);
} slack_task_t;

/* Embedded in a struct of the caller. Starting a timer costs a comparison with each timer that is
 * due later. This is cheap, because few timers are set at once. */
typedef struct slack_timer {
    slack_link_t link;
    uint64_t due_us; /* on the net's monotonic clock */
    void (*fire)(struct slack_timer *timer);
} slack_timer_t;

/* What libuv suggests for a read, and the most that it reads at once. */
#define SLACK_READ_BUFFER_BYTES ((size_t)64 * 1024)

struct slack_net {
    atomic_uintptr_t thread; /* the address that slack__net_thread has on the loop's thread */
    /* For every part: */
    uv_loop_t *loop;
    const slack_clock_t *clock;
    const slack_logger_t *log;
    unsigned working; /* operations that run on threads of libuv's for a part */

    /* loop.c's: */
    /* Active only while tasks wait, since an active idle handle keeps the loop from blocking. */
    uv_idle_t idle;
    slack_link_t waiting; /* tasks for the next turn */
    slack_link_t running; /* tasks of this turn that have not run yet */
    uv_timer_t uv_timer;  /* for the first timer */
    slack_link_t timers;  /* timer->link, by due_us */
    slack_link_t firing;  /* due timers that have not fired yet */
    slack_task_t fire_task;
    bool closing;
    unsigned handles; /* not closed yet */
    void (*close_fn)(void *user_data);
    void *close_data;
    char read_buffer[SLACK_READ_BUFFER_BYTES];
};

/* `clock` and `logger` are borrowed for the life of the net. If SIGPIPE has its default action,
 * which ends the process when a peer closes, it is ignored from now on. 0; SLACK_ENOMEM; SLACK_EIO.
 */
int slack__net_new(slack_net_t **ret, uv_loop_t *loop, const slack_clock_t *clock,
                   const slack_logger_t *logger);

/* Run the waiting tasks, close, and call `fn` last. No other part may still use the net. */
void slack__net_close(slack_net_t *net, void (*fn)(void *user_data), void *user_data);

/* A function of the program has returned to the loop, which it entered at `since_us`. If it has
 * blocked the loop for long, a line of the log says so. `kind` and `name` say where the function
 * belongs to. `net` may be NULL: then no loop was blocked. */
void slack__net_note_blocking(slack_net_t *net, uint64_t since_us, const char *kind,
                              const char *name);
/* The time for that function; 0 without a net. */
static inline uint64_t slack__net_now_us(const slack_net_t *net)
{
    return net ? slack__mono_us(net->clock) : 0;
}

extern _Thread_local char slack__net_thread;

/* Whether this is the thread that runs the loop. If `net` is NULL, no thread runs a loop, and the
 * answer is true. */
static inline bool slack__net_is_here(const slack_net_t *net)
{
    return net == NULL || atomic_load_explicit(&net->thread, memory_order_relaxed) ==
                              (uintptr_t)&slack__net_thread;
}

/* Who learns that the handler on this worker has misused a function. {NULL}: the log. */
typedef struct slack_misuse {
    void (*note)(void *user_data, const char *function, const char *who);
    void *user_data;
} slack_misuse_t;
extern _Thread_local slack_misuse_t slack__net_misuse;

/* On another thread: reports the misuse of a public function, and returns SLACK_ETHREAD. Else 0.
 * `who` may call the function. */
int slack__net_misused(const slack_net_t *net, const char *function, const char *who);
static inline int slack__net_require(const slack_net_t *net, const char *function)
{
    return slack__net_is_here(net) ? 0
                                   : slack__net_misused(net, function, "only the loop's thread");
}

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

/* Call task->run once, in the loop's next turn, in the order of posting. Posting a task that
 * already waits does nothing. */
void slack__task_post(slack_net_t *net, slack_task_t *task);
/* Take back a waiting task; does nothing if it does not wait. */
static inline void slack__task_cancel(slack_task_t *task)
{
    slack__unlink(&task->link);
}

void slack__timer_init(slack_timer_t *timer, void (*fire)(slack_timer_t *timer));
/* Call timer->fire once, in `in_ms` or at `due_us`: from the loop, never from within this call. A
 * timer that is already set gets the new time. */
void slack__timer_start(slack_net_t *net, slack_timer_t *timer, uint64_t in_ms);
void slack__timer_start_at(slack_net_t *net, slack_timer_t *timer, uint64_t due_us);
/* Does nothing if the timer does not wait. */
void slack__timer_stop(slack_net_t *net, slack_timer_t *timer);
bool slack__timer_waits(const slack_timer_t *timer);

/* Report that the clock was moved: due timers fire in the loop's next turn. */
void slack__net_clock_moved(slack_net_t *net);
/* When the next timer is due; UINT64_MAX if none waits. */
uint64_t slack__net_next_us(const slack_net_t *net);

/* A buffer for uv_alloc_cb. One is enough: each read is consumed before the next one begins. */
static inline void slack__net_read_buffer(slack_net_t *net, uv_buf_t *ret)
{
    *ret = uv_buf_init(net->read_buffer, sizeof net->read_buffer);
}

/* Parse an IPv4 or IPv6 address, without brackets, and a port. False: it is not an address. */
bool slack__net_address(const char *text, unsigned port, struct sockaddr_storage *ret);

/* The network that counts as one peer: an address, or of IPv6 its /64, since a host has all of
 * that. Text that is not an address stays as it is. */
#define SLACK_NETWORK_SIZE 46
void slack__net_network(slack_slice_t address, char ret[SLACK_NETWORK_SIZE]);

/* The SLACK_E… code for a libuv error: SLACK_ECONNECT, SLACK_ECLOSED, SLACK_ETIMEDOUT … */
int slack__net_error(int uv_error);

#endif
