/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_JSON_H
#define SLACK_TESTS_SUPPORT_JSON_H

#include "support/test.h"
#include "util/json.h"

/* A case with an arena, which is freed after it. The case fails if it leaves memory allocated. */
#define ARENA_TEST(function) TEST_CASE(function, arena_open, arena_close, NULL)

extern slack_arena_t *arena;
int arena_open(void **state);
int arena_close(void **state);

/* Parses JSON into the arena of the case. The second function parses the text as it is. */
const slack_json_t *json_of(const char *text);
const slack_json_t *json_exact(const char *text);
/* `count` times the unit, in the arena of the case. */
const char *repeated(const char *unit, size_t count);

#endif
