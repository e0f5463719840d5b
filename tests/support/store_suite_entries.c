/* SPDX-License-Identifier: MIT */
#include "support/store_suite.h"
#include "support/test.h"

#include <slack/error.h>

#include "store/kv.h"
#include "support/store_rows.h"

/* Returns the status, or 1 if `duplicate` is set. */
static int kv_run(enum slack_store_op_kind kind, const slack_kv_entry_t *entry)
{
    rows_task_t task;
    rows_prepare(&task, kind, "");
    task.op.row = slack__kv_to_row(entry);
    rows_run(&task);
    return task.op.duplicate ? 1 : task.op.status;
}

static int kv_write(enum slack_store_op_kind kind, const char *key, const char *version,
                    const char *text, int64_t until_ms)
{
    return kv_run(kind, &(slack_kv_entry_t){.key = slack__slice(key),
                                            .version = slack__slice(version),
                                            .value = slack__slice(text),
                                            .until_ms = until_ms});
}

static int kv_put(const char *key, const char *version, const char *text, int64_t until_ms)
{
    return kv_write(SLACK_STORE_KV_PUT, key, version, text, until_ms);
}

static int kv_add(const char *key, const char *text, int64_t until_ms)
{
    return kv_write(SLACK_STORE_KV_ADD, key, "", text, until_ms);
}

static void test_entries(void **state)
{
    rows_open();
    rows_expect_entry("a", NULL);
    rows_put("a", 0, false); /* rows and entries have separate keys */
    rows_expect_entry("a", NULL);
    const int64_t over = rows_now() + 1000;
    assert_int_equal(kv_put("a", "5", "one", over), 0);
    assert_int_equal(kv_put("b", "5", "other", over + 1), 0);
    rows_put("b", 0, false);
    rows_expect_entry("a", "one");
    assert_int_equal(kv_put("a", "6", "two", over), 0);
    rows_expect_entry("a", "two");
    assert_int_equal(kv_put("a", "59", "older", over), 0);
    rows_expect_entry("a", "two");
    assert_int_equal(kv_put("a", "6", "two again", over), 0);
    rows_expect_entry("a", "two again");
    assert_int_equal(kv_put("a", "60", "three", over), 0);
    rows_expect_entry("a", "three");
    rows_expect_entry("b", "other");
    rows_pass_ms(1000); /* expired: the old version does not count any more */
    rows_expect_entry("a", NULL);
    rows_expect_entry("b", "other");
    assert_int_equal(kv_put("a", "1", "new", over + 5000), 0);
    rows_expect_entry("a", "new");
    rows_close();
    if (!rows.ops->durable) return;
    rows_open_again();
    rows_expect_entry("a", "new");
    rows_expect_entry("b", "other");
    rows_close();
}

static void test_an_entry_is_added_once(void **state)
{
    const int64_t over = rows_now() + 1000;
    rows_put("a", 0, false);
    assert_int_equal(kv_add("a", "one", over), 0);
    assert_int_equal(kv_add("a", "two", over + 9000), 1);
    rows_expect_entry("a", "one");
    assert_int_equal(kv_put("b", "5", "put", over), 0);
    assert_int_equal(kv_add("b", "added", over), 1);
    assert_int_equal(kv_put("a", "5", "put", over), 0);
    rows_expect_entry("a", "put");
    rows_pass_ms(999);
    assert_int_equal(kv_add("b", "added", over), 1);
    rows_pass_ms(1); /* expired */
    assert_int_equal(kv_add("a", "again", over + 1000), 0);
    rows_expect_entry("a", "again");
    if (!rows.ops->durable) return;
    rows_close();
    rows_open_again();
    assert_int_equal(kv_add("a", "three", over + 1000), 1);
}

/* The version of an expired entry does not count, however many others have expired. */
static void test_many_entries_expire(void **state)
{
    const int64_t over = rows_now() + 1000;
    char key[16];
    for (int i = 0; i < 450; i++) {
        snprintf(key, sizeof key, "k%d", i);
        assert_int_equal(kv_add(key, "x", over), 0);
    }
    assert_int_equal(kv_put("last", "9", "old", over + 1), 0);
    assert_int_equal(kv_add("last too", "old", over + 1), 0);
    rows_pass_ms(1001);
    assert_int_equal(kv_put("last", "1", "new", over + 5000), 0);
    assert_int_equal(kv_add("last too", "new", over + 5000), 0);
    rows_expect_entry("last", "new");
    rows_expect_entry("last too", "new");
}

