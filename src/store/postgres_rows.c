/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* A row with texts of these sizes fits into a batch. */
#define PAYLOAD_MAX (SLACK_STORE_BYTES_MAX / 2)
#define TEXT_MAX    (SLACK_STORE_BYTES_MAX / 32)

/* --- reading rows --------------------------------------------------------------------------- */

/* Another program may have written to the tables. A value that a store does not write is replaced
 * by one that is safe to use. */
static int64_t get_number(const PGresult *result, int row, int column, int64_t most, bool *damaged)
{
    const int64_t number = slack__pg_get_int(result, row, column);
    if (number >= 0 && number <= most) return number;
    *damaged = true;
    return number < 0 ? 0 : most;
}

static slack_slice_t get_bytes(const PGresult *result, int row, int column, size_t most,
                               bool *damaged)
{
    const slack_slice_t bytes = slack__pg_get_bytes(result, row, column);
    if (bytes.len <= most) return bytes;
    *damaged = true;
    return (slack_slice_t){NULL, 0};
}

/* A text is also used as a C string. */
static slack_slice_t get_text(const PGresult *result, int row, int column, bool *damaged)
{
    const slack_slice_t text = get_bytes(result, row, column, TEXT_MAX, damaged);
    if (text.len == 0 || !memchr(text.ptr, '\0', text.len)) return text;
    *damaged = true;
    return (slack_slice_t){NULL, 0};
}

slack_row_t slack__pg_row(const PGresult *result, int i, bool with_payload)
{
    bool bad = false;
    slack_row_t row = {
        .id = slack__pg_get_int(result, i, 0),
        .state = (enum slack_row_state)get_number(result, i, 1, SLACK_ROW_STATES - 1, &bad),
        .key = get_bytes(result, i, 2, TEXT_MAX, &bad),
        .kind = get_text(result, i, 3, &bad),
        .name = get_text(result, i, 4, &bad),
        .transport = get_text(result, i, 5, &bad),
        .retry_reason = get_text(result, i, 6, &bad),
        .done = get_text(result, i, 7, &bad),
        .error = get_text(result, i, 8, &bad),
        .retry_num = (int)get_number(result, i, 9, INT_MAX, &bad),
        .attempt = (unsigned)get_number(result, i, 10, INT_MAX, &bad),
        .received_ms = get_number(result, i, 11, SLACK_ROW_TIME_MAX, &bad),
        .due_ms = get_number(result, i, 12, SLACK_ROW_TIME_MAX, &bad),
        .changed_ms = get_number(result, i, 13, SLACK_ROW_TIME_MAX, &bad),
        .planned_ms = get_number(result, i, 14, SLACK_ROW_TIME_MAX, &bad),
        .tenant = get_text(result, i, 15, &bad),
        .app = get_text(result, i, 16, &bad),
        .order = get_bytes(result, i, 17, TEXT_MAX, &bad),
    };
    if (with_payload) row.payload = get_bytes(result, i, 18, PAYLOAD_MAX, &bad);
    row.damaged = bad;
    return row;
}

/* --- operations on one row ------------------------------------------------------------------ */

/* The rows that were put: ids, states, and the numbers of their transaction and operation. All the
 * others were known. */
static int take_puts(slack_pg_t *pg, PGresult *result, void *unused)
{
    for (int i = 0; i < PQntuples(result); i++) {
        const int64_t number = slack__pg_get_int(result, i, 2) - pg->batch;
        if (number < 0 || number >= pg->groups.put_count) continue;
        slack_store_op_t *op = pg->groups.puts[number];
        op->duplicate = false;
        op->claim = slack__pg_get_int(result, i, 1) == SLACK_ROW_RUNNING;
        op->row.id = slack__pg_get_int(result, i, 0);
        op->row.received_ms = pg->now_ms;
    }
    return 0;
}

/* A row that is not found has been claimed by another owner meanwhile, or its key was known:
 * somebody else sees to it in either case. */
int slack__pg_find_puts(slack_pg_t *pg)
{
    slack_pg_params_t params = {0};
    for (unsigned i = 0; i < pg->groups.put_count; i++)
        pg->groups.puts[i]->claim = false;
    if (pg->groups.put_count == 0) return 0;
    slack__pg_int(&params, pg->owner);
    slack__pg_int(&params, pg->batch);
    slack__pg_int(&params, pg->batch + pg->groups.put_count - 1);
    return slack__pg_run(pg, PG_PUT_FOUND, &params, take_puts, NULL);
}

