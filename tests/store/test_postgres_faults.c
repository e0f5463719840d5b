/* SPDX-License-Identifier: MIT */
/*
 * A PostgreSQL that is lost, hangs, refuses or holds other things: the sentences, and the rows
 * afterwards. Processes of the server are stopped and ended, and commits are held back by a standby
 * that does not exist.
 */
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <slack/error.h>
#include <slack/options.h>

#include "store/kv.h"
#include "support/postgres_rows.h"
#include "support/test.h"

#define OUR_SESSION                                                                                \
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'slackapp' ORDER BY backend_start " \
    "DESC"

/* --- the start ------------------------------------------------------------------------------ */

PG_TEST(test_places_that_open_nothing)
{
    static const struct {
        const char *sql, *place,
            *error; /* the place is added to the server's, unless it is whole */
    } bad[] = {
        {"", "//u:secret@localhost:1/db", "Connection refused"},
        {"", "host=/nowhere password=secret", "No such file or directory"},
        {"", "+ dbname=nowhere password=secret", "does not exist; make the database with createdb"},
        {"", "+ user=stranger password=secret", "does not exist; check the user, the password"},
        {"", "host=a..b", "check the name, and that this machine can"},
        {"", "service=absent",
         "postgres: definition of service \"absent\" not found; name a service"},
        {"CREATE DATABASE shut ALLOW_CONNECTIONS false", "+ dbname=shut", "name another database"},
        {"", "+ options=-csearch_path=a;DROP", "search_path is not one name"},
        {"", "+ options=-csearch_path=a,b", "search_path is not one name"},
        {"", "+ options=-csearch_path=Aa", "search_path is not one name"},
        {"", "+ options=-csearch_path=$user", "search_path is not one name"},
        {"", "+ options=-csearch_path=pg_temp", "unacceptable schema name"},
        {"", "+ options=-csearch_path=pg_catalog", "another program's tables"},
        {"", "+ options=-cdefault_transaction_read_only=on",
         "a standby or read-only; name the pri"},
        {"CREATE ROLE poor LOGIN", "+ user=poor", "make the schema, and give it to this user"},
        {"", "+ user=poor options=-csearch_path=absent", "permission denied for database"},
        {"CREATE DATABASE crowded CONNECTION LIMIT 0", "+ dbname=crowded user=poor",
         "raise the limit"},
        {"REVOKE CONNECT ON DATABASE crowded FROM PUBLIC", "+ dbname=crowded user=poor",
         "GRANT CONNECT"},
        {"ALTER ROLE poor CONNECTION LIMIT 0", "+ user=poor", "role \"poor\"; raise the limit"},
        {"CREATE SCHEMA other; CREATE TABLE other.mine(a int)", "+ options=-csearch_path=other",
         "another program's tables; name another schema"},
        {"CREATE SCHEMA newer; CREATE TABLE newer.schema_version AS SELECT 9::bigint AS version, 9 "
         "AS oldest",
         "+ options=-csearch_path=newer", "made by a newer slackapp; install that one"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char error[SLACK_ERROR_TEXT_MAX] = "", place[256];
        slack_store_t *store;
        const bool own = bad[i].place[0] == '+';
        snprintf(place, sizeof place, "%s%s", own ? rows.place : "", bad[i].place + own);
        postgres_query(bad[i].sql);
        const int rc = rows.ops->open(&store, rows.world.net, place, error);
        if (rc == 0) fail_msg("%s opens", place);
        if (!strstr(error, bad[i].error)) fail_msg("%s: %s", place, error);
        assert_null(strstr(error, "secret"));
    }
}

PG_TEST(test_a_schema_of_its_own)
{
    static const char *const names[] = {"mine", "_1", "full", "user"}; /* words of SQL, too */
    postgres_query("CREATE ROLE guest LOGIN");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char place[160], text[80];
        snprintf(text, sizeof text, "CREATE SCHEMA \"%s\" AUTHORIZATION guest", names[i]);
        postgres_query(text);
        snprintf(place, sizeof place, "%s options=-csearch_path=%s user=guest", postgres_start(),
                 names[i]);
        rows_close();
        rows.place = place;
        rows_open_again();
        rows_put("a", 0, false);
        snprintf(text, sizeof text, "SELECT count(*) FROM \"%s\".inbox", names[i]);
        assert_string_equal(postgres_query(text), "1");
    }
    assert_string_equal(postgres_query("SELECT count(*) FROM slackapp.inbox"), "0");
    pg_expect_logged("fsync is off");
}

