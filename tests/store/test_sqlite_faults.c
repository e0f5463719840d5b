/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include <slack/error.h>
#include <slack/options.h>

#include "store/kv.h"
#include "support/fault_vfs.h"
#include "support/file.h"
#include "support/store_file.h"
#include "support/store_work.h"
#include "support/test.h"

/* Faults of the file and of its disk: each has its own error, and a row that was reported as stored
 * is stored. */

static const char *path, *copy;
/* ---- the file ---- */

static void expect_private(const char *part)
{
    char name[80];
    struct stat st;
    snprintf(name, sizeof name, "%s%s", path, part);
    assert_int_equal(stat(name, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

FILE_TEST(test_only_the_owner_may_read)
{
    mode_t old = umask(0);
    sw_open();
    assert_int_equal(sw_put("Ev1"), 0);
    for (unsigned i = 0; i < STORE_FILE_PARTS; i++)
        expect_private(store_file_parts[i]);
    umask(old);
}

/* The umask may also forbid what the store needs itself. */
FILE_TEST(test_the_owner_may_read_whatever_the_umask)
{
    mode_t old = umask(0777);
    sw_open();
    umask(old);
    assert_int_equal(sw_put("Ev1"), 0);
    for (unsigned i = 0; i < STORE_FILE_PARTS; i++)
        expect_private(store_file_parts[i]);
}

/* Makes one of the store's files, and expects that the store refuses it by its name. */
static void expect_refused(const char *part, mode_t mode, uid_t owner, const char *why)
{
    char name[80], sentence[SLACK_ERROR_TEXT_MAX];
    snprintf(name, sizeof name, "%s%s", path, part);
    snprintf(sentence, sizeof sentence, "%s: %s", name, why);
    store_file_clean();
    fclose(fopen(name, "w"));
    assert_int_equal(chmod(name, mode) | chown(name, owner, (gid_t)-1), 0);
    sw_refused(sentence);
}

FILE_TEST(test_files_that_others_may_use_are_refused)
{
    for (unsigned i = 0; i <= STORE_FILE_PARTS; i++) { /* SQLite plays a journal back */
        const char *part = i < STORE_FILE_PARTS ? store_file_parts[i] : "-journal";
        expect_refused(part, 0666, geteuid(), "every user may change it (mode 0666): chmod 0640");
        expect_refused(part, 0644, geteuid(), "every user may read it (mode 0644): chmod 0640 it");
        expect_refused(part, 0660, geteuid(), "its group may change it (mode 0660): chmod 0640");
        if (geteuid() == 0) expect_refused(part, 0600, 1001, "it belongs to user 1001: run this");
        if (*part == '\0') continue; /* a link to the database is a path to it */
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, part);
        assert_int_equal(unlink(name) | symlink("/etc/hostname", name), 0);
        sw_refused("it is a link, not a file");
        assert_int_equal(unlink(name), 0);
    }
}

/* SQLite would open a database in memory, or a file that nothing has checked. */
FILE_TEST(test_a_path_is_no_uri)
{
    static const char *const names[] = {"file:x?mode=memory", "file:x.db", "file:%2e"};
    char error[SLACK_ERROR_TEXT_MAX], *folder = strdup(path);
    assert_non_null(folder);
    *strrchr(folder, '/') = '\0';
    assert_int_equal(chdir(folder), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_true(world_open(&sw.world));
        assert_int_equal(sw_open_at(&sw.store, names[i], error), 0);
        sw_close();
        struct stat st;
        assert_int_equal(stat(names[i], &st), 0);
        assert_true(st.st_size > 0);
        char owners[40];
        snprintf(owners, sizeof owners, "%s-owners", names[i]);
        assert_int_equal(unlink(owners) | unlink(names[i]), 0);
    }
    assert_int_equal(chdir("/"), 0);
    free(folder);
}

FILE_TEST(test_a_shared_folder_is_refused)
{
    char *folder = strdup(path);
    assert_non_null(folder);
    *strrchr(folder, '/') = '\0';
    assert_int_equal(chmod(folder, 0777), 0);
    sw_refused("every user may make files in its folder (mode 0777): chmod o-w that");
    assert_int_equal(access(path, F_OK), -1);
    /* Also where a link leads to. */
    char beside[] = "/tmp/slackapp-link-XXXXXX", link[80], error[SLACK_ERROR_TEXT_MAX];
    assert_non_null(mkdtemp(beside));
    snprintf(link, sizeof link, "%s/bot.db", beside);
    assert_int_equal(symlink(path, link), 0);
    assert_true(world_open(&sw.world));
    assert_int_equal(sw_open_at(&sw.store, link, error), SLACK_ESTORE);
    assert_non_null(strstr(error, "every user may make files in its folder"));
    world_close(&sw.world);
    assert_int_equal(unlink(link) | rmdir(beside) | chmod(folder, 0700), 0);
    free(folder);
}

/* Two paths to one file are one store: the second process sees the rows of the first. */
FILE_TEST(test_a_link_leads_to_the_same_store)
{
    const char *link = store_file_copy();
    char error[SLACK_ERROR_TEXT_MAX];
    struct stat st;
    slack_store_t *by_link = NULL;
    sw_task_t task;
    assert_int_equal(symlink(path, link), 0);
    mode_t old = umask(0);
    assert_true(world_open(&sw.world));
    assert_int_equal(sw_open_at(&by_link, link, error), 0);
    umask(old);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(sw_put_into(by_link, "Ev1", NULL), 0);

    assert_int_equal(sw_open_at(&sw.store, path, error), 0);
    assert_true(sw_knows(sw.store, "Ev1"));
    sw_prepare(&task, SLACK_STORE_CLAIM, "");
    task.batch.now_ms = slack__wall_ms(&sw.world.clock);
    sw_run_prepared(sw.store, &task);
    assert_int_equal(task.op.status, 0);
    assert_int_equal(task.batch.count, 0);

    sw_close_one(by_link);
}

FILE_TEST(test_a_newer_schema_is_refused)
{
    sw_open();
    sw_close();
    sw_sql("PRAGMA user_version = 99");
    sw_refused("was written by a newer slackapp (schema 99");
    sw_sql("PRAGMA user_version = 1");
    sw_refused("was written by an older slackapp (schema 1");
}

/* Makes schema 3 of an empty file: it had no ordering keys. */
static void make_schema_3(void)
{
    sw_sql("DROP INDEX inbox_ordered; ALTER TABLE inbox DROP COLUMN ordering;"
           "DROP INDEX kv_owned; ALTER TABLE kv DROP COLUMN owner; PRAGMA user_version = 3");
}

/* Schema 4 had no owners of entries. An older process goes on beside this one. */
FILE_TEST(test_schema_4_is_changed_while_it_is_in_use)
{
    char error[SLACK_ERROR_TEXT_MAX];
    slack_store_t *beside = NULL;
    sw_open();
    assert_int_equal(sw_put_due("old"), 0);
    sw_sql("INSERT INTO kv VALUES(1, 'k', '1', 9223372036854775807, 'x', 0, NULL);"
           "DROP INDEX kv_owned; ALTER TABLE kv DROP COLUMN owner; PRAGMA user_version = 4");
    if (sw_open_at(&beside, store_file_path(), error) != 0) fail_msg("%s", error);
    assert_int_equal(sw_number("PRAGMA user_version"), 5);
    assert_int_equal(sw_number("SELECT count(*) FROM kv WHERE owner IS NULL"), 1);
    assert_true(sw_knows(sw.store, "old"));
    assert_true(sw_knows(beside, "old"));
    sw_close_one(beside);
}

/* The rows of the last release are kept, and can be claimed beside rows with ordering keys. */
FILE_TEST(test_schema_3_is_changed)
{
    sw_task_t put, claim;
    sw_open();
    assert_int_equal(sw_put_due("old"), 0);
    sw_close();
    make_schema_3();
    sw_open();
    assert_int_equal(sw_number("PRAGMA user_version"), 5);
    for (unsigned i = 0; i < 2; i++) {
        sw_prepare(&put, SLACK_STORE_PUT, i ? "second" : "first");
        put.op.row.order = SLACK_SLICE("k");
        sw_run_prepared(sw.store, &put);
        assert_int_equal(put.op.status, 0);
    }
    sw_prepare(&claim, SLACK_STORE_CLAIM, "");
    claim.batch.limit = 10;
    claim.batch.now_ms = slack__wall_ms(&sw.world.clock);
    sw_run_prepared(sw.store, &claim);
    assert_int_equal(claim.batch.count, 1);
    assert_true(slack__slice_eq(claim.batch.rows[0].key, SLACK_SLICE("old")));
    slack__arena_free(claim.batch.arena);
}

/* An index alone is no other schema: a file without it is used as before. */
FILE_TEST(test_the_index_of_tenants_is_added)
{
    static const char count[] = "SELECT count(*) FROM sqlite_schema WHERE name = 'inbox_tenant'";
    sw_open();
    assert_int_equal(sw_put_due("Ev1"), 0);
    sw_sql("DROP INDEX inbox_tenant"); /* under the store, as an older process has it */
    assert_int_equal(sw_put_due("Ev2"), 0);
    sw_close();
    assert_int_equal(sw_number(count), 0);
    sw_open();
    assert_int_equal(sw_number(count), 1);
    assert_true(sw_knows(sw.store, "Ev1"));
}

/* A process of the last release would claim rows that have to wait. */
FILE_TEST(test_schema_3_in_use_is_refused)
{
    sw_open();
    make_schema_3(); /* under the store, which stays alive */
    char error[SLACK_ERROR_TEXT_MAX];
    slack_store_t *beside = NULL;
    assert_int_equal(sw_open_at(&beside, store_file_path(), error), SLACK_ESTORE);
    assert_non_null(strstr(error, "an older slackapp (schema 3, this one knows 5) uses "));
    assert_non_null(strstr(error, ": stop its processes, then start this one again"));
    assert_int_equal(sw_number("PRAGMA user_version"), 3);
    sw_close();
    sw_open(); /* it has stopped */
    assert_int_equal(sw_number("PRAGMA user_version"), 5);
}

TEST(test_a_path_that_cannot_be_is_told_why)
{
    const struct {
        const char *path, *why;
    } bad[] = {
        {"/nonexistent/inbox.db", "/nonexistent/inbox.db: No such file or directory; make its "
                                  "folder first"},
        {"/tmp", "/tmp: Is a directory; name a file in it"},
        {"/dev/null/inbox.db", "Not a directory; a part of its path is no folder"},
    };
    assert_true(world_open(&sw.world));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char error[SLACK_ERROR_TEXT_MAX];
        assert_int_equal(sw_open_at(&sw.store, bad[i].path, error), SLACK_ESTORE);
        if (!strstr(error, bad[i].why)) fail_msg("%s: \"%s\"", bad[i].path, error);
    }
    world_close(&sw.world);
}

#define DENIED_USER 65534

/* The superuser may do everything, so the store is opened as another user. */
static void expect_denied(const char *name, const char *why)
{
    char error[SLACK_ERROR_TEXT_MAX];
    const bool super = geteuid() == 0;
    assert_true(world_open(&sw.world));
    if (super) assert_int_equal(seteuid(DENIED_USER), 0);
    int rc = sw_open_at(&sw.store, name, error);
    if (super) assert_int_equal(seteuid(0), 0);
    assert_int_equal(rc, SLACK_ESTORE);
    if (!strstr(error, why)) fail_msg("\"%s\"", error);
    assert_non_null(strstr(error, "; let this program write to it and to its folder"));
    world_close(&sw.world);
}

/* A new file and an old one in a folder that is read-only, or that allows nothing. */
TEST(test_a_folder_that_denies)
{
    char folder[] = "/tmp/slackapp-denies-XXXXXX", fresh[64], old[64], link[64];
    assert_non_null(mkdtemp(folder));
    snprintf(fresh, sizeof fresh, "%s/fresh.db", folder);
    snprintf(old, sizeof old, "%s/old.db", folder);
    snprintf(link, sizeof link, "%s/link.db", folder);
    fclose(fopen(old, "w"));
    if (geteuid() == 0) assert_int_equal(chown(old, DENIED_USER, DENIED_USER), 0);
    assert_int_equal(symlink(fresh, link), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    expect_denied(fresh, "fresh.db: it cannot be made: Permission denied");
    expect_denied(link, "link.db: it cannot be made: Permission denied");
    expect_denied(old, "old.db-owners: Permission denied");
    assert_int_equal(chmod(old, 0), 0);
    expect_denied(old, "old.db: Permission denied");
    assert_int_equal(chmod(folder, 0), 0);
    expect_denied(fresh, "fresh.db: Permission denied");
    expect_denied(old, "old.db: Permission denied");

    assert_int_equal(chmod(folder, 0700), 0);
    unlink(old);
    unlink(link);
    rmdir(folder);
}

FILE_TEST(test_what_is_not_ours_is_refused)
{
    sw_sql("CREATE TABLE songs(title TEXT)");
    sw_refused("holds another program's data");
    store_file_clean();
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        fputs("this is no database ", file);
    fclose(file);
    sw_refused("file is not a database");
}

TEST(test_a_folder_that_is_not_there)
{
    char error[SLACK_ERROR_TEXT_MAX];
    assert_true(world_open(&sw.world));
    assert_int_equal(sw_open_at(&sw.store, "/nonexistent/folder/x.db", error), SLACK_ESTORE);
    assert_non_null(strstr(error, "/nonexistent/folder/x.db"));
    world_close(&sw.world);
}

static void fill(unsigned count)
{
    sw_task_t *tasks = calloc(count, sizeof *tasks);
    assert_non_null(tasks);
    sw_open();
    for (unsigned i = 0; i < count; i++) {
        char key[24];
        snprintf(key, sizeof key, "Ev%u", i);
        sw_submit(sw.store, &tasks[i], SLACK_STORE_PUT, key);
    }
    world_until(&sw.world, tasks[count - 1].ended >= 1);
    sw_close();
    free(tasks);
}

/* A damaged file is refused, or reports damage, or works. It never causes a crash or a hang. */
static void use_damaged(void)
{
    char error[SLACK_ERROR_TEXT_MAX];
    assert_true(world_open(&sw.world));
    int rc = sw_open_at(&sw.store, path, error);
    if (rc != 0) {
        assert_int_equal(rc, SLACK_ESTORE);
        assert_true(*error != '\0');
        world_close(&sw.world);
        return;
    }
    sw_task_t claim;
    sw_run(sw.store, &claim, SLACK_STORE_CLAIM, "");
    for (size_t i = 0; i < claim.batch.count;
         i++) /* a row that is handed out is as it was stored */
        assert_true(slack__slice_eq(claim.batch.rows[i].payload,
                                    claim.batch.rows[i].damaged
                                        ? SLACK_SLICE("")
                                        : SLACK_SLICE("{\"a\":\"a payload of some length\"}")));
    slack__arena_free(claim.batch.arena);
    rc = sw_put("new");
    if (rc == 0) assert_true(sw_knows(sw.store, "new"));
    sw_close();
}

TEST(test_flipped_bits)
{
    for (unsigned i = 0; i < 60; i++) {
        fill(100);
        for (unsigned n = 0; n <= i % 4; n++)
            file_flip(path, rand() % file_size(path), 1 << rand() % 8);
        use_damaged();
        store_file_clean();
    }
}

/* The checksum is one of words of 8 bytes. */
FILE_TEST(test_a_flipped_payload_is_told)
{
    static const char *const changes[] = {
        "replace(payload, 'a p', 'b p')",
        "substr(payload, 1, 31) || 'x'",
        "substr(payload, 9, 8) || substr(payload, 1, 8) || substr(payload, 17)",
        "substr(payload, 1, 7) || x'a0' || substr(payload, 9, 7) || x'a0' || substr(payload, 17)",
        "substr(payload, 1, 31)",
        "CAST(payload || x'00' AS BLOB)",
        "NULL",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char text[160];
        sw_task_t claim;
        fill(1);
        snprintf(text, sizeof text, "UPDATE inbox SET payload = %s", changes[i]);
        sw_sql(text);
        sw_open();
        sw_run(sw.store, &claim, SLACK_STORE_CLAIM, "");
        assert_int_equal(claim.op.status, 0);
        assert_int_equal(claim.batch.count, 1);
        if (!claim.batch.rows[0].damaged) fail_msg("not noticed: %s", changes[i]);
        slack__arena_free(claim.batch.arena);
        sw_tear_down(state);
    }
}

/* Another program may write any value into any column. */
FILE_TEST(test_values_that_no_store_writes)
{
    static const char *const changes[] = {
        "state = 7",
        "state = -2147483649",
        "state = 4294967296", /* 0 in 32 bits */
        "state = 'dead'",
        "attempt = -1",
        "attempt = 1 << 40",
        "attempt = 'many'",
        "retry_num = -1",
        "retry_num = NULL",
        "received_ms = -9223372036854775807 - 1",
        "received_ms = 1e300",
        "due_ms = -9223372036854775807 - 1",
        "planned_ms = 9223372036854775807",
        "changed_ms = x'00'",
        "kind = 'event' || char(0)",
        "name = x'6d00'",
        "done = '=1 1' || char(10, 0) || '+a'",
        "error = zeroblob(5000000)",
        "key = zeroblob(5000000)",
        "payload = zeroblob(40000000)",
        "sum = 'x'",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char text[160];
        sw_task_t task;
        fill(1);
        sw_sql("UPDATE inbox SET state = 0, owner = NULL");
        snprintf(text, sizeof text, "UPDATE inbox SET %s", changes[i]);
        sw_sql(text);
        sw_open();
        sw_prepare(&task, SLACK_STORE_LIST, "");
        task.batch.one = true;
        task.op.row.id = 1;
        sw_run_prepared(sw.store, &task);
        const slack_row_t *row = task.batch.rows;
        if (task.op.status != 0 || task.batch.count != 1 || !row->damaged)
            fail_msg("not noticed: %s", changes[i]);
        assert_in_range(row->state, 0, SLACK_ROW_STATES - 1);
        assert_in_range(row->attempt, 0, INT_MAX);
        assert_in_range(row->retry_num, 0, INT_MAX);
        const int64_t times[] = {row->received_ms, row->due_ms, row->changed_ms, row->planned_ms};
        for (size_t n = 0; n < sizeof times / sizeof *times; n++)
            assert_in_range(times[n], 0, SLACK_ROW_TIME_MAX);
        slack__arena_free(task.batch.arena);
        sw_run(sw.store, &task, SLACK_STORE_STATS, "");
        assert_int_equal(task.op.status, 0);
        for (size_t n = 0; n < SLACK_ROW_STATES; n++)
            assert_in_range(task.batch.oldest_ms[n], 0, SLACK_ROW_TIME_MAX);
        sw_run(sw.store, &task, SLACK_STORE_CLAIM, "");
        assert_int_equal(task.op.status, 0);
        assert_int_equal(task.batch.count, strncmp(changes[i], "state", 5) != 0);
        assert_true(task.batch.count == 0 ||
                    (task.batch.rows[0].damaged && task.batch.rows[0].payload.len == 0));
        slack__arena_free(task.batch.arena);
        sw_tear_down(state);
    }
}

/* Otherwise the app would look for it a thousand times in a second. */
FILE_TEST(test_a_time_that_is_no_number_is_never_due)
{
    sw_task_t claim;
    fill(1);
    sw_sql("UPDATE inbox SET state = 0, owner = NULL, due_ms = 'soon'");
    sw_open();
    sw_run(sw.store, &claim, SLACK_STORE_CLAIM, "");
    assert_int_equal(claim.op.status, 0);
    assert_int_equal(claim.batch.count, 0);
    assert_int_equal(claim.batch.next_ms, INT64_MAX);
}

/* Reads the entry "k" with KV_GET or KV_LIST. */
static slack_kv_entry_t read_entry(sw_task_t *task, enum slack_store_op_kind kind)
{
    sw_run(sw.store, task, kind, "k");
    assert_int_equal(task->op.status, 0);
    assert_int_equal(task->batch.count, 1);
    return slack__kv_from_row(task->batch.rows);
}

static bool write_entry(enum slack_store_op_kind kind, const char *expected)
{
    sw_task_t task;
    sw_prepare(&task, kind, "k");
    task.op.row = slack__kv_to_row(&(slack_kv_entry_t){.key = SLACK_SLICE("k"),
                                                       .version = SLACK_SLICE("1"),
                                                       .value = SLACK_SLICE("installation"),
                                                       .until_ms = SLACK_KV_FOREVER,
                                                       .expected = slack__slice(expected)});
    sw_run_prepared(sw.store, &task);
    assert_int_equal(task.op.status, 0);
    return !task.op.duplicate;
}

/* An installation that cannot be read is not a missing one. */
FILE_TEST(test_a_damaged_entry_is_there)
{
    static const char *const changes[] = {
        "value = 'x'",     "value = NULL",
        "value = 7",       "value = zeroblob(40000000)",
        "sum = 0",         "sum = 'x'",
        "sum = 0.5",       "until_ms = 'soon'",
        "until_ms = 1e99", "version = zeroblob(5000000)",
        "version = 7",     "version = '1'",
    };
    static const enum slack_store_op_kind kinds[] = {SLACK_STORE_KV_GET, SLACK_STORE_KV_LIST};
    sw_open();
    for (size_t i = 0; i < 2 * sizeof changes / sizeof *changes; i++) {
        char text[80];
        sw_task_t task;
        assert_true(write_entry(SLACK_STORE_KV_SWAP, ""));
        assert_false(read_entry(&task, kinds[i % 2]).damaged);
        slack__arena_free(task.batch.arena);
        snprintf(text, sizeof text, "UPDATE kv SET %s", changes[i / 2]);
        sw_sql(text);
        const slack_kv_entry_t entry = read_entry(&task, kinds[i % 2]);
        if (!entry.damaged || entry.value.len > 0) fail_msg("not noticed: %s", changes[i / 2]);
        assert_int_equal(entry.version.len > 0, !strstr(text, "version")); /* no swap finds it */
        slack__arena_free(task.batch.arena);
        assert_false(write_entry(SLACK_STORE_KV_SWAP, "")); /* there is one */
        if (!strstr(text, "version")) assert_true(write_entry(SLACK_STORE_KV_SWAP, "1"));
        assert_true(write_entry(SLACK_STORE_KV_DELETE, ""));
    }
}

/* Damage that no statement of the store reads: the header counts free pages that do not exist. */
FILE_TEST(test_a_wrong_header_is_refused)
{
    fill(1);
    file_flip(path, 39, 4);
    sw_refused("it is damaged: ");
}

/* Every start is a new owner. Owners that are gone are deleted. */
FILE_TEST(test_an_owner_that_stops_is_forgotten)
{
    for (int i = 0; i < 2; i++) {
        sw_open();
        assert_int_equal(sw_number("SELECT count(*) FROM owners"), 1);
        sw_close();
        assert_int_equal(sw_number("SELECT count(*) FROM owners"), 0);
    }
}

TEST(test_a_file_cut_short)
{
    for (long part = 0; part < 16; part++) {
        fill(100);
        assert_int_equal(truncate(path, file_size(path) * part / 16), 0);
        use_damaged();
        store_file_clean();
    }
}

/* ---- the disk ---- */

static int put_of_another_app(const char *key)
{
    sw_task_t task;
    sw_prepare(&task, SLACK_STORE_PUT, key);
    task.op.row.app = SLACK_SLICE("A2");
    sw_run_prepared(sw.store, &task);
    return task.op.status;
}

TEST(test_a_disk_that_takes_nothing)
{
    static const struct {
        int code;
        const char *cause;
    } faults[] = {{SQLITE_FULL, "the store fails: its disk is full\n"},
                  {SQLITE_READONLY, "the store fails: it is read-only\n"},
                  {SQLITE_IOERR_WRITE, "the store fails: its disk fails\n"}};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        sw_open();
        assert_int_equal(sw_put("before"), 0);
        assert_int_equal(sw_put_due("due"), 0);
        fault_vfs_fail_writes(faults[i].code);
        assert_int_equal(sw_put("lost"), SLACK_ESTORE);
        assert_string_equal(slack__store_cause_line(sw.store->cause), faults[i].cause);
        sw_task_t claim;
        sw_prepare(&claim, SLACK_STORE_CLAIM, "");
        claim.batch.now_ms = slack__wall_ms(&sw.world.clock);
        sw_run_prepared(sw.store, &claim);
        assert_int_equal(claim.op.status, SLACK_ESTORE);
        assert_int_equal(claim.batch.count, 0);
        assert_null(claim.batch.arena);
        assert_non_null(strstr(sw.world.log, "store failed"));
        assert_int_equal(put_of_another_app("lost"), SLACK_ESTORE);
        fault_vfs_fail_writes(0);
        assert_int_equal(put_of_another_app("other"), 0); /* the app is lost, too */
        assert_false(sw_knows(sw.store, "lost"));         /* the store is not reopened */
        assert_true(sw_knows(sw.store, "before"));
        sw_close();
        assert_int_equal(sw_number("SELECT count(*) FROM inbox"
                                   " WHERE app = (SELECT id FROM apps WHERE apps.name = 'A2')"),
                         1);
        store_file_clean();
    }
}

FILE_TEST(test_locked_by_somebody_else)
{
    sqlite3 *other = NULL;
    sw_open();
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sw_put("Ev1"), SLACK_ESTORE);
    assert_non_null(strstr(sw.world.log, "database is locked"));
    assert_int_equal(sw.store->cause, SLACK_CAUSE_LOCKED);
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sw_put("Ev1"), 0);
    sqlite3_close(other);
}

