/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_RESPONSE_H
#define SLACK_NET_HTTP_RESPONSE_H

#include "net/http_message.h"
#include "util/buf.h"

/* What the bytes of a response depend on, beside the response. */
typedef struct slack_http_response_context {
    bool head;      /* to a HEAD request: all but the body */
    bool http_1_0;  /* needs "Connection: keep-alive" */
    bool close;     /* the connection ends after it */
    int64_t wall_s; /* since 1970, for Date */
} slack_http_response_context_t;

/* Append a whole response, head and body. 0; SLACK_EINVAL for a status below 200 or above 999, or a
 * header with a line break; SLACK_ETOOBIG (the buffer's maximum); SLACK_ENOMEM. On failure the
 * buffer is unchanged. */
int slack__http_response_write(slack_buf_t *out, const slack_http_response_t *response,
                               const slack_http_response_context_t *context);

#define SLACK_HTTP_DATE_BYTES sizeof("Sat, 21 Nov 2026 00:00:00 GMT")
/* The time in the format of RFC 9110 5.6.7, whatever the locale. Years 0 to 9999. */
void slack__http_date(char ret[SLACK_HTTP_DATE_BYTES], int64_t wall_s);

#endif
