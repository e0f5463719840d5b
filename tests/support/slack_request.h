/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SLACK_REQUEST_H
#define SLACK_TESTS_SUPPORT_SLACK_REQUEST_H

#include <stddef.h>

#include <slack/listener.h>

/* Requests as Slack sends them. Results are the caller's, to be freed with free(). */

/* The secret and time of https://docs.slack.dev/authentication/verifying-requests-from-slack. */
#define SLACK_REQUEST_SECRET "8f742231b10e8888abcd99yyyzzz85a5"
#define SLACK_REQUEST_TIME   "1531420618"

#define SLACK_REQUEST_JSON "application/json"
#define SLACK_REQUEST_FORM "application/x-www-form-urlencoded"

/* The body in which Slack sends a JSON body of that kind over HTTP, and its media type. */
char *slack_request_body(enum slack_kind kind, const char *json, size_t *ret_len,
                         const char **ret_type);

/* A whole signed POST to /slack/events. `headers` are whole lines, each with its \r\n; "" for none.
 */
char *slack_request_signed(const char *type, const char *headers, const char *body, size_t body_len,
                           size_t *ret_len);

#endif
