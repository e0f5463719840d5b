/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/error.h"

/* The time limit of a start; a session that was lost is made again within the time limit of the
 * operations. */
#define OPEN_MS 10000
/* From one attempt to connect to the next: the first number, doubled up to the second. */
#define RETRY_MIN_MS 50
#define RETRY_MAX_MS 250

/* --- the session ---------------------------------------------------------------------------- */

/* The schema that the conninfo names with options=-csearch_path=NAME, or "slackapp"; the process of
 * the server. */
static int take_schema(slack_pg_t *pg, PGresult *result, void *pid)
{
    const bool named = strcmp(PQgetvalue(result, 0, 1), "client") == 0;
    const char *name = named ? PQgetvalue(result, 0, 0) : "slackapp";
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
    const size_t len = strlen(name);
    if (len == 0 || len >= sizeof pg->schema || strspn(name, letters) != len || *name <= '9')
        return slack__pg_say(pg, SLACK_CAUSE_OTHER,
                             "search_path is not one name of lowercase letters, digits and _",
                             "; name one schema");
    memcpy(pg->schema, name, len + 1);
    *(int *)pid = (int)strtol(PQgetvalue(result, 0, 2), NULL, 10);
    return 0;
}

/* Find the schema of a new session, and make it the only one. A pooler that is refused keeps no
 * setting of this session. */
static int choose_schema(slack_pg_t *pg)
{
    char path[128];
    int pid = 0;
    int rc = slack__pg_exec(pg,
                            "SELECT setting, source, pg_backend_pid() FROM pg_settings"
                            " WHERE name = 'search_path'",
                            take_schema, &pid);
    if (rc == 0) rc = slack__pg_check_pooler(pg, pid);
    if (rc != 0) return rc;
    snprintf(path, sizeof path, "SELECT set_config('search_path', '%s', false)", pg->schema);
    return slack__pg_exec(pg, path, NULL, NULL);
}

static int begin_session(slack_pg_t *pg)
{
    /* The server ends the session of a machine that it cannot reach for 30 s, so that nobody waits
     * longer for its locks. Every statement finds its rows by an index, however few rows there are
     * when it is planned. */
    static const char settings[] =
        "SET statement_timeout TO 5000; SET lock_timeout TO 1200;"
        "SET idle_in_transaction_session_timeout TO 10000;"
        "SET idle_session_timeout TO 0;"
        "SET tcp_keepalives_idle TO 15; SET tcp_keepalives_interval TO 5;"
        "SET tcp_user_timeout TO 30000;"
        "SET client_min_messages TO warning; SET enable_seqscan TO off;"
        "SET plan_cache_mode TO force_generic_plan; SET jit TO off";
    int rc = choose_schema(pg);
    if (rc == 0) rc = slack__pg_exec(pg, settings, NULL, NULL);
    if (rc == 0) rc = slack__pg_check_promises(pg);
    if (rc == 0) rc = slack__pg_set_up_tables(pg);
    if (rc == 0) rc = slack__pg_listen(pg);
    if (rc != 0) return rc;
    if (PQenterPipelineMode(pg->conn) != 1) return slack__pg_explain(pg, NULL);
    return slack__pg_prepare(pg);
}

/* Become an owner, or be the same one again: then the server may not have noticed yet that the
 * session before is lost. With the lock, no transaction of that session goes on. */
static int begin_owner(slack_pg_t *pg)
{
    const bool again = pg->owner != 0;
    slack_pg_params_t owner = {0}, lock = {0};
    int rc = 0;
    if (again) slack__pg_int(&owner, pg->owner);
    slack__pg_int(&owner, pg->now_ms + SLACK_STORE_LEASE_MS);
    if (!again) {
        slack__pg_send(pg, PG_BEGIN, NULL, NULL, NULL);
        rc = slack__pg_run(pg, PG_OWNER_NEW, &owner, slack__pg_take_int, &pg->owner);
    }
    if (rc != 0) return rc;
    slack__pg_int(&lock, pg->lock_class);
    slack__pg_int(&lock, pg->owner);
    if (again) slack__pg_send(pg, PG_OWNER_EVICT, &lock, NULL, NULL);
    slack__pg_send(pg, PG_OWNER_LOCK, &lock, NULL, NULL);
    if (again) slack__pg_send(pg, PG_OWNER_BACK, &owner, NULL, NULL);
    if (!again) slack__pg_send(pg, PG_COMMIT, NULL, NULL, NULL);
    rc = slack__pg_drain(pg);
    if (rc != 0 && !again) pg->owner = 0;
    return rc;
}

