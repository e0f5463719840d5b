/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

#include <sys/stat.h>

#include <slack/error.h>

#include "util/crash.h"

/* --- turns --------------------------------------------------------------------------------- */

/*
 * One process writes at a time. A process that waits tries again every millisecond. After a while
 * it asks for its turn with a lock in the file of owners, and a process that has just written lets
 * it go first. Otherwise a busy process would begin its next transaction before another one has
 * tried again, and with slow syncs the others would starve.
 */

/* The time limit of an operation, from its submission. It is tried for at least BUSY_TRY_MS. Slack
 * waits 3 s for an ack. */
#define BUSY_MS     1500
#define BUSY_TRY_MS 50
#define LOOK_MS     1  /* from one look to the next */
#define ASK_MS      20 /* of waiting, then ask for a turn */
#define YIELD_MS    5  /* how long a process that has written yields at most */
/* Pages in the log from which on it is copied into the file, and from which on nobody may write
 * meanwhile. */
#define LOG_PAGES      1000
#define LOG_MANY_PAGES 4000

#define MS_NS ((uint64_t)1000000)

void slack__sqlite_be_patient(slack_sqlite_t *s, uint64_t since_ns)
{
    uint64_t least = uv_hrtime() + BUSY_TRY_MS * MS_NS, until = since_ns + BUSY_MS * MS_NS;
    s->busy_until_ns = until > least ? until : least;
}

int slack__sqlite_on_busy(void *sqlite, int tries)
{
    slack_sqlite_t *s = sqlite;
    if (!s->waits && tries >= ASK_MS / LOOK_MS) {
        slack__owner_wait(&s->owner, true);
        s->waits = true;
    }
    if (uv_hrtime() >= s->busy_until_ns) return 0;
    uv_sleep(LOOK_MS);
    return 1;
}

void slack__sqlite_wait_no_more(slack_sqlite_t *s)
{
    if (s->waits) slack__owner_wait(&s->owner, false);
    s->waits = false;
}

int slack__sqlite_on_commit(void *sqlite, sqlite3 *handle, const char *name, int pages)
{
    slack_sqlite_t *s = sqlite;
    if (pages < s->log_pages) s->copy_pages = 0; /* the log has begun anew */
    s->log_pages = pages;
    return SQLITE_OK;
}

/* --- the files ----------------------------------------------------------------------------- */

static void note_files(slack_sqlite_files_t *files, int64_t version)
{
    struct stat st;
    if (stat(files->name, &st) == 0) {
        files->device = st.st_dev;
        files->inode = st.st_ino;
        files->bytes = st.st_size;
    }
    if (stat(files->log_name, &st) == 0) {
        files->log_inode = st.st_ino;
        files->log_bytes = st.st_size;
    }
    files->version = version;
}

/*
 * NULL, or what is wrong with the files. `version` is the data_version now: if it has changed,
 * another process has written and may have begun the log anew. A file may be shorter than before if
 * all its pages fit: another process has removed empty ones.
 */
static const char *find_fault(slack_sqlite_t *s, int64_t version)
{
    const slack_sqlite_files_t *files = &s->files;
    struct stat st;
    if (files->inode == 0) return NULL;
    if (stat(files->name, &st) != 0 || st.st_dev != files->device || st.st_ino != files->inode)
        return "the file was removed or replaced while it was in use";
    if (st.st_size < files->bytes) {
        int64_t pages = INT64_MAX / s->page_bytes;
        slack__sqlite_number(s, PAGES, &pages);
        if (st.st_size < pages * s->page_bytes) return "the file was cut short while it was in use";
    }
    if (files->log_inode == 0) return NULL;
    if (stat(files->log_name, &st) != 0 || st.st_ino != files->log_inode)
        return "its log was removed or replaced while it was in use";
    if (version == files->version && st.st_size < files->log_bytes)
        return "its log was cut short while it was in use";
    return NULL;
}

/* Files that somebody has spoilt are left as they are, for a person to look at: nothing is written
 * to them, and the log is not copied into the file at the end. */
static int check_files(slack_sqlite_t *s, int64_t *ret_version)
{
    int rc = slack__sqlite_number(s, VERSION, ret_version);
    if (rc != 0) return rc;
    s->spoilt = find_fault(s, *ret_version);
    sqlite3_db_config(s->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, s->spoilt != NULL, NULL);
    return s->spoilt ? SLACK_ESTORE : 0;
}

/* --- a transaction ------------------------------------------------------------------------- */

static slack_store_op_t *op_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_store_op_t, link);
}

static bool is_about_entries(const slack_store_op_t *op)
{
    return op->kind >= SLACK_STORE_KV_PUT && op->kind <= SLACK_STORE_KV_LIST;
}

/* Apply an operation that needs no transaction. Only one that is alone is tried, so that the order
 * is kept. */
