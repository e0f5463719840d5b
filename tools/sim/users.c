/* SPDX-License-Identifier: MIT */
#include "sim/users.h"

#include <string.h>

#include "sim/team.h"

static const sim_user_t users[SIM_USER_COUNT] = {
    {"U0ANN00001", "ann", "Ann Example", false},
    {"U0BEN00001", "ben", "Ben Example", false},
    {"U0CLEO0001", "cleo", "Cleo Example", false},
    {"U0BOT00001", "bot", "Bot", true},
};

const sim_user_t *sim_user_at(size_t index)
{
    return index < SIM_USER_COUNT ? &users[index] : NULL;
}

const sim_user_t *sim_user_by_id(const char *id)
{
    for (size_t i = 0; i < SIM_USER_COUNT; i++)
        if (strcmp(users[i].id, id) == 0) return &users[i];
    return NULL;
}

const sim_user_t *sim_user_find(const char *name)
{
    const sim_user_t *user = sim_user_by_id(name);
    if (*name == '@') name++;
    for (size_t i = 0; i < SIM_USER_COUNT && !user; i++)
        if (strcmp(users[i].name, name) == 0) user = &users[i];
    return user;
}

const sim_user_t *sim_user_bot(void)
{
    return &users[SIM_USER_COUNT - 1];
}

unsigned sim_user_bit(const sim_user_t *user)
{
    return 1u << (user - users);
}

const slack_json_t *sim_users_ids(sim_json_builder_t *json, unsigned set)
{
    sim_list_t ids;
    sim_list_begin(json, &ids, '[');
    for (size_t i = 0; i < SIM_USER_COUNT; i++)
        if (set & 1u << i) sim_list_add(json, &ids, sim_json(json, "%s", users[i].id));
    return sim_list_end(json, &ids);
}

const slack_json_t *sim_user_json(sim_json_builder_t *json, const sim_user_t *user)
{
    const slack_json_t *profile =
        sim_json(json,
                 "{real_name: %s, real_name_normalized: %s, display_name: %s,"
                 " display_name_normalized: %s, status_text: '', status_emoji: '',"
                 " avatar_hash: 'g000000000000', team: %s}",
                 user->real_name, user->real_name, user->name, user->name, SIM_TEAM_ID);
    if (user->bot)
        profile =
            sim_json_merged(json, profile,
                            sim_json(json, "{bot_id: %s, api_app_id: %s, always_active: true}",
                                     SIM_BOT_ID, SIM_APP_ID));
    return sim_json(json,
                    "{id: %s, team_id: %s, name: %s, deleted: false, color: '9f69e7',"
                    " real_name: %s, tz: 'Etc/UTC', tz_label: 'Coordinated Universal Time',"
                    " tz_offset: 0, is_admin: false, is_owner: false, is_primary_owner: false,"
                    " is_restricted: false, is_ultra_restricted: false, is_app_user: false,"
                    " updated: %d, is_bot: %p, profile: %p}",
                    user->id, SIM_TEAM_ID, user->name, user->real_name, SIM_FOUNDED_S,
                    sim_json_bool(json, user->bot), profile);
}
