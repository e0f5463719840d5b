/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "net/http_parser.h"
#include "util/buf.h"

/* Small, so that inputs exceed them. */
static const slack_http_limits_t limits = {
    .target_bytes = 40,
    .header_bytes = 200,
    .header_count = 6,
    .body_bytes = 40,
};

/* The invariants of every request. */
static void check(const slack_http_request_t *request, const slack_http_parser_t *parser)
{
    unsigned hosts;
    slack__http_header(request, "Host", &hosts);
    if (hosts > 1 || (hosts == 0 && !parser->http_1_0)) __builtin_trap();
    if (request->body_len > limits.body_bytes || request->body[request->body_len]) __builtin_trap();
    if (strlen(request->path.ptr) != request->path.len) __builtin_trap();
    if (!parser->connect && *request->path.ptr != '/' && *request->path.ptr != '*')
        __builtin_trap();
}

static void note(slack_buf_t *trace, const slack_http_request_t *request)
{
    slack__buf_append_slice(trace, request->method);
    slack__buf_append_slice(trace, request->path);
    slack__buf_append_slice(trace, request->query);
    for (size_t i = 0; i < request->header_count; i++) {
        slack__buf_append_slice(trace, request->headers[i].name);
        slack__buf_append_slice(trace, request->headers[i].value);
    }
    slack__buf_append(trace, request->body, request->body_len);
    slack__buf_printf(trace, " %zu %d\n", request->header_count, request->upgrade);
}

/* Feeds the bytes in pieces and writes the results to `trace`. */
static void read_pieces(slack_buf_t *trace, const char *data, size_t size, size_t piece)
{
    slack_http_parser_t parser;
    enum slack_http_parse_result parsed = SLACK_HTTP_MORE;
    if (slack__http_parser_init(&parser, &limits) != 0) return;
    for (size_t at = 0, used; at < size && parsed != SLACK_HTTP_REFUSE; at += used) {
        size_t len = size - at < piece ? size - at : piece;
        parsed = slack__http_parser_feed(&parser, data + at, len, &used);
        if (used > len || (parsed == SLACK_HTTP_MORE && used != len)) __builtin_trap();
        if (parsed == SLACK_HTTP_CONTINUE) slack__buf_printf(trace, "100\n");
        if (parsed != SLACK_HTTP_REQUEST) continue;
        slack_http_request_t *request = slack__http_parser_take(&parser);
        check(request, &parser);
        note(trace, request);
        slack__buf_printf(trace, "%d\n", parser.keep_alive);
        slack__arena_free(request->arena);
    }
    /* If a request has two faults, the pieces may decide which one is found first. */
    slack__buf_printf(trace, "%d\n", parser.refuse != 0);
    slack__http_parser_done(&parser);
}

/* The first byte is the length of the pieces, which must not change the results. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    const char *text = (const char *)data + 1;
    slack_buf_t whole, pieces;
    slack__buf_init(&whole, (size_t)1 << 20);
    slack__buf_init(&pieces, (size_t)1 << 20);
    read_pieces(&whole, text, size - 1, size);
    read_pieces(&pieces, text, size - 1, 1 + (data[0] & 63u));
    if (whole.len != pieces.len ||
        memcmp(slack__buf_ptr(&whole), slack__buf_ptr(&pieces), whole.len) != 0)
        __builtin_trap();
    slack__buf_done(&whole);
    slack__buf_done(&pieces);
    return 0;
}
