/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_GRANT_H
#define SLACK_IDENTITY_GRANT_H

#include <slack/authorize.h>

#include "identity/waiter.h"
#include "util/str.h"
#include "webapi/credential.h"

/*
 * A grant: the tokens of a tenant, and the bot that they belong to. The cache holds a reference to
 * it, and so does each delivery, call and client that uses it. Only the loop uses a grant after it
 * was made.
 *
 * A grant never changes. When Slack refuses one of its tokens, the authorizer looks the tenant up
 * again, once for each grant, and the new grant becomes the `next` of the old one. Whoever holds
 * the old one finds the new tokens there.
 */
typedef struct slack_token {
    slack_credential_t credential; /* without ops: nobody replaces the token */
    struct slack_grant *grant;     /* that has it */
    const char *text;              /* NULL: no such token */
} slack_token_t;

typedef struct slack_grant {
    unsigned refs; /* 0: it is never freed */
    slack_token_t bot, user;
    const char *bot_id, *bot_user;
    unsigned lifetime_ms;   /* 0: the authorizer's default */
    slack_slice_t key;      /* of the tenant, in the cache */
    bool own;               /* the app's own token */
    bool org;               /* tokens of a whole organization */
    void *authorizer;       /* that looks the tenant up again */
    slack_waiter_t waiter;  /* linked while the tenant is looked up again … */
    slack_token_t *refused; /* … because Slack has refused this one of its tokens */
    slack_link_t renewals;  /* of the calls that wait for that: slack_renewal_t.link */
    struct slack_grant *next;
    size_t size; /* of the struct and the strings behind it */
} slack_grant_t;

/* The grant of a delivery without a token: each call fails with SLACK_EAUTH. */
extern const slack_grant_t slack__grant_none;

/* Makes a grant with copies of the strings and the key, on any thread. The caller holds the only
 * reference. NULL if memory is out. */
slack_grant_t *slack__grant_new(const slack_authorization_t *from, slack_slice_t key);
/* Takes another reference. NULL is allowed. */
static inline void slack__grant_ref(slack_grant_t *grant)
{
    if (grant && grant->refs > 0) grant->refs++;
}
/* Gives up a reference. With the last one the grant is wiped and freed. NULL is allowed. */
void slack__grant_unref(slack_grant_t *grant);

/* Members of the ops of the credentials of such a grant. */
slack_credential_t *slack__grant_hold(slack_credential_t *credential);
void slack__grant_release(slack_credential_t *credential);
const char *slack__grant_text(slack_credential_t *credential);

static inline slack_token_t *slack__grant_token(slack_credential_t *credential)
{
    return SLACK_CONTAINER(credential, slack_token_t, credential);
}
/* A token for a client: its credential. NULL: there is no such token. */
static inline slack_credential_t *slack__token_credential(const slack_token_t *token)
{
    return token->text && token->credential.ops
               ? (slack_credential_t *)(uintptr_t)&token->credential
               : NULL;
}

#endif
