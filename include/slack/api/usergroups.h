/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_USERGROUPS_H
#define SLACK_API_USERGROUPS_H

#include <slack/request.h>

/** @file api/usergroups.h  The methods usergroups.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/usergroups.create
 * Tier 2. A second call may act again, or fail. Required: name. Scopes: usergroups:write. */
struct slack_usergroups_create {
    SLACK_REQUEST_MEMBERS;
    const char *name;
    const char *channels;
    const char *additional_channels;
    const char *description;
    const char *handle;
    slack_flag_t include_count;
    const char *team_id;
    slack_flag_t enable_section;
};
#define slack_usergroups_create(...)                                                               \
    SLACK_REQUEST("usergroups.create", slack_usergroups_create, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/usergroups.disable
 * Tier 2. A second call may act again, or fail. Required: usergroup. Scopes: usergroups:write. */
struct slack_usergroups_disable {
    SLACK_REQUEST_MEMBERS;
    const char *usergroup;
    slack_flag_t include_count;
    const char *team_id;
};
#define slack_usergroups_disable(...)                                                              \
    SLACK_REQUEST("usergroups.disable", slack_usergroups_disable, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/usergroups.enable
 * Tier 2. A second call may act again, or fail. Required: usergroup. Scopes: usergroups:write. */
struct slack_usergroups_enable {
    SLACK_REQUEST_MEMBERS;
    const char *usergroup;
    slack_flag_t include_count;
    const char *team_id;
};
#define slack_usergroups_enable(...)                                                               \
    SLACK_REQUEST("usergroups.enable", slack_usergroups_enable, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/usergroups.list
 * Tier 2. Changes nothing. Scopes: usergroups:read. */
struct slack_usergroups_list {
    SLACK_REQUEST_MEMBERS;
    slack_flag_t include_count;
    slack_flag_t include_disabled;
    slack_flag_t include_users;
    const char *team_id;
};
#define slack_usergroups_list(...)                                                                 \
    SLACK_REQUEST("usergroups.list", slack_usergroups_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/usergroups.update
 * Tier 2. A second call changes nothing more. Required: usergroup. Scopes: usergroups:write. */
struct slack_usergroups_update {
    SLACK_REQUEST_MEMBERS;
    const char *usergroup;
    const char *channels;
    const char *additional_channels;
    const char *description;
    const char *handle;
    slack_flag_t include_count;
    const char *name;
    const char *team_id;
    slack_flag_t enable_section;
};
#define slack_usergroups_update(...)                                                               \
    SLACK_REQUEST("usergroups.update", slack_usergroups_update, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/usergroups.users.list
 * Tier 2. Changes nothing. Required: usergroup. Scopes: usergroups:read. */
struct slack_usergroups_users_list {
    SLACK_REQUEST_MEMBERS;
    const char *usergroup;
    slack_flag_t include_disabled;
    const char *team_id;
};
#define slack_usergroups_users_list(...)                                                           \
    SLACK_REQUEST("usergroups.users.list", slack_usergroups_users_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/usergroups.users.update
 * Tier 2. A second call changes nothing more. Required: usergroup, users. Scopes:
 * usergroups:write. */
struct slack_usergroups_users_update {
    SLACK_REQUEST_MEMBERS;
    const char *usergroup;
    const char *users;
    slack_flag_t include_count;
    const char *team_id;
    const char *additional_channels;
    slack_flag_t is_shared;
};
#define slack_usergroups_users_update(...)                                                         \
    SLACK_REQUEST("usergroups.users.update", slack_usergroups_users_update, __VA_ARGS__)

#endif
