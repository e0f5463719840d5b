/* SPDX-License-Identifier: MIT */
#include "util/form.h"

#include <stdint.h>
#include <string.h>

#include <slack/error.h>

/* --- reading --- */

/* Decode into `out`, which has room for s.len bytes. Returns the length. */
static size_t form_decode(slack_slice_t s, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%' && s.len - i > 2) {
            int high = slack__hex_digit(s.ptr[i + 1]), low = slack__hex_digit(s.ptr[i + 2]);
            if (high >= 0 && low >= 0) {
                c = (char)(high << 4 | low);
                i += 2;
            }
        }
        out[n++] = c;
    }
    return n;
}

/* A copy in which every byte that is not UTF-8 is U+FFFD. ptr is NULL if memory is out. */
static slack_slice_t repair(slack_arena_t *arena, slack_slice_t s)
{
    char *copy = s.len < SIZE_MAX / 3 ? slack__arena_alloc(arena, 3 * s.len + 1) : NULL;
    if (!copy) return (slack_slice_t){NULL, 0};
    size_t n = 0;
    for (size_t i = 0; i < s.len;) {
        size_t valid = slack__utf8_valid(s.ptr + i, s.len - i);
        memcpy(copy + n, s.ptr + i, valid);
        n += valid;
        i += valid;
        if (i == s.len) break;
        memcpy(copy + n, "\xEF\xBF\xBD", 3);
        n += 3;
        i++;
    }
    copy[n] = '\0';
    return (slack_slice_t){copy, n};
}

/* Decode into the arena: UTF-8, NUL-terminated. ptr is NULL if memory is out. */
static slack_slice_t decode_text(slack_arena_t *arena, slack_slice_t s)
{
    char *text = slack__arena_strndup(arena, s.ptr, s.len);
    if (!text) return (slack_slice_t){NULL, 0};
    size_t len = form_decode(s, text);
    text[len] = '\0';
    slack_slice_t decoded = {text, len};
    return slack__utf8_valid(text, len) == len ? decoded : repair(arena, decoded);
}

/* The fields read so far, names and values alternating. */
typedef struct fields {
    slack_slice_t pairs[2 * SLACK_FORM_FIELDS_MAX];
    size_t count;
    size_t read; /* including fields with a name that was there already */
} fields_t;

static int add_field(slack_arena_t *arena, fields_t *fields, slack_slice_t field)
{
    slack_slice_t name = {"", 0}, value = field;
    slack__slice_split(&value, '=', &name);
    if (name.len == 0) return 0;
    if (fields->read++ == SLACK_FORM_FIELDS_MAX) return SLACK_ETOOBIG;
    name = decode_text(arena, name);
    if (!name.ptr) return SLACK_ENOMEM;
    for (size_t i = 0; i < fields->count; i++) /* the first of several counts */
        if (slack__slice_eq(fields->pairs[2 * i], name)) return 0;
    value = decode_text(arena, value);
    if (!value.ptr) return SLACK_ENOMEM;
    fields->pairs[2 * fields->count] = name;
    fields->pairs[2 * fields->count + 1] = value;
    fields->count++;
    return 0;
}

int slack__form_parse(slack_arena_t *arena, const char *text, size_t len, const slack_json_t **ret)
{
    fields_t fields;
    fields.count = fields.read = 0;
    slack_slice_t rest = {text, len}, field;
    while (slack__slice_split(&rest, '&', &field)) {
        int rc = add_field(arena, &fields, field);
        if (rc != 0) return rc;
    }
    return slack__json_object(arena, fields.pairs, fields.count, ret);
}

/* --- writing --- */

/* RFC 3986, section 2.3. */
static bool unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static int append_encoded(slack_buf_t *buf, const char *s, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t size = 0;
    for (size_t i = 0; i < len; i++)
        size += unreserved(s[i]) || s[i] == ' ' ? 1 : 3;
    char *out;
    int rc = slack__buf_reserve(buf, size, &out);
    if (rc != 0) return rc;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (unreserved(s[i])) {
            *out++ = s[i];
        } else if (c == ' ') {
            *out++ = '+';
        } else {
            *out++ = '%';
            *out++ = digits[c >> 4];
            *out++ = digits[c & 15];
        }
    }
    slack__buf_commit(buf, size);
    return 0;
}

static int append_value(slack_buf_t *buf, const slack_json_t *value)
{
    size_t len;
    const char *s = slack__json_string(value, &len);
    if (s) return append_encoded(buf, s, len);
    slack_buf_t text;
    slack__buf_init(&text, buf->max);
    int rc = slack__json_write(&text, value);
    if (rc == 0) rc = append_encoded(buf, slack__buf_ptr(&text), text.len);
    slack__buf_done(&text);
    return rc;
}

int slack__form_write(slack_buf_t *buf, const slack_json_t *object)
{
    if (slack_json_type(object) != SLACK_JSON_OBJECT) return SLACK_EINVAL;
    const size_t start = buf->len;
    int rc = 0;
    slack_json_iter_t it = {0};
    while (rc == 0 && slack_json_next(object, &it)) {
        if (slack_json_type(it.value) == SLACK_JSON_NULL) continue;
        if (buf->len > start) rc = slack__buf_append_char(buf, '&');
        slack_slice_t key = slack__json_key(&it);
        if (rc == 0) rc = append_encoded(buf, key.ptr, key.len);
        if (rc == 0) rc = slack__buf_append_char(buf, '=');
        if (rc == 0) rc = append_value(buf, it.value);
    }
    if (rc != 0) slack__buf_truncate(buf, start);
    return rc;
}
