/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_RESPONSE_H
#define SLACK_NET_HTTP_RESPONSE_H

#include "net/http_server.h"
#include "util/buf.h"

/* What an answer needs to know of the request that it answers. */
typedef struct slack_http_response_context {
    bool head;      /* a HEAD request: everything but the body */
    bool http_1_0;  /* keeping a connection alive must be said */
    bool close;     /* the connection ends after this answer */
    int64_t wall_s; /* since 1970, for Date */
} slack_http_response_context_t;

/* Append the whole answer, head and body. 0; SLACK_EINVAL for a status below 200 or above 999, or a
 * header that would break out of its line; SLACK_ETOOBIG (the buffer's maximum), SLACK_ENOMEM. On
 * failure the buffer is as it was. */
int slack__http_response_write(slack_buf_t *out, const slack_http_response_t *answer,
                               const slack_http_response_context_t *context);

#define SLACK_HTTP_DATE_BYTES sizeof("Sat, 21 Nov 2026 00:00:00 GMT")
/* The time as RFC 9110 5.6.7 has it, whatever the locale. Years 0 to 9999. */
void slack__http_date(char ret[SLACK_HTTP_DATE_BYTES], int64_t wall_s);

#endif
