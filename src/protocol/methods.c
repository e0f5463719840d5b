/* SPDX-License-Identifier: MIT */
#include "protocol/methods.h"

#include <stdlib.h>
#include <string.h>

/*
 * The methods with an optional `team_id` (https://docs.slack.dev/reference/methods), sorted. The
 * admin.* methods are left out: their `team_id` narrows the result, which only the caller may want.
 */
static const char *const team_methods[] = {
    "bots.info",
    "chat.scheduledMessages.list",
    "conversations.acceptSharedInvite",
    "conversations.create",
    "conversations.list",
    "conversations.listConnectInvites",
    "dnd.info",
    "dnd.teamInfo",
    "files.list",
    "migration.exchange",
    "reactions.list",
    "reminders.add",
    "reminders.complete",
    "reminders.delete",
    "reminders.info",
    "reminders.list",
    "search.all",
    "search.files",
    "search.messages",
    "stars.list",
    "team.accessLogs",
    "team.billableInfo",
    "team.integrationLogs",
    "usergroups.create",
    "usergroups.disable",
    "usergroups.enable",
    "usergroups.list",
    "usergroups.update",
    "usergroups.users.list",
    "usergroups.users.update",
    "users.conversations",
    "users.list",
};

/* The methods that make a token out of a code or of another token, sorted. */
static const char *const token_methods[] = {
    "oauth.access",         "oauth.v2.access",       "oauth.v2.user.access",
    "openid.connect.token", "tooling.tokens.rotate",
};

static int compare_method(const void *method, const void *item)
{
    return strcmp(method, *(const char *const *)item);
}

#define IS_IN(method, list)                                                                        \
    (bsearch(method, list, sizeof(list) / sizeof *(list), sizeof *(list), compare_method) != NULL)

bool slack__method_takes_team(const char *method)
{
    return IS_IN(method, team_methods);
}

bool slack__method_takes_token(const char *method)
{
    return !IS_IN(method, token_methods);
}
