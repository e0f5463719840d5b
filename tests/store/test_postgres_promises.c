/* SPDX-License-Identifier: MIT */
/*
 * The promises on which the store relies, and the ways to a server: settings that lose events,
 * standbys, poolers, certificates, passwords, and every form of a conninfo.
 */
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <slack/error.h>
#include <slack/options.h>

#include "support/certs.h"
#include "support/postgres.h"
#include "support/store_rows.h"
#include "support/test.h"

#define POOLER "/usr/sbin/pgbouncer"

static const char *server; /* its conninfo */

static int set_up(void **state)
{
    rows.ops = &slack__store_postgres;
    rows.place = server = postgres_start();
    rows.clean = postgres_clean;
    return rows_set_up(state);
}

static int tear_down(void **state)
{
    return rows_tear_down(state);
}

#define PROMISE_TEST(function) TEST_CASE(function, set_up, tear_down, NULL)

/* For the state of another process. */
#define spin_until(condition)                                                                      \
    for (uint64_t since = uv_hrtime(); !(condition);)                                              \
        if (uv_hrtime() - since > UINT64_C(20000000000)) fail_msg("never: %s", #condition)

/* Open a store, with the sentence if it fails; close it again. */
static int try_place(const char *place, char *error)
{
    slack_store_t *store;
    *error = '\0';
    world_forget_log(&rows.world);
    const int rc = slack__store_open(&store, rows.world.net, place, error);
    if (rc == 0) rows_close_other(store);
    return rc;
}

/* The same with a line in the log, or in the sentence of a failure; NULL: neither line. */
static void expect(const char *place, const char *words)
{
    char error[SLACK_ERROR_TEXT_MAX];
    const int rc = try_place(place, error);
    const char *told = rc == 0 ? rows.world.log : error;
    if (words ? !strstr(told, words) : rc != 0 || strstr(told, "fsync is off; set") != NULL)
        fail_msg("%s: \"%s\" is not in %d: %s", place, words ? words : "success", rc, told);
    assert_null(strstr(error, "secret"));
    assert_null(strstr(rows.world.log, "secret"));
}

static void expect_with(const char *more, const char *words)
{
    char place[256];
    snprintf(place, sizeof place, "postgres:%s %s", server, more);
    expect(place, words);
}

/* Write a file of the test. The path is valid until the next call. */
static const char *write_file(const char *name, const char *text, mode_t mode)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", postgres_folder(), name);
    unlink(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fchmod(fileno(file), mode), 0);
    fclose(file);
    return path;
}

/* --- settings ------------------------------------------------------------------------------- */

PROMISE_TEST(test_settings_that_lose_events)
{
    static const struct {
        const char *name, *value, *options, *words;
    } lossy[] = {
        {"fsync", "off", "",
         "fsync is off, so a power cut loses acknowledged events; set it to on"},
        {"full_page_writes", "off", "",
         "full_page_writes is off, so a power cut damages rows; set"},
        {"synchronous_commit", "off", "", "synchronous_commit is off, so a crash of the server"},
        {"fsync", "off", "options=-csynchronous_commit=off", "synchronous_commit is off"},
        {"synchronous_standby_names", "nobody", "options=-csynchronous_commit=local",
         "synchronous_commit is local, so a failover loses acknowledged events; set it to on"},
    };
    expect_with("options=-csynchronous_commit=local", NULL); /* there is no standby */
    for (size_t i = 0; i < sizeof lossy / sizeof *lossy; i++) {
        const char *was = strcmp(lossy[i].name, "fsync") == 0 ? "off" : NULL;
        if (!was) postgres_set(lossy[i].name, lossy[i].value);
        expect_with(lossy[i].options, lossy[i].words);
        if (!was) postgres_set(lossy[i].name, NULL);
    }
    assert_int_equal(world_log_count(&rows.world, "full_page_writes"), 0);
}

