/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Owners tell each other what they have changed, by LISTEN and NOTIFY on a channel with the name of
 * the schema. The commit of a transaction with a NOTIFY holds a lock on the whole server. So a hint
 * is never part of the transaction that changes something: it follows the commit, in a transaction
 * that is not synced, and all changes of NOTIFY_MS share one.
 *
 * The payload is "WHAT APP": a mask of SLACK_STORE_CHANGED_… and the hash of the name of the app
 * whose rows were queued, 0 for rows of any app.
 */
#define NOTIFY_MS 10

#define ANY_APP 0
#define ALL     (SLACK_STORE_CHANGED_ROWS | SLACK_STORE_CHANGED_ENTRIES)

static uint64_t hash_of_app(slack_slice_t app)
{
    return slack__pg_hash(app, SLACK_SLICE("app")) | 1; /* never ANY_APP */
}

/* --- sending -------------------------------------------------------------------------------- */

void slack__pg_note_change(slack_pg_t *pg, unsigned what, uint64_t app)
{
    slack_pg_hints_t *hints = &pg->hints;
    if (what & SLACK_STORE_CHANGED_ROWS)
        hints->app = hints->what & SLACK_STORE_CHANGED_ROWS && hints->app != app ? ANY_APP : app;
    hints->what |= what;
}

static void note_op(slack_pg_t *pg, const slack_store_op_t *op)
{
    const slack_row_t *row = &op->row;
    switch (op->kind) {
    case SLACK_STORE_PUT:
        pg->hints.own = hash_of_app(row->app);
        if (op->claim || op->duplicate || row->due_ms > pg->now_ms) return;
        break;
    case SLACK_STORE_CLAIM: pg->hints.own = hash_of_app(row->app); return;
    case SLACK_STORE_WAIT:
        if (row->due_ms > pg->now_ms) return;
        break;
    case SLACK_STORE_RETRY:
        if (op->batch->count > 0) slack__pg_note_change(pg, SLACK_STORE_CHANGED_ROWS, ANY_APP);
        return;
    case SLACK_STORE_KV_SWAP:
        if (op->owned && !op->duplicate) slack__pg_note_change(pg, SLACK_STORE_CHANGED_ENTRIES, 0);
        return;
    default: return;
    }
    slack__pg_note_change(pg, SLACK_STORE_CHANGED_ROWS, hash_of_app(row->app));
}

void slack__pg_note_changes(slack_pg_t *pg, slack_link_t *ops)
{
    for (slack_link_t *link = ops->next; link != ops; link = link->next)
        note_op(pg, SLACK_CONTAINER(link, slack_store_op_t, link));
}

/* A hint that is lost does no harm. */
void slack__pg_notify(slack_pg_t *pg)
{
    slack_pg_hints_t *hints = &pg->hints;
    slack_pg_params_t params = {0};
    char payload[32];
    snprintf(payload, sizeof payload, "%u %" PRIx64, hints->what, hints->app);
    slack__pg_text(&params, pg->schema);
    slack__pg_text(&params, payload);
    hints->what = 0;
    slack__pg_run(pg, PG_NOTIFY, &params, NULL, NULL);
    hints->next_ns = uv_hrtime() + NOTIFY_MS * PG_MS_NS;
}

/* --- receiving ------------------------------------------------------------------------------ */

int slack__pg_listen(slack_pg_t *pg)
{
    char text[80];
    snprintf(text, sizeof text, "LISTEN \"%.63s\"", pg->schema);
    return slack__pg_exec(pg, text, NULL, NULL);
}

/* Anybody may send anything on the channel. */
static unsigned read_hint(const slack_pg_t *pg, const char *payload)
{
    char *rest;
    const unsigned long what = strtoul(payload, &rest, 10);
    const uint64_t app = strtoull(rest, NULL, 16), own = pg->hints.own;
    if (what > ALL) return 0;
    const bool others = app != ANY_APP && own != ANY_APP && app != own;
    return (unsigned)what & (others ? ~SLACK_STORE_CHANGED_ROWS : ALL);
}

static unsigned take_hints(slack_pg_t *pg)
{
    unsigned what = 0;
    PGnotify *hint;
    while ((hint = PQnotifies(pg->conn))) {
        if (hint->be_pid != PQbackendPID(pg->conn)) what |= read_hint(pg, hint->extra);
        PQfreemem(hint);
    }
    return what;
}

unsigned slack__pg_exchange_hints(slack_pg_t *pg, slack_db_wait_t *ret, bool may_send)
{
    slack_pg_hints_t *hints = &pg->hints;
    const uint64_t now = uv_hrtime();
    if (may_send && pg->conn && hints->what != 0 && now >= hints->next_ns) slack__pg_notify(pg);
    if (pg->conn && PQconsumeInput(pg->conn) != 1) slack__pg_hang_up(pg);
    if (!pg->conn) return 0;
    const bool again = hints->session != 0 && hints->session != pg->sessions;
    const unsigned found = hints->found;
    hints->session = pg->sessions;
    hints->found = 0;
    ret->fd = PQsocket(pg->conn);
    if (hints->what != 0)
        ret->ms = now < hints->next_ns ? (int)((hints->next_ns - now) / PG_MS_NS) + 1 : 0;
    /* Those that came before this session are lost. */
    return take_hints(pg) | found | (again ? ALL : 0);
}