/* --- texts ---------------------------------------------------------------------------------- */

/* Each text is in each column, and comes back as it was. Keys, ordering keys and payloads may have
 * a NUL too. */
PG_TEST(test_any_text_is_only_a_text)
{
    const slack_slice_t hostile[] = {
        SLACK_SLICE("'; DROP TABLE inbox; --"),
        SLACK_SLICE("$1"),
        SLACK_SLICE("\\x00\\'"),
        SLACK_SLICE("\xff\xfe\xc3"),
        SLACK_SLICE("%s%n"),
        SLACK_SLICE("NULL"),
        SLACK_SLICE("\"; DROP SCHEMA slackapp"),
        SLACK_SLICE("{1,2}"),
        SLACK_SLICE("E'\\\\000'"),
        SLACK_SLICE("%"),
        SLACK_SLICE("_"),
        SLACK_SLICE("T%' OR true --"),
    };
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        const slack_slice_t text = hostile[i], nul = {"a\0b", 3};
        rows_task_t task;
        rows_prepare(&task, SLACK_STORE_PUT, "");
        task.op.claim = false;
        task.op.row = (slack_row_t){.key = text,
                                    .kind = text,
                                    .name = text,
                                    .payload = nul,
                                    .transport = text,
                                    .retry_reason = text,
                                    .tenant = text,
                                    .app = text,
                                    .order = nul};
        rows_run_well(&task);
        rows_prepare(&task, SLACK_STORE_CLAIM, "");
        task.op.row.app = text;
        task.batch.limit = 1;
        task.batch.now_ms = rows_now();
        rows_run_well(&task);
        assert_int_equal(task.batch.count, 1);
        const slack_row_t row = task.batch.rows[0];
        const slack_slice_t got[] = {row.key,          row.kind,   row.name, row.transport,
                                     row.retry_reason, row.tenant, row.app};
        for (size_t j = 0; j < sizeof got / sizeof *got; j++)
            assert_true(slack__slice_eq(got[j], text));
        assert_true(slack__slice_eq(row.payload, nul) && slack__slice_eq(row.order, nul));
        assert_false(row.damaged);
        const slack_store_op_t put_back = {.row = {.id = row.id, .done = text, .error = text}};
        rows_free(&task);
        rows_prepare(&task, SLACK_STORE_BURY, "");
        task.op.row = put_back.row;
        rows_run_well(&task);
        rows_prepare(&task, SLACK_STORE_PUT, ""); /* of another tenant: it stays */
        task.op.claim = false;
        task.op.row.app = text;
        task.op.row.tenant = SLACK_SLICE("T2");
        rows_run_well(&task);
        rows_prepare(&task, SLACK_STORE_CANCEL_TENANT, "");
        task.op.row.app = task.op.row.tenant = text;
        rows_run_well(&task);
        assert_int_equal(task.batch.count, 0);
    }
    assert_string_equal(postgres_query("SELECT count(*) FROM slackapp.inbox WHERE state = 3"),
                        "12");
    assert_string_equal(postgres_query("SELECT count(*) FROM slackapp.inbox WHERE state = 0"),
                        "12");
}

