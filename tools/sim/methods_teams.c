/* SPDX-License-Identifier: MIT */
#include "sim/methods.h"
#include "sim/pages.h"

#define LIMIT_DEFAULT 100

/* The workspaces in which the app may act with the token. Of a workspace's own token Slack's
 * documentation says nothing; here the list has that workspace. */
static const slack_json_t *auth_teams_list(sim_call_t *call)
{
    const sim_teams_t *teams = call->services->teams;
    sim_page_t page;
    const slack_json_t *failure = sim_page_begin(&page, call, LIMIT_DEFAULT);
    if (failure) return failure;
    for (size_t i = 0; i < teams->count; i++) {
        const sim_team_t *team = teams->list[i]->team;
        if (call->org ? !sim_team_is_org_wide(team) : teams->list[i] != call->services) continue;
        if (sim_page_has(&page, team->id))
            sim_page_add(&page, sim_json(call->json, "{id: %s, name: %s}", team->id, team->name));
    }
    return sim_page_end(&page, "teams");
}

const sim_method_t sim_methods_teams[] = {
    {"auth.teams.list", SIM_TOKEN_BOT, auth_teams_list},
    {NULL, 0, NULL},
};
