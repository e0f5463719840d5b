/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_LIBRARY_FAULTS_H
#define SLACK_UTIL_LIBRARY_FAULTS_H

/* The apps that a fault concerns. */
enum slack_library_use {
    SLACK_USE_ALWAYS,
    SLACK_USE_CLIENT_CERTIFICATES, /* it checks the certificates of its clients */
    SLACK_USE_SOCKET_MODE,
    SLACK_USE_SHARED_FILE, /* several processes share an SQLite store */
    SLACK_USE_POSTGRES     /* the store is in PostgreSQL */
};

/* A row of library_faults.def. */
typedef struct slack_library_fault {
    const char *name, *first, *last, *id;
    enum slack_library_use when;
    const char *effect, *cure, *source;
} slack_library_fault_t;

/* The first fault after `after` (NULL: the first of all) that this version of a library has; NULL:
 * there is no other. `version` is the library's at run time: "3.6.6". Distributions correct faults
 * without a new version, so that a fault found here may be gone. */
const slack_library_fault_t *slack__library_fault_next(const slack_library_fault_t *after,
                                                       const char *library, const char *version);

/* Compare versions, as strcmp() does: "3.10" is more than "3.9". What follows the numbers does not
 * count. */
int slack__version_compare(const char *a, const char *b);

#endif
