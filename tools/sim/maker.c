/* SPDX-License-Identifier: MIT */
#include "sim/maker.h"

#include <string.h>

/* The most text of one value: what a whole arena could hold. */
#define TEXT_MAX SLACK_ARENA_MAX

const slack_json_t *sim_make_value(sim_maker_t *make, const char *template_, ...)
{
    const slack_json_t *value = NULL;
    va_list ap;
    if (make->rc != 0) return NULL;
    va_start(ap, template_);
    make->rc = slack__vjsonf(make->arena, &value, NULL, template_, ap);
    va_end(ap);
    return value;
}

const slack_json_t *sim_make_bool(sim_maker_t *make, bool value)
{
    return sim_make(make, value ? "true" : "false");
}

const slack_json_t *sim_make_parsed(sim_maker_t *make, const char *text, size_t len)
{
    const slack_json_t *value = NULL;
    if (make->rc == 0) make->rc = slack__json_parse(make->arena, text, len, &value, NULL);
    return value;
}

const slack_json_t *sim_make_copy(sim_maker_t *make, const slack_json_t *value)
{
    size_t len = 0;
    if (make->rc != 0) return NULL;
    const char *text = slack__json_text(make->arena, value, &len);
    if (!text) {
        make->rc = SLACK_ENOMEM;
        return NULL;
    }
    return sim_make_parsed(make, text, len);
}

const slack_json_t *sim_make_merged(sim_maker_t *make, const slack_json_t *object,
                                    const slack_json_t *defaults)
{
    const slack_json_t *value = NULL;
    if (make->rc == 0) make->rc = slack__json_with_defaults(make->arena, object, defaults, &value);
    return value;
}

/* Whatever was appended to a list decides on the maker's error. */
static void note(sim_maker_t *make, int rc)
{
    if (make->rc == 0) make->rc = rc;
}

void sim_list_begin(sim_maker_t *make, sim_list_t *list, char open)
{
    list->close = open == '[' ? ']' : '}';
    slack__buf_init(&list->text, TEXT_MAX);
    note(make, slack__buf_append_char(&list->text, open));
}

static void list_separate(sim_maker_t *make, sim_list_t *list)
{
    if (list->text.len > 1) note(make, slack__buf_append_char(&list->text, ','));
}

void sim_list_add(sim_maker_t *make, sim_list_t *list, const slack_json_t *value)
{
    list_separate(make, list);
    note(make, slack__json_write(&list->text, value));
}

void sim_list_put(sim_maker_t *make, sim_list_t *list, const char *key, const slack_json_t *value)
{
    list_separate(make, list);
    note(make, slack__json_write_string(&list->text, key, strlen(key)));
    note(make, slack__buf_append_char(&list->text, ':'));
    note(make, slack__json_write(&list->text, value));
}

const slack_json_t *sim_list_end(sim_maker_t *make, sim_list_t *list)
{
    note(make, slack__buf_append_char(&list->text, list->close));
    const slack_json_t *value = sim_make_parsed(make, slack__buf_ptr(&list->text), list->text.len);
    slack__buf_done(&list->text);
    return value;
}

/* The character that valid UTF-8 starts with; its length in *ret_len. */
static uint32_t utf8_next(const unsigned char *s, size_t *ret_len)
{
    if (s[0] < 0xE0) {
        *ret_len = 2;
        return (uint32_t)(s[0] & 0x1F) << 6 | (s[1] & 0x3F);
    }
    if (s[0] < 0xF0) {
        *ret_len = 3;
        return (uint32_t)(s[0] & 0x0F) << 12 | (uint32_t)(s[1] & 0x3F) << 6 | (s[2] & 0x3F);
    }
    *ret_len = 4;
    return (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3F) << 12 |
           (uint32_t)(s[2] & 0x3F) << 6 | (s[3] & 0x3F);
}

static int write_escaped(slack_buf_t *buf, uint32_t c)
{
    if (c < 0x10000) return slack__buf_printf(buf, "\\u%04x", (unsigned)c);
    c -= 0x10000;
    return slack__buf_printf(buf, "\\u%04x\\u%04x", 0xD800u + (unsigned)(c >> 10),
                             0xDC00u + (unsigned)(c & 0x3FF));
}

int sim_write_php(slack_buf_t *buf, const slack_json_t *value)
{
    slack_buf_t plain;
    slack__buf_init(&plain, TEXT_MAX);
    int rc = slack__json_write(&plain, value);
    /* Outside of strings JSON has neither slashes nor anything beyond ASCII. */
    const char *s = slack__buf_ptr(&plain);
    for (size_t i = 0, run; rc == 0 && i < plain.len; i += run) {
        for (run = 0; i + run < plain.len && s[i + run] != '/' && (s[i + run] & 0x80) == 0; run++)
            ;
        if (run > 0) {
            rc = slack__buf_append(buf, s + i, run);
        } else if (s[i] == '/') {
            run = 1;
            rc = slack__buf_append(buf, "\\/", 2);
        } else {
            rc = write_escaped(buf, utf8_next((const unsigned char *)s + i, &run));
        }
    }
    slack__buf_done(&plain);
    return rc;
}
