/* SPDX-License-Identifier: MIT */
#include "sim/services.h"

#include <stdio.h>
#include <string.h>

const sim_services_t *sim_team_find(const sim_teams_t *teams, const char *name)
{
    for (size_t i = 0; i < teams->count; i++)
        if (sim_team_is(teams->list[i]->team, name)) return teams->list[i];
    return NULL;
}

const sim_services_t *sim_team_of_path(const sim_teams_t *teams, slack_slice_t path)
{
    char id[24];
    slack_slice_t part = {NULL, 0};
    for (size_t i = 0; i < 3; i++) /* the first one is empty */
        slack__slice_split(&path, '/', &part);
    snprintf(id, sizeof id, "%.*s", (int)part.len, part.ptr);
    id[strcspn(id, "-")] = '\0'; /* /files-pri/T0SIM00001-F1/… */
    const sim_services_t *found = sim_team_find(teams, id);
    return found ? found : teams->list[0];
}
