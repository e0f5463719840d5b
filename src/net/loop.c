/* SPDX-License-Identifier: MIT */
#include "net/loop.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <slack/error.h>

#include "util/alloc.h"

static void net_run_fire_task(slack_task_t *task);

_Thread_local char slack__net_thread;
_Thread_local slack_misuse_t slack__net_misuse;

/* A program may start an app on one thread and run its loop on another. */
static void net_note_thread(slack_net_t *net)
{
    if (!slack__net_is_here(net)) atomic_store(&net->thread, (uintptr_t)&slack__net_thread);
}

int slack__net_misused(const slack_net_t *net, const char *function, const char *who)
{
    if (slack__net_misuse.note)
        slack__net_misuse.note(slack__net_misuse.user_data, function, who);
    else
        SLACK_LOG(net->log, ERROR, "called on the wrong thread", "function=%s hint=%s%s", function,
                  who, " may call it: use slack_app_post() (docs/threads.md)");
    return SLACK_ETHREAD;
}

int slack__net_new(slack_net_t **ret, uv_loop_t *loop, const slack_clock_t *clock,
                   const slack_logger_t *logger)
{
    slack_net_t *net = slack__calloc(1, sizeof(*net));
    if (!net) return SLACK_ENOMEM;
    if (uv_idle_init(loop, &net->idle) != 0 || uv_timer_init(loop, &net->uv_timer) != 0) {
        slack__free(net); /* in practice neither fails */
        return SLACK_EIO;
    }
    net_note_thread(net);
    net->loop = loop;
    net->clock = clock;
    net->log = logger;
    net->idle.data = net->uv_timer.data = net;
    slack__link_init(&net->waiting);
    slack__link_init(&net->running);
    slack__link_init(&net->timers);
    slack__link_init(&net->firing);
    slack__link_init(&net->fire_task.link);
    net->fire_task.run = net_run_fire_task;
    /* A write to a socket whose peer has closed raises SIGPIPE, which by default ends the process;
     * libuv leaves this to its user. A handler of the program's own is kept. */
    struct sigaction action;
    if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
        action.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &action, NULL);
    }
    *ret = net;
    return 0;
}

static void net_handle_closed(uv_handle_t *handle)
{
    slack_net_t *net = handle->data;
    if (--net->handles > 0) return;
    void (*fn)(void *user_data) = net->close_fn;
    void *user_data = net->close_data;
    slack__wipe(net->read_buffer, sizeof(net->read_buffer)); /* bodies hold tokens */
    slack__free(net);
    if (fn) fn(user_data);
}

/* Run the tasks that waited when the turn began. Tasks that these post wait for the next turn, so
 * that I/O gets its share. */
static void net_run_tasks(uv_idle_t *idle)
{
    slack_net_t *net = idle->data;
    slack_link_t *link;
    net_note_thread(net);
    slack__list_splice(&net->running, &net->waiting);
    while ((link = slack__list_shift(&net->running))) {
        slack_task_t *task = SLACK_CONTAINER(link, slack_task_t, link);
        task->run(task);
    }
    if (!slack__list_empty(&net->waiting)) return;
    if (!net->closing) {
        uv_idle_stop(idle);
        return;
    }
    net->handles = 2;
    uv_close((uv_handle_t *)idle, net_handle_closed);
    uv_close((uv_handle_t *)&net->uv_timer, net_handle_closed);
}

void slack__net_close(slack_net_t *net, void (*fn)(void *user_data), void *user_data)
{
    if (net->closing) return;
    net->closing = true;
    net->close_fn = fn;
    net->close_data = user_data;
    uv_idle_start(&net->idle, net_run_tasks);
}

void slack__task_post(slack_net_t *net, slack_task_t *task)
{
    if (slack__linked(&task->link) || uv_is_closing((uv_handle_t *)&net->idle)) return;
    slack__list_push(&net->waiting, &task->link);
    uv_idle_start(&net->idle, net_run_tasks);
}

/* --- timers --------------------------------------------------------------------------------- */

static slack_timer_t *timer_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_timer_t, link);
}

static void net_timer_fired(uv_timer_t *uv_timer);

/* Set libuv's timer for the first timer. libuv's clock is not the clock of the net, so the callback
 * may come too soon; then libuv's timer is set again. A timer that is due already fires from a
 * task: libuv runs a timer without a delay in the same turn, so a timer that restarts itself would
 * never let the loop go on. */
static void net_arm(slack_net_t *net)
{
    const uint64_t due = slack__net_next_us(net), now = slack__mono_us(net->clock);
    if (due <= now) slack__task_post(net, &net->fire_task);
    if (uv_is_closing((uv_handle_t *)&net->uv_timer)) return;
    if (due <= now || due == UINT64_MAX)
        uv_timer_stop(&net->uv_timer);
    else
        uv_timer_start(&net->uv_timer, net_timer_fired, (due - now + 999) / 1000, 0);
}

static void net_fire_due(slack_net_t *net)
{
    const uint64_t now = slack__mono_us(net->clock);
    slack_link_t *link;
    while ((link = net->timers.next) != &net->timers && timer_at(link)->due_us <= now) {
        slack__unlink(link);
        slack__list_push(&net->firing, link);
    }
    while ((link = slack__list_shift(&net->firing)))
        timer_at(link)->fire(timer_at(link));
    net_arm(net);
}

