/* SPDX-License-Identifier: MIT */
#include "sim/methods.h"
#include "sim/team.h"

static const slack_json_t *auth_test(sim_call_t *call)
{
    const sim_user_t *bot = sim_user_bot();
    return sim_json(call->json,
                    "{ok: true, url: '%s/', team: %s, user: %s, team_id: %s, user_id: %s,"
                    " bot_id: %s, is_enterprise_install: false}",
                    call->services->env->base_url, SIM_TEAM_NAME, bot->name, SIM_TEAM_ID, bot->id,
                    SIM_BOT_ID);
}

const sim_method_t sim_methods_auth[] = {
    {"auth.test", SIM_TOKEN_BOT, auth_test},
    {NULL, 0, NULL},
};
