/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_TEST_H
#define SLACK_TESTS_TEST_H

/* What every test needs: cmocka, and the headers that it asks for before its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
