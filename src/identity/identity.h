/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_IDENTITY_H
#define SLACK_IDENTITY_IDENTITY_H

#include <slack/options.h>

#include "identity/authorizer.h"
#include "identity/token_file.h"
#include "net/loop.h"
#include "util/backoff.h"
#include "webapi/webapi.h"

/*
 * The tokens with which the app acts. An app with a token of its own checks the token with
 * auth.test before it takes deliveries (https://docs.slack.dev/reference/methods/auth.test). It
 * checks the token again after Slack has refused it in a call. An app with an authorizer looks up
 * the token of each tenant.
 */

/* The least time between two checks of the app's own token after the start. */
#define SLACK_TOKEN_CHECK_MS 60000

/* The workspace of jobs and requests of the program that name none. */
typedef struct slack_home {
    char team_id[32], enterprise_id[32]; /* both "": there is no such workspace */
    bool is_enterprise_install;
} slack_home_t;

/* An app's name for its rows in the store: SLACK_APP_ID; else "TEAM/BOT" of its own token, with
 * every transport; else the app id in the app-level token. "" if none of these is known. */
#define SLACK_APP_NAME_MAX 80

enum slack_identity_phase {
    SLACK_IDENTITY_NEW,
    SLACK_IDENTITY_CHECKING, /* auth.test is in flight, or will be tried again */
    SLACK_IDENTITY_ACCEPTED,
    SLACK_IDENTITY_STOPPED /* no check follows */
};

/* The reports of an identity. Each comes at most once. */
typedef struct slack_identity_events {
    void (*accepted)(void *user_data);                    /* the app may take deliveries */
    void (*refused)(void *user_data, const char *reason); /* the start has failed for good */
} slack_identity_events_t;

typedef struct slack_identity {
    slack_net_t *net;
    const slack_identity_events_t *events;
    void *events_data;
    enum slack_identity_phase phase;
    slack_client_t client;     /* the bot's */
    slack_client_t app_client; /* with the app-level token, for transports */
    char bot_user[32], bot_id[32], team_id[32];
    char app[SLACK_APP_NAME_MAX]; /* the app's name for its rows, once accepted */
    slack_grant_t own;            /* the app's own token */
    slack_token_files_t token_files;
    slack_authorizer_state_t *authorizer; /* NULL: the app's own token serves all deliveries */
    bool distributed;      /* the authorizer knows installations: see slack__identity_grant() */
    bool has_own;          /* the app has a token of its own, which is checked */
    slack_home_t own_home; /* that the own token belongs to, once accepted */
    slack_home_t home;

    slack_backoff_t backoff;
    slack_timer_t timer; /* the next check */
    bool checking;       /* auth.test is in flight */
    bool refused;        /* Slack refused the token in the last answer */
    uint64_t checked_us; /* the time of the last check after the start */
} slack_identity_t;

void slack__identity_init(slack_identity_t *identity);
/* Makes the clients of the app. `options` is borrowed for the life of the identity. The caller has
 * set `authorizer` and `distributed`. */
void slack__identity_open(slack_identity_t *identity, slack_net_t *net, slack_webapi_t *webapi,
                          const slack_options_t *options);
/* Checks the app's own token until Slack answers. With an authorizer of the program, or without an
 * own token, the identity is accepted without a check. The caller has set `events`. */
void slack__identity_start(slack_identity_t *identity);
/* In a distributed app whose own token Slack has refused at the start: the app has none. */
void slack__identity_disown(slack_identity_t *identity);
/* Ends the checks of the app's own token. */
void slack__identity_stop(slack_identity_t *identity);
/* Stops, and cancels the authorizer. */
void slack__identity_close(slack_identity_t *identity);
void slack__identity_done(slack_identity_t *identity);

/* A job or a request of the program whose tenant has no id belongs to `home`, in a distributed app:
 * sets the ids. False: there is no home, and no token. */
bool slack__identity_at_home(const slack_identity_t *identity, slack_tenant_t *tenant);
/* Asks for the grant of a tenant, as slack__authorizer_ask() does, in an app with an authorizer. In
 * a distributed app the own token serves its own workspace while Slack takes it. */
bool slack__identity_grant(slack_identity_t *identity, slack_tenant_t *tenant, slack_arena_t *arena,
                           slack_waiter_t *waiter, slack_answer_t *ret);
/* Whether a tenant is the workspace of the app's own token. */
bool slack__identity_owns(const slack_identity_t *identity, const slack_tenant_t *tenant);
/* The grant of a delivery before its tenant is known: the app's own, or none. */
static inline const slack_grant_t *slack__identity_own_grant(const slack_identity_t *identity)
{
    return identity->authorizer ? &slack__grant_none : &identity->own;
}

#endif