/* A transaction holds at most 1024 operations, and each transaction waits for the lock anew. All
 * are answered within the 3 s that Slack waits. */
FILE_TEST(test_locked_with_many_waiting)
{
    enum { COUNT = 4000 };
    static sw_task_t tasks[COUNT];
    sqlite3 *other = NULL;
    sw_open();
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    uint64_t start_ns = uv_hrtime();
    for (unsigned i = 0; i < COUNT; i++) {
        char key[24];
        snprintf(key, sizeof key, "Ev%u", i);
        sw_submit(sw.store, &tasks[i], SLACK_STORE_PUT, key);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        world_until(&sw.world, tasks[i].ended >= 1);
        assert_int_equal(tasks[i].op.status, SLACK_ESTORE);
    }
    assert_in_range((uv_hrtime() - start_ns) / 1000000, 1000, 3000);
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sw_put("Ev1"), 0);
    sqlite3_close(other);
}

/* One sync covers all operations that wait for it. Only an added entry does not wait for one. */
FILE_TEST(test_every_end_is_synced_and_syncs_are_shared)
{
    enum { COUNT = 500 };
    static sw_task_t tasks[COUNT];
    sw_open();
    for (unsigned i = 0; i < 5; i++) {
        char key[24];
        snprintf(key, sizeof key, "one%u", i);
        unsigned before = fault_vfs_syncs();
        sw_run(sw.store, &tasks[0], SLACK_STORE_KV_ADD, key);
        assert_int_equal(fault_vfs_syncs(), before);
        assert_int_equal(sw_put(key), 0);
        assert_true(fault_vfs_syncs() > before);
        before = fault_vfs_syncs();
        assert_true(write_entry(SLACK_STORE_KV_SWAP, ""));
        assert_true(fault_vfs_syncs() > before);
        before = fault_vfs_syncs();
        assert_true(write_entry(SLACK_STORE_KV_DELETE, "1"));
        assert_true(fault_vfs_syncs() > before);
    }
    unsigned before = fault_vfs_syncs();
    for (unsigned i = 0; i < COUNT; i++) {
        char key[24];
        snprintf(key, sizeof key, "many%u", i);
        sw_submit(sw.store, &tasks[i], SLACK_STORE_PUT, key);
    }
    world_until(&sw.world, tasks[COUNT - 1].ended >= 1);
    assert_in_range(fault_vfs_syncs() - before, 1, COUNT / 10);
}

