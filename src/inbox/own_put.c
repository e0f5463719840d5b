/* SPDX-License-Identifier: MIT */
#include "inbox/own_put.h"

#include "inbox/entry.h"
#include "util/error.h"

const char *slack__own_key(const slack_inbox_t *inbox, slack_arena_t *arena, slack_slice_t kind,
                           const char *own_key)
{
    const slack_slice_t app = inbox->queue->app;
    return slack__arena_printf(arena, "%.*s:%.*s:%s", (int)kind.len, kind.ptr, (int)app.len,
                               app.ptr, own_key);
}

/* ---- storing ---- */

void *slack__own_put_new(slack_inbox_t *inbox, size_t size)
{
    slack_arena_t *arena = slack__arena_new(1024, 0);
    slack_own_put_t *own = arena ? slack__arena_calloc(arena, size) : NULL;
    if (own == NULL) {
        slack__arena_free(arena);
        return NULL;
    }
    own->inbox = inbox;
    own->arena = arena;
    return own;
}

static void own_ended(slack_own_put_t *own, int status)
{
    if (own->done) own->done(own);
    if (own->stored) own->stored(own->inbox->services->app, status, own->stored_data);
    slack__arena_free(own->arena);
}

static void own_stored(slack_store_op_t *op)
{
    slack_own_put_t *own = SLACK_CONTAINER(op, slack_own_put_t, op);
    const slack_logger_t *log = slack__inbox_log(own->inbox);
    const slack_row_t *row = &op->row;
    if (op->status != 0)
        SLACK_LOG(log, ERROR, "not stored", "kind=%.*s name=%.*s error=%s reason=%s hint=%s",
                  (int)row->kind.len, row->kind.ptr, (int)row->name.len, row->name.ptr,
                  slack_err_name(op->status), slack_strerror(op->status),
                  "see the log of the store, and store it again");
    else if (op->duplicate)
        SLACK_LOG(log, INFO, "duplicate not stored", "kind=%.*s name=%.*s key=%.*s",
                  (int)row->kind.len, row->kind.ptr, (int)row->name.len, row->name.ptr,
                  (int)row->key.len, row->key.ptr);
    else
        slack__queue_look_at(own->inbox->queue, row->due_ms);
    own_ended(own, op->status == 0 && op->duplicate ? SLACK_EALREADY : op->status);
}

/* The name of the app is known from the start on. */
static int own_submit(slack_own_put_t *own)
{
    slack_inbox_t *inbox = own->inbox;
    const slack_transports_t *transports = inbox->transports;
    slack_row_t *row = &own->op.row;
    if (own->own_key) {
        const char *key = slack__own_key(inbox, own->arena, row->kind, own->own_key);
        if (key == NULL) return SLACK_ENOMEM;
        row->key = slack__slice(key);
    }
    row->app = inbox->queue->app;
    row->transport = slack__slice(transports->count ? transports->list[0]->ops->name : "");
    own->op.kind = SLACK_STORE_PUT;
    own->op.done = own_stored;
    slack__link_init(&own->op.link);
    slack__queue_submit(inbox->queue, &own->op);
    return 0;
}

int slack__own_put(slack_own_put_t *own)
{
    int rc = 0;
    if (own->inbox->queue->phase == SLACK_QUEUE_NEW)
        slack__list_push(&own->inbox->deferred, &own->link);
    else
        rc = own_submit(own);
    if (rc == 0) own->inbox->services->own_rows++;
    return rc;
}

void slack__own_puts_start(slack_inbox_t *inbox)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&inbox->deferred)) != NULL) {
        slack_own_put_t *own = SLACK_CONTAINER(link, slack_own_put_t, link);
        const int rc = own_submit(own);
        if (rc == 0) continue;
        own->op.status = rc;
        own_stored(&own->op);
    }
}

void slack__own_puts_cancel(slack_inbox_t *inbox)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&inbox->deferred)) != NULL)
        own_ended(SLACK_CONTAINER(link, slack_own_put_t, link), SLACK_ECANCELED);
}

/* ---- canceling ---- */

typedef struct cancel {
    slack_arena_t *arena;
    slack_store_op_t op;
    slack_store_batch_t batch;
    slack_queue_t *queue;
    slack_app_t *app;
    slack_cancel_fn fn;
    void *user_data;
} cancel_t;

/* The row may have held others with its ordering key up. */
static void row_canceled(slack_store_op_t *op)
{
    const cancel_t *cancel = SLACK_CONTAINER(op, cancel_t, op);
    if (op->status == 0 && cancel->batch.count > 0) slack__queue_look_in(cancel->queue, 0);
    const int status = op->status == 0 && cancel->batch.count == 0 ? SLACK_ENOTFOUND : op->status;
    if (cancel->fn) cancel->fn(cancel->app, status, cancel->user_data);
    slack__arena_free(cancel->arena);
}

int slack__own_cancel(slack_inbox_t *inbox, slack_slice_t kind, const char *own_key,
                      slack_cancel_fn fn, void *user_data)
{
    if (own_key == NULL || *own_key == '\0') return SLACK_EINVAL;
    if (!slack__queue_is_open(inbox->queue)) return SLACK_ECANCELED;
    slack_arena_t *arena = slack__arena_new(1024, 0);
    cancel_t *cancel = arena ? slack__arena_calloc(arena, sizeof *cancel) : NULL;
    const char *key = cancel ? slack__own_key(inbox, arena, kind, own_key) : NULL;
    if (key == NULL) {
        slack__arena_free(arena);
        return SLACK_ENOMEM;
    }
    cancel->arena = arena;
    cancel->queue = inbox->queue;
    cancel->app = inbox->services->app;
    cancel->fn = fn;
    cancel->user_data = user_data;
    cancel->op = (slack_store_op_t){.kind = SLACK_STORE_CANCEL,
                                    .row.key = slack__slice(key),
                                    .batch = &cancel->batch,
                                    .done = row_canceled};
    slack__link_init(&cancel->op.link);
    slack__queue_submit(inbox->queue, &cancel->op);
    return 0;
}
