/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_CLEAN_ENV_H
#define SLACK_TESTS_SUPPORT_CLEAN_ENV_H

/* Setup and teardown of a case that runs in an empty folder of its own, with no variable of an
 * option set. The case may create files in the folder. */
int clean_env_enter(void **state);
int clean_env_leave(void **state);

const char *clean_env_dir(void);

#endif
