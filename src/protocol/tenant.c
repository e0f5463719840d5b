/* SPDX-License-Identifier: MIT */
#include "protocol/tenant.h"

#include <string.h>

#include "protocol/payload.h"
#include "util/json.h"

static void read_kept(const slack_json_t *kept, const char *app_id, slack_tenant_t *ret)
{
    *ret = (slack_tenant_t){
        .app_id = app_id,
        .enterprise_id = slack_json_str(kept, "/enterprise_id"),
        .team_id = slack_json_str(kept, "/team_id"),
        .is_enterprise_install = slack_json_int(kept, "/is_enterprise_install") != 0,
        .user_id = slack_json_str(kept, "/user_id"),
        .actor_enterprise_id = slack_json_str(kept, "/actor_enterprise_id"),
        .actor_team_id = slack_json_str(kept, "/actor_team_id"),
        .actor_user_id = slack_json_str(kept, "/actor_user_id"),
    };
}

void slack__tenant_of(enum slack_kind kind, const slack_json_t *body, const char *app_id,
                      const slack_json_t *kept, slack_tenant_t *ret)
{
    if (kind == SLACK_KIND_JOB) {
        read_kept(kept, app_id, ret);
        return;
    }
    const bool org = slack__payload_is_enterprise_install(body);
    *ret = (slack_tenant_t){
        .app_id = app_id,
        .enterprise_id = slack__payload_enterprise(body),
        .team_id = org ? slack__payload_acting_team(body) : slack__payload_team(body),
        .is_enterprise_install = org,
        .user_id = slack__payload_user(body),
        .actor_enterprise_id = slack__payload_actor_enterprise(body),
        .actor_team_id = slack__payload_actor_team(body),
        .actor_user_id = slack__payload_actor_user(body),
    };
}

const char *slack__tenant_text(slack_arena_t *arena, const slack_tenant_t *t)
{
    const slack_json_t *value = NULL;
    int rc = slack__jsonf(arena, &value, NULL,
                          "{app_id: %s, enterprise_id: %s, team_id: %s, is_enterprise_install: %d,"
                          " user_id: %s, actor_enterprise_id: %s, actor_team_id: %s,"
                          " actor_user_id: %s}",
                          t->app_id, t->enterprise_id, t->team_id, t->is_enterprise_install,
                          t->user_id, t->actor_enterprise_id, t->actor_team_id, t->actor_user_id);
    return rc == 0 ? slack__json_text(arena, value, NULL) : NULL;
}

/* Slack's SDKs handle the first two (https://docs.slack.dev/reference/events/tokens_revoked). Slack
 * sends the third when an organization takes the app away from one of its workspaces. */
bool slack__tenant_revoked(enum slack_kind kind, const slack_json_t *body)
{
    static const char *const types[] = {"app_uninstalled", "tokens_revoked", "team_access_revoked"};
    if (kind != SLACK_KIND_EVENT) return false;
    const char *type = slack_json_str(body, "/event/type");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i]) == 0) return true;
    return false;
}
