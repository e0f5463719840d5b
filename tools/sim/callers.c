/* SPDX-License-Identifier: MIT */
#include "sim/callers.h"

#include <stdio.h>
#include <string.h>

#include "protocol/methods.h"

/* --- by the token --- */

slack_slice_t sim_bearer(slack_slice_t header)
{
    static const slack_slice_t bearer = {"Bearer ", 7};
    slack_slice_t start = {header.ptr, header.len < bearer.len ? header.len : bearer.len};
    if (!slack__slice_eq(start, bearer)) return (slack_slice_t){NULL, 0};
    return slack__slice_trim((slack_slice_t){header.ptr + bearer.len, header.len - bearer.len});
}

const char *sim_caller_find(const sim_services_t *any, slack_slice_t token, sim_caller_t *ret)
{
    const sim_teams_t *teams = any->teams;
    *ret = (sim_caller_t){.kind = SIM_TOKEN_BOT};
    for (size_t i = 0; i < teams->count; i++) {
        sim_steps_t *steps = &teams->list[i]->workspace->steps;
        ret->services = teams->list[i];
        ret->step = sim_step_by_token(steps, token);
        if (ret->step) return sim_step_token_valid(steps, ret->step) ? NULL : "token_expired";
    }
    const char *error = sim_tokens_check(&any->oauth->tokens, token, &ret->token);
    if (error) return error;
    ret->services = any;
    if (!ret->token->grant) {
        ret->kind = SIM_TOKEN_APP;
        return NULL;
    }
    const sim_grantor_t *grantor = &ret->token->grant->grantor;
    ret->kind = grantor->bot ? SIM_TOKEN_BOT : SIM_TOKEN_USER;
    ret->services = *grantor->team_id ? sim_team_find(teams, grantor->team_id) : NULL;
    return NULL;
}

static bool is_in_organization(const sim_services_t *services)
{
    return sim_team_is_org_wide(services->team);
}

bool sim_caller_sees(const sim_caller_t *caller, const sim_services_t *services)
{
    return caller->services ? caller->services == services : is_in_organization(services);
}

/* --- by the arguments of an org-wide call --- */

static bool has_channel(sim_workspace_t *workspace, const char *id)
{
    for (size_t i = 0; i < workspace->channels.count; i++)
        if (strcmp(workspace->channels.list[i].id, id) == 0) return true;
    return sim_user_by_id(&workspace->users, id) != NULL; /* a direct message */
}

static bool has_user(sim_workspace_t *workspace, const char *id)
{
    return sim_user_by_id(&workspace->users, id) != NULL;
}

static bool has_trigger(sim_workspace_t *workspace, const char *text)
{
    return sim_key_is(&workspace->keys, SIM_KEY_TRIGGER, text);
}

static bool has_view(sim_workspace_t *workspace, const char *id)
{
    return sim_view_by_id(&workspace->views, id) || sim_view_by_external_id(&workspace->views, id);
}

static bool has_file(sim_workspace_t *workspace, const char *id)
{
    return sim_file_find(&workspace->files, slack__slice(id)) != NULL;
}

static bool has_step(sim_workspace_t *workspace, const char *id)
{
    return sim_step_by_id(&workspace->steps, id) != NULL;
}

/* Whether the workspace has what one of the arguments names. */
static bool has_subject(sim_workspace_t *workspace, const sim_call_t *call)
{
    static const struct {
        const char *arg;
        bool (*has)(sim_workspace_t *workspace, const char *value);
    } rows[] = {
        {"channel", has_channel},
        {"channel_id", has_channel},
        {"channels", has_channel},
        {"user", has_user},
        {"user_id", has_user},
        {"users", has_user},
        {"trigger_id", has_trigger},
        {"view_id", has_view},
        {"external_id", has_view},
        {"file", has_file},
        {"function_execution_id", has_step},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char first[SIM_KEY_TEXT_SIZE]; /* of a list, or all of the value */
        const char *value = sim_call_arg(call, rows[i].arg);
        snprintf(first, sizeof first, "%.*s", (int)strcspn(value, ","), value);
        if (*first && rows[i].has(workspace, first)) return true;
    }
    return false;
}

const char *sim_caller_act(const sim_caller_t *caller, sim_call_t *call)
{
    const sim_teams_t *teams = call->services->teams;
    const sim_services_t *any = NULL;
    const char *team_id = sim_call_arg(call, "team_id");
    call->step = caller->step;
    call->token = caller->token;
    call->org = caller->services ? NULL : &teams->org;
    if (caller->services) call->services = caller->services;
    if (caller->services) return NULL;
    if (!*team_id && slack__method_is(call->method, SLACK_METHOD_TEAM)) return "missing_argument";
    for (size_t i = 0; i < teams->count; i++) {
        const sim_services_t *services = teams->list[i];
        if (!is_in_organization(services)) continue;
        if (!any) any = services;
        if (*team_id ? sim_team_is(services->team, team_id)
                     : has_subject(services->workspace, call)) {
            call->services = services;
            return NULL;
        }
    }
    call->services = any; /* where nothing is found */
    return *team_id || !any ? "team_access_not_granted" : NULL;
}
