/* SPDX-License-Identifier: MIT */
#include "sim/channels.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_general(const sim_channel_t *channel)
{
    return strcmp(channel->name, "general") == 0;
}

/* Everybody is in #general. The generated people are in no other channel. */
static void add_first_members(sim_channel_t *channel, const sim_users_t *users)
{
    const sim_user_t *user;
    for (size_t i = 0; (user = sim_user_at(users, i)); i++) {
        if (user->bot || user->deactivated) continue;
        const bool inside = channel->user_id ? strcmp(channel->user_id, user->id) == 0
                                             : i < SIM_USERS_FIRST || is_general(channel);
        sim_user_set_put(&channel->members, user, inside);
    }
}

void sim_channels_init(sim_channels_t *channels, sim_ids_t *ids, const sim_users_t *users,
                       const sim_feed_writer_t *feed)
{
    static const struct {
        const char *id; /* the number of the workspace follows, "C0RANDOM01" */
        const char *name;
        enum sim_channel_kind kind;
        bool has_bot;
    } first[] = {
        {"C0GENERAL", "general", SIM_CHANNEL_PUBLIC, true},
        {"C0RANDOM", "random", SIM_CHANNEL_PUBLIC, true},
        {"C0LOUNGE", "lounge", SIM_CHANNEL_PUBLIC, false},
        {"C0SECRET", "secret", SIM_CHANNEL_PRIVATE, true},
        {"D0ANN", "ann", SIM_CHANNEL_IM, true},
        {"D0BEN", "ben", SIM_CHANNEL_IM, true},
        {"D0CLEO", "cleo", SIM_CHANNEL_IM, true},
    };
    const sim_team_t *team = users->team;
    channels->ids = ids;
    channels->users = users;
    channels->feed = feed;
    channels->count = 0;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        sim_channel_t *channel = &channels->list[channels->count++];
        const bool im = first[i].kind == SIM_CHANNEL_IM;
        *channel = (sim_channel_t){.team = team, .kind = first[i].kind, .created_s = SIM_FOUNDED_S};
        snprintf(channel->id, sizeof channel->id, "%s%0*u", first[i].id,
                 10 - (int)strlen(first[i].id), team->number);
        snprintf(channel->name, sizeof channel->name, "%s", first[i].name);
        channel->user_id = im ? sim_user_find(users, first[i].name)->id : NULL;
        channel->creator = channel->user_id ? NULL : sim_user_owner(users);
        add_first_members(channel, users);
        sim_user_set_put(&channel->members, team->bot, first[i].has_bot);
    }
}

