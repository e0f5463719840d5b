/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <string.h>

/*
 * A claim has at most four round trips: the owners; the rows that may be claimed, which are locked
 * and skipped if others have locked them; the locks of their ordering keys, of which none is waited
 * for; the claims themselves. The last two are apart, because a statement sees the table as it was
 * when the statement began. Of the rows with one ordering key, at most one is not behind another.
 */

typedef struct candidate {
    int64_t id;
    int64_t lock; /* of its ordering key; 0: it needs none, or has it */
} candidate_t;

typedef struct claim {
    slack_store_op_t *op;
    slack_pg_gone_t gone;
    candidate_t *candidates;
    size_t count;
    int64_t bytes; /* of the candidates' texts */
    bool full;
    bool ordered; /* some have ordering keys */
} claim_t;

/* --- owners --------------------------------------------------------------------------------- */

/* An owner without rows and entries is deleted, unless it may come back. */
static void send_owners_gone(slack_pg_t *pg, const claim_t *claim)
{
    for (size_t i = 0; i < claim->gone.count; i++) {
        const slack_pg_watched_t *gone = &claim->gone.owners[i];
        slack_pg_params_t params = {0};
        slack__pg_int(&params, gone->id);
        if (gone->has_entries) slack__pg_send_end_entries(pg, gone->id);
        if (slack__pg_is_over(gone)) slack__pg_send(pg, PG_OWNER_GONE, &params, NULL, NULL);
    }
}

/* --- rows ----------------------------------------------------------------------------------- */

/* As many as the batch has memory for. */
static int take_candidates(slack_pg_t *pg, PGresult *result, void *user_data)
{
    claim_t *claim = user_data;
    const slack_store_batch_t *batch = claim->op->batch;
    for (int i = 0; i < PQntuples(result) && !claim->full && claim->count < batch->limit; i++) {
        const int64_t bytes = slack__pg_get_int(result, i, 4);
        const slack_slice_t order = slack__pg_get_bytes(result, i, 3);
        const bool queued = slack__pg_get_int(result, i, 1) == SLACK_ROW_QUEUED;
        claim->full = claim->count > 0 && claim->bytes + bytes > (int64_t)SLACK_STORE_BYTES_MAX;
        if (claim->full) break;
        claim->candidates[claim->count++] = (candidate_t){
            .id = slack__pg_get_int(result, i, 0),
            .lock = queued && order.len > 0
                        ? slack__pg_lock(
                              pg, slack__pg_order_lock(slack__pg_get_bytes(result, i, 2), order))
                        : 0,
        };
        claim->bytes += bytes;
        claim->full = batch->bytes > 0 && claim->bytes >= (int64_t)batch->bytes;
    }
    return 0;
}

static void send_candidates(slack_pg_t *pg, claim_t *claim)
{
    const slack_store_op_t *op = claim->op;
    for (size_t i = 0; i <= claim->gone.count; i++) {
        const bool due = i == claim->gone.count;
        slack_pg_params_t params = {0};
        if (!due && !slack__pg_leaves_rows(&claim->gone.owners[i])) continue;
        slack__pg_int(&params, due ? op->batch->now_ms : claim->gone.owners[i].id);
        slack__pg_int(&params, op->batch->limit);
        slack__pg_some(&params, op->row.app);
        slack__pg_send(pg, due ? PG_DUE : PG_ABANDONED, &params, take_candidates, claim);
    }
}

/* The numbers of the locks that were free. */
static int take_locks(slack_pg_t *pg, PGresult *result, void *user_data)
{
    claim_t *claim = user_data;
    for (int i = 0; i < PQntuples(result); i++)
        for (size_t n = 0; n < claim->count; n++)
            if (claim->candidates[n].lock == slack__pg_get_int(result, i, 0))
                claim->candidates[n].lock = 0;
    return 0;
}

static void send_locks(slack_pg_t *pg, claim_t *claim)
{
    for (size_t i = 0; i < claim->count; i++) {
        slack_pg_params_t params = {0};
        if (claim->candidates[i].lock == 0) continue;
        claim->ordered = true;
        slack__pg_int(&params, claim->candidates[i].lock);
        slack__pg_add(pg, PG_TRY_LOCK, &params, take_locks, claim);
    }
    slack__pg_flush(pg);
}

