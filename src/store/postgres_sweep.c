/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

/*
 * A transaction deletes some of the rows whose time is over, before its own operations. It
 * remembers the oldest row that is left: when it expires, the next deletion follows, and begins
 * there. The server would otherwise step over the deleted rows again and again until it vacuums the
 * table.
 */

/* Few rows wait for each other for so long. */
#define PAUSE_MS 100

/* A deletion that found fewer rows than it may delete leaves none that has expired. */
static int take_oldest(slack_pg_t *pg, PGresult *result, void *user_data)
{
    slack_pg_sweep_t *sweep = user_data;
    const int64_t keep_ms = sweep == &pg->done ? SLACK_STORE_KEEP_MS : SLACK_STORE_DEAD_MS;
    if (PQntuples(result) > 0) sweep->oldest_ms = slack__pg_get_int(result, 0, 0);
    sweep->at_ms = (PQntuples(result) > 0 ? sweep->oldest_ms : pg->now_ms) + keep_ms;
    if (sweep->count > 0 && sweep->at_ms > pg->now_ms && sweep->at_ms < pg->now_ms + PAUSE_MS)
        sweep->at_ms = pg->now_ms + PAUSE_MS;
    return 0;
}

static void send_sweep(slack_pg_t *pg, slack_pg_sweep_t *sweep, enum pg_statement which,
                       int64_t keep_ms, unsigned limit)
{
    slack_pg_params_t params = {0}, oldest = {0};
    if (pg->now_ms < sweep->at_ms) return;
    slack__pg_int(&params, sweep->oldest_ms);
    slack__pg_int(&params, pg->now_ms - keep_ms);
    slack__pg_int(&params, limit);
    slack__pg_int(&oldest, sweep->oldest_ms);
    slack__pg_send(pg, which, &params, slack__pg_take_changed, &sweep->count);
    slack__pg_send(pg, which + 1, &oldest, take_oldest, sweep);
}

void slack__pg_send_sweep(slack_pg_t *pg, unsigned puts)
{
    const unsigned limit = PG_SWEEP_ROWS + 2 * puts;
    send_sweep(pg, &pg->done, PG_SWEEP_DONE, SLACK_STORE_KEEP_MS, limit);
    send_sweep(pg, &pg->dead, PG_SWEEP_DEAD, SLACK_STORE_DEAD_MS, limit);
}

void slack__pg_sweep_again(slack_pg_t *pg)
{
    pg->done = pg->dead = (slack_pg_sweep_t){0};
}
