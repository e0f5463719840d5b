/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <sys/stat.h>

#define TESTS_MAX 256

char test_over_http[] = "http", test_over_socket[] = "socket";

static struct CMUnitTest tests[TESTS_MAX];
static size_t count;

void test_add(const struct CMUnitTest *test)
{
    if (count == TESTS_MAX) abort();
    tests[count++] = *test;
}

char *quoted(char *json)
{
    assert_non_null(json);
    for (char *at = json; (at = strchr(at, '\'')); at++)
        *at = '"';
    return json;
}

int test_run_all(CMFixtureFunction setup, CMFixtureFunction teardown)
{
    umask(077); /* the library refuses secrets that every user may read */
    return _cmocka_run_group_tests("tests", tests, count, setup, teardown);
}
