/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_ORPHAN_H
#define SLACK_TESTS_SUPPORT_ORPHAN_H

#ifdef __linux__
#include <signal.h>
#include <sys/prctl.h>
#endif

/* For a process that a test has started: it is killed where the test ends without doing so, when it
 * runs into its time limit, say. */
static inline void end_with_the_parent(void)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

#endif
