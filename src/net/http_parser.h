/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_PARSER_H
#define SLACK_NET_HTTP_PARSER_H

#include <llhttp.h>

#include "net/http_limits.h"
#include "net/http_message.h"

/*
 * Bytes in, requests out: llhttp at its strictest, with limits. No I/O and no clock. However the
 * bytes are cut into pieces, the result is the same.
 *
 * A request is built in its own arena: one copy of the head, one of the body.
 */

enum slack_http_parse_result {
    SLACK_HTTP_MORE,     /* all bytes were used, and the request is not complete */
    SLACK_HTTP_CONTINUE, /* the head is valid, and the peer asks whether to send the body */
    SLACK_HTTP_REQUEST,  /* the request is complete: slack__http_parser_take() */
    SLACK_HTTP_REFUSE,   /* the request breaks HTTP or a limit: respond `refuse`, then close */
};

enum slack_http_phase { SLACK_HTTP_BEFORE, SLACK_HTTP_HEAD, SLACK_HTTP_BODY, SLACK_HTTP_WHOLE };

/* Where a header lies in the text of the head. Offsets, since the text moves when it grows. */
typedef struct slack_http_span {
    size_t name, name_len;
    size_t value, value_len;
} slack_http_span_t;

typedef struct slack_http_parser {
    /* For the caller to read: about the newest request, until the next one begins. */
    enum slack_http_phase phase;
    int refuse;         /* HTTP status; 0: the request is valid so far */
    const char *reason; /* why it is refused, constant text; "" */
    bool keep_alive;    /* the peer may send another request on this connection */
    bool http_1_0;
    bool head;    /* HEAD: the response has no body */
    bool connect; /* CONNECT: the bytes that follow are not HTTP */

    /* Private. */
    llhttp_t llhttp;
    const slack_http_limits_t *limits; /* no field but `requests` is 0 */
    slack_http_request_t *request;     /* from its first byte until it is taken */
    slack_http_span_t *spans;          /* limits->header_count of them */
    size_t span_count;
    bool in_name;
    char *text; /* the head: target, then names and values, in the arena */
    size_t text_len, text_cap;
    size_t target_len;
    size_t piece_len;   /* of the piece that is being fed */
    size_t raw_bytes;   /* of the request, on the wire */
    size_t extra_bytes; /* chunk extensions and trailers */
    size_t body_cap;
} slack_http_parser_t;

/* `limits` is borrowed for the life of the parser. 0; SLACK_ENOMEM. */
int slack__http_parser_init(slack_http_parser_t *parser, const slack_http_limits_t *limits);
void slack__http_parser_done(slack_http_parser_t *parser);

/* Parse bytes. *ret_used is the number of bytes used: all of them for SLACK_HTTP_MORE. The caller
 * feeds the rest again. Feed nothing after SLACK_HTTP_REFUSE, and nothing between
 * SLACK_HTTP_REQUEST and slack__http_parser_take(). */
enum slack_http_parse_result slack__http_parser_feed(slack_http_parser_t *parser, const char *data,
                                                     size_t len, size_t *ret_used);

/* Take the complete request, with its arena, and begin the next. The caller sets `server`, `id`,
 * `peer` and `received_us`. */
slack_http_request_t *slack__http_parser_take(slack_http_parser_t *parser);

#endif
