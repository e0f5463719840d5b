/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SLACK_REQUEST_H
#define SLACK_TESTS_SUPPORT_SLACK_REQUEST_H

#include <stddef.h>

#include <slack/listener.h>

/* Requests as Slack sends them. The caller frees results with free(). */

/* The secret and time in https://docs.slack.dev/authentication/verifying-requests-from-slack. */
#define SLACK_REQUEST_SECRET "8f742231b10e8888abcd99yyyzzz85a5"
#define SLACK_REQUEST_TIME   "1531420618"

#define SLACK_REQUEST_JSON "application/json"
#define SLACK_REQUEST_FORM "application/x-www-form-urlencoded"

/* How Slack sends a JSON body of that kind over HTTP: the body of the request, and its media type.
 */
char *slack_request_body(enum slack_kind kind, const char *json, size_t *ret_len,
                         const char **ret_type);

/* A whole signed POST. A member that is NULL has the value in its comment. */
typedef struct slack_request {
    const char *secret;  /* SLACK_REQUEST_SECRET */
    const char *target;  /* /slack/events */
    const char *type;    /* SLACK_REQUEST_JSON */
    const char *headers; /* none; else whole lines, each with its \r\n */
    const char *body;
    size_t body_len; /* 0: up to its NUL */
} slack_request_t;

char *slack_request_make(const slack_request_t *request, size_t *ret_len);

/* The same, with only these members set. */
char *slack_request_signed(const char *type, const char *headers, const char *body, size_t body_len,
                           size_t *ret_len);

#endif
