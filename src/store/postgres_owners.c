/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <string.h>

/* The time in which an owner without a session may connect again. It tries at once, so AWAY_MS is
 * long. If the server was away or slow for this owner less than SETTLE_MS ago, it may be so for the
 * other one still, which tries after pauses: then it has LATE_MS. */
#define AWAY_MS   400
#define LATE_MS   2000
#define SETTLE_MS 10000
/* A server that takes so long until the result of a look is slow. */
#define SLOW_MS 500
/* Operations on entries look at the owners again after so long: a user who reads entries every
 * 250 ms always looks, and busy users need no further round trip. */
#define LOOK_MS 100

/* The columns of PG_OWNERS. */
enum {
    OWNER_ID,
    OWNER_LEASE,
    OWNER_CLOSED,
    OWNER_RESTARTED,
    OWNER_AWAY,
    OWNER_ROWS,
    OWNER_ENTRIES,
    OWNER_NO_ROWS
};

static int64_t away_limit_ms(const slack_pg_watched_t *owner)
{
    return owner->late ? LATE_MS : AWAY_MS;
}

/* A lease that has changed is a sign of life. Without a session of its own this owner has not seen
 * whether the other one had one. */
static void compare(const slack_pg_t *pg, slack_pg_watched_t *now, int64_t passed_ms)
{
    const slack_pg_watched_t *before = NULL;
    for (size_t i = 0; i < pg->watch.count && !before; i++)
        if (pg->watch.owners[i].id == now->id) before = &pg->watch.owners[i];
    const bool same_session = before && pg->watch.session == pg->sessions;
    const bool same_lease = before && before->lease_ms == now->lease_ms;
    const bool was_away = same_session && before->away;
    const bool settled = pg->troubled_ms == 0 || pg->mono_ms - pg->troubled_ms >= SETTLE_MS;
    now->late = now->away && (was_away ? before->late : now->restarted || !settled);
    if (same_lease) now->silent_ms = before->silent_ms + passed_ms;
    if (same_lease && now->away && was_away) now->away_ms = before->away_ms + passed_ms;
    now->is_gone =
        now->closed || now->away_ms >= away_limit_ms(now) || now->silent_ms >= SLACK_STORE_LEASE_MS;
    now->is_news = (now->is_gone && !(before && before->is_gone)) || (now->away && !was_away);
}

/* After a restart of the server an owner may run its rows without a session. */
bool slack__pg_leaves_rows(const slack_pg_watched_t *gone)
{
    return gone->has_rows &&
           (gone->closed || !gone->restarted || gone->silent_ms >= SLACK_STORE_LEASE_MS);
}

int64_t slack__pg_next_gone_ms(const slack_pg_t *pg)
{
    int64_t next_ms = INT64_MAX;
    for (size_t i = 0; i < pg->watch.count; i++) {
        const slack_pg_watched_t *w = &pg->watch.owners[i];
        const int64_t in_ms = away_limit_ms(w) - w->away_ms;
        if (w->away && !w->is_gone && !w->restarted && w->has_rows && pg->now_ms + in_ms < next_ms)
            next_ms = pg->now_ms + in_ms;
    }
    return next_ms;
}

/* An owner that may come back has a number to look up. */
bool slack__pg_is_over(const slack_pg_watched_t *gone)
{
    return gone->has_none &&
           (gone->closed || (gone->away && gone->silent_ms >= SLACK_STORE_LEASE_MS));
}

