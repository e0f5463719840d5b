/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <stdio.h>
#include <string.h>

#include <slack/options.h>

#include "util/alloc.h"
#include "util/map.h"

/*
 * The inbox in memory: it recognises redeliveries for as long as the process lives, and nothing
 * outlives it. So a payload, which is there to run a delivery again after a crash, is not kept.
 */

/* A delivery that is known by its key. */
typedef struct row {
    slack_link_t finished; /* in the store's list, the oldest first; alone while unfinished */
    uint64_t finished_ms;
    size_t key_len;
    char key[];
} row_t;

typedef struct memory_store {
    slack_store_t store;
    slack_net_t *net;
    slack_map_t *rows;
    slack_link_t finished;
    slack_link_t submitted;
    slack_task_t task;
    bool closing;
    void (*close_fn)(void *user_data);
    void *close_data;
} memory_store_t;

static uint64_t now_ms(const memory_store_t *memory)
{
    return slack__mono_ms(slack__net_clock(memory->net));
}

static slack_slice_t key_of(const void *value)
{
    const row_t *row = value;
    return (slack_slice_t){row->key, row->key_len};
}

/* --- forgetting ---------------------------------------------------------------------------- */

static bool forget_oldest(memory_store_t *memory)
{
    slack_link_t *link = slack__list_shift(&memory->finished);
    if (!link) return false;
    row_t *row = SLACK_CONTAINER(link, row_t, finished);
    slack__map_take(memory->rows, key_of(row));
    slack__free(row);
    return true;
}

static void forget_expired(memory_store_t *memory)
{
    uint64_t now = now_ms(memory);
    while (!slack__list_empty(&memory->finished)) {
        const row_t *row = SLACK_CONTAINER(memory->finished.next, row_t, finished);
        if (now - row->finished_ms < SLACK_STORE_KEEP_MS) return;
        forget_oldest(memory);
    }
}

/* --- operations ---------------------------------------------------------------------------- */

static row_t *new_row(slack_slice_t key)
{
    row_t *row = slack__malloc(sizeof *row + key.len);
    if (!row) return NULL;
    slack__link_init(&row->finished);
    row->finished_ms = 0;
    row->key_len = key.len;
    memcpy(row->key, key.ptr, key.len);
    return row;
}

static int put(memory_store_t *memory, slack_store_op_t *op)
{
    op->duplicate = false;
    if (op->key.len == 0) return 0; /* can never come again, so there is nothing to remember */
    if (slack__map_get(memory->rows, op->key)) {
        op->duplicate = true;
        return 0;
    }
    row_t *row = new_row(op->key);
    if (!row) return SLACK_ENOMEM;
    int rc = slack__map_put(memory->rows, key_of(row), row);
    /* The bound: an old key is the smaller loss. Where all are unfinished, the new one has to wait.
     */
    if (rc == SLACK_EBUSY && forget_oldest(memory))
        rc = slack__map_put(memory->rows, key_of(row), row);
    if (rc != 0) slack__free(row);
    return rc;
}

static int finish(memory_store_t *memory, const slack_store_op_t *op)
{
    row_t *row = slack__map_get(memory->rows, op->key);
    if (!row || slack__linked(&row->finished)) return 0; /* nothing left to finish */
    row->finished_ms = now_ms(memory);
    slack__list_push(&memory->finished, &row->finished);
    return 0;
}

static void apply(memory_store_t *memory, slack_store_op_t *op)
{
    switch (op->kind) {
    case SLACK_STORE_PUT: op->status = put(memory, op); break;
    case SLACK_STORE_FINISH: op->status = finish(memory, op); break;
    }
}

static void free_store(memory_store_t *memory)
{
    slack__map_free(memory->rows, slack__free);
    slack__free(memory);
}

/* One batch: what was submitted before the task ran. What its owners submit meanwhile is the next
 * one. */
static void run_batch(slack_task_t *task)
{
    memory_store_t *memory = SLACK_CONTAINER(task, memory_store_t, task);
    slack_link_t batch, *link;
    slack__link_init(&batch);
    slack__list_splice(&batch, &memory->submitted);
    forget_expired(memory);
    while ((link = slack__list_shift(&batch))) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        apply(memory, op);
        op->done(op);
    }
    if (!memory->closing || !slack__list_empty(&memory->submitted)) return;
    void (*fn)(void *user_data) = memory->close_fn;
    void *user_data = memory->close_data;
    slack__task_cancel(task);
    free_store(memory);
    if (fn) fn(user_data);
}

/* --- the contract -------------------------------------------------------------------------- */

static void memory_submit(slack_store_t *store, slack_store_op_t *op)
{
    memory_store_t *memory = SLACK_CONTAINER(store, memory_store_t, store);
    slack__list_push(&memory->submitted, &op->link);
    slack__task_post(memory->net, &memory->task);
}

static void memory_close(slack_store_t *store, void (*fn)(void *user_data), void *user_data)
{
    memory_store_t *memory = SLACK_CONTAINER(store, memory_store_t, store);
    memory->closing = true;
    memory->close_fn = fn;
    memory->close_data = user_data;
    slack__task_post(memory->net, &memory->task);
}

static int memory_open(slack_store_t **ret, slack_net_t *net, const char *rest, char *error)
{
    if (*rest) {
        if (error) snprintf(error, SLACK_ERROR_TEXT_MAX, "nothing may follow \"memory:\"");
        return SLACK_ECONFIG;
    }
    memory_store_t *memory = slack__calloc(1, sizeof *memory);
    if (!memory) return SLACK_ENOMEM;
    memory->rows = slack__map_new_keyed(SLACK_STORE_ROWS_MAX, key_of);
    if (!memory->rows) {
        slack__free(memory);
        return SLACK_ENOMEM;
    }
    memory->store.ops = &slack__store_memory;
    memory->net = net;
    slack__link_init(&memory->finished);
    slack__link_init(&memory->submitted);
    slack__link_init(&memory->task.link);
    memory->task.run = run_batch;
    *ret = &memory->store;
    return 0;
}

const slack_store_ops_t slack__store_memory = {
    .scheme = "memory",
    .open = memory_open,
    .submit = memory_submit,
    .close = memory_close,
};
