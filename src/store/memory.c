/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <string.h>

#include <slack/options.h>

#include "store/kv_memory.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/map.h"

/*
 * A store in memory recognises redeliveries and repeats attempts while the process lives, and
 * nothing outlives it. So it keeps the texts of a row only from the time when the row has to wait:
 * until then the row's delivery holds them.
 */

/* All of a row, in an arena of its own. */
typedef struct kept {
    slack_arena_t *arena;
    slack_row_t row;
} kept_t;

/* A row. There may be very many, so it is small. */
typedef struct row {
    slack_link_t link; /* in the list of its state */
    int64_t changed_ms;
    kept_t *kept; /* queued and dead rows, running ones that were queued, and rows with an ordering
                     key until they are done; otherwise NULL */
    uint32_t key_len;
    uint16_t attempt;
    uint8_t state;
    bool keyless; /* `key` is made of the id */
    bool holds;   /* it waits, and newer rows with its ordering key stay behind it */
    char key[];
} row_t;

typedef struct memory_store {
    slack_store_t store;
    slack_net_t *net;
    slack_map_t *rows;
    slack_link_t lists[SLACK_ROW_STATES]; /* queued: by due_ms and id; others: by changed_ms */
    slack_kv_memory_t *kv;
    size_t kept_bytes;
    int64_t last_id;
    slack_link_t submitted;
    slack_task_t task;
    bool closing;
    void (*close_fn)(void *user_data);
    void *close_data;
} memory_store_t;

static int64_t memory_now_ms(const memory_store_t *memory)
{
    return slack__wall_ms(slack__net_clock(memory->net));
}

/* --- rows ---------------------------------------------------------------------------------- */

/* The map's key for a row without a key: NUL and the id. No key of Slack's looks like that. */
#define ID_KEY_BYTES (1 + sizeof(int64_t))

static slack_slice_t map_key(char id_key[ID_KEY_BYTES], slack_slice_t key, int64_t id)
{
    if (key.len > 0) return key;
    id_key[0] = '\0';
    memcpy(id_key + 1, &id, sizeof id);
    return (slack_slice_t){id_key, ID_KEY_BYTES};
}

/* A row that has given its key up to another one is found under its id. */
static row_t *row_find(const memory_store_t *memory, const slack_row_t *row)
{
    char id_key[ID_KEY_BYTES];
    row_t *found = slack__map_get(memory->rows, map_key(id_key, row->key, row->id));
    if (found && row->id != 0 && row->key.len > 0 && found->kept && found->kept->row.id != row->id)
        found = slack__map_get(memory->rows, map_key(id_key, (slack_slice_t){NULL, 0}, row->id));
    return found;
}

static slack_slice_t row_key(const void *value)
{
    const row_t *row = value;
    return (slack_slice_t){row->key, row->key_len};
}

static int64_t row_id(const row_t *row)
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

static void row_forget(memory_store_t *memory, row_t *row)
{
    slack__map_take(memory->rows, row_key(row));
    slack__unlink(&row->link);
    drop_kept(memory, row);
    slack__free(row);
}

static void forget_expired(memory_store_t *memory, enum slack_row_state state, int64_t keep_ms)
{
    int64_t now = memory_now_ms(memory);
    slack_link_t *list = &memory->lists[state];
    while (!slack__list_empty(list)) {
        row_t *row = SLACK_CONTAINER(list->next, row_t, link);
        if (now - row->changed_ms < keep_ms) return;
        row_forget(memory, row);
    }
}

static bool due_before(const row_t *a, const row_t *b)
{
    const slack_row_t *x = &a->kept->row, *y = &b->kept->row;
    return x->due_ms != y->due_ms ? x->due_ms < y->due_ms : x->id < y->id;
}

static void row_move(memory_store_t *memory, row_t *row, enum slack_row_state state)
{
    slack_link_t *list = &memory->lists[state];
    slack__unlink(&row->link);
    row->state = (uint8_t)state;
    row->changed_ms = memory_now_ms(memory);
    slack_link_t *at = list;
    if (state == SLACK_ROW_QUEUED)
        while (at->prev != list && due_before(row, SLACK_CONTAINER(at->prev, row_t, link)))
            at = at->prev;
    slack__list_push(at, &row->link); /* at the end, or before the row `at` */
}