static bool apply_alone(slack_sqlite_t *s, slack_store_op_t *op)
{
    if (op->kind == SLACK_STORE_CLAIM && slack__sqlite_nothing_to_claim(s, op)) {
        op->batch->arena = NULL;
        op->batch->count = 0;
        op->status = 0;
        return true;
    }
    if (op->kind != SLACK_STORE_LIST && op->kind != SLACK_STORE_STATS &&
        op->kind != SLACK_STORE_KV_GET && op->kind != SLACK_STORE_KV_LIST)
        return false;
    if (is_about_entries(op) && slack__sqlite_entries_ended(s)) return false;
    op->status = slack__sqlite_apply_op(s, op);
    return true;
}

/* Before the first operation on entries: those of owners that are gone are absent. */
static int end_entries(slack_sqlite_t *s, const slack_link_t *ops)
{
    for (slack_link_t *link = ops->next; link != ops; link = link->next)
        if (is_about_entries(op_at(link))) return slack__sqlite_end_entries(s);
    return 0;
}

/* A transaction that only adds entries is not synced: a command waits for it before it runs, and
 * others see the entries without a sync. A later sync covers it too. */
static int set_sync(slack_sqlite_t *s, const slack_link_t *ops)
{
    bool sync = false;
    for (slack_link_t *link = ops->next; link != ops; link = link->next)
        if (op_at(link)->kind != SLACK_STORE_KV_ADD) sync = true;
    if (s->syncs == sync) return 0;
    const char *pragma = sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
    int rc = slack__sqlite_status(sqlite3_exec(s->sqlite, pragma, NULL, NULL, NULL));
    if (rc == 0) s->syncs = sync;
    return rc;
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
        if (op_at(link)->batch) op_at(link)->batch->arena = NULL; /* slack__db_fail() may drop it */
    int rc = set_sync(s, ops);
    if (rc == 0) rc = slack__sqlite_run(s, BEGIN);
    slack__sqlite_wait_no_more(s);
    if (rc != 0 && (sqlite3_errcode(s->sqlite) & 0xff) == SQLITE_BUSY) {
        slack__db_give_up_late(ops, ended, BUSY_MS);
        return slack__sqlite_explain(s, rc, error);
    }
    int64_t version = 0;
    if (rc == 0) rc = check_files(s, &version);
    if (rc == 0) rc = slack__sqlite_sweep(s);
    if (rc == 0) rc = end_entries(s, ops);
    for (slack_link_t *link = ops->next; rc == 0 && link != ops; link = link->next)
        rc = op_at(link)->status = slack__sqlite_apply_op(s, op_at(link));
    SLACK_CRASH("before-commit");
    if (rc == 0) rc = slack__sqlite_run(s, COMMIT);
    SLACK_CRASH("committed");
    if (rc == 0) {
        note_files(&s->files, version);
    } else {
        slack__sqlite_explain(s, rc, error);
        if (!sqlite3_get_autocommit(s->sqlite)) slack__sqlite_run(s, ROLLBACK);
        slack__db_fail(ops, rc);
        s->app_id = 0; /* it may be of this transaction */
    }
    slack__list_splice(ended, ops);
    return rc;
}

/* --- after it ------------------------------------------------------------------------------ */

/* Copy the log into the file, as far as no reader needs the old pages. A log that was copied
 * completely begins anew. While several processes write without a pause this never happens, until
 * one of them makes the others wait (RESTART). If a reader prevents a complete copy, the next try
 * comes when the log has grown, because looking through a long log takes time. */
static void copy_log(slack_sqlite_t *s)
{
    int pages = 0, copied = 0;
    if (s->log_pages < LOG_PAGES || s->log_pages < s->copy_pages) return;
    const bool many = s->log_pages >= LOG_MANY_PAGES;
    slack__sqlite_be_patient(s, 0);
    sqlite3_wal_checkpoint_v2(s->sqlite, "main",
                              many ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &pages,
                              &copied);
    slack__sqlite_wait_no_more(s);
    if (pages > copied || many) s->copy_pages = s->log_pages + (many ? LOG_MANY_PAGES : LOG_PAGES);
}

void slack__sqlite_empty_log(slack_sqlite_t *s)
{
    slack__sqlite_be_patient(s, 0);
    sqlite3_wal_checkpoint_v2(s->sqlite, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    slack__sqlite_wait_no_more(s);
}

unsigned slack__sqlite_rest(slack_db_t *db, slack_db_wait_t *unused)
{
    slack_sqlite_t *s = SLACK_CONTAINER(db, slack_sqlite_t, db);
    copy_log(s);
    for (int ms = 0; ms < YIELD_MS && slack__owner_awaited(&s->owner); ms += LOOK_MS)
        uv_sleep(LOOK_MS);
    return 0;
}
