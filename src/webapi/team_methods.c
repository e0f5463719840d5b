/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "webapi/webapi.h"

/*
 * Methods with an optional `team_id` (docs.slack.dev/reference/methods), in order. Those of
 * administration are not among them: there it narrows down what is asked for, which nobody should
 * do unasked.
 */
static const char *const methods[] = {
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

static int compare(const void *method, const void *item)
{
    return strcmp(method, *(const char *const *)item);
}

bool slack__webapi_takes_team(const char *method)
{
    return bsearch(method, methods, sizeof methods / sizeof *methods, sizeof *methods, compare);
}
