/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_NPM_H
#define SLACK_TESTS_SUPPORT_NPM_H

/*
 * Packages of npm, as real peers. A package is installed once, into the build folder.
 */

/* The folder whose node_modules holds the package, absolute. NULL where there is no node, no npm or
 * no registry: skip the test. */
const char *npm_folder(const char *package);

/* The absolute path of a file in tests/support. */
const char *npm_script(const char *name);

#endif
