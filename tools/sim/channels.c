/* SPDX-License-Identifier: MIT */
#include "sim/channels.h"

#include <string.h>

#include "sim/team.h"

static const sim_channel_t channels[] = {
    {"C0GENERAL1", "general", SIM_CHANNEL_PUBLIC, true, NULL},
    {"C0RANDOM01", "random", SIM_CHANNEL_PUBLIC, true, NULL},
    {"C0LOUNGE01", "lounge", SIM_CHANNEL_PUBLIC, false, NULL},
    {"C0SECRET01", "secret", SIM_CHANNEL_PRIVATE, true, NULL},
    {"D0ANN00001", "ann", SIM_CHANNEL_IM, true, "U0ANN00001"},
    {"D0BEN00001", "ben", SIM_CHANNEL_IM, true, "U0BEN00001"},
    {"D0CLEO0001", "cleo", SIM_CHANNEL_IM, true, "U0CLEO0001"},
};
#define CHANNEL_COUNT (sizeof channels / sizeof *channels)

const sim_channel_t *sim_channel_at(size_t index)
{
    return index < CHANNEL_COUNT ? &channels[index] : NULL;
}

static const sim_channel_t *channel_with(const sim_user_t *user)
{
    for (size_t i = 0; i < CHANNEL_COUNT && user; i++)
        if (channels[i].user_id && strcmp(channels[i].user_id, user->id) == 0) return &channels[i];
    return NULL;
}

const sim_channel_t *sim_channel_find(const char *name)
{
    if (*name == '@') return channel_with(sim_user_find(name));
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        if (strcmp(channels[i].id, name) == 0) return &channels[i];
        if (channels[i].kind == SIM_CHANNEL_IM) continue;
        if (strcmp(channels[i].name, *name == '#' ? name + 1 : name) == 0) return &channels[i];
    }
    return channel_with(sim_user_by_id(name));
}

const char *sim_channel_command_name(const sim_channel_t *channel)
{
    switch (channel->kind) {
    case SIM_CHANNEL_IM: return "directmessage";
    case SIM_CHANNEL_PRIVATE: return "privategroup";
    default: return channel->name;
    }
}

const char *sim_channel_type(const sim_channel_t *channel)
{
    switch (channel->kind) {
    case SIM_CHANNEL_IM: return "im";
    case SIM_CHANNEL_PRIVATE: return "group";
    default: return "channel";
    }
}

const slack_json_t *sim_channel_json(sim_json_builder_t *json, const sim_channel_t *channel)
{
    if (channel->kind == SIM_CHANNEL_IM)
        return sim_json(json,
                        "{id: %s, created: %d, is_archived: false, is_im: true,"
                        " is_org_shared: false, user: %s, is_user_deleted: false, priority: 0}",
                        channel->id, SIM_FOUNDED_S, channel->user_id);
    const slack_json_t *empty = sim_json(json, "{value: '', creator: '', last_set: 0}");
    const slack_json_t *is_private = sim_json_bool(json, channel->kind == SIM_CHANNEL_PRIVATE);
    const slack_json_t *is_general = sim_json_bool(json, strcmp(channel->name, "general") == 0);
    return sim_json(json,
                    "{id: %s, name: %s, name_normalized: %s, is_channel: true, is_group: false,"
                    " is_im: false, is_mpim: false, is_private: %p, created: %d, creator: %s,"
                    " is_archived: false, is_general: %p, unlinked: 0, is_shared: false,"
                    " is_ext_shared: false, is_org_shared: false, pending_shared: [],"
                    " is_pending_ext_shared: false, is_member: %p, topic: %p, purpose: %p,"
                    " previous_names: [], context_team_id: %s, num_members: %d}",
                    channel->id, channel->name, channel->name, is_private, SIM_FOUNDED_S,
                    sim_user_at(0)->id, is_general, sim_json_bool(json, channel->bot_is_member),
                    empty, empty, SIM_TEAM_ID, SIM_USER_COUNT - (channel->bot_is_member ? 0 : 1));
}
