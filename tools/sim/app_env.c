/* SPDX-License-Identifier: MIT */
#include "sim/app_env.h"

const slack_json_t *sim_app_env_json(sim_json_builder_t *json, const sim_app_env_t *env,
                                     const char *bot_token)
{
    return sim_json(json,
                    "{SLACK_API_URL: '%s/api/', SLACK_BOT_TOKEN: %s, SLACK_APP_TOKEN: %s,"
                    " SLACK_SIGNING_SECRET: %s, SLACK_CLIENT_ID: %s, SLACK_CLIENT_SECRET: %s,"
                    " SLACK_AUTHORIZE_URL: '%s/oauth/v2/authorize', SLACKAPP_SIM: %s}",
                    env->base_url, bot_token, env->app_token, env->signing_secret, env->client_id,
                    env->client_secret, env->base_url, env->base_url);
}
