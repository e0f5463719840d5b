/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/descriptors.h"
#include "support/test.h"

static struct rlimit before;

static int keep_limit(void **state)
{
    return getrlimit(RLIMIT_NOFILE, &before);
}

static int restore_limit(void **state)
{
    return setrlimit(RLIMIT_NOFILE, &before);
}

#define LIMIT_TEST(function) TEST_CASE(function, keep_limit, restore_limit, NULL)

static void set_soft(rlim_t soft)
{
    const struct rlimit limit = {.rlim_cur = soft, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

LIMIT_TEST(calls_and_the_store_keep_a_reserve)
{
    static const struct {
        rlim_t soft;
        unsigned wanted, connections;
    } cases[] = {
        {1024, 1024, 768}, {1024, 700, 700}, {512, 1024, 256}, {256, 1024, 128},
        {64, 1024, 32},    {32, 2, 2},       {256, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].soft > before.rlim_max) continue;
        set_soft(cases[i].soft);
        assert_int_equal(slack__descriptors_for_connections(cases[i].wanted), cases[i].connections);
    }
}

LIMIT_TEST(the_soft_limit_is_raised_as_far_as_it_helps)
{
    const rlim_t most = before.rlim_max < 65536 + 256 ? before.rlim_max : 65536 + 256;
    struct rlimit now;
    set_soft(256);
    slack__descriptors_raise();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
    assert_int_equal(now.rlim_cur, most);
    assert_int_equal(now.rlim_max, before.rlim_max);
    slack__descriptors_raise();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
    assert_int_equal(now.rlim_cur, most);
}

/* In a process of its own, since a lowered hard limit cannot be raised again. */
LIMIT_TEST(the_hard_limit_holds)
{
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {.rlim_cur = 100, .rlim_max = 300};
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) _exit(1);
        slack__descriptors_raise();
        if (getrlimit(RLIMIT_NOFILE, &limit) != 0) _exit(2);
        _exit(limit.rlim_cur == 300 && slack__descriptors_for_connections(1024) == 150 ? 0 : 3);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}
