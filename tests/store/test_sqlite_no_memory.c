/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>

#include <slack/options.h>

#include "store/kv.h"
#include "store/sqlite_internal.h"
#include "support/store_file.h"
#include "support/store_work.h"
#include "support/test.h"

/* Allocations inside SQLite fail while a store is opened and used: an operation reports success
 * exactly if it took effect, and the store continues. */

/* ---- SQLite's memory ---- */

static sqlite3_mem_methods real;
static long left = -1; /* allocations before the one that fails; -1: none fails */
static bool failed;

static bool fails(void)
{
    if (left < 0 || left-- > 0) return false;
    failed = true;
    return true;
}

static void *failing_malloc(int size)
{
    return fails() ? NULL : real.xMalloc(size);
}

static void *failing_realloc(void *ptr, int size)
{
    return fails() ? NULL : real.xRealloc(ptr, size);
}

/* ---- a store without thread and loop ---- */

static int apply(slack_db_t *db, slack_store_op_t *op)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    slack_link_t ops, ended;
    slack__link_init(&ops);
    slack__link_init(&ended);
    slack__link_init(&op->link);
    slack__list_push(&ops, &op->link);
    slack__sqlite_apply(db, &ops, &ended, &(slack_db_time_t){.wall_ms = 1000}, error);
    slack__unlink(&op->link);
    if (op->status != 0) assert_true(*error != '\0');
    return op->status;
}

static int put(slack_db_t *db, const char *key, bool *ret_known)
{
    slack_store_op_t op = {.kind = SLACK_STORE_PUT,
                           .row = {.key = slack__slice(key),
                                   .kind = SLACK_SLICE("event"),
                                   .payload = SLACK_SLICE("{\"a\":1}")}};
    int rc = apply(db, &op);
    *ret_known = op.duplicate;
    return rc;
}

static int claim(slack_db_t *db, size_t *ret_count)
{
    slack_store_batch_t batch = {.limit = 10, .now_ms = 2000};
    slack_store_op_t op = {.kind = SLACK_STORE_CLAIM, .batch = &batch};
    int rc = apply(db, &op);
    *ret_count = batch.count;
    if (rc != 0) assert_null(batch.arena);
    slack__arena_free(batch.arena);
    return rc;
}

/* Swaps in an entry of this owner. Returns the status, or 1 if it is there. */
static int swap(slack_db_t *db, const char *key)
{
    slack_store_op_t op = {
        .kind = SLACK_STORE_KV_SWAP,
        .owned = true,
        .row = slack__kv_to_row(&(slack_kv_entry_t){
            .key = slack__slice(key), .version = SLACK_SLICE("1"), .until_ms = SLACK_KV_FOREVER})};
    const int rc = apply(db, &op);
    return op.duplicate ? 1 : rc;
}

static int count_entries(slack_db_t *db, const char *key, size_t *ret)
{
    slack_store_batch_t batch = {0};
    slack_store_op_t op = {
        .kind = SLACK_STORE_KV_GET, .batch = &batch, .row.key = slack__slice(key)};
    const int rc = apply(db, &op);
    *ret = batch.count;
    slack__arena_free(batch.arena);
    return rc;
}

/* A key is known exactly if its PUT succeeded. */
static void check(slack_db_t *db, const char *key, int status)
{
    bool known = false;
    assert_int_equal(put(db, key, &known), 0);
    assert_int_equal(known, status == 0);
}

static int open_db(slack_db_t **ret)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    int rc = slack__sqlite_open(ret, store_file_path(), 1000, error);
    assert_true(rc == 0 || rc == SLACK_ENOMEM || (rc == SLACK_ESTORE && *error));
    return rc;
}

/* The entry "gone" belongs to an owner that is gone. Returns whether there was an nth allocation.
 */
static bool use_with_failure(slack_db_t *db, long nth)
{
    char a[16], b[16];
    bool known;
    size_t count, gone;
    snprintf(a, sizeof a, "a%ld", nth);
    snprintf(b, sizeof b, "b%ld", nth);
    sw_sql("INSERT INTO owners VALUES (NULL, 0);"
           "INSERT INTO kv(key, until_ms, sum, owner) SELECT CAST('gone' AS BLOB), 9999, 0, max(id)"
           " FROM owners WHERE true ON CONFLICT DO NOTHING");
    failed = false;
    left = nth;
    const int rc_gone = count_entries(db, "gone", &gone), rc_swap = swap(db, a);
    int rc_a = put(db, a, &known), rc_claim = claim(db, &count), rc_b = put(db, b, &known);
    left = -1;
    if (rc_gone == 0) assert_int_equal(gone, 0);
    assert_int_equal(swap(db, a), rc_swap == 0);
    if (rc_a == 0 && rc_claim == 0) assert_true(count >= 1);
    check(db, a, rc_a);
    check(db, b, rc_b);
    assert_int_equal(claim(db, &count), 0);
    return failed;
}

TEST(test_each_allocation_of_its_use)
{
    slack_db_t *db = NULL;
    long nth = 0;
    store_file_clean();
    assert_int_equal(open_db(&db), 0);
    while (use_with_failure(db, nth))
        nth++;
    assert_true(nth > 5);
    slack__sqlite_close(db);
}

/* Returns whether there was an nth allocation. The file can be opened afterwards. */
static bool open_with_failure(long nth)
{
    slack_db_t *db = NULL;
    failed = false;
    left = nth;
    int rc = open_db(&db);
    left = -1;
    if (rc != 0) assert_int_equal(open_db(&db), 0);
    slack__sqlite_close(db);
    return failed;
}

/* Every thirteenth, since each costs several syncs of the disk. */
TEST(test_allocations_of_its_opening)
{
    store_file_clean();
    for (long nth = 0; open_with_failure(nth); nth += 13)
        if (nth % 2 == 0) store_file_clean(); /* a new file; an existing one */
}

int main(void)
{
    static sqlite3_mem_methods failing;
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
    failing = real;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0); /* its own memory would hide some allocations */
    sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
    return test_run_all(NULL, NULL);
}