#define ROWS "SELECT count(*) FROM inbox"

/* The rows of a day: finished or dead, as a bot leaves them. */
static void add_ended_rows(unsigned count, int rows_state, int64_t changed_ms)
{
    char text[400];
    snprintf(text, sizeof text,
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
             "INSERT INTO inbox(key, state, due_ms, planned_ms, app, attempt, kind, transport,"
             " retry_num, received_ms, changed_ms)"
             " SELECT CAST('Ev' || hex(randomblob(8)) AS BLOB), %d, 0, 0, 1, 1,"
             " 'event', 'http', 0, %lld, %lld FROM n",
             count, rows_state, (long long)changed_ms, (long long)changed_ms);
    sw_sql(text);
}

/* Old finished rows are deleted, a few with every transaction; their pages are used again. */
FILE_TEST(test_old_rows_go_in_steps)
{
    enum { OLD = 20000, STEP = 400, DAYS = 3 };
    int64_t pages = 0;
    for (unsigned day = 0; day < DAYS; day++) {
        sw_open();
        const int64_t now = slack__wall_ms(&sw.world.clock);
        add_ended_rows(OLD / 2, SLACK_ROW_DONE, now - SLACK_STORE_KEEP_MS - 1);
        add_ended_rows(OLD / 2, SLACK_ROW_DEAD, now - SLACK_STORE_DEAD_MS - 1);
        int64_t rows = sw_number(ROWS);
        unsigned puts = 0;
        while (sw_number("SELECT count(*) FROM inbox WHERE state >= 2") > 0 && puts < OLD) {
            char key[24];
            snprintf(key, sizeof key, "day%u-%u", day, puts++);
            assert_int_equal(sw_put(key), 0);
            int64_t left = sw_number(ROWS);
            assert_in_range(rows + 1 - left, 0, STEP); /* no PUT deletes more */
            rows = left;
        }
        assert_in_range(puts, OLD / STEP, OLD / (STEP / 2));
        assert_int_equal(sw_number("SELECT count(*) FROM inbox WHERE state >= 2"), 0);
        sw_close();
        if (day == 0) pages = sw_number("PRAGMA page_count");
        assert_in_range(sw_number("PRAGMA page_count"), 1, (uint64_t)pages * 11 / 10);
    }
}

