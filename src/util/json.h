/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_JSON_H
#define SLACK_UTIL_JSON_H

#include <stdarg.h>

#include <slack/json.h>

#include "util/arena.h"
#include "util/buf.h"

/* A slack_json_t is a yyjson_val whose memory is an arena. json.c alone knows. */

/* Parse strict JSON text (UTF-8, any value at the top, depth bounded by SLACK_JSON_DEPTH_MAX). The
 * text is copied into the arena. 0, SLACK_EJSON (with *ret_offset, optional, at the byte at fault),
 * SLACK_ETOOBIG (too deep), SLACK_ENOMEM. */
int slack__json_parse(slack_arena_t *arena, const char *text, size_t len, const slack_json_t **ret,
                      size_t *ret_offset);

/* The same without the copy: `text` lies in the arena, is changed in place, must stay, and has
 * SLACK_JSON_PADDING writable bytes behind it. */
int slack__json_parse_insitu(slack_arena_t *arena, char *text, size_t len, const slack_json_t **ret,
                             size_t *ret_offset);
#define SLACK_JSON_PADDING 8

/* Write compact JSON to the end of `buf`. NULL is written as null. Never fails on the value itself:
 * 0, SLACK_ETOOBIG (the buffer's maximum), SLACK_ENOMEM. */
int slack__json_write(slack_buf_t *buf, const slack_json_t *value);
/* The same into the arena, NUL-terminated. NULL: SLACK_ENOMEM. */
char *slack__json_text(slack_arena_t *arena, const slack_json_t *value, size_t *ret_len);

#define SLACK_JSON_ESCAPE_MAX 6

/* Write a string with its quotes, escaped; bytes that are not UTF-8 become U+FFFD. */
int slack__json_write_string(slack_buf_t *buf, const char *s, size_t len);

/* The same without the quotes. */
int slack__json_write_escaped(slack_buf_t *buf, const char *s, size_t len);
/* The JSON string form of the character that `s` (len > 0) starts with. Returns its length, and the
 * number of bytes that it stands for. */
size_t slack__json_escape(const char *s, size_t len, size_t *ret_taken,
                          char out[SLACK_JSON_ESCAPE_MAX]);

/* How deep arrays and objects are nested in a value: 0 for a scalar, 1 for [] or [1], at most
 * SLACK_JSON_DEPTH_MAX + 1. */
size_t slack__json_depth(const slack_json_t *value);
/* The length of the number, in range of a double, that a NUL-terminated `s` starts with; 0 when
 * there is none. */
size_t slack__json_number_len(const char *s);

/* An object of strings out of `count` pairs, names and values alternating. The bytes stay where
 * they are: they lie in the arena, are UTF-8 and NUL-terminated. 0, SLACK_ENOMEM. */
int slack__json_object(slack_arena_t *arena, const slack_slice_t *pairs, size_t count,
                       const slack_json_t **ret);

/* An array of copies of `count` values; NULL items become null. 0, SLACK_ETOOBIG, SLACK_ENOMEM. */
int slack__json_array(slack_arena_t *arena, const slack_json_t *const *items, size_t count,
                      const slack_json_t **ret);

/* Where a template went wrong. */
typedef struct slack_json_error {
    int code;         /* SLACK_ETEMPLATE, SLACK_ETOOBIG, SLACK_ENOMEM */
    size_t offset;    /* byte of the template */
    const char *what; /* constant text: "a value is missing after ':'" */
} slack_json_error_t;

/* slack_jsonf() into an arena. 0 or error->code. The caller's va_list is used up. `error` is
 * optional. */
int slack__jsonf(slack_arena_t *arena, const slack_json_t **ret, slack_json_error_t *error,
                 const char *template_, ...) SLACK_PRINTF(4, 5);
int slack__vjsonf(slack_arena_t *arena, const slack_json_t **ret, slack_json_error_t *error,
                  const char *template_, va_list ap) SLACK_PRINTF(4, 0);

/* The member of an object by its exact name, without the pointer syntax; NULL when not there. */
const slack_json_t *slack__json_member(const slack_json_t *object, slack_slice_t name);
/* The value's own string; NULL when it is none. */
const char *slack__json_string(const slack_json_t *value, size_t *ret_len);
/* The name of the member that an iterator stands on, which may hold U+0000. */
slack_slice_t slack__json_key(const slack_json_iter_t *member);
/* Deep equality, members in any order. */
bool slack__json_equal(const slack_json_t *a, const slack_json_t *b);
/* A copy of `object` in which members of `defaults` are added where it has none of that name. NULL
 * stands for an object without members. 0, SLACK_EINVAL when one of them is no object,
 * SLACK_ETOOBIG, SLACK_ENOMEM. */
int slack__json_with_defaults(slack_arena_t *arena, const slack_json_t *object,
                              const slack_json_t *defaults, const slack_json_t **ret);

#endif
