/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "sim/bot_messages.h"
#include "sim/methods.h"
#include "sim/pages.h"
#include "sim/team.h"
#include "sim/transcript_text.h"

/* conversations.*: new channels and direct messages, and who is in them. */

#define DIRECT_MAX 8 /* people in a direct message, the bot not among them */

static const slack_json_t *wrong_type(sim_call_t *call)
{
    return sim_call_error(call, "method_not_supported_for_channel_type");
}

/* The channel in the arguments, which is no direct message and has the bot. NULL with the answer in
 * *ret_failure. */
static sim_channel_t *call_own(sim_call_t *call, const slack_json_t **ret_failure)
{
    sim_channel_t *channel = sim_call_own_channel(call, "channel", ret_failure);
    if (!channel || channel->creator) return channel;
    *ret_failure = wrong_type(call);
    return NULL;
}

static void channel_to_transcript(sim_call_t *call, const sim_channel_t *channel, const char *what)
{
    sim_transcript_add(&call->services->workspace->transcript, SIM_ENTRY_CHANNEL, false,
                       sim_text_place(call->json->arena, channel, false),
                       call->services->team->bot->name, "%s", what);
}

/* Add or remove a member, and send the event. */
static void change_member(sim_call_t *call, sim_channel_t *channel, const sim_user_t *user,
                          bool joins)
{
    sim_json_builder_t *json = call->json;
    const bool by_bot = joins && user != call->services->team->bot;
    sim_channel_put(&call->services->workspace->channels, channel, user, joins);
    const slack_json_t *event =
        sim_json(json, "{type: %s, user: %s, channel: %s, channel_type: %s, team: %s, inviter: %s}",
                 joins ? "member_joined_channel" : "member_left_channel", user->id, channel->id,
                 channel->kind == SIM_CHANNEL_PUBLIC ? "C" : "G", call->services->team->id,
                 by_bot ? call->services->team->bot->id : NULL);
    sim_event_send(call->services, json, event);
}

/* The users in the argument, separated by commas; the bot is left out. False for one that does not
 * exist, or for none. */
static bool call_users(const sim_call_t *call, sim_user_set_t *ret_set, bool *ret_has_bot)
{
    slack_slice_t rest = slack__slice(sim_call_arg(call, "users")), part;
    *ret_set = (sim_user_set_t){{0}};
    while (slack__slice_split(&rest, ',', &part)) {
        char id[SIM_ID_SIZE];
        part = slack__slice_trim(part);
        snprintf(id, sizeof id, "%.*s", (int)part.len, part.ptr);
        const sim_user_t *user = sim_user_by_id(&call->services->workspace->users, id);
        if (!user) return false;
        sim_user_set_put(ret_set, user, true);
    }
    *ret_has_bot = sim_user_set_has(ret_set, call->services->team->bot);
    sim_user_set_put(ret_set, call->services->team->bot, false);
    return true;
}

/* "ann, ben" */
static const char *users_names(const sim_call_t *call, const sim_user_set_t *set,
                               const char *separator)
{
    const char *names = "";
    const sim_user_t *user;
    for (size_t i = 0; names && (user = sim_user_at(&call->services->workspace->users, i)); i++)
        if (sim_user_set_has(set, user))
            names = slack__arena_printf(call->json->arena, "%s%s%s", names, *names ? separator : "",
                                        user->name);
    return names ? names : "";
}

static const slack_json_t *channel_answer(sim_call_t *call, const sim_channel_t *channel)
{
    return sim_json(call->json, "{ok: true, channel: %p}", sim_channel_json(call->json, channel));
}

/* --- new ones --- */