/* The power is cut at random moments: every row that was reported as stored is there, and the file
 * is whole. */
FILE_TEST(test_the_power_is_cut)
{
    enum { COUNT = 400, CUTS = 40 };
    static sw_task_t tasks[COUNT], add;
    unsigned submitted = 0;
    char error[SLACK_ERROR_TEXT_MAX];
    sw_open();
    memset(tasks, 0, sizeof tasks);
    for (unsigned cut = 0; cut < CUTS; cut++) {
        sw_run(sw.store, &add, SLACK_STORE_KV_ADD, "k"); /* a transaction that is not synced */
        for (unsigned i = 0; i < COUNT / CUTS; i++, submitted++) {
            char key[24];
            snprintf(key, sizeof key, "Ev%u", submitted);
            sw_submit(sw.store, &tasks[submitted], SLACK_STORE_PUT, key);
            if (rand() % 4 == 0) uv_run(&sw.world.loop, UV_RUN_NOWAIT);
        }
        if (cut > 0) world_until(&sw.world, tasks[submitted - COUNT / CUTS - 1].ended >= 1);
        unsigned told = 0;
        while (told < COUNT && tasks[told].ended)
            told++;
        assert_true(told >= submitted - COUNT / CUTS);
        fault_vfs_power_cut(path, copy);
        slack_store_t *after = NULL;
        if (sw_open_at(&after, copy, error) != 0) fail_msg("%s", error);
        for (unsigned i = 0; i < told; i++)
            if (!sw_knows(after, tasks[i].key)) fail_msg("cut %u: %s is lost", cut, tasks[i].key);
        sw_close_one(after);
        store_file_clean_copy();
    }
    world_until(&sw.world, tasks[COUNT - 1].ended >= 1);
}

/* An entry is swapped and deleted in turn, after a transaction that is not synced. */
FILE_TEST(test_a_swap_outlives_a_power_cut)
{
    char error[SLACK_ERROR_TEXT_MAX], key[24];
    sw_open();
    for (unsigned cut = 0; cut < 20; cut++) {
        const bool stays = cut % 2 == 0;
        sw_task_t task;
        snprintf(key, sizeof key, "added%u", cut);
        sw_run(sw.store, &task, SLACK_STORE_KV_ADD, key);
        assert_true(stays ? write_entry(SLACK_STORE_KV_SWAP, "")
                          : write_entry(SLACK_STORE_KV_DELETE, "1"));
        fault_vfs_power_cut(path, copy);
        slack_store_t *after = NULL;
        if (sw_open_at(&after, copy, error) != 0) fail_msg("%s", error);
        sw_run(after, &task, SLACK_STORE_KV_GET, "k");
        assert_int_equal(task.batch.count, stays);
        slack__arena_free(task.batch.arena);
        sw_close_one(after);
        store_file_clean_copy();
    }
}

int main(void)
{
    path = store_file_path();
    copy = store_file_copy();
    fault_vfs_install();
    return test_run_all(NULL, NULL);
}
