/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_ADMIN_H
#define SLACK_API_ADMIN_H

#include <slack/request.h>

/** @file api/admin.h  The methods admin.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/admin.analytics.getFile
 * Tier 2. Changes nothing. Required: type. Scopes: user admin.analytics:read. */
struct slack_admin_analytics_getFile {
    SLACK_REQUEST_MEMBERS;
    const char *type;
    const char *date;
    slack_flag_t metadata_only;
};
#define slack_admin_analytics_getFile(...)                                                         \
    SLACK_REQUEST("admin.analytics.getFile", slack_admin_analytics_getFile, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.analytics.messages.activity
 * Tier 2. Changes nothing. Required: channel. Scopes: user admin.analytics:read. A list in
 * pages. */
struct slack_admin_analytics_messages_activity {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *oldest_ts;
    const char *latest_ts;
    const char *cursor;
    /* 1 to 100 */
    int64_t limit;
};
#define slack_admin_analytics_messages_activity(...)                                               \
    SLACK_REQUEST("admin.analytics.messages.activity", slack_admin_analytics_messages_activity,    \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.analytics.messages.metadata
 * A special rate. Changes nothing. Required: channel. Scopes: user admin.analytics:read. A list
 * in pages. */
struct slack_admin_analytics_messages_metadata {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *oldest_ts;
    const char *latest_ts;
    const char *cursor;
};
#define slack_admin_analytics_messages_metadata(...)                                               \
    SLACK_REQUEST("admin.analytics.messages.metadata", slack_admin_analytics_messages_metadata,    \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.activities.list
 * Tier 3. Changes nothing. Scopes: user admin.app_activities:read. A list in pages of
 * activities. */
struct slack_admin_apps_activities_list {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    const char *team_id;
    const char *cursor;
    int64_t limit;
    const char *min_log_level;
    const char *log_event_type;
    const char *source;
    const char *component_type;
    const char *component_id;
    const char *trace_id;
    int64_t min_date_created;
    int64_t max_date_created;
    /* asc, desc */
    const char *sort_direction;
};
#define slack_admin_apps_activities_list(...)                                                      \
    SLACK_REQUEST("admin.apps.activities.list", slack_admin_apps_activities_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.approve
 * Tier 2. A second call may act again, or fail. Scopes: user admin.apps:write. */
struct slack_admin_apps_approve {
    SLACK_REQUEST_MEMBERS;
    slack_flag_t allow_child_auto_install;
    const char *app_id;
    const char *request_id;
    const char *team_id;
    const char *enterprise_id;
    const char *user_scopes;
    const char *bot_scopes;
};
#define slack_admin_apps_approve(...)                                                              \
    SLACK_REQUEST("admin.apps.approve", slack_admin_apps_approve, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.approved.list
 * Tier 2. Changes nothing. Scopes: user admin.apps:read. A list in pages of approved_apps. */
struct slack_admin_apps_approved_list {
    SLACK_REQUEST_MEMBERS;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
    const char *team_id;
    const char *enterprise_id;
    slack_flag_t certified;
};
#define slack_admin_apps_approved_list(...)                                                        \
    SLACK_REQUEST("admin.apps.approved.list", slack_admin_apps_approved_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.clearResolution
 * Tier 2. A second call may act again, or fail. Required: app_id. Scopes: user admin.apps:write. */
struct slack_admin_apps_clearResolution {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    const char *team_id;
    const char *enterprise_id;
};
#define slack_admin_apps_clearResolution(...)                                                      \
    SLACK_REQUEST("admin.apps.clearResolution", slack_admin_apps_clearResolution, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.config.lookup
 * Tier 2. Changes nothing. Scopes: user admin.apps:read. */
struct slack_admin_apps_config_lookup {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *app_ids;
    const slack_json_t *rich_link_preview_types;
};
#define slack_admin_apps_config_lookup(...)                                                        \
    SLACK_REQUEST("admin.apps.config.lookup", slack_admin_apps_config_lookup, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.config.set
 * Tier 3. A second call changes nothing more. Required: app_id. Scopes: user admin.apps:write. */
struct slack_admin_apps_config_set {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    /* builder_choice, end_user_only */
    const char *workflow_auth_strategy;
    /* all_details, limited_details, no_preview, default_to_global_setting */
    const char *rich_link_preview_type;
    const slack_json_t *domain_restrictions;
};
#define slack_admin_apps_config_set(...)                                                           \
    SLACK_REQUEST("admin.apps.config.set", slack_admin_apps_config_set, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.mcp.servers.list
 * Tier 3. Changes nothing. Scopes: user admin.apps:read. A list in pages. */
struct slack_admin_apps_mcp_servers_list {
    SLACK_REQUEST_MEMBERS;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
};
#define slack_admin_apps_mcp_servers_list(...)                                                     \
    SLACK_REQUEST("admin.apps.mcp.servers.list", slack_admin_apps_mcp_servers_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.mcp.servers.permissions.list
 * Tier 3. Changes nothing. Required: app_id. Scopes: user admin.apps:read. */
struct slack_admin_apps_mcp_servers_permissions_list {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
};
#define slack_admin_apps_mcp_servers_permissions_list(...)                                         \
    SLACK_REQUEST("admin.apps.mcp.servers.permissions.list",                                       \
                  slack_admin_apps_mcp_servers_permissions_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.mcp.servers.permissions.set
 * Tier 3. A second call changes nothing more. Required: app_id, server_id, permission_type.
 * Scopes: user admin.apps:write. */
struct slack_admin_apps_mcp_servers_permissions_set {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    const char *server_id;
    /* everyone, no_one, named_entities, named_entities_exclude */
    const char *permission_type;
    const slack_json_t *user_ids;
    const slack_json_t *usergroup_ids;
};
#define slack_admin_apps_mcp_servers_permissions_set(...)                                          \
    SLACK_REQUEST("admin.apps.mcp.servers.permissions.set",                                        \
                  slack_admin_apps_mcp_servers_permissions_set, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.permissions.add
 * Tier 2. A second call may act again, or fail. Required: app_id. Scopes: user admin.apps:write. */
struct slack_admin_apps_permissions_add {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    const slack_json_t *user_ids;
    const slack_json_t *usergroup_ids;
};
#define slack_admin_apps_permissions_add(...)                                                      \
    SLACK_REQUEST("admin.apps.permissions.add", slack_admin_apps_permissions_add, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.permissions.list
 * Tier 3. Changes nothing. Required: app_id. Scopes: user admin.apps:read. */
struct slack_admin_apps_permissions_list {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
};
#define slack_admin_apps_permissions_list(...)                                                     \
    SLACK_REQUEST("admin.apps.permissions.list", slack_admin_apps_permissions_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.permissions.remove
 * Tier 2. A second call may act again, or fail. Required: app_id. Scopes: user admin.apps:write. */
struct slack_admin_apps_permissions_remove {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    const slack_json_t *user_ids;
    const slack_json_t *usergroup_ids;
};
#define slack_admin_apps_permissions_remove(...)                                                   \
    SLACK_REQUEST("admin.apps.permissions.remove", slack_admin_apps_permissions_remove, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.permissions.set
 * Tier 2. A second call changes nothing more. Required: app_id, permission_type. Scopes: user
 * admin.apps:write. */
struct slack_admin_apps_permissions_set {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    /* everyone, named_entities, no_one */
    const char *permission_type;
    const slack_json_t *user_ids;
    const slack_json_t *usergroup_ids;
};
#define slack_admin_apps_permissions_set(...)                                                      \
    SLACK_REQUEST("admin.apps.permissions.set", slack_admin_apps_permissions_set, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.requests.cancel
 * Tier 2. A second call may act again, or fail. Required: request_id. Scopes: user
 * admin.apps:write. */
struct slack_admin_apps_requests_cancel {
    SLACK_REQUEST_MEMBERS;
    const char *request_id;
    const char *team_id;
    const char *enterprise_id;
};
#define slack_admin_apps_requests_cancel(...)                                                      \
    SLACK_REQUEST("admin.apps.requests.cancel", slack_admin_apps_requests_cancel, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.requests.list
 * Tier 2. Changes nothing. Scopes: user admin.apps:read. A list in pages of app_requests. */
struct slack_admin_apps_requests_list {
    SLACK_REQUEST_MEMBERS;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
    const char *team_id;
    const char *enterprise_id;
    slack_flag_t certified;
};
#define slack_admin_apps_requests_list(...)                                                        \
    SLACK_REQUEST("admin.apps.requests.list", slack_admin_apps_requests_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.restrict
 * Tier 2. A second call may act again, or fail. Scopes: user admin.apps:write. */
struct slack_admin_apps_restrict {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    const char *request_id;
    const char *team_id;
    const char *enterprise_id;
};
#define slack_admin_apps_restrict(...)                                                             \
    SLACK_REQUEST("admin.apps.restrict", slack_admin_apps_restrict, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.restricted.list
 * Tier 2. Changes nothing. Scopes: user admin.apps:read. A list in pages of restricted_apps. */
struct slack_admin_apps_restricted_list {
    SLACK_REQUEST_MEMBERS;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
    const char *team_id;
    const char *enterprise_id;
    slack_flag_t certified;
};
#define slack_admin_apps_restricted_list(...)                                                      \
    SLACK_REQUEST("admin.apps.restricted.list", slack_admin_apps_restricted_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.apps.uninstall
 * Tier 1. A second call may act again, or fail. Required: app_id. Scopes: user admin.apps:write. */
struct slack_admin_apps_uninstall {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    const char *team_ids;
    const char *enterprise_id;
    const char *team_id;
};
#define slack_admin_apps_uninstall(...)                                                            \
    SLACK_REQUEST("admin.apps.uninstall", slack_admin_apps_uninstall, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.audit.anomaly.allow.getItem
 * Tier 2. Changes nothing. Scopes: user admin. */
struct slack_admin_audit_anomaly_allow_getItem {
    SLACK_REQUEST_MEMBERS;
};
#define slack_admin_audit_anomaly_allow_getItem(...)                                               \
    SLACK_REQUEST("admin.audit.anomaly.allow.getItem", slack_admin_audit_anomaly_allow_getItem,    \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.audit.anomaly.allow.updateItem
 * Tier 2. A second call changes nothing more. Scopes: user admin. */
struct slack_admin_audit_anomaly_allow_updateItem {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *trusted_cidr;
    const slack_json_t *trusted_asns;
};
#define slack_admin_audit_anomaly_allow_updateItem(...)                                            \
    SLACK_REQUEST("admin.audit.anomaly.allow.updateItem",                                          \
                  slack_admin_audit_anomaly_allow_updateItem, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.auth.policy.assignEntities
 * Tier 4. A second call may act again, or fail. Required: policy_name, entity_type, entity_ids.
 * Scopes: user admin.users:write. */
struct slack_admin_auth_policy_assignEntities {
    SLACK_REQUEST_MEMBERS;
    const char *policy_name;
    const char *entity_type;
    const slack_json_t *entity_ids;
};
#define slack_admin_auth_policy_assignEntities(...)                                                \
    SLACK_REQUEST("admin.auth.policy.assignEntities", slack_admin_auth_policy_assignEntities,      \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.auth.policy.getEntities
 * Tier 4. Changes nothing. Required: policy_name. Scopes: user admin.users:read. A list in pages
 * of entities. */
struct slack_admin_auth_policy_getEntities {
    SLACK_REQUEST_MEMBERS;
    const char *policy_name;
    const char *entity_type;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
};
#define slack_admin_auth_policy_getEntities(...)                                                   \
    SLACK_REQUEST("admin.auth.policy.getEntities", slack_admin_auth_policy_getEntities, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.auth.policy.removeEntities
 * Tier 4. A second call may act again, or fail. Required: policy_name, entity_type, entity_ids.
 * Scopes: user admin.users:write. */
struct slack_admin_auth_policy_removeEntities {
    SLACK_REQUEST_MEMBERS;
    const char *policy_name;
    const char *entity_type;
    const slack_json_t *entity_ids;
};
#define slack_admin_auth_policy_removeEntities(...)                                                \
    SLACK_REQUEST("admin.auth.policy.removeEntities", slack_admin_auth_policy_removeEntities,      \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.barriers.create
 * Tier 2. A second call may act again, or fail. Required: primary_usergroup_id,
 * barriered_from_usergroup_ids, restricted_subjects. Scopes: user admin.barriers:write. */
struct slack_admin_barriers_create {
    SLACK_REQUEST_MEMBERS;
    const char *primary_usergroup_id;
    const slack_json_t *barriered_from_usergroup_ids;
    const slack_json_t *restricted_subjects;
};
#define slack_admin_barriers_create(...)                                                           \
    SLACK_REQUEST("admin.barriers.create", slack_admin_barriers_create, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.barriers.delete
 * Tier 2. A second call may act again, or fail. Required: barrier_id. Scopes: user
 * admin.barriers:write. */
struct slack_admin_barriers_delete {
    SLACK_REQUEST_MEMBERS;
    const char *barrier_id;
};
#define slack_admin_barriers_delete(...)                                                           \
    SLACK_REQUEST("admin.barriers.delete", slack_admin_barriers_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.barriers.list
 * Tier 2. Changes nothing. Scopes: user admin.barriers:read. A list in pages of barriers. */
struct slack_admin_barriers_list {
    SLACK_REQUEST_MEMBERS;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
};
#define slack_admin_barriers_list(...)                                                             \
    SLACK_REQUEST("admin.barriers.list", slack_admin_barriers_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.barriers.update
 * Tier 2. A second call may act again, or fail. Required: barrier_id, primary_usergroup_id,
 * barriered_from_usergroup_ids, restricted_subjects. Scopes: user admin.barriers:write. */
struct slack_admin_barriers_update {
    SLACK_REQUEST_MEMBERS;
    const char *barrier_id;
    const char *primary_usergroup_id;
    const slack_json_t *barriered_from_usergroup_ids;
    const slack_json_t *restricted_subjects;
};
#define slack_admin_barriers_update(...)                                                           \
    SLACK_REQUEST("admin.barriers.update", slack_admin_barriers_update, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.archive
 * Tier 2. A second call changes nothing more. Required: channel_id. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_archive {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
};
#define slack_admin_conversations_archive(...)                                                     \
    SLACK_REQUEST("admin.conversations.archive", slack_admin_conversations_archive, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.bulkArchive
 * Tier 2. A second call may act again, or fail. Required: channel_ids. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_bulkArchive {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *channel_ids;
};
#define slack_admin_conversations_bulkArchive(...)                                                 \
    SLACK_REQUEST("admin.conversations.bulkArchive", slack_admin_conversations_bulkArchive,        \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.bulkDelete
 * Tier 2. A second call may act again, or fail. Required: channel_ids. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_bulkDelete {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *channel_ids;
};
#define slack_admin_conversations_bulkDelete(...)                                                  \
    SLACK_REQUEST("admin.conversations.bulkDelete", slack_admin_conversations_bulkDelete,          \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.bulkMove
 * Tier 2. A second call may act again, or fail. Required: target_team_id, channel_ids. Scopes:
 * user admin.conversations:write. */
struct slack_admin_conversations_bulkMove {
    SLACK_REQUEST_MEMBERS;
    const char *target_team_id;
    const slack_json_t *channel_ids;
};
#define slack_admin_conversations_bulkMove(...)                                                    \
    SLACK_REQUEST("admin.conversations.bulkMove", slack_admin_conversations_bulkMove, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.bulkSetExcludeFromSlackAi
 * Tier 2. A second call may act again, or fail. Required: channel_ids, exclude. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_bulkSetExcludeFromSlackAi {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *channel_ids;
    slack_flag_t exclude;
};
#define slack_admin_conversations_bulkSetExcludeFromSlackAi(...)                                   \
    SLACK_REQUEST("admin.conversations.bulkSetExcludeFromSlackAi",                                 \
                  slack_admin_conversations_bulkSetExcludeFromSlackAi, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.bulkSetProperties
 * Tier 2. A second call may act again, or fail. Required: channel_ids, property. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_bulkSetProperties {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *channel_ids;
    const char *property;
};
#define slack_admin_conversations_bulkSetProperties(...)                                           \
    SLACK_REQUEST("admin.conversations.bulkSetProperties",                                         \
                  slack_admin_conversations_bulkSetProperties, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.convertToPrivate
 * Tier 2. A second call may act again, or fail. Required: channel_id. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_convertToPrivate {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const char *name;
};
#define slack_admin_conversations_convertToPrivate(...)                                            \
    SLACK_REQUEST("admin.conversations.convertToPrivate",                                          \
                  slack_admin_conversations_convertToPrivate, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.convertToPublic
 * Tier 2. A second call may act again, or fail. Required: channel_id. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_convertToPublic {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
};
#define slack_admin_conversations_convertToPublic(...)                                             \
    SLACK_REQUEST("admin.conversations.convertToPublic",                                           \
                  slack_admin_conversations_convertToPublic, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.create
 * Tier 2. A second call may act again, or fail. Required: name, is_private. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_create {
    SLACK_REQUEST_MEMBERS;
    const char *name;
    slack_flag_t is_private;
    const char *description;
    slack_flag_t org_wide;
    const char *team_id;
};
#define slack_admin_conversations_create(...)                                                      \
    SLACK_REQUEST("admin.conversations.create", slack_admin_conversations_create, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.createForObjects
 * Tier 2. A second call may act again, or fail. Required: object_id, salesforce_org_id. Scopes:
 * user admin.conversations:manage_objects. */
struct slack_admin_conversations_createForObjects {
    SLACK_REQUEST_MEMBERS;
    const char *object_id;
    const char *salesforce_org_id;
    slack_flag_t invite_object_team;
};
#define slack_admin_conversations_createForObjects(...)                                            \
    SLACK_REQUEST("admin.conversations.createForObjects",                                          \
                  slack_admin_conversations_createForObjects, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.delete
 * Tier 2. A second call may act again, or fail. Required: channel_id. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_delete {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
};
#define slack_admin_conversations_delete(...)                                                      \
    SLACK_REQUEST("admin.conversations.delete", slack_admin_conversations_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.disconnectShared
 * Tier 2. A second call may act again, or fail. Required: channel_id. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_disconnectShared {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const slack_json_t *leaving_team_ids;
};
#define slack_admin_conversations_disconnectShared(...)                                            \
    SLACK_REQUEST("admin.conversations.disconnectShared",                                          \
                  slack_admin_conversations_disconnectShared, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.ekm.listOriginalConnectedChannelInfo
 * Tier 2. Changes nothing. Scopes: user admin.conversations:read. A list in pages of channels. */
struct slack_admin_conversations_ekm_listOriginalConnectedChannelInfo {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *channel_ids;
    const slack_json_t *team_ids;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
};
#define slack_admin_conversations_ekm_listOriginalConnectedChannelInfo(...)                        \
    SLACK_REQUEST("admin.conversations.ekm.listOriginalConnectedChannelInfo",                      \
                  slack_admin_conversations_ekm_listOriginalConnectedChannelInfo, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.getConversationPrefs
 * Tier 2. Changes nothing. Required: channel_id. Scopes: user admin.conversations:read. */
struct slack_admin_conversations_getConversationPrefs {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
};
#define slack_admin_conversations_getConversationPrefs(...)                                        \
    SLACK_REQUEST("admin.conversations.getConversationPrefs",                                      \
                  slack_admin_conversations_getConversationPrefs, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.getCustomRetention
 * Tier 2. Changes nothing. Required: channel_id. Scopes: user admin.conversations:read. */
struct slack_admin_conversations_getCustomRetention {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
};
#define slack_admin_conversations_getCustomRetention(...)                                          \
    SLACK_REQUEST("admin.conversations.getCustomRetention",                                        \
                  slack_admin_conversations_getCustomRetention, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.getTeams
 * Tier 3. Changes nothing. Required: channel_id. Scopes: user admin.conversations:read. A list
 * in pages of team_ids. */
struct slack_admin_conversations_getTeams {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const char *cursor;
    /* 1 to 1000 */
    int64_t limit;
};
#define slack_admin_conversations_getTeams(...)                                                    \
    SLACK_REQUEST("admin.conversations.getTeams", slack_admin_conversations_getTeams, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.invite
 * Tier 2. A second call may act again, or fail. Required: user_ids, channel_id. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_invite {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *user_ids;
    const char *channel_id;
};
#define slack_admin_conversations_invite(...)                                                      \
    SLACK_REQUEST("admin.conversations.invite", slack_admin_conversations_invite, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.linkObjects
 * Tier 2. A second call may act again, or fail. Required: channel, record_id, salesforce_org_id.
 * Scopes: user admin.conversations:manage_objects. */
struct slack_admin_conversations_linkObjects {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *record_id;
    const char *salesforce_org_id;
};
#define slack_admin_conversations_linkObjects(...)                                                 \
    SLACK_REQUEST("admin.conversations.linkObjects", slack_admin_conversations_linkObjects,        \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.lookup
 * Tier 2. Changes nothing. Required: team_ids, last_message_activity_before. Scopes: user
 * admin.conversations:read. A list in pages of channel_ids. */
struct slack_admin_conversations_lookup {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *team_ids;
    int64_t last_message_activity_before;
    /* at least 0 */
    int64_t max_member_count;
    const char *cursor;
    /* 1 to 1000 */
    int64_t limit;
};
#define slack_admin_conversations_lookup(...)                                                      \
    SLACK_REQUEST("admin.conversations.lookup", slack_admin_conversations_lookup, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.removeCustomRetention
 * Tier 2. A second call may act again, or fail. Required: channel_id. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_removeCustomRetention {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
};
#define slack_admin_conversations_removeCustomRetention(...)                                       \
    SLACK_REQUEST("admin.conversations.removeCustomRetention",                                     \
                  slack_admin_conversations_removeCustomRetention, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.rename
 * Tier 2. A second call may act again, or fail. Required: channel_id, name. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_rename {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const char *name;
};
#define slack_admin_conversations_rename(...)                                                      \
    SLACK_REQUEST("admin.conversations.rename", slack_admin_conversations_rename, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.restrictAccess.addGroup
 * Tier 2. A second call may act again, or fail. Required: group_id, channel_id. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_restrictAccess_addGroup {
    SLACK_REQUEST_MEMBERS;
    const char *group_id;
    const char *channel_id;
    const char *team_id;
};
#define slack_admin_conversations_restrictAccess_addGroup(...)                                     \
    SLACK_REQUEST("admin.conversations.restrictAccess.addGroup",                                   \
                  slack_admin_conversations_restrictAccess_addGroup, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.restrictAccess.listGroups
 * Tier 2. Changes nothing. Required: channel_id. Scopes: user admin.conversations:read. */
struct slack_admin_conversations_restrictAccess_listGroups {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const char *team_id;
};
#define slack_admin_conversations_restrictAccess_listGroups(...)                                   \
    SLACK_REQUEST("admin.conversations.restrictAccess.listGroups",                                 \
                  slack_admin_conversations_restrictAccess_listGroups, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.restrictAccess.removeGroup
 * Tier 1. A second call may act again, or fail. Required: group_id, channel_id. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_restrictAccess_removeGroup {
    SLACK_REQUEST_MEMBERS;
    const char *group_id;
    const char *channel_id;
    const char *team_id;
};
#define slack_admin_conversations_restrictAccess_removeGroup(...)                                  \
    SLACK_REQUEST("admin.conversations.restrictAccess.removeGroup",                                \
                  slack_admin_conversations_restrictAccess_removeGroup, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.search
 * Tier 2. Changes nothing. Scopes: user admin.conversations:read. A list in pages of
 * conversations. */
struct slack_admin_conversations_search {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *team_ids;
    const slack_json_t *connected_team_ids;
    const char *query;
    /* 1 to 20 */
    int64_t limit;
    const char *cursor;
    const slack_json_t *search_channel_types;
    const char *sort;
    const char *sort_dir;
    slack_flag_t total_count_only;
};
#define slack_admin_conversations_search(...)                                                      \
    SLACK_REQUEST("admin.conversations.search", slack_admin_conversations_search, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.setConversationPrefs
 * Tier 3. A second call changes nothing more. Required: channel_id, prefs. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_setConversationPrefs {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const slack_json_t *prefs;
};
#define slack_admin_conversations_setConversationPrefs(...)                                        \
    SLACK_REQUEST("admin.conversations.setConversationPrefs",                                      \
                  slack_admin_conversations_setConversationPrefs, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.setCustomRetention
 * Tier 2. A second call changes nothing more. Required: channel_id, duration_days. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_setCustomRetention {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    int64_t duration_days;
};
#define slack_admin_conversations_setCustomRetention(...)                                          \
    SLACK_REQUEST("admin.conversations.setCustomRetention",                                        \
                  slack_admin_conversations_setCustomRetention, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.setTeams
 * Tier 2. A second call changes nothing more. Required: channel_id. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_setTeams {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const char *team_id;
    const slack_json_t *target_team_ids;
    slack_flag_t org_channel;
};
#define slack_admin_conversations_setTeams(...)                                                    \
    SLACK_REQUEST("admin.conversations.setTeams", slack_admin_conversations_setTeams, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.unarchive
 * Tier 2. A second call changes nothing more. Required: channel_id. Scopes: user
 * admin.conversations:write. */
struct slack_admin_conversations_unarchive {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
};
#define slack_admin_conversations_unarchive(...)                                                   \
    SLACK_REQUEST("admin.conversations.unarchive", slack_admin_conversations_unarchive, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.conversations.unlinkObjects
 * Tier 2. A second call may act again, or fail. Required: channel, new_name. Scopes: user
 * admin.conversations:manage_objects. */
struct slack_admin_conversations_unlinkObjects {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *new_name;
};
#define slack_admin_conversations_unlinkObjects(...)                                               \
    SLACK_REQUEST("admin.conversations.unlinkObjects", slack_admin_conversations_unlinkObjects,    \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.emoji.add
 * Tier 2. A second call may act again, or fail. Required: name. Scopes: user admin.teams:write. */
struct slack_admin_emoji_add {
    SLACK_REQUEST_MEMBERS;
    const char *name;
    const char *url;
};
#define slack_admin_emoji_add(...)                                                                 \
    SLACK_REQUEST("admin.emoji.add", slack_admin_emoji_add, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.emoji.addAlias
 * Tier 2. A second call may act again, or fail. Required: name, alias_for. Scopes: user
 * admin.teams:write. */
struct slack_admin_emoji_addAlias {
    SLACK_REQUEST_MEMBERS;
    const char *name;
    const char *alias_for;
};
#define slack_admin_emoji_addAlias(...)                                                            \
    SLACK_REQUEST("admin.emoji.addAlias", slack_admin_emoji_addAlias, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.emoji.list
 * Tier 2. Changes nothing. Scopes: user admin.teams:read. A list in pages of emoji. */
struct slack_admin_emoji_list {
    SLACK_REQUEST_MEMBERS;
    const char *cursor;
    /* 1 to 1000 */
    int64_t limit;
};
#define slack_admin_emoji_list(...)                                                                \
    SLACK_REQUEST("admin.emoji.list", slack_admin_emoji_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.emoji.remove
 * Tier 2. A second call may act again, or fail. Required: name. Scopes: user admin.teams:write. */
struct slack_admin_emoji_remove {
    SLACK_REQUEST_MEMBERS;
    const char *name;
};
#define slack_admin_emoji_remove(...)                                                              \
    SLACK_REQUEST("admin.emoji.remove", slack_admin_emoji_remove, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.emoji.rename
 * Tier 2. A second call may act again, or fail. Required: name, new_name. Scopes: user
 * admin.teams:write. */
struct slack_admin_emoji_rename {
    SLACK_REQUEST_MEMBERS;
    const char *name;
    const char *new_name;
};
#define slack_admin_emoji_rename(...)                                                              \
    SLACK_REQUEST("admin.emoji.rename", slack_admin_emoji_rename, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.functions.list
 * Tier 2. Changes nothing. Required: app_ids. Scopes: user admin.workflows:read. A list in pages
 * of functions. */
struct slack_admin_functions_list {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *app_ids;
    const char *team_id;
    slack_flag_t include_non_distributed_functions;
    const char *cursor;
    /* 1 to 1000 */
    int64_t limit;
};
#define slack_admin_functions_list(...)                                                            \
    SLACK_REQUEST("admin.functions.list", slack_admin_functions_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.functions.permissions.lookup
 * Tier 3. Changes nothing. Required: function_ids. Scopes: user admin.workflows:read. */
struct slack_admin_functions_permissions_lookup {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *function_ids;
};
#define slack_admin_functions_permissions_lookup(...)                                              \
    SLACK_REQUEST("admin.functions.permissions.lookup", slack_admin_functions_permissions_lookup,  \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.functions.permissions.set
 * Tier 3. A second call changes nothing more. Required: function_id. Scopes: user
 * admin.workflows:read. */
struct slack_admin_functions_permissions_set {
    SLACK_REQUEST_MEMBERS;
    const char *function_id;
    /* everyone, app_collaborators, named_entities, no_one */
    const char *visibility;
    const slack_json_t *user_ids;
    const slack_json_t *permissions;
};
#define slack_admin_functions_permissions_set(...)                                                 \
    SLACK_REQUEST("admin.functions.permissions.set", slack_admin_functions_permissions_set,        \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.inviteRequests.approve
 * Tier 2. A second call may act again, or fail. Required: invite_request_id. Scopes: user
 * admin.invites:write. */
struct slack_admin_inviteRequests_approve {
    SLACK_REQUEST_MEMBERS;
    const char *invite_request_id;
    const char *team_id;
};
#define slack_admin_inviteRequests_approve(...)                                                    \
    SLACK_REQUEST("admin.inviteRequests.approve", slack_admin_inviteRequests_approve, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.inviteRequests.approved.list
 * Tier 2. Changes nothing. Scopes: user admin.invites:read. A list in pages of
 * approved_requests. */
struct slack_admin_inviteRequests_approved_list {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *cursor;
    /* 1 to 1000 */
    int64_t limit;
};
#define slack_admin_inviteRequests_approved_list(...)                                              \
    SLACK_REQUEST("admin.inviteRequests.approved.list", slack_admin_inviteRequests_approved_list,  \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.inviteRequests.denied.list
 * Tier 2. Changes nothing. Scopes: user admin.invites:read. A list in pages of denied_requests. */
struct slack_admin_inviteRequests_denied_list {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *cursor;
    /* 1 to 1000 */
    int64_t limit;
};
#define slack_admin_inviteRequests_denied_list(...)                                                \
    SLACK_REQUEST("admin.inviteRequests.denied.list", slack_admin_inviteRequests_denied_list,      \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.inviteRequests.deny
 * Tier 2. A second call may act again, or fail. Required: invite_request_id. Scopes: user
 * admin.invites:write. */
struct slack_admin_inviteRequests_deny {
    SLACK_REQUEST_MEMBERS;
    const char *invite_request_id;
    const char *team_id;
};
#define slack_admin_inviteRequests_deny(...)                                                       \
    SLACK_REQUEST("admin.inviteRequests.deny", slack_admin_inviteRequests_deny, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.inviteRequests.list
 * Tier 2. Changes nothing. Scopes: user admin.invites:read. A list in pages of invite_requests. */
struct slack_admin_inviteRequests_list {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *cursor;
    /* 1 to 1000 */
    int64_t limit;
};
#define slack_admin_inviteRequests_list(...)                                                       \
    SLACK_REQUEST("admin.inviteRequests.list", slack_admin_inviteRequests_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.roles.addAssignments
 * Tier 2. A second call may act again, or fail. Required: role_id, entity_ids, user_ids. Scopes:
 * user admin.roles:write. */
struct slack_admin_roles_addAssignments {
    SLACK_REQUEST_MEMBERS;
    const char *role_id;
    const slack_json_t *entity_ids;
    const slack_json_t *user_ids;
};
#define slack_admin_roles_addAssignments(...)                                                      \
    SLACK_REQUEST("admin.roles.addAssignments", slack_admin_roles_addAssignments, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.roles.listAssignments
 * Tier 3. Changes nothing. Scopes: user admin.roles:read. A list in pages of role_assignments. */
struct slack_admin_roles_listAssignments {
    SLACK_REQUEST_MEMBERS;
    const char *cursor;
    /* 1 to 200 */
    int64_t limit;
    const slack_json_t *role_ids;
    const slack_json_t *entity_ids;
    const char *sort_dir;
};
#define slack_admin_roles_listAssignments(...)                                                     \
    SLACK_REQUEST("admin.roles.listAssignments", slack_admin_roles_listAssignments, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.roles.removeAssignments
 * Tier 2. A second call may act again, or fail. Required: role_id, entity_ids, user_ids. Scopes:
 * user admin.roles:write. */
struct slack_admin_roles_removeAssignments {
    SLACK_REQUEST_MEMBERS;
    const char *role_id;
    const slack_json_t *entity_ids;
    const slack_json_t *user_ids;
};
#define slack_admin_roles_removeAssignments(...)                                                   \
    SLACK_REQUEST("admin.roles.removeAssignments", slack_admin_roles_removeAssignments, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.teams.admins.list
 * Tier 3. Changes nothing. Required: team_id. Scopes: user admin.teams:read. A list in pages of
 * admin_ids. */
struct slack_admin_teams_admins_list {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    int64_t limit;
    const char *cursor;
};
#define slack_admin_teams_admins_list(...)                                                         \
    SLACK_REQUEST("admin.teams.admins.list", slack_admin_teams_admins_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.teams.create
 * Tier 1. A second call may act again, or fail. Required: team_domain, team_name. Scopes: user
 * admin.teams:write. */
struct slack_admin_teams_create {
    SLACK_REQUEST_MEMBERS;
    const char *team_domain;
    const char *team_name;
    const char *team_description;
    const char *team_discoverability;
};
#define slack_admin_teams_create(...)                                                              \
    SLACK_REQUEST("admin.teams.create", slack_admin_teams_create, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.teams.list
 * Tier 3. Changes nothing. Scopes: user admin.teams:read. A list in pages of teams. */
struct slack_admin_teams_list {
    SLACK_REQUEST_MEMBERS;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
};
#define slack_admin_teams_list(...)                                                                \
    SLACK_REQUEST("admin.teams.list", slack_admin_teams_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.teams.owners.list
 * Tier 3. Changes nothing. Required: team_id. Scopes: user admin.teams:read. A list in pages of
 * owner_ids. */
struct slack_admin_teams_owners_list {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
};
#define slack_admin_teams_owners_list(...)                                                         \
    SLACK_REQUEST("admin.teams.owners.list", slack_admin_teams_owners_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.teams.settings.info
 * Tier 3. Changes nothing. Required: team_id. Scopes: user admin.teams:read. */
struct slack_admin_teams_settings_info {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
};
#define slack_admin_teams_settings_info(...)                                                       \
    SLACK_REQUEST("admin.teams.settings.info", slack_admin_teams_settings_info, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.teams.settings.setDefaultChannels
 * Tier 2. A second call changes nothing more. Required: team_id, channel_ids. Scopes: user
 * admin.teams:write. */
struct slack_admin_teams_settings_setDefaultChannels {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const slack_json_t *channel_ids;
};
#define slack_admin_teams_settings_setDefaultChannels(...)                                         \
    SLACK_REQUEST("admin.teams.settings.setDefaultChannels",                                       \
                  slack_admin_teams_settings_setDefaultChannels, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.teams.settings.setDescription
 * Tier 2. A second call changes nothing more. Required: team_id, description ("" is sent).
 * Scopes: user admin.teams:write. */
struct slack_admin_teams_settings_setDescription {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *description;
};
#define slack_admin_teams_settings_setDescription(...)                                             \
    SLACK_REQUEST("admin.teams.settings.setDescription",                                           \
                  slack_admin_teams_settings_setDescription, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.teams.settings.setDiscoverability
 * Tier 2. A second call changes nothing more. Required: team_id, discoverability. Scopes: user
 * admin.teams:write. */
struct slack_admin_teams_settings_setDiscoverability {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *discoverability;
};
#define slack_admin_teams_settings_setDiscoverability(...)                                         \
    SLACK_REQUEST("admin.teams.settings.setDiscoverability",                                       \
                  slack_admin_teams_settings_setDiscoverability, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.teams.settings.setIcon
 * Tier 2. A second call changes nothing more. Required: image_url, team_id. Scopes: user
 * admin.teams:write. */
struct slack_admin_teams_settings_setIcon {
    SLACK_REQUEST_MEMBERS;
    const char *image_url;
    const char *team_id;
};
#define slack_admin_teams_settings_setIcon(...)                                                    \
    SLACK_REQUEST("admin.teams.settings.setIcon", slack_admin_teams_settings_setIcon, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.teams.settings.setName
 * Tier 3. A second call changes nothing more. Required: team_id, name. Scopes: user
 * admin.teams:write. */
struct slack_admin_teams_settings_setName {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *name;
};
#define slack_admin_teams_settings_setName(...)                                                    \
    SLACK_REQUEST("admin.teams.settings.setName", slack_admin_teams_settings_setName, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.usergroups.addChannels
 * Tier 1. A second call may act again, or fail. Required: usergroup_id, channel_ids. Scopes:
 * user admin.usergroups:write. */
struct slack_admin_usergroups_addChannels {
    SLACK_REQUEST_MEMBERS;
    const char *usergroup_id;
    const slack_json_t *channel_ids;
    const char *team_id;
};
#define slack_admin_usergroups_addChannels(...)                                                    \
    SLACK_REQUEST("admin.usergroups.addChannels", slack_admin_usergroups_addChannels, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.usergroups.addTeams
 * Tier 2. A second call may act again, or fail. Required: usergroup_id, team_ids. Scopes: user
 * admin.teams:write. */
struct slack_admin_usergroups_addTeams {
    SLACK_REQUEST_MEMBERS;
    const char *usergroup_id;
    const slack_json_t *team_ids;
    slack_flag_t auto_provision;
};
#define slack_admin_usergroups_addTeams(...)                                                       \
    SLACK_REQUEST("admin.usergroups.addTeams", slack_admin_usergroups_addTeams, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.usergroups.listChannels
 * Tier 2. Changes nothing. Required: usergroup_id. Scopes: user admin.usergroups:read. */
struct slack_admin_usergroups_listChannels {
    SLACK_REQUEST_MEMBERS;
    const char *usergroup_id;
    const char *team_id;
    slack_flag_t include_num_members;
};
#define slack_admin_usergroups_listChannels(...)                                                   \
    SLACK_REQUEST("admin.usergroups.listChannels", slack_admin_usergroups_listChannels, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.usergroups.removeChannels
 * Tier 2. A second call may act again, or fail. Required: usergroup_id, channel_ids. Scopes:
 * user admin.usergroups:write. */
struct slack_admin_usergroups_removeChannels {
    SLACK_REQUEST_MEMBERS;
    const char *usergroup_id;
    const slack_json_t *channel_ids;
};
#define slack_admin_usergroups_removeChannels(...)                                                 \
    SLACK_REQUEST("admin.usergroups.removeChannels", slack_admin_usergroups_removeChannels,        \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.usergroups.removeTeams
 * Tier 2. A second call may act again, or fail. Required: usergroup_id, team_ids. Scopes: user
 * admin.teams:write. */
struct slack_admin_usergroups_removeTeams {
    SLACK_REQUEST_MEMBERS;
    const char *usergroup_id;
    const slack_json_t *team_ids;
};
#define slack_admin_usergroups_removeTeams(...)                                                    \
    SLACK_REQUEST("admin.usergroups.removeTeams", slack_admin_usergroups_removeTeams, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.assign
 * Tier 2. A second call changes nothing more. Required: team_id, user_id. Scopes: user
 * admin.users:write. */
struct slack_admin_users_assign {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *user_id;
    slack_flag_t is_restricted;
    slack_flag_t is_ultra_restricted;
    const slack_json_t *channel_ids;
};
#define slack_admin_users_assign(...)                                                              \
    SLACK_REQUEST("admin.users.assign", slack_admin_users_assign, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.getExpiration
 * Tier 4. Changes nothing. Scopes: user admin.users:read. */
struct slack_admin_users_getExpiration {
    SLACK_REQUEST_MEMBERS;
    const char *user_id;
    const char *target_team;
};
#define slack_admin_users_getExpiration(...)                                                       \
    SLACK_REQUEST("admin.users.getExpiration", slack_admin_users_getExpiration, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.invite
 * Tier 2. A second call may act again, or fail. Required: team_id, email, channel_ids. Scopes:
 * user admin.users:write. */
struct slack_admin_users_invite {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *email;
    const slack_json_t *channel_ids;
    const char *custom_message;
    const char *real_name;
    slack_flag_t resend;
    slack_flag_t is_restricted;
    slack_flag_t is_ultra_restricted;
    const char *guest_expiration_ts;
    slack_flag_t email_password_policy_enabled;
};
#define slack_admin_users_invite(...)                                                              \
    SLACK_REQUEST("admin.users.invite", slack_admin_users_invite, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.list
 * Tier 4. Changes nothing. Scopes: user admin.users:read. A list in pages of users. */
struct slack_admin_users_list {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *cursor;
    slack_flag_t is_active;
    slack_flag_t include_deactivated_user_workspaces;
    slack_flag_t only_guests;
    slack_flag_t include_admins;
    slack_flag_t include_owners;
    /* 1 to 100 */
    int64_t limit;
};
#define slack_admin_users_list(...)                                                                \
    SLACK_REQUEST("admin.users.list", slack_admin_users_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.remove
 * Tier 2. A second call changes nothing more. Required: team_id, user_id. Scopes: user
 * admin.users:write. */
struct slack_admin_users_remove {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *user_id;
};
#define slack_admin_users_remove(...)                                                              \
    SLACK_REQUEST("admin.users.remove", slack_admin_users_remove, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.session.clearSettings
 * Tier 4. A second call changes nothing more. Required: user_ids. Scopes: user
 * admin.users:write. */
struct slack_admin_users_session_clearSettings {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *user_ids;
};
#define slack_admin_users_session_clearSettings(...)                                               \
    SLACK_REQUEST("admin.users.session.clearSettings", slack_admin_users_session_clearSettings,    \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.session.getSettings
 * Tier 4. Changes nothing. Required: user_ids. Scopes: user admin.users:read. */
struct slack_admin_users_session_getSettings {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *user_ids;
};
#define slack_admin_users_session_getSettings(...)                                                 \
    SLACK_REQUEST("admin.users.session.getSettings", slack_admin_users_session_getSettings,        \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.session.invalidate
 * Tier 2. A second call may act again, or fail. Required: user_id, session_id. Scopes: user
 * admin.users:write. */
struct slack_admin_users_session_invalidate {
    SLACK_REQUEST_MEMBERS;
    const char *user_id;
    int64_t session_id;
    const char *team_id;
};
#define slack_admin_users_session_invalidate(...)                                                  \
    SLACK_REQUEST("admin.users.session.invalidate", slack_admin_users_session_invalidate,          \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.session.list
 * Tier 2. Changes nothing. Scopes: user admin.users:read. A list in pages of active_sessions. */
struct slack_admin_users_session_list {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *user_id;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
};
#define slack_admin_users_session_list(...)                                                        \
    SLACK_REQUEST("admin.users.session.list", slack_admin_users_session_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.session.reset
 * Tier 2. A second call may act again, or fail. Required: user_id. Scopes: user
 * admin.users:write. */
struct slack_admin_users_session_reset {
    SLACK_REQUEST_MEMBERS;
    const char *user_id;
    slack_flag_t mobile_only;
    slack_flag_t web_only;
};
#define slack_admin_users_session_reset(...)                                                       \
    SLACK_REQUEST("admin.users.session.reset", slack_admin_users_session_reset, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.session.resetBulk
 * Tier 2. A second call may act again, or fail. Required: user_ids. Scopes: user
 * admin.users:write. */
struct slack_admin_users_session_resetBulk {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *user_ids;
    slack_flag_t mobile_only;
    slack_flag_t web_only;
};
#define slack_admin_users_session_resetBulk(...)                                                   \
    SLACK_REQUEST("admin.users.session.resetBulk", slack_admin_users_session_resetBulk, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.session.setSettings
 * Tier 4. A second call changes nothing more. Required: user_ids. Scopes: user
 * admin.users:write. */
struct slack_admin_users_session_setSettings {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *user_ids;
    /* 180 to 315569520 */
    int64_t duration;
    slack_flag_t desktop_app_browser_quit;
};
#define slack_admin_users_session_setSettings(...)                                                 \
    SLACK_REQUEST("admin.users.session.setSettings", slack_admin_users_session_setSettings,        \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.setAdmin
 * Tier 2. A second call changes nothing more. Required: team_id, user_id. Scopes: user
 * admin.users:write. */
struct slack_admin_users_setAdmin {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *user_id;
};
#define slack_admin_users_setAdmin(...)                                                            \
    SLACK_REQUEST("admin.users.setAdmin", slack_admin_users_setAdmin, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.setExpiration
 * Tier 2. A second call changes nothing more. Required: user_id, expiration_ts. Scopes: user
 * admin.users:write. */
struct slack_admin_users_setExpiration {
    SLACK_REQUEST_MEMBERS;
    const char *user_id;
    int64_t expiration_ts;
    const char *team_id;
};
#define slack_admin_users_setExpiration(...)                                                       \
    SLACK_REQUEST("admin.users.setExpiration", slack_admin_users_setExpiration, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.setOwner
 * Tier 2. A second call changes nothing more. Required: team_id, user_id. Scopes: user
 * admin.users:write. */
struct slack_admin_users_setOwner {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *user_id;
};
#define slack_admin_users_setOwner(...)                                                            \
    SLACK_REQUEST("admin.users.setOwner", slack_admin_users_setOwner, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.setRegular
 * Tier 2. A second call changes nothing more. Required: team_id, user_id. Scopes: user
 * admin.users:write. */
struct slack_admin_users_setRegular {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    const char *user_id;
};
#define slack_admin_users_setRegular(...)                                                          \
    SLACK_REQUEST("admin.users.setRegular", slack_admin_users_setRegular, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.users.unsupportedVersions.export
 * Tier 1. A second call may act again, or fail. Scopes: user admin.users:read. */
struct slack_admin_users_unsupportedVersions_export {
    SLACK_REQUEST_MEMBERS;
    int64_t date_sessions_started;
    int64_t date_end_of_support;
};
#define slack_admin_users_unsupportedVersions_export(...)                                          \
    SLACK_REQUEST("admin.users.unsupportedVersions.export",                                        \
                  slack_admin_users_unsupportedVersions_export, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.workflows.collaborators.add
 * Tier 2. A second call may act again, or fail. Required: workflow_ids, collaborator_ids.
 * Scopes: user admin.workflows:write. */
struct slack_admin_workflows_collaborators_add {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *workflow_ids;
    const slack_json_t *collaborator_ids;
};
#define slack_admin_workflows_collaborators_add(...)                                               \
    SLACK_REQUEST("admin.workflows.collaborators.add", slack_admin_workflows_collaborators_add,    \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.workflows.collaborators.remove
 * Tier 2. A second call may act again, or fail. Required: workflow_ids, collaborator_ids.
 * Scopes: user admin.workflows:write. */
struct slack_admin_workflows_collaborators_remove {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *workflow_ids;
    const slack_json_t *collaborator_ids;
};
#define slack_admin_workflows_collaborators_remove(...)                                            \
    SLACK_REQUEST("admin.workflows.collaborators.remove",                                          \
                  slack_admin_workflows_collaborators_remove, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.workflows.permissions.lookup
 * Tier 2. Changes nothing. Required: workflow_ids. Scopes: user admin.workflows:read. */
struct slack_admin_workflows_permissions_lookup {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *workflow_ids;
    /* 1 to 1000 */
    int64_t max_workflow_triggers;
};
#define slack_admin_workflows_permissions_lookup(...)                                              \
    SLACK_REQUEST("admin.workflows.permissions.lookup", slack_admin_workflows_permissions_lookup,  \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.workflows.search
 * Tier 2. Changes nothing. Scopes: user admin.workflows:read. A list in pages of workflows. */
struct slack_admin_workflows_search {
    SLACK_REQUEST_MEMBERS;
    const char *query;
    const char *app_id;
    const char *cursor;
    /* 1 to 50 */
    int64_t limit;
    slack_flag_t no_collaborators;
    const slack_json_t *collaborator_ids;
    /* 0 to 100 */
    int64_t num_trigger_ids;
    slack_flag_t is_sales_elevate;
    /* code, workflow_builder, sales_home, agent */
    const char *source;
    /* name */
    const char *sort;
    /* asc, desc */
    const char *sort_dir;
    const char *trigger_type_id;
    /* all, published, unpublished */
    const char *publish_status;
    const slack_json_t *step_function_ids;
};
#define slack_admin_workflows_search(...)                                                          \
    SLACK_REQUEST("admin.workflows.search", slack_admin_workflows_search, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.workflows.triggers.types.permissions.lookup
 * Tier 2. Changes nothing. Required: trigger_type_ids. Scopes: user client. */
struct slack_admin_workflows_triggers_types_permissions_lookup {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *trigger_type_ids;
};
#define slack_admin_workflows_triggers_types_permissions_lookup(...)                               \
    SLACK_REQUEST("admin.workflows.triggers.types.permissions.lookup",                             \
                  slack_admin_workflows_triggers_types_permissions_lookup, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.workflows.triggers.types.permissions.set
 * Tier 3. A second call changes nothing more. Required: id. Scopes: user client. */
struct slack_admin_workflows_triggers_types_permissions_set {
    SLACK_REQUEST_MEMBERS;
    const char *id;
    /* everyone, named_entities, no_one */
    const char *visibility;
    const slack_json_t *user_ids;
    const slack_json_t *permissions;
};
#define slack_admin_workflows_triggers_types_permissions_set(...)                                  \
    SLACK_REQUEST("admin.workflows.triggers.types.permissions.set",                                \
                  slack_admin_workflows_triggers_types_permissions_set, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/admin.workflows.unpublish
 * Tier 2. A second call may act again, or fail. Required: workflow_ids. Scopes: user
 * admin.workflows:write. */
struct slack_admin_workflows_unpublish {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *workflow_ids;
};
#define slack_admin_workflows_unpublish(...)                                                       \
    SLACK_REQUEST("admin.workflows.unpublish", slack_admin_workflows_unpublish, __VA_ARGS__)

#endif
