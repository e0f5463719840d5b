/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <stdio.h>
#include <string.h>

#include <slack/options.h>

#include "store/kv_memory.h"
#include "util/alloc.h"
#include "util/map.h"

/*
 * The inbox in memory: it recognises redeliveries and repeats attempts for as long as the process
 * lives, and nothing outlives it. So the text of a row is kept only from when the row has to wait:
 * until then its delivery holds it.
 */

/* All of a row, in an arena of its own. */
typedef struct kept {
    slack_arena_t *arena;
    slack_row_t row;
} kept_t;

/* A row that is known by its key, or by its id where it has none. There may be very many. */
typedef struct row {
    slack_link_t link; /* in the list of its state */
    int64_t changed_ms;
    kept_t *kept; /* of queued and dead rows, and of running ones that were queued; else NULL */
    uint32_t key_len;
    uint16_t attempt;
    uint8_t state;
    bool keyless;
    char key[];
} row_t;

typedef struct memory_store {
    slack_store_t store;
    slack_net_t *net;
    slack_map_t *rows;
    slack_link_t lists[SLACK_ROW_STATES]; /* queued: by due_ms, then id; the rest: as they came */
    slack_kv_memory_t *kv;
    size_t kept_bytes;
    int64_t last_id;
    slack_link_t submitted;
    slack_task_t task;
    bool closing;
    void (*close_fn)(void *user_data);
    void *close_data;
} memory_store_t;

static int64_t now_ms(const memory_store_t *memory)
{
    return slack__wall_ms(slack__net_clock(memory->net));
}

/* --- rows ---------------------------------------------------------------------------------- */

/* What the map knows a row by; no key of Slack's begins with NUL and has this length. */
#define ID_KEY_BYTES (1 + sizeof(int64_t))

static slack_slice_t map_key(char id_key[ID_KEY_BYTES], slack_slice_t key, int64_t id)
{
    if (key.len > 0) return key;
    id_key[0] = '\0';
    memcpy(id_key + 1, &id, sizeof id);
    return (slack_slice_t){id_key, ID_KEY_BYTES};
}

static row_t *find(const memory_store_t *memory, const slack_row_t *row)
{
    char id_key[ID_KEY_BYTES];
    return slack__map_get(memory->rows, map_key(id_key, row->key, row->id));
}

static slack_slice_t key_of(const void *value)
{
    const row_t *row = value;
    return (slack_slice_t){row->key, row->key_len};
}

static int64_t id_of(const row_t *row)
{
    return row->kept ? row->kept->row.id : 0;
}

static void drop_kept(memory_store_t *memory, row_t *row)
{
    if (!row->kept) return;
    memory->kept_bytes -= slack__arena_size(row->kept->arena);
    slack__arena_free(row->kept->arena); /* kept lies in it */
    row->kept = NULL;
}

static void row_free(void *value)
{
    row_t *row = value;
    if (row->kept) slack__arena_free(row->kept->arena);
    slack__free(row);
}

static void forget(memory_store_t *memory, row_t *row)
{
    slack__map_take(memory->rows, key_of(row));
    slack__unlink(&row->link);
    drop_kept(memory, row);
    slack__free(row);
}

static bool forget_oldest(memory_store_t *memory)
{
    slack_link_t *list = &memory->lists[SLACK_ROW_DONE];
    if (slack__list_empty(list)) return false;
    forget(memory, SLACK_CONTAINER(list->next, row_t, link));
    return true;
}

static void forget_expired(memory_store_t *memory, enum slack_row_state state, int64_t keep_ms)
{
    int64_t now = now_ms(memory);
    slack_link_t *list = &memory->lists[state];
    while (!slack__list_empty(list)) {
        row_t *row = SLACK_CONTAINER(list->next, row_t, link);
        if (now - row->changed_ms < keep_ms) return;
        forget(memory, row);
    }
}

static bool due_before(const row_t *a, const row_t *b)
{
    const slack_row_t *x = &a->kept->row, *y = &b->kept->row;
    return x->due_ms != y->due_ms ? x->due_ms < y->due_ms : x->id < y->id;
}

static void move(memory_store_t *memory, row_t *row, enum slack_row_state state)
{
    slack_link_t *list = &memory->lists[state];
    slack__unlink(&row->link);
    row->state = (uint8_t)state;
    row->changed_ms = now_ms(memory);
    slack_link_t *at = list;
    if (state == SLACK_ROW_QUEUED)
        while (at->prev != list && due_before(row, SLACK_CONTAINER(at->prev, row_t, link)))
            at = at->prev;
    slack__list_push(at, &row->link); /* at the end of a list, or before a link of it */
}