static int row_new(memory_store_t *memory, const slack_row_t *from, row_t **ret)
{
    char id_key[ID_KEY_BYTES];
    slack_slice_t key = map_key(id_key, from->key, from->id);
    row_t *row = slack__malloc(sizeof *row + key.len);
    if (!row) return SLACK_ENOMEM;
    *row = (row_t){.key_len = (uint32_t)key.len, .keyless = from->key.len == 0};
    memcpy(row->key, key.ptr, key.len);
    slack__link_init(&row->link);
    int rc = slack__map_put(memory->rows, row_key(row), row);
    /* At the limit, the oldest done key is the smallest loss. If no row is done, the new one fails.
     */
    slack_link_t *done = &memory->lists[SLACK_ROW_DONE];
    if (rc == SLACK_EBUSY && !slack__list_empty(done)) {
        row_forget(memory, SLACK_CONTAINER(done->next, row_t, link));
        rc = slack__map_put(memory->rows, row_key(row), row);
    }
    if (rc != 0)
        slack__free(row);
    else
        *ret = row;
    return rc;
}

/* Keep all of a row, in place of what was kept of it before. */
static int row_keep(memory_store_t *memory, row_t *row, const slack_row_t *from)
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

/* --- ordering keys -------------------------------------------------------------------------- */

/* The first row of a state, in the order of its list, that has the ordering key of a row and an id
 * below `before`. Of queued rows, one that is due or holds others up, or with `behind` one that
 * another is before. */
static row_t *order_find(const memory_store_t *memory, const slack_row_t *of,
                         enum slack_row_state state, bool behind, int64_t before)
{
    const slack_link_t *list = &memory->lists[state];
    const int64_t now = memory_now_ms(memory);
    for (slack_link_t *link = list->next; link != list; link = link->next) {
        row_t *row = SLACK_CONTAINER(link, row_t, link);
        const slack_row_t *kept = row->kept ? &row->kept->row : NULL;
        if (!kept || kept->id >= before || !slack__slice_eq(kept->order, of->order)) continue;
        if (!slack__slice_eq(kept->app, of->app)) continue;
        const bool due = kept->due_ms <= now || (row->holds && kept->due_ms != SLACK_ROW_BEHIND);
        if (state == SLACK_ROW_QUEUED && (behind ? kept->due_ms != SLACK_ROW_BEHIND : !due))
            continue;
        return row;
    }
    return NULL;
}

/* Whether a row may not run now, because another row with its ordering key comes first. */
static bool order_is_busy(const memory_store_t *memory, const slack_row_t *row)
{
    if (row->order.len == 0) return false;
    return order_find(memory, row, SLACK_ROW_RUNNING, false, INT64_MAX) ||
           order_find(memory, row, SLACK_ROW_QUEUED, false, row->id);
}

static void row_set_due(memory_store_t *memory, row_t *row, int64_t due_ms)
{
    const int64_t changed_ms = row->changed_ms;
    row->kept->row.due_ms = due_ms;
    row_move(memory, row, SLACK_ROW_QUEUED);
    row->changed_ms = changed_ms;
}

/* After the end of a row: the next row with its ordering key may be claimed. */
static void order_advance(memory_store_t *memory, const slack_row_t *of)
{
    if (of->order.len == 0) return;
    row_t *next = order_find(memory, of, SLACK_ROW_QUEUED, true, INT64_MAX);
    if (next) row_set_due(memory, next, next->kept->row.planned_ms);
}

/* Forget a queued row. */
static void row_cancel(memory_store_t *memory, row_t *row)
{
    kept_t *kept = row->kept;
    memory->kept_bytes -= slack__arena_size(kept->arena);
    row->kept = NULL;
    row_forget(memory, row);
    order_advance(memory, &kept->row);
    slack__arena_free(kept->arena);
}

/* --- operations on one row ------------------------------------------------------------------ */