const char *sim_channel_name_error(const sim_channels_t *channels, const char *name)
{
    static const char punctuation[] = "_-";
    size_t len = strlen(name);
    if (len == 0) return "invalid_name_required";
    if (len > SIM_CHANNEL_NAME_MAX) return "invalid_name_maxlength";
    for (size_t i = 0; i < len; i++) { /* letters of any script but no capitals */
        bool good = (name[i] & 0x80) || strchr(punctuation, name[i]) ||
                    (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9');
        if (!good) return "invalid_name_specials";
    }
    if (strspn(name, punctuation) == len) return "invalid_name_punctuation";
    for (size_t i = 0; i < channels->count; i++)
        if (channels->list[i].creator && strcmp(channels->list[i].name, name) == 0)
            return "name_taken";
    return NULL;
}

/* --- the feed --- */

const slack_json_t *sim_channel_entry(const sim_channels_t *channels, sim_json_builder_t *json,
                                      const sim_channel_t *channel)
{
    return sim_json(json, "{id: %s, name: %s, type: %s, user: %s, bot_is_member: %p, members: %p}",
                    channel->id, channel->name, sim_channel_type(channel), channel->user_id,
                    sim_json_bool(json, sim_channel_has_bot(channel)),
                    sim_user_set_ids(json, channels->users, &channel->members));
}

static void feed_put(const sim_channels_t *channels, const sim_channel_t *channel)
{
    sim_json_builder_t json = sim_feed_begin();
    sim_feed_end(channels->feed, "channel", &json,
                 sim_json(&json, "{channel: %p}", sim_channel_entry(channels, &json, channel)));
}

/* --- channels --- */

static sim_channel_t *channel_new(sim_channels_t *channels, enum sim_channel_kind kind,
                                  const char *name, const sim_user_set_t *members)
{
    if (channels->count == SIM_CHANNELS_MAX) return NULL;
    sim_channel_t *channel = &channels->list[channels->count++];
    const sim_team_t *team = channels->users->team;
    *channel = (sim_channel_t){.team = team, .kind = kind, .members = *members};
    sim_ids_next(channels->ids, kind == SIM_CHANNEL_IM ? "D0" : "C0", channel->id);
    snprintf(channel->name, sizeof channel->name, "%s", name);
    channel->creator = kind == SIM_CHANNEL_IM || kind == SIM_CHANNEL_MPIM ? NULL : team->bot;
    channel->created_s = slack__wall_ms(channels->ids->clock) / 1000;
    return channel;
}

sim_channel_t *sim_channel_add(sim_channels_t *channels, enum sim_channel_kind kind,
                               const char *name, const sim_user_set_t *members)
{
    sim_channel_t *channel = channel_new(channels, kind, name, members);
    if (channel) feed_put(channels, channel);
    return channel;
}

static sim_channel_t *channel_with(sim_channels_t *channels, const sim_user_t *user)
{
    for (size_t i = 0; i < channels->count && user; i++) {
        const char *user_id = channels->list[i].user_id;
        if (user_id && strcmp(user_id, user->id) == 0) return &channels->list[i];
    }
    return NULL;
}

sim_channel_t *sim_channel_find(sim_channels_t *channels, const char *name)
{
    if (*name == '@') return channel_with(channels, sim_user_find(channels->users, name));
    for (size_t i = 0; i < channels->count; i++) {
        sim_channel_t *channel = &channels->list[i];
        if (strcmp(channel->id, name) == 0) return channel;
        if (channel->kind == SIM_CHANNEL_IM) continue;
        if (strcmp(channel->name, *name == '#' ? name + 1 : name) == 0) return channel;
    }
    return channel_with(channels, sim_user_by_id(channels->users, name));
}

sim_channel_t *sim_channel_reach(sim_channels_t *channels, const char *name)
{
    sim_channel_t *channel = sim_channel_find(channels, name);
    const sim_user_t *user =
        *name == '@' ? sim_user_find(channels->users, name) : sim_user_by_id(channels->users, name);
    if (channel || !user || user->bot || user->deactivated) return channel;
    sim_user_set_t members = {{0}};
    sim_user_set_put(&members, user, true);
    sim_user_set_put(&members, user->team->bot, true);
    channel = channel_new(channels, SIM_CHANNEL_IM, user->name, &members);
    if (!channel) return NULL;
    channel->user_id = user->id;
    feed_put(channels, channel);
    return channel;
}

void sim_channel_put(const sim_channels_t *channels, sim_channel_t *channel, const sim_user_t *user,
                     bool inside)
{
    sim_user_set_put(&channel->members, user, inside);
    feed_put(channels, channel);
}

bool sim_channel_has(const sim_channel_t *channel, const sim_user_t *user)
{
    return sim_user_set_has(&channel->members, user);
}

bool sim_channel_has_bot(const sim_channel_t *channel)
{
    return sim_channel_has(channel, channel->team->bot);
}

bool sim_channel_is_visible(const sim_channel_t *channel)
{
    return sim_channel_has_bot(channel) || channel->kind == SIM_CHANNEL_PUBLIC;
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
    static const char *const types[] = {"channel", "group", "im", "mpim"};
    return types[channel->kind];
}

const slack_json_t *sim_channel_json(sim_json_builder_t *json, const sim_channel_t *channel)
{
    if (channel->kind == SIM_CHANNEL_IM)
        return sim_json(json,
                        "{id: %s, created: %" PRId64 ", is_archived: false, is_im: true,"
                        " is_org_shared: false, user: %s, is_user_deleted: false, priority: 0}",
                        channel->id, channel->created_s, channel->user_id);
    const bool mpim = channel->kind == SIM_CHANNEL_MPIM;
    const slack_json_t *empty = sim_json(json, "{value: '', creator: '', last_set: 0}");
    const slack_json_t *is_private = sim_json_bool(json, channel->kind != SIM_CHANNEL_PUBLIC);
    return sim_json(json,
                    "{id: %s, name: %s, name_normalized: %s, is_channel: %p, is_group: false,"
                    " is_im: false, is_mpim: %p, is_private: %p, created: %" PRId64 ", creator: %s,"
                    " is_archived: false, is_general: %p, unlinked: 0, is_shared: false,"
                    " is_ext_shared: false, is_org_shared: false, pending_shared: [],"
                    " is_pending_ext_shared: false, is_member: %p, topic: %p, purpose: %p,"
                    " previous_names: [], context_team_id: %s, num_members: %zu}",
                    channel->id, channel->name, channel->name, sim_json_bool(json, !mpim),
                    sim_json_bool(json, mpim), is_private, channel->created_s,
                    (channel->creator ? channel->creator : channel->team->bot)->id,
                    sim_json_bool(json, is_general(channel)),
                    sim_json_bool(json, sim_channel_has_bot(channel)), empty, empty,
                    channel->team->id, sim_user_set_count(&channel->members));
}
