/* SPDX-License-Identifier: MIT */
#include <slack/error.h>
#include <slack/options.h>

#include "store/store.h"
#include "support/store_suite.h"
#include "support/test.h"
#include "support/world.h"

static void test_open_by_scheme(void **state)
{
    world_t world;
    slack_store_t *store;
    bool closed = false;
    assert_true(world_open(&world));
    assert_int_equal(slack__store_open(&store, world.net, "memory:", NULL), 0);
    assert_ptr_equal(store->ops, &slack__store_memory);
    store->ops->close(store, world_set_flag, &closed);
    world_until(&world, closed);
    world_close(&world);
}

#define STORES "\"sqlite:PATH\", \"postgres://HOST/DATABASE\" or \"memory:\""

static void test_names_that_open_nothing(void **state)
{
    static const struct {
        const char *url, *error;
    } bad[] = {
        {NULL, "a store is " STORES},
        {"", "a store is " STORES},
        {"bot.db", "a store is " STORES},
        {"Memory:", "there is no store \"Memory:\"; a store is " STORES},
        {"mysql://u:secret@h/", "there is no store \"mysql:\"; a store is " STORES},
        {"sqlite::memory:",
         "sqlite::memory: would lose what was acknowledged when the process ends; "
         "\"memory:\" is the store that does so"},
        {"sqlite:", "a path has to follow \"sqlite:\""},
        {"memory:x", "nothing may follow \"memory:\""},
    };
    world_t world;
    slack_store_t *store = NULL;
    assert_true(world_open(&world));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char error[SLACK_ERROR_TEXT_MAX] = "";
        assert_int_equal(slack__store_open(&store, world.net, bad[i].url, error), SLACK_ECONFIG);
        assert_string_equal(error, bad[i].error);
        assert_int_equal(slack__store_open(&store, world.net, bad[i].url, NULL), SLACK_ECONFIG);
    }
    assert_null(store);
    world_close(&world);
}

/* Each cause has a line of its own. */
static void test_lines_of_causes(void **state)
{
    for (unsigned a = 0; a <= SLACK_CAUSE_MEMORY; a++)
        for (unsigned b = 0; b <= a; b++) {
            const char *line = slack__store_cause_line((slack_store_cause_t)a);
            assert_int_equal(strncmp(line, "the store fails", 15), 0);
            assert_int_equal(strcmp(line, slack__store_cause_line((slack_store_cause_t)b)) == 0,
                             a == b);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_by_scheme),
        cmocka_unit_test(test_names_that_open_nothing),
        cmocka_unit_test(test_lines_of_causes),
    };
    int failed = store_suite(&slack__store_memory, "", NULL);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
