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
 * of a delivery and the values that a ctx makes live until the delivery ends; the body of a
 * response lives until its callback returns; the values of a pool live until the pool is freed.
 *
 * Reading cannot fail. Every reader accepts NULL. If a path does not exist, or leads to a value of
 * another type, the reader returns the fallback that its description names. A path is a JSON
 * pointer (RFC 6901): "/event/user", "/actions/0/action_id". In a key, '/' is written ~1 and '~' is
 * written ~0. The path "" is the value itself. The leading slash may be left out: "event/user".
 *
 * Making a value can fail, and never returns NULL: it returns a failed value, which has a code
 * (slack_json_error()) and a sentence (slack_json_reason()), no type and no content. Whatever
 * contains a failed value (a template, an array, a call, an ack, a job) fails with the code and the
 * sentence of that value. So a handler need not check the values that it makes and passes on.
 *
 * Readers may be called on any thread while the value lives. The functions that make values may
 * also be called on a worker that runs the ctx's handler.
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

/** Tell whether the making of a value failed.
 * @return 0 for a value and for NULL; the code of a failed value. */
SLACK_API int slack_json_error(const slack_json_t *value);

/** Tell why the making of a value failed.
 * @return a sentence that names the function and the cause, borrowed; "" for a value and for NULL.
 */
SLACK_API const char *slack_json_reason(const slack_json_t *value);

/** Find a value.
 * @return the value at `path`, borrowed; NULL if there is none; a failed value if `value` failed.
 */
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
 *     slack_jsonf(ctx, "{text: %s, thread_ts?: %s, blocks: %p, n: %d}", text, ts, blocks, n)
 *
 * A template is relaxed JSON: strings may have single quotes and contain line breaks, keys need no
 * quotes, comments of both kinds and trailing commas are allowed. Strict JSON is a subset, so
 * blocks from Block Kit Builder can be pasted as they are. The compiler checks the conversions:
 *
 *     %s           as a value: a string, escaped; NULL gives null.
 *                  inside quotes: its characters, escaped; NULL gives nothing.
 *                  as a key: the key, escaped; NULL is an error.
 *     %.*s         the same; an int before it is the length in bytes
 *     %d %i %u %ld %lu %lld %llu %zu %zd %jd %ju   integers, as values or inside quotes
 *     !!%d         a boolean: true unless the integer is 0; !%d is its opposite
 *     %f %g        doubles, as values or inside quotes; NaN and infinities are errors as values
 *     %c           inside quotes: one ASCII character
 *     %p           as a value: a `const slack_json_t *`; NULL gives null. A failed value makes the
 *                  template fail. A pointer to anything else, such as a text, is an error.
 *     %%           inside quotes: a per cent sign
 *
 * A '?' behind a key makes the member optional: it is left out if its value is null. A '?' behind a
 * conversion does the same for an element of an array: "[%p, %p?]".
 *
 * Flags, widths and precisions are errors, except `.*` with %s and `.N` with %f and %g. Bytes that
 * are not UTF-8 become U+FFFD. Values nest up to SLACK_JSON_DEPTH_MAX levels.
 *
 * @param template_ borrowed until the return.
 * @return the value; a failed value with SLACK_ETEMPLATE, SLACK_ETOOBIG or SLACK_ENOMEM, which is
 *         logged once, or SLACK_EINVAL if `ctx` is NULL.
 */
SLACK_API const slack_json_t *slack_jsonf(slack_ctx_t *ctx, const char *template_, ...)
    SLACK_PRINTF(2, 3);

#ifdef __GNUC__ /* without __extension__, -Wpedantic asks for a cast to void * at every %p */
#define slack_jsonf(...) (__extension__ slack_jsonf(__VA_ARGS__))
#endif

/**
 * Make a template from the text between the parentheses, so that its lines need no quotes:
 *
 *     slack_jsonf(ctx, SLACK_JSON({
 *         type: 'section',
 *         text: { type: 'mrkdwn', text: %s }
 *     }), text)
 *
 * The result is a string literal, and the compiler checks its conversions. The compiler reads the
 * text as C first: it removes comments, and a quoted string must end on the line on which it
 * begins. clang-format needs `WhitespaceSensitiveMacros: [SLACK_JSON]`.
 */
#define SLACK_JSON(...) #__VA_ARGS__

