/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_NPM_H
#define SLACK_TESTS_SUPPORT_NPM_H

/*
 * Packages of npm that stand in for Slack and for its clients. tests/npm/install.sh installs them.
 */

/* The absolute path of the folder whose node_modules has the packages. NULL if they could not be
 * installed: skip the test. */
const char *npm_folder(void);

/* The absolute path of a file in tests/support. */
const char *npm_script(const char *name);

#endif
