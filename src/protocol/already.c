/* SPDX-License-Identifier: MIT */
#include "protocol/already.h"

#include <string.h>

/*
 * An error is here only if it can mean nothing else. "name_taken" of conversations.create does not:
 * that channel may be another one. Nor does "channel_not_found": the bot may not see the channel.
 * https://docs.slack.dev/reference/methods
 */
static const struct {
    const char *method, *error;
} wanted[] = {
    {"admin.conversations.archive", "already_archived"},
    {"admin.conversations.unarchive", "channel_not_archived"},
    {"admin.users.assign", "user_already_team_member"},
    {"admin.users.remove", "user_already_deleted"},
    {"chat.delete", "message_not_found"},
    {"conversations.approveSharedInvite", "already_approved"},
    {"conversations.archive", "already_archived"},
    {"conversations.invite", "already_in_channel"},
    {"conversations.requestSharedInvite.approve", "invite_already_approved"},
    {"conversations.requestSharedInvite.deny", "invite_already_denied"},
    {"conversations.unarchive", "not_archived"},
    {"dnd.endDnd", "not_in_dnd"},
    {"files.delete", "file_deleted"},
    {"pins.add", "already_pinned"},
    {"pins.remove", "no_pin"},
    {"pins.remove", "not_pinned"},
    {"reactions.add", "already_reacted"},
    {"reactions.remove", "no_reaction"},
    {"stars.add", "already_starred"},
    {"stars.remove", "not_starred"},
};

static bool is_wanted(const char *method, const char *error)
{
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (strcmp(wanted[i].method, method) == 0 && strcmp(wanted[i].error, error) == 0)
            return true;
    return false;
}

bool slack__already_as_wanted(const char *method, const slack_json_t *answer, size_t users)
{
    if (!is_wanted(method, slack_json_str(answer, "/error"))) return false;
    if (users < 2) return true;
    /* Slack invites none of several users if one of them is in the channel. Each of them has to
     * have an error of its own. */
    slack_json_iter_t it = {0};
    size_t each = 0;
    while (slack_json_next(slack_json_get(answer, "/errors"), &it))
        each += is_wanted(method, slack_json_str(it.value, "/error"));
    return each == users;
}
