/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_H
#define SLACK_OAUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file oauth.h  Distributed apps: installations in many workspaces.
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

#ifdef __cplusplus
}
#endif
#endif
