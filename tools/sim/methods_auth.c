/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/methods.h"
#include "sim/team.h"

static const slack_json_t *auth_test(sim_call_t *call)
{
    const sim_user_t *bot = call->services->team->bot;
    return sim_json(call->json,
                    "{ok: true, url: '%s/', team: %s, user: %s, team_id: %s, user_id: %s,"
                    " bot_id: %s, is_enterprise_install: false}",
                    call->services->env->base_url, call->services->team->name, bot->name,
                    call->services->team->id, bot->id, call->services->team->bot_id);
}

/* A code becomes the bot's token; token rotation is off. */
static const slack_json_t *oauth_v2_access(sim_call_t *call)
{
    const sim_user_t *bot = call->services->team->bot;
    const sim_key_t *code = NULL;
    const char *grant_type = sim_call_arg(call, "grant_type");
    if (!*sim_call_arg(call, "client_id")) return sim_call_error(call, "invalid_client_id");
    if (!*sim_call_arg(call, "client_secret")) return sim_call_error(call, "bad_client_secret");
    if (strcmp(grant_type, "refresh_token") == 0)
        return sim_call_error(call, "invalid_refresh_token");
    if (sim_key_use(&call->services->workspace->keys, SIM_KEY_CODE, sim_call_arg(call, "code"),
                    &code) != SIM_KEY_GOOD)
        return sim_call_error(call, "invalid_code");
    return sim_json(call->json,
                    "{ok: true, app_id: %s, authed_user: {id: %s}, scope: 'chat:write,commands',"
                    " token_type: 'bot', access_token: %s, bot_user_id: %s,"
                    " team: {id: %s, name: %s}, enterprise: null, is_enterprise_install: false}",
                    SIM_APP_ID, code->user->id, call->services->team->bot_token, bot->id,
                    call->services->team->id, call->services->team->name);
}

const sim_method_t sim_methods_auth[] = {
    {"auth.test", SIM_TOKEN_BOT, auth_test},
    {"oauth.v2.access", SIM_TOKEN_NONE, oauth_v2_access},
    {NULL, 0, NULL},
};
