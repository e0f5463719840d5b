/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_GRANT_H
#define SLACK_IDENTITY_GRANT_H

#include <slack/authorize.h>

/* The number of the grant that is the app's own token. */
#define SLACK_OWNER_APP 1

/* The tokens of a tenant, and the bot that they belong to. The cache and each delivery that uses a
 * grant hold a reference to it. Only the loop uses a grant after it was made. */
typedef struct slack_grant {
    unsigned refs;
    uint64_t number;                    /* slack_client_t.owner */
    const char *bot_token, *user_token; /* NULL: no such token */
    const char *bot_id, *bot_user;
    unsigned lifetime_ms; /* 0: the authorizer's default */
    size_t size;          /* of the struct and the strings behind it */
} slack_grant_t;

/* The grant of a delivery without a token: each call fails with SLACK_EAUTH. */
extern const slack_grant_t slack__grant_none;

/* Makes a grant with copies of the strings, on any thread. The caller holds the only reference.
 * NULL if memory is out. */
slack_grant_t *slack__grant_new(const slack_authorization_t *from);
/* Gives up a reference. With the last one the grant is wiped and freed. NULL is allowed. */
void slack__grant_unref(slack_grant_t *grant);

#endif