/* A KV_GET sees a KV_PUT that was submitted before it. */
static void test_an_entry_is_read_in_its_order(void **state)
{
    rows_task_t tasks[3];
    rows_prepare(&tasks[0], SLACK_STORE_KV_GET, "k");
    rows_prepare(&tasks[1], SLACK_STORE_KV_PUT, "k");
    tasks[1].op.row.due_ms = rows_now() + 1000;
    rows_prepare(&tasks[2], SLACK_STORE_KV_GET, "k");
    for (unsigned i = 0; i < 3; i++)
        rows_submit_prepared(&tasks[i]);
    world_until(&rows.world, rows.ends >= 3);
    assert_int_equal(tasks[0].batch.count, 0);
    assert_int_equal(tasks[2].batch.count, 1);
    rows_free(&tasks[0]);
    rows_free(&tasks[2]);
}

/* Writes entries PREFIX0, PREFIX1, … */
static void kv_fill(enum slack_store_op_kind kind, const char *prefix, unsigned count,
                    int64_t until_ms)
{
    for (unsigned i = 0; i < count; i++) {
        char key[16];
        snprintf(key, sizeof key, "%s%u", prefix, i);
        assert_int_equal(kv_write(kind, key, "1", "x", until_ms), 0);
    }
}

static void test_entries_are_bounded(void **state)
{
    if (rows.ops->durable) return; /* only the disk limits it */
    const int64_t over = rows_now() + 1000;
    assert_int_equal(kv_put("first", "1", "x", over), 0);
    assert_int_equal(kv_put("second", "1", "x", over), 0);
    assert_int_equal(kv_put("first", "2", "y", over), 0);
    kv_fill(SLACK_STORE_KV_PUT, "k", SLACK_STORE_KV_MAX - 2, over);
    rows_expect_entry("second", "x");
    assert_int_equal(kv_put("one more", "1", "x", over), 0);
    rows_expect_entry("second", NULL); /* the entry written longest ago */
    rows_expect_entry("first", "y");
    assert_int_equal(kv_add("late", "", over + 9000), 0);
    kv_fill(SLACK_STORE_KV_ADD, "a", SLACK_STORE_KV_ADDED_MAX - 1, over);
    assert_int_equal(kv_add("one more", "", over), 1); /* known; nothing was dropped for others */
    assert_int_equal(kv_add("another", "", over), SLACK_EBUSY);
    assert_int_equal(kv_add("a0", "", over), 1); /* added entries are never dropped early */
    assert_int_equal(kv_put("yet one more", "1", "x", over), 0);
    kv_fill(SLACK_STORE_KV_SWAP, "s", SLACK_STORE_KV_SWAPPED_MAX, SLACK_KV_FOREVER);
    slack_kv_entry_t swap = {.key = SLACK_SLICE("a0"),
                             .version = SLACK_SLICE("2"),
                             .until_ms = over,
                             .expected = SLACK_SLICE("1")};
    assert_int_equal(kv_run(SLACK_STORE_KV_SWAP, &swap), SLACK_EBUSY);
    assert_int_equal(kv_add("a0", "", over), 1); /* nothing was changed */
    swap.key = SLACK_SLICE("s0");
    assert_int_equal(kv_run(SLACK_STORE_KV_SWAP, &swap), 0); /* it replaces an entry */
    rows_pass_ms(1000);
    assert_int_equal(kv_add("another", "", over + 1000), 0); /* "late" does not hold it up */
    rows_expect_entry("late", "");
    rows_expect_entry("s1", "x");
    kv_fill(SLACK_STORE_KV_SWAP, "s0", 1, over); /* "s00": the place of "s0", which has expired */
}

/* ---- versions ---- */

/* A step and its result, after which the entry "k" has the version `now`; NULL: there is none. The
 * value is the version. */
