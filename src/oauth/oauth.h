/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_PART_H
#define SLACK_OAUTH_PART_H

#include "inbox/inbox.h"
#include "oauth/config.h"
#include "oauth/installations.h"
#include "oauth/rotation.h"
#include "oauth/sweep.h"

/*
 * The part of a distributed app (slack/oauth.h): an app with SLACK_CLIENT_ID.
 *
 *   config.c          its options
 *   installation.c    a record of an installation, and Slack's answers with tokens
 *   entries.c         its entries in the store; installations.c, find.c, install.c, uninstall.c
 *   start.c           the checks of the start: the key of the store, the name of the app
 *   lookup.c          the tokens for a tenant
 *   client_for.c      clients for workspaces outside of deliveries
 *   flow.h            the install flow
 *   rotation.c        tokens that expire; refresh.c, refreshes.c, sweep.c
 *   leaving.c         events that end installations
 *   loss.c            cancels what waits for an installation that has ended, and reports it
 */

/* The reports of the part. */
typedef struct slack_oauth_events {
    void (*started)(void *user_data); /* the app may take deliveries */
    /* The start has failed. `error` is a sentence, borrowed until the return. */
    void (*failed)(void *user_data, int status, const char *error);
} slack_oauth_events_t;

typedef struct slack_oauth {
    /* Set by the owner. */
    const slack_options_t *options; /* NULL: the app is not a distributed one */
    slack_services_t *services;
    slack_identity_t *identity;
    slack_queue_t *queue;
    slack_inbox_t *inbox;
    const slack_client_t *client;      /* with the app's credentials: slack_client.basic */
    bool on_installed, on_uninstalled; /* there are listeners: the jobs are stored for them */
    const slack_oauth_events_t *events;
    void *events_data;

    bool started;          /* the keys are good, and the app has its name */
    slack_keyring_t *keys; /* NULL: values are in clear */
    slack_installations_t installations;
    slack_rotation_t rotation;
    slack_sweep_t sweep;
    struct slack_oauth_start *start; /* under way; NULL: not, or over */
    slack_link_t wanted;             /* clients: see client_for.h */
} slack_oauth_t;

/* ---- oauth.c ---- */

void slack__oauth_init(slack_oauth_t *oauth);

/* Reads the keys; the store is open. 0; SLACK_ECONFIG with a sentence in `error`; SLACK_ENOMEM;
 * SLACK_EIO. */
int slack__oauth_open(slack_oauth_t *oauth, char *error);
/* The app stops: no report follows, and no refresh begins. Operations of the store end when it
 * closes. */
void slack__oauth_close(slack_oauth_t *oauth);
void slack__oauth_done(slack_oauth_t *oauth);

/* ---- start.c ---- */

/* Checks that the keys open what the store has, and learns the app's name for its rows:
 * identity->app and ->home. One of the events follows, unless the part is closed before. The
 * identity is accepted. */
void slack__oauth_start(slack_oauth_t *oauth);
/* Ends it if it waits for the store. */
void slack__oauth_start_close(slack_oauth_t *oauth);

/* ---- lookup.c ---- */

/* The authorizer of a distributed app: a slack_authorize_fn. `oauth` is a slack_oauth_t. */
int slack__oauth_look_up(slack_authorize_t request, const slack_tenant_t *tenant, void *oauth);

#endif
