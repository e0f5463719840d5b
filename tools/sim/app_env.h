/* SPDX-License-Identifier: MIT */
#ifndef SIM_APP_ENV_H
#define SIM_APP_ENV_H

#include "sim/json_builder.h"

/* What an app needs to know to work with this simulator. The strings are borrowed. */
typedef struct sim_app_env {
    char base_url[64]; /* "http://127.0.0.1:4390" */
    const char *app_token;
    const char *signing_secret;
    const char *client_id;
    const char *client_secret;
} sim_app_env_t;

/* The same as environment variables, with the bot's token: {SLACK_API_URL: …, …}. */
const slack_json_t *sim_app_env_json(sim_json_builder_t *json, const sim_app_env_t *env,
                                     const char *bot_token);

#endif
