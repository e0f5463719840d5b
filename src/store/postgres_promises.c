/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/error.h"
#include "util/str.h"

/*
 * The promises on which a store relies: that the server writes, that a commit outlives a crash and
 * a failover, that the session stays on one process of the server, that nobody else can be taken
 * for the server. Without the first and the third there is no session; the others are warnings.
 */

/* From one look at the promises of a session to the next. */
#define LOOK_MS 60000
/* The time of a pooler for a second session, of which it may have none. */
#define SECOND_MS 300

/* The columns of `sql`. All are texts. */
enum fact {
    FACT_STANDBY,
    FACT_READ_ONLY,
    FACT_CLASS,
    FACT_FSYNC,
    FACT_PAGES,
    FACT_COMMIT,
    FACT_NAMES,
    FACT_ATTACHED,
    FACT_SYNCHRONOUS,
    FACT_MAY_SEE,
    FACT_UNLOGGED,
    FACTS
};

/* Every user sees that a standby is attached; few see whether it is synchronous. A logical
 * subscriber and a backup are no standbys. */
static const char sql[] =
    "SELECT pg_is_in_recovery()::text, current_setting('transaction_read_only'),"
    " (hashtext(current_setting('search_path')) & 2147483647)::text,"
    " current_setting('fsync'), current_setting('full_page_writes'),"
    " current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),"
    " (SELECT count(*) FROM pg_stat_replication WHERE application_name <> 'pg_basebackup'"
    " AND pid NOT IN (SELECT active_pid FROM pg_replication_slots WHERE slot_type = 'logical'"
    " AND active_pid IS NOT NULL))::text,"
    " (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))::text,"
    " pg_has_role('pg_read_all_stats', 'usage')::text,"
    " (SELECT min(relname::text) FROM pg_class WHERE relkind IN ('r', 'p')"
    " AND relpersistence = 'u' AND relnamespace = to_regnamespace(current_schema()::text))";

static const struct warning {
    const char *what, *cure;
} warnings[] = {
    [PG_FSYNC_OFF] = {"fsync is off, so a power cut loses acknowledged events", "set it to on"},
    [PG_PAGES_OFF] = {"full_page_writes is off, so a power cut damages rows", "set it to on"},
    [PG_COMMIT_OFF] = {"synchronous_commit is off, so a crash of the server loses acknowledged "
                       "events",
                       "set it to on"},
    [PG_COMMIT_LOCAL] = {"synchronous_commit is local, so a failover loses acknowledged events",
                         "set it to on"},
    [PG_COMMIT_WRITE] = {"synchronous_commit is remote_write, so a failover to a standby that was "
                         "without power loses acknowledged events",
                         "set it to on"},
    [PG_ASYNCHRONOUS] = {"a standby is attached, for which no commit waits, so a failover loses "
                         "acknowledged events",
                         "name it in synchronous_standby_names"},
    [PG_NO_STANDBY] = {"commits wait for a standby, and none is attached",
                       "start it, or empty synchronous_standby_names"},
    [PG_UNLOGGED] = {" is an unlogged table, so a crash of the server empties it",
                     "run ALTER TABLE … SET LOGGED"},
    [PG_UNVERIFIED] = {"nobody checks the server's certificate", "add sslmode=verify-full"},
};
#define WARNINGS (sizeof warnings / sizeof *warnings)

/* By its address: the host's name may be anything. */
static bool is_remote(PGconn *conn)
{
    const char *address = PQhostaddr(conn);
    return address && *address && !slack__is_loopback(slack__slice(address));
}

static bool verifies_server(PGconn *conn)
{
    PQconninfoOption *options = PQconninfo(conn);
    bool full = PQgssEncInUse(conn) == 1;
    for (PQconninfoOption *option = options; option && option->keyword; option++)
        if (strcmp(option->keyword, "sslmode") == 0 && option->val &&
            strcmp(option->val, "verify-full") == 0)
            full = true;
    PQconninfoFree(options);
    return full;
}

