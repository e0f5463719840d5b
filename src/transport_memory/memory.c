/* SPDX-License-Identifier: MIT */
#include "transport_memory/memory.h"

#include "util/alloc.h"

typedef struct slack_memory {
    slack_transport_t base; /* first, so that a const one can be cast */
    slack_task_t work;      /* whatever of the following is due */
    bool started;
    bool starting; /* STARTING and READY are to be told */
    bool draining;
    bool stopping;
    slack_link_t injected; /* not delivered yet */
    slack_link_t waiting;  /* delivered, not acknowledged yet */
    size_t count;          /* of both lists */
    slack_transport_stats_t stats;
} slack_memory_t;

/* What its handle names. It lies in the delivery's arena, which outlives the ack. */
typedef struct injection {
    slack_link_t link; /* in one of the lists until it is acknowledged or the transport stops */
    slack_delivery_t *d;
    slack_memory_ack_fn fn;
    void *user_data;
} injection_t;

static slack_memory_t *memory_of(slack_transport_t *t)
{
    return SLACK_CONTAINER(t, slack_memory_t, base);
}

static void tell(slack_memory_t *memory, enum slack_transport_state state)
{
    memory->base.host->state(&memory->base, state, 0);
}

static void forget(slack_memory_t *memory, injection_t *injection)
{
    slack__unlink(&injection->link);
    memory->count--;
}

static void become_ready(slack_memory_t *memory)
{
    memory->starting = false;
    tell(memory, SLACK_TRANSPORT_STARTING);
    if (!memory->stopping) tell(memory, SLACK_TRANSPORT_READY);
}

/* Only what was there at the beginning: what its handlers inject waits for the next turn, so that
 * the loop gets its share. */
static void deliver_injected(slack_memory_t *memory)
{
    slack_link_t mark;
    slack__list_push(&memory->injected, &mark);
    while (!memory->stopping && memory->injected.next != &mark) {
        injection_t *injection = SLACK_CONTAINER(memory->injected.next, injection_t, link);
        slack__unlink(&injection->link);
        slack__list_push(&memory->waiting, &injection->link);
        memory->stats.delivered++;
        memory->base.host->deliver(&memory->base, injection->d);
    }
    slack__unlink(&mark);
}

static void give_up(slack_memory_t *memory, slack_link_t *list, bool free_arena)
{
    while (!slack__list_empty(list)) {
        injection_t *injection = SLACK_CONTAINER(list->next, injection_t, link);
        slack_delivery_t *d = injection->d;
        slack_memory_ack_fn fn = injection->fn;
        void *user_data = injection->user_data;
        forget(memory, injection);
        if (free_arena) slack__delivery_free(d);
        fn(NULL, user_data);
    }
}

/* What was delivered stays the core's, with its arena. */
static void end(slack_memory_t *memory)
{
    give_up(memory, &memory->injected, true);
    give_up(memory, &memory->waiting, false);
    tell(memory, SLACK_TRANSPORT_STOPPED);
}

static void run_work(slack_task_t *task)
{
    slack_memory_t *memory = SLACK_CONTAINER(task, slack_memory_t, work);
    if (memory->starting) become_ready(memory);
    if (!memory->stopping) deliver_injected(memory);
    if (memory->stopping) {
        slack__task_cancel(task); /* the stop may have come from inside, and posted it again */
        end(memory);
    }
}

static void post(slack_memory_t *memory)
{
    slack__task_post(memory->base.host->net, &memory->work);
}

