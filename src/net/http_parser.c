/* SPDX-License-Identifier: MIT */
#include "net/http_parser.h"

#include <string.h>

#include <slack/error.h>

#include "net/http_path.h"
#include "util/alloc.h"
#include "util/json.h"

/* Room for the head of a usual request; doubled while it is too small. */
#define HEAD_FIRST_BYTES ((size_t)1024)
/* Room for the first piece of a chunked body. */
#define CHUNKED_FIRST_BYTES ((size_t)4096)
/* Room for a body whose length is given, until some of it has arrived: a length costs nothing. */
#define BODY_FIRST_BYTES ((size_t)32 * 1024)
/* Behind every body: a NUL, and bytes that the JSON reader may overwrite. */
#define BODY_TAIL (SLACK_JSON_PADDING + 1)

static int parser_refuse(slack_http_parser_t *parser, int status, const char *reason)
{
    if (!parser->refuse) {
        parser->refuse = status;
        parser->reason = reason;
    }
    return HPE_USER;
}

static int out_of_memory(slack_http_parser_t *parser)
{
    return parser_refuse(parser, HTTP_STATUS_SERVICE_UNAVAILABLE, "out of memory");
}

/* --- the head, as llhttp finds it ------------------------------------------------------------- */

static int parser_message_begin(llhttp_t *llhttp)
{
    slack_http_parser_t *parser = llhttp->data;
    const size_t max = SLACK_ARENA_MAX + 2 * parser->limits->body_bytes;
    /* The first piece is mostly the whole request. The arena has room for it, and for its JSON. */
    const size_t piece = parser->piece_len < 8192 ? parser->piece_len : 8192;
    slack_arena_t *arena = slack__arena_new(4096 + 3 * piece, max);
    if (!arena) return out_of_memory(parser);
    parser->request = slack__arena_calloc(arena, sizeof *parser->request);
    if (!parser->request) {
        slack__arena_free(arena);
        return out_of_memory(parser);
    }
    parser->request->arena = arena;
    parser->phase = SLACK_HTTP_HEAD;
    return 0;
}

/* Append to the text of the head, and a NUL that the next piece overwrites. */
static int append(slack_http_parser_t *parser, const char *at, size_t len)
{
    size_t need = parser->text_len + len + 1;
    if (need > parser->text_cap) {
        size_t cap = parser->text_cap ? parser->text_cap : HEAD_FIRST_BYTES;
        while (cap < need)
            cap *= 2;
        char *text =
            slack__arena_realloc(parser->request->arena, parser->text, parser->text_cap, cap);
        if (!text) return out_of_memory(parser);
        parser->text = text;
        parser->text_cap = cap;
    }
    memcpy(parser->text + parser->text_len, at, len);
    parser->text_len += len;
    parser->text[parser->text_len] = '\0';
    return 0;
}

static int parser_url(llhttp_t *llhttp, const char *at, size_t len)
{
    slack_http_parser_t *parser = llhttp->data;
    if (len > parser->limits->target_bytes - parser->target_len)
        return parser_refuse(parser, HTTP_STATUS_URI_TOO_LONG, "target too long");
    parser->target_len += len;
    return append(parser, at, len);
}

static int parser_url_complete(llhttp_t *llhttp)
{
    slack_http_parser_t *parser = llhttp->data;
    parser->text_len++; /* keep the NUL */
    return 0;
}

static int check_version(slack_http_parser_t *parser)
{
    if (parser->llhttp.http_major == 1 && parser->llhttp.http_minor <= 1) return 0;
    return parser_refuse(parser, HTTP_STATUS_HTTP_VERSION_NOT_SUPPORTED, "HTTP version");
}

static int parser_version_complete(llhttp_t *llhttp)
{
    return check_version(llhttp->data);
}

/* Chunk extensions and trailers are skipped, up to a limit. */
static int skip_extra(slack_http_parser_t *parser, size_t len)
{
    if (len > parser->limits->header_bytes - parser->extra_bytes)
        return parser_refuse(parser, HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE,
                             "chunk lines too long");
    parser->extra_bytes += len;
    return 0;
}