static const struct step {
    const char *name;
    enum slack_store_op_kind kind;
    const char *expected, *version;
    bool duplicate;
    const char *now;
    unsigned pass_ms;
} steps[] = {
    {"none is expected, none is there", SLACK_STORE_KV_SWAP, "", "1", false, "1", 0},
    {"none is expected, one is there", SLACK_STORE_KV_SWAP, "", "2", true, "1", 0},
    {"another one is expected", SLACK_STORE_KV_SWAP, "0", "2", true, "1", 0},
    {"a longer one is expected", SLACK_STORE_KV_SWAP, "10", "2", true, "1", 0},
    {"the one that is there", SLACK_STORE_KV_SWAP, "1", "2", false, "2", 0},
    {"the one before", SLACK_STORE_KV_SWAP, "1", "3", true, "2", 0},
    {"the order of versions does not count", SLACK_STORE_KV_SWAP, "2", "0", false, "0", 0},
    {"an older put", SLACK_STORE_KV_PUT, "", "", false, "0", 0},
    {"a newer put", SLACK_STORE_KV_PUT, "", "5", false, "5", 0},
    {"an entry that was put", SLACK_STORE_KV_SWAP, "5", "6", false, "6", 0},
    {"an addition", SLACK_STORE_KV_ADD, "", "7", true, "6", 0},
    {"delete another one", SLACK_STORE_KV_DELETE, "5", "", true, "6", 0},
    {"delete that one", SLACK_STORE_KV_DELETE, "6", "", false, NULL, 0},
    {"delete one that is gone", SLACK_STORE_KV_DELETE, "6", "", true, NULL, 0},
    {"delete none", SLACK_STORE_KV_DELETE, "", "", false, NULL, 0},
    {"one is expected, none is there", SLACK_STORE_KV_SWAP, "6", "7", true, NULL, 0},
    {"an entry without a version", SLACK_STORE_KV_ADD, "", "", false, "", 0},
    {"is there", SLACK_STORE_KV_SWAP, "", "1", true, "", 0},
    {"delete any", SLACK_STORE_KV_DELETE, "", "", false, NULL, 0},
    {"add", SLACK_STORE_KV_ADD, "", "1", false, "1", 0},
    {"an entry that was added", SLACK_STORE_KV_SWAP, "1", "2", false, "2", 1000},
    {"an expired entry is none to delete", SLACK_STORE_KV_DELETE, "2", "", true, NULL, 0},
    {"nor one to swap", SLACK_STORE_KV_SWAP, "2", "3", true, NULL, 0},
    {"but leaves its place", SLACK_STORE_KV_SWAP, "", "3", false, "3", 1000},
    {"delete an expired entry", SLACK_STORE_KV_DELETE, "", "", false, NULL, 0},
};

static void test_an_entry_is_swapped_by_its_version(void **state)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        const struct step *step = &steps[i];
        const slack_kv_entry_t entry = {.key = SLACK_SLICE("k"),
                                        .version = slack__slice(step->version),
                                        .value = slack__slice(step->version),
                                        .until_ms = rows_now() + 1000,
                                        .expected = slack__slice(step->expected)};
        if (kv_run(step->kind, &entry) != step->duplicate) fail_msg("%s", step->name);
        rows_expect_entry("k", step->now);
        rows_pass_ms(step->pass_ms);
    }
}

/* ---- owners ---- */

/* To every operation an entry is absent once its store is closed. */
static void test_an_owned_entry_ends_with_its_store(void **state)
{
    static const struct {
        enum slack_store_op_kind kind;
        const char *expected;
        bool duplicate;
    } ops[] = {
        {SLACK_STORE_KV_SWAP, "", false},   {SLACK_STORE_KV_SWAP, "5", true},
        {SLACK_STORE_KV_ADD, "", false},    {SLACK_STORE_KV_PUT, "", false},
        {SLACK_STORE_KV_DELETE, "5", true}, {SLACK_STORE_KV_DELETE, "", false},
        {SLACK_STORE_KV_GET, "", false},
    };
    for (size_t i = 0; rows.ops->durable && i < sizeof ops / sizeof *ops; i++) {
        slack_store_t *other = rows_open_other();
        assert_int_equal(rows_swap_in(other, true, "", "5"), 0);
        rows_expect_entry("k", "5");
        assert_int_equal(rows_swap_in(rows.store, true, "", "6"), 1);
        assert_int_equal(kv_add("k", "6", rows_now() + 1000), 1);
        rows_close_other(other);
        rows_task_t task;
        rows_prepare(&task, ops[i].kind, "k");
        task.op.row =
            slack__kv_to_row(&(slack_kv_entry_t){.key = SLACK_SLICE("k"),
                                                 .version = SLACK_SLICE("1"),
                                                 .expected = slack__slice(ops[i].expected),
                                                 .until_ms = SLACK_KV_FOREVER});
        rows_run_well(&task);
        assert_int_equal(task.op.duplicate, ops[i].duplicate);
        assert_int_equal(task.batch.count, 0);
        assert_int_equal(kv_write(SLACK_STORE_KV_DELETE, "k", "", "", 0), 0);
    }
}

