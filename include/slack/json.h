/* SPDX-License-Identifier: MIT */
#ifndef SLACK_JSON_H
#define SLACK_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file json.h  JSON: reading by pointer, writing by template.
 *
 * A `const slack_json_t *` is an immutable JSON value. Values are never freed one by one. The body
 * of a delivery and the results of slack_jsonf() live until the delivery ends; the body of a
 * response lives until its callback returns.
 *
 * Reading cannot fail. Every reader accepts NULL. If a path does not exist, or leads to a value of
 * another type, the reader returns the fallback that its description names. A path is a JSON
 * pointer (RFC 6901): "/event/user", "/actions/0/action_id". In a key, '/' is written ~1 and '~' is
 * written ~0. The path "" is the value itself.
 *
 * Readers may be called on any thread while the value lives. slack_jsonf() and slack_json_array()
 * may also be called on a worker that runs the ctx's handler.
 */

/** A JSON value. */
typedef struct slack_json slack_json_t;
/** A delivery as its handlers see it; see context.h. */
typedef struct slack_ctx slack_ctx_t;

/** The type of a value. */
enum slack_json_type {
    SLACK_JSON_NONE = 0, /* there is no value */
    SLACK_JSON_NULL,     /* null */
    SLACK_JSON_BOOL,     /* true or false */
    SLACK_JSON_NUMBER,   /* an integer or a real number */
    SLACK_JSON_STRING,   /* a string */
    SLACK_JSON_ARRAY,    /* an array */
    SLACK_JSON_OBJECT    /* an object */
};

/** Find a value.
 * @return the value at `path`, borrowed; NULL if there is none. */
SLACK_API const slack_json_t *slack_json_get(const slack_json_t *value, const char *path);

/** Read the type of the value itself.
 * @return the type; SLACK_JSON_NONE for NULL. */
SLACK_API enum slack_json_type slack_json_type(const slack_json_t *value);

/** Read a string. If the string contains U+0000, strlen() reports less than its length: use
 * slack_json_strn() for such strings.
 * @return the string at `path`, NUL-terminated, borrowed; "" if there is none. */
SLACK_API const char *slack_json_str(const slack_json_t *value, const char *path);

/** Read a string and its length.
 * @param ret_len Optional. Set to the length in bytes, 0 if there is no string.
 * @return the string at `path`, NUL-terminated, borrowed; NULL if there is none. */
SLACK_API const char *slack_json_strn(const slack_json_t *value, const char *path, size_t *ret_len);

/** Read an integer.
 * @return the integer at `path`; 0 if there is none, or if the number is not an integer in range.
 */
SLACK_API int64_t slack_json_int(const slack_json_t *value, const char *path);

/** Read a number. Slack's `ts` values are strings, and a double cannot hold them: read them with
 * slack_json_str().
 * @return the number at `path`; 0.0 if there is none. */
SLACK_API double slack_json_num(const slack_json_t *value, const char *path);

/** Read a boolean.
 * @return true if the value at `path` is the JSON value true; false for anything else. */
SLACK_API bool slack_json_bool(const slack_json_t *value, const char *path);

/** Count the elements of an array or the members of an object.
 * @return the count of the value at `path`; 0 for any other value. */
SLACK_API size_t slack_json_count(const slack_json_t *value, const char *path);

/** A position in an array or an object. Initialise it with zeros and pass it to
 * slack_json_next(). */
typedef struct slack_json_iter {
    const char *key;           /* the name of the member; NULL in an array */
    const slack_json_t *value; /* the element or the member's value */
    size_t index;              /* 1 for the first element */
    void *priv;                /* used by the library */
} slack_json_iter_t;

/**
 * Advance to the next element of an array, or the next member of an object.
 *
 *     slack_json_iter_t it = {0};
 *     while (slack_json_next(slack_json_get(body, "/actions"), &it))
 *         use(it.value);
 *
 * @return true if `iter` is at an element; false at the end, or if `container` is neither an array
 *         nor an object.
 */
SLACK_API bool slack_json_next(const slack_json_t *container, slack_json_iter_t *iter);

/**
 * Build a JSON value from a template. It lives until the delivery ends.
 *
 *     slack_jsonf(ctx, "{text: %s, thread_ts: %s, blocks: %p, n: %d}", text, ts, blocks, n)
 *
 * A template is relaxed JSON: strings may have single quotes, keys need no quotes, comments of both
 * kinds and trailing commas are allowed. Strict JSON is a subset, so blocks from Block Kit Builder
 * can be pasted as they are. The compiler checks the conversions:
 *
 *     %s           as a value: a string, escaped; NULL gives null.
 *                  inside quotes: its characters, escaped; NULL gives nothing.
 *                  as a key: the key, escaped; NULL is an error.
 *     %.*s         the same; the length in bytes precedes it as an int
 *     %d %i %u %ld %lu %lld %llu %zu %zd %jd %ju   integers, as values or inside quotes
 *     %f %g        doubles, as values or inside quotes; NaN and infinities are errors as values
 *     %c           inside quotes: one ASCII character
 *     %p           as a value: a `const slack_json_t *`; NULL gives null
 *     %%           inside quotes: a per cent sign
 *
 * Flags, widths and precisions are errors, except `.*` with %s and `.N` with %f and %g. Bytes that
 * are not UTF-8 become U+FFFD. Values nest up to SLACK_JSON_DEPTH_MAX levels.
 *
 * The result may be passed on without a check: a function that receives NULL returns the error that
 * caused it (SLACK_ETEMPLATE, SLACK_ETOOBIG or SLACK_ENOMEM). The log names the offset in the
 * template.
 *
 * @param template_ borrowed until the return.
 * @return the value; NULL on failure.
 */
SLACK_API const slack_json_t *slack_jsonf(slack_ctx_t *ctx, const char *template_, ...)
    SLACK_PRINTF(2, 3);

#ifdef __GNUC__ /* without __extension__, -Wpedantic asks for a cast to void * at every %p */
#define slack_jsonf(...) (__extension__ slack_jsonf(__VA_ARGS__))
#endif

/**
 * Build an array from values. It lives until the delivery ends.
 *
 * @param items the values, borrowed until the return. If one of them is NULL, the result is NULL.
 * @param count the number of values.
 * @return the array; NULL on failure, as for slack_jsonf().
 */
SLACK_API const slack_json_t *slack_json_array(slack_ctx_t *ctx, const slack_json_t *const *items,
                                               size_t count);

/** The deepest nesting that the library reads or writes. */
#define SLACK_JSON_DEPTH_MAX 128

#ifdef __cplusplus
}
#endif
#endif
