/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SLACK_REQUEST_H
#define SLACK_TESTS_SUPPORT_SLACK_REQUEST_H

#include <stddef.h>

#include <slack/listener.h>

/* Requests as Slack sends them. Bodies are sent as they are. The caller frees results
 * with free(). */

/* The request of https://docs.slack.dev/authentication/verifying-requests-from-slack. */
#define SLACK_REQUEST_SECRET "8f742231b10e8888abcd99yyyzzz85a5"
#define SLACK_REQUEST_TIME   "1531420618"
#define SLACK_REQUEST_BODY                                                                         \
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id="         \
    "G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-"     \
    "collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%"             \
    "2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121."               \
    "803a0bc887a14d10d2c447fce8b6703c"
#define SLACK_REQUEST_SIGNATURE                                                                    \
    "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"

#define SLACK_REQUEST_JSON "application/json"
#define SLACK_REQUEST_FORM "application/x-www-form-urlencoded"

/* The request body and media type with which Slack sends a JSON body of that kind over HTTP. */
char *slack_request_body(enum slack_kind kind, const char *json, size_t *ret_len,
                         const char **ret_type);

/* A whole signed POST. A NULL member has the value in its comment. */
typedef struct signed_request {
    const char *secret;  /* SLACK_REQUEST_SECRET */
    const char *target;  /* /slack/events */
    const char *type;    /* SLACK_REQUEST_JSON */
    const char *headers; /* none; else whole lines, each with its \r\n */
    const char *body;
    size_t body_len; /* 0: up to its NUL */
    unsigned age_s;  /* when it was signed, before SLACK_REQUEST_TIME */
} signed_request_t;

char *slack_request_make(const signed_request_t *request, size_t *ret_len);

/* The same, with only these members set. */
char *slack_request_signed(const char *type, const char *headers, const char *body, size_t body_len,
                           size_t *ret_len);

#endif
