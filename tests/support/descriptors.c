/* SPDX-License-Identifier: MIT */
#include "support/descriptors.h"
#include "support/test.h"

#include <sys/resource.h>
#include <unistd.h>

static struct rlimit before;

void descriptors_exhaust(void)
{
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int next = dup(0);
    assert_true(next >= 0);
    close(next);
    const struct rlimit limit = {.rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

void descriptors_restore(void)
{
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

void descriptors_need_kernel(void)
{
    const char *preload = getenv("LD_PRELOAD");
    if (preload && strstr(preload, "vgpreload")) skip();
}
