/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_ID_TOKEN_H
#define SLACK_OAUTH_ID_TOKEN_H

#include <slack/sign_in.h>

#include "util/arena.h"

/*
 * The id_token of a sign-in (OpenID Connect Core 1.0, 3.1.3.7). Pure.
 *
 * The app gets the token from Slack itself, over TLS, so that TLS shows who has issued it: item 6
 * of that section allows it in place of the token's signature, which is not checked.
 */
typedef struct slack_id_token_facts {
    const char *issuer;    /* "https://slack.com" */
    const char *client_id; /* of the app */
    const char *nonce;     /* of the attempt */
    int64_t now_ms;        /* wall clock */
} slack_id_token_facts_t;

/* NULL: the token is good, and `ret` has its person, in the arena; else a sentence why not. */
const char *slack__id_token_read(slack_arena_t *arena, const char *token,
                                 const slack_id_token_facts_t *facts, slack_person_t *ret);

#endif