static void add_put(slack_pg_t *pg, slack_store_op_t *op)
{
    const slack_row_t *row = &op->row;
    slack_pg_params_t key = {0}, params = {0};
    slack__pg_bytes(&key, row->key);
    if (op->succeeds) slack__pg_add(pg, PG_FREE_KEY, &key, NULL, NULL);
    op->duplicate = row->key.len > 0;
    slack__pg_int(&params, pg->groups.put_count);
    pg->groups.puts[pg->groups.put_count++] = op;
    slack__pg_int(&params, op->claim);
    slack__pg_int(&params, row->due_ms);
    slack__pg_bytes(&params, row->key);
    slack__pg_bytes(&params, row->kind);
    slack__pg_bytes(&params, row->name);
    slack__pg_bytes(&params, row->transport);
    slack__pg_int(&params, row->retry_num);
    slack__pg_bytes(&params, row->retry_reason);
    slack__pg_some(&params, row->payload);
    slack__pg_bytes(&params, row->tenant);
    slack__pg_some(&params, row->app);
    slack__pg_bytes(&params, row->order);
    slack__pg_add(pg, PG_PUT, &params, take_puts, NULL);
}

/* After the end of a row: the next row with its ordering key may be claimed. */
static void add_advance(slack_pg_t *pg, const slack_row_t *row)
{
    slack_pg_params_t params = {0};
    if (row->order.len == 0) return;
    slack__pg_some(&params, row->app);
    slack__pg_bytes(&params, row->order);
    slack__pg_add(pg, PG_ADVANCE, &params, NULL, NULL);
}

static void add_finish(slack_pg_t *pg, const slack_store_op_t *op)
{
    const bool forget = op->forget || op->row.key.len == 0;
    slack_pg_params_t params = {0};
    slack__pg_int(&params, op->row.id);
    slack__pg_add(pg, forget ? PG_FORGET : PG_FINISH, &params, NULL, NULL);
    add_advance(pg, &op->row);
}

/* WAIT and BURY. */
static void add_put_back(slack_pg_t *pg, const slack_store_op_t *op)
{
    const bool wait = op->kind == SLACK_STORE_WAIT;
    slack_pg_params_t params = {0};
    slack__pg_int(&params, op->row.id);
    slack__pg_bytes(&params, op->row.done);
    slack__pg_bytes(&params, op->row.error);
    slack__pg_int(&params, wait ? op->hold : op->forget);
    if (wait) slack__pg_int(&params, op->row.due_ms);
    slack__pg_add(pg, wait ? PG_WAIT : PG_BURY, &params, NULL, NULL);
    if (!op->hold) add_advance(pg, &op->row);
}

static void add_mark(slack_pg_t *pg, const slack_store_op_t *op)
{
    slack_pg_params_t params = {0};
    slack__pg_int(&params, op->row.id);
    slack__pg_bytes(&params, op->row.done);
    slack__pg_add(pg, PG_MARK, &params, NULL, NULL);
}

/* --- operations on several rows ------------------------------------------------------------- */

static int take_gone(slack_pg_t *pg, PGresult *result, void *user_data)
{
    slack_store_op_t *op = user_data;
    op->batch->count = (size_t)slack__pg_get_int(result, 0, 0);
    return 0;
}

static void send_cancel(slack_pg_t *pg, slack_store_op_t *op)
{
    slack_pg_params_t params = {0};
    slack__pg_bytes(&params, op->row.key);
    slack__pg_send(pg, PG_CANCEL, &params, take_gone, op);
}

/* Every text that begins with the tenant is less than the tenant with its last byte counted up. A
 * text in UTF-8 has no byte 0xff, so that there is such a byte. */
static int send_cancel_tenant(slack_pg_t *pg, slack_store_op_t *op)
{
    const slack_row_t *row = &op->row;
    char above[PG_KEY_MAX];
    slack_pg_params_t params = {0};
    op->batch->count = 0;
    if (row->tenant.len == 0 || row->tenant.len > sizeof above) return 0;
    memcpy(above, row->tenant.ptr, row->tenant.len);
    if (++above[row->tenant.len - 1] == '\0') return 0;
    slack__pg_some(&params, row->app);
    slack__pg_bytes(&params, row->tenant);
    slack__pg_bytes(&params, (slack_slice_t){above, row->tenant.len});
    slack__pg_int(&params, row->id ? row->id : INT64_MAX);
    slack__pg_int(&params, op->batch->limit);
    slack__pg_send(pg, PG_CANCEL_TENANT, &params, take_gone, op); /* libpq copies the values */
    return 0;
}

/* RETRY and DROP, of one row or of as many as the batch allows. */
static void send_change_dead(slack_pg_t *pg, slack_store_op_t *op)
{
    const bool retry = op->kind == SLACK_STORE_RETRY, one = op->batch->one;
    const int64_t most = op->batch->limit ? (int64_t)op->batch->limit : INT64_MAX;
    slack_pg_params_t params = {0};
    slack__pg_int(&params, one ? op->row.id : most);
    if (!one) slack__pg_int(&params, op->batch->now_ms);
    if (retry) slack__pg_int(&params, pg->now_ms);
    if (one && !retry)
        slack__pg_send(pg, PG_DROP, &params, take_gone, op);
    else
        slack__pg_send(pg,
                       !retry ? PG_DROP_ALL
                       : one  ? PG_RETRY
                              : PG_RETRY_ALL,
                       &params, slack__pg_take_changed, &op->batch->count);
}