/* The same of entries: each is found by its own key alone, and by the prefix that it is. */
PG_TEST(test_any_entry_is_only_an_entry)
{
    const slack_slice_t hostile[] = {
        SLACK_SLICE("'; DROP TABLE kv; --"),
        SLACK_SLICE("%"),
        SLACK_SLICE("_"),
        SLACK_SLICE("\xff\xfe"),
        SLACK_SLICE("\\x00'"),
        {"a\0b", 3},
    };
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        for (int read = 0; read < 3; read++) {
            rows_task_t task;
            const slack_slice_t text = hostile[i];
            rows_prepare(&task,
                         read == 0   ? SLACK_STORE_KV_SWAP
                         : read == 1 ? SLACK_STORE_KV_GET
                                     : SLACK_STORE_KV_LIST,
                         "");
            task.op.row = read == 2
                              ? slack__kv_page(text, SLACK_SLICE(""))
                              : slack__kv_to_row(&(slack_kv_entry_t){.key = text,
                                                                     .version = text,
                                                                     .value = text,
                                                                     .until_ms = SLACK_KV_FOREVER});
            task.batch.limit = 10;
            rows_run_well(&task);
            assert_false(task.op.duplicate);
            if (read == 0) continue;
            assert_int_equal(task.batch.count, 1);
            const slack_kv_entry_t entry = slack__kv_from_row(&task.batch.rows[0]);
            assert_true(slack__slice_eq(entry.key, text) && slack__slice_eq(entry.value, text) &&
                        slack__slice_eq(entry.version, text));
            rows_free(&task);
        }
}

/* Everybody who may log in may write on the channel. */
PG_TEST(test_hints_of_strangers)
{
    static const char *const hints[] = {"", "99999999999999999999 1", "3", "-1 -1", "x''; DROP"};
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        char sql[96];
        snprintf(sql, sizeof sql, "SELECT pg_notify('slackapp', '%s')", hints[i]);
        postgres_query(sql);
        rows_put("a", 0, i > 0);
    }
    assert_string_equal(postgres_query("SELECT count(*) FROM slackapp.inbox"), "1");
}

/* An index takes no longer keys: the operation fails, and those beside it do not. */
PG_TEST(test_a_key_that_is_too_long)
{
    static char bytes[5000];
    rows_task_t tasks[5];
    for (size_t i = 0; i < sizeof bytes; i++) /* nothing that could be compressed */
        bytes[i] = (char)(i * 2654435761u >> 7);
    for (unsigned i = 0; i < 5; i++) {
        char key[8];
        snprintf(key, sizeof key, "k%u", i);
        rows_prepare(&tasks[i], i == 4 ? SLACK_STORE_KV_PUT : SLACK_STORE_PUT, key);
        const slack_slice_t long_text = {bytes, i == 3 ? 2000 : sizeof bytes};
        if (i == 0 || i >= 3) tasks[i].op.row.key = long_text;
        if (i == 1) tasks[i].op.row.order = long_text;
        rows_submit_prepared(&tasks[i]);
    }
    world_until(&rows.world, rows.ends >= 5);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(tasks[i].op.status, i == 2 || i == 3 ? 0 : SLACK_ESTORE);
    pg_expect_logged("has more than 2000 bytes; use shorter ones");
}

/* --- sessions that are lost ----------------------------------------------------------------- */

/* The session ends between two operations: nobody notices. */
PG_TEST(test_a_session_that_ends)
{
    const int64_t id = rows_put("a", 0, false);
    for (unsigned i = 0; i < 3; i++) {
        pg_end_sessions("");
        rows_put("a", 0, true);
    }
    rows_finish("a", id);
    assert_string_equal(postgres_query("SELECT state FROM slackapp.inbox"), "2");
}

PG_TEST(test_a_server_that_is_away)
{
    const int64_t id = rows_put("a", 0, false);
    postgres_crash();
    rows_put("b", SLACK_ESTORE, false);
    rows_put("b", SLACK_ESTORE, false);
    pg_expect_failure("event=\"store failed\"", "the server refuses the connection");
    assert_non_null(postgres_start());
    rows_put("a", 0, true);
    rows_put("b", 0, false);
    pg_expect_logged("event=\"store works again\"");
    rows_finish("a", id); /* it is the same owner */
    assert_string_equal(postgres_query("SELECT state FROM slackapp.inbox ORDER BY id"), "2");
}

/* A process of the server that stands still: each operation has its time limit, and the next
 * session ends the one before. */
