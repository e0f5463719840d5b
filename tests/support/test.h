/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_TEST_H
#define SLACK_TESTS_TEST_H

/* The headers of every test: cmocka, the headers that it requires, and the words that define a
 * case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 *     TEST(name)
 *     {
 *         assert_int_equal(1 + 1, 2);
 *     }
 *
 * defines a case and adds it to the program, which runs its cases in the order of the file. The
 * header of a fixture has more such words, one for each set-up; TEST_CASE() makes them. Inside a
 * case, *state is the initial state or what the set-up has put there.
 *
 * The library of the tests has the main(): it counts the library's allocations (support/heap.h) and
 * runs the cases. A program that prepares more has a main() that ends with test_run_all().
 */
#define TEST(function) TEST_CASE(function, NULL, NULL, NULL)

#define TEST_CASE(function, setup, teardown, initial_state)                                        \
    static void function(void **state);                                                            \
    TEST_ADD(function, #function, function, setup, teardown, initial_state)                        \
    static void function(void **state)

/* A case between two statements, which may be in the words of a file:
 *     #define LIST_TEST(function) TEST_AROUND(function, list_open(&list), list_close(&list)) */
#define TEST_AROUND(function, before, after)                                                       \
    static int function##_before(void **state)                                                     \
    {                                                                                              \
        before;                                                                                    \
        return 0;                                                                                  \
    }                                                                                              \
    static int function##_after(void **state)                                                      \
    {                                                                                              \
        after;                                                                                     \
        return 0;                                                                                  \
    }                                                                                              \
    TEST_CASE(function, function##_before, function##_after, NULL)

/* Two cases, function_http and function_socket. *state is the name of the transport. */
#define TEST_BOTH_WIRES(function, setup, teardown)                                                 \
    static void function(void **state);                                                            \
    TEST_ADD(function##_http, #function "_http", function, setup, teardown, test_over_http)        \
    TEST_ADD(function##_socket, #function "_socket", function, setup, teardown, test_over_socket)  \
    static void function(void **state)
extern char test_over_http[], test_over_socket[];

/* A case for each row of a table, whose first member `name` is its name. *state is the row. A case
 * that opens something closes it in the teardown, which also runs after a failed check. */
#define TEST_EACH(function, rows) TEST_EACH_CASE(function, rows, NULL, NULL)

#define TEST_EACH_CASE(function, rows, setup, teardown)                                            \
    static void function(void **state);                                                            \
    __attribute__((constructor)) static void function##_add(void)                                  \
    {                                                                                              \
        for (size_t i = 0; i < sizeof(rows) / sizeof *(rows); i++)                                 \
            test_add(&(const struct CMUnitTest){(rows)[i].name, function, setup, teardown,         \
                                                &(rows)[i]});                                      \
    }                                                                                              \
    static void function(void **state)

/* Adds a case: an identifier, then the members of struct CMUnitTest. */
#define TEST_ADD(id, ...)                                                                          \
    __attribute__((constructor)) static void id##_add(void)                                        \
    {                                                                                              \
        test_add(&(const struct CMUnitTest){__VA_ARGS__});                                         \
    }

/* Copies a case to the end of the list. */
void test_add(const struct CMUnitTest *test);

/* In tests, JSON is written with ' for " and an apostrophe as \u0027. The functions of the
 * fixtures that take JSON replace the quotes by this function, which returns its argument; those
 * that send text as it is say so. */
char *quoted(char *json);

/* Runs all cases and returns the status of the program. `setup` runs before the first one and
 * `teardown` after the last one; both may be NULL. */
int test_run_all(CMFixtureFunction setup, CMFixtureFunction teardown);

#endif
