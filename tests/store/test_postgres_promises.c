/* SPDX-License-Identifier: MIT */
/*
 * The promises on which the store relies, and the ways to a server: settings that lose events,
 * standbys, poolers, certificates, passwords, and every form of a conninfo.
 */
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <slack/error.h>
#include <slack/options.h>

#include "support/certs.h"
#include "support/postgres_rows.h"
#include "support/test.h"

#define POOLER "/usr/sbin/pgbouncer"

static const char *server; /* its conninfo */

static int set_up(void **state)
{
    server = postgres_start();
    return pg_set_up(state);
}

#define PROMISE_TEST(function) TEST_CASE(function, set_up, rows_tear_down, NULL)

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

/* The same with a line in the log, or with a sentence if it fails; NULL: it opens, and warns of
 * nothing but fsync, without which the server of the tests runs. */
static void expect(const char *place, const char *words)
{
    char error[SLACK_ERROR_TEXT_MAX];
    const int rc = try_place(place, error);
    const char *told = rc == 0 ? rows.world.log : error;
    if (words ? !strstr(told, words)
              : rc != 0 || world_log_count(&rows.world, "store warns") !=
                               world_log_count(&rows.world, "fsync is off"))
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
    pg_end_sessions("");
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
    pg_end_sessions("");
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
        {"postgresql://slackapp@%S/postgres?sslmode=disable", NULL},
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

/* --- certificates ---------------------------------------------------------------------------- */

static unsigned free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    close(fd);
    return ntohs(address.sin_port);
}

/* Copy a file of certs.h for the server's user. */
static const char *copy_cert(const char *name, mode_t mode)
{
    static char text[8192];
    struct stat st;
    FILE *file = fopen(certs_path(name), "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    const char *path = write_file(name, text, mode);
    assert_int_equal(stat(postgres_folder(), &st), 0);
    assert_int_equal(chown(path, st.st_uid, st.st_gid), 0);
    return path;
}

/* The address is of IPv4's loopback, and no loopback by its look. */
#define REMOTE "hostaddr=::ffff:127.0.0.1 "

PROMISE_TEST(test_certificates)
{
    static const char unchecked[] = "nobody checks the server's certificate; add sslmode=verify-fu";
    static const struct {
        const char *how, *ca, *words;
    } ways[] = {
        {"host=other.example " REMOTE "sslmode=verify-full", "ca.pem", NULL},
        {"host=other.example hostaddr=127.0.0.1 sslmode=disable", "ca.pem", NULL},
        {"host=other.example " REMOTE "sslmode=verify-ca", "ca.pem", unchecked},
        {"host=other.example " REMOTE "sslmode=require", "", unchecked},
        {"host=localhost " REMOTE "sslmode=prefer", "", unchecked},
        {"host=other.example " REMOTE "sslmode=disable", "ca.pem", unchecked},
        {"host=wrong.example " REMOTE "sslmode=verify-full", "ca.pem",
         "does not match host name \"wrong.example\"; check sslmode and sslrootcert"},
        {"host=other.example " REMOTE "sslmode=verify-full", "stranger.pem",
         "certificate verify failed; check sslmode and sslrootcert"},
        {"host=other.example " REMOTE "sslmode=verify-full", "absent.pem",
         "does not exist; check sslmode and sslrootcert"},
    };
    char port[8], cert[160], key[160];
    const int ipv6 = socket(AF_INET6, SOCK_STREAM, 0);
    if (ipv6 < 0 || !certs_make()) skip();
    close(ipv6);
    snprintf(port, sizeof port, "%u", free_port());
    snprintf(cert, sizeof cert, "ssl_cert_file=%s", copy_cert("other.pem", 0644));
    snprintf(key, sizeof key, "ssl_key_file=%s", copy_cert("server.key", 0600));
    const char *const options[] = {"-p", port,     "-c", "listen_addresses=127.0.0.1",
                                   "-c", cert,     "-c", key,
                                   "-c", "ssl=on", NULL};
    postgres_crash();
    postgres_options(options);
    setenv("PGPORT", port, 1);
    assert_non_null(postgres_start());
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char place[400], ca[200] = "";
        if (*ways[i].ca) snprintf(ca, sizeof ca, " sslrootcert=%s", certs_path(ways[i].ca));
        snprintf(place, sizeof place, "postgres:%s%s user=slackapp dbname=postgres", ways[i].how,
                 ca);
        expect(place, ways[i].words);
        if (ways[i].words != unchecked) assert_false(world_logged(&rows.world, unchecked));
    }
    postgres_crash();
    postgres_options(NULL);
    unsetenv("PGPORT");
    postgres_start();
}

