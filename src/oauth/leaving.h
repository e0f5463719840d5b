/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_LEAVING_H
#define SLACK_OAUTH_LEAVING_H

#include "oauth/oauth.h"

/*
 * Events that end installations (slack__tenant_revoked()), before the program's middleware and
 * listeners of the event run: slack_dispatcher_t.leave, with the oauth part as its data.
 *
 *   app_uninstalled       deletes the records of the workspace and of its people
 *   tokens_revoked        deletes those of the people that it names, and of the bot if it names one
 *   team_access_revoked   an organization takes the app away from workspaces. Its record stays
 *
 * Slack sends the first two in any order. Each deletes only records of installations that are older
 * than the event, so one that comes late does not end a new installation.
 *
 *   read the records -> cancel the rows of the installation -> store the job -> delete the records
 *
 * Each step can be done again: the event is stored, and another attempt of it begins anew.
 */
bool slack__leaving_begin(slack_ctx_t *ctx, slack_waiter_t *waiter, slack_answer_t *ret,
                          void *oauth);

#endif