static const slack_json_t *conversations_create(sim_call_t *call)
{
    sim_channels_t *channels = &call->services->workspace->channels;
    const char *name = sim_call_arg(call, "name");
    const bool is_private = sim_call_bool(call, "is_private");
    const char *error = sim_channel_name_error(channels, name);
    sim_user_set_t members = {{0}};
    sim_user_set_put(&members, call->services->team->bot, true);
    sim_channel_t *channel =
        error ? NULL
              : sim_channel_add(channels, is_private ? SIM_CHANNEL_PRIVATE : SIM_CHANNEL_PUBLIC,
                                name, &members);
    if (!channel) return sim_call_error(call, error ? error : "restricted_action");
    channel_to_transcript(call, channel,
                          is_private ? "creates the private channel" : "creates the channel");
    if (!is_private)
        sim_event_send(call->services, call->json,
                       sim_json(call->json, "{type: 'channel_created', channel: %p}",
                                sim_channel_json(call->json, channel)));
    return channel_answer(call, channel);
}

/* The direct message of exactly these people and the bot, opened at need. NULL if there can be
 * none. */
static sim_channel_t *direct_message(sim_call_t *call, const sim_user_set_t *people,
                                     bool *ret_is_new)
{
    sim_channels_t *channels = &call->services->workspace->channels;
    slack_arena_t *arena = call->json->arena;
    sim_user_set_t members = *people;
    sim_user_set_put(&members, call->services->team->bot, true);
    for (size_t i = 0; i < channels->count; i++)
        if (!channels->list[i].creator && sim_user_set_equal(&channels->list[i].members, &members))
            return &channels->list[i];
    *ret_is_new = true;
    const bool one = sim_user_set_count(people) == 1;
    const char *names = users_names(call, people, "--");
    const char *name = slack__arena_printf(arena, one ? "@%s" : "mpdm-%s-1", names);
    if (!name) return NULL;
    return one ? sim_channel_reach(channels, name)
               : sim_channel_add(channels, SIM_CHANNEL_MPIM, name, &members);
}

static const slack_json_t *conversations_open(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    sim_channel_t *channel;
    sim_user_set_t people;
    bool has_bot, is_new = false;
    if (*sim_call_arg(call, "channel")) {
        channel = sim_call_own_channel(call, "channel", &failure);
        if (!channel) return failure;
        if (channel->creator) return wrong_type(call);
    } else {
        if (!*sim_call_arg(call, "users")) return sim_call_error(call, "users_list_not_supplied");
        if (!call_users(call, &people, &has_bot)) return sim_call_error(call, "user_not_found");
        const size_t count = sim_user_set_count(&people);
        if (count == 0) return sim_call_error(call, "not_enough_users");
        channel = count > DIRECT_MAX ? NULL : direct_message(call, &people, &is_new);
        if (!channel) return sim_call_error(call, count > 1 ? "too_many_users" : "user_disabled");
    }
    const slack_json_t *shown = sim_call_bool(call, "return_im")
                                    ? sim_channel_json(call->json, channel)
                                    : sim_json(call->json, "{id: %s}", channel->id);
    if (is_new) return sim_json(call->json, "{ok: true, channel: %p}", shown);
    return sim_json(call->json, "{ok: true, no_op: true, already_open: true, channel: %p}", shown);
}

/* --- who is in them --- */

static const slack_json_t *conversations_join(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    sim_channel_t *channel = sim_call_channel(call, "channel", &failure);
    if (!channel) return failure;
    if (channel->kind != SIM_CHANNEL_PUBLIC) return wrong_type(call);
    if (sim_channel_has_bot(channel))
        return sim_json_merged(call->json, channel_answer(call, channel),
                               sim_json(call->json,
                                        "{warning: 'already_in_channel', response_metadata:"
                                        " {warnings: ['already_in_channel']}}"));
    channel_to_transcript(call, channel, "joins");
    change_member(call, channel, call->services->team->bot, true);
    return channel_answer(call, channel);
}