/* The promises that do not hold. */
static unsigned find_broken(slack_pg_t *pg, char *const facts[FACTS])
{
    const char *commit = facts[FACT_COMMIT];
    const bool named = *facts[FACT_NAMES], may_see = *facts[FACT_MAY_SEE] == 't';
    const bool attached = strcmp(facts[FACT_ATTACHED], "0") != 0;
    const bool synchronous = strcmp(facts[FACT_SYNCHRONOUS], "0") != 0;
    const bool broken[WARNINGS] = {
        [PG_FSYNC_OFF] = strcmp(facts[FACT_FSYNC], "off") == 0,
        [PG_PAGES_OFF] = strcmp(facts[FACT_PAGES], "off") == 0,
        [PG_COMMIT_OFF] = strcmp(commit, "off") == 0,
        [PG_COMMIT_LOCAL] = named && strcmp(commit, "local") == 0,
        [PG_COMMIT_WRITE] = named && strcmp(commit, "remote_write") == 0,
        [PG_ASYNCHRONOUS] = !named && attached,
        [PG_NO_STANDBY] = named && !synchronous && (may_see || !attached),
        [PG_UNLOGGED] = *facts[FACT_UNLOGGED] != '\0',
        [PG_UNVERIFIED] = is_remote(pg->conn) && !verifies_server(pg->conn),
    };
    unsigned mask = 0;
    for (size_t i = 0; i < WARNINGS; i++)
        mask |= (unsigned)broken[i] << i;
    return mask;
}

/* `table` is unlogged. */
static void warn(slack_pg_t *pg, unsigned broken, const char *table)
{
    char what[160];
    for (size_t i = 0; i < WARNINGS; i++) {
        if (!(broken >> i & 1)) continue;
        snprintf(what, sizeof what, "%.60s%s", i == PG_UNLOGGED ? table : "", warnings[i].what);
        slack__pg_note(pg, what, warnings[i].cure);
    }
}

/* Take the facts; a new session has no promises that are known to be broken. */
static int take_facts(slack_pg_t *pg, PGresult *result, void *unused)
{
    char *facts[FACTS];
    for (int i = 0; i < FACTS; i++)
        facts[i] = PQgetvalue(result, 0, i);
    if (strcmp(facts[FACT_STANDBY], "true") == 0 || strcmp(facts[FACT_READ_ONLY], "on") == 0)
        return slack__pg_say(pg, SLACK_CAUSE_READ_ONLY, "the server is a standby or read-only",
                             "; name the primary, or add target_session_attrs=read-write");
    const unsigned broken = find_broken(pg, facts);
    if (broken & ~pg->broken) warn(pg, broken, facts[FACT_UNLOGGED]);
    pg->broken = broken;
    pg->lock_class = strtol(facts[FACT_CLASS], NULL, 10);
    return 0;
}

static int take_pid(slack_pg_t *pg, PGresult *result, void *pid)
{
    *(int *)pid = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
    return 0;
}

/* A pooler in session mode keeps a process of the server for each session. In another mode the next
 * session gets the process that has just served this one, or this one gets another. */
int slack__pg_check_pooler(slack_pg_t *pg, int pid)
{
    static const char ask[] = "SELECT pg_backend_pid()";
    const uint64_t deadline = pg->deadline_ns, limit = uv_hrtime() + SECOND_MS * PG_MS_NS;
    PGconn *first = pg->conn;
    int second_pid = 0, first_pid = 0;
    if (pid == PQbackendPID(pg->conn)) return 0;
    if (limit < deadline) pg->deadline_ns = limit;
    if (slack__pg_dial(pg) == 0) slack__pg_exec(pg, ask, take_pid, &second_pid);
    slack__pg_hang_up(pg);
    pg->deadline_ns = deadline;
    pg->conn = first;
    const int rc = slack__pg_exec(pg, ask, take_pid, &first_pid);
    if (rc != 0 || (first_pid == pid && second_pid != pid)) return rc;
    return slack__pg_say(pg, SLACK_CAUSE_POOLER, "a pooler gives each transaction another session",
                         "; set pool_mode=session there, or name the server itself");
}

int slack__pg_check_promises(slack_pg_t *pg)
{
    pg->broken = 0;
    pg->promised_ms = 0;
    *pg->db.notice = '\0'; /* of a session that did not come to its owner */
    return slack__pg_exec(pg, sql, take_facts, NULL);
}

void slack__pg_review_promises(slack_pg_t *pg)
{
    if (pg->promised_ms == 0) pg->promised_ms = pg->mono_ms;
    if (!pg->conn || pg->mono_ms - pg->promised_ms < LOOK_MS) return;
    pg->promised_ms = pg->mono_ms;
    slack__pg_send_text(pg, sql, take_facts, NULL);
    slack__pg_drain(pg);
}