static void test_owners_with_and_without_entries(void **state)
{
    for (unsigned i = 0; rows.ops->durable && i < 2; i++) {
        slack_store_t *other = rows_open_other();
        if (i == 1) assert_int_equal(rows_swap_in(other, true, "", "1"), 0);
        rows_task_t task;
        rows_prepare(&task, SLACK_STORE_STATS, "");
        rows_run_well(&task);
        assert_int_equal(task.batch.owners, 1);
        assert_int_equal(task.batch.bare_owners, i == 0);
        assert_true(*task.batch.about != '\0');
        rows_close_other(other);
    }
}

/* The last write decides whether an entry has an owner. */
static void test_an_entry_changes_its_owner(void **state)
{
    for (unsigned i = 0; rows.ops->durable && i < 4; i++) {
        slack_store_t *other = rows_open_other();
        assert_int_equal(rows_swap_in(other, i != 3, "", "1"), 0);
        if (i == 0) assert_int_equal(rows_swap_in(other, false, "1", "2"), 0);
        if (i == 1) assert_int_equal(kv_put("k", "2", "2", SLACK_KV_FOREVER), 0);
        if (i >= 2) assert_int_equal(rows_swap_in(rows.store, true, "1", "2"), 0);
        rows_close_other(other);
        rows_expect_entry("k", "2");
        assert_int_equal(kv_write(SLACK_STORE_KV_DELETE, "k", "", "", 0), 0);
    }
}

/* Read entries as seldom as a lease is renewed; "k" is there. */
static void look_for_ms(int64_t ms)
{
    for (int64_t step = SLACK_STORE_RENEW_MS; ms > 0; ms -= step) {
        rows_pass_ms((uint64_t)(ms < step ? ms : step));
        rows_task_t task;
        rows_prepare(&task, SLACK_STORE_RENEW, "");
        rows_run_well(&task);
        rows_prepare(&task, SLACK_STORE_KV_GET, "k");
        rows_run_well(&task);
        assert_int_equal(task.batch.count, 1);
        rows_free(&task);
    }
}

/* An owner that comes back does not find its entries. Each swap of an owned entry is a sign of
 * life, and a look at the rows of owners that are gone is one at entries. */
static void test_an_owned_entry_ends_with_its_lease(void **state)
{
    if (!rows.ops->durable) return;
    slack_store_t *silent = rows_open_other();
    assert_int_equal(rows_swap_in(silent, true, "", "1"), 0);
    rows_expect_entry("k", "1");
    look_for_ms(SLACK_STORE_LEASE_MS - 1);
    assert_int_equal(rows_swap_in(silent, true, "1", "2"), 0);
    for (unsigned i = 0; i < 2; i++) {
        rows_pass_ms(1000);
        rows_expect_entry("k", "2");
        look_for_ms(SLACK_STORE_LEASE_MS - 1000);
        rows_pass_ms(1000);
        if (i == 1) rows_expect_claim("");
        if (i == 0) rows_expect_entry("k", NULL);
        assert_int_equal(rows_swap_in(silent, true, "2", "3"), 1);
        assert_int_equal(rows_swap_in(silent, true, "", "2"), 0);
    }
    rows_close_other(silent);
}

/* Of two stores that expect the same version, one swaps it. */
static void test_two_stores_swap_one_version(void **state)
{
    if (!rows.ops->durable) return;
    slack_store_t *other = rows_open_other();
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(
            rows_swap_in(i % 2 ? other : rows.store, false, i < 2 ? "" : "1", i < 2 ? "1" : "2"),
            i % 2);
    rows_close_other(other);
}

static void test_an_entry_for_ever(void **state)
{
    assert_int_equal(kv_write(SLACK_STORE_KV_SWAP, "k", "1", "x", SLACK_KV_FOREVER), 0);
    for (unsigned century = 0; century < 3; century++) {
        rows_pass_ms((uint64_t)100 * 366 * 24 * 3600 * 1000);
        assert_int_equal(kv_write(SLACK_STORE_KV_SWAP, "l", "1", "x", rows_now() + 1), 0);
        rows_expect_entry("k", "x");
    }
    if (!rows.ops->durable) return;
    rows_close();
    rows_open_again();
    rows_expect_entry("k", "x");
}

/* ---- pages ---- */