static int parser_extension(llhttp_t *llhttp, const char *at, size_t len)
{
    return skip_extra(llhttp->data, len);
}

/* The headers begin behind the target and its NUL. */
static int parser_append_header(slack_http_parser_t *parser, const char *at, size_t len)
{
    size_t before = parser->text_len - parser->target_len - 1;
    if (len > parser->limits->header_bytes - before)
        return parser_refuse(parser, HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE,
                             "headers too long");
    return append(parser, at, len);
}

static int parser_header_field(llhttp_t *llhttp, const char *at, size_t len)
{
    slack_http_parser_t *parser = llhttp->data;
    if (parser->phase != SLACK_HTTP_HEAD) return skip_extra(parser, len);
    if (!parser->in_name) {
        if (parser->span_count == parser->limits->header_count)
            return parser_refuse(parser, HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE,
                                 "too many headers");
        parser->spans[parser->span_count++] = (slack_http_span_t){.name = parser->text_len};
        parser->in_name = true;
    }
    parser->spans[parser->span_count - 1].name_len += len;
    return parser_append_header(parser, at, len);
}

static int parser_header_field_complete(llhttp_t *llhttp)
{
    slack_http_parser_t *parser = llhttp->data;
    if (parser->phase != SLACK_HTTP_HEAD) return 0;
    parser->in_name = false;
    parser->spans[parser->span_count - 1].value = parser->text_len;
    return 0;
}

static int parser_header_value(llhttp_t *llhttp, const char *at, size_t len)
{
    slack_http_parser_t *parser = llhttp->data;
    if (parser->phase != SLACK_HTTP_HEAD) return skip_extra(parser, len);
    parser->spans[parser->span_count - 1].value_len += len;
    return parser_append_header(parser, at, len);
}

/* --- the complete head ------------------------------------------------------------------------ */

static int make_headers(slack_http_parser_t *parser)
{
    slack_http_request_t *request = parser->request;
    slack_http_header_t *headers =
        slack__arena_alloc(request->arena, parser->span_count * sizeof *headers);
    if (!headers) return out_of_memory(parser);
    for (size_t i = 0; i < parser->span_count; i++) {
        const slack_http_span_t *span = &parser->spans[i];
        slack_slice_t value = {parser->text + span->value, span->value_len};
        headers[i].name = (slack_slice_t){parser->text + span->name, span->name_len};
        headers[i].value = slack__slice_trim(value);
    }
    request->headers = headers;
    request->header_count = parser->span_count;
    return 0;
}

/* "http://host/path" -> "/path". The form for proxies, which servers have to accept too (RFC 9112
 * 3.2.2). NULL: the target has another form. */
static char *reduce_absolute(char *target)
{
    char *mark = strstr(target, "://");
    if (!mark) return NULL;
    slack_slice_t scheme = {target, (size_t)(mark - target)};
    if (!slack__slice_eq_nocase(scheme, SLACK_SLICE("http")) &&
        !slack__slice_eq_nocase(scheme, SLACK_SLICE("https")))
        return NULL;
    char *path = mark + 3 + strcspn(mark + 3, "/?");
    if (path == mark + 3) return NULL;
    if (*path == '/') return path;
    /* There is no path: put "/" in place of the last byte of the authority. */
    *--path = '/';
    return path;
}

/* llhttp knows the methods of RTSP and ICE too. */
static bool is_http_method(int method)
{
    switch (method) {
#define HTTP_CASE(number, name, text) case HTTP_##name:
        HTTP_METHOD_MAP(HTTP_CASE)
#undef HTTP_CASE
        return method != HTTP_SOURCE;
    default: return false;
    }
}

