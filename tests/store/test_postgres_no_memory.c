/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "store/kv.h"
#include "store/postgres_internal.h"
#include "support/postgres.h"
#include "support/test.h"

/* Allocations of libpq and of the engine fail while it is used: an operation reports success
 * exactly if it took effect, and the engine continues. */

/* ---- the memory ---- */

static long left = -1; /* allocations before the one that fails; -1: none fails */
static bool failed;

#if defined __GLIBC__ && !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
#define CAN_FAIL 1
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);

static bool fails(void)
{
    if (left < 0 || left-- > 0) return false;
    failed = true;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *ptr, size_t size)
{
    return fails() ? NULL : __libc_realloc(ptr, size);
}
#else
#define CAN_FAIL 0
#endif

/* ---- an engine without thread and loop ---- */

static int apply(slack_db_t *db, slack_store_op_t *op)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    slack_link_t ops, ended;
    slack__link_init(&ops);
    slack__link_init(&ended);
    slack__link_init(&op->link);
    slack__list_push(&ops, &op->link);
    op->since_ns = uv_hrtime();
    while (!slack__list_empty(&ops))
        slack__pg_apply(db, &ops, &ended, &(slack_db_time_t){.wall_ms = 1000}, error);
    slack__unlink(&op->link);
    slack__pg_rest(db, &(slack_db_wait_t){-1, -1});
    return op->status;
}

static int write_entry(slack_db_t *db, enum slack_store_op_kind kind, const char *key,
                       const char *expected, bool *ret_duplicate)
{
    slack_store_op_t op = {
        .kind = kind,
        .owned = kind == SLACK_STORE_KV_SWAP,
        .row = slack__kv_to_row(&(slack_kv_entry_t){.key = slack__slice(key),
                                                    .version = SLACK_SLICE("1"),
                                                    .expected = slack__slice(expected),
                                                    .until_ms = SLACK_KV_FOREVER})};
    const int rc = apply(db, &op);
    *ret_duplicate = op.duplicate;
    return rc;
}

static int count_entries(slack_db_t *db, const char *prefix, size_t *ret)
{
    slack_store_batch_t batch = {.limit = 10};
    slack_store_op_t op = {.kind = SLACK_STORE_KV_LIST,
                           .batch = &batch,
                           .row = slack__kv_page(slack__slice(prefix), SLACK_SLICE(""))};
    const int rc = apply(db, &op);
    *ret = batch.count;
    if (rc != 0) assert_null(batch.arena);
    slack__arena_free(batch.arena);
    return rc;
}

static int put(slack_db_t *db, const char *key)
{
    slack_store_op_t op = {
        .kind = SLACK_STORE_PUT, .claim = true, .row = {.key = slack__slice(key)}};
    return apply(db, &op);
}

/* The entry "gone" belongs to an owner that has closed. Returns whether there was an nth
 * allocation. */
static bool use_with_failure(slack_db_t *db, long nth)
{
    char key[16], sql[80];
    bool duplicate, again;
    size_t gone, count;
    snprintf(key, sizeof key, "k%ld", nth);
    postgres_query("SET search_path TO slackapp;"
                   "INSERT INTO owners(lease_ms, closed) VALUES (0, true);"
                   "INSERT INTO kv(key, until_ms, value, owner) SELECT 'gone', 9e15, '', max(id)"
                   " FROM owners ON CONFLICT DO NOTHING");
    SLACK_CONTAINER(db, slack_pg_t, db)->watch.ended = true; /* look at once */
    failed = false;
    left = nth;
    const int listed = count_entries(db, "gone", &gone);
    const int swapped = write_entry(db, SLACK_STORE_KV_SWAP, key, "", &duplicate);
    const int deleted = write_entry(db, SLACK_STORE_KV_DELETE, key, "1", &again);
    const int stored = put(db, key);
    left = -1;
    if (listed == 0) assert_int_equal(gone, 0);
    assert_int_equal(count_entries(db, key, &count), 0);
    if (swapped == 0) assert_false(duplicate);
    if (swapped == 0 && deleted == 0) assert_false(again);
    assert_int_equal(count, swapped == 0 && deleted != 0);
    assert_int_equal(write_entry(db, SLACK_STORE_KV_DELETE, key, "", &again), 0);
    snprintf(sql, sizeof sql, "SELECT state FROM slackapp.inbox WHERE key = '%s'", key);
    assert_int_equal(strcmp(postgres_query(sql), "1") == 0, stored == 0); /* it runs */
    return failed;
}

static void test_each_allocation_of_its_use(void **state)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    slack_db_t *db = NULL;
    const char *place = CAN_FAIL ? postgres_start() : NULL;
    if (!place) skip();
    postgres_clean();
    assert_int_equal(slack__pg_open(&db, place, 1000, error), 0);
    db->ops = NULL;
    long nth = 0;
    while (use_with_failure(db, nth))
        nth++;
    assert_true(nth > 5);
    slack__pg_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_allocation_of_its_use)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
