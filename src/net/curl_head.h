/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_CURL_HEAD_H
#define SLACK_NET_CURL_HEAD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The head of a response, line by line as libcurl reads it. libcurl takes any number of lines, a
 * head that ends with the connection, and a body that is compressed several times; a short one of
 * those would occupy the loop for seconds. Pure.
 */
typedef struct slack_curl_head {
    size_t bytes; /* of all lines, also of interim responses, a proxy's response, and trailers */
    unsigned codings; /* of the body, other than chunks */
    bool complete;
} slack_curl_head_t;

#define SLACK_CURL_HEAD_MAX ((size_t)64 << 10)

/* NULL, or why the response is refused. */
const char *slack__curl_head_line(slack_curl_head_t *head, const char *line, size_t len);

#endif
