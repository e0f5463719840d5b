/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <string.h>

#include "util/crash.h"
#include "util/error.h"

/* The time limit of an operation, from its submission. It covers all that the operation waits for:
 * others before it, a rest, a session, the transaction. */
#define LIMIT_MS 1500
/* A transaction is not begun with less than TRY_MS of that time left, and a session with less than
 * CONNECT_MS: it would not come to its end. A server that is only busy would lose its session. */
#define TRY_MS     500
#define CONNECT_MS 200
/* A rest ends so long after the submission of the first operation that waits for it. */
#define REST_MS 1000

static slack_store_op_t *op_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_store_op_t, link);
}

/* --- the session ---------------------------------------------------------------------------- */

/* Find out how the unclear transaction ended. Each transaction leaves its number at its owner, and
 * the session that sent it is over, as the new one has the owner's lock. 0 or a status. */
static int look_up(slack_pg_t *pg, bool *ret_committed)
{
    slack_pg_params_t owner = {0};
    int64_t stamp = 0;
    slack__pg_int(&owner, pg->owner);
    const int rc = slack__pg_run(pg, PG_STAMPED, &owner, slack__pg_take_int, &stamp);
    *ret_committed = stamp == pg->unclear;
    if (rc == 0)
        slack__pg_note(pg, "the session was lost during a commit",
                       *ret_committed ? "it was looked up, and had been made"
                                      : "it was looked up, and had not been made");
    return rc;
}

/* The operations of an unclear transaction have failed meanwhile. Nobody runs the rows that it has
 * claimed, if it was committed: they are queued again. */
static int release_unclear(slack_pg_t *pg)
{
    slack_pg_params_t params = {0};
    bool committed;
    if (pg->unclear == 0) return 0;
    int rc = look_up(pg, &committed);
    slack__pg_int(&params, pg->owner);
    slack__pg_int(&params, pg->unclear);
    slack__pg_int(&params, pg->unclear + SLACK_DB_BATCH_MAX - 1);
    if (rc == 0 && committed) rc = slack__pg_run(pg, PG_RELEASE, &params, NULL, NULL);
    if (rc == 0) pg->unclear = 0;
    return rc;
}

static bool has_left(const slack_pg_t *pg, uint64_t ms)
{
    return uv_hrtime() + ms * PG_MS_NS <= pg->deadline_ns;
}

/* Have a session, by trying again until the time limit is over. 0 or a status. */
static int have_session(slack_pg_t *pg)
{
    int rc = SLACK_ESTORE;
    while (!pg->conn || PQstatus(pg->conn) != CONNECTION_OK) {
        if (!has_left(pg, CONNECT_MS) || rc == SLACK_ENOMEM) return rc;
        const uint64_t now = uv_hrtime();
        if (now < pg->retry_ns)
            uv_sleep((unsigned)((pg->retry_ns - now) / PG_MS_NS) + 1);
        else
            rc = slack__pg_connect(pg);
    }
    return 0;
}

/* The sentence about the failure stays. */
static void roll_back(slack_pg_t *pg)
{
    char error[SLACK_ERROR_TEXT_MAX];
    const slack_store_cause_t cause = pg->db.cause;
    memcpy(error, pg->error, sizeof error);
    slack__pg_run(pg, PG_ROLLBACK, NULL, NULL, NULL);
    memcpy(pg->error, error, sizeof error);
    pg->db.cause = cause;
}

/* --- a transaction -------------------------------------------------------------------------- */

/* An index takes keys of some 2700 bytes. Only this operation fails. */
static bool is_too_long(const slack_store_op_t *op)
{
    const slack_row_t *row = &op->row;
    return row->key.len > PG_KEY_MAX || row->app.len + row->order.len > PG_KEY_MAX ||
           row->app.len + row->tenant.len > PG_KEY_MAX;
}

/* Move the operations whose keys are too long to `ended`. */
static void refuse_long(slack_pg_t *pg, slack_link_t *ops, slack_link_t *ended, char *error)
{
    slack_link_t *next;
    for (slack_link_t *link = ops->next; link != ops; link = next) {
        next = link->next;
        slack_store_op_t *op = op_at(link);
        if (!is_too_long(op)) continue;
        slack__pg_say(pg, SLACK_CAUSE_OTHER,
                      "a key, an ordering key or a tenant has more than 2000 bytes",
                      "; use shorter ones");
        memcpy(error, pg->error, sizeof pg->error);
        slack__unlink(link);
        op->status = SLACK_ESTORE;
        if (op->batch) op->batch->arena = NULL;
        slack__list_push(ended, link);
    }
}

