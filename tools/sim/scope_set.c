/* SPDX-License-Identifier: MIT */
#include "sim/scope_set.h"

#include <string.h>

/* clang-format off */
static const char *const names[] = {
    "admin", "admin.analytics:read", "admin.app_activities:read", "admin.apps:read",
    "admin.apps:write", "admin.barriers:read", "admin.barriers:write", "admin.chat:read",
    "admin.chat:write", "admin.conversations:manage_objects", "admin.conversations:read",
    "admin.conversations:write", "admin.invites:read", "admin.invites:write", "admin.roles:read",
    "admin.roles:write", "admin.teams:read", "admin.teams:write", "admin.usergroups:read",
    "admin.usergroups:write", "admin.users:read", "admin.users:write", "admin.workflows:read",
    "admin.workflows:write", "app_configurations:read", "app_configurations:write",
    "app_mentions:read", "assistant:write", "auditlogs:read", "authorizations:read",
    "bookmarks:read", "bookmarks:write", "bot", "calls:read", "calls:write", "canvases:read",
    "canvases:write", "channels:history", "channels:join", "channels:manage", "channels:read",
    "channels:write", "channels:write.invites", "channels:write.topic", "chat:write",
    "chat:write.customize", "chat:write.public", "chat:write:bot", "chat:write:user", "client",
    "commands", "connections:write", "conversations.connect:manage", "conversations.connect:read",
    "conversations.connect:write", "datastore:read", "datastore:write", "dnd:read", "dnd:write",
    "email", "emoji:read", "files:read", "files:write", "files:write:user", "groups:history",
    "groups:read", "groups:write", "groups:write.invites", "groups:write.topic", "hosting:read",
    "identify", "identity.avatar", "identity.basic", "identity.email", "identity.team",
    "identity:read", "im:history", "im:read", "im:write", "im:write.invites", "im:write.topic",
    "incoming-webhook", "links.embed:write", "links:read", "links:write", "lists:read",
    "lists:write", "metadata.message:read", "mpim:history", "mpim:read", "mpim:write",
    "mpim:write.invites", "mpim:write.topic", "openid", "pins:read", "pins:write", "profile",
    "reactions:read", "reactions:write", "reminders:read", "reminders:write", "remote_files:read",
    "remote_files:share", "remote_files:write", "search:read", "search:read.files",
    "search:read.im", "search:read.mpim", "search:read.private", "search:read.public",
    "search:read.users", "stars:read", "stars:write", "team.billing:read", "team.preferences:read",
    "team:read", "tokens.basic", "triggers:read", "triggers:write", "usergroups:read",
    "usergroups:write", "users.profile:read", "users.profile:write", "users:read",
    "users:read.email", "users:write", "workflow.steps:execute", "workflows.templates:read",
    "workflows.templates:write",
};
/* clang-format on */

#define NAMES (sizeof names / sizeof *names)
_Static_assert(NAMES <= SIM_SCOPE_WORDS * 64, "a set has a bit for each scope");

/* The number of a scope; NAMES: Slack has no such scope. */
static size_t find(slack_slice_t scope)
{
    size_t i = 0;
    while (i < NAMES && !slack__slice_eq(scope, slack__slice(names[i])))
        i++;
    return i;
}

static bool has(const sim_scope_set_t *set, size_t i)
{
    return set->words[i / 64] >> i % 64 & 1;
}

bool sim_scope_set_read(sim_scope_set_t *set, slack_slice_t list, slack_slice_t *ret_unknown)
{
    while (list.len > 0) {
        size_t len = 0;
        while (len < list.len && !strchr(", +", list.ptr[len]))
            len++;
        *ret_unknown = (slack_slice_t){list.ptr, len};
        const size_t i = find(*ret_unknown);
        if (len > 0 && i == NAMES) return false;
        if (len > 0) set->words[i / 64] |= (uint64_t)1 << i % 64;
        len += len < list.len;
        list = (slack_slice_t){list.ptr + len, list.len - len};
    }
    return true;
}

bool sim_scope_set_empty(const sim_scope_set_t *set)
{
    static const sim_scope_set_t none;
    return memcmp(set, &none, sizeof none) == 0;
}

bool sim_scope_set_has(const sim_scope_set_t *set, const char *scope)
{
    const size_t i = find(slack__slice(scope));
    return i < NAMES && has(set, i);
}

void sim_scope_set_add(sim_scope_set_t *set, const sim_scope_set_t *more)
{
    for (size_t i = 0; i < SIM_SCOPE_WORDS; i++)
        set->words[i] |= more->words[i];
}

void sim_scope_set_remove(sim_scope_set_t *set, const sim_scope_set_t *less)
{
    for (size_t i = 0; i < SIM_SCOPE_WORDS; i++)
        set->words[i] &= ~less->words[i];
}

bool sim_scope_set_meet(const sim_scope_set_t *a, const sim_scope_set_t *b)
{
    for (size_t i = 0; i < SIM_SCOPE_WORDS; i++)
        if (a->words[i] & b->words[i]) return true;
    return false;
}

const char *sim_scope_set_text(sim_json_builder_t *json, const sim_scope_set_t *set)
{
    const char *text = "";
    for (size_t i = 0; i < NAMES && text; i++)
        if (has(set, i))
            text = slack__arena_printf(json->arena, "%s%s%s", text, *text ? "," : "", names[i]);
    if (!text && json->rc == 0) json->rc = SLACK_ENOMEM;
    return text ? text : "";
}
