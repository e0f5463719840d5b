/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_AUTHORIZER_H
#define SLACK_IDENTITY_AUTHORIZER_H

#include <slack/authorize.h>
#include <slack/call.h>

#include "identity/grant.h"

/*
 * With whose token a delivery is handled.
 *
 *   token.c      an app with a token of its own: auth.test at start, and when a call says it failed
 *   authorize.c  an app with a function that looks tokens up: questions, answers, what is kept
 *   tenant.c     whose delivery it is
 *   refusal.c    what is said in the place of handlers that have no token
 */

/* slack_client_t.owner of the app's own token. */
#define SLACK_OWNER_APP 1

typedef struct slack_authority slack_authority_t;

/* How deliveries got the token of their tenant. */
enum slack_lookup {
    SLACK_LOOKUP_GRANTED,
    SLACK_LOOKUP_REFUSED,
    SLACK_LOOKUP_FAILED,     /* or the program did not answer in time */
    SLACK_LOOKUP_REMEMBERED, /* no lookup was needed */
    SLACK_LOOKUPS
};

/* How soon after a check of the app's own token the next one may follow. */
#define SLACK_TOKEN_CHECK_MS 60000

/* ---- token.c ---- */

/* Ask auth.test until it answers; then slack__app_authorized(), or a shutdown. Without a token of
 * its own the app is authorized at once. */
void slack__auth_test_start(slack_app_t *app);
/* Slack said that the app's own token is none. */
void slack__auth_test_doubted(slack_app_t *app);

/* ---- authorize.c ---- */

/* The way of a delivery. True: it goes on at once, with a grant, or failed, or refused. False: its
 * task is posted when it is known. */
bool slack__authorize_ctx(slack_ctx_t *ctx);
/* It does not wait for an answer any more; nothing where it does not. */
void slack__authorize_leave(slack_ctx_t *ctx);

/* What other threads answered: on every wakeup of the loop. */
void slack__authorize_run(slack_app_t *app);
/* Slack said of a call that its token is none. */
void slack__authorize_token_failed(slack_app_t *app, uint64_t owner);
/* An event that tells that tokens are gone: at its beginning and at its end, since what is looked
 * up in between may be what the program is about to remove. */
void slack__authorize_revoked(slack_ctx_t *ctx);
/* No question is open any more, and none is asked. */
void slack__authorize_cancel(slack_app_t *app);
void slack__authority_free(slack_authority_t *authority);
/* What a person is told. */
const char *slack__authorize_refusal(const slack_app_t *app);
/* Questions without an answer, and tenants that are remembered. */
void slack__authority_counts(const slack_app_t *app, size_t *ret_open, size_t *ret_known);

/* SLACK_LOOKUPS figures; only with an authority. */
const uint64_t *slack__authority_lookups(const slack_app_t *app);

/* ---- refusal.c ---- */

/* Answer what Slack waits for, of a delivery that was refused. */
void slack__unauthorized_ack(slack_ctx_t *ctx);

#endif
