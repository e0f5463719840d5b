/* SPDX-License-Identifier: MIT */
#include "sim/status.h"

#include <inttypes.h>

#include "sim/installs.h"
#include "sim/webhooks.h"

bool sim_app_is_there(const sim_services_t *services)
{
    return sim_sockets_ready(services->sockets) > 0 || services->request_url->verified;
}

/* Every workspace, with the bot's token there: null, if the app is not installed. */
static const slack_json_t *teams_json(const sim_teams_t *teams, sim_json_builder_t *json)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < teams->count; i++) {
        const sim_team_t *team = teams->list[i]->team;
        sim_list_add(json, &list,
                     sim_json(json,
                              "{id: %s, domain: %s, name: %s, enterprise_id: %s,"
                              " enterprise_domain: %s, is_enterprise_install: %p, bot_token: %s}",
                              team->id, team->domain, team->name, sim_team_enterprise_id(team),
                              team->org ? team->org->domain : NULL,
                              sim_json_bool(json, sim_team_is_org_wide(team)),
                              sim_installs_bot_token(teams->list[i])));
    }
    return sim_list_end(json, &list);
}

const slack_json_t *sim_status_json(const sim_services_t *services, sim_json_builder_t *json)
{
    const sim_request_url_t *url = services->request_url;
    const slack_json_t *faults = sim_faults_json(services->faults, json);
    const slack_json_t *env =
        sim_app_env_json(json, services->env, sim_installs_bot_token(services));
    const sim_users_t *users = &services->workspace->users;
    sim_list_t people, channels;
    const sim_user_t *user;
    sim_list_begin(json, &people, '[');
    for (size_t i = 0; i < SIM_USERS_FIRST && (user = sim_user_at(users, i)); i++)
        sim_list_add(json, &people, sim_json(json, "{id: %s, name: %s}", user->id, user->name));
    sim_list_begin(json, &channels, '[');
    for (size_t i = 0; i < services->workspace->channels.count; i++) {
        const sim_channel_t *channel = &services->workspace->channels.list[i];
        sim_list_add(json, &channels,
                     sim_json(json, "{id: %s, name: %s, type: %s, bot_is_member: %p, webhook: %s}",
                              channel->id, channel->name, sim_channel_type(channel),
                              sim_json_bool(json, sim_channel_has_bot(channel)),
                              sim_webhook_url(json, services, channel)));
    }
    return sim_json(
        json,
        "{ok: true, workspace: %s, workspaces: %p, app_is_there: %p, sockets: %zu,"
        " sockets_so_far: %llu,"
        " seed: %" PRIu64 ", faults: %p, faults_acted: %llu, calls: %p, request_url: %s,"
        " request_url_verified: %p, events_off: %p, people: %p, more_people: %zu, channels: %p,"
        " trigger: %s, env: %p}",
        services->team->domain, teams_json(services->teams, json),
        sim_json_bool(json, sim_app_is_there(services)), sim_sockets_ready(services->sockets),
        (unsigned long long)services->sockets->greeted, services->faults->seed, faults,
        (unsigned long long)services->faults->acted, sim_call_counts_json(services->calls, json),
        url->url, sim_json_bool(json, url->verified), sim_json_bool(json, url->events_off),
        sim_list_end(json, &people), users->count - SIM_USERS_FIRST, sim_list_end(json, &channels),
        sim_webhook_url(json, services, NULL), env);
}