static int take_owners(slack_pg_t *pg, PGresult *result, void *user_data)
{
    slack_pg_gone_t *gone = user_data;
    slack_pg_watch_t *watch = &pg->watch, now = {.looked_ms = pg->mono_ms, .session = pg->sessions};
    /* The wait for a server that hangs is no observation: nobody had a session in it. */
    const uint64_t took_ms = (uv_hrtime() - pg->begun_ns) / PG_MS_NS;
    if (took_ms > LOOK_MS) now.looked_ms += took_ms;
    if (took_ms > SLOW_MS) pg->troubled_ms = pg->mono_ms;
    /* The others may have slept when this one did. */
    int64_t passed = (int64_t)(pg->mono_ms - watch->looked_ms);
    if (passed > SLACK_STORE_RENEW_MS) passed = SLACK_STORE_RENEW_MS;
    if (passed < 0) passed = 0;
    gone->count = 0;
    for (int i = 0; i < PQntuples(result) && now.count < PG_OWNERS_MAX; i++) {
        slack_pg_watched_t *w = &now.owners[now.count++];
        *w = (slack_pg_watched_t){.id = slack__pg_get_int(result, i, OWNER_ID),
                                  .lease_ms = slack__pg_get_int(result, i, OWNER_LEASE),
                                  .closed = slack__pg_get_int(result, i, OWNER_CLOSED),
                                  .restarted = slack__pg_get_int(result, i, OWNER_RESTARTED),
                                  .away = slack__pg_get_int(result, i, OWNER_AWAY),
                                  .has_rows = slack__pg_get_int(result, i, OWNER_ROWS),
                                  .has_entries = slack__pg_get_int(result, i, OWNER_ENTRIES),
                                  .has_none = slack__pg_get_int(result, i, OWNER_NO_ROWS)};
        compare(pg, w, passed);
        if (w->is_news && !w->has_none) pg->hints.found |= SLACK_STORE_CHANGED_ROWS;
        if (!w->is_gone) continue;
        gone->owners[gone->count++] = *w;
        if (w->has_entries) now.ended = true;
    }
    *watch = now;
    return 0;
}

void slack__pg_send_look(slack_pg_t *pg, slack_slice_t app, slack_pg_gone_t *ret)
{
    slack_pg_params_t params = {0};
    ret->count = 0;
    slack__pg_int(&params, pg->owner);
    slack__pg_some(&params, app);
    slack__pg_int(&params, pg->lock_class);
    slack__pg_int(&params, PG_OWNERS_MAX);
    slack__pg_send(pg, PG_OWNERS, &params, take_owners, ret);
}

/* --- entries -------------------------------------------------------------------------------- */

/* A look in a transaction holds the locks of the owners without a session until its end: such an
 * owner comes back after that, and does not find its entries. */
static int find_ended(slack_pg_t *pg, slack_pg_gone_t *gone)
{
    const slack_pg_watch_t *watch = &pg->watch;
    const bool recent = pg->mono_ms < watch->looked_ms + LOOK_MS;
    gone->count = 0;
    if (recent && watch->session == pg->sessions && !watch->ended) return 0;
    slack__pg_send_look(pg, (slack_slice_t){NULL, 0}, gone);
    return slack__pg_drain(pg);
}

bool slack__pg_entries_ended(slack_pg_t *pg)
{
    slack_pg_gone_t gone;
    return find_ended(pg, &gone) != 0 || pg->watch.ended;
}

int slack__pg_end_entries(slack_pg_t *pg)
{
    slack_pg_gone_t gone;
    const int rc = find_ended(pg, &gone);
    for (size_t i = 0; i < gone.count; i++)
        if (gone.owners[i].has_entries) slack__pg_send_end_entries(pg, gone.owners[i].id);
    return rc;
}

static int take_ended(slack_pg_t *pg, PGresult *result, void *unused)
{
    size_t count;
    slack__pg_take_changed(pg, result, &count);
    if (count > 0) slack__pg_note_change(pg, SLACK_STORE_CHANGED_ENTRIES, 0);
    return 0;
}

void slack__pg_send_end_entries(slack_pg_t *pg, int64_t owner)
{
    slack_pg_params_t params = {0};
    slack__pg_int(&params, owner);
    slack__pg_send(pg, PG_OWNER_ENTRIES, &params, take_ended, NULL);
}

void slack__pg_send_renew(slack_pg_t *pg)
{
    slack_pg_params_t params = {0};
    slack__pg_int(&params, pg->owner);
    slack__pg_int(&params, pg->now_ms + SLACK_STORE_LEASE_MS);
    slack__pg_send(pg, PG_RENEW, &params, NULL, NULL);
}
