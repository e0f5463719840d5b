/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

/*
 * One process writes at a time. A process that is kept waiting looks again every millisecond, and
 * after a while asks for a turn by a lock in the file of owners; a process that has just written
 * then lets it begin first. Without that, the next transaction of a busy process begins long before
 * another has looked, and where syncs are slow the others starve.
 */

/* The patience of an operation, from its submission; it is tried for BUSY_TRY_MS at least. Slack
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

bool slack__sqlite_is_late(uint64_t since_ns)
{
    return since_ns + BUSY_MS * MS_NS <= uv_hrtime();
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

/* Copy the log into the file, as far as nobody reads what was there before. A log that is copied
 * whole begins anew, which never happens while several processes write without a pause, until one
 * of them makes the others wait (RESTART). A log that a reader keeps from being copied whole is
 * tried again only when it has grown: to look through a long log takes time. */
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

void slack__sqlite_rest(slack_db_t *db)
{
    slack_sqlite_t *s = SLACK_CONTAINER(db, slack_sqlite_t, db);
    copy_log(s);
    for (int ms = 0; ms < YIELD_MS && slack__owner_awaited(&s->owner); ms += LOOK_MS)
        uv_sleep(LOOK_MS);
}
