/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "context/ctx.h"
#include "protocol/payload.h"

/* A job knows whose it is from the delivery that deferred it: its body is the program's. */
static void of_job(const char *app_id, const slack_json_t *tenant, slack_tenant_t *ret)
{
    *ret = (slack_tenant_t){
        .app_id = app_id,
        .enterprise_id = slack_json_str(tenant, "/enterprise_id"),
        .team_id = slack_json_str(tenant, "/team_id"),
        .is_enterprise_install = slack_json_int(tenant, "/is_enterprise_install") != 0,
        .user_id = slack_json_str(tenant, "/user_id"),
        .actor_enterprise_id = slack_json_str(tenant, "/actor_enterprise_id"),
        .actor_team_id = slack_json_str(tenant, "/actor_team_id"),
        .actor_user_id = slack_json_str(tenant, "/actor_user_id"),
    };
}

void slack__tenant_of(const slack_ctx_t *ctx, slack_tenant_t *ret)
{
    const slack_json_t *body = ctx->d->body;
    if (ctx->d->kind == SLACK_KIND_JOB) {
        of_job(ctx->d->app_id, ctx->tenant, ret);
        return;
    }
    const bool org = slack__payload_is_enterprise_install(body);
    *ret = (slack_tenant_t){
        .app_id = ctx->d->app_id,
        .enterprise_id = slack__payload_enterprise(body),
        .team_id = org ? slack__payload_acting_team(body) : slack__payload_team(body),
        .is_enterprise_install = org,
        .user_id = slack__payload_user(body),
        .actor_enterprise_id = slack__payload_actor_enterprise(body),
        .actor_team_id = slack__payload_actor_team(body),
        .actor_user_id = slack__payload_actor_user(body),
    };
}

const char *slack__tenant_text(slack_ctx_t *ctx)
{
    if (ctx->app->authority == NULL) return "";
    slack_tenant_t t;
    slack__tenant_of(ctx, &t);
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const slack_json_t *value = NULL;
    int rc = slack__jsonf(arena, &value, NULL,
                          "{app_id: %s, enterprise_id: %s, team_id: %s, is_enterprise_install: %d,"
                          " user_id: %s, actor_enterprise_id: %s, actor_team_id: %s,"
                          " actor_user_id: %s}",
                          t.app_id, t.enterprise_id, t.team_id, t.is_enterprise_install, t.user_id,
                          t.actor_enterprise_id, t.actor_team_id, t.actor_user_id);
    return rc == 0 ? slack__json_text(arena, value, NULL) : NULL;
}

/* Slack's SDKs know these two as well (https://docs.slack.dev/reference/events/tokens_revoked).
 * What an organization takes from a workspace is told by the third. */
bool slack__tells_of_revocation(const slack_ctx_t *ctx)
{
    static const char *const types[] = {"app_uninstalled", "tokens_revoked", "team_access_revoked"};
    if (ctx->d->kind != SLACK_KIND_EVENT) return false;
    const char *type = slack_json_str(ctx->d->body, "/event/type");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i]) == 0) return true;
    return false;
}
