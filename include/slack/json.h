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
 * @file json.h  JSON, read by pointer and written by template.
 *
 * A `const slack_json_t *` is an immutable JSON value that lives in somebody's arena: a delivery's
 * body and all that slack_jsonf() makes live until the delivery ends, a response's body until its
 * callback returns. Values are never freed one by one.
 *
 * Reading never fails: every reader takes NULL, and a path that leads nowhere or to a value of
 * another type yields the fallback that the function names. Paths are JSON pointers (RFC 6901):
 * "/event/user", "/actions/0/action_id", with ~1 for '/' and ~0 for '~' in a key; "" is the value
 * itself.
 */

/** A value; see above. */
typedef struct slack_json slack_json_t;
/** A delivery, as its handlers see it; see context.h. */
typedef struct slack_ctx slack_ctx_t;

/** What a value is. */
enum slack_json_type {
    SLACK_JSON_NONE = 0, /* no value there */
    SLACK_JSON_NULL,     /* null */
    SLACK_JSON_BOOL,     /* true or false */
    SLACK_JSON_NUMBER,   /* a number */
    SLACK_JSON_STRING,   /* a text */
    SLACK_JSON_ARRAY,    /* values in order */
    SLACK_JSON_OBJECT    /* values by name */
};

/** The value at `path`, or NULL. Borrowed. */
SLACK_API const slack_json_t *slack_json_get(const slack_json_t *value, const char *path);

/** The type of the value itself; SLACK_JSON_NONE for NULL. */
SLACK_API enum slack_json_type slack_json_type(const slack_json_t *value);

/** The string at `path`, NUL-terminated; "" where there is none. Borrowed. A string that contains
 * U+0000 is longer than strlen() tells: see slack_json_strn(). */
SLACK_API const char *slack_json_str(const slack_json_t *value, const char *path);

/** The string at `path` and its length in bytes; NULL (length 0) where there is none. `ret_len` is
 * optional. */
SLACK_API const char *slack_json_strn(const slack_json_t *value, const char *path, size_t *ret_len);

/** The integer at `path`; 0 where there is none, or where it is no integer in range. */
SLACK_API int64_t slack_json_int(const slack_json_t *value, const char *path);

/** The number at `path`; 0.0 where there is none. Slack's `ts` values are strings: read them with
 * slack_json_str(), a double cannot hold them. */
SLACK_API double slack_json_num(const slack_json_t *value, const char *path);

/** Whether the value at `path` is true. Anything but a JSON true is false. */
SLACK_API bool slack_json_bool(const slack_json_t *value, const char *path);

/** How many elements an array or members an object at `path` has; 0 for anything else. */
SLACK_API size_t slack_json_count(const slack_json_t *value, const char *path);

/** A position in an array or an object. Zero-initialise it, then ask slack_json_next(). */
typedef struct slack_json_iter {
    const char *key;           /* the member's name; NULL in an array */
    const slack_json_t *value; /* the element */
    size_t index;              /* 1 for the first element returned */
    void *priv;                /* the library's own */
} slack_json_iter_t;

/**
 * Step to the next element of an array, or member of an object.
 *
 *     slack_json_iter_t it = {0};
 *     while (slack_json_next(slack_json_get(body, "/actions"), &it))
 *         use(it.value);
 *
 * @return true with `iter` on the next element; false at the end, or if `container` is neither.
 */
SLACK_API bool slack_json_next(const slack_json_t *container, slack_json_iter_t *iter);

/**
 * Build a JSON value from a template. It lives as long as the delivery.
 *
 *     slack_jsonf(ctx, "{text: %s, thread_ts: %s, blocks: %p, n: %d}", text, ts, blocks, n)
 *
 * The template is relaxed JSON, so that Block Kit can be pasted in: strings in single or double
 * quotes, bare keys, comments of both kinds, trailing commas; strict JSON is a subset. The printf
 * conversions that it may contain, checked by the compiler:
 *
 *     %s           where a value stands: a string, escaped; NULL gives null.
 *                  inside quotes: its characters, escaped; NULL gives nothing.
 *                  where a key stands: the key, escaped; NULL is an error.
 *     %.*s         the same, with its length in bytes given before it as an int
 *     %d %i %u %ld %lu %lld %llu %zu %zd %jd %ju   integers, as values or inside quotes
 *     %f %g        doubles, as values or inside quotes; as values NaN and infinities are an error
 *     %c           inside quotes: one ASCII character
 *     %p           where a value stands: a `const slack_json_t *`; NULL gives null
 *     %%           inside quotes: a per cent sign
 *
 * Flags, widths and precisions other than `.*` on %s and `.N` on %f and %g are errors. Bytes that
 * are not UTF-8 become U+FFFD. Nesting is bounded (SLACK_JSON_DEPTH_MAX).
 *
 * A NULL result is safe to pass on: whatever takes the value returns the error that made it NULL
 * (SLACK_ETEMPLATE, SLACK_ETOOBIG or SLACK_ENOMEM), and the log names the template's offset.
 *
 * @return the value, or NULL on failure.
 */
SLACK_API const slack_json_t *slack_jsonf(slack_ctx_t *ctx, const char *template_, ...)
    SLACK_PRINTF(2, 3);

#ifdef __GNUC__ /* else -Wpedantic would have every %p cast to void * */
#define slack_jsonf(...) (__extension__ slack_jsonf(__VA_ARGS__))
#endif

/**
 * Build an array of values that a loop has made. It lives as long as the delivery.
 *
 * @param items borrowed until the return; one that is NULL makes the result NULL.
 * @return the array, or NULL on failure, as slack_jsonf() does.
 */
SLACK_API const slack_json_t *slack_json_array(slack_ctx_t *ctx, const slack_json_t *const *items,
                                               size_t count);

/** The deepest nesting that is read or written. */
#define SLACK_JSON_DEPTH_MAX 128

#ifdef __cplusplus
}
#endif
#endif