/* In the order of the candidates. A row that is behind another one stays queued. */
static int take_claimed(slack_pg_t *pg, PGresult *result, void *user_data)
{
    const claim_t *claim = user_data;
    slack_store_batch_t *batch = claim->op->batch;
    for (size_t n = 0; n < claim->count; n++)
        for (int i = 0; i < PQntuples(result); i++) {
            if (slack__pg_get_int(result, i, 0) != claim->candidates[n].id) continue;
            slack_row_t row = slack__pg_row(result, i, true);
            if (row.damaged) row.payload = (slack_slice_t){NULL, 0};
            if (!slack__row_copy(batch->arena, &batch->rows[batch->count++], &row))
                return slack__pg_no_memory(pg);
        }
    return 0;
}

static void send_takes(slack_pg_t *pg, claim_t *claim)
{
    for (size_t i = 0; i < claim->count; i++) {
        slack_pg_params_t params = {0};
        if (claim->candidates[i].lock != 0) continue;
        slack__pg_int(&params, claim->candidates[i].id);
        if (claim->ordered) slack__pg_add(pg, PG_FALL_BEHIND, &params, NULL, NULL);
        slack__pg_add(pg, PG_TAKE, &params, take_claimed, claim);
    }
    slack__pg_flush(pg);
}

static int take_next_due(slack_pg_t *pg, PGresult *result, void *user_data)
{
    slack_store_batch_t *batch = user_data;
    batch->next_ms = PQntuples(result) > 0 ? slack__pg_get_int(result, 0, 0) : INT64_MAX;
    /* The end of another row makes such a row due. */
    if (batch->next_ms == SLACK_ROW_BEHIND) batch->next_ms = INT64_MAX;
    const int64_t gone_ms = slack__pg_next_gone_ms(pg);
    if (gone_ms < batch->next_ms) batch->next_ms = gone_ms;
    return 0;
}

static void send_next_due(slack_pg_t *pg, const slack_store_op_t *op)
{
    slack_pg_params_t params = {0};
    slack__pg_some(&params, op->row.app);
    slack__pg_send(pg, PG_NEXT_DUE, &params, take_next_due, op->batch);
}

int slack__pg_claim(slack_pg_t *pg, slack_store_op_t *op)
{
    slack_store_batch_t *batch = op->batch;
    claim_t claim = {.op = op};
    slack__pg_flush(pg);
    int rc = slack__batch_begin(batch, batch->limit);
    if (rc == 0)
        claim.candidates =
            slack__arena_calloc(batch->arena, batch->limit * sizeof *claim.candidates + 1);
    if (!claim.candidates) {
        slack__pg_no_memory(pg);
        slack__pg_drain(pg); /* the results of the operations before */
        return slack__batch_end(batch, SLACK_ENOMEM);
    }
    slack__pg_send_look(pg, op->row.app, &claim.gone);
    rc = slack__pg_drain(pg);
    if (rc == 0) {
        send_candidates(pg, &claim);
        rc = slack__pg_drain(pg);
    }
    if (rc == 0) {
        send_locks(pg, &claim);
        if (claim.ordered) rc = slack__pg_drain(pg);
    }
    if (rc == 0) {
        slack__pg_allow(pg, (size_t)claim.bytes);
        send_takes(pg, &claim);
        send_owners_gone(pg, &claim);
        send_next_due(pg, op);
        rc = slack__pg_drain(pg);
    }
    return slack__batch_end(batch, rc);
}

bool slack__pg_nothing_to_claim(slack_pg_t *pg, slack_store_op_t *op)
{
    slack_pg_gone_t gone;
    slack__pg_send_look(pg, op->row.app, &gone);
    send_next_due(pg, op);
    if (slack__pg_drain(pg) != 0) return false;
    for (size_t i = 0; i < gone.count; i++)
        if (slack__pg_leaves_rows(&gone.owners[i]) || gone.owners[i].has_entries ||
            slack__pg_is_over(&gone.owners[i]))
            return false;
    return op->batch->next_ms > op->batch->now_ms;
}
