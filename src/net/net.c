/* SPDX-License-Identifier: MIT */
#include "net/net.h"

#include <signal.h>

#include <slack/error.h>

#include "util/alloc.h"

/* What libuv suggests for a read, and the most that it ever reads at once. */
#define READ_BUFFER_BYTES ((size_t)64 * 1024)

struct slack_net {
    uv_loop_t *loop;
    const slack_clock_t *clock;
    const slack_logger_t *logger;
    /* Active only while tasks wait: an active idle handle keeps the loop from blocking. */
    uv_idle_t idle;
    slack_link_t waiting; /* tasks for the next turn */
    slack_link_t running; /* tasks of this turn that are still to run */
    bool closing;
    void (*close_fn)(void *user_data);
    void *close_data;
    char read_buffer[READ_BUFFER_BYTES];
};

/* A write to a socket whose peer is gone raises SIGPIPE, which by default ends the process; libuv
 * leaves that to its user. A host that has its own handler keeps it. */
static void ignore_sigpipe(void)
{
    struct sigaction action;
    if (sigaction(SIGPIPE, NULL, &action) != 0 || action.sa_handler != SIG_DFL) return;
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

int slack__net_new(slack_net_t **ret, uv_loop_t *loop, const slack_clock_t *clock,
                   const slack_logger_t *logger)
{
    slack_net_t *net = slack__calloc(1, sizeof(*net));
    if (!net) return SLACK_ENOMEM;
    if (uv_idle_init(loop, &net->idle) != 0) {
        slack__free(net);
        return SLACK_EIO;
    }
    net->loop = loop;
    net->clock = clock;
    net->logger = logger;
    net->idle.data = net;
    slack__link_init(&net->waiting);
    slack__link_init(&net->running);
    ignore_sigpipe();
    *ret = net;
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    slack_net_t *net = handle->data;
    void (*fn)(void *user_data) = net->close_fn;
    void *user_data = net->close_data;
    slack__wipe(net->read_buffer, sizeof(net->read_buffer)); /* bodies hold tokens */
    slack__free(net);
    if (fn) fn(user_data);
}

/* Runs what waited when the turn began. What these tasks post waits for the next turn, so that I/O
 * has its share however much there is to do. */
static void on_idle(uv_idle_t *idle)
{
    slack_net_t *net = idle->data;
    slack_link_t *link;
    slack__list_splice(&net->running, &net->waiting);
    while ((link = slack__list_shift(&net->running))) {
        slack_task_t *task = SLACK_CONTAINER(link, slack_task_t, link);
        task->run(task);
    }
    if (!slack__list_empty(&net->waiting)) return;
    if (net->closing)
        uv_close((uv_handle_t *)idle, on_closed);
    else
        uv_idle_stop(idle);
}

void slack__net_close(slack_net_t *net, void (*fn)(void *user_data), void *user_data)
{
    if (net->closing) return;
    net->closing = true;
    net->close_fn = fn;
    net->close_data = user_data;
    uv_idle_start(&net->idle, on_idle);
}

uv_loop_t *slack__net_loop(const slack_net_t *net)
{
    return net->loop;
}

const slack_clock_t *slack__net_clock(const slack_net_t *net)
{
    return net->clock;
}

const slack_logger_t *slack__net_log(const slack_net_t *net)
{
    return net->logger;
}

void slack__task_post(slack_net_t *net, slack_task_t *task)
{
    if (slack__linked(&task->link) || uv_is_closing((uv_handle_t *)&net->idle)) return;
    slack__list_push(&net->waiting, &task->link);
    uv_idle_start(&net->idle, on_idle);
}

void slack__task_cancel(slack_task_t *task)
{
    slack__unlink(&task->link);
}

void slack__net_read_buffer(slack_net_t *net, uv_buf_t *ret)
{
    *ret = uv_buf_init(net->read_buffer, sizeof(net->read_buffer));
}

bool slack__net_address(const char *text, unsigned port, struct sockaddr_storage *ret)
{
    if (port > 65535) return false;
    return uv_ip4_addr(text, (int)port, (struct sockaddr_in *)ret) == 0 ||
           uv_ip6_addr(text, (int)port, (struct sockaddr_in6 *)ret) == 0;
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