static int new_row(memory_store_t *memory, const slack_row_t *from, row_t **ret)
{
    char id_key[ID_KEY_BYTES];
    slack_slice_t key = map_key(id_key, from->key, from->id);
    row_t *row = slack__malloc(sizeof *row + key.len);
    if (!row) return SLACK_ENOMEM;
    *row = (row_t){.key_len = (uint32_t)key.len, .keyless = from->key.len == 0};
    memcpy(row->key, key.ptr, key.len);
    slack__link_init(&row->link);
    int rc = slack__map_put(memory->rows, key_of(row), row);
    /* The bound: an old key is the smaller loss. Where all are unfinished, the new one has to wait.
     */
    if (rc == SLACK_EBUSY && forget_oldest(memory))
        rc = slack__map_put(memory->rows, key_of(row), row);
    if (rc != 0)
        slack__free(row);
    else
        *ret = row;
    return rc;
}

/* Keep all of a row, in the place of what is kept of it. */
static int keep(memory_store_t *memory, row_t *row, const slack_row_t *from)
{
    slack_arena_t *arena = slack__arena_new(1024, 0);
    if (!arena) return SLACK_ENOMEM;
    kept_t *kept = slack__arena_alloc(arena, sizeof *kept);
    bool copied = kept && slack__row_copy(arena, &kept->row, from);
    size_t size = slack__arena_size(arena);
    if (!copied || memory->kept_bytes + size > SLACK_STORE_BYTES_MAX) {
        slack__arena_free(arena);
        return copied ? SLACK_EBUSY : SLACK_ENOMEM;
    }
    drop_kept(memory, row);
    memory->kept_bytes += size;
    kept->arena = arena;
    row->kept = kept;
    return 0;
}

/* --- operations on one row ------------------------------------------------------------------ */

static int put(memory_store_t *memory, slack_store_op_t *op)
{
    op->row.id = ++memory->last_id;
    op->row.received_ms = now_ms(memory);
    slack_row_t from = op->row;
    op->duplicate = false;
    /* Can never come again, so there is nothing to remember before it has to wait. */
    if (from.key.len == 0 && op->claim) return 0;
    if (from.key.len > 0 && find(memory, &from)) {
        op->duplicate = true;
        return 0;
    }
    row_t *row = NULL;
    int rc = new_row(memory, &from, &row);
    if (rc == 0 && !op->claim && (rc = keep(memory, row, &from)) != 0) forget(memory, row);
    if (rc != 0) return rc;
    row->attempt = op->claim ? 1 : 0;
    move(memory, row, op->claim ? SLACK_ROW_RUNNING : SLACK_ROW_QUEUED);
    return 0;
}

static void finish(memory_store_t *memory, const slack_store_op_t *op)
{
    row_t *row = find(memory, &op->row);
    if (!row || row->state != SLACK_ROW_RUNNING) return; /* nothing left to finish */
    if (op->forget || row->keyless) {
        forget(memory, row);
        return;
    }
    drop_kept(memory, row);
    move(memory, row, SLACK_ROW_DONE);
}

/* WAIT and BURY. What was kept since it was queued last is kept on, with its new fate. */
static int put_back(memory_store_t *memory, const slack_store_op_t *op, enum slack_row_state state)
{
    row_t *row = find(memory, &op->row);
    if (row && row->state != SLACK_ROW_RUNNING) return 0;
    int rc = row ? 0 : new_row(memory, &op->row, &row);
    if (rc != 0) return rc;
    slack_row_t from = row->kept ? row->kept->row : op->row;
    from.done = op->row.done;
    from.error = op->row.error;
    from.due_ms = op->row.due_ms;
    rc = keep(memory, row, &from);
    if (rc != 0) {
        if (!slack__linked(&row->link)) forget(memory, row);
        return rc;
    }
    if (row->attempt == 0) row->attempt = 1;
    move(memory, row, state);
    return 0;
}

static void cancel(memory_store_t *memory, slack_store_op_t *op)
{
    row_t *row = op->row.key.len > 0 ? find(memory, &op->row) : NULL;
    op->batch->count = row && row->state == SLACK_ROW_QUEUED;
    if (op->batch->count) forget(memory, row);
}

/* A dead row whose key is to be free stays under its id. */
static int bury(memory_store_t *memory, slack_store_op_t *op)
{
    if (op->forget && op->row.key.len > 0) {
        row_t *row = find(memory, &op->row);
        slack_store_op_t keyless = *op;
        keyless.row = row && row->kept ? row->kept->row : op->row;
        keyless.row.id = op->row.id;
        keyless.row.key = (slack_slice_t){NULL, 0};
        keyless.row.done = op->row.done;
        keyless.row.error = op->row.error;
        uint16_t attempt = row ? row->attempt : 1;
        int rc = put_back(memory, &keyless, SLACK_ROW_DEAD);
        if (rc == 0) find(memory, &keyless.row)->attempt = attempt;
        if (rc == 0 && row) forget(memory, row);
        return rc;
    }
    return put_back(memory, op, SLACK_ROW_DEAD);
}