/* The row goes on under its id. */
static int row_give_up_key(memory_store_t *memory, row_t *row)
{
    row_t *keyless = NULL;
    if (row->kept == NULL) { /* no texts are kept with which it could run again */
        row_forget(memory, row);
        return 0;
    }
    row->kept->row.key = (slack_slice_t){NULL, 0};
    int rc = row_new(memory, &row->kept->row, &keyless);
    if (rc != 0) return rc;
    keyless->kept = row->kept;
    keyless->attempt = row->attempt;
    row->kept = NULL;
    row_move(memory, keyless, (enum slack_row_state)row->state);
    keyless->changed_ms = row->changed_ms;
    row_forget(memory, row);
    return 0;
}

static int memory_put(memory_store_t *memory, slack_store_op_t *op)
{
    op->row.id = ++memory->last_id;
    op->row.received_ms = memory_now_ms(memory);
    op->row.planned_ms = op->row.due_ms;
    slack_row_t from = op->row;
    op->duplicate = false;
    /* Without a key it is never a duplicate, so there is nothing to keep until it has to wait. */
    if (from.key.len == 0 && from.order.len == 0 && op->claim) return 0;
    row_t *row = from.key.len > 0 ? slack__map_get(memory->rows, from.key) : NULL;
    int rc = 0;
    if (row && !(op->succeeds && row->state != SLACK_ROW_QUEUED)) {
        op->duplicate = true;
        return 0;
    }
    if (row) rc = row_give_up_key(memory, row);
    if (from.order.len > 0 && (order_is_busy(memory, &from) ||
                               order_find(memory, &from, SLACK_ROW_QUEUED, true, INT64_MAX))) {
        op->claim = false;
        from.due_ms = SLACK_ROW_BEHIND;
    }
    const bool keep = !op->claim || from.order.len > 0;
    if (rc == 0) rc = row_new(memory, &from, &row);
    if (rc == 0 && keep && (rc = row_keep(memory, row, &from)) != 0) row_forget(memory, row);
    if (rc != 0) return rc;
    row->attempt = op->claim ? 1 : 0;
    row_move(memory, row, op->claim ? SLACK_ROW_RUNNING : SLACK_ROW_QUEUED);
    return 0;
}

static void memory_finish(memory_store_t *memory, const slack_store_op_t *op)
{
    row_t *row = row_find(memory, &op->row);
    if (!row || row->state != SLACK_ROW_RUNNING) return;
    if (op->forget || row->keyless) {
        row_forget(memory, row);
        return;
    }
    drop_kept(memory, row);
    row_move(memory, row, SLACK_ROW_DONE);
}

/* WAIT and BURY. A row that was queued before has its texts already. */
static int memory_put_back(memory_store_t *memory, const slack_store_op_t *op,
                           enum slack_row_state state)
{
    row_t *row = row_find(memory, &op->row);
    if (row && row->state != SLACK_ROW_RUNNING) return 0;
    int rc = row ? 0 : row_new(memory, &op->row, &row);
    if (rc != 0) return rc;
    slack_row_t from = row->kept ? row->kept->row : op->row;
    from.done = op->row.done;
    from.error = op->row.error;
    from.due_ms = op->row.due_ms;
    rc = row_keep(memory, row, &from);
    if (rc != 0) {
        if (!slack__linked(&row->link)) row_forget(memory, row);
        return rc;
    }
    if (row->attempt == 0) row->attempt = 1;
    row->holds = op->hold;
    row_move(memory, row, state);
    return 0;
}

static void memory_cancel(memory_store_t *memory, slack_store_op_t *op)
{
    row_t *row = op->row.key.len > 0 ? row_find(memory, &op->row) : NULL;
    op->batch->count = row && row->state == SLACK_ROW_QUEUED;
    if (op->batch->count) row_cancel(memory, row);
}

/* A row that becomes due moves in the list, so rows may be missed until nothing is canceled. */
static void memory_cancel_tenant(memory_store_t *memory, slack_store_op_t *op)
{
    const slack_link_t *list = &memory->lists[SLACK_ROW_QUEUED];
    slack_store_batch_t *batch = op->batch;
    batch->count = 0;
    slack_link_t *next;
    for (slack_link_t *link = list->next; link != list && batch->count < batch->limit;
         link = next) {
        next = link->next;
        row_t *row = SLACK_CONTAINER(link, row_t, link);
        const slack_row_t *kept = &row->kept->row;
        if (!slack__slice_eq(kept->app, op->row.app) || op->row.tenant.len == 0 ||
            !slack__slice_begins(kept->tenant, op->row.tenant) ||
            (op->row.id != 0 && kept->id >= op->row.id))
            continue;
        row_cancel(memory, row);
        batch->count++;
    }
}

