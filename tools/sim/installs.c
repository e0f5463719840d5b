/* SPDX-License-Identifier: MIT */
#include "sim/installs.h"

#include <stdio.h>
#include <string.h>

#include "sim/app_state.h"
#include "sim/bot_messages.h"
#include "sim/scopes.h"

/* --- grantors --- */

sim_grantor_t sim_grantor_person(const sim_services_t *services, const sim_user_t *person,
                                 bool org_wide)
{
    sim_grantor_t grantor = {.bot = false};
    const char *enterprise_id = sim_team_enterprise_id(services->team);
    snprintf(grantor.user_id, sizeof grantor.user_id, "%s", person->id);
    snprintf(grantor.team_id, sizeof grantor.team_id, "%s", org_wide ? "" : services->team->id);
    snprintf(grantor.enterprise_id, sizeof grantor.enterprise_id, "%s",
             enterprise_id ? enterprise_id : "");
    return grantor;
}

sim_grantor_t sim_grantor_bot(const sim_services_t *services, bool org_wide)
{
    sim_grantor_t grantor = sim_grantor_person(services, services->team->bot, org_wide);
    grantor.bot = true;
    return grantor;
}

const sim_services_t *sim_grantor_services(const sim_teams_t *teams, const sim_grantor_t *grantor)
{
    for (size_t i = 0; i < teams->count; i++) {
        const sim_team_t *team = teams->list[i]->team;
        if (*grantor->team_id ? strcmp(team->id, grantor->team_id) == 0 : team->org != NULL)
            return teams->list[i];
    }
    return teams->list[0];
}

/* Whether both are in the same workspace, or both are org-wide. */
static bool is_same_place(const sim_grantor_t *a, const sim_grantor_t *b)
{
    return strcmp(a->team_id, b->team_id) == 0 && strcmp(a->enterprise_id, b->enterprise_id) == 0;
}

/* --- what is installed --- */

/* The first grant of a place; that of the bot, if there is one. NULL: nothing is granted there. */
static const sim_grant_t *place_grant(const sim_tokens_t *tokens, const sim_grantor_t *place)
{
    const sim_grant_t *first = NULL;
    for (size_t i = 0; i < SIM_GRANTS_MAX; i++) {
        const sim_grant_t *grant = &tokens->grants[i];
        if (!sim_scope_set_empty(&grant->scopes) && is_same_place(&grant->grantor, place) &&
            (!first || grant->grantor.bot))
            first = grant;
    }
    return first;
}

void sim_installs_update(const sim_teams_t *teams)
{
    bool changed = false;
    for (size_t i = 0; i < teams->count; i++) {
        const sim_services_t *services = teams->list[i];
        const sim_tokens_t *tokens = &services->oauth->tokens;
        sim_team_t *team = services->team;
        const sim_grantor_t here = sim_grantor_bot(services, false);
        const sim_grantor_t everywhere = sim_grantor_bot(services, true);
        const sim_grant_t *grant = place_grant(tokens, &here);
        const bool had_app = sim_team_has_app(team);
        team->installed = grant != NULL;
        if (team->org) team->org->installed = place_grant(tokens, &everywhere) != NULL;
        if (sim_team_is_org_wide(team)) grant = place_grant(tokens, &everywhere);
        team->person = grant && !grant->grantor.bot
                           ? sim_user_by_id(&services->workspace->users, grant->grantor.user_id)
                           : NULL;
        changed |= sim_team_has_app(team) != had_app;
    }
    if (changed) sim_app_changed(teams->list[0]);
}

bool sim_install_fixed(const sim_services_t *services, bool org_wide, const char *token)
{
    sim_scope_set_t scopes = {{0}};
    slack_slice_t unknown;
    const sim_grantor_t bot = sim_grantor_bot(services, org_wide);
    sim_scope_set_read(&scopes, SLACK_SLICE(SIM_APP_SCOPES), &unknown);
    sim_grant_t *grant = sim_tokens_grant(&services->oauth->tokens, &bot, &scopes);
    if (grant) sim_tokens_add(&services->oauth->tokens, token, grant);
    sim_installs_update(services->teams);
    return grant != NULL;
}

