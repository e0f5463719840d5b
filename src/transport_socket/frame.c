/* SPDX-License-Identifier: MIT */
#include "transport_socket/frame.h"

#include <string.h>

static bool str_eq(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static size_t skip_spaces(const char *text, size_t len, size_t at)
{
    while (at < len &&
           (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n'))
        at++;
    return at;
}

static const slack_slice_t no_id = {NULL, 0};

static slack_slice_t envelope_id(const char *s, size_t len)
{
    return s && len > 0 && len <= SLACK_ENVELOPE_ID_MAX ? (slack_slice_t){s, len} : no_id;
}

static void read_envelope(const slack_json_t *json, slack_frame_t *ret)
{
    const char *type = ret->name;
    bool interactive = str_eq(type, "slash_commands") || str_eq(type, "interactive");
    const slack_json_t *accepts = slack_json_get(json, "/accepts_response_payload");
    int64_t attempt = slack_json_int(json, "/retry_attempt");

    ret->known = interactive || str_eq(type, "events_api");
    ret->payload = slack_json_get(json, "/payload");
    ret->type = slack_json_type(ret->payload) == SLACK_JSON_OBJECT ? SLACK_FRAME_ENVELOPE
                                                                   : SLACK_FRAME_MALFORMED;
    /* Not every server sends this member; its value then follows from the type. */
    ret->accepts_response_payload =
        slack_json_type(accepts) == SLACK_JSON_BOOL ? slack_json_bool(accepts, "") : interactive;
    if (attempt > 0 && attempt < INT32_MAX) ret->retry_attempt = (int)attempt;
    ret->retry_reason = slack_json_str(json, "/retry_reason");
}

static void read_object(const slack_json_t *json, slack_frame_t *ret)
{
    size_t id_len = 0;
    const char *id = slack_json_strn(json, "/envelope_id", &id_len);
    ret->name = slack_json_str(json, "/type");
    ret->type = SLACK_FRAME_UNKNOWN;
    ret->envelope_id = envelope_id(id, id_len);
    if (ret->envelope_id.ptr) {
        read_envelope(json, ret);
    } else if (str_eq(ret->name, "hello")) {
        int64_t connections = slack_json_int(json, "/num_connections");
        int64_t life_s = slack_json_int(json, "/debug_info/approximate_connection_time");
        ret->type = SLACK_FRAME_HELLO;
        if (connections > 0 && connections < 1000000) ret->num_connections = (unsigned)connections;
        if (life_s > 0 && life_s < INT32_MAX) ret->life_ms = (uint64_t)life_s * 1000;
        ret->app_id = slack_json_str(json, "/connection_info/app_id");
    } else if (str_eq(ret->name, "disconnect")) {
        ret->type = SLACK_FRAME_DISCONNECT;
        ret->reason = slack_json_str(json, "/reason");
        /* An unknown reason asks for a new connection, as every reason once did. */
        ret->cause = str_eq(ret->reason, "link_disabled")         ? SLACK_CAUSE_DISABLED
                     : str_eq(ret->reason, "too_many_websockets") ? SLACK_CAUSE_CROWDED
                                                                  : SLACK_CAUSE_REFRESH;
    }
}

int slack__frame_read(slack_arena_t *arena, char *text, size_t len, slack_frame_t *ret)
{
    *ret = (slack_frame_t){.name = "", .app_id = "", .reason = "", .retry_reason = ""};
    size_t start = skip_spaces(text, len, 0);
    /* Slack sends lone newlines and texts such as "UNAUTHENTICATED: cache_error"
     * (docs/protocol.md, Envelopes). */
    if (start == len || text[start] != '{') return 0;

    /* Parsing in place destroys the text, so the id is copied before. */
    slack_slice_t id = slack__frame_find_id(text, len);
    char *id_copy = NULL;
    const slack_json_t *json = NULL;
    if (id.ptr && !(id_copy = slack__arena_strndup(arena, id.ptr, id.len))) return SLACK_ENOMEM;
    int rc = slack__json_parse_insitu(arena, text, len, &json, NULL);
    if (rc == 0) {
        read_object(json, ret);
    } else if (rc == SLACK_ENOMEM) {
        return rc;
    } else if (id_copy) {
        ret->type = SLACK_FRAME_MALFORMED;
        ret->envelope_id = (slack_slice_t){id_copy, id.len};
    }
    return 0;
}

/* --- the id in text that is not JSON -----------------------------------------------------------
 */

/* The index of the quote that closes the string whose opening quote is at `at`; without one, len.
 */
static size_t string_end(const char *text, size_t len, size_t at)
{
    for (at++; at < len && text[at] != '"'; at++)
        if (text[at] == '\\') at++;
    return at < len ? at : len;
}

/* The string value of the key whose closing quote is at `key_end`; empty for another value. */
static slack_slice_t value_of_key(const char *text, size_t len, size_t key_end)
{
    size_t at = skip_spaces(text, len, key_end + 1);
    if (at >= len || text[at] != ':') return no_id;
    at = skip_spaces(text, len, at + 1);
    if (at >= len || text[at] != '"') return no_id;
    size_t end = string_end(text, len, at);
    slack_slice_t value = envelope_id(text + at + 1, end - at - 1);
    bool whole = end < len && value.ptr && !memchr(value.ptr, '\\', value.len);
    return whole ? value : no_id;
}

slack_slice_t slack__frame_find_id(const char *text, size_t len)
{
    const slack_slice_t name = SLACK_SLICE("envelope_id");
    size_t depth = 0;
    for (size_t at = 0; at < len; at++) {
        if (text[at] == '{' || text[at] == '[') depth++;
        if ((text[at] == '}' || text[at] == ']') && depth > 0) depth--;
        if (text[at] != '"') continue;
        size_t end = string_end(text, len, at);
        const slack_slice_t string = {text + at + 1, end - at - 1};
        if (depth == 1 && end < len && slack__slice_eq(string, name)) {
            slack_slice_t id = value_of_key(text, len, end);
            if (id.ptr) return id;
        }
        at = end;
    }
    return no_id;
}

/* --- acks --------------------------------------------------------------------------------------
 */

static int write_payload(slack_buf_t *buf, const slack_ack_t *ack)
{
    if (!ack || ack->type == SLACK_ACK_BODY_NONE) return 0;
    if (ack->type == SLACK_ACK_BODY_JSON) {
        int rc = slack__buf_append_slice(buf, SLACK_SLICE(",\"payload\":"));
        return rc ? rc : slack__buf_append_slice(buf, ack->body);
    }
    int rc = slack__buf_append_slice(buf, SLACK_SLICE(",\"payload\":{\"text\":"));
    if (rc == 0) rc = slack__json_write_string(buf, ack->body.ptr, ack->body.len);
    return rc ? rc : slack__buf_append_char(buf, '}');
}

int slack__frame_write_ack(slack_buf_t *buf, slack_slice_t envelope_id, const slack_ack_t *ack)
{
    size_t before = buf->len;
    int rc = slack__buf_append_slice(buf, SLACK_SLICE("{\"envelope_id\":"));
    if (rc == 0) rc = slack__json_write_string(buf, envelope_id.ptr, envelope_id.len);
    if (rc == 0) rc = write_payload(buf, ack);
    if (rc == 0) rc = slack__buf_append_char(buf, '}');
    /* Slack closes the connection for a larger frame (docs/protocol.md, Sizes). */
    if (rc == 0 && buf->len - before >= SLACK_ACK_FRAME_LIMIT) rc = SLACK_ETOOBIG;
    return rc;
}
