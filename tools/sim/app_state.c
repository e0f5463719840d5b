/* SPDX-License-Identifier: MIT */
#include "sim/app_state.h"

#include <stdio.h>
#include <string.h>

static const slack_json_t *installed_json(const sim_teams_t *teams, sim_json_builder_t *json)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < teams->count; i++)
        if (sim_team_has_app(teams->list[i]->team))
            sim_list_add(json, &list, sim_json(json, "%s", teams->list[i]->team->id));
    return sim_list_end(json, &list);
}

const slack_json_t *sim_app_json(const sim_services_t *services, sim_json_builder_t *json)
{
    const sim_request_url_t *url = services->request_url;
    const size_t sockets = sim_sockets_ready(services->sockets);
    const char *transport = sockets > 0 ? "Socket Mode" : url->verified ? "HTTP" : NULL;
    return sim_json(json,
                    "{id: %s, connected: %p, transport: %s, connections: %zu, request_url: %s,"
                    " request_url_verified: %p, events_off: %p, user_agent: %s, installed_in: %p}",
                    SIM_APP_ID, sim_json_bool(json, transport), transport, sockets, url->url,
                    sim_json_bool(json, url->verified), sim_json_bool(json, url->events_off),
                    services->seen->user_agent, installed_json(services->teams, json));
}

void sim_app_changed(const sim_services_t *services)
{
    sim_json_builder_t json = sim_feed_begin();
    sim_feed_end(services->feed, "app", &json,
                 sim_json(&json, "{app: %p}", sim_app_json(services, &json)));
}

void sim_app_called(const sim_services_t *services, slack_slice_t user_agent)
{
    char *known = services->seen->user_agent;
    if (user_agent.len == 0 || user_agent.len >= SIM_SEEN_SIZE) return;
    if (slack__slice_eq(user_agent, slack__slice(known))) return;
    snprintf(known, SIM_SEEN_SIZE, "%.*s", (int)user_agent.len, user_agent.ptr);
    sim_app_changed(services);
}