PG_TEST(test_a_server_that_hangs)
{
    static const enum slack_store_op_kind kinds[] = {SLACK_STORE_CLAIM, SLACK_STORE_KV_SWAP,
                                                     SLACK_STORE_PUT};
    rows_task_t task;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        rows_expect_entry("k", NULL); /* there is a session */
        const pid_t session = (pid_t)atoi(postgres_query(OUR_SESSION));
        assert_true(session > 0);
        assert_int_equal(kill(session, SIGSTOP), 0);
        const uint64_t start = uv_hrtime();
        rows_prepare(&task, kinds[i], "a");
        task.batch.limit = 1;
        rows_submit_prepared(&task);
        world_until(&rows.world, task.ended);
        assert_int_equal(task.op.status, SLACK_ESTORE);
        assert_true(uv_hrtime() - start < UINT64_C(5000000000));
        pg_expect_failure("the server does not answer; look after it and the network",
                          "the server does not answer in time");
        assert_false(world_logged(&rows.world, "connection pointer"));
        assert_int_equal(kill(session, SIGCONT), 0);
    }
    /* The session may have gone on to its COMMIT before it was ended: then the row is queued. */
    rows_submit(&task, SLACK_STORE_PUT, "a");
    world_until(&rows.world, task.ended);
    assert_int_equal(task.op.status, 0);
    if (task.op.duplicate) rows_expect_claim("a ");
    assert_string_equal(postgres_query("SELECT sum(state) FROM slackapp.inbox"), "1");
}

/* --- commits whose end is unclear ------------------------------------------------------------ */

/* From now on commits wait for a standby that does not exist: they are made, and nobody is told. */
static void hold_commits(bool hold)
{
    postgres_set("synchronous_standby_names", hold ? "nobody" : NULL);
}

#define HELD "EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')"

/* The session of the commit that is held next ends, and the next one goes on. */
static void lose_next_commit(void)
{
    hold_commits(true);
    pg_do_when(HELD, "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
                     " WHERE wait_event = 'SyncRep'");
}

static void go_on_without_it(void)
{
    postgres_hold("", true); /* waits for the end of the session */
    hold_commits(false);
}

/* The session ends after the commit, and before its answer. The operation ends well. */
PG_TEST(test_a_commit_is_looked_up)
{
    rows_task_t task;
    lose_next_commit();
    rows_submit(&task, SLACK_STORE_PUT, "a");
    go_on_without_it();
    world_until(&rows.world, task.ended);
    assert_int_equal(task.op.status, 0);
    assert_false(task.op.duplicate);
    pg_expect_logged("the session was lost during a commit; it was looked up, and had been made");
    rows_put("a", 0, true);
    rows_finish("a", task.op.row.id);
    assert_string_equal(postgres_query("SELECT state FROM slackapp.inbox"), "2");
}

/* The same for several operations: each has its own result. They are submitted while another
 * operation has no answer, so that they are one transaction. */
PG_TEST(test_the_results_of_a_lost_commit)
{
    static const struct {
        const char *key, *order;
        bool claim, claimed, duplicate;
    } puts[] = {{"a", "k", true, true, false},  {"known", "", true, false, true},
                {"", "", true, true, false},    {"b", "", false, false, false},
                {"a", "", true, false, true},   {"", "", false, false, false},
                {"c", "k", true, false, false}, {"d", "", true, true, false}};
    enum { COUNT = sizeof puts / sizeof *puts };
    rows_task_t look, tasks[COUNT];
    const int64_t known = rows_put("known", 0, false);
    const pid_t session = (pid_t)atoi(postgres_query(OUR_SESSION));
    assert_true(session > 0);
    assert_int_equal(kill(session, SIGSTOP), 0);
    rows_submit(&look, SLACK_STORE_STATS, "");
    for (unsigned i = 0; i < COUNT; i++) {
        rows_prepare(&tasks[i], SLACK_STORE_PUT, puts[i].key);
        tasks[i].op.row.order = slack__slice(puts[i].order);
        tasks[i].op.claim = puts[i].claim;
        rows_submit_prepared(&tasks[i]);
    }
    lose_next_commit();
    assert_int_equal(kill(session, SIGCONT), 0);
    go_on_without_it();
    world_until(&rows.world, rows.ends >= 2 + COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        const slack_store_op_t *op = &tasks[i].op;
        assert_int_equal(op->status, 0);
        assert_int_equal(op->duplicate, puts[i].duplicate);
        if (!op->duplicate) assert_int_equal(op->claim, puts[i].claimed);
        if (!op->duplicate) assert_true(op->row.id > known);
        if (op->claim && !op->duplicate) rows_finish(puts[i].key, op->row.id);
    }
    assert_string_equal(
        postgres_query("SELECT string_agg(state::text, '' ORDER BY id) FROM slackapp.inbox"),
        "120002"); /* known, a, b, a job without a key, c, d */
}

