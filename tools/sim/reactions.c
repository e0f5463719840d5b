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
    const unsigned bit = sim_user_bit(user);
    unsigned by_user = 0;
    if (!is_emoji(name)) return "invalid_name";
    const size_t at = reaction_find(reactions, name);
    if (at < reactions->count && reactions->list[at].users & bit) return "already_reacted";
    for (size_t i = 0; i < reactions->count; i++)
        by_user += (reactions->list[i].users & bit) != 0;
    if (by_user == BY_USER_MAX) return "too_many_reactions";
    if (at == SIM_EMOJI_MAX) return "too_many_emoji";
    if (at == reactions->count) {
        reactions->count++;
        snprintf(reactions->list[at].name, SIM_EMOJI_SIZE, "%s", name);
        reactions->list[at].users = 0;
    }
    reactions->list[at].users |= bit;
    return NULL;
}

const char *sim_reaction_remove(sim_reactions_t *reactions, const char *name,
                                const sim_user_t *user)
{
    const unsigned bit = sim_user_bit(user);
    if (!is_emoji(name)) return "invalid_name";
    const size_t at = reaction_find(reactions, name);
    if (at == reactions->count || !(reactions->list[at].users & bit)) return "no_reaction";
    reactions->list[at].users &= ~bit;
    if (reactions->list[at].users) return NULL;
    reactions->count--;
    memmove(&reactions->list[at], &reactions->list[at + 1],
            (reactions->count - at) * sizeof reactions->list[0]);
    return NULL;
}

const slack_json_t *sim_reactions_json(sim_json_builder_t *json, const sim_reactions_t *reactions)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < reactions->count; i++) {
        const slack_json_t *users = sim_users_ids(json, reactions->list[i].users);
        sim_list_add(json, &list,
                     sim_json(json, "{name: %s, users: %p, count: %zu}", reactions->list[i].name,
                              users, slack_json_count(users, "")));
    }
    return sim_list_end(json, &list);
}
