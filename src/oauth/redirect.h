/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_REDIRECT_H
#define SLACK_OAUTH_REDIRECT_H

#include "util/arena.h"

/*
 * What Slack adds to the redirect URI. Pure. Strings are never NULL, "" if the parameter is
 * missing.
 *
 * https://docs.slack.dev/authentication/installing-with-oauth#asking
 */
typedef struct slack_redirect {
    const char *code, *state, *error;
} slack_redirect_t;

#define SLACK_CODE_MAX 512 /* Slack's codes have about 100 characters */

/* Reads a query. NULL: it is good; else the word of a failure (pages.h): parameter_repeated, of
 * which two servers could read a different one; parameter_malformed; no_memory. Other parameters
 * are ignored. */
const char *slack__redirect_read(slack_arena_t *arena, slack_slice_t query, slack_redirect_t *ret);

#endif