/* The same for writes to an entry, whether they change it or not. If nobody answers within the time
 * limit, the write fails, and may have been made. */
PG_TEST(test_a_commit_of_an_entry_is_looked_up)
{
    static const struct {
        enum slack_store_op_kind kind;
        const char *expected, *version;
        bool duplicate;
        const char *now;
    } writes[] = {
        {SLACK_STORE_KV_SWAP, "", "1", false, "1"},    {SLACK_STORE_KV_SWAP, "", "2", true, "1"},
        {SLACK_STORE_KV_SWAP, "1", "2", false, "2"},   {SLACK_STORE_KV_DELETE, "1", "", true, "2"},
        {SLACK_STORE_KV_DELETE, "2", "", false, NULL}, {SLACK_STORE_KV_SWAP, "", "3", false, "3"},
    };
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
        const bool late = i == sizeof writes / sizeof *writes - 1;
        rows_task_t task;
        rows_prepare(&task, writes[i].kind, "");
        task.op.owned = true;
        task.op.row =
            slack__kv_to_row(&(slack_kv_entry_t){.key = SLACK_SLICE("k"),
                                                 .version = slack__slice(writes[i].version),
                                                 .value = slack__slice(writes[i].version),
                                                 .expected = slack__slice(writes[i].expected),
                                                 .until_ms = SLACK_KV_FOREVER});
        if (late)
            hold_commits(true);
        else
            lose_next_commit();
        rows_submit_prepared(&task);
        if (!late) go_on_without_it();
        world_until(&rows.world, task.ended);
        if (late) hold_commits(false);
        assert_int_equal(task.op.status, late ? SLACK_ESTORE : 0);
        assert_int_equal(task.op.duplicate, writes[i].duplicate);
        rows_expect_entry("k", writes[i].now);
    }
}

/* Nobody answers within the time limit: the operation fails. Its row is there, so another attempt
 * runs it. */
PG_TEST(test_a_commit_that_comes_late)
{
    rows_task_t task;
    hold_commits(true);
    rows_submit(&task, SLACK_STORE_PUT, "a");
    pg_wait_until(HELD);
    world_until(&rows.world, task.ended);
    assert_int_equal(task.op.status, SLACK_ESTORE);
    hold_commits(false);
    rows_put("a", 0, true);
    assert_string_equal(rows_claim(&task, 10), "a ");
    assert_int_equal(task.batch.rows[0].attempt, 1);
    rows_free(&task);
}

