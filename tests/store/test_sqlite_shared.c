/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* memmem() */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

/* Several stores, of one process or of several, on one file. */

static slack_store_t *open_beside(const char *where)
{
    slack_store_t *store = NULL;
    char error[SLACK_ERROR_TEXT_MAX];
    if (sw_open_at(&store, where, error) != 0) fail_msg("%s", error);
    return store;
}

/* ---- turns ---- */

/* A store that always has something to write. */
typedef struct writer {
    sw_task_t tasks[2];
    unsigned puts, failed;
    bool over;
} writer_t;

static writer_t writer;

static void write_on(sw_task_t *task);

static void on_written(slack_store_op_t *op)
{
    writer.puts++;
    if (op->status != 0) writer.failed++;
    sw_task_t *task = SLACK_CONTAINER(op, sw_task_t, op);
    task->ended = 1;
    if (!writer.over) write_on(task);
}

static void write_on(sw_task_t *task)
{
    char key[24];
    snprintf(key, sizeof key, "w%u-%u", (unsigned)(task - writer.tasks), writer.puts);
    sw_prepare(task, SLACK_STORE_PUT, key);
    task->op.done = on_written;
    sw_submit_prepared(sw.store, task);
}

/* If a sync takes long, the file of a busy store is free only for moments between two transactions.
 * The other store still gets its share, and no more. */
FILE_TEST(test_each_has_its_turn)
{
    enum { PUTS = 25 };
    sw_open();
    slack_store_t *other = open_beside(store_file_path());
    fault_vfs_slow_syncs(20);
    memset(&writer, 0, sizeof writer);
    write_on(&writer.tasks[0]);
    write_on(&writer.tasks[1]);
    for (unsigned i = 0; i < PUTS; i++) {
        char key[24];
        snprintf(key, sizeof key, "o%u", i);
        assert_int_equal(sw_put_into(other, key, NULL), 0);
    }
    writer.over = true;
    world_until(&sw.world, writer.tasks[0].ended >= 1);
    world_until(&sw.world, writer.tasks[1].ended >= 1);
    assert_int_equal(writer.failed, 0);
    assert_in_range(writer.puts, PUTS / 2, 6 * PUTS); /* in turns, it would be two each */
    fault_vfs_slow_syncs(0);
    sw_close_one(other);
}

/* ---- the log ---- */

static off_t log_bytes(void)
{
    struct stat st;
    char name[80];
    snprintf(name, sizeof name, "%s-wal", store_file_path());
    assert_int_equal(stat(name, &st), 0);
    return st.st_size;
}

static void put_many(const char *prefix, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char key[24];
        snprintf(key, sizeof key, "%s%u", prefix, i);
        assert_int_equal(sw_put(key), 0);
    }
}

/* While a reader holds an old snapshot, the log grows. Nothing waits for the reader, and afterwards
 * the log has its old size. */
FILE_TEST(test_somebody_who_reads_for_long)
{
    const off_t most = 18 << 20;
    sqlite3 *reader = NULL;
    sw_open();
    assert_int_equal(sqlite3_open(store_file_path(), &reader), SQLITE_OK);
    assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT * FROM inbox", NULL, NULL, NULL), 0);
    put_many("a", 1500);
    assert_true(log_bytes() > most);
    assert_int_equal(sqlite3_close(reader), SQLITE_OK);
    put_many("b", 1500);
    assert_true(log_bytes() < most);
}

/* ---- opening ---- */

/* A child that waits for the end of the pipe, then opens and closes the store. Returns its
 * status. */
static pid_t open_in_child(const int gate[2])
{
    pid_t pid = fork();
    if (pid != 0) return pid;
    close(gate[1]);
    char byte, error[SLACK_ERROR_TEXT_MAX] = "";
    slack_store_t *store;
    bool good = world_open(&sw.world) && read(gate[0], &byte, 1) == 0 &&
                sw_open_at(&store, store_file_path(), error) == 0 &&
                sw_put_into(store, "Ev1", NULL) == 0;
    if (!good) fprintf(stderr, "# %s\n", error);
    if (good) sw_close_one(store);
    _exit(!good);
}

/* All create the tables, or upgrade an old file, at the same moment. */
static void open_at_once(void)
{
    enum { COUNT = 6 };
    int gate[2], status;
    pid_t pids[COUNT];
    assert_int_equal(pipe(gate), 0);
    for (unsigned i = 0; i < COUNT; i++) {
        pids[i] = open_in_child(gate);
        assert_true(pids[i] > 0);
    }
    close(gate[0]);
    close(gate[1]);
    unsigned failed = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        if (status != 0) failed++;
    }
    assert_int_equal(failed, 0);
}

TEST(test_opened_by_many_at_once)
{
    for (unsigned round = 0; round < 20; round++) {
        open_at_once();
        open_at_once();
        store_file_clean();
    }
}