/* --- passwords ------------------------------------------------------------------------------- */

/* From now on the user "guarded" needs a password. */
static void guard(void)
{
    static char text[16384] = "local forbidden guarded reject\nlocal all guarded scram-sha-256\n";
    char path[96];
    const size_t len = strlen(text);
    snprintf(path, sizeof path, "%s/data/pg_hba.conf", postgres_folder());
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    text[len + fread(text + len, 1, sizeof text - 1 - len, file)] = '\0';
    rewind(file);
    fputs(text, file);
    fclose(file);
    postgres_query("CREATE ROLE guarded LOGIN PASSWORD 'a secret'");
    postgres_query("CREATE SCHEMA guarded AUTHORIZATION guarded");
    postgres_query("SELECT pg_reload_conf()");
}

PROMISE_TEST(test_passwords)
{
    static const char bad[] = "password authentication failed for user \"guarded\"; check the user";
    static const char none[] = "no password supplied; check the user, the password (PGPASSWORD, ~";
    static const struct {
        const char *place, *variable, *words;
    } ways[] = {
        {"postgres://guarded:a%20secret@%S/postgres?options=-csearch_path%3Dguarded", NULL, NULL},
        {"postgres:password='a secret'", NULL, NULL},
        {"postgres:", "PGPASSWORD", NULL},
        {"postgres:", "PGPASSFILE", NULL},
        {"postgres:service=bot", "PGSERVICEFILE", NULL},
        {"postgres:", NULL, none},
        {"postgres:password=secretive", NULL, bad},
        {"postgres://guarded:secretive@%S/postgres", NULL, bad},
        {"postgres:password='a secret' dbname=absent", NULL, "make the database with createdb"},
        {"postgres:password='a secret' dbname=forbidden", NULL, "; check the user, the password"},
        {"postgres:password='a secret' host=/nowhere", NULL, "check the address, and that the"},
        {"postgres:password='a secret' options=-csearch_path=public", NULL, "permission denied"},
    };
    char place[256], text[SLACK_ERROR_TEXT_MAX];
    guard();
    setenv("PGHOST", postgres_folder(), 1);
    setenv("PGUSER", "guarded", 1);
    setenv("PGDATABASE", "postgres", 1);
    setenv("PGOPTIONS", "-csearch_path=guarded", 1);
    setenv("PGPASSFILE", "/nowhere", 1);
    spin_until(strstr((try_place("postgres:", text), text), "no password") != NULL);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const char *variable = ways[i].variable ? ways[i].variable : "";
        if (strcmp(variable, "PGPASSWORD") == 0)
            setenv(variable, "a secret", 1);
        else if (strcmp(variable, "PGPASSFILE") == 0)
            setenv(variable, write_file("pass", "*:*:*:guarded:a secret\n", 0600), 1);
        else if (*variable)
            setenv(variable, write_file("service", "[bot]\npassword=a secret\n", 0600), 1);
        make_place(place, sizeof place, ways[i].place);
        expect(place, ways[i].words);
        if (*variable) unsetenv(variable);
        setenv("PGPASSFILE", "/nowhere", 1);
    }
    /* A session that is lost, and a server that is away. */
    rows_close();
    rows.place = "password='a secret'";
    rows_open_again();
    rows_put("a", 0, false);
    postgres_crash();
    rows_put("b", SLACK_ESTORE, false);
    assert_true(world_logged(&rows.world, "event=\"store failed\""));
    assert_false(world_logged(&rows.world, "secret"));
    static const char *const variables[] = {"PGHOST", "PGUSER", "PGDATABASE", "PGOPTIONS",
                                            "PGPASSFILE"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
}

int main(void)
{
    return pg_run_all();
}