static bool reads(const slack_store_op_t *op)
{
    return op->kind == SLACK_STORE_LIST || op->kind == SLACK_STORE_STATS ||
           op->kind == SLACK_STORE_KV_GET || op->kind == SLACK_STORE_KV_LIST;
}

static bool is_about_entries(const slack_store_op_t *op)
{
    return op->kind >= SLACK_STORE_KV_PUT && op->kind <= SLACK_STORE_KV_LIST;
}

/* Before the first operation on entries: those of owners that are gone are absent. */
static int end_entries(slack_pg_t *pg, slack_link_t *ops)
{
    for (slack_link_t *link = ops->next; link != ops; link = link->next)
        if (is_about_entries(op_at(link))) return slack__pg_end_entries(pg);
    return 0;
}

/* Apply an operation that needs no transaction, if it is alone. */
static bool apply_alone(slack_pg_t *pg, slack_store_op_t *op)
{
    if (op->kind == SLACK_STORE_CLAIM && slack__pg_nothing_to_claim(pg, op)) {
        op->batch->arena = NULL;
        op->batch->count = 0;
        op->status = 0;
        return true;
    }
    if (!reads(op) || (is_about_entries(op) && slack__pg_entries_ended(pg))) return false;
    op->batch->arena = NULL;
    slack__pg_send_op(pg, op);
    op->status = slack__pg_drain(pg);
    if (op->status != 0 && op->batch->arena) slack__batch_drop(op->batch);
    return true;
}

/* A transaction that only adds entries does not wait for the disk. */
static bool waits_for_disk(slack_link_t *ops)
{
    for (slack_link_t *link = ops->next; link != ops; link = link->next)
        if (op_at(link)->kind != SLACK_STORE_KV_ADD) return true;
    return false;
}

/* The COMMIT may follow at once if the operations have no results, or if these can be found after
 * the answer was lost. */
static bool commit_at_once(slack_link_t *ops)
{
    for (slack_link_t *link = ops->next; link != ops; link = link->next) {
        const enum slack_store_op_kind kind = op_at(link)->kind;
        if (kind > SLACK_STORE_RENEW || kind == SLACK_STORE_CLAIM) return false;
    }
    return true;
}

/* If the session ends, the transaction may have been committed. */
static int commit(slack_pg_t *pg)
{
    SLACK_CRASH("before-commit");
    slack__pg_send(pg, PG_COMMIT, NULL, NULL, NULL);
    int rc = slack__pg_drain(pg);
    if (rc == 0) SLACK_CRASH("committed");
    if (rc == 0 || pg->conn) return rc;
    pg->unclear = pg->batch;
    pg->db.figures.unclear++;
    bool committed = false;
    int found = have_session(pg);
    if (found == 0) found = look_up(pg, &committed);
    if (found == 0 && committed) found = slack__pg_find_puts(pg);
    if (found != 0) return rc; /* release_unclear() looks later */
    pg->unclear = 0;
    return committed ? 0 : rc;
}

static int transact(slack_pg_t *pg, slack_link_t *ops)
{
    unsigned puts = 0;
    for (slack_link_t *link = ops->next; link != ops; link = link->next) {
        if (op_at(link)->batch) op_at(link)->batch->arena = NULL; /* slack__db_fail() may drop it */
        puts += op_at(link)->kind == SLACK_STORE_PUT;
    }
    slack__pg_groups_begin(pg);
    slack__pg_send(pg, PG_BEGIN, NULL, NULL, NULL);
    if (!waits_for_disk(ops)) slack__pg_send(pg, PG_NO_SYNC, NULL, NULL, NULL);
    slack__pg_enter(pg, ops);
    slack__pg_send_sweep(pg, puts);
    int rc = end_entries(pg, ops);
    for (slack_link_t *link = ops->next; rc == 0 && link != ops; link = link->next) {
        slack_store_op_t *op = op_at(link);
        rc = op->kind == SLACK_STORE_CLAIM ? slack__pg_claim(pg, op) : slack__pg_send_op(pg, op);
        op->status = 0;
    }
    slack__pg_flush(pg);
    if (rc == 0 && !commit_at_once(ops)) rc = slack__pg_drain(pg);
    if (rc == 0) return commit(pg);
    if (pg->conn) slack__pg_drain(pg); /* what was sent before the failure */
    return rc;
}

