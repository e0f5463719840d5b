/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SHARED_STORE_H
#define SLACK_TESTS_SUPPORT_SHARED_STORE_H

#include "support/test.h"

/* An empty store that processes share, for cases that run on each engine. */

extern const char *shared_store; /* its SLACK_STORE; NULL: there is no PostgreSQL */

/* A setup. The initial state is NULL for SQLite. */
int shared_store_begin(void **state);
extern char shared_store_postgres[];

/* Two cases, function_sqlite and function_postgres. Their setup begins with shared_store_begin().
 */
#define SHARED_STORE_TEST(function, setup, teardown)                                               \
    static void function(void **state);                                                            \
    static void function##_there(void **state)                                                     \
    {                                                                                              \
        if (shared_store == NULL) skip();                                                          \
        function(state);                                                                           \
    }                                                                                              \
    TEST_ADD(function##_sqlite, #function "_sqlite", function, setup, teardown, NULL)              \
    TEST_ADD(function##_postgres, #function "_postgres", function##_there, setup, teardown,        \
             shared_store_postgres)                                                                \
    static void function(void **state)

#endif
