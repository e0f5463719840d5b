/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

/* One process writes at a time. Who is kept from it looks again every millisecond, and says so
 * after a while; who has written lets those begin first that do. Without that the next transaction
 * begins long before anybody has looked, and where syncs are slow the others wait in vain. */

/* How long an operation waits for another process's transaction, from when it was submitted; and
 * how long at least it is tried. Slack waits 3 s for an answer. */
#define BUSY_MS     1500
#define BUSY_TRY_MS 50
/* How often that is tried, after how long others are asked for a turn, and how long these wait then
 * until it has begun. */
#define TURN_MS       1
#define TURN_AFTER_MS 20
#define TURN_MOST_MS  5
/* So many pages in the log are copied into the file, and with so many nobody may write meanwhile.
 */
#define LOG_PAGES      1000
#define LOG_MANY_PAGES 4000

#define MS_NS ((uint64_t)1000000)

void slack__db_be_patient(slack_db_t *db, uint64_t since_ns)
{
    uint64_t least = uv_hrtime() + BUSY_TRY_MS * MS_NS, until = since_ns + BUSY_MS * MS_NS;
    db->busy_until_ns = until > least ? until : least;
}

bool slack__db_is_late(uint64_t since_ns)
{
    return since_ns + BUSY_MS * MS_NS <= uv_hrtime();
}

int slack__db_on_busy(void *arg, int tries)
{
    slack_db_t *db = arg;
    if (!db->waits && tries >= TURN_AFTER_MS / TURN_MS) {
        slack__owner_wait(&db->owner, true);
        db->waits = true;
    }
    if (uv_hrtime() >= db->busy_until_ns) return 0;
    uv_sleep(TURN_MS);
    return 1;
}

void slack__db_wait_no_more(slack_db_t *db)
{
    if (db->waits) slack__owner_wait(&db->owner, false);
    db->waits = false;
}

int slack__db_on_commit(void *arg, sqlite3 *sqlite, const char *name, int pages)
{
    slack_db_t *db = arg;
    if (pages < db->log_pages) db->copy_pages = 0; /* it has begun anew */
    db->log_pages = pages;
    return SQLITE_OK;
}

/* What is in the log goes into the file, as far as nobody reads what was there before; a log of
 * which nothing is left begins anew. Where several processes write all the time there is always
 * something left, until one keeps the others waiting. Who reads for long is not waited for, and not
 * asked again with every commit: it takes time to look through a long log. */
static void copy_log(slack_db_t *db)
{
    int pages = 0, copied = 0;
    if (db->log_pages < LOG_PAGES || db->log_pages < db->copy_pages) return;
    bool many = db->log_pages >= LOG_MANY_PAGES;
    slack__db_be_patient(db, 0);
    sqlite3_wal_checkpoint_v2(db->sqlite, "main",
                              many ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &pages,
                              &copied);
    slack__db_wait_no_more(db);
    if (pages > copied || many)
        db->copy_pages = db->log_pages + (many ? LOG_MANY_PAGES : LOG_PAGES);
}

void slack__db_rest(slack_db_t *db)
{
    copy_log(db);
    for (int ms = 0; ms < TURN_MOST_MS && slack__owner_awaited(&db->owner); ms += TURN_MS)
        uv_sleep(TURN_MS);
}