static int take_list(slack_pg_t *pg, PGresult *result, void *user_data)
{
    slack_store_op_t *op = user_data;
    slack_store_batch_t *batch = op->batch;
    const int count = PQntuples(result);
    int rc = slack__batch_begin(batch, (unsigned)count);
    for (int i = 0; rc == 0 && i < count; i++) {
        const slack_row_t row = slack__pg_row(result, i, batch->one);
        if (!slack__row_copy(batch->arena, &batch->rows[batch->count++], &row)) rc = SLACK_ENOMEM;
    }
    if (rc != 0) slack__pg_no_memory(pg);
    return slack__batch_end(batch, rc);
}

static void send_list(slack_pg_t *pg, slack_store_op_t *op)
{
    const slack_store_batch_t *batch = op->batch;
    slack_pg_params_t params = {0};
    slack__pg_int(&params, op->row.id);
    if (!batch->one) slack__pg_int(&params, batch->limit);
    slack__pg_send(pg, batch->one ? PG_ONE : PG_LIST + batch->state, &params, take_list, op);
}

static int take_stats(slack_pg_t *pg, PGresult *result, void *user_data)
{
    slack_store_batch_t *batch = ((slack_store_op_t *)user_data)->batch;
    bool damaged;         /* unused: the rows say so, too */
    batch->stateless = 0; /* the tables allow none */
    batch->next_ms = INT64_MAX;
    for (int i = 0; i < PQntuples(result); i++) { /* in any order: parts may run in parallel */
        const int64_t state = slack__pg_get_int(result, i, 0);
        if (state == SLACK_ROW_STATES) {
            const int64_t due_ms = get_number(result, i, 2, SLACK_ROW_TIME_MAX, &damaged);
            if (!PQgetisnull(result, i, 2) && due_ms != SLACK_ROW_BEHIND) batch->next_ms = due_ms;
            continue;
        }
        if (state > SLACK_ROW_STATES) {
            batch->owners = (uint64_t)slack__pg_get_int(result, i, 1);
            batch->bare_owners = (uint64_t)slack__pg_get_int(result, i, 2);
            continue;
        }
        batch->counts[state] = (uint64_t)slack__pg_get_int(result, i, 1);
        batch->oldest_ms[state] = get_number(result, i, 2, SLACK_ROW_TIME_MAX, &damaged);
    }
    return 0;
}

static int take_about(slack_pg_t *pg, PGresult *result, void *user_data)
{
    slack_store_batch_t *batch = user_data;
    const slack_slice_t text = slack__pg_get_bytes(result, 0, 0);
    snprintf(batch->about, sizeof batch->about, "%.*s", (int)text.len, text.ptr);
    return 0;
}

static void send_stats(slack_pg_t *pg, slack_store_op_t *op)
{
    const bool few = op->batch->limit > 0 && op->batch->limit <= PG_COUNT_FEW;
    slack_pg_params_t params = {0};
    if (op->row.app.ptr)
        slack__pg_some(&params, op->row.app);
    else
        slack__pg_bytes(&params, op->row.app);
    slack__pg_int(&params, pg->owner);
    slack__pg_int(&params, pg->lock_class);
    slack__pg_send(pg, PG_BY_INDEX, NULL, NULL, NULL);
    slack__pg_send(pg, few ? PG_STATS_FEW : PG_STATS, &params, take_stats, op);
    *op->batch->about = '\0';
    if (!few) slack__pg_send(pg, PG_ABOUT, NULL, take_about, op->batch);
}

/* --- for transactions ----------------------------------------------------------------------- */

int slack__pg_send_op(slack_pg_t *pg, slack_store_op_t *op)
{
    if (op->kind <= SLACK_STORE_BURY)
        slack__pg_keep_order(pg, op);
    else
        slack__pg_flush(pg);
    switch (op->kind) {
    case SLACK_STORE_PUT: add_put(pg, op); break;
    case SLACK_STORE_MARK: add_mark(pg, op); break;
    case SLACK_STORE_FINISH: add_finish(pg, op); break;
    case SLACK_STORE_WAIT:
    case SLACK_STORE_BURY: add_put_back(pg, op); break;
    case SLACK_STORE_CLAIM: break; /* slack__pg_claim() */
    case SLACK_STORE_RENEW:
        slack__pg_send_renew(pg);
        slack__pg_sweep_again(pg);
        break;
    case SLACK_STORE_CANCEL: send_cancel(pg, op); break;
    case SLACK_STORE_CANCEL_TENANT: return send_cancel_tenant(pg, op);
    case SLACK_STORE_KV_PUT:
    case SLACK_STORE_KV_ADD:
    case SLACK_STORE_KV_SWAP:
    case SLACK_STORE_KV_DELETE:
    case SLACK_STORE_KV_GET:
    case SLACK_STORE_KV_LIST: slack__pg_send_kv(pg, op); break;
    case SLACK_STORE_LIST: send_list(pg, op); break;
    case SLACK_STORE_RETRY:
    case SLACK_STORE_DROP: send_change_dead(pg, op); break;
    case SLACK_STORE_STATS: send_stats(pg, op); break;
    }
    return pg->status;
}