/* ---- a process that ends ---- */

static int swap_owned(slack_store_t *store)
{
    sw_task_t task;
    sw_prepare(&task, SLACK_STORE_KV_SWAP, "");
    task.op.owned = true;
    task.op.row = slack__kv_to_row(&(slack_kv_entry_t){
        .key = SLACK_SLICE("k"), .version = SLACK_SLICE("1"), .until_ms = SLACK_KV_FOREVER});
    sw_run_prepared(store, &task);
    return task.op.status ? task.op.status : task.op.duplicate;
}

/* Its entry ends with it, however it ends. */
FILE_TEST(test_an_entry_of_a_process_that_is_killed)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        sw_open();
        if (swap_owned(sw.store) == 0 && write(ready[1], "", 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    sw_open();
    assert_int_equal(swap_owned(sw.store), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(swap_owned(sw.store), 0);
}

/* ---- what a stop leaves ---- */

static bool is_in_file(const char *part, const char *text)
{
    char name[96];
    size_t len;
    snprintf(name, sizeof name, "%s%s", store_file_path(), part);
    const char *bytes = file_read(name, &len);
    return memmem(bytes, len, text, strlen(text)) != NULL;
}

/* SQLite itself deletes the log only with the last store, and may leave deleted bytes in the file.
 */
FILE_TEST(test_a_stop_leaves_no_deleted_payload_in_the_files)
{
    sw_open();
    slack_store_t *other = open_beside(store_file_path());
    sw_task_t task;
    sw_run(other, &task, SLACK_STORE_PUT, "Ev1");
    const int64_t id = task.op.row.id;
    assert_true(is_in_file("-wal", "a payload of some length"));
    sw_prepare(&task, SLACK_STORE_FINISH, "Ev1");
    task.op.row.id = id;
    sw_run_prepared(other, &task);
    assert_int_equal(task.op.status, 0);
    sw_close_one(other);
    assert_false(is_in_file("-wal", "a payload of some length"));
    assert_false(is_in_file("", "a payload of some length"));
    assert_int_equal(sw_put("Ev2"), 0); /* for the other store the log is as it left it */
}

/* The value of a version of an entry: a text that no other value has, again and again. */
static slack_slice_t entry_value(char *text, unsigned key, unsigned version, unsigned size)
{
    const size_t len = 40 + (key * 7919 + version * 104729) % size;
    for (size_t at = 0; at < len; at += 10)
        sprintf(text + at, "<%04u.%03u>", key % 10000, version % 1000);
    return (slack_slice_t){text, len};
}

/* As they grow, entries move between pages. SQLite leaves copies of them behind, and overwrites
 * only the original. */
static void expect_no_old_entries(unsigned keys, unsigned size)
{
    enum { VERSIONS = 4 };
    static struct {
        sw_task_t task;
        char text[6100];
    } entries[900];
    static const char *const versions[VERSIONS + 1] = {"", "1", "2", "3", "4"};
    sw_open();
    for (unsigned i = 0; i < keys * VERSIONS; i++) {
        const unsigned key = i * 37 % keys, version = i / keys;
        const bool gone = version == VERSIONS - 1 && key % 2;
        sw_task_t *task = &entries[key].task;
        if (version > 0) world_until(&sw.world, task->ended >= 1 && !task->op.duplicate);
        snprintf(entries[key].text, sizeof entries[key].text, "k%u", key);
        sw_prepare(task, gone ? SLACK_STORE_KV_DELETE : SLACK_STORE_KV_SWAP, entries[key].text);
        task->op.row = slack__kv_to_row(
            &(slack_kv_entry_t){.key = slack__slice(task->key),
                                .version = slack__slice(versions[version + 1]),
                                .expected = slack__slice(versions[version]),
                                .value = entry_value(entries[key].text, key, version, size),
                                .until_ms = SLACK_KV_FOREVER});
        sw_submit_prepared(sw.store, task);
    }
    sw_close();
    for (unsigned i = 0; i < keys * VERSIONS; i++) {
        char marker[16];
        const unsigned key = i % keys, version = i / keys;
        const bool there = version == VERSIONS - 1 && key % 2 == 0;
        snprintf(marker, sizeof marker, "<%04u.%03u>", key, version);
        if (is_in_file("", marker) != there) fail_msg("%s is %sthere", marker, there ? "not " : "");
    }
    store_file_clean();
}

FILE_TEST(test_a_stop_leaves_no_overwritten_entry_in_the_files)
{
    expect_no_old_entries(900, 300);
    expect_no_old_entries(400, 1900);
    expect_no_old_entries(150, 6000);
}

int main(void)
{
    fault_vfs_install();
    return test_run_all(NULL, NULL);
}
