/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

#include <slack/error.h>

#include "util/crash.h"

/* --- the files ----------------------------------------------------------------------------- */

static int64_t bytes_needed(void *user_data)
{
    slack_sqlite_t *s = user_data;
    int64_t pages = INT64_MAX / s->page_bytes;
    slack__sqlite_number(s, PAGES, &pages);
    return pages * s->page_bytes;
}

/* Files that somebody has spoilt are left as they are, for a person to look at: nothing is written
 * to them, and the log is not copied into the file at the end. */
static int check_files(slack_sqlite_t *s, int64_t *ret_version)
{
    int rc = slack__sqlite_number(s, VERSION, ret_version);
    if (rc != 0) return rc;
    s->spoilt = slack__sqlite_files_spoilt(&s->files, *ret_version, bytes_needed, s);
    sqlite3_db_config(s->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, s->spoilt != NULL, NULL);
    return s->spoilt ? SLACK_ESTORE : 0;
}

/* --- a transaction ------------------------------------------------------------------------- */

static slack_store_op_t *op_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_store_op_t, link);
}

/* Apply an operation that needs no transaction. Only one that is alone is tried, so that the order
 * is kept. */
static bool apply_alone(slack_sqlite_t *s, slack_store_op_t *op)
{
    if (op->kind == SLACK_STORE_CLAIM && slack__sqlite_nothing_to_claim(s, op->batch)) {
        op->batch->arena = NULL;
        op->batch->count = 0;
        op->status = 0;
        return true;
    }
    if (op->kind != SLACK_STORE_LIST && op->kind != SLACK_STORE_STATS &&
        op->kind != SLACK_STORE_KV_GET)
        return false;
    op->status = slack__sqlite_apply_op(s, op);
    return true;
}

static int apply_all(slack_sqlite_t *s, slack_link_t *ops)
{
    int rc = slack__sqlite_sweep(s);
    for (slack_link_t *link = ops->next; rc == 0 && link != ops; link = link->next)
        rc = op_at(link)->status = slack__sqlite_apply_op(s, op_at(link));
    return rc;
}

/* What the operations have read is dropped with the transaction. */
static void fail_all(slack_link_t *ops, int status)
{
    for (slack_link_t *link = ops->next; link != ops; link = link->next) {
        slack_store_op_t *op = op_at(link);
        op->status = status;
        op->duplicate = false;
        bool rows = op->kind == SLACK_STORE_CLAIM || op->kind == SLACK_STORE_LIST ||
                    op->kind == SLACK_STORE_KV_GET;
        if (rows) slack__batch_drop(op->batch);
    }
}

/* Fail the first operation and those behind it whose patience has ended too. */
static void give_up_late(slack_link_t *ops, slack_link_t *ended)
{
    slack_link_t late;
    slack__link_init(&late);
    do
        slack__list_push(&late, slack__list_shift(ops));
    while (!slack__list_empty(ops) && slack__sqlite_is_late(op_at(ops->next)->since_ns));
    fail_all(&late, SLACK_ESTORE);
    slack__list_splice(ended, &late);
}

int slack__sqlite_apply(slack_db_t *db, slack_link_t *ops, slack_link_t *ended,
                        const slack_db_time_t *now, char *error)
{
    slack_sqlite_t *s = SLACK_CONTAINER(db, slack_sqlite_t, db);
    slack_store_op_t *first = op_at(ops->next);
    s->now_ms = now->wall_ms;
    s->mono_ms = now->mono_ms;
    slack__sqlite_be_patient(s, first->since_ns);
    if (ops->next->next == ops && apply_alone(s, first)) {
        slack__sqlite_wait_no_more(s);
        slack__list_splice(ended, ops);
        return first->status == 0 ? SLACK_DB_READ : slack__sqlite_explain(s, first->status, error);
    }
    for (slack_link_t *link = ops->next; link != ops; link = link->next)
        if (op_at(link)->batch) op_at(link)->batch->arena = NULL; /* fail_all() may drop it */
    int rc = slack__sqlite_run(s, BEGIN);
    slack__sqlite_wait_no_more(s);
    if (rc != 0 && (sqlite3_errcode(s->sqlite) & 0xff) == SQLITE_BUSY) {
        give_up_late(ops, ended);
        return slack__sqlite_explain(s, rc, error);
    }
    int64_t version = 0;
    if (rc == 0) rc = check_files(s, &version);
    if (rc == 0) rc = apply_all(s, ops);
    SLACK_CRASH("before-commit");
    if (rc == 0) rc = slack__sqlite_run(s, COMMIT);
    SLACK_CRASH("committed");
    if (rc == 0) {
        slack__sqlite_files_note(&s->files, version);
    } else {
        slack__sqlite_explain(s, rc, error);
        if (!sqlite3_get_autocommit(s->sqlite)) slack__sqlite_run(s, ROLLBACK);
        fail_all(ops, rc);
    }
    slack__list_splice(ended, ops);
    return rc;
}
