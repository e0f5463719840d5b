/* SPDX-License-Identifier: MIT */
#include "sim/team.h"

#include <stdio.h>
#include <string.h>

void sim_team_init(sim_team_t *team, unsigned number, sim_org_t *org, const char *bot_token)
{
    *team = (sim_team_t){.number = number, .org = org, .bot_token = bot_token};
    snprintf(team->id, sizeof team->id, "T0SIM%05u", number % 100000);
    snprintf(team->domain, sizeof team->domain, number == 1 ? "simulated" : "simulated%u", number);
    snprintf(team->name, sizeof team->name,
             number == 1 ? "Simulated Workspace" : "Simulated Workspace %u", number);
    snprintf(team->bot_id, sizeof team->bot_id, org ? "B0BOTORG01" : "B0BOT%05u", number % 100000);
}

bool sim_team_is_org_wide(const sim_team_t *team)
{
    return team->org && team->org->installed && !team->kept_out;
}

bool sim_team_has_app(const sim_team_t *team)
{
    return team->installed || sim_team_is_org_wide(team);
}

const char *sim_team_enterprise_id(const sim_team_t *team)
{
    return team->org ? team->org->id : NULL;
}

bool sim_team_is(const sim_team_t *team, const char *name)
{
    return strcmp(team->id, name) == 0 || strcmp(team->domain, name) == 0;
}