/**
 * Read a template from a file, such as the blocks of a message or a view. It is relaxed JSON as in
 * slack_jsonf(), with placeholders in place of conversions:
 *
 *     {type: 'section', text: {type: 'mrkdwn', text: 'Hello *%{name}*'}, accessory?: %{button}}
 *
 * %{name} is a member of `args`: as a value, any value; inside quotes, the characters of a string,
 * a number or a boolean, and nothing for null; as a key, a string. Any other '%' inside quotes
 * stands for itself. Each call reads the file, which has at most 1 MiB.
 *
 * @param path borrowed until the return.
 * @param args Optional: an object.
 * @return the value; a failed value with SLACK_ENOTFOUND, SLACK_EIO or SLACK_ETOOBIG for the file,
 *         or with a code of slack_jsonf(). Its sentence names the line and the column.
 */
SLACK_API const slack_json_t *slack_json_file(slack_ctx_t *ctx, const char *path,
                                              const slack_json_t *args);

/**
 * Parse strict JSON text, such as what slack_json_text() wrote.
 *
 * @param text copied.
 * @param len the length in bytes.
 * @return the value; a failed value with SLACK_EJSON, SLACK_ETOOBIG (nested too deeply),
 *         SLACK_ENOMEM or SLACK_EINVAL.
 */
SLACK_API const slack_json_t *slack_json_parse(slack_ctx_t *ctx, const char *text, size_t len);

/** Write a value as compact JSON text. A payload holds secrets, such as response URLs.
 * @return the text, NUL-terminated, borrowed until the delivery ends; "null" for NULL; NULL for a
 *         failed value, and if memory is out. */
SLACK_API const char *slack_json_text(slack_ctx_t *ctx, const slack_json_t *value);

/** A list of values, to make an array from. Initialise it with zeros. */
typedef struct slack_json_list {
    const slack_json_t **items; /* the values */
    size_t count;               /* the number of values */
    size_t priv;                /* used by the library */
} slack_json_list_t;

/**
 * Add a value to a list. slack_json_array() then makes an array from the list:
 *
 *     slack_json_list_t rows = {0};
 *     while (next_row(&row))
 *         slack_json_add(ctx, &rows, slack_jsonf(ctx, "{type: 'section', …}", …));
 *     blocks = slack_json_array(ctx, rows.items, rows.count);
 *
 * @param value borrowed until the array is made. The array fails if the value is NULL or failed, or
 *        if memory is out.
 */
SLACK_API void slack_json_add(slack_ctx_t *ctx, slack_json_list_t *list, const slack_json_t *value);

/**
 * Build an array from values. It lives until the delivery ends.
 *
 * @param items the values, borrowed until the return.
 * @param count the number of values.
 * @return the array; a failed value if one of the values failed, with SLACK_EINVAL if one is NULL,
 *         SLACK_ETOOBIG or SLACK_ENOMEM.
 */
SLACK_API const slack_json_t *slack_json_array(slack_ctx_t *ctx, const slack_json_t *const *items,
                                               size_t count);

/** Holds the values that a program makes outside of a delivery: before the start, in a timer, in a
 * test. One thread at a time may use a pool. A pool holds at most 16 MiB. */
typedef struct slack_json_pool slack_json_pool_t;

/** Make a pool.
 * @return the pool, owned: free it with slack_json_pool_free(); NULL if memory is out. With a NULL
 *         pool the functions below return failed values. */
SLACK_API slack_json_pool_t *slack_json_pool_new(void);

/** Free a pool and all of its values.
 * @param pool Optional, owned. */
SLACK_API void slack_json_pool_free(slack_json_pool_t *pool);

/** @{ */
/** Each does what the slack_json… function with the same ending does for a ctx, but its result
 * lives as long as the pool. The library logs the failure of a value only when a value of a ctx
 * contains it. */
SLACK_API const slack_json_t *slack_pool_jsonf(slack_json_pool_t *pool, const char *template_, ...)
    SLACK_PRINTF(2, 3);
SLACK_API const slack_json_t *slack_pool_file(slack_json_pool_t *pool, const char *path,
                                              const slack_json_t *args);
SLACK_API const slack_json_t *slack_pool_parse(slack_json_pool_t *pool, const char *text,
                                               size_t len);
SLACK_API const char *slack_pool_text(slack_json_pool_t *pool, const slack_json_t *value);
SLACK_API void slack_pool_add(slack_json_pool_t *pool, slack_json_list_t *list,
                              const slack_json_t *value);
SLACK_API const slack_json_t *slack_pool_array(slack_json_pool_t *pool,
                                               const slack_json_t *const *items, size_t count);
/** @} */

#ifdef __GNUC__
#define slack_pool_jsonf(...) (__extension__ slack_pool_jsonf(__VA_ARGS__))
#endif

/** The deepest nesting that the library reads or writes. */
#define SLACK_JSON_DEPTH_MAX 128

#ifdef __cplusplus
}
#endif
#endif
