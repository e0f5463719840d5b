/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_CURL_HEAD_H
#define SLACK_NET_CURL_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The head of a response, line by line as libcurl reads it. libcurl takes any number of lines, a
 * head that ends with the connection, and a body that is compressed several times; a short one of
 * those would occupy the loop for seconds. It also takes a length that is too large for a number as
 * none, and the last one of several lengths: a body that was cut off would count as whole. Pure.
 */
typedef struct slack_curl_head {
    size_t bytes; /* of all lines, also of interim responses, a proxy's response, and trailers */
    unsigned codings; /* of the body, other than chunks */
    uint64_t length;  /* Content-Length and 1; 0: none */
    bool complete;
} slack_curl_head_t;

#define SLACK_CURL_HEAD_MAX ((size_t)64 << 10)

/* NULL, or why the response is refused. */
const char *slack__curl_head_line(slack_curl_head_t *head, const char *line, size_t len);

#endif
