/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_H
#define SLACK_OAUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "app.h"
#include "authorize.h"
#include "call.h"
#include "error.h"
#include "export.h"
#include "listener.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file oauth.h  Distributed apps: installations in many workspaces.
 *
 * An app with SLACK_CLIENT_ID is a distributed one. It keeps installations in its store, sealed
 * with SLACK_STORE_KEY, and uses the token of the workspace for each delivery. Handlers need no
 * change. If SLACK_BOT_TOKEN is set as well, the bot's own workspace is served with that token, as
 * before. A program needs this header to greet who installs the app, to forget a workspace that has
 * left, or to call Slack for a workspace outside of a delivery.
 *
 * The protocol: https://docs.slack.dev/authentication/installing-with-oauth
 */

/** An installation, without its tokens. Strings are never NULL; "" means that there is none.
 * Borrowed for as long as the function that gives it says. */
typedef struct slack_installation {
    const char *app_id;             /* "A…" */
    const char *enterprise_id;      /* "E…" */
    const char *enterprise_name;    /* the organization's name */
    const char *team_id;            /* "T…"; "" for the installation of a whole organization */
    const char *team_name;          /* the workspace's name */
    bool is_enterprise_install;     /* a whole organization has installed the app */
    const char *bot_id;             /* "B…"; "" without a bot, and until Slack has told it */
    const char *bot_user_id;        /* "U…" */
    const char *bot_scopes;         /* separated by commas */
    const char *user_id;            /* "U…": the person who installed */
    const char *user_scopes;        /* of the person's token; "": it has none */
    const char *webhook_channel_id; /* of an incoming webhook; its URL is a secret */
    const char *metadata;           /* the program's own text, as the install flow carried it */
    int64_t installed_ms;           /* since 1970 */
} slack_installation_t;

/**
 * Add a listener for installations: a workspace or an organization has installed the app, or has
 * installed it again. It runs for a job that the app stores together with the installation. So it
 * runs although the process ended meanwhile, and again if it fails. The ctx has the installation's
 * token: slack_ctx_client() is its bot. slack_ctx_installation() says who has installed it, and
 * where.
 *
 * @return as slack_on_job().
 */
SLACK_API int slack_on_installed(slack_app_t *app, slack_handler_fn fn, void *user_data);

/** Read the installation of a delivery of slack_on_installed().
 * @return the installation, borrowed until the delivery has ended; NULL for another delivery, and
 *         if memory is out. */
SLACK_API const slack_installation_t *slack_ctx_installation(slack_ctx_t *ctx);

/**
 * Add a listener for installations that have ended: a person removed the app or a token
 * (app_uninstalled, tokens_revoked), an organization took it away from a workspace
 * (team_access_revoked), or Slack refuses the token in a call or its refresh. The app stores a job
 * before it deletes or marks the installation, and the listener runs for it: also if the process
 * ends meanwhile, and again if it fails, or if the deletion fails. slack_ctx_team() and
 * slack_ctx_enterprise() name the workspace or the organization. There is no token: calls return
 * SLACK_EAUTH.
 *
 * slack_ctx_body() has
 *
 *     {"reason": "app_uninstalled", "bot": true, "users": ["U1"]}
 *
 * The reason is the type of the event, or Slack's word for the refusal ("account_inactive"). `bot`
 * tells whether the bot's token has ended, and with it all that waited for the installation.
 * `users` has the people whose tokens have, 50 at most of a workspace that removed the app.
 * docs/guides/rotation.md is the guide.
 *
 * @return as slack_on_job().
 */
SLACK_API int slack_on_uninstalled(slack_app_t *app, slack_handler_fn fn, void *user_data);

/** Receives a client.
 * @param client NULL if there is none; otherwise the program frees it with slack_client_free(), on
 *        the loop's thread.
 * @param status 0; SLACK_EAUTH if the app is not installed there, or has no token of the person;
 *        SLACK_ECANCELED if the app stops; otherwise the error of the lookup. */
typedef void (*slack_client_for_fn)(slack_app_t *app, slack_client_t *client, int status,
                                    void *user_data);

/**
 * Make a client for a workspace outside of a delivery, for any app that looks tokens up: with
 * SLACK_CLIENT_ID or with slack_app_authorize(). The client lives until slack_client_free(). If
 * Slack refuses its token, its calls use the next one.
 *
 * @param tenant borrowed until the return; a string that is NULL counts as "". It has the ids of
 *        slack_installation_t: team_id, and enterprise_id if the workspace belongs to an
 *        organization; or enterprise_id and is_enterprise_install. If team_id is set too, calls
 *        with the organization's token name that workspace. With user_id the client has the token
 *        of that person.
 * @param fn Required. Runs once, on the loop, after the function has returned.
 * @param user_data borrowed until `fn` returns.
 * @return 0: `fn` will run; SLACK_EINVAL if `fn` or the ids are missing; SLACK_ECANCELED if the app
 *         does not run; SLACK_ENOMEM.
 */
SLACK_API int slack_client_for(slack_app_t *app, const slack_tenant_t *tenant,
                               slack_client_for_fn fn, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
