/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_LIBRARY_FAULTS_H
#define SLACK_UTIL_LIBRARY_FAULTS_H

/* A row of library_faults.def. */
typedef struct slack_library_fault {
    const char *name, *first, *last, *id, *effect, *cure;
} slack_library_fault_t;

/* The first fault after `after` (NULL: the first of all) that this version of a library has; NULL:
 * there is no other. `version` is the library's at run time: "3.6.6". Distributions correct faults
 * without a new version, so that a fault found here may be gone. */
const slack_library_fault_t *slack__library_fault_next(const slack_library_fault_t *after,
                                                       const char *library, const char *version);

#endif