const char *sim_installs_bot_token(const sim_services_t *services)
{
    const sim_grantor_t bot = sim_grantor_bot(services, sim_team_is_org_wide(services->team));
    const sim_grant_t *grant = sim_tokens_granted(&services->oauth->tokens, &bot);
    return grant ? sim_grant_token(&services->oauth->tokens, grant) : NULL;
}

/* --- what ends --- */

/* Report that all grants of a place end, or `only` one. Call it before they do: no event reaches an
 * app that is not installed. */
static void send_end(const sim_services_t *services, const sim_grantor_t *place,
                     const sim_grant_t *only)
{
    const sim_tokens_t *tokens = &services->oauth->tokens;
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    sim_list_t people, bots;
    bool more = false;       /* something is granted there that does not end */
    if (!json.arena) return; /* the app learns it from its next call */
    sim_list_begin(&json, &people, '[');
    sim_list_begin(&json, &bots, '[');
    for (size_t i = 0; i < SIM_GRANTS_MAX; i++) {
        const sim_grant_t *grant = &tokens->grants[i];
        if (sim_scope_set_empty(&grant->scopes) || !is_same_place(&grant->grantor, place)) continue;
        if (only && only != grant)
            more = true;
        else
            sim_list_add(&json, grant->grantor.bot ? &bots : &people,
                         sim_json(&json, "%s", grant->grantor.user_id));
    }
    const slack_json_t *all_people = sim_list_end(&json, &people);
    const slack_json_t *all_bots = sim_list_end(&json, &bots);
    sim_event_send(services, &json,
                   sim_json(&json, "{type: 'tokens_revoked', tokens: {oauth: %p, bot: %p}}",
                            all_people, all_bots));
    if (!more) sim_event_send(services, &json, sim_json(&json, "{type: 'app_uninstalled'}"));
    slack__arena_free(json.arena);
}

void sim_installs_revoke(const sim_services_t *services, const sim_token_t *token)
{
    if (!sim_tokens_revoke(&services->oauth->tokens, token)) return;
    send_end(services, &token->grant->grantor, token->grant);
    sim_grant_revoke(&services->oauth->tokens, token->grant, false);
    sim_installs_update(services->teams);
}

bool sim_uninstall(const sim_services_t *services, bool org_wide)
{
    sim_tokens_t *tokens = &services->oauth->tokens;
    const sim_grantor_t here = sim_grantor_bot(services, org_wide);
    if (!place_grant(tokens, &here)) return false;
    send_end(services, &here, NULL);
    for (size_t i = 0; i < SIM_GRANTS_MAX; i++)
        if (!sim_scope_set_empty(&tokens->grants[i].scopes) &&
            is_same_place(&tokens->grants[i].grantor, &here))
            sim_grant_revoke(tokens, &tokens->grants[i], true);
    sim_installs_update(services->teams);
    return true;
}

bool sim_person_uninstalls(const sim_services_t *services, bool org_wide, const char *name)
{
    const sim_user_t *person = *name ? sim_user_find(&services->workspace->users, name)
                                     : sim_user_owner(&services->workspace->users);
    if (!person || (org_wide && !services->team->org)) return false;
    const sim_grantor_t grantor = sim_grantor_person(services, person, org_wide);
    sim_grant_t *grant = sim_tokens_granted(&services->oauth->tokens, &grantor);
    if (*name && !grant) return false;
    if (*name) {
        send_end(services, &grantor, grant);
        sim_grant_revoke(&services->oauth->tokens, grant, false);
        sim_installs_update(services->teams);
    } else if (!sim_uninstall(services, org_wide)) {
        return false;
    }
    sim_transcript_add(&services->workspace->transcript, SIM_ENTRY_EVENT, false, "", person->name,
                       *name ? "takes back what the app may do for them" : "uninstalls the app");
    return true;
}

bool sim_installs_let_in(const sim_services_t *services, bool in)
{
    sim_team_t *team = services->team;
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    const bool changes = team->org && team->org->installed && team->kept_out == in;
    if (changes && json.arena) {
        team->kept_out = false; /* no event is sent to a workspace that is kept out */
        sim_event_send(services, &json,
                       sim_json(&json, "{type: %s, team_ids: [%s]}",
                                in ? "team_access_granted" : "team_access_revoked", team->id));
        team->kept_out = !in;
    }
    slack__arena_free(json.arena);
    return changes;
}
