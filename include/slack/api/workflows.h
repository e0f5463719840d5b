/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_WORKFLOWS_H
#define SLACK_API_WORKFLOWS_H

#include <slack/request.h>

/** @file api/workflows.h  The methods workflows.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/workflows.featured.add
 * Tier 2. A second call may act again, or fail. Required: channel_id, trigger_ids. Scopes:
 * bookmarks:write. */
struct slack_workflows_featured_add {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const slack_json_t *trigger_ids;
};
#define slack_workflows_featured_add(...)                                                          \
    SLACK_REQUEST("workflows.featured.add", slack_workflows_featured_add, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/workflows.featured.list
 * Tier 2. Changes nothing. Required: channel_ids. Scopes: bookmarks:read. */
struct slack_workflows_featured_list {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *channel_ids;
};
#define slack_workflows_featured_list(...)                                                         \
    SLACK_REQUEST("workflows.featured.list", slack_workflows_featured_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/workflows.featured.remove
 * Tier 2. A second call may act again, or fail. Required: channel_id, trigger_ids. Scopes:
 * bookmarks:write. */
struct slack_workflows_featured_remove {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const slack_json_t *trigger_ids;
};
#define slack_workflows_featured_remove(...)                                                       \
    SLACK_REQUEST("workflows.featured.remove", slack_workflows_featured_remove, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/workflows.featured.set
 * Tier 2. A second call changes nothing more. Required: channel_id, trigger_ids. Scopes:
 * bookmarks:write. */
struct slack_workflows_featured_set {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const slack_json_t *trigger_ids;
};
#define slack_workflows_featured_set(...)                                                          \
    SLACK_REQUEST("workflows.featured.set", slack_workflows_featured_set, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/workflows.triggers.permissions.add
 * Tier 3. A second call may act again, or fail. Required: trigger_id. Scopes: bot
 * triggers:write. */
struct slack_workflows_triggers_permissions_add {
    SLACK_REQUEST_MEMBERS;
    const char *trigger_id;
    const slack_json_t *user_ids;
    const slack_json_t *channel_ids;
    const slack_json_t *team_ids;
    const slack_json_t *org_ids;
};
#define slack_workflows_triggers_permissions_add(...)                                              \
    SLACK_REQUEST("workflows.triggers.permissions.add", slack_workflows_triggers_permissions_add,  \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/workflows.triggers.permissions.list
 * Tier 3. Changes nothing. Required: trigger_id. Scopes: bot triggers:read. */
struct slack_workflows_triggers_permissions_list {
    SLACK_REQUEST_MEMBERS;
    const char *trigger_id;
};
#define slack_workflows_triggers_permissions_list(...)                                             \
    SLACK_REQUEST("workflows.triggers.permissions.list",                                           \
                  slack_workflows_triggers_permissions_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/workflows.triggers.permissions.remove
 * Tier 3. A second call may act again, or fail. Required: trigger_id. Scopes: bot
 * triggers:write. */
struct slack_workflows_triggers_permissions_remove {
    SLACK_REQUEST_MEMBERS;
    const char *trigger_id;
    const slack_json_t *user_ids;
    const slack_json_t *channel_ids;
    const slack_json_t *team_ids;
    const slack_json_t *org_ids;
};
#define slack_workflows_triggers_permissions_remove(...)                                           \
    SLACK_REQUEST("workflows.triggers.permissions.remove",                                         \
                  slack_workflows_triggers_permissions_remove, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/workflows.triggers.permissions.set
 * Tier 3. A second call changes nothing more. Required: trigger_id, permission_type. Scopes: bot
 * triggers:write. */
struct slack_workflows_triggers_permissions_set {
    SLACK_REQUEST_MEMBERS;
    const char *trigger_id;
    /* everyone, app_collaborators, named_entities */
    const char *permission_type;
    const slack_json_t *user_ids;
    const slack_json_t *channel_ids;
    const slack_json_t *team_ids;
    const slack_json_t *org_ids;
};
#define slack_workflows_triggers_permissions_set(...)                                              \
    SLACK_REQUEST("workflows.triggers.permissions.set", slack_workflows_triggers_permissions_set,  \
                  __VA_ARGS__)

#endif
