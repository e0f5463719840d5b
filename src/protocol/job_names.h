/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_JOB_NAMES_H
#define SLACK_PROTOCOL_JOB_NAMES_H

#include <stdbool.h>
#include <string.h>

/* The names of jobs that the library stores for itself begin with this. The program cannot store or
 * take such jobs by their names. */
#define SLACK_JOB_RESERVED "slack."
#define SLACK_JOB_RESERVED_WHY                                                                     \
    "the names of the library's jobs begin with \"" SLACK_JOB_RESERVED "\": choose another name"
#define SLACK_JOB_INSTALLED   SLACK_JOB_RESERVED "installed"   /* slack_on_installed() */
#define SLACK_JOB_UNINSTALLED SLACK_JOB_RESERVED "uninstalled" /* slack_on_uninstalled() */

/* NULL is allowed. */
static inline bool slack__job_is_reserved(const char *name)
{
    return name && strncmp(name, SLACK_JOB_RESERVED, sizeof SLACK_JOB_RESERVED - 1) == 0;
}

/* Its handlers have no token: the app is not installed any more. NULL is allowed. */
static inline bool slack__job_is_uninstalled(const char *name)
{
    return name && strcmp(name, SLACK_JOB_UNINSTALLED) == 0;
}

#endif