static const slack_json_t *conversations_invite(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const sim_users_t *users = &call->services->workspace->users;
    const sim_user_t *user;
    sim_user_set_t people;
    bool has_bot;
    sim_channel_t *channel = call_own(call, &failure);
    if (!channel) return failure;
    if (!*sim_call_arg(call, "users")) return sim_call_error(call, "no_user");
    if (!call_users(call, &people, &has_bot)) return sim_call_error(call, "user_not_found");
    if (has_bot) return sim_call_error(call, "cant_invite_self");
    for (size_t i = 0; (user = sim_user_at(users, i)); i++)
        if (sim_user_set_has(&people, user) && sim_channel_has(channel, user))
            return sim_call_error(call, "already_in_channel");
    const char *names = users_names(call, &people, ", ");
    const char *what = slack__arena_printf(call->json->arena, "invites %s", names);
    channel_to_transcript(call, channel, what ? what : "invites");
    for (size_t i = 0; (user = sim_user_at(users, i)); i++)
        if (sim_user_set_has(&people, user)) change_member(call, channel, user, true);
    return channel_answer(call, channel);
}

static const slack_json_t *conversations_kick(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const char *id = sim_call_arg(call, "user");
    const sim_user_t *user = sim_user_by_id(&call->services->workspace->users, id);
    sim_channel_t *channel = call_own(call, &failure);
    if (!channel) return failure;
    if (!*id) return sim_call_missing(call, "user");
    if (!user) return sim_call_error(call, "user_not_found");
    if (user == call->services->team->bot) return sim_call_error(call, "cant_kick_self");
    if (!sim_channel_has(channel, user)) return sim_call_error(call, "not_in_channel");
    if (strcmp(channel->name, "general") == 0)
        return sim_call_error(call, "cant_kick_from_general");
    const char *what = slack__arena_printf(call->json->arena, "removes %s", user->name);
    channel_to_transcript(call, channel, what ? what : "removes");
    change_member(call, channel, user, false);
    return sim_json(call->json, "{ok: true, errors: {}}");
}

static const slack_json_t *conversations_leave(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    sim_channel_t *channel = sim_call_channel(call, "channel", &failure);
    if (!channel) return failure;
    if (!channel->creator) return wrong_type(call);
    if (strcmp(channel->name, "general") == 0) return sim_call_error(call, "cant_leave_general");
    if (!sim_channel_has_bot(channel))
        return sim_json(call->json, "{ok: true, not_in_channel: true}");
    channel_to_transcript(call, channel, "leaves");
    change_member(call, channel, call->services->team->bot, false);
    sim_event_send(call->services, call->json,
                   sim_json(call->json, "{type: %s, channel: %s, actor_id: %s}",
                            channel->kind == SIM_CHANNEL_PUBLIC ? "channel_left" : "group_left",
                            channel->id, call->services->team->bot->id));
    return sim_json(call->json, "{ok: true}");
}

static const slack_json_t *conversations_members(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const sim_channel_t *channel = sim_call_channel(call, "channel", &failure);
    const sim_user_t *user;
    sim_page_t page;
    if (channel) failure = sim_page_begin(&page, call, 100);
    if (failure) return failure;
    for (size_t i = 0; (user = sim_user_at(&call->services->workspace->users, i)); i++)
        if (sim_channel_has(channel, user) && sim_page_has(&page, user->id))
            sim_page_add(&page, sim_json(call->json, "%s", user->id));
    return sim_page_end(&page, "members");
}

const sim_method_t sim_methods_members[] = {
    {"conversations.create", SIM_TOKEN_BOT, conversations_create},
    {"conversations.open", SIM_TOKEN_BOT, conversations_open},
    {"conversations.join", SIM_TOKEN_BOT, conversations_join},
    {"conversations.invite", SIM_TOKEN_BOT, conversations_invite},
    {"conversations.kick", SIM_TOKEN_BOT, conversations_kick},
    {"conversations.leave", SIM_TOKEN_BOT, conversations_leave},
    {"conversations.members", SIM_TOKEN_BOT, conversations_members},
    {NULL, 0, NULL},
};
