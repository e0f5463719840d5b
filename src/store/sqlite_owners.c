/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

#include <string.h>

/* For how long others have seen the lease of an owner unchanged, with the time since the look
 * before. */
static int64_t silent_ms(const slack_sqlite_t *s, const watched_t *owner, int64_t passed_ms)
{
    for (size_t i = 0; i < s->watched_count; i++)
        if (s->watched[i].id == owner->id && s->watched[i].lease_ms == owner->lease_ms)
            return s->watched[i].silent_ms + passed_ms; /* no renewal since */
    return 0;
}

int slack__sqlite_find_gone(slack_sqlite_t *s, int64_t app, slack_sqlite_gone_t *ret)
{
    watched_t now[OWNERS_MAX] = {{0}};
    size_t count = 0, gone = 0;
    sqlite3_stmt *stmt = s->statements[OWNERS];
    /* The time since the last look is capped, since the other owners may have slept when this one
     * did, with the machine for instance. */
    int64_t passed = (int64_t)(s->mono_ms - s->looked_ms);
    if (passed > SLACK_STORE_RENEW_MS) passed = SLACK_STORE_RENEW_MS;
    s->looked_ms = s->mono_ms;
    sqlite3_bind_int64(stmt, 1, s->owner.id);
    sqlite3_bind_int64(stmt, 2, app);
    ret->count = ret->holder_count = 0;
    while (gone < OWNERS_MAX && count < OWNERS_MAX && sqlite3_step(stmt) == SQLITE_ROW) {
        watched_t w = {.id = sqlite3_column_int64(stmt, 0),
                       .lease_ms = sqlite3_column_int64(stmt, 1)};
        const bool alive = slack__owner_alive(&s->owner, w.id);
        w.silent_ms = silent_ms(s, &w, passed);
        if (alive) now[count++] = w;
        if (alive && w.silent_ms < SLACK_STORE_LEASE_MS) continue;
        gone++;
        if (sqlite3_column_int(stmt, 2)) ret->ids[ret->count++] = w.id;
        if (sqlite3_column_int(stmt, 3)) ret->holders[ret->holder_count++] = w.id;
    }
    memcpy(s->watched, now, count * sizeof *now);
    s->watched_count = count;
    return slack__sqlite_reset(stmt);
}

bool slack__sqlite_entries_ended(slack_sqlite_t *s)
{
    slack_sqlite_gone_t gone;
    return slack__sqlite_find_gone(s, 0, &gone) != 0 || gone.holder_count > 0;
}

int slack__sqlite_end_entries(slack_sqlite_t *s)
{
    slack_sqlite_gone_t gone;
    int rc = slack__sqlite_find_gone(s, 0, &gone);
    for (size_t i = 0; rc == 0 && i < gone.holder_count; i++)
        rc = slack__sqlite_end_entries_of(s, gone.holders[i]);
    return rc;
}

int slack__sqlite_end_entries_of(slack_sqlite_t *s, int64_t owner)
{
    return slack__sqlite_step(slack__sqlite_about(s, OWNER_ENTRIES, owner));
}

int slack__sqlite_renew(slack_sqlite_t *s)
{
    sqlite3_stmt *stmt = s->statements[RENEW];
    sqlite3_bind_int64(stmt, 1, s->owner.id);
    sqlite3_bind_int64(stmt, 2, s->now_ms + SLACK_STORE_LEASE_MS);
    return slack__sqlite_step(stmt);
}