/* Every warning has a line of its own, and stands in the log again for another session. */
PROMISE_TEST(test_warnings_of_another_session)
{
    postgres_query("ALTER TABLE slackapp.kv SET UNLOGGED");
    world_forget_log(&rows.world);
    postgres_query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                   " WHERE application_name = 'slackapp'");
    rows_put("a", 0, false);
    assert_int_equal(world_log_count(&rows.world, "fsync is off"), 1);
    assert_int_equal(world_log_count(&rows.world, "kv is an unlogged table"), 1);
}

/* A promise that is broken later is found within a minute, and reported once. */
PROMISE_TEST(test_a_promise_that_is_broken_later)
{
    rows_put("a", 0, false);
    postgres_query("ALTER TABLE slackapp.inbox SET UNLOGGED");
    world_forget_log(&rows.world);
    for (unsigned i = 0; i < 3; i++) {
        rows_pass_ms(60000);
        rows_put("a", 0, true);
    }
    assert_int_equal(world_log_count(&rows.world, "inbox is an unlogged table, so a crash"), 1);
    assert_int_equal(world_log_count(&rows.world, "fsync is off"), 1);
}

/* --- standbys ------------------------------------------------------------------------------- */

PROMISE_TEST(test_standbys)
{
    static const char modest[] = "user=modest options=-csearch_path=modest";
    static const char asynchronous[] =
        "a standby is attached, for which no commit waits, so a fail";
    char folder[96];
    snprintf(folder, sizeof folder, "%s/wal", postgres_folder());
    const char *const make[] = {"/bin/mkdir", folder, NULL};
    /* A receiver of the write-ahead log is as good as a standby. */
    const char *const receive[] = {
        "pg_receivewal", "-D", folder, "-h", postgres_folder(), "-U", "slackapp",
        "--synchronous", NULL};
    postgres_query("CREATE ROLE modest LOGIN; CREATE SCHEMA modest AUTHORIZATION modest");
    assert_true(waitpid(postgres_peer(make), NULL, 0) > 0);
    const pid_t receiver = postgres_peer(receive);
    spin_until(strcmp(postgres_query("SELECT count(*) FROM pg_stat_replication WHERE state ="
                                     " 'streaming'"),
                      "1") == 0);
    expect_with("", asynchronous);
    expect_with(modest, asynchronous);
    postgres_set("synchronous_standby_names", "pg_receivewal");
    expect_with("", NULL);
    expect_with(modest, NULL);
    expect_with("options=-csynchronous_commit=remote_write",
                "synchronous_commit is remote_write, so a failover to a standby that was");
    postgres_peer_end(receiver);
    spin_until(strcmp(postgres_query("SELECT count(*) FROM pg_stat_replication"), "0") == 0);
    postgres_query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                   " WHERE application_name = 'slackapp'");
    rows_put("a", SLACK_ESTORE, false);
    assert_true(
        world_logged(&rows.world, "its commits wait for a standby: see synchronous_standby"));
    postgres_set("synchronous_standby_names", NULL);
    rows_put("a", 0, false);
    assert_true(
        world_logged(&rows.world, "commits wait for a standby, and none is attached; start"));
}

/* --- poolers -------------------------------------------------------------------------------- */

PROMISE_TEST(test_poolers)
{
    static const struct {
        const char *name, *words;
    } pools[] = {
        {"transaction", "a pooler gives each transaction another session; set pool_mode=session"},
        {"statement", "a pooler gives each transaction another session; set pool_mode=session"},
        {"session", "fsync is off"},
        {"absent", "bouncer config error; see the log of the pooler"},
    };
    char text[1024], place[160], error[SLACK_ERROR_TEXT_MAX];
    size_t len = (size_t)snprintf(text, sizeof text, "[databases]\n");
    if (access(POOLER, X_OK) != 0) skip();
    for (size_t i = 0; i < 3; i++)
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "%s = host=%s dbname=postgres user=slackapp pool_mode=%s\n",
                                pools[i].name, postgres_folder(), pools[i].name);
    snprintf(text + len, sizeof text - len,
             "[pgbouncer]\nlisten_port = 6432\nunix_socket_dir = %s\nauth_type = any\n",
             postgres_folder());
    const char *const run[] = {POOLER, write_file("pooler.ini", text, 0644), NULL};
    const pid_t pooler = postgres_peer(run);
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++) {
        snprintf(place, sizeof place, "postgres:host=%s port=6432 user=slackapp dbname=%s",
                 postgres_folder(), pools[i].name);
        spin_until(try_place(place, error) == 0 || !strstr(error, "check the address"));
        expect(place, pools[i].words);
    }
    postgres_peer_end(pooler);
}

