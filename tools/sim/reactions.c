/* SPDX-License-Identifier: MIT */
#include "sim/reactions.h"

#include <stdio.h>
#include <string.h>

/* Slack's limit for one user on one message. */
#define BY_USER_MAX 23

static bool is_emoji(const char *name)
{
    const size_t len = strlen(name);
    return len > 0 && len < SIM_EMOJI_SIZE && *name != ':' && name[len - 1] != ':' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-+':") == len;
}

/* The index of the emoji; reactions->count if it is not there. */
static size_t reaction_find(const sim_reactions_t *reactions, const char *name)
{
    size_t i = 0;
    while (i < reactions->count && strcmp(reactions->list[i].name, name) != 0)
        i++;
    return i;
}

const char *sim_reaction_add(sim_reactions_t *reactions, const char *name, const sim_user_t *user)
{
    unsigned by_user = 0;
    if (!is_emoji(name)) return "invalid_name";
    const size_t at = reaction_find(reactions, name);
    if (at < reactions->count && sim_user_set_has(&reactions->list[at].users, user))
        return "already_reacted";
    for (size_t i = 0; i < reactions->count; i++)
        by_user += sim_user_set_has(&reactions->list[i].users, user);
    if (by_user == BY_USER_MAX) return "too_many_reactions";
    if (at == SIM_EMOJI_MAX) return "too_many_emoji";
    if (at == reactions->count) {
        reactions->count++;
        snprintf(reactions->list[at].name, SIM_EMOJI_SIZE, "%s", name);
        reactions->list[at].users = (sim_user_set_t){{0}};
    }
    sim_user_set_put(&reactions->list[at].users, user, true);
    return NULL;
}

const char *sim_reaction_remove(sim_reactions_t *reactions, const char *name,
                                const sim_user_t *user)
{
    if (!is_emoji(name)) return "invalid_name";
    const size_t at = reaction_find(reactions, name);
    if (at == reactions->count || !(sim_user_set_has(&reactions->list[at].users, user)))
        return "no_reaction";
    sim_user_set_put(&reactions->list[at].users, user, false);
    if (sim_user_set_count(&reactions->list[at].users) > 0) return NULL;
    reactions->count--;
    memmove(&reactions->list[at], &reactions->list[at + 1],
            (reactions->count - at) * sizeof reactions->list[0]);
    return NULL;
}

const slack_json_t *sim_reactions_json(sim_json_builder_t *json, const sim_users_t *users,
                                       const sim_reactions_t *reactions)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < reactions->count; i++) {
        const sim_user_set_t *set = &reactions->list[i].users;
        sim_list_add(json, &list,
                     sim_json(json, "{name: %s, users: %p, count: %zu}", reactions->list[i].name,
                              sim_user_set_ids(json, users, set), sim_user_set_count(set)));
    }
    return sim_list_end(json, &list);
}