static int make_target(slack_http_parser_t *parser)
{
    slack_http_request_t *request = parser->request;
    const int method = parser->llhttp.method;
    if (!is_http_method(method))
        return parser_refuse(parser, HTTP_STATUS_NOT_IMPLEMENTED, "a method of another protocol");
    request->method = slack__slice(llhttp_method_name((llhttp_method_t)method));
    parser->head = method == HTTP_HEAD;
    parser->connect = method == HTTP_CONNECT;

    char *target = parser->text;
    bool asterisk = strcmp(target, "*") == 0 && method == HTTP_OPTIONS;
    if (!asterisk && !parser->connect && target[0] != '/') target = reduce_absolute(target);
    if (!target || strchr(target, '#'))
        return parser_refuse(parser, HTTP_STATUS_BAD_REQUEST, "malformed target");

    char *mark = strchr(target, '?');
    request->query = slack__slice(mark ? mark + 1 : "");
    if (mark) *mark = '\0';
    if (!parser->connect && !slack__http_path_decode(target))
        return parser_refuse(parser, HTTP_STATUS_BAD_REQUEST, "malformed escape in the path");
    request->path = slack__slice(target);
    return 0;
}

/* Host: exactly one in 1.1, at most one in 1.0 (RFC 9112 3.2). */
static int check_host(slack_http_parser_t *parser)
{
    unsigned count;
    slack_slice_t host = slack__http_header(parser->request, "host", &count);
    bool good = count == 1 || (count == 0 && parser->http_1_0);
    for (size_t i = 0; i < host.len && good; i++)
        good = (unsigned char)host.ptr[i] > ' ' && !strchr("\"#,/<>?@\\^`{|}\x7f", host.ptr[i]);
    return good ? 0 : parser_refuse(parser, HTTP_STATUS_BAD_REQUEST, "no Host, or a malformed one");
}

/* Refuse a request whose body length is ambiguous: a proxy in front may read it in another way. */
static int check_framing(slack_http_parser_t *parser)
{
    unsigned codings, lengths;
    slack_slice_t coding = slack__http_header(parser->request, "transfer-encoding", &codings);
    slack__http_header(parser->request, "content-length", &lengths);
    if (codings && (lengths || parser->http_1_0))
        return parser_refuse(parser, HTTP_STATUS_BAD_REQUEST, "ambiguous body length");
    if (codings > 1 || (codings && !slack__slice_eq_nocase(coding, SLACK_SLICE("chunked"))))
        return parser_refuse(parser, HTTP_STATUS_NOT_IMPLEMENTED, "transfer coding");
    if (lengths && parser->llhttp.content_length > parser->limits->body_bytes)
        return parser_refuse(parser, HTTP_STATUS_PAYLOAD_TOO_LARGE, "body too long");
    return 0;
}

static bool has_body(const slack_http_parser_t *parser)
{
    if (parser->connect) return false;
    return (parser->llhttp.flags & F_CHUNKED) || parser->llhttp.content_length > 0;
}

/* An expectation of a 1.0 client is to be ignored (RFC 9110 10.1.1). */
static int check_expect(slack_http_parser_t *parser, bool *ret_continue)
{
    unsigned count;
    slack_slice_t expect = slack__http_header(parser->request, "expect", &count);
    *ret_continue = false;
    if (!count || parser->http_1_0) return 0;
    if (count > 1 || !slack__slice_eq_nocase(expect, SLACK_SLICE("100-continue")))
        return parser_refuse(parser, HTTP_STATUS_EXPECTATION_FAILED, "expectation");
    *ret_continue = has_body(parser);
    return 0;
}

static int reserve_body(slack_http_parser_t *parser, size_t cap)
{
    slack_http_request_t *request = parser->request;
    size_t old = request->body ? parser->body_cap + BODY_TAIL : 0;
    char *body = slack__arena_realloc(request->arena, request->body, old, cap + BODY_TAIL);
    if (!body) return out_of_memory(parser);
    request->body = body;
    parser->body_cap = cap;
    return 0;
}

