/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

#include <stdio.h>

#include <slack/options.h>

#include "util/crash.h"

/* --- what went wrong ----------------------------------------------------------------------- */

static const char *cure_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY: return "; another program keeps it locked";
    case SQLITE_FULL: return "; make room on its disk";
    case SQLITE_PERM:
    case SQLITE_READONLY: return "; let this program write to it and to its folder";
    case SQLITE_IOERR: return "; look after its disk";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "; " SLACK_DB_REPAIR;
    default: return "";
    }
}

void slack__db_say(const slack_db_t *db, const char *what, const char *cure, char *error)
{
    snprintf(error, SLACK_ERROR_TEXT_MAX, "%.100s: %.60s%s", db->path, what, cure);
}

int slack__db_tell(slack_db_t *db, int rc, char *error)
{
    if (rc == SLACK_ENOMEM)
        slack__db_say(db, "out of memory", "", error);
    else if (rc != 0 && db->spoilt)
        slack__db_say(db, db->spoilt, "; " SLACK_DB_REPAIR, error);
    else if (rc != 0)
        slack__db_say(db, sqlite3_errmsg(db->sqlite), cure_of(sqlite3_errcode(db->sqlite)), error);
    return rc;
}

/* --- the files ----------------------------------------------------------------------------- */

static int64_t bytes_needed(void *user_data)
{
    slack_db_t *db = user_data;
    int64_t pages = INT64_MAX / db->page_bytes;
    slack__db_number(db, PAGES, &pages);
    return pages * db->page_bytes;
}

/* Nothing is written to files that are not what they were, nor at the end out of the log: what can
 * still be found in it is left to a person. */
static int look_at_files(slack_db_t *db, int64_t *ret_version)
{
    int rc = slack__db_number(db, VERSION, ret_version);
    if (rc != 0) return rc;
    db->spoilt = slack__files_spoilt(&db->files, *ret_version, bytes_needed, db);
    sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, db->spoilt != NULL, NULL);
    return db->spoilt ? SLACK_ESTORE : 0;
}

/* --- a transaction ------------------------------------------------------------------------- */

static bool writes(const slack_store_op_t *op)
{
    return op->kind != SLACK_STORE_LIST && op->kind != SLACK_STORE_STATS &&
           op->kind != SLACK_STORE_KV_GET;
}

/* An operation that ends without a transaction; only where it is alone, so that order is kept. */
static bool apply_alone(slack_db_t *db, slack_store_op_t *op)
{
    if (op->kind == SLACK_STORE_CLAIM && slack__db_nothing_to_claim(db, op->batch)) {
        op->batch->arena = NULL;
        op->batch->count = 0;
        op->status = 0;
        return true;
    }
    if (writes(op)) return false;
    op->status = slack__db_apply_op(db, op);
    return true;
}

static int apply_all(slack_db_t *db, slack_link_t *ops)
{
    int rc = slack__db_sweep(db);
    for (slack_link_t *link = ops->next; rc == 0 && link != ops; link = link->next) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        rc = op->status = slack__db_apply_op(db, op);
    }
    return rc;
}

/* What was read and claimed in a transaction that did not come to be. */
static void fail_all(slack_link_t *ops, int status)
{
    for (slack_link_t *link = ops->next; link != ops; link = link->next) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        op->status = status;
        op->duplicate = false;
        bool rows = op->kind == SLACK_STORE_CLAIM || op->kind == SLACK_STORE_LIST ||
                    op->kind == SLACK_STORE_KV_GET;
        if (rows) slack__batch_drop(op->batch);
    }
}

/* The first, at least, of those that wait for a turn have waited for too long. */
static void give_up(slack_link_t *ops, slack_link_t *ended)
{
    slack_link_t late;
    slack__link_init(&late);
    do
        slack__list_push(&late, slack__list_shift(ops));
    while (!slack__list_empty(ops) &&
           slack__db_is_late(SLACK_CONTAINER(ops->next, slack_store_op_t, link)->since_ns));
    fail_all(&late, SLACK_ESTORE);
    slack__list_splice(ended, &late);
}

int slack__db_apply(slack_db_t *db, slack_link_t *ops, slack_link_t *ended,
                    const slack_db_time_t *now, char *error)
{
    slack_store_op_t *first = SLACK_CONTAINER(ops->next, slack_store_op_t, link);
    db->now_ms = now->wall_ms;
    db->mono_ms = now->mono_ms;
    slack__db_be_patient(db, first->since_ns);
    if (ops->next->next == ops && apply_alone(db, first)) {
        slack__db_wait_no_more(db);
        slack__list_splice(ended, ops);
        return first->status == 0 ? SLACK_DB_READ : slack__db_tell(db, first->status, error);
    }
    for (slack_link_t *link = ops->next; link != ops; link = link->next) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        if (op->batch) op->batch->arena = NULL; /* until it has begun */
    }
    int rc = slack__db_run(db, BEGIN);
    slack__db_wait_no_more(db);
    if (rc != 0 && (sqlite3_errcode(db->sqlite) & 0xff) == SQLITE_BUSY) {
        give_up(ops, ended);
        return slack__db_tell(db, rc, error);
    }
    int64_t version = 0;
    if (rc == 0) rc = look_at_files(db, &version);
    if (rc == 0) rc = apply_all(db, ops);
    SLACK_CRASH("before-commit");
    if (rc == 0) rc = slack__db_run(db, COMMIT);
    SLACK_CRASH("committed");
    if (rc == 0) {
        slack__files_note(&db->files, version);
    } else {
        slack__db_tell(db, rc, error);
        if (!sqlite3_get_autocommit(db->sqlite)) slack__db_run(db, ROLLBACK);
        fail_all(ops, rc);
    }
    slack__list_splice(ended, ops);
    return rc;
}
