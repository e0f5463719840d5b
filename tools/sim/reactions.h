/* SPDX-License-Identifier: MIT */
#ifndef SIM_REACTIONS_H
#define SIM_REACTIONS_H

#include "sim/users.h"

/* The reactions to one message, in the order of their first use. Pure. */

#define SIM_EMOJI_MAX  50 /* different ones on a message, as Slack limits them */
#define SIM_EMOJI_SIZE 64

typedef struct sim_reactions {
    size_t count;
    struct {
        char name[SIM_EMOJI_SIZE]; /* "thumbsup::skin-tone-2" */
        sim_user_set_t users;      /* never empty */
    } list[SIM_EMOJI_MAX];
} sim_reactions_t;

/* NULL on success, else Slack's word for the error. */
const char *sim_reaction_add(sim_reactions_t *reactions, const char *name, const sim_user_t *user);
const char *sim_reaction_remove(sim_reactions_t *reactions, const char *name,
                                const sim_user_t *user);

/* [{name, users, count}] */
const slack_json_t *sim_reactions_json(sim_json_builder_t *json, const sim_users_t *users,
                                       const sim_reactions_t *reactions);

#endif
