/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_CLEAN_ENV_H
#define SLACK_TESTS_SUPPORT_CLEAN_ENV_H

/* A directory of its own for each case, in which it runs, with no variable of an option set. The
 * case may create files in it. Setup and teardown of cmocka. */
int clean_env_enter(void **state);
int clean_env_leave(void **state);

const char *clean_env_dir(void);

#endif