/* With `forget` the row frees its key and stays under its id. */
static int memory_bury(memory_store_t *memory, slack_store_op_t *op)
{
    if (op->forget && op->row.key.len > 0) {
        row_t *row = row_find(memory, &op->row);
        slack_store_op_t keyless = *op;
        keyless.row = row && row->kept ? row->kept->row : op->row;
        keyless.row.id = op->row.id;
        keyless.row.key = (slack_slice_t){NULL, 0};
        keyless.row.done = op->row.done;
        keyless.row.error = op->row.error;
        if (row && row->keyless) return memory_put_back(memory, &keyless, SLACK_ROW_DEAD);
        uint16_t attempt = row ? row->attempt : 1;
        int rc = memory_put_back(memory, &keyless, SLACK_ROW_DEAD);
        if (rc == 0) row_find(memory, &keyless.row)->attempt = attempt;
        if (rc == 0 && row) row_forget(memory, row);
        return rc;
    }
    return memory_put_back(memory, op, SLACK_ROW_DEAD);
}

/* --- operations on several rows ------------------------------------------------------------- */

static int add_to_batch(slack_store_batch_t *batch, const row_t *row, bool with_payload)
{
    slack_row_t out = row->kept ? row->kept->row : (slack_row_t){0};
    out.state = (enum slack_row_state)row->state;
    out.attempt = row->attempt;
    out.changed_ms = row->changed_ms;
    out.key = row->keyless ? (slack_slice_t){NULL, 0} : row_key(row);
    if (!with_payload) out.payload = (slack_slice_t){NULL, 0};
    if (!slack__row_copy(batch->arena, &batch->rows[batch->count], &out)) return SLACK_ENOMEM;
    batch->count++;
    return 0;
}

/* The queued row of the app that is due first. */
static row_t *first_queued(const memory_store_t *memory, slack_slice_t app)
{
    const slack_link_t *list = &memory->lists[SLACK_ROW_QUEUED];
    for (slack_link_t *link = list->next; link != list; link = link->next) {
        row_t *row = SLACK_CONTAINER(link, row_t, link);
        if (slack__slice_eq(row->kept->row.app, app)) return row;
    }
    return NULL;
}

static row_t *first_due(const memory_store_t *memory, const slack_store_op_t *op)
{
    row_t *row = first_queued(memory, op->row.app);
    return row && row->kept->row.due_ms <= op->batch->now_ms ? row : NULL;
}

static int memory_claim(memory_store_t *memory, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    int rc = first_due(memory, op) ? slack__batch_begin(batch, batch->limit) : 0;
    row_t *row;
    while (rc == 0 && !slack__batch_is_full(batch) && (row = first_due(memory, op))) {
        if (order_is_busy(memory, &row->kept->row)) {
            row_set_due(memory, row, SLACK_ROW_BEHIND);
            continue;
        }
        row->attempt++;
        rc = add_to_batch(batch, row, true);
        if (rc != 0)
            row->attempt--;
        else
            row_move(memory, row, SLACK_ROW_RUNNING);
        if (rc == 0) batch->rows[batch->count - 1].state = SLACK_ROW_RUNNING;
    }
    if (batch->count > 0) rc = 0; /* the next claim takes the rest */
    row = first_queued(memory, op->row.app);
    batch->next_ms = row ? row->kept->row.due_ms : INT64_MAX;
    if (batch->next_ms == SLACK_ROW_BEHIND) batch->next_ms = INT64_MAX;
    return slack__batch_end(batch, rc);
}

static row_t *find_by_id(const memory_store_t *memory, int64_t id, enum slack_row_state state)
{
    const slack_link_t *list = &memory->lists[state];
    for (slack_link_t *link = list->next; link != list; link = link->next)
        if (row_id(SLACK_CONTAINER(link, row_t, link)) == id)
            return SLACK_CONTAINER(link, row_t, link);
    return NULL;
}