/* --- the ways to a server ------------------------------------------------------------------- */

/* A %s is the folder of the server's socket, and %S the same for a URI. */
static void make_place(char *place, size_t size, const char *pattern)
{
    size_t len = 0;
    for (const char *c = pattern; *c && len < size - 100; c++) {
        if (c[0] != '%' || (c[1] != 's' && c[1] != 'S')) {
            place[len++] = *c;
            continue;
        }
        for (const char *f = postgres_folder(); *f; f++)
            len += (size_t)snprintf(place + len, 4, *f == '/' && c[1] == 'S' ? "%%2F" : "%c", *f);
        c++;
    }
    place[len] = '\0';
}

PROMISE_TEST(test_conninfos)
{
    static const struct {
        const char *place, *words; /* NULL: it opens */
    } forms[] = {
        {"postgres:host=%s user=slackapp dbname=postgres", NULL},
        {"postgres://slackapp@%S/postgres", NULL},
        {"postgres://slackapp@/postgres?host=%s", NULL},
        {"postgres:postgresql://slackapp@%S/postgres?sslmode=disable", NULL},
        {"postgres://sl%61ckapp:%40secret%2F@%S/p%6fstgres", NULL},
        {"postgres://?service=bot", NULL},
        {"postgres:service=bot", NULL},
        {"postgres:host='%s' user='slackapp' dbname = 'postgres' password='a secret \\' b'", NULL},
        {"postgres:host=%s,/nowhere user=slackapp dbname=postgres", NULL},
        {"postgres:host=/nowhere,%s user=slackapp dbname=postgres", NULL},
        {"postgres://slackapp@%2Fnowhere,%S/postgres?target_session_attrs=read-write", NULL},
        {"postgres://slackapp@%S/postgres?target_session_attrs=standby", "name the primary too"},
        {"postgres:service=absent", "not found; name a service of ~/.pg_service.conf"},
        {"postgres:", NULL}, /* all comes from the environment */
        {"postgres://u:se@secret@h/db", "special character: write %40 for @"},
        {"postgres://u:se/secret@h/db", "special character: write %40 for @"},
        {"postgres://u:12/secret@h/db", "special character: write %40 for @"},
        {"postgres://u:se:secret@h:12/db", "h:12/db"}, /* a password may have a colon */
        {"postgres://h:secret/db", "a port is not a number"},
        {"postgres://h1:1,h2:secret/db", "a port is not a number"},
        {"postgres://u:secret%4@h/db", "write %25 for a %"},
        {"postgres://u:secret%00@h/db", "%00 cannot be part of it"},
        {"postgres://[::1/secret", "an IPv6 address is [::1]"},
        {"postgres://h/db?secret=1", "an option that this libpq does not know"},
        {"postgres:password=secret nonsense=1", "an option that this libpq does not know"},
        {"postgres:password=my secret", "a word has no \"=\": quote values that have spaces"},
        {"postgres:password='secret", "a quote is not closed"},
        {"postgres://h:1/db?sslmode=nonsense", "invalid sslmode value"},
    };
    char place[256], text[256];
    make_place(text, sizeof text, "[bot]\nhost=%s\nuser=slackapp\ndbname=postgres\n");
    setenv("PGSERVICEFILE", write_file("service", text, 0600), 1);
    setenv("PGHOST", postgres_folder(), 1);
    setenv("PGUSER", "slackapp", 1);
    setenv("PGDATABASE", "postgres", 1);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        make_place(place, sizeof place, forms[i].place);
        expect(place, forms[i].words);
    }
    unsetenv("PGSERVICEFILE");
    unsetenv("PGHOST");
    unsetenv("PGUSER");
    unsetenv("PGDATABASE");
}

int main(void)
{
    if (postgres_start()) return test_run_all(NULL, NULL);
    return 0;
}
