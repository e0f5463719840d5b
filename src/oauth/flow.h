/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_FLOW_H
#define SLACK_OAUTH_FLOW_H

#include <slack/install.h>
#include "oauth/attempt_limit.h"
#include "oauth/oauth.h"
#include "oauth/state.h"
#include "ops/http_routes.h"

/* A call of an attempt waits for its turn at most so long, because a person waits for the page. */
#define SLACK_INSTALL_WAIT_MS 20000

/*
 * The install flow: from the link to an app to its installation in the store.
 *
 *   flow.c       the routes, and the life of the part
 *   round_trip.c the way to Slack and back, with the checks of what Slack sends
 *   attempt.c    an attempt: its hooks, and the page at its end
 *   exchange.c   the state is used up, and the code exchanged
 *   finish.c     Slack's tokens become an installation
 *   greeting.c   the delivery of slack_on_installed()
 *   openid.c     sign in with Slack, by the same steps up to the exchange
 *
 * An attempt of a person begins twice: when the browser is sent to Slack, and when it comes back.
 * Between the two the app has nothing of it.
 */
typedef struct slack_install_flow {
    /* Set by the owner. */
    slack_oauth_t *oauth; /* NULL: the app is not a distributed one */
    slack_inbox_t *inbox;
    slack_http_routes_t *routes;
    slack_install_hooks_t hooks;

    slack_state_keys_t keys;
    char *credentials; /* of the app, for the header Authorization */
    char *start;       /* the URL at which an attempt begins; a path without SLACK_REDIRECT_URI */
    struct slack_sign_in *sign_ins; /* the newest first */
    slack_client_t client;
    slack_attempt_limit_t limit;
    slack_link_t attempts; /* install->link */
    size_t count;
    bool closing;
} slack_install_flow_t;

/* Before anything else; slack__install_flow_done() may follow at any time. */
void slack__install_flow_init(slack_install_flow_t *flow);
/* Adds the routes. The owner has set its members. 0; SLACK_EALREADY: the program has
 * one of them; SLACK_ETOOBIG: it has too many; SLACK_ENOMEM; SLACK_EIO. */
int slack__install_flow_open(slack_install_flow_t *flow);
/* The app closes: each attempt gets its page. What has begun goes on while the parts that it needs
 * are open, and ends with them. */
void slack__install_flow_close(slack_install_flow_t *flow);
void slack__install_flow_done(slack_install_flow_t *flow);

#endif