/* The row with the smallest id from this one on. */
static const row_t *next_from(const slack_link_t *list, int64_t id)
{
    const row_t *next = NULL;
    for (slack_link_t *link = list->next; link != list; link = link->next) {
        const row_t *row = SLACK_CONTAINER(link, row_t, link);
        if (row_id(row) >= id && (!next || row_id(row) < row_id(next))) next = row;
    }
    return next;
}

static int memory_list_rows(memory_store_t *memory, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    int rc = slack__batch_begin(batch, batch->one ? 1 : batch->limit);
    for (unsigned s = 0; rc == 0 && batch->one && s < SLACK_ROW_STATES && !batch->count; s++) {
        const row_t *row = find_by_id(memory, op->row.id, (enum slack_row_state)s);
        if (row) rc = add_to_batch(batch, row, true);
    }
    int64_t from = op->row.id;
    while (rc == 0 && !batch->one && batch->count < batch->limit) {
        const row_t *row = next_from(&memory->lists[batch->state], from);
        if (!row) break;
        from = row_id(row) + 1;
        rc = add_to_batch(batch, row, false);
    }
    return slack__batch_end(batch, rc);
}

/* RETRY and DROP, of one row or of all that are dead. */
static void memory_each_dead(memory_store_t *memory, const slack_store_op_t *op,
                             void (*fn)(memory_store_t *memory, row_t *row))
{
    slack_link_t *list = &memory->lists[SLACK_ROW_DEAD];
    op->batch->count = 0;
    slack_link_t *next;
    for (slack_link_t *link = list->next; link != list; link = next) {
        next = link->next;
        row_t *row = SLACK_CONTAINER(link, row_t, link);
        if (op->batch->one && row_id(row) != op->row.id) continue;
        if (!op->batch->one && op->batch->limit && op->batch->count == op->batch->limit) return;
        if (!op->batch->one && row->changed_ms > op->batch->now_ms) continue;
        fn(memory, row);
        op->batch->count++;
    }
}

static void memory_retry(memory_store_t *memory, row_t *row)
{
    row->attempt = 0;
    row->kept->row.due_ms = memory_now_ms(memory);
    row->kept->row.error = (slack_slice_t){NULL, 0};
    row_move(memory, row, SLACK_ROW_QUEUED);
}

static void memory_drop(memory_store_t *memory, slack_store_op_t *op)
{
    memory_each_dead(memory, op, row_forget);
    row_t *row = op->batch->one ? find_by_id(memory, op->row.id, SLACK_ROW_QUEUED) : NULL;
    if (!row) return;
    row_cancel(memory, row);
    op->batch->count = 1;
}

static void memory_count_rows(const memory_store_t *memory, const slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    batch->next_ms = INT64_MAX;
    batch->owners = batch->bare_owners = 0;
    *batch->about = '\0';
    for (unsigned s = 0; s < SLACK_ROW_STATES; s++) {
        const slack_link_t *list = &memory->lists[s];
        batch->counts[s] = 0;
        batch->oldest_ms[s] = 0;
        for (slack_link_t *link = list->next; link != list; link = link->next) {
            const row_t *row = SLACK_CONTAINER(link, row_t, link);
            int64_t ms = row->kept ? row->kept->row.received_ms : row->changed_ms;
            if (batch->counts[s]++ == 0 || ms < batch->oldest_ms[s]) batch->oldest_ms[s] = ms;
            if (s != SLACK_ROW_QUEUED || row->kept->row.due_ms == SLACK_ROW_BEHIND) continue;
            const bool counts =
                !op->row.app.ptr || slack__slice_eq(op->row.app, row->kept->row.app);
            if (counts && row->kept->row.due_ms < batch->next_ms)
                batch->next_ms = row->kept->row.due_ms;
        }
    }
}

