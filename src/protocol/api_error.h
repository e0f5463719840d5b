/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_API_ERROR_H
#define SLACK_PROTOCOL_API_ERROR_H

#include <stdbool.h>

/*
 * What the word in the `error` of an answer from Slack means
 * (https://docs.slack.dev/reference/methods). NULL counts as an unknown word.
 */
enum slack_api_error {
    SLACK_API_OTHER,      /* the call itself is wrong: any other word */
    SLACK_API_TRANSIENT,  /* no fault of the call, which may succeed later */
    SLACK_API_LIMITED,    /* too many calls; the answer may have a Retry-After */
    SLACK_API_DEAD_TOKEN, /* the token is invalid, or not valid any more */
    SLACK_API_FORBIDDEN,  /* the token is valid, but not for this method */
    SLACK_API_CONFLICT,   /* somebody else has changed the view */
    SLACK_API_SPENT       /* the response URL is used up or expired */
};

enum slack_api_error slack__api_error(const char *word);

/* The advice for an error; "" if there is no general advice. Static. */
const char *slack__api_error_cure(const char *word);

/* Whether the same call may succeed later. slack__heals() in context/failure.h also judges the
 * library's own codes. */
bool slack__api_error_heals(const char *word);
/* Whether no call with the same token can succeed, now or later: a dead token or a forbidden
 * method. */
bool slack__api_error_is_fatal(const char *word);

#endif
