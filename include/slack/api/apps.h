/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_APPS_H
#define SLACK_API_APPS_H

#include <slack/request.h>

/** @file api/apps.h  The methods apps.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/apps.activities.list
 * Tier 3. Changes nothing. Required: app_id. Scopes: user hosting:read. A list in pages of
 * activities. */
struct slack_apps_activities_list {
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
#define slack_apps_activities_list(...)                                                            \
    SLACK_REQUEST("apps.activities.list", slack_apps_activities_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.auth.external.delete
 * Tier 4. A second call may act again, or fail. */
struct slack_apps_auth_external_delete {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    const char *provider_key;
    const char *external_token_id;
};
#define slack_apps_auth_external_delete(...)                                                       \
    SLACK_REQUEST("apps.auth.external.delete", slack_apps_auth_external_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.auth.external.get
 * Tier 3. A second call changes nothing more. Required: external_token_id. */
struct slack_apps_auth_external_get {
    SLACK_REQUEST_MEMBERS;
    const char *external_token_id;
    slack_flag_t force_refresh;
};
#define slack_apps_auth_external_get(...)                                                          \
    SLACK_REQUEST("apps.auth.external.get", slack_apps_auth_external_get, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.connections.open
 * Tier 3. A second call changes nothing more. */
struct slack_apps_connections_open {
    SLACK_REQUEST_MEMBERS;
};
#define slack_apps_connections_open(...)                                                           \
    SLACK_REQUEST("apps.connections.open", slack_apps_connections_open, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.datastore.bulkDelete
 * Tier 3. A second call changes nothing more. Required: datastore, ids. Scopes: bot
 * datastore:write. */
struct slack_apps_datastore_bulkDelete {
    SLACK_REQUEST_MEMBERS;
    const char *datastore;
    const slack_json_t *ids;
    const char *app_id;
};
#define slack_apps_datastore_bulkDelete(...)                                                       \
    SLACK_REQUEST("apps.datastore.bulkDelete", slack_apps_datastore_bulkDelete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.datastore.bulkGet
 * Tier 3. Changes nothing. Required: datastore, ids. Scopes: bot datastore:read. */
struct slack_apps_datastore_bulkGet {
    SLACK_REQUEST_MEMBERS;
    const char *datastore;
    const slack_json_t *ids;
    const char *app_id;
};
#define slack_apps_datastore_bulkGet(...)                                                          \
    SLACK_REQUEST("apps.datastore.bulkGet", slack_apps_datastore_bulkGet, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.datastore.bulkPut
 * Tier 3. A second call changes nothing more. Required: datastore, items. Scopes: bot
 * datastore:write. */
struct slack_apps_datastore_bulkPut {
    SLACK_REQUEST_MEMBERS;
    const char *datastore;
    const slack_json_t *items;
    const char *app_id;
};
#define slack_apps_datastore_bulkPut(...)                                                          \
    SLACK_REQUEST("apps.datastore.bulkPut", slack_apps_datastore_bulkPut, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.datastore.count
 * Tier 3. Changes nothing. Required: datastore. Scopes: bot datastore:read. */
struct slack_apps_datastore_count {
    SLACK_REQUEST_MEMBERS;
    const char *datastore;
    const char *expression;
    const slack_json_t *expression_attributes;
    const slack_json_t *expression_values;
    const char *app_id;
};
#define slack_apps_datastore_count(...)                                                            \
    SLACK_REQUEST("apps.datastore.count", slack_apps_datastore_count, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.datastore.delete
 * Tier 4. A second call changes nothing more. Required: datastore, id. Scopes: bot
 * datastore:write. */
struct slack_apps_datastore_delete {
    SLACK_REQUEST_MEMBERS;
    const char *datastore;
    const char *id;
    const char *app_id;
};
#define slack_apps_datastore_delete(...)                                                           \
    SLACK_REQUEST("apps.datastore.delete", slack_apps_datastore_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.datastore.get
 * Tier 4. Changes nothing. Required: datastore, id. Scopes: bot datastore:read. */
struct slack_apps_datastore_get {
    SLACK_REQUEST_MEMBERS;
    const char *datastore;
    const char *id;
    const char *app_id;
};
#define slack_apps_datastore_get(...)                                                              \
    SLACK_REQUEST("apps.datastore.get", slack_apps_datastore_get, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.datastore.put
 * Tier 4. A second call changes nothing more. Required: datastore, item. Scopes: bot
 * datastore:write. */
struct slack_apps_datastore_put {
    SLACK_REQUEST_MEMBERS;
    const char *datastore;
    const slack_json_t *item;
    const char *app_id;
};
#define slack_apps_datastore_put(...)                                                              \
    SLACK_REQUEST("apps.datastore.put", slack_apps_datastore_put, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.datastore.query
 * Tier 4. Changes nothing. Required: datastore. Scopes: bot datastore:read. A list in pages of
 * items. */
struct slack_apps_datastore_query {
    SLACK_REQUEST_MEMBERS;
    const char *datastore;
    const char *expression;
    const slack_json_t *expression_attributes;
    const slack_json_t *expression_values;
    const char *app_id;
    const char *cursor;
    /* 1 to 1000 */
    int64_t limit;
};
#define slack_apps_datastore_query(...)                                                            \
    SLACK_REQUEST("apps.datastore.query", slack_apps_datastore_query, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.datastore.update
 * Tier 4. A second call changes nothing more. Required: datastore, item. Scopes: bot
 * datastore:write. */
struct slack_apps_datastore_update {
    SLACK_REQUEST_MEMBERS;
    const char *datastore;
    const slack_json_t *item;
    const char *app_id;
};
#define slack_apps_datastore_update(...)                                                           \
    SLACK_REQUEST("apps.datastore.update", slack_apps_datastore_update, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.event.authorizations.list
 * A special rate. Changes nothing. Required: event_context. A list in pages of authorizations. */
struct slack_apps_event_authorizations_list {
    SLACK_REQUEST_MEMBERS;
    const char *event_context;
    const char *cursor;
    int64_t limit;
};
#define slack_apps_event_authorizations_list(...)                                                  \
    SLACK_REQUEST("apps.event.authorizations.list", slack_apps_event_authorizations_list,          \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.icon.set
 * Tier 1. A second call changes nothing more. Required: app_id. Scopes: user
 * app_configurations:write. Without file, which no form can carry. */
struct slack_apps_icon_set {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    /* at most 3000 characters */
    const char *url;
};
#define slack_apps_icon_set(...) SLACK_REQUEST("apps.icon.set", slack_apps_icon_set, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.managed.permissions.set
 * Tier 2. A second call changes nothing more. Required: app_id, permissions. */
struct slack_apps_managed_permissions_set {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    /* everyone, app_owner */
    const char *permissions;
};
#define slack_apps_managed_permissions_set(...)                                                    \
    SLACK_REQUEST("apps.managed.permissions.set", slack_apps_managed_permissions_set, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.manifest.create
 * Tier 1. A second call may act again, or fail. Required: manifest. */
struct slack_apps_manifest_create {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *manifest;
    const char *team_id;
};
#define slack_apps_manifest_create(...)                                                            \
    SLACK_REQUEST("apps.manifest.create", slack_apps_manifest_create, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.manifest.delete
 * Tier 1. A second call may act again, or fail. Required: app_id. */
struct slack_apps_manifest_delete {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
};
#define slack_apps_manifest_delete(...)                                                            \
    SLACK_REQUEST("apps.manifest.delete", slack_apps_manifest_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.manifest.export
 * Tier 3. Changes nothing. Required: app_id. */
struct slack_apps_manifest_export {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
};
#define slack_apps_manifest_export(...)                                                            \
    SLACK_REQUEST("apps.manifest.export", slack_apps_manifest_export, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.manifest.update
 * Tier 1. A second call changes nothing more. Required: manifest, app_id. */
struct slack_apps_manifest_update {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *manifest;
    const char *app_id;
};
#define slack_apps_manifest_update(...)                                                            \
    SLACK_REQUEST("apps.manifest.update", slack_apps_manifest_update, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.manifest.validate
 * Tier 3. Changes nothing. Required: manifest. */
struct slack_apps_manifest_validate {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *manifest;
    const char *app_id;
};
#define slack_apps_manifest_validate(...)                                                          \
    SLACK_REQUEST("apps.manifest.validate", slack_apps_manifest_validate, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.uninstall
 * Tier 1. A second call may act again, or fail. Required: client_id, client_secret. */
struct slack_apps_uninstall {
    SLACK_REQUEST_MEMBERS;
    const char *client_id;
    const char *client_secret;
};
#define slack_apps_uninstall(...) SLACK_REQUEST("apps.uninstall", slack_apps_uninstall, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/apps.user.connection.update
 * Tier 2. A second call changes nothing more. Required: user_id, status. Scopes: user
 * users:write. */
struct slack_apps_user_connection_update {
    SLACK_REQUEST_MEMBERS;
    const char *user_id;
    /* connected, disconnected */
    const char *status;
};
#define slack_apps_user_connection_update(...)                                                     \
    SLACK_REQUEST("apps.user.connection.update", slack_apps_user_connection_update, __VA_ARGS__)

#endif
