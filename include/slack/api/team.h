/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_TEAM_H
#define SLACK_API_TEAM_H

#include <slack/request.h>

/** @file api/team.h  The methods team.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/team.accessLogs
 * Tier 2. Changes nothing. Scopes: user admin. A list in pages of logins. */
struct slack_team_accessLogs {
    SLACK_REQUEST_MEMBERS;
    int64_t before;
    int64_t count;
    int64_t page;
    const char *cursor;
    /* 1 to 1000 */
    int64_t limit;
    const char *team_id;
};
#define slack_team_accessLogs(...)                                                                 \
    SLACK_REQUEST("team.accessLogs", slack_team_accessLogs, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/team.billableInfo
 * Tier 2. Changes nothing. Scopes: user admin. A list in pages of billable_info. */
struct slack_team_billableInfo {
    SLACK_REQUEST_MEMBERS;
    const char *cursor;
    /* 1 to 1000 */
    int64_t limit;
    const char *user;
    const char *team_id;
};
#define slack_team_billableInfo(...)                                                               \
    SLACK_REQUEST("team.billableInfo", slack_team_billableInfo, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/team.billing.info
 * Tier 3. Changes nothing. Scopes: team.billing:read. */
struct slack_team_billing_info {
    SLACK_REQUEST_MEMBERS;
};
#define slack_team_billing_info(...)                                                               \
    SLACK_REQUEST("team.billing.info", slack_team_billing_info, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/team.externalTeams.disconnect
 * Tier 1. A second call may act again, or fail. Required: target_team. Scopes: bot
 * conversations.connect:manage. */
struct slack_team_externalTeams_disconnect {
    SLACK_REQUEST_MEMBERS;
    const char *target_team;
};
#define slack_team_externalTeams_disconnect(...)                                                   \
    SLACK_REQUEST("team.externalTeams.disconnect", slack_team_externalTeams_disconnect, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/team.externalTeams.list
 * Tier 2. Changes nothing. Scopes: bot conversations.connect:manage team:read. A list in pages
 * of organizations. */
struct slack_team_externalTeams_list {
    SLACK_REQUEST_MEMBERS;
    /* 1 to 25 */
    int64_t limit;
    const char *cursor;
    /* team_name, last_active_timestamp, connection_status */
    const char *sort_field;
    /* asc, desc */
    const char *sort_direction;
    const char *slack_connect_pref_filter;
    const slack_json_t *workspace_filter;
    /* CONNECTED, DISCONNECTED, BLOCKED, IN_REVIEW */
    const char *connection_status_filter;
};
#define slack_team_externalTeams_list(...)                                                         \
    SLACK_REQUEST("team.externalTeams.list", slack_team_externalTeams_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/team.info
 * Tier 3. Changes nothing. Scopes: team:read. */
struct slack_team_info {
    SLACK_REQUEST_MEMBERS;
    const char *domain;
    const char *team;
};
#define slack_team_info(...) SLACK_REQUEST("team.info", slack_team_info, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/team.integrationLogs
 * Tier 2. Changes nothing. Scopes: user admin. A list in pages of logs. */
struct slack_team_integrationLogs {
    SLACK_REQUEST_MEMBERS;
    const char *app_id;
    /* added, removed, enabled, disabled, updated */
    const char *change_type;
    /* 1 to 1000 */
    int64_t count;
    int64_t page;
    const char *service_id;
    const char *team_id;
    const char *user;
};
#define slack_team_integrationLogs(...)                                                            \
    SLACK_REQUEST("team.integrationLogs", slack_team_integrationLogs, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/team.preferences.list
 * Tier 3. Changes nothing. Scopes: team.preferences:read. */
struct slack_team_preferences_list {
    SLACK_REQUEST_MEMBERS;
};
#define slack_team_preferences_list(...)                                                           \
    SLACK_REQUEST("team.preferences.list", slack_team_preferences_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/team.profile.get
 * Tier 3. Changes nothing. Scopes: users.profile:read. */
struct slack_team_profile_get {
    SLACK_REQUEST_MEMBERS;
    /* all, visible, hidden */
    const char *visibility;
};
#define slack_team_profile_get(...)                                                                \
    SLACK_REQUEST("team.profile.get", slack_team_profile_get, __VA_ARGS__)

#endif