/* --- operations on several rows ------------------------------------------------------------- */

/* Describe a row in the arena; `full` with its payload. */
static int tell_row(slack_store_batch_t *batch, const row_t *row, bool full)
{
    slack_row_t told = row->kept ? row->kept->row : (slack_row_t){0};
    told.state = (enum slack_row_state)row->state;
    told.attempt = row->attempt;
    told.changed_ms = row->changed_ms;
    told.key = row->keyless ? (slack_slice_t){NULL, 0} : (slack_slice_t){row->key, row->key_len};
    if (!full) told.payload = (slack_slice_t){NULL, 0};
    if (!slack__row_copy(batch->arena, &batch->rows[batch->count], &told)) return SLACK_ENOMEM;
    batch->count++;
    return 0;
}

/* Nothing comes out of what failed. */
static int batch_end(slack_store_batch_t *batch, int rc)
{
    if (rc == 0 && batch->count > 0) return 0;
    slack__arena_free(batch->arena);
    batch->arena = NULL;
    batch->rows = NULL;
    batch->count = 0;
    return rc;
}

static row_t *first_due(const memory_store_t *memory, int64_t now)
{
    const slack_link_t *list = &memory->lists[SLACK_ROW_QUEUED];
    if (slack__list_empty(list)) return NULL;
    row_t *row = SLACK_CONTAINER(list->next, row_t, link);
    return row->kept->row.due_ms <= now ? row : NULL;
}

static int claim(memory_store_t *memory, slack_store_batch_t *batch)
{
    const slack_link_t *queued = &memory->lists[SLACK_ROW_QUEUED];
    int rc = first_due(memory, batch->now_ms) ? slack__batch_begin(batch, batch->limit) : 0;
    row_t *row;
    while (rc == 0 && batch->count < batch->limit && (row = first_due(memory, batch->now_ms))) {
        row->attempt++;
        rc = tell_row(batch, row, true);
        if (rc != 0)
            row->attempt--;
        else
            move(memory, row, SLACK_ROW_RUNNING);
        if (rc == 0) batch->rows[batch->count - 1].state = SLACK_ROW_RUNNING;
    }
    if (batch->count > 0) rc = 0; /* some are better than none, and the rest comes next time */
    batch->next_ms = slack__list_empty(queued)
                         ? INT64_MAX
                         : SLACK_CONTAINER(queued->next, row_t, link)->kept->row.due_ms;
    return batch_end(batch, rc);
}

static row_t *find_by_id(const memory_store_t *memory, int64_t id, enum slack_row_state state)
{
    const slack_link_t *list = &memory->lists[state];
    for (slack_link_t *link = list->next; link != list; link = link->next)
        if (id_of(SLACK_CONTAINER(link, row_t, link)) == id)
            return SLACK_CONTAINER(link, row_t, link);
    return NULL;
}

/* The row with the smallest id above this one. */
static const row_t *next_above(const slack_link_t *list, int64_t id)
{
    const row_t *next = NULL;
    for (slack_link_t *link = list->next; link != list; link = link->next) {
        const row_t *row = SLACK_CONTAINER(link, row_t, link);
        if (id_of(row) > id && (!next || id_of(row) < id_of(next))) next = row;
    }
    return next;
}

static int list_rows(memory_store_t *memory, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    int rc = slack__batch_begin(batch, batch->one ? 1 : batch->limit);
    for (unsigned s = 0; rc == 0 && batch->one && s < SLACK_ROW_STATES && !batch->count; s++) {
        const row_t *row = find_by_id(memory, op->row.id, (enum slack_row_state)s);
        if (row) rc = tell_row(batch, row, true);
    }
    int64_t after = op->row.id;
    while (rc == 0 && !batch->one && batch->count < batch->limit) {
        const row_t *row = next_above(&memory->lists[batch->state], after);
        if (!row) break;
        after = id_of(row);
        rc = tell_row(batch, row, false);
    }
    return batch_end(batch, rc);
}

