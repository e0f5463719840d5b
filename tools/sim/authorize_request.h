/* SPDX-License-Identifier: MIT */
#ifndef SIM_AUTHORIZE_REQUEST_H
#define SIM_AUTHORIZE_REQUEST_H

#include "sim/problem.h"
#include "sim/scope_set.h"

/* The URL with which an app sends a browser to Slack's page, and the checks that Slack makes there
 * (https://docs.slack.dev/authentication/installing-with-oauth). Pure. */

#define SIM_REDIRECT_URI_SIZE    512
#define SIM_REDIRECT_URI_DEFAULT "http://127.0.0.1:3000/slack/oauth_redirect"
#define SIM_CHALLENGE_SIZE       64
#define SIM_NONCE_SIZE           128

/* The app's settings at Slack. The strings are borrowed. */
typedef struct sim_oauth_app {
    const char *client_id;
    const char *client_secret;
    /* Separated by commas. "": every URL on a loopback host, and the first one is the default. */
    const char *redirect_uris;
    bool pkce; /* the app has opted into PKCE, and is a public client */
} sim_oauth_app_t;

enum sim_flow {
    SIM_FLOW_V2,    /* /oauth/v2/authorize: scopes of the bot, of the person, or of both */
    SIM_FLOW_USER,  /* /oauth/v2_user/authorize: scopes of the person */
    SIM_FLOW_OPENID /* /openid/connect/authorize: who the person is */
};

/* The request of an app. The strings are borrowed from the query and the app; "" for none. */
typedef struct sim_authorize_request {
    enum sim_flow flow;
    sim_scope_set_t bot_scopes, user_scopes;
    const char *redirect_uri;
    bool redirect_given; /* false: it is the first one of the settings */
    const char *state;
    const char *challenge; /* of PKCE */
    const char *nonce;
    const char *team; /* the workspace that the app suggests */
} sim_authorize_request_t;

/* Read a query. NULL for success; else Slack's word for the error, with a sentence in `problem`. */
const char *sim_authorize_read(sim_json_builder_t *json, const sim_oauth_app_t *app,
                               enum sim_flow flow, const slack_json_t *query,
                               sim_authorize_request_t *ret, char problem[SIM_PROBLEM_SIZE]);

#endif
