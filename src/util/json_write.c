/* SPDX-License-Identifier: MIT */
#include "util/json.h"

#include <stdint.h>
#include <string.h>
#include <yyjson.h>

#include "util/alloc.h"

/* --- strings --- */

/* Whether a byte needs no escape in a JSON string: ASCII without controls, '"' and '\'. */
static bool plain(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

size_t slack__json_escape(const char *s, size_t len, size_t *ret_taken,
                          char out[SLACK_JSON_ESCAPE_MAX])
{
    static const char digits[] = "0123456789abcdef";
    static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: a character and its letter */
    unsigned char c = (unsigned char)*s;
    *ret_taken = 1;
    if (plain(*s)) {
        out[0] = *s;
        return 1;
    }
    if (c >= 0x80) {
        size_t n = slack__utf8_char(s, len);
        if (n) {
            *ret_taken = n;
            memcpy(out, s, n);
            return n;
        }
        memcpy(out, "\xEF\xBF\xBD", 3); /* U+FFFD */
        return 3;
    }
    out[0] = '\\';
    for (size_t i = 0; i + 1 < sizeof letters - 1; i += 2) {
        if (letters[i] != *s) continue;
        out[1] = letters[i + 1];
        return 2;
    }
    memcpy(out + 1, "u00", 3);
    out[4] = digits[c >> 4];
    out[5] = digits[c & 15];
    return 6;
}

/* How many bytes at the start of `s` need no escape. */
static size_t plain_run(const char *s, size_t len)
{
    size_t run = 0;
    while (run < len) {
        size_t n = plain(s[run]) ? 1 : slack__utf8_char(s + run, len - run);
        if (n == 0 || (n == 1 && !plain(s[run]))) break;
        run += n;
    }
    return run;
}

int slack__json_write_escaped(slack_buf_t *buf, const char *s, size_t len)
{
    const size_t start = buf->len;
    int rc = 0;
    for (size_t i = 0; i < len && rc == 0;) {
        size_t run = plain_run(s + i, len - i);
        if (run) {
            rc = slack__buf_append(buf, s + i, run);
            i += run;
        } else {
            char escaped[SLACK_JSON_ESCAPE_MAX];
            size_t taken, n = slack__json_escape(s + i, len - i, &taken, escaped);
            rc = slack__buf_append(buf, escaped, n);
            i += taken;
        }
    }
    if (rc != 0) slack__buf_truncate(buf, start);
    return rc;
}

int slack__json_write_string(slack_buf_t *buf, const char *s, size_t len)
{
    const size_t start = buf->len;
    int rc = slack__buf_append_char(buf, '"');
    if (rc == 0) rc = slack__json_write_escaped(buf, s, len);
    if (rc == 0) rc = slack__buf_append_char(buf, '"');
    if (rc != 0) slack__buf_truncate(buf, start);
    return rc;
}

/* --- values --- */

static void *heap_malloc(void *ctx, size_t size)
{
    (void)ctx;
    return slack__malloc(size);
}

static void *heap_realloc(void *ctx, void *ptr, size_t old_size, size_t size)
{
    (void)ctx, (void)old_size;
    return slack__realloc(ptr, size);
}

static void heap_free(void *ctx, void *ptr)
{
    (void)ctx;
    slack__free(ptr);
}

int slack__json_write(slack_buf_t *buf, const slack_json_t *value)
{
    static const yyjson_alc heap = {heap_malloc, heap_realloc, heap_free, NULL};
    if (!value) return slack__buf_append_slice(buf, SLACK_SLICE("null"));
    if (slack_json_error(value) != 0) return slack_json_error(value);
    size_t len = 0;
    char *text = yyjson_val_write_opts((const yyjson_val *)value, YYJSON_WRITE_INF_AND_NAN_AS_NULL,
                                       &heap, &len, NULL);
    if (!text) return SLACK_ENOMEM;
    int rc = slack__buf_append(buf, text, len);
    slack__wipe(text, len);
    slack__free(text);
    return rc;
}

char *slack__json_text(slack_arena_t *arena, const slack_json_t *value, size_t *ret_len)
{
    slack_buf_t buf;
    char *text = NULL;
    slack__buf_init(&buf, SIZE_MAX);
    if (slack__json_write(&buf, value) == 0)
        text = slack__arena_strndup(arena, slack__buf_ptr(&buf), buf.len);
    if (text && ret_len) *ret_len = buf.len;
    slack__buf_done(&buf);
    return text;
}

/* --- building --- */

static int write_member(slack_buf_t *buf, const slack_json_iter_t *member, bool first)
{
    slack_slice_t key = slack__json_key(member);
    int rc = first ? 0 : slack__buf_append_char(buf, ',');
    if (rc == 0) rc = slack__json_write_string(buf, key.ptr, key.len);
    if (rc == 0) rc = slack__buf_append_char(buf, ':');
    if (rc == 0) rc = slack__json_write(buf, member->value);
    return rc;
}

static int write_merged(slack_buf_t *buf, const slack_json_t *object, const slack_json_t *defaults)
{
    bool first = true;
    int rc = slack__buf_append_char(buf, '{');
    slack_json_iter_t own = {0}, other = {0};
    for (; rc == 0 && slack_json_next(object, &own); first = false)
        rc = write_member(buf, &own, first);
    while (rc == 0 && slack_json_next(defaults, &other)) {
        if (slack__json_member(object, slack__json_key(&other))) continue;
        rc = write_member(buf, &other, first);
        first = false;
    }
    return rc == 0 ? slack__buf_append_char(buf, '}') : rc;
}

int slack__json_with_defaults(slack_arena_t *arena, const slack_json_t *object,
                              const slack_json_t *defaults, const slack_json_t **ret)
{
    if (slack_json_error(object) != 0) return slack_json_error(object);
    if (object && slack_json_type(object) != SLACK_JSON_OBJECT) return SLACK_EINVAL;
    if (defaults && slack_json_type(defaults) != SLACK_JSON_OBJECT) return SLACK_EINVAL;
    slack_buf_t buf;
    slack__buf_init(&buf, SLACK_ARENA_MAX);
    int rc = write_merged(&buf, object, defaults);
    /* By way of text, so that the copy does not point into another arena. */
    if (rc == 0) rc = slack__json_parse(arena, slack__buf_ptr(&buf), buf.len, ret, NULL);
    slack__buf_done(&buf);
    return rc;
}

int slack__json_array(slack_arena_t *arena, const slack_json_t *const *items, size_t count,
                      const slack_json_t **ret)
{
    slack_buf_t buf;
    slack__buf_init(&buf, SLACK_ARENA_MAX);
    int rc = slack__buf_append_char(&buf, '[');
    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (i > 0) rc = slack__buf_append_char(&buf, ',');
        if (rc == 0) rc = slack__json_write(&buf, items[i]);
    }
    if (rc == 0) rc = slack__buf_append_char(&buf, ']');
    if (rc == 0) rc = slack__json_parse(arena, slack__buf_ptr(&buf), buf.len, ret, NULL);
    slack__buf_done(&buf);
    return rc;
}
