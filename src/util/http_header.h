/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_HTTP_HEADER_H
#define SLACK_UTIL_HTTP_HEADER_H

#include "util/str.h"

/* One header of a message over HTTP, its value trimmed. */
typedef struct slack_http_header {
    slack_slice_t name;
    slack_slice_t value;
} slack_http_header_t;

/* The value of the first header of that name (ASCII case is ignored); ptr is NULL without one.
 * `ret_count` (optional): the number of headers of that name. */
slack_slice_t slack__http_header_find(const slack_http_header_t *headers, size_t count,
                                      const char *name, unsigned *ret_count);

#endif
