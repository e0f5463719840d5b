/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_JSON_MAKE_H
#define SLACK_UTIL_JSON_MAKE_H

#include "util/json.h"

/*
 * The functions of slack/json.h that make values, with an arena in place of a ctx or a pool. Each
 * returns a value, or a failed value whose sentence names `caller`. If the arena is NULL, they all
 * fail.
 */

const slack_json_t *slack__make_jsonf(slack_arena_t *arena, const char *caller,
                                      const char *template_, va_list ap) SLACK_PRINTF(3, 0);
const slack_json_t *slack__make_file(slack_arena_t *arena, const char *caller, const char *path,
                                     const slack_json_t *args);
const slack_json_t *slack__make_parse(slack_arena_t *arena, const char *caller, const char *text,
                                      size_t len);
const slack_json_t *slack__make_array(slack_arena_t *arena, const char *caller,
                                      const slack_json_t *const *items, size_t count);
void slack__make_add(slack_arena_t *arena, const char *caller, slack_json_list_t *list,
                     const slack_json_t *value);
/* NULL for a failed value, and if memory is out. */
const char *slack__make_text(slack_arena_t *arena, const slack_json_t *value);

#endif
