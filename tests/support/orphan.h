/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_ORPHAN_H
#define SLACK_TESTS_SUPPORT_ORPHAN_H

#ifdef __linux__
#include <signal.h>
#include <sys/prctl.h>
#endif

/* Called in a child process: the kernel kills it if the test dies first, at its time limit for
 * example. */
static inline void end_with_the_parent(void)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

#endif
