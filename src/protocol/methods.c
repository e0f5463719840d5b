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

static int compare_method(const void *method, const void *item)
{
    return strcmp(method, *(const char *const *)item);
}

bool slack__method_takes_team(const char *method)
{
    return bsearch(method, team_methods, sizeof team_methods / sizeof *team_methods,
                   sizeof *team_methods, compare_method);
}