/* Apply the operations as one transaction. If the session ends, and the transaction was certainly
 * not committed, another session applies them within the time limit. The same session does, if the
 * server has chosen this transaction to end a deadlock. */
static int apply_all(slack_pg_t *pg, slack_link_t *ops)
{
    for (;;) {
        const unsigned session = pg->sessions;
        const int rc = transact(pg, ops);
        if (rc == 0) return 0;
        const bool lost = !pg->conn || pg->sessions != session;
        const bool again =
            pg->unclear == 0 && rc != SLACK_ENOMEM && (lost || pg->remedy == PG_TRY_AGAIN);
        if (!lost) roll_back(pg);
        slack__db_fail(ops, rc);
        if (!again || have_session(pg) != 0 || uv_hrtime() >= pg->deadline_ns) return rc;
    }
}

/* Have a session, or fail the operations whose time limit is over. 0 or a status. */
static int begin(slack_pg_t *pg, slack_link_t *ops, slack_link_t *ended)
{
    int rc = have_session(pg);
    if (rc == 0) rc = release_unclear(pg);
    if (rc == 0 && !has_left(pg, TRY_MS))
        rc = slack__pg_say(pg, SLACK_CAUSE_SILENT, "the server is too slow",
                           "; look after its load and the network");
    if (rc != 0 && !slack__list_empty(ops))
        slack__db_give_up_late(ops, ended, LIMIT_MS - (pg->conn ? TRY_MS : CONNECT_MS));
    return rc;
}

int slack__pg_apply(slack_db_t *db, slack_link_t *ops, slack_link_t *ended,
                    const slack_db_time_t *now, char *error)
{
    slack_pg_t *pg = SLACK_CONTAINER(db, slack_pg_t, db);
    pg->now_ms = now->wall_ms;
    pg->mono_ms = now->mono_ms;
    pg->begun_ns = uv_hrtime();
    slack__pg_limit(pg, op_at(ops->next)->since_ns + LIMIT_MS * PG_MS_NS);
    for (slack_link_t *link = ops->next; link != ops; link = link->next)
        slack__pg_allow(pg, op_at(link)->row.payload.len);
    refuse_long(pg, ops, ended, error);
    int rc = begin(pg, ops, ended);
    if (rc == 0 && slack__list_empty(ops)) rc = SLACK_DB_READ;
    if (rc == 0) {
        slack_store_op_t *first = op_at(ops->next);
        if (first->link.next == ops && apply_alone(pg, first))
            rc = first->status == 0 ? SLACK_DB_READ : first->status;
        else
            rc = apply_all(pg, ops);
        if (rc >= 0) slack__pg_note_changes(pg, ops);
        slack__list_splice(ended, ops);
    }
    if (rc < 0) memcpy(error, pg->error, sizeof pg->error);
    return rc;
}

/* A session that was lost is made again at once, as others claim the rows of an owner that has
 * none. */
unsigned slack__pg_rest(slack_db_t *db, slack_db_wait_t *ret)
{
    slack_pg_t *pg = SLACK_CONTAINER(db, slack_pg_t, db);
    uint64_t now = uv_hrtime();
    slack__pg_limit(pg, (db->waiting_ns ? db->waiting_ns : now) + REST_MS * PG_MS_NS);
    if (has_left(pg, CONNECT_MS) && pg->conn)
        slack__pg_review_promises(pg);
    else if (has_left(pg, CONNECT_MS) && now >= pg->retry_ns)
        slack__pg_connect(pg);
    const unsigned changed = slack__pg_exchange_hints(pg, ret, has_left(pg, CONNECT_MS));
    now = uv_hrtime();
    if (!pg->conn) ret->ms = now < pg->retry_ns ? (int)((pg->retry_ns - now) / PG_MS_NS) + 1 : 0;
    return changed;
}