static int parser_headers_complete(llhttp_t *llhttp)
{
    slack_http_parser_t *parser = llhttp->data;
    bool expects_continue = false;
    size_t body_bytes = 0;
    parser->http_1_0 = llhttp->http_minor == 0;
    parser->keep_alive = llhttp_should_keep_alive(llhttp);
    int rc = check_version(parser);
    if (rc == 0) rc = make_headers(parser);
    if (rc == 0) rc = make_target(parser);
    if (rc == 0) rc = check_host(parser);
    if (rc == 0) rc = check_framing(parser);
    if (rc == 0) rc = check_expect(parser, &expects_continue);
    if (has_body(parser))
        body_bytes = llhttp->content_length < BODY_FIRST_BYTES ? (size_t)llhttp->content_length
                                                               : BODY_FIRST_BYTES;
    if (rc == 0) rc = reserve_body(parser, body_bytes);
    if (rc != 0) return -1;

    /* Upgrade means nothing to HTTP/1.0 (RFC 9110 7.8). */
    parser->request->upgrade = llhttp->upgrade && !parser->connect && !parser->http_1_0;
    parser->phase = SLACK_HTTP_BODY;
    return expects_continue ? HPE_PAUSED : 0;
}

/* --- the body --------------------------------------------------------------------------------- */

static int parser_body(llhttp_t *llhttp, const char *at, size_t len)
{
    slack_http_parser_t *parser = llhttp->data;
    slack_http_request_t *request = parser->request;
    const size_t max = parser->limits->body_bytes;
    if (len > max - request->body_len)
        return parser_refuse(parser, HTTP_STATUS_PAYLOAD_TOO_LARGE, "body too long");

    size_t need = request->body_len + len;
    if (need > parser->body_cap) {
        size_t cap = 2 * parser->body_cap;
        if (cap < CHUNKED_FIRST_BYTES) cap = CHUNKED_FIRST_BYTES;
        if (cap < need) cap = need;
        if (cap > max) cap = max;
        int rc = reserve_body(parser, cap);
        if (rc != 0) return rc;
    }
    memcpy(request->body + request->body_len, at, len);
    request->body_len = need;
    return 0;
}

static int parser_message_complete(llhttp_t *llhttp)
{
    slack_http_parser_t *parser = llhttp->data;
    slack_http_request_t *request = parser->request;
    memset(request->body + request->body_len, 0, BODY_TAIL);
    parser->phase = SLACK_HTTP_WHOLE;
    return HPE_PAUSED;
}

/* --- the parser ------------------------------------------------------------------------------- */

static const llhttp_settings_t settings = {
    .on_message_begin = parser_message_begin,
    .on_url = parser_url,
    .on_url_complete = parser_url_complete,
    .on_version_complete = parser_version_complete,
    .on_header_field = parser_header_field,
    .on_header_field_complete = parser_header_field_complete,
    .on_header_value = parser_header_value,
    .on_headers_complete = parser_headers_complete,
    .on_chunk_extension_name = parser_extension,
    .on_chunk_extension_value = parser_extension,
    .on_body = parser_body,
    .on_message_complete = parser_message_complete,
};

/* Begin a request. The public fields still describe the last one. */
static void parser_begin(slack_http_parser_t *parser)
{
    llhttp_init(&parser->llhttp, HTTP_REQUEST, &settings);
    parser->llhttp.data = parser;
    parser->phase = SLACK_HTTP_BEFORE;
    parser->request = NULL;
    parser->span_count = 0;
    parser->in_name = false;
    parser->text = NULL;
    parser->text_len = parser->text_cap = parser->target_len = 0;
    parser->raw_bytes = parser->extra_bytes = parser->body_cap = 0;
}

int slack__http_parser_init(slack_http_parser_t *parser, const slack_http_limits_t *limits)
{
    *parser = (slack_http_parser_t){.limits = limits, .reason = "", .keep_alive = true};
    parser->spans = slack__calloc(limits->header_count, sizeof *parser->spans);
    if (!parser->spans) return SLACK_ENOMEM;
    parser_begin(parser);
    return 0;
}

void slack__http_parser_done(slack_http_parser_t *parser)
{
    if (parser->request) slack__arena_free(parser->request->arena);
    parser->request = NULL;
    slack__free(parser->spans);
    parser->spans = NULL;
}

