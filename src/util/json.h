/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_JSON_H
#define SLACK_UTIL_JSON_H

#include <stdarg.h>

#include <slack/json.h>

#include "util/arena.h"
#include "util/buf.h"

/* A slack_json_t is a yyjson_val in an arena. Only json.c and json_write.c know that. */

/* Parse strict JSON text: UTF-8, any value at the top, at most SLACK_JSON_DEPTH_MAX deep. An escape
 * of half a surrogate pair is read as U+FFFD. The text is copied into the arena. 0; SLACK_EJSON,
 * and *ret_offset (optional) is the faulty byte; SLACK_ETOOBIG (too deep); SLACK_ENOMEM. */
int slack__json_parse(slack_arena_t *arena, const char *text, size_t len, const slack_json_t **ret,
                      size_t *ret_offset);

/* The same without a copy: `text` lies in the arena, is changed in place, and has
 * SLACK_JSON_PADDING writable bytes behind it. */
int slack__json_parse_insitu(slack_arena_t *arena, char *text, size_t len, const slack_json_t **ret,
                             size_t *ret_offset);
#define SLACK_JSON_PADDING 8

/* Append compact JSON to `buf`; NULL is written as null. 0; SLACK_ETOOBIG (the buffer's maximum);
 * SLACK_ENOMEM. */
int slack__json_write(slack_buf_t *buf, const slack_json_t *value);
/* The same into the arena, NUL-terminated. NULL: SLACK_ENOMEM. */
char *slack__json_text(slack_arena_t *arena, const slack_json_t *value, size_t *ret_len);

#define SLACK_JSON_ESCAPE_MAX 6

/* Write a string with its quotes, escaped; bytes that are not UTF-8 become U+FFFD. */
int slack__json_write_string(slack_buf_t *buf, const char *s, size_t len);

/* The same without the quotes. */
int slack__json_write_escaped(slack_buf_t *buf, const char *s, size_t len);
/* Escape the first character of `s` (len > 0). Returns the length of the escape; *ret_taken is the
 * length of the character. */
size_t slack__json_escape(const char *s, size_t len, size_t *ret_taken,
                          char out[SLACK_JSON_ESCAPE_MAX]);

/* The depth of nested arrays and objects: 0 for a scalar, 1 for [] or [1]; at most
 * SLACK_JSON_DEPTH_MAX + 1. */
size_t slack__json_depth(const slack_json_t *value);
/* The length of the number at the start of a NUL-terminated `s`, if a double can hold it; otherwise
 * 0.
 */
size_t slack__json_number_len(const char *s);

/* Make an object of strings from `count` pairs, names and values alternating. The bytes are not
 * copied: they lie in the arena, are UTF-8 and NUL-terminated. 0; SLACK_ENOMEM. */
int slack__json_object(slack_arena_t *arena, const slack_slice_t *pairs, size_t count,
                       const slack_json_t **ret);

/* Make an array of copies of `count` values; NULL becomes null. 0; SLACK_ETOOBIG; SLACK_ENOMEM. */
int slack__json_array(slack_arena_t *arena, const slack_json_t *const *items, size_t count,
                      const slack_json_t **ret);

/* Where a template is wrong. */
typedef struct slack_json_error {
    int code;                  /* SLACK_ETEMPLATE, SLACK_ETOOBIG, SLACK_ENOMEM */
    size_t offset;             /* byte of the template */
    const char *what;          /* constant text: "a value is missing after ':'" */
    const slack_json_t *cause; /* the failed argument; NULL: the template is wrong */
} slack_json_error_t;

/* slack_jsonf() into an arena. 0 or error->code. The va_list is indeterminate afterwards. `error`
 * is optional. */
int slack__jsonf(slack_arena_t *arena, const slack_json_t **ret, slack_json_error_t *error,
                 const char *template_, ...) SLACK_PRINTF(4, 5);
int slack__vjsonf(slack_arena_t *arena, const slack_json_t **ret, slack_json_error_t *error,
                  const char *template_, va_list ap) SLACK_PRINTF(4, 0);

/* The same for a template from a file, in which %{name} is a member of `args`. `text` is
 * NUL-terminated. */
int slack__json_fill(slack_arena_t *arena, const slack_json_t **ret, slack_json_error_t *error,
                     slack_slice_t text, const slack_json_t *args);

/*
 * A failed value stands in the place of a value that could not be made. It has a code and a
 * sentence, no type and no content. A function that takes it fails with its code.
 */

/* Never NULL: slack__json_no_memory if memory is out. */
const slack_json_t *slack__json_failed(slack_arena_t *arena, int code, const char *format, ...)
    SLACK_PRINTF(3, 4);
/* A failed value with the code and the sentence of another one, whose arena may end first. */
const slack_json_t *slack__json_failed_again(slack_arena_t *arena, const slack_json_t *cause);
/* Whether to log the failure: once for each failed value, however often it is passed on. */
bool slack__json_to_be_logged(const slack_json_t *value);
/* The failed values for a caller without an arena: memory is out, or the ctx or the pool is NULL.
 */
extern const slack_json_t *const slack__json_no_memory;
extern const slack_json_t *const slack__json_no_owner;
/* 0 for a value; SLACK_EINVAL for NULL; the code of a failed value. */
int slack__json_required(const slack_json_t *value);
/* Whether an argument of %p is a value. It may point to anything, such as a short text: the
 * function stops at the first byte that no value has, so it reads nothing behind the text. */
bool slack__json_is_value(const void *pointer);

/* The member of an object by its exact name, not by a JSON pointer; NULL: there is none. */
const slack_json_t *slack__json_member(const slack_json_t *object, slack_slice_t name);
/* The string; NULL if the value is not a string. */
const char *slack__json_string(const slack_json_t *value, size_t *ret_len);
/* The name of the iterator's current member, which may contain U+0000. */
slack_slice_t slack__json_key(const slack_json_iter_t *member);
/* Deep equality, members in any order. */
bool slack__json_equal(const slack_json_t *a, const slack_json_t *b);
/* A copy of `object` with those members of `defaults` whose names it does not have. NULL means an
 * empty object. 0; SLACK_EINVAL if one of them is not an object; SLACK_ETOOBIG; SLACK_ENOMEM. */
int slack__json_with_defaults(slack_arena_t *arena, const slack_json_t *object,
                              const slack_json_t *defaults, const slack_json_t **ret);

#endif
