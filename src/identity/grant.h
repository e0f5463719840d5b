/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_GRANT_H
#define SLACK_IDENTITY_GRANT_H

#include <slack/authorize.h>

/* The number of the grant that is the app's own token. */
#define SLACK_OWNER_APP 1

/* A token, and who it belongs to. Strings are never NULL, tokens apart. Counted: whoever remembers
 * it, and the deliveries that use it. The loop's, once it is made. */
typedef struct slack_grant {
    unsigned refs;
    uint64_t number;                    /* slack_client_t.owner */
    const char *bot_token, *user_token; /* NULL: none */
    const char *bot_id, *bot_user;
    unsigned lifetime_ms; /* 0: as long as any */
    size_t size;          /* of all of it, with the strings behind it */
} slack_grant_t;

/* Of a delivery that has no token: each call fails with SLACK_EAUTH. */
extern const slack_grant_t slack__grant_none;

/* Copies; any thread. One reference is the caller's. NULL: memory is out. */
slack_grant_t *slack__grant_new(const slack_authorization_t *from);
/* The last one wipes it and frees it. NULL is fine. */
void slack__grant_unref(slack_grant_t *grant);

#endif