int slack__pg_connect(slack_pg_t *pg)
{
    if (pg->conn && PQstatus(pg->conn) == CONNECTION_OK) return 0;
    slack__pg_hang_up(pg);
    pg->status = 0;
    int rc = slack__pg_dial(pg);
    if (rc == 0) rc = begin_session(pg);
    if (rc == 0) rc = begin_owner(pg);
    if (rc == 0) {
        pg->failures = 0;
        if (pg->sessions > 0) pg->troubled_ms = pg->mono_ms;
        pg->db.figures.reconnects = pg->sessions++;
        return 0;
    }
    slack__pg_hang_up(pg);
    uint64_t ms = (uint64_t)RETRY_MIN_MS << (pg->failures < 10 ? pg->failures : 10);
    if (ms > RETRY_MAX_MS) ms = RETRY_MAX_MS;
    pg->failures++;
    pg->retry_ns = uv_hrtime() + ms * PG_MS_NS;
    return rc;
}

/* --- opening -------------------------------------------------------------------------------- */

/* A place without a session. */
static int make_place(slack_pg_t **ret, const char *place, char *error)
{
    slack_pg_t *pg = slack__calloc(1, sizeof *pg);
    if (!pg) return SLACK_ENOMEM;
    slack__pg_limit(pg, uv_hrtime() + OPEN_MS * PG_MS_NS);
    const int rc = slack__pg_address_init(&pg->address, place, error);
    if (rc != 0)
        slack__pg_close(&pg->db);
    else
        *ret = pg;
    return rc;
}

int slack__pg_find(const char *place, char *error)
{
    slack_pg_t *pg;
    int rc = make_place(&pg, place, error);
    if (rc != 0) return rc;
    rc = slack__pg_dial(pg);
    if (rc == 0) rc = choose_schema(pg);
    if (rc == 0) rc = slack__pg_find_tables(pg);
    if (rc != 0) slack__explain(error, "%s", pg->error);
    slack__pg_close(&pg->db);
    return rc;
}

int slack__pg_open_later(slack_db_t **ret, const char *place, int64_t now_ms, char *error)
{
    slack_pg_t *pg;
    const int rc = make_place(&pg, place, error);
    if (rc != 0) return rc;
    pg->now_ms = now_ms;
    *ret = &pg->db;
    return 0;
}

int slack__pg_open(slack_db_t **ret, const char *place, int64_t now_ms, char *error)
{
    int rc = slack__pg_open_later(ret, place, now_ms, error);
    if (rc != 0) return rc;
    slack_pg_t *pg = SLACK_CONTAINER(*ret, slack_pg_t, db);
    rc = slack__pg_connect(pg);
    if (rc == 0) return 0;
    memcpy(error, pg->error, sizeof pg->error);
    slack__pg_close(&pg->db);
    return rc;
}

void slack__pg_close(slack_db_t *db)
{
    slack_pg_t *pg = SLACK_CONTAINER(db, slack_pg_t, db);
    if (pg->conn && pg->owner != 0) {
        slack_pg_params_t owner = {0};
        slack__pg_int(&owner, pg->owner);
        slack__pg_limit(pg, uv_hrtime() + 500 * PG_MS_NS);
        slack__pg_send(pg, PG_OWNER_CLOSED, &owner, NULL, NULL);
        slack__pg_send_end_entries(pg, pg->owner);
        slack__pg_send(pg, PG_OWNER_GONE, &owner, NULL, NULL);
        slack__pg_drain(pg);
        slack__pg_note_change(pg, SLACK_STORE_CHANGED_ROWS, pg->hints.own); /* those that ran */
        slack__pg_notify(pg);
    }
    slack__pg_hang_up(pg);
    slack__pg_groups_done(pg);
    slack__pg_address_done(&pg->address);
    slack__free(pg);
}
