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

static slack_tenant_t installation_of(const slack_json_t *body)
{
    const bool org = slack__payload_is_enterprise_install(body);
    return (slack_tenant_t){
        .enterprise_id = slack__payload_enterprise(body),
        .is_enterprise_install = org,
        .team_id = org ? slack__payload_acting_team(body) : slack__payload_team(body),
    };
}

void slack__tenant_of(enum slack_kind kind, const slack_json_t *body, const char *app_id,
                      const slack_json_t *kept, slack_tenant_t *ret)
{
    if (kind == SLACK_KIND_JOB) {
        read_kept(kept, app_id, ret);
        return;
    }
    *ret = installation_of(body);
    ret->app_id = app_id;
    ret->user_id = slack__payload_user(body);
    ret->actor_enterprise_id = slack__payload_actor_enterprise(body);
    ret->actor_team_id = slack__payload_actor_team(body);
    ret->actor_user_id = slack__payload_actor_user(body);
}

/* ---- in rows ---- */

/* A program's own tenant may leave ids out. */
static const char *installation_name(slack_arena_t *arena, const slack_tenant_t *t)
{
    const char *team = t->team_id ? t->team_id : "";
    if (!t->is_enterprise_install) return team;
    return slack__arena_printf(arena, "%s/%s", t->enterprise_id ? t->enterprise_id : "", team);
}

const char *slack__tenant_text(slack_arena_t *arena, const slack_tenant_t *t)
{
    const char *name = installation_name(arena, t);
    const slack_json_t *value = NULL;
    if (name == NULL) return NULL;
    int rc = slack__jsonf(arena, &value, NULL,
                          "{installation: %s, app_id: %s, enterprise_id: %s, team_id: %s,"
                          " is_enterprise_install: %d, user_id: %s, actor_enterprise_id: %s,"
                          " actor_team_id: %s, actor_user_id: %s}",
                          name, t->app_id, t->enterprise_id, t->team_id, t->is_enterprise_install,
                          t->user_id, t->actor_enterprise_id, t->actor_team_id, t->actor_user_id);
    return rc == 0 ? slack__json_text(arena, value, NULL) : NULL;
}

static char *installation_text(slack_arena_t *arena, const slack_tenant_t *t, size_t *ret_len)
{
    const char *name = installation_name(arena, t);
    const slack_json_t *value = NULL;
    if (name == NULL) return NULL;
    int rc = slack__jsonf(arena, &value, NULL, "{installation: %s}", name);
    return rc == 0 ? slack__json_text(arena, value, ret_len) : NULL;
}

const char *slack__tenant_of_event(slack_arena_t *arena, const slack_json_t *body)
{
    const slack_tenant_t tenant = installation_of(body);
    return installation_text(arena, &tenant, NULL);
}

const char *slack__tenant_prefix(slack_arena_t *arena, const slack_tenant_t *t)
{
    const bool one = t->team_id && *t->team_id;
    const bool all = t->is_enterprise_install && t->enterprise_id && *t->enterprise_id;
    if (!one && !all) return "";
    size_t len;
    char *text = installation_text(arena, t, &len);
    if (text) text[len - (one ? 1 : 2)] = '\0'; /* without the bracket, and the quote of "E1/" */
    return text;
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