static void net_timer_fired(uv_timer_t *uv_timer)
{
    net_note_thread(uv_timer->data);
    net_fire_due(uv_timer->data);
}

static void net_run_fire_task(slack_task_t *task)
{
    net_fire_due(SLACK_CONTAINER(task, slack_net_t, fire_task));
}

void slack__timer_init(slack_timer_t *timer, void (*fire)(slack_timer_t *timer))
{
    *timer = (slack_timer_t){.fire = fire};
    slack__link_init(&timer->link);
}

void slack__timer_start_at(slack_net_t *net, slack_timer_t *timer, uint64_t due_us)
{
    slack__unlink(&timer->link);
    timer->due_us = due_us;
    slack_link_t *after = net->timers.prev;
    while (after != &net->timers && timer_at(after)->due_us > due_us)
        after = after->prev;
    slack__list_push(after->next, &timer->link); /* before what follows `after` */
    if (net->timers.next == &timer->link) net_arm(net);
}

void slack__timer_start(slack_net_t *net, slack_timer_t *timer, uint64_t in_ms)
{
    const uint64_t now = slack__mono_us(net->clock), most = (UINT64_MAX - 1 - now) / 1000;
    slack__timer_start_at(net, timer, now + (in_ms < most ? in_ms : most) * 1000);
}

void slack__timer_stop(slack_net_t *net, slack_timer_t *timer)
{
    if (!slack__linked(&timer->link)) return;
    const bool first = net->timers.next == &timer->link;
    slack__unlink(&timer->link);
    if (first) net_arm(net);
}

bool slack__timer_waits(const slack_timer_t *timer)
{
    return slack__linked(&timer->link);
}

void slack__net_clock_moved(slack_net_t *net)
{
    net_arm(net);
}

uint64_t slack__net_next_us(const slack_net_t *net)
{
    if (slack__list_empty(&net->timers)) return UINT64_MAX;
    return timer_at(net->timers.next)->due_us;
}

bool slack__net_address(const char *text, unsigned port, struct sockaddr_storage *ret)
{
    if (port > 65535) return false;
    return uv_ip4_addr(text, (int)port, (struct sockaddr_in *)ret) == 0 ||
           uv_ip6_addr(text, (int)port, (struct sockaddr_in6 *)ret) == 0;
}

void slack__net_network(slack_slice_t address, char ret[SLACK_NETWORK_SIZE])
{
    struct in6_addr bytes;
    snprintf(ret, SLACK_NETWORK_SIZE, "%.*s", (int)address.len, address.ptr ? address.ptr : "");
    if (inet_pton(AF_INET6, ret, &bytes) != 1) return;
    if (IN6_IS_ADDR_V4MAPPED(&bytes)) { /* the same peer as without the prefix */
        inet_ntop(AF_INET, bytes.s6_addr + 12, ret, SLACK_NETWORK_SIZE);
        return;
    }
    memset(bytes.s6_addr + 8, 0, 8);
    inet_ntop(AF_INET6, &bytes, ret, SLACK_NETWORK_SIZE);
}

int slack__net_error(int uv_error)
{
    switch (uv_error) {
    case 0: return 0;
    case UV_ENOMEM:
    case UV_ENOBUFS:
    case UV_EAI_MEMORY: return SLACK_ENOMEM;
    case UV_EINVAL: return SLACK_EINVAL;
    case UV_ECANCELED: return SLACK_ECANCELED;
    case UV_ETIMEDOUT: return SLACK_ETIMEDOUT;
    case UV_EOF:
    case UV_EPIPE:
    case UV_ECONNRESET:
    case UV_ECONNABORTED:
    case UV_ENOTCONN:
    case UV_ESHUTDOWN: return SLACK_ECLOSED;
    case UV_ECONNREFUSED:
    case UV_EADDRNOTAVAIL:
    case UV_EAFNOSUPPORT:
    case UV_EHOSTUNREACH:
    case UV_ENETDOWN:
    case UV_ENETUNREACH:
    case UV_EAI_ADDRFAMILY:
    case UV_EAI_AGAIN:
    case UV_EAI_FAIL:
    case UV_EAI_FAMILY:
    case UV_EAI_NODATA:
    case UV_EAI_NONAME: return SLACK_ECONNECT;
    default: return SLACK_EIO;
    }
}

/* ---- a blocked loop ---- */

/* From this time on a person sees the app hesitate, and other deliveries wait. */
#define BLOCKED_US (200 * 1000)

void slack__net_note_blocking(slack_net_t *net, uint64_t since_us, const char *kind,
                              const char *name)
{
    const uint64_t now_us = slack__net_now_us(net);
    if (net == NULL || now_us - since_us < BLOCKED_US) return;
    SLACK_LOG(net->log, WARN, "loop blocked", "kind=%s listener=%s ms=%llu hint=%s", kind, name,
              (unsigned long long)((now_us - since_us) / 1000),
              "all other deliveries waited: run a listener with .run = SLACK_RUN_WORKER, and "
              "other work on a thread that ends with slack_app_post()");
}
