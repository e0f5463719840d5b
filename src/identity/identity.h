/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_IDENTITY_H
#define SLACK_IDENTITY_IDENTITY_H

#include <slack/options.h>

#include "identity/authorizer.h"
#include "net/loop.h"
#include "util/backoff.h"
#include "webapi/webapi.h"

/*
 * With whose token the app acts. An app with a token of its own checks it with auth.test
 * (https://docs.slack.dev/reference/methods/auth.test) before it takes deliveries, and again when
 * Slack refuses a call for the token's sake. An app with an authorizer has each tenant's token
 * looked up.
 */

/* How soon after a check of the app's own token the next one may follow. */
#define SLACK_TOKEN_CHECK_MS 60000

/* An app's name for its rows in the store: SLACK_APP_ID; else "TEAM/BOT" of its own token, the same
 * whatever the transport; else the app id in the app-level token. "": none of them is known. */
#define SLACK_APP_NAME_MAX 80

enum slack_identity_phase {
    SLACK_IDENTITY_NEW,
    SLACK_IDENTITY_CHECKING, /* auth.test is in flight, or waits to be tried again */
    SLACK_IDENTITY_ACCEPTED,
    SLACK_IDENTITY_STOPPED /* the token is not checked any more */
};

/* What an identity reports; each at most once. */
typedef struct slack_identity_events {
    void (*accepted)(void *user_data);                    /* deliveries may come */
    void (*refused)(void *user_data, const char *reason); /* for good, before the start was done */
} slack_identity_events_t;

typedef struct slack_identity {
    slack_net_t *net;
    const slack_identity_events_t *events;
    void *events_data;
    enum slack_identity_phase phase;
    slack_client_t client;     /* the bot's */
    slack_client_t app_client; /* with the app-level token, for transports */
    char bot_user[32], bot_id[32], team_id[32];
    char app[SLACK_APP_NAME_MAX]; /* whose rows in the store are this app's, once accepted */
    slack_grant_t own;            /* the app's own token */
    slack_authorizer_state_t *authorizer; /* NULL: the app's own token is everybody's */

    slack_backoff_t backoff;
    slack_timer_t timer; /* the next check */
    bool checking;       /* auth.test is in flight */
    bool refused;        /* its last answer */
    uint64_t checked_us; /* when it was asked last, after the start */
} slack_identity_t;

/* The clients of the app; `options` are borrowed for the identity's life. */
void slack__identity_init(slack_identity_t *identity);
void slack__identity_open(slack_identity_t *identity, slack_net_t *net, slack_webapi_t *webapi,
                          const slack_options_t *options);
/* Check the own token until Slack has an answer. With an authorizer it is accepted at once.
 * `events` are filled. */
void slack__identity_start(slack_identity_t *identity);
/* The own token is not checked any more. */
void slack__identity_stop(slack_identity_t *identity);
/* No tenant is asked for any more, and no answer is awaited. */
void slack__identity_close(slack_identity_t *identity);
void slack__identity_done(slack_identity_t *identity);

/* A call with a token has failed because Slack refuses the token. `owner`: slack_client_t.owner. */
void slack__identity_token_failed(slack_identity_t *identity, uint64_t owner);
/* The grant of a delivery before its tenant is known: the app's own, or none. */
static inline const slack_grant_t *slack__identity_own_grant(const slack_identity_t *identity)
{
    return identity->authorizer ? &slack__grant_none : &identity->own;
}

#endif
