/* SPDX-License-Identifier: MIT */
#include "sim/users.h"

#include <stdio.h>
#include <string.h>

#include "util/alloc.h"

/* --- the people --- */

static const sim_user_t first_users[SIM_USERS_FIRST] = {
    {.id = "U0ANN", .name = "ann", .real_name = "Ann Example", .admin = true},
    {.id = "U0BEN", .name = "ben", .real_name = "Ben Example"},
    {.id = "U0CLEO", .name = "cleo", .real_name = "Cleo Example"},
    {.id = "U0BOT", .name = "bot", .real_name = "Bot", .bot = true},
};

/* One of the first users: "U0ANN00001" in the first workspace. */
static void user_name(sim_user_t *user, size_t index, const sim_team_t *team)
{
    const sim_user_t *first = &first_users[index];
    *user = *first;
    if (first->bot && team->org)
        snprintf(user->id, sizeof user->id, "%sORG01", first->id);
    else
        snprintf(user->id, sizeof user->id, "%s%0*u", first->id, 10 - (int)strlen(first->id),
                 team->number % 10000);
}

/* "mina17", Mina Novak: one in 25 is an admin, the bot of another app, a guest or deactivated. */
static void user_generate(sim_user_t *user, size_t index, const sim_team_t *team)
{
    static const char *const given[] = {"amir", "bea",  "chidi", "dora", "emil", "fatima", "goran",
                                        "hana", "igor", "june",  "kofi", "lena", "mina",   "noor",
                                        "omar", "pia",  "quinn", "rosa", "sven", "tariq",  "uma"};
    static const char *const family[] = {"Abe",    "Brandt", "Costa",  "Diaz",   "Eze",   "Fonseca",
                                         "Garcia", "Haddad", "Ito",    "Jansen", "Kim",   "Lopez",
                                         "Moreau", "Novak",  "Okafor", "Park",   "Rossi", "Singh"};
    const char *name = given[index % (sizeof given / sizeof *given)];
    *user = (sim_user_t){
        .bot = index % 25 == 11,
        .admin = index % 25 == 5,
        .guest = index % 25 == 17,
        .deactivated = index % 25 == 23,
    };
    snprintf(user->id, sizeof user->id, "U0P%03u%04zu", (team->number - 1) % 1000, index % 10000);
    snprintf(user->name, sizeof user->name, "%s%zu", name, index % SIM_USERS_MAX);
    snprintf(user->real_name, sizeof user->real_name, "%c%s %s", *name - 'a' + 'A', name + 1,
             family[index % (sizeof family / sizeof *family)]);
}

int sim_users_init(sim_users_t *users, sim_team_t *team, size_t count)
{
    users->team = team;
    users->count = count;
    users->list = slack__calloc(count, sizeof *users->list);
    if (!users->list) return SLACK_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        (i < SIM_USERS_FIRST ? user_name : user_generate)(&users->list[i], i, team);
        users->list[i].team = team;
        users->list[i].index = i;
    }
    team->bot = &users->list[SIM_USERS_FIRST - 1];
    return 0;
}

void sim_users_done(sim_users_t *users)
{
    slack__free(users->list);
}

const sim_user_t *sim_user_at(const sim_users_t *users, size_t index)
{
    return index < users->count ? &users->list[index] : NULL;
}

const sim_user_t *sim_user_by_id(const sim_users_t *users, const char *id)
{
    const sim_user_t *user;
    for (size_t i = 0; (user = sim_user_at(users, i)); i++)
        if (strcmp(user->id, id) == 0) return user;
    return NULL;
}

const sim_user_t *sim_user_find(const sim_users_t *users, const char *name)
{
    const sim_user_t *user = sim_user_by_id(users, name);
    if (user) return user;
    if (*name == '@') name++;
    for (size_t i = 0; (user = sim_user_at(users, i)); i++)
        if (strcmp(user->name, name) == 0) return user;
    return NULL;
}

const sim_user_t *sim_user_owner(const sim_users_t *users)
{
    return &users->list[0];
}

static const slack_json_t *profile_json(sim_json_builder_t *json, const sim_user_t *user)
{
    const slack_json_t *profile =
        sim_json(json,
                 "{real_name: %s, real_name_normalized: %s, display_name: %s,"
                 " display_name_normalized: %s, status_text: '', status_emoji: '',"
                 " avatar_hash: 'g000000000000', team: %s}",
                 user->real_name, user->real_name, user->name, user->name, user->team->id);
    if (!user->bot) return profile;
    const bool own = user == user->team->bot;
    return sim_json_merged(json, profile,
                           sim_json(json, "{bot_id: 'B%s', api_app_id: 'A%s', always_active: true}",
                                    (own ? user->team->bot_id : user->id) + 1,
                                    (own ? SIM_APP_ID : user->id) + 1));
}

const slack_json_t *sim_user_json(sim_json_builder_t *json, const sim_user_t *user)
{
    const slack_json_t *owner = sim_json_bool(json, user->index == 0);
    const slack_json_t *known =
        sim_json(json,
                 "{id: %s, team_id: %s, name: %s, deleted: %p, profile: %p, updated: %d,"
                 " is_bot: %p, is_app_user: false}",
                 user->id, user->team->id, user->name, sim_json_bool(json, user->deactivated),
                 profile_json(json, user), SIM_FOUNDED_S, sim_json_bool(json, user->bot));
    if (user->deactivated) return known; /* Slack says no more of them */
    return sim_json_merged(json, known,
                           sim_json(json,
                                    "{color: '9f69e7', real_name: %s, tz: 'Etc/UTC',"
                                    " tz_label: 'Coordinated Universal Time', tz_offset: 0,"
                                    " is_admin: %p, is_owner: %p, is_primary_owner: %p,"
                                    " is_restricted: %p, is_ultra_restricted: false}",
                                    user->real_name, sim_json_bool(json, user->admin), owner, owner,
                                    sim_json_bool(json, user->guest)));
}

/* --- sets of users --- */

void sim_user_set_put(sim_user_set_t *set, const sim_user_t *user, bool inside)
{
    const uint64_t bit = (uint64_t)1 << user->index % 64;
    uint64_t *word = &set->words[user->index / 64];
    *word = inside ? *word | bit : *word & ~bit;
}

bool sim_user_set_has(const sim_user_set_t *set, const sim_user_t *user)
{
    return set->words[user->index / 64] >> user->index % 64 & 1;
}

size_t sim_user_set_count(const sim_user_set_t *set)
{
    size_t count = 0;
    for (size_t i = 0; i < SIM_USERS_MAX / 64; i++)
        count += (size_t)__builtin_popcountll(set->words[i]);
    return count;
}

bool sim_user_set_equal(const sim_user_set_t *a, const sim_user_set_t *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

const slack_json_t *sim_user_set_ids(sim_json_builder_t *json, const sim_users_t *users,
                                     const sim_user_set_t *set)
{
    const sim_user_t *user;
    sim_list_t ids;
    sim_list_begin(json, &ids, '[');
    for (size_t i = 0; (user = sim_user_at(users, i)); i++)
        if (sim_user_set_has(set, user)) sim_list_add(json, &ids, sim_json(json, "%s", user->id));
    return sim_list_end(json, &ids);
}
