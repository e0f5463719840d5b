/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_PARSER_H
#define SLACK_NET_HTTP_PARSER_H

#include <llhttp.h>

#include "net/http_server.h"

/*
 * Bytes in, requests out: llhttp at its strictest, and our bounds. No I/O and no clock. Whatever
 * the pieces that the bytes come in, the outcome is the same.
 *
 * A request is built in the arena that will be its own: one copy of the head, one of the body.
 */

enum slack_http_parse_result {
    SLACK_HTTP_MORE,     /* all bytes were used, and the request goes on */
    SLACK_HTTP_CONTINUE, /* the head is fine, and the peer asks whether to send its body */
    SLACK_HTTP_REQUEST,  /* a whole request: slack__http_parser_take() */
    SLACK_HTTP_REFUSE,   /* it breaks HTTP or a bound: answer `refuse`, then close */
};

enum slack_http_phase { SLACK_HTTP_BEFORE, SLACK_HTTP_HEAD, SLACK_HTTP_BODY, SLACK_HTTP_WHOLE };

/* Where a header line lies in the head's text. Offsets, since the text moves when it grows. */
typedef struct slack_http_span {
    size_t name, name_len;
    size_t value, value_len;
} slack_http_span_t;

typedef struct slack_http_parser {
    /* To read. Of the newest request; they stay until the next one begins. */
    enum slack_http_phase phase;
    int refuse;         /* HTTP status, 0 while all is well */
    const char *reason; /* why, constant text; "" */
    bool keep_alive;    /* the peer may send another request on this connection */
    bool http_1_0;
    bool head;    /* HEAD: the answer has no body */
    bool connect; /* CONNECT: what follows is no HTTP */

    /* Private. */
    llhttp_t llhttp;
    const slack_http_limits_t *limits; /* no field is 0 but `requests` */
    slack_http_request_t *request;     /* in its arena, from the first byte on until taken */
    slack_http_span_t *spans;          /* limits->header_count of them */
    size_t span_count;
    bool in_name;
    char *text; /* the head: target, then names and values, in the arena */
    size_t text_len, text_cap;
    size_t target_len;
    size_t piece_len;   /* what is being fed */
    size_t raw_bytes;   /* of the request, as they came */
    size_t extra_bytes; /* chunk extensions and trailers */
    size_t body_cap;
} slack_http_parser_t;

/* `limits` are borrowed for the parser's life. 0, SLACK_ENOMEM. */
int slack__http_parser_init(slack_http_parser_t *parser, const slack_http_limits_t *limits);
void slack__http_parser_done(slack_http_parser_t *parser);

/* Read on. *ret_used: how many bytes were, all of them for SLACK_HTTP_MORE; the rest is to be fed
 * again. Nothing may be fed after SLACK_HTTP_REFUSE, nor between SLACK_HTTP_REQUEST and
 * slack__http_parser_take(). */
enum slack_http_parse_result slack__http_parser_feed(slack_http_parser_t *parser, const char *data,
                                                     size_t len, size_t *ret_used);

/* Hand over the whole request, with its arena, and be ready for the next. `server`, `id`, `peer`
 * and `received_us` are the caller's to fill. */
slack_http_request_t *slack__http_parser_take(slack_http_parser_t *parser);

#endif