/* Reads a page, "KEY=VALUE KEY=VALUE ". */
static const char *kv_page(slack_slice_t prefix, slack_slice_t after, unsigned limit, size_t bytes)
{
    static char text[128];
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_KV_LIST, "");
    task.op.row = slack__kv_page(prefix, after);
    task.batch.limit = limit;
    task.batch.bytes = bytes;
    rows_run_well(&task);
    *text = '\0';
    for (size_t i = 0; i < task.batch.count; i++) {
        const slack_kv_entry_t entry = slack__kv_from_row(&task.batch.rows[i]);
        const size_t len = strlen(text);
        rows_expect_text(entry.version, "1");
        snprintf(text + len, sizeof text - len, "%.*s=%.*s ", (int)entry.key.len, entry.key.ptr,
                 (int)entry.value.len, entry.value.ptr);
    }
    rows_free(&task);
    return text;
}

static void test_entries_are_listed_in_order(void **state)
{
    static const enum slack_store_op_kind kinds[] = {SLACK_STORE_KV_PUT, SLACK_STORE_KV_ADD,
                                                     SLACK_STORE_KV_SWAP};
    static const char *const keys[] = {"a/2", "b",   "a/\xff", "a/10", "a",   "a/1", "\xff\xff",
                                       "a0",  "A/1", "a/",     "a/3",  "a/4", "a/5", "\xff"};
    static const struct {
        const char *prefix, *after;
        unsigned limit;
        const char *page;
    } pages[] = {
        {"a/", "", 3, "a/=x a/1=x a/10=x "},
        {"a/", "a/", 2, "a/1=x a/10=x "},
        {"a/", "a/10", 9, "a/2=x a/3=x a/4=x a/\xff=x "},
        {"a/", "a/11", 1, "a/2=x "},
        {"a/", "A", 1, "a/=x "},
        {"a/", "a/\xff", 9, ""},
        {"a/", "b", 9, ""},
        {"a/1", "", 9, "a/1=x a/10=x "},
        {"\xff", "", 9, "\xff=x \xff\xff=x "},
        {"", "", 2, "A/1=x a=x "},
        {"", "a0", 9, "b=x \xff=x \xff\xff=x "},
        {"c", "", 9, ""},
        {"a/", "", 0, ""},
    };
    assert_string_equal(kv_page(SLACK_SLICE(""), SLACK_SLICE(""), 9, 0), "");
    rows_put("a/row", 0, false); /* rows and entries have separate keys */
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_int_equal(kv_write(kinds[i % 3], keys[i], "1", "x",
                                  rows_now() + (strcmp(keys[i], "a/5") ? 2000 : 1000)),
                         0);
    rows_pass_ms(1000); /* "a/5" expires */
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        assert_string_equal(
            kv_page(slack__slice(pages[i].prefix), slack__slice(pages[i].after), pages[i].limit, 0),
            pages[i].page);
}

/* A page with enough bytes ends early, and the next one goes on: nothing is left out. */
static void test_a_page_ends_at_its_bytes(void **state)
{
    char after[16] = "";
    unsigned pages = 0;
    kv_fill(SLACK_STORE_KV_SWAP, "k", 5, SLACK_KV_FOREVER);
    for (const char *page; *(page = kv_page(SLACK_SLICE("k"), slack__slice(after), 9, 1));
         pages++) {
        char expected[16];
        snprintf(expected, sizeof expected, "k%u=x ", pages);
        assert_string_equal(page, expected);
        snprintf(after, sizeof after, "k%u", pages);
    }
    assert_int_equal(pages, 5);
}

int store_suite_entries(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),
        ROWS_CASE(test_an_entry_is_added_once),
        ROWS_CASE(test_many_entries_expire),
        ROWS_CASE(test_an_entry_is_read_in_its_order),
        ROWS_CASE(test_entries_are_bounded),
        ROWS_CASE(test_an_entry_is_swapped_by_its_version),
        ROWS_CASE(test_an_owned_entry_ends_with_its_store),
        ROWS_CASE(test_an_entry_changes_its_owner),
        ROWS_CASE(test_owners_with_and_without_entries),
        ROWS_CASE(test_an_owned_entry_ends_with_its_lease),
        ROWS_CASE(test_two_stores_swap_one_version),
        ROWS_CASE(test_an_entry_for_ever),
        ROWS_CASE(test_entries_are_listed_in_order),
        ROWS_CASE(test_a_page_ends_at_its_bytes),
    };
    return cmocka_run_group_tests_name("entries", tests, NULL, NULL);
}
