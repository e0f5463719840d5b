/* SPDX-License-Identifier: MIT */
#include "protocol/http_body.h"

#include "util/form.h"

static bool is_json(slack_slice_t content_type, slack_slice_t body)
{
    slack_slice_t type = {"", 0};
    slack__slice_split(&content_type, ';', &type);
    type = slack__slice_trim(type);
    if (slack__slice_eq_nocase(type, SLACK_SLICE("application/json"))) return true;
    if (slack__slice_eq_nocase(type, SLACK_SLICE("application/x-www-form-urlencoded")))
        return false;
    size_t i = 0; /* JSON's white space may precede the value */
    while (i < body.len && (body.ptr[i] == ' ' || body.ptr[i] == '\t' || body.ptr[i] == '\r' ||
                            body.ptr[i] == '\n'))
        i++;
    return i < body.len && body.ptr[i] == '{';
}

bool slack__http_body_is_ssl_check(slack_slice_t content_type, slack_slice_t body)
{
    slack_slice_t field;
    if (is_json(content_type, body)) return false;
    while (slack__slice_split(&body, '&', &field)) {
        slack_slice_t name = {"", 0};
        slack__slice_split(&field, '=', &name);
        if (slack__slice_eq(name, SLACK_SLICE("ssl_check")))
            return slack__slice_eq(field, SLACK_SLICE("1")); /* the first of several counts */
    }
    return false;
}

static int read_form(slack_arena_t *arena, const char *body, size_t len, const slack_json_t **ret)
{
    const slack_json_t *fields;
    int rc = slack__form_parse(arena, body, len, &fields);
    if (rc != 0) return rc;
    size_t payload_len;
    const char *payload =
        slack__json_string(slack__json_member(fields, SLACK_SLICE("payload")), &payload_len);
    if (payload) return slack__json_parse(arena, payload, payload_len, ret, NULL);
    *ret = fields;
    return 0;
}

int slack__http_body_read(slack_arena_t *arena, slack_slice_t content_type, char *body, size_t len,
                          const slack_json_t **ret)
{
    const slack_json_t *value = NULL;
    int rc = is_json(content_type, (slack_slice_t){body, len})
                 ? slack__json_parse_insitu(arena, body, len, &value, NULL)
                 : read_form(arena, body, len, &value);
    if (rc != 0) return rc;
    if (slack_json_type(value) != SLACK_JSON_OBJECT || slack_json_count(value, "") == 0)
        return SLACK_EJSON;
    *ret = value;
    return 0;
}
