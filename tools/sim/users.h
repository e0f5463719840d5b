/* SPDX-License-Identifier: MIT */
#ifndef SIM_USERS_H
#define SIM_USERS_H

#include "sim/json_builder.h"

/* The people of the workspace, and the bot. They are the same in every run. */

#define SIM_USER_COUNT 4

typedef struct sim_user {
    const char *id;
    const char *name;
    const char *real_name;
    bool bot;
} sim_user_t;

/* Index 0 to SIM_USER_COUNT - 1; NULL behind the last one. */
const sim_user_t *sim_user_at(size_t index);

const sim_user_t *sim_user_by_id(const char *id);
/* By id, "name" or "@name". NULL if there is no such user. */
const sim_user_t *sim_user_find(const char *name);
const sim_user_t *sim_user_bot(void);
/* The user's bit in a set of users. */
unsigned sim_user_bit(const sim_user_t *user);
/* A set of users as an array of ids. */
const slack_json_t *sim_users_ids(sim_json_builder_t *json, unsigned set);

/* A user as users.info shows it. */
const slack_json_t *sim_user_json(sim_json_builder_t *json, const sim_user_t *user);

#endif
