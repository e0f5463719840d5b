/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_AUTHORIZE_URL_H
#define SLACK_OAUTH_AUTHORIZE_URL_H

#include "util/arena.h"

/*
 * The URL of Slack's page of consent. Pure.
 *
 * https://docs.slack.dev/authentication/installing-with-oauth
 */

/* Slack has a page for each of these, and a method that takes the codes of the page. */
enum slack_oauth_flow {
    SLACK_OAUTH_INSTALL, /* a bot, and on request a token of the person */
    SLACK_OAUTH_USER,    /* only a token of the person: no bot */
    SLACK_OAUTH_SIGN_IN
};

/* The method of the Web API that exchanges a code of this flow. */
const char *slack__oauth_method(enum slack_oauth_flow flow);

typedef struct slack_authorize_url {
    enum slack_oauth_flow flow;
    /* Replaces Slack's page for installations; the others lie beside it. NULL or "": the pages
     * beside `api_url`. */
    const char *page;
    const char *api_url; /* Required: https://slack.com/api/ */
    const char *client_id;
    /* Optional, NULL or "": */
    const char *scopes, *user_scopes; /* separated by commas */
    const char *state, *redirect_uri;
    const char *team;      /* the workspace that the page suggests */
    const char *challenge; /* of PKCE, S256 */
    const char *nonce;     /* of a sign-in */
} slack_authorize_url_t;

/* NULL: memory is out. */
const char *slack__authorize_url(slack_arena_t *arena, const slack_authorize_url_t *parts);

/* Whether a text looks like the id of a workspace or an organization. Anyone can write the hint
 * `team` into a link, so that nothing else is passed on to Slack. */
bool slack__is_team_id(const char *text);

#endif