/* RETRY and DROP, of one row or of all that are dead. */
static void each_dead(memory_store_t *memory, const slack_store_op_t *op,
                      void (*fn)(memory_store_t *memory, row_t *row))
{
    slack_link_t *list = &memory->lists[SLACK_ROW_DEAD];
    op->batch->count = 0;
    slack_link_t *next;
    for (slack_link_t *link = list->next; link != list; link = next) {
        next = link->next;
        row_t *row = SLACK_CONTAINER(link, row_t, link);
        if (op->row.id != 0 && id_of(row) != op->row.id) continue;
        if (op->row.id == 0 && op->batch->limit && op->batch->count == op->batch->limit) return;
        fn(memory, row);
        op->batch->count++;
    }
}

static void retry(memory_store_t *memory, row_t *row)
{
    row->attempt = 0;
    row->kept->row.due_ms = now_ms(memory);
    row->kept->row.error = (slack_slice_t){NULL, 0};
    move(memory, row, SLACK_ROW_QUEUED);
}

static void drop(memory_store_t *memory, slack_store_op_t *op)
{
    each_dead(memory, op, forget);
    row_t *row = op->row.id ? find_by_id(memory, op->row.id, SLACK_ROW_QUEUED) : NULL;
    if (!row) return;
    forget(memory, row);
    op->batch->count = 1;
}

static void count_rows(const memory_store_t *memory, slack_store_batch_t *batch)
{
    for (unsigned s = 0; s < SLACK_ROW_STATES; s++) {
        const slack_link_t *list = &memory->lists[s];
        batch->counts[s] = 0;
        batch->oldest_ms[s] = 0;
        for (slack_link_t *link = list->next; link != list; link = link->next) {
            const row_t *row = SLACK_CONTAINER(link, row_t, link);
            int64_t ms = row->kept ? row->kept->row.received_ms : row->changed_ms;
            if (batch->counts[s]++ == 0 || ms < batch->oldest_ms[s]) batch->oldest_ms[s] = ms;
        }
    }
}

static int kv_get(memory_store_t *memory, slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    const slack_row_t *value = slack__kv_memory_get(memory->kv, op->row.key, now_ms(memory));
    int rc = slack__batch_begin(batch, 1);
    if (rc == 0 && value)
        rc = slack__row_copy(batch->arena, &batch->rows[batch->count++], value) ? 0 : SLACK_ENOMEM;
    return batch_end(batch, rc);
}

static int apply(memory_store_t *memory, slack_store_op_t *op)
{
    int rc = 0;
    switch (op->kind) {
    case SLACK_STORE_PUT: rc = put(memory, op); break;
    case SLACK_STORE_MARK: break; /* a crash takes the row as well */
    case SLACK_STORE_FINISH: finish(memory, op); break;
    case SLACK_STORE_WAIT: rc = put_back(memory, op, SLACK_ROW_QUEUED); break;
    case SLACK_STORE_BURY: rc = bury(memory, op); break;
    case SLACK_STORE_CLAIM: rc = claim(memory, op->batch); break;
    case SLACK_STORE_CANCEL: cancel(memory, op); break;
    case SLACK_STORE_KV_PUT: rc = slack__kv_memory_put(memory->kv, &op->row, now_ms(memory)); break;
    case SLACK_STORE_RENEW: break; /* there is one owner */
    case SLACK_STORE_KV_GET: rc = kv_get(memory, op); break;
    case SLACK_STORE_LIST: rc = list_rows(memory, op); break;
    case SLACK_STORE_RETRY: each_dead(memory, op, retry); break;
    case SLACK_STORE_DROP: drop(memory, op); break;
    case SLACK_STORE_STATS: count_rows(memory, op->batch); break;
    }
    return rc;
}

static void free_store(memory_store_t *memory)
{
    slack__map_free(memory->rows, row_free);
    slack__kv_memory_free(memory->kv);
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
    forget_expired(memory, SLACK_ROW_DONE, SLACK_STORE_KEEP_MS);
    forget_expired(memory, SLACK_ROW_DEAD, SLACK_STORE_DEAD_MS);
    while ((link = slack__list_shift(&batch))) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        op->status = apply(memory, op);
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
    memory->kv = slack__kv_memory_new();
    if (!memory->rows || !memory->kv) {
        free_store(memory);
        return SLACK_ENOMEM;
    }
    memory->store.ops = &slack__store_memory;
    memory->net = net;
    for (unsigned s = 0; s < SLACK_ROW_STATES; s++)
        slack__link_init(&memory->lists[s]);
    slack__link_init(&memory->submitted);
    slack__link_init(&memory->task.link);
    memory->task.run = run_batch;
    *ret = &memory->store;
    return 0;
}

const slack_store_ops_t slack__store_memory = {
    .scheme = "memory",
    .durable = false,
    .open = memory_open,
    .submit = memory_submit,
    .close = memory_close,
};