/* The server ends the session at the commit, which is undone. */
PG_TEST(test_a_commit_that_is_undone)
{
    postgres_query("CREATE FUNCTION slackapp.fall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                   " PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$");
    postgres_query("CREATE CONSTRAINT TRIGGER fall AFTER INSERT ON slackapp.inbox DEFERRABLE"
                   " INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slackapp.fall()");
    rows_put("a", SLACK_ESTORE, false);
    pg_expect_logged(
        "the session was lost during a commit; it was looked up, and had not been made");
    postgres_query("DROP TRIGGER fall ON slackapp.inbox");
    rows_put("a", 0, false);
}

/* --- other sessions -------------------------------------------------------------------------- */

/* Another session holds the table: the operation ends within its time limit, and the session goes
 * on. */
PG_TEST(test_locks_of_another_session)
{
    rows_put("a", 0, false);
    const int session = atoi(postgres_query(OUR_SESSION));
    postgres_hold("BEGIN; LOCK TABLE slackapp.inbox", true);
    const uint64_t start = uv_hrtime();
    rows_put("b", SLACK_ESTORE, false);
    assert_true(uv_hrtime() - start < UINT64_C(5000000000));
    pg_expect_failure("canceling statement due to lock timeout; another session holds its rows",
                      "another program holds a lock");
    postgres_let_go();
    rows_put("b", 0, false);
    assert_int_equal(atoi(postgres_query(OUR_SESSION)), session);
}

/* The server ends a deadlock with another session at the cost of this one: it tries again. */
PG_TEST(test_a_deadlock)
{
    rows_task_t task;
    const int64_t id = rows_put("a", 0, false);
    postgres_set("deadlock_timeout", "400ms"); /* it looks once: the other one waits by then */
    postgres_hold("BEGIN; SET deadlock_timeout TO '20s'; SELECT FROM slackapp.inbox FOR UPDATE",
                  true);
    pg_do_when("EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock')",
               "UPDATE slackapp.owners SET closed = closed; COMMIT");
    rows_prepare(&task, SLACK_STORE_FINISH, "a");
    task.op.row.id = id;
    rows_submit_prepared(&task);
    world_until(&rows.world, task.ended);
    assert_int_equal(task.op.status, 0);
    assert_string_equal(postgres_query("SELECT state FROM slackapp.inbox"), "2");
    postgres_let_go();
}

/* A server that begins to refuse writes is left, perhaps for another host, and used again later. */
PG_TEST(test_a_server_that_becomes_read_only)
{
    rows_put("a", 0, false);
    postgres_set("default_transaction_read_only", "on");
    rows_put("b", SLACK_ESTORE, false);
    pg_expect_failure("the server is a standby or read-only; name the primary, or add target",
                      "it is read-only");
    postgres_set("default_transaction_read_only", NULL);
    rows_put("a", 0, true);
    rows_put("b", 0, false);
}

/* The disk of the table is full: no row is half there, and the store goes on when there is room. */
PG_TEST(test_a_full_disk)
{
    char folder[96], sql[256];
    snprintf(folder, sizeof folder, "%s/disk", postgres_folder());
    const char *const make[] = {"/bin/mkdir", folder, NULL};
    assert_true(waitpid(postgres_peer(make), NULL, 0) > 0);
    if (mount("tmpfs", folder, "tmpfs", 0, "size=256k,mode=777") != 0) skip();
    const char *const own[] = {"/bin/mkdir", strcat(folder, "/own"), NULL};
    assert_true(waitpid(postgres_peer(own), NULL, 0) > 0);
    snprintf(sql, sizeof sql, "CREATE TABLESPACE small LOCATION '%s'", folder);
    postgres_query(sql);
    postgres_query("ALTER TABLE slackapp.inbox SET TABLESPACE small");
    unsigned stored = 0;
    for (rows_task_t task; stored < 100; stored++) {
        static char bytes[40000];
        char key[16];
        for (size_t i = 0; i < sizeof bytes; i++) /* nothing that could be compressed */
            bytes[i] = (char)((i + stored) * 2654435761u >> 7);
        snprintf(key, sizeof key, "k%u", stored);
        rows_prepare(&task, SLACK_STORE_PUT, key);
        task.op.row.payload = (slack_slice_t){bytes, sizeof bytes};
        rows_run(&task);
        if (task.op.status != 0) break;
    }
    assert_in_range(stored, 1, 99);
    pg_expect_failure("No space left on device; make room on the server's disk",
                      "its disk is full");
    postgres_query("ALTER TABLE slackapp.inbox SET TABLESPACE pg_default");
    rows_put("b", 0, false);
    snprintf(sql, sizeof sql, "%u", stored + 1);
    assert_string_equal(postgres_query("SELECT count(*) FROM slackapp.inbox"), sql);
    postgres_query("DROP TABLESPACE small");
    *strrchr(folder, '/') = '\0';
    assert_int_equal(umount2(folder, MNT_DETACH), 0);
}

/* --- several stores -------------------------------------------------------------------------- */

/* Each failure of a new session: the server's words, and what strangers read. */
PG_TEST(test_sessions_that_are_refused)
{
    static const struct {
        const char *role, *words, *cause;
    } refused[] = {
        {"NOLOGIN", "not permitted to log in; check the user",
         "the server refuses the user or the password"},
        {"LOGIN CONNECTION LIMIT 0 NOSUPERUSER", "too many connections",
         "the server takes no more sessions"},
        {"CONNECTION LIMIT -1", "permission denied for database postgres; give this user",
         "a right is missing"},
    };
    rows_close();
    rows.place = pg_visitor();
    rows_open_again();
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char sql[96];
        snprintf(sql, sizeof sql, "ALTER ROLE visitor %s", refused[i].role);
        if (i == 2) postgres_clean();
        postgres_query(sql);
        pg_end_sessions("");
        world_forget_log(&rows.world);
        rows_put("a", SLACK_ESTORE, false);
        pg_expect_failure(refused[i].words, refused[i].cause);
    }
    postgres_query("ALTER ROLE visitor SUPERUSER");
}

