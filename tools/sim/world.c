/* SPDX-License-Identifier: MIT */
#include "sim/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"

/* When everything was there already. */
#define FOUNDED_S 1767225600 /* 2026-01-01 */

static const sim_user_t users[] = {
    {"U0ANN00001", "ann", "Ann Example", false},
    {"U0BEN00001", "ben", "Ben Example", false},
    {"U0CLEO0001", "cleo", "Cleo Example", false},
    {"U0BOT00001", "bot", "Bot", true},
};

static const sim_channel_t channels[] = {
    {"C0GENERAL1", "general", SIM_CHANNEL_PUBLIC, true, NULL},
    {"C0RANDOM01", "random", SIM_CHANNEL_PUBLIC, true, NULL},
    {"C0LOUNGE01", "lounge", SIM_CHANNEL_PUBLIC, false, NULL}, /* the bot is not in it */
    {"C0SECRET01", "secret", SIM_CHANNEL_PRIVATE, true, NULL},
    {"D0ANN00001", "ann", SIM_CHANNEL_IM, true, "U0ANN00001"},
    {"D0BEN00001", "ben", SIM_CHANNEL_IM, true, "U0BEN00001"},
    {"D0CLEO0001", "cleo", SIM_CHANNEL_IM, true, "U0CLEO0001"},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* --- people and channels --- */

const sim_user_t *sim_user_at(size_t index)
{
    return index < COUNT(users) ? &users[index] : NULL;
}

const sim_channel_t *sim_channel_at(size_t index)
{
    return index < COUNT(channels) ? &channels[index] : NULL;
}

const sim_user_t *sim_user_by_id(const char *id)
{
    for (size_t i = 0; i < COUNT(users); i++)
        if (strcmp(users[i].id, id) == 0) return &users[i];
    return NULL;
}

const sim_user_t *sim_user_find(const char *name)
{
    const sim_user_t *user = sim_user_by_id(name);
    if (*name == '@') name++;
    for (size_t i = 0; i < COUNT(users) && !user; i++)
        if (strcmp(users[i].name, name) == 0) user = &users[i];
    return user;
}

const sim_user_t *sim_user_bot(void)
{
    return &users[COUNT(users) - 1];
}

static const sim_channel_t *channel_with(const sim_user_t *user)
{
    for (size_t i = 0; i < COUNT(channels) && user; i++)
        if (channels[i].user_id && strcmp(channels[i].user_id, user->id) == 0) return &channels[i];
    return NULL;
}

const sim_channel_t *sim_channel_find(const char *name)
{
    if (*name == '@') return channel_with(sim_user_find(name));
    for (size_t i = 0; i < COUNT(channels); i++) {
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

const slack_json_t *sim_user_json(sim_json_builder_t *json, const sim_user_t *user)
{
    const slack_json_t *profile =
        sim_json(json,
                 "{real_name: %s, real_name_normalized: %s, display_name: %s,"
                 " display_name_normalized: %s, status_text: '', status_emoji: '',"
                 " avatar_hash: 'g000000000000', team: %s}",
                 user->real_name, user->real_name, user->name, user->name, SIM_TEAM_ID);
    const slack_json_t *bot =
        sim_json(json, "{is_bot: true, profile: {bot_id: %s, api_app_id: %s, always_active: true}}",
                 SIM_BOT_ID, SIM_APP_ID);
    const slack_json_t *value =
        sim_json(json,
                 "{id: %s, team_id: %s, name: %s, deleted: false, color: '9f69e7', real_name: %s,"
                 " tz: 'Etc/UTC', tz_label: 'Coordinated Universal Time', tz_offset: 0,"
                 " is_admin: false, is_owner: false, is_primary_owner: false,"
                 " is_restricted: false, is_ultra_restricted: false, is_app_user: false,"
                 " updated: %d}",
                 user->id, SIM_TEAM_ID, user->name, user->real_name, FOUNDED_S);
    if (!user->bot)
        return sim_json_merged(json, value,
                               sim_json(json, "{is_bot: false, profile: %p}", profile));
    profile = sim_json_merged(json, profile, slack_json_get(bot, "/profile"));
    return sim_json_merged(json, value, sim_json(json, "{is_bot: true, profile: %p}", profile));
}

const slack_json_t *sim_channel_json(sim_json_builder_t *json, const sim_channel_t *channel)
{
    if (channel->kind == SIM_CHANNEL_IM)
        return sim_json(json,
                        "{id: %s, created: %d, is_archived: false, is_im: true,"
                        " is_org_shared: false, user: %s, is_user_deleted: false, priority: 0}",
                        channel->id, FOUNDED_S, channel->user_id);
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
                    channel->id, channel->name, channel->name, is_private, FOUNDED_S, users[0].id,
                    is_general, sim_json_bool(json, channel->bot_is_member), empty, empty,
                    SIM_TEAM_ID, (int)COUNT(users) - (channel->bot_is_member ? 0 : 1));
}

/* --- ids and time --- */

static void write_base36(uint64_t n, char *out, size_t digits)
{
    for (out[digits] = '\0'; digits > 0; n /= 36)
        out[--digits] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[n % 36];
}

void sim_world_init(sim_world_t *world, const slack_clock_t *clock)
{
    memset(world, 0, sizeof *world);
    world->clock = clock;
    slack__link_init(&world->messages);
    write_base36((uint64_t)slack__wall_ms(clock), world->run, 9);
}

void sim_world_done(sim_world_t *world)
{
    while (!slack__list_empty(&world->messages))
        sim_message_remove(world, SLACK_CONTAINER(world->messages.next, sim_message_t, link));
}

void sim_world_ts(sim_world_t *world, char ts[SIM_TS_SIZE])
{
    int64_t now = slack__wall_ms(world->clock) * 1000;
    world->last_ts_us = now > world->last_ts_us ? now : world->last_ts_us + 1;
    snprintf(ts, SIM_TS_SIZE, "%" PRId64 ".%06" PRId64, world->last_ts_us / 1000000,
             world->last_ts_us % 1000000);
}

void sim_world_id(sim_world_t *world, const char *prefix, char id[SIM_ID_SIZE])
{
    char digits[8];
    write_base36(++world->last_id, digits, 5);
    snprintf(id, SIM_ID_SIZE, "%s%s%s", prefix, world->run, digits);
}

/* --- messages --- */

/* What marks a message as the bot's. */
static const slack_json_t *bot_fields(sim_json_builder_t *json)
{
    return sim_json(json,
                    "{bot_id: %s, app_id: %s, bot_profile: {id: %s, app_id: %s, name: %s,"
                    " deleted: false, updated: %d, team_id: %s}}",
                    SIM_BOT_ID, SIM_APP_ID, SIM_BOT_ID, SIM_APP_ID, sim_user_bot()->name, FOUNDED_S,
                    SIM_TEAM_ID);
}

static const slack_json_t *message_body(const sim_world_t *world, sim_json_builder_t *json,
                                        const sim_message_t *message, const slack_json_t *content)
{
    const slack_json_t *body =
        sim_json(json, "{type: 'message', user: %s, ts: %s}", message->author->id, message->ts);
    body = sim_json_merged(json, body, content);
    body = sim_json_merged(json, body, sim_json(json, "{team: %s}", SIM_TEAM_ID));
    if (message->author->bot) body = sim_json_merged(json, body, bot_fields(json));
    if (!*message->thread_ts) return body;

    const sim_message_t *head = sim_message_find(world, message->channel, message->thread_ts);
    const slack_json_t *thread = sim_json(json, "{thread_ts: %s}", message->thread_ts);
    if (head && head != message)
        thread = sim_json(json, "{thread_ts: %s, parent_user_id: %s}", message->thread_ts,
                          head->author->id);
    return sim_json_merged(json, body, thread);
}

int sim_message_add(sim_world_t *world, const sim_message_draft_t *draft, sim_message_t **ret)
{
    sim_message_t *message = slack__calloc(1, sizeof *message);
    sim_json_builder_t json = {slack__arena_new(1024, 0), 0};
    if (!message || !json.arena) goto fail;
    message->arena = json.arena;
    message->channel = draft->channel;
    message->author = draft->author;
    message->only_for = draft->only_for;
    sim_world_ts(world, message->ts);
    if (draft->thread_ts && *draft->thread_ts) {
        const sim_message_t *head = sim_message_find(world, draft->channel, draft->thread_ts);
        const char *root = head && *head->thread_ts ? head->thread_ts : draft->thread_ts;
        snprintf(message->thread_ts, sizeof message->thread_ts, "%s", root);
    }
    if (draft->step_id) snprintf(message->step_id, sizeof message->step_id, "%s", draft->step_id);
    message->body = message_body(world, &json, message, draft->content);
    if (json.rc != 0) goto fail;

    if (world->message_count == SIM_MESSAGES_MAX)
        sim_message_remove(world, SLACK_CONTAINER(world->messages.next, sim_message_t, link));
    slack__list_push(&world->messages, &message->link);
    world->message_count++;
    *ret = message;
    return 0;

fail:
    slack__arena_free(json.arena);
    slack__free(message);
    return SLACK_ENOMEM;
}

int sim_message_edit(sim_world_t *world, sim_message_t *message, const slack_json_t *content)
{
    char now[SIM_TS_SIZE];
    sim_json_builder_t json = {slack__arena_new(1024, 0), 0};
    if (!json.arena) return SLACK_ENOMEM;
    sim_world_ts(world, now);
    const slack_json_t *body = message_body(world, &json, message, content);
    body = sim_json_merged(
        &json, body, sim_json(&json, "{edited: {user: %s, ts: %s}}", message->author->id, now));
    if (json.rc != 0) {
        slack__arena_free(json.arena);
        return json.rc;
    }
    slack__arena_free(message->arena);
    message->arena = json.arena;
    message->body = body;
    return 0;
}

void sim_message_remove(sim_world_t *world, sim_message_t *message)
{
    slack__unlink(&message->link);
    world->message_count--;
    slack__arena_free(message->arena);
    slack__free(message);
}

sim_message_t *sim_message_find(const sim_world_t *world, const sim_channel_t *channel,
                                const char *ts)
{
    /* From the newest: that is what is asked for. */
    for (slack_link_t *link = world->messages.prev; link != &world->messages; link = link->prev) {
        sim_message_t *message = SLACK_CONTAINER(link, sim_message_t, link);
        if (channel && message->channel != channel) continue;
        if (strcmp(message->ts, ts) == 0) return message;
    }
    return NULL;
}

const slack_json_t *sim_message_shown(const sim_world_t *world, sim_json_builder_t *json,
                                      const sim_message_t *message)
{
    const sim_message_t *latest = NULL;
    size_t replies = 0, authors = 0;
    bool seen[COUNT(users)] = {false};
    sim_list_t ids;
    if (*message->thread_ts) return message->body;

    sim_list_begin(json, &ids, '[');
    for (slack_link_t *link = world->messages.next; link != &world->messages; link = link->next) {
        const sim_message_t *reply = SLACK_CONTAINER(link, sim_message_t, link);
        if (reply->channel != message->channel || reply->only_for) continue;
        if (strcmp(reply->thread_ts, message->ts) != 0) continue;
        latest = reply;
        replies++;
        size_t author = (size_t)(reply->author - users);
        if (seen[author]) continue;
        seen[author] = true;
        authors++;
        sim_list_add(json, &ids, sim_json(json, "%s", reply->author->id));
    }
    const slack_json_t *reply_users = sim_list_end(json, &ids);
    if (!latest) return message->body;
    return sim_json_merged(json, message->body,
                           sim_json(json,
                                    "{thread_ts: %s, reply_count: %zu, reply_users_count: %zu,"
                                    " latest_reply: %s, reply_users: %p, is_locked: false,"
                                    " subscribed: false}",
                                    message->ts, replies, authors, latest->ts, reply_users));
}