slack_http_request_t *slack__http_parser_take(slack_http_parser_t *parser)
{
    slack_http_request_t *request = parser->request;
    parser_begin(parser);
    return request;
}

/* Refuse with the status for llhttp's error. `at` is the faulty byte, or the end of the data. */
static void refuse_error(slack_http_parser_t *parser, llhttp_errno_t error, const char *at,
                         const char *end)
{
    static const char token_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789!#$%&'*+-.^_`|~";
    int status = HTTP_STATUS_BAD_REQUEST;
    switch (error) {
    case HPE_INVALID_METHOD: /* an unknown method if it is a token (RFC 9110 5.6.2), or none */
        if (at < end && *at && strchr(token_chars, *at)) status = HTTP_STATUS_NOT_IMPLEMENTED;
        break;
    case HPE_INVALID_VERSION: /* another version, or a malformed line */
        if (parser->llhttp.http_major == 1 && parser->llhttp.http_minor <= 1) break;
        status = HTTP_STATUS_HTTP_VERSION_NOT_SUPPORTED;
        break;
    case HPE_PAUSED_H2_UPGRADE: status = HTTP_STATUS_HTTP_VERSION_NOT_SUPPORTED; break;
    case HPE_INVALID_TRANSFER_ENCODING:
        if (!(parser->llhttp.flags & F_CONTENT_LENGTH)) status = HTTP_STATUS_NOT_IMPLEMENTED;
        break;
    default: break;
    }
    const char *reason = llhttp_get_error_reason(&parser->llhttp);
    parser_refuse(parser, status, reason ? reason : "");
}

/* Feed llhttp once, within the limit. */
static enum slack_http_parse_result feed_once(slack_http_parser_t *parser, const char *data,
                                              size_t len, size_t *ret_used)
{
    const slack_http_limits_t *limits = parser->limits;
    const bool in_head = parser->phase <= SLACK_HTTP_HEAD;
    /* Target and headers have limits of their own; blanks and line breaks between them do not. */
    size_t max =
        limits->target_bytes + limits->header_bytes + 4 * (size_t)limits->header_count + 64;
    /* Chunk sizes may take as much as the body itself. */
    if (!in_head) max += 2 * (size_t)limits->body_bytes + limits->header_bytes;
    const size_t left = max - parser->raw_bytes;
    if (len > left) len = left;

    parser->piece_len = len;
    llhttp_errno_t error = llhttp_execute(&parser->llhttp, data, len);
    const char *at = error == HPE_OK ? data + len : llhttp_get_error_pos(&parser->llhttp);
    *ret_used = (size_t)(at - data);
    parser->raw_bytes += *ret_used;

    if (error == HPE_OK) {
        const bool head_ended = in_head && parser->phase > SLACK_HTTP_HEAD;
        if (len < left || head_ended) return SLACK_HTTP_MORE;
        if (in_head)
            parser_refuse(parser, HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE, "head too long");
        else
            parser_refuse(parser, HTTP_STATUS_PAYLOAD_TOO_LARGE, "chunks too small for the body");
    } else if (error == HPE_PAUSED) {
        if (parser->phase == SLACK_HTTP_WHOLE) return SLACK_HTTP_REQUEST;
        llhttp_resume(&parser->llhttp);
        return SLACK_HTTP_CONTINUE;
    } else {
        refuse_error(parser, error, at, data + len);
    }
    return SLACK_HTTP_REFUSE;
}

enum slack_http_parse_result slack__http_parser_feed(slack_http_parser_t *parser, const char *data,
                                                     size_t len, size_t *ret_used)
{
    enum slack_http_parse_result parsed = SLACK_HTTP_MORE;
    size_t used = 0;
    while (used < len && parsed == SLACK_HTTP_MORE) {
        size_t now;
        parsed = feed_once(parser, data + used, len - used, &now);
        used += now;
    }
    *ret_used = used;
    return parsed;
}
