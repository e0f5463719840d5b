/* SPDX-License-Identifier: MIT */
#include "transport_memory/memory.h"

#include "util/alloc.h"

typedef struct slack_memory {
    slack_transport_t base; /* first, so that a const one can be cast */
    slack_task_t work;      /* does what the flags and the lists ask for */
    bool started;
    bool starting; /* STARTING and READY have to be reported */
    bool draining;
    bool stopping;
    slack_link_t injected; /* not delivered yet */
    slack_link_t waiting;  /* delivered, not acked yet */
    size_t count;          /* of both lists */
    slack_transport_stats_t stats;
} slack_memory_t;

/* What a delivery's handle points to. It lies in the delivery's arena, which outlives the ack. */
typedef struct injection {
    slack_link_t link; /* in one of the lists until the ack or the stop */
    slack_delivery_t *d;
    slack_memory_ack_fn fn;
    void *user_data;
} injection_t;

static slack_memory_t *memory_of(slack_transport_t *t)
{
    return SLACK_CONTAINER(t, slack_memory_t, base);
}

static void memory_report(slack_memory_t *memory, enum slack_transport_state state)
{
    memory->base.host->state(&memory->base, state, 0);
}

static void memory_post(slack_memory_t *memory)
{
    slack__task_post(memory->base.host->net, &memory->work);
}

static void memory_forget(slack_memory_t *memory, injection_t *injection)
{
    slack__unlink(&injection->link);
    memory->count--;
}

/* What a handler injects meanwhile is delivered in the next turn of the loop, so that other work of
 * the loop is not starved. */
static void memory_deliver(slack_memory_t *memory)
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

static void memory_give_up(slack_memory_t *memory, slack_link_t *list, bool free_arena)
{
    while (!slack__list_empty(list)) {
        injection_t *injection = SLACK_CONTAINER(list->next, injection_t, link);
        slack_delivery_t *d = injection->d;
        slack_memory_ack_fn fn = injection->fn;
        void *user_data = injection->user_data;
        memory_forget(memory, injection);
        if (free_arena) slack__delivery_free(d);
        fn(NULL, user_data);
    }
}

static void memory_work(slack_task_t *task)
{
    slack_memory_t *memory = SLACK_CONTAINER(task, slack_memory_t, work);
    if (memory->starting) {
        memory->starting = false;
        memory_report(memory, SLACK_TRANSPORT_STARTING);
        if (!memory->stopping) memory_report(memory, SLACK_TRANSPORT_READY);
    }
    if (!memory->stopping) memory_deliver(memory);
    if (!memory->stopping) return;
    slack__task_cancel(task); /* a stop from inside has posted it again */
    memory_give_up(memory, &memory->injected, true);
    memory_give_up(memory, &memory->waiting, false); /* the app owns their arenas */
    memory_report(memory, SLACK_TRANSPORT_STOPPED);
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
    uint64_t now_us = slack__mono_us(t->host->net->clock);
    slack_delivery_t *d = slack__delivery_new(arena, body, SLACK_SLICE(""), now_us);
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
    memory_post(memory);
    return 0;

fail:
    slack__arena_free(arena);
    return rc;
}

void slack__memory_recovered(slack_transport_t *t)
{
    slack_memory_t *memory = memory_of(t);
    if (!slack__list_empty(&memory->injected))
        SLACK_CONTAINER(memory->injected.prev, injection_t, link)->d->recovered = true;
}

static int memory_start(slack_transport_t *t)
{
    slack_memory_t *memory = memory_of(t);
    if (memory->started) return SLACK_EALREADY;
    memory->started = memory->starting = true;
    memory_post(memory);
    return 0;
}

/* There is no peer to inform. */
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
    memory_post(memory);
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
        memory_forget(memory, injection);
    } else if (slack__linked(&injection->link)) {
        memory_forget(memory, injection); /* its arena may be freed before STOPPED */
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
    return 0; /* nothing of this transport comes from a file */
}

static void memory_destroy(slack_transport_t *t)
{
    slack__free(memory_of(t));
}

static const struct slack_transport_ops memory_ops = {
    .name = "memory",
    .start = memory_start,
    .allow = slack__allowance_ignore,
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
    memory->work.run = memory_work;
    slack__link_init(&memory->work.link);
    slack__link_init(&memory->injected);
    slack__link_init(&memory->waiting);
    *ret = &memory->base;
    return 0;
}

const slack_transport_type_t slack__transport_memory = {"memory", memory_create};
