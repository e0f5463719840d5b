/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <string.h>

/*
 * A claim has at most four round trips: the owners; the rows that may be claimed, which are locked
 * and skipped if others have locked them; the locks of their ordering keys, of which none is waited
 * for; the claims themselves. The last two are apart, because a statement sees the table as it was
 * when the statement began.
 */

/* The time in which an owner without a session may connect again, before its rows are claimed. */
#define AWAY_MS 1000

typedef struct candidate {
    int64_t id;
    unsigned lock; /* of its ordering key; 0: it needs none */
    int64_t locked;
} candidate_t;

typedef struct claim {
    slack_store_op_t *op;
    slack_pg_watched_t gone[PG_OWNERS_MAX];
    size_t gone_count;
    candidate_t *candidates;
    size_t count;
    int64_t bytes; /* of the candidates' texts */
    bool full;
} claim_t;

/* --- owners --------------------------------------------------------------------------------- */

static void watch(const slack_pg_t *pg, slack_pg_watched_t *now, int64_t passed_ms, bool away)
{
    for (size_t i = 0; i < pg->watched_count; i++) {
        const slack_pg_watched_t *before = &pg->watched[i];
        if (before->id != now->id || before->lease_ms != now->lease_ms) continue;
        now->silent_ms = before->silent_ms + passed_ms;
        if (away) now->away_ms = before->away_ms + passed_ms;
    }
}

/* Find the owners that are closed, silent, or without a session for a while. */
static int take_owners(slack_pg_t *pg, PGresult *result, void *user_data)
{
    claim_t *claim = user_data;
    slack_pg_watched_t now[PG_OWNERS_MAX] = {0};
    size_t count = 0;
    /* The others may have slept when this one did. */
    int64_t passed = (int64_t)(pg->mono_ms - pg->looked_ms);
    if (passed > SLACK_STORE_RENEW_MS) passed = SLACK_STORE_RENEW_MS;
    pg->looked_ms = pg->mono_ms;
    claim->gone_count = 0;
    for (int i = 0; i < PQntuples(result) && count < PG_OWNERS_MAX; i++) {
        const int64_t state = slack__pg_get_int(result, i, 2);
        slack_pg_watched_t *w = &now[count++];
        *w = (slack_pg_watched_t){.id = slack__pg_get_int(result, i, 0),
                                  .lease_ms = slack__pg_get_int(result, i, 1),
                                  .closed = state == 2};
        watch(pg, w, passed, state == 1);
        if (w->closed || w->away_ms >= AWAY_MS || w->silent_ms >= SLACK_STORE_LEASE_MS)
            claim->gone[claim->gone_count++] = *w;
    }
    memcpy(pg->watched, now, count * sizeof *now);
    pg->watched_count = count;
    return 0;
}

static void send_owners(slack_pg_t *pg, claim_t *claim)
{
    slack_pg_params_t params = {0};
    slack__pg_int(&params, pg->owner);
    slack__pg_some(&params, claim->op->row.app);
    slack__pg_int(&params, pg->lock_class);
    slack__pg_send(pg, PG_OWNERS, &params, take_owners, claim);
}

/* An owner without rows is deleted, unless it may come back. */
static void send_owners_gone(slack_pg_t *pg, const claim_t *claim)
{
    for (size_t i = 0; i < claim->gone_count; i++) {
        const slack_pg_watched_t *gone = &claim->gone[i];
        slack_pg_params_t params = {0};
        slack__pg_int(&params, gone->id);
        if (gone->closed || (gone->away_ms > 0 && gone->silent_ms >= SLACK_STORE_LEASE_MS))
            slack__pg_send(pg, PG_OWNER_GONE, &params, NULL, NULL);
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
                        ? slack__pg_order_lock(slack__pg_get_bytes(result, i, 2), order)
                        : 0,
            .locked = 1,
        };
        claim->bytes += bytes;
        claim->full = batch->bytes > 0 && claim->bytes >= (int64_t)batch->bytes;
    }
    return 0;
}

static void send_candidates(slack_pg_t *pg, claim_t *claim)
{
    const slack_store_op_t *op = claim->op;
    for (size_t i = 0; i <= claim->gone_count; i++) {
        const bool due = i == claim->gone_count;
        slack_pg_params_t params = {0};
        slack__pg_int(&params, due ? op->batch->now_ms : claim->gone[i].id);
        slack__pg_int(&params, op->batch->limit);
        slack__pg_some(&params, op->row.app);
        slack__pg_send(pg, due ? PG_DUE : PG_ABANDONED, &params, take_candidates, claim);
    }
}

static void send_locks(slack_pg_t *pg, claim_t *claim)
{
    for (size_t i = 0; i < claim->count; i++) {
        candidate_t *candidate = &claim->candidates[i];
        slack_pg_params_t params = {0};
        if (candidate->lock == 0) continue;
        slack__pg_int(&params, slack__pg_lock(pg, candidate->lock));
        slack__pg_send(pg, PG_TRY_LOCK, &params, slack__pg_take_int, &candidate->locked);
    }
}

/* A row behind another one with its ordering key stays queued. */
static int take_claimed(slack_pg_t *pg, PGresult *result, void *user_data)
{
    slack_store_batch_t *batch = user_data;
    if (PQntuples(result) == 0) return 0;
    slack_row_t row = slack__pg_row(result, 0, true);
    if (row.state != SLACK_ROW_RUNNING) return 0;
    if (row.damaged) row.payload = (slack_slice_t){NULL, 0};
    if (slack__row_copy(batch->arena, &batch->rows[batch->count], &row)) {
        batch->count++;
        return 0;
    }
    slack__pg_say(pg, "out of memory", "");
    return SLACK_ENOMEM;
}

static void send_takes(slack_pg_t *pg, const claim_t *claim)
{
    for (size_t i = 0; i < claim->count; i++) {
        slack_pg_params_t params = {0};
        if (!claim->candidates[i].locked) continue;
        slack__pg_int(&params, claim->candidates[i].id);
        slack__pg_int(&params, pg->now_ms);
        slack__pg_int(&params, pg->owner);
        slack__pg_int(&params, pg->batch);
        slack__pg_send(pg, PG_TAKE, &params, take_claimed, claim->op->batch);
    }
}

static int take_next_due(slack_pg_t *pg, PGresult *result, void *user_data)
{
    slack_store_batch_t *batch = user_data;
    batch->next_ms = PQntuples(result) > 0 ? slack__pg_get_int(result, 0, 0) : INT64_MAX;
    /* The end of another row makes such a row due. */
    if (batch->next_ms == SLACK_ROW_BEHIND) batch->next_ms = INT64_MAX;
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
    int rc = slack__batch_begin(batch, batch->limit);
    if (rc == 0)
        claim.candidates =
            slack__arena_calloc(batch->arena, batch->limit * sizeof *claim.candidates + 1);
    if (!claim.candidates) {
        slack__pg_say(pg, "out of memory", "");
        slack__pg_drain(pg); /* the results of the operations before */
        return slack__batch_end(batch, SLACK_ENOMEM);
    }
    send_owners(pg, &claim);
    rc = slack__pg_drain(pg);
    if (rc == 0) {
        send_candidates(pg, &claim);
        rc = slack__pg_drain(pg);
    }
    if (rc == 0) {
        send_locks(pg, &claim);
        rc = slack__pg_drain(pg);
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
    claim_t claim = {.op = op};
    send_owners(pg, &claim);
    send_next_due(pg, op);
    if (slack__pg_drain(pg) != 0 || claim.gone_count > 0) return false;
    return op->batch->next_ms > op->batch->now_ms;
}