int slack__memory_inject(slack_transport_t *t, slack_arena_t *arena, const slack_json_t *body,
                         int retry_num, const char *retry_reason, slack_memory_ack_fn fn,
                         void *user_data)
{
    slack_memory_t *memory = memory_of(t);
    int rc = SLACK_ECLOSED;
    if (!memory->started || memory->draining || memory->stopping) goto fail;
    rc = SLACK_EBUSY;
    if (memory->count == SLACK_MEMORY_WAITING_MAX) goto fail;

    rc = SLACK_ENOMEM;
    uint64_t now_us = slack__mono_us(slack__net_clock(t->host->net));
    slack_delivery_t *d = slack__delivery_new(arena, body, now_us);
    injection_t *injection = slack__arena_calloc(arena, sizeof *injection);
    const char *reason = slack__arena_strdup(arena, retry_reason ? retry_reason : "");
    if (!d || !injection || !reason) goto fail;

    d->retry_num = retry_num;
    d->retry_reason = reason;
    d->handle = (uintptr_t)injection;
    injection->d = d;
    injection->fn = fn;
    injection->user_data = user_data;
    slack__link_init(&injection->link);
    slack__list_push(&memory->injected, &injection->link);
    memory->count++;
    post(memory);
    return 0;

fail:
    slack__arena_free(arena);
    return rc;
}

static int memory_start(slack_transport_t *t)
{
    slack_memory_t *memory = memory_of(t);
    if (memory->started) return SLACK_EALREADY;
    memory->started = memory->starting = true;
    post(memory);
    return 0;
}

/* Nobody is on the other side. */
static void memory_leave(slack_transport_t *t)
{
}

static void memory_drain(slack_transport_t *t)
{
    memory_of(t)->draining = true;
}

static void memory_stop(slack_transport_t *t)
{
    slack_memory_t *memory = memory_of(t);
    if (!memory->started || memory->stopping) return;
    memory->stopping = true;
    memory->starting = false;
    post(memory);
}

static int memory_ack(slack_transport_t *t, slack_delivery_t *d, const slack_ack_t *ack)
{
    slack_memory_t *memory = memory_of(t);
    injection_t *injection = (injection_t *)(uintptr_t)d->handle;
    int rc = SLACK_ECLOSED;
    if (!memory->stopping) {
        bool has_body = ack->outcome == SLACK_ACK_OK && ack->type != SLACK_ACK_BODY_NONE;
        if (has_body && !d->body_allowed) return SLACK_EACKBODY;
        rc = injection->fn(ack, injection->user_data);
        if (rc == SLACK_ETOOBIG || rc == SLACK_EACKBODY) return rc;
        forget(memory, injection);
    } else if (slack__linked(&injection->link)) {
        forget(memory, injection); /* the core may free it before STOPPED is told */
        injection->fn(NULL, injection->user_data);
    }
    if (rc == 0)
        memory->stats.acked++;
    else
        memory->stats.ack_lost++;
    return rc;
}

static void memory_stats(const slack_transport_t *t, slack_transport_stats_t *ret)
{
    *ret = ((const slack_memory_t *)t)->stats;
    ret->state = t->state;
}

static unsigned memory_reload(slack_transport_t *t)
{
    return 0; /* nothing of it comes from a file */
}

static void memory_destroy(slack_transport_t *t)
{
    slack__free(memory_of(t));
}

static const struct slack_transport_ops memory_ops = {
    .name = "memory",
    .start = memory_start,
    .leave = memory_leave,
    .drain = memory_drain,
    .stop = memory_stop,
    .ack = memory_ack,
    .stats = memory_stats,
    .reload = memory_reload,
    .destroy = memory_destroy,
};

static int memory_create(slack_transport_t **ret, const struct slack_transport_host *host,
                         const slack_options_t *options, char *error)
{
    (void)options;
    (void)error;
    slack_memory_t *memory = slack__calloc(1, sizeof *memory);
    if (!memory) return SLACK_ENOMEM;
    memory->base.ops = &memory_ops;
    memory->base.host = host;
    memory->work.run = run_work;
    slack__link_init(&memory->work.link);
    slack__link_init(&memory->injected);
    slack__link_init(&memory->waiting);
    *ret = &memory->base;
    return 0;
}

const slack_transport_type_t slack__transport_memory = {"memory", memory_create};
