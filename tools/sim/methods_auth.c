/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/installs.h"
#include "sim/methods.h"

static const slack_json_t *auth_test(sim_call_t *call)
{
    const sim_services_t *services = call->services;
    const sim_team_t *team = services->team;
    const sim_org_t *org = call->org;
    const sim_grantor_t *grantor = call->token ? &call->token->grant->grantor : NULL;
    const bool bot = !grantor || grantor->bot;
    const sim_user_t *user =
        bot ? team->bot : sim_user_by_id(&services->workspace->users, grantor->user_id);
    return sim_json(call->json,
                    "{ok: true, url: '%s/', team: %s, user: %s, team_id: %s, user_id: %s,"
                    " bot_id?: %s, enterprise_id?: %s, is_enterprise_install: %p}",
                    services->env->base_url, org ? org->name : team->name, user ? user->name : "",
                    org ? org->id : team->id, user ? user->id : "", bot ? team->bot_id : NULL,
                    sim_team_enterprise_id(team), sim_json_bool(call->json, org != NULL));
}

static const slack_json_t *auth_revoke(sim_call_t *call)
{
    const bool test = sim_call_bool(call, "test");
    if (!call->token) return sim_call_error(call, "not_allowed_token_type"); /* a step's */
    if (!test) sim_installs_revoke(call->services, call->token);
    return sim_json(call->json, "{ok: true, revoked: %p}", sim_json_bool(call->json, !test));
}

static const slack_json_t *apps_uninstall(sim_call_t *call)
{
    const sim_oauth_app_t *app = &call->services->oauth->app;
    if (strcmp(sim_call_arg(call, "client_id"), app->client_id) != 0)
        return sim_call_error(call, "invalid_client_id");
    if (strcmp(sim_call_arg(call, "client_secret"), app->client_secret) != 0)
        return sim_call_error(call, "bad_client_secret");
    sim_transcript_add(&call->services->workspace->transcript, SIM_ENTRY_EVENT, false, "",
                       call->services->team->bot->name, "uninstalls the app");
    sim_uninstall(call->services, call->org != NULL);
    return sim_json(call->json, "{ok: true}");
}

const sim_method_t sim_methods_auth[] = {
    {"apps.uninstall", SIM_TOKEN_BOT, apps_uninstall},
    {"auth.revoke", SIM_TOKEN_BOT, auth_revoke},
    {"auth.test", SIM_TOKEN_BOT, auth_test},
    {NULL, 0, NULL},
};