static int memory_apply(memory_store_t *memory, slack_store_op_t *op)
{
    int rc = 0;
    switch (op->kind) {
    case SLACK_STORE_PUT: rc = memory_put(memory, op); break;
    case SLACK_STORE_MARK: break; /* a crash loses the row too */
    case SLACK_STORE_FINISH:
        memory_finish(memory, op);
        order_advance(memory, &op->row);
        break;
    case SLACK_STORE_WAIT:
        rc = memory_put_back(memory, op, SLACK_ROW_QUEUED);
        if (!op->hold) order_advance(memory, &op->row);
        break;
    case SLACK_STORE_BURY:
        rc = memory_bury(memory, op);
        order_advance(memory, &op->row);
        break;
    case SLACK_STORE_CLAIM: rc = memory_claim(memory, op); break;
    case SLACK_STORE_CANCEL: memory_cancel(memory, op); break;
    case SLACK_STORE_CANCEL_TENANT: memory_cancel_tenant(memory, op); break;
    case SLACK_STORE_RENEW: break; /* there is no other owner */
    case SLACK_STORE_KV_PUT:
    case SLACK_STORE_KV_ADD:
    case SLACK_STORE_KV_SWAP:
    case SLACK_STORE_KV_DELETE:
    case SLACK_STORE_KV_GET:
    case SLACK_STORE_KV_LIST:
        rc = slack__kv_memory_apply(memory->kv, op, memory_now_ms(memory));
        break;
    case SLACK_STORE_LIST: rc = memory_list_rows(memory, op); break;
    case SLACK_STORE_RETRY: memory_each_dead(memory, op, memory_retry); break;
    case SLACK_STORE_DROP: memory_drop(memory, op); break;
    case SLACK_STORE_STATS: memory_count_rows(memory, op); break;
    }
    return rc;
}

static void memory_free(memory_store_t *memory)
{
    slack__map_free(memory->rows, row_free);
    slack__kv_memory_free(memory->kv);
    slack__free(memory);
}

/* Apply what was submitted before the task ran. Operations that are submitted meanwhile wait for
 * the next run. */
static void memory_run_batch(slack_task_t *task)
{
    memory_store_t *memory = SLACK_CONTAINER(task, memory_store_t, task);
    slack_link_t batch, *link;
    slack__link_init(&batch);
    slack__list_splice(&batch, &memory->submitted);
    forget_expired(memory, SLACK_ROW_DONE, SLACK_STORE_KEEP_MS);
    forget_expired(memory, SLACK_ROW_DEAD, SLACK_STORE_DEAD_MS);
    while ((link = slack__list_shift(&batch))) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        op->status = memory_apply(memory, op);
        op->done(op);
    }
    if (!memory->closing || !slack__list_empty(&memory->submitted)) return;
    void (*fn)(void *user_data) = memory->close_fn;
    void *user_data = memory->close_data;
    slack__task_cancel(task);
    memory_free(memory);
    if (fn) fn(user_data);
}

/* --- for slack_store_ops_t ----------------------------------------------------------------- */

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
        slack__explain(error, "nothing may follow \"memory:\"");
        return SLACK_ECONFIG;
    }
    memory_store_t *memory = slack__calloc(1, sizeof *memory);
    if (!memory) return SLACK_ENOMEM;
    memory->rows = slack__map_new_keyed(SLACK_STORE_ROWS_MAX, row_key);
    memory->kv = slack__kv_memory_new();
    if (!memory->rows || !memory->kv) {
        memory_free(memory);
        return SLACK_ENOMEM;
    }
    memory->store.ops = &slack__store_memory;
    memory->net = net;
    for (unsigned s = 0; s < SLACK_ROW_STATES; s++)
        slack__link_init(&memory->lists[s]);
    slack__link_init(&memory->submitted);
    slack__link_init(&memory->task.link);
    memory->task.run = memory_run_batch;
    *ret = &memory->store;
    return 0;
}

static int memory_find(const char *rest, char *error)
{
    slack__explain(error, "the store \"memory:\" is inside its app; no other process can open it");
    return SLACK_ENOTFOUND;
}

const slack_store_ops_t slack__store_memory = {
    .scheme = "memory",
    .durable = false,
    .open = memory_open,
    .open_later = memory_open,
    .find = memory_find,
    .submit = memory_submit,
    .close = memory_close,
};