/* The statements of an owner about rows that run elsewhere change nothing. */
PG_TEST(test_an_owner_that_comes_back_late)
{
    slack_store_t *first, *second = rows.store;
    rows.place = pg_visitor();
    first = rows.store = rows_open_other();
    const int64_t id = rows_put("a", 0, false);
    pg_shut_out(true);
    rows.store = second;
    rows_expect_claim("");
    rows_pass_ms(400);
    rows_expect_claim("a ");
    pg_shut_out(false);
    rows.store = first;
    rows_finish("a", id);
    assert_string_equal(postgres_query("SELECT state FROM slackapp.inbox"), "1");
    rows.store = second;
    rows_finish("a", id);
    assert_string_equal(postgres_query("SELECT state FROM slackapp.inbox"), "2");
    rows_close_other(first);
}

/* Many processes have died within a minute, so that one look does not have room for all of their
 * owners: those that have left something come first. */
PG_TEST(test_an_owner_behind_many)
{
    postgres_query("INSERT INTO slackapp.owners(id, lease_ms) SELECT n, 4102444800000"
                   " FROM generate_series(1000, 1069) AS n");
    rows_put("a", 0, false);
    postgres_query("UPDATE slackapp.inbox SET owner = 1069");
    rows_expect_claim("");
    rows_pass_ms(400);
    rows_expect_claim("a ");
    postgres_query("UPDATE slackapp.inbox SET owner = 1068;"
                   " UPDATE slackapp.owners SET closed = true WHERE id = 1068");
    rows_expect_claim("a ");
    assert_int_equal(rows_swap_in(rows.store, true, "", "1"), 0);
    postgres_query("UPDATE slackapp.kv SET owner = 1067");
    rows_pass_ms(400);
    rows_expect_entry("k", "1");
    rows_pass_ms(400);
    rows_expect_entry("k", NULL);
}

/* Two stores put and end the same keys, with the same ordering keys, at the same time. */
PG_TEST(test_two_stores_at_once)
{
    enum { COUNT = 400 };
    static rows_task_t tasks[2][COUNT];
    slack_store_t *stores[2] = {rows.store, rows_open_other()};
    unsigned stored = 0;
    for (unsigned i = 0; i < COUNT; i++)
        for (unsigned n = 0; n < 2; n++) {
            char key[16]; /* the second one goes backwards */
            snprintf(key, sizeof key, "k%u", n ? COUNT - 1 - i : i);
            rows_prepare(&tasks[n][i], SLACK_STORE_PUT, key);
            tasks[n][i].op.row.order = (slack_slice_t){tasks[n][i].key + strlen(key) - 1, 1};
            stores[n]->ops->submit(stores[n], &tasks[n][i].op);
        }
    world_until(&rows.world, rows.ends >= 2 * COUNT);
    for (unsigned i = 0; i < 2 * COUNT; i++) {
        const rows_task_t *task = &tasks[i / COUNT][i % COUNT];
        assert_int_equal(task->op.status, 0);
        stored += !task->op.duplicate;
    }
    assert_int_equal(stored, COUNT);
    /* of each of the ten ordering keys, one row runs */
    assert_string_equal(postgres_query("SELECT count(*) FROM slackapp.inbox WHERE state = 1"),
                        "10");
    rows_close_other(stores[1]);
}

int main(void)
{
    return pg_run_all();
}
