/* SPDX-License-Identifier: MIT */
#include "sim/json_builder.h"

#include <string.h>

/* The longest text of one value: no arena holds more. */
#define TEXT_MAX SLACK_ARENA_MAX

const slack_json_t *sim_json_value(sim_json_builder_t *json, const char *template_, ...)
{
    const slack_json_t *value = NULL;
    va_list ap;
    if (json->rc != 0) return NULL;
    va_start(ap, template_);
    json->rc = slack__vjsonf(json->arena, &value, NULL, template_, ap);
    va_end(ap);
    return value;
}

const slack_json_t *sim_json_bool(sim_json_builder_t *json, bool value)
{
    return sim_json(json, value ? "true" : "false");
}

const slack_json_t *sim_json_parsed(sim_json_builder_t *json, const char *text, size_t len)
{
    const slack_json_t *value = NULL;
    if (json->rc == 0) json->rc = slack__json_parse(json->arena, text, len, &value, NULL);
    return value;
}

int sim_json_given(slack_arena_t *arena, slack_slice_t text, const slack_json_t **ret)
{
    int rc = slack__json_parse(arena, text.ptr ? text.ptr : "", text.len, ret, NULL);
    if (rc == 0 && slack__json_depth(*ret) > SIM_JSON_GIVEN_DEPTH_MAX) rc = SLACK_ETOOBIG;
    if (rc != 0) *ret = NULL;
    return rc;
}

const slack_json_t *sim_json_copy(sim_json_builder_t *json, const slack_json_t *value)
{
    size_t len = 0;
    if (json->rc != 0) return NULL;
    const char *text = slack__json_text(json->arena, value, &len);
    if (!text) {
        json->rc = SLACK_ENOMEM;
        return NULL;
    }
    return sim_json_parsed(json, text, len);
}

const slack_json_t *sim_json_merged(sim_json_builder_t *json, const slack_json_t *object,
                                    const slack_json_t *defaults)
{
    const slack_json_t *value = NULL;
    if (json->rc == 0) json->rc = slack__json_with_defaults(json->arena, object, defaults, &value);
    return value;
}

static void keep_error(sim_json_builder_t *json, int rc)
{
    if (json->rc == 0) json->rc = rc;
}

void sim_list_begin(sim_json_builder_t *json, sim_list_t *list, char open)
{
    list->close = open == '[' ? ']' : '}';
    slack__buf_init(&list->text, TEXT_MAX);
    keep_error(json, slack__buf_append_char(&list->text, open));
}

static void list_separate(sim_json_builder_t *json, sim_list_t *list)
{
    if (list->text.len > 1) keep_error(json, slack__buf_append_char(&list->text, ','));
}

void sim_list_add(sim_json_builder_t *json, sim_list_t *list, const slack_json_t *value)
{
    list_separate(json, list);
    keep_error(json, slack__json_write(&list->text, value));
}

void sim_list_put(sim_json_builder_t *json, sim_list_t *list, const char *key,
                  const slack_json_t *value)
{
    list_separate(json, list);
    keep_error(json, slack__json_write_string(&list->text, key, strlen(key)));
    keep_error(json, slack__buf_append_char(&list->text, ':'));
    keep_error(json, slack__json_write(&list->text, value));
}

const slack_json_t *sim_list_end(sim_json_builder_t *json, sim_list_t *list)
{
    keep_error(json, slack__buf_append_char(&list->text, list->close));
    const slack_json_t *value = sim_json_parsed(json, slack__buf_ptr(&list->text), list->text.len);
    slack__buf_done(&list->text);
    return value;
}

/* The character that starts valid UTF-8 beyond ASCII, with its length in *ret_len. */
static uint32_t utf8_next(const unsigned char *s, size_t *ret_len)
{
    const size_t len = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    uint32_t c = s[0] & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++)
        c = c << 6 | (s[i] & 0x3F);
    *ret_len = len;
    return c;
}

static int write_escaped(slack_buf_t *buf, uint32_t c)
{
    if (c < 0x10000) return slack__buf_printf(buf, "\\u%04x", (unsigned)c);
    c -= 0x10000;
    return slack__buf_printf(buf, "\\u%04x\\u%04x", 0xD800u + (unsigned)(c >> 10),
                             0xDC00u + (unsigned)(c & 0x3FF));
}

int sim_json_write(slack_buf_t *buf, const slack_json_t *value)
{
    slack_buf_t plain;
    slack__buf_init(&plain, TEXT_MAX);
    int rc = slack__json_write(&plain, value);
    /* Only strings hold slashes and characters beyond ASCII. */
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
