/* SPDX-License-Identifier: MIT */
#ifndef SIM_USERS_H
#define SIM_USERS_H

#include "sim/json_builder.h"
#include "sim/team.h"

/*
 * The users of a workspace: ann, ben, cleo and the bot, and as many generated ones as an option
 * asks for. They are the same in every run, and never change.
 */

#define SIM_USERS_FIRST 4 /* those with a name of their own */
#define SIM_USERS_MAX   2048

struct sim_user {
    const sim_team_t *team;
    char id[12];
    char name[16];
    char real_name[32];
    bool bot; /* of this app, or of another one */
    bool admin;
    bool guest;
    bool deactivated;
    size_t index;
};

typedef struct sim_users {
    const sim_team_t *team;
    size_t count;
    sim_user_t *list;
} sim_users_t;

/* Sets team->bot. `count` is from SIM_USERS_FIRST to SIM_USERS_MAX. 0, SLACK_ENOMEM. */
int sim_users_init(sim_users_t *users, sim_team_t *team, size_t count);
void sim_users_done(sim_users_t *users);

/* NULL behind the last one. */
const sim_user_t *sim_user_at(const sim_users_t *users, size_t index);
const sim_user_t *sim_user_by_id(const sim_users_t *users, const char *id);
/* By id, "name" or "@name". NULL if there is no such user. */
const sim_user_t *sim_user_find(const sim_users_t *users, const char *name);
const sim_user_t *sim_user_owner(const sim_users_t *users); /* ann, who has founded the workspace */

/* A user as users.info shows it. */
const slack_json_t *sim_user_json(sim_json_builder_t *json, const sim_user_t *user);

/* --- sets of users --- */

typedef struct sim_user_set {
    uint64_t words[SIM_USERS_MAX / 64];
} sim_user_set_t;

void sim_user_set_put(sim_user_set_t *set, const sim_user_t *user, bool inside);
bool sim_user_set_has(const sim_user_set_t *set, const sim_user_t *user);
size_t sim_user_set_count(const sim_user_set_t *set);
bool sim_user_set_equal(const sim_user_set_t *a, const sim_user_set_t *b);
/* An array of ids. */
const slack_json_t *sim_user_set_ids(sim_json_builder_t *json, const sim_users_t *users,
                                     const sim_user_set_t *set);

#endif
