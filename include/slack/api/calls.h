/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_CALLS_H
#define SLACK_API_CALLS_H

#include <slack/request.h>

/** @file api/calls.h  The methods calls.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/calls.add
 * Tier 3. A second call may act again, or fail. Required: external_unique_id, join_url. Scopes:
 * calls:write. */
struct slack_calls_add {
    SLACK_REQUEST_MEMBERS;
    const char *external_unique_id;
    const char *join_url;
    const char *external_display_id;
    const char *desktop_app_join_url;
    int64_t date_start;
    const char *title;
    const char *created_by;
    const slack_json_t *users;
};
#define slack_calls_add(...) SLACK_REQUEST("calls.add", slack_calls_add, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/calls.end
 * Tier 3. A second call may act again, or fail. Required: id. Scopes: calls:write. */
struct slack_calls_end {
    SLACK_REQUEST_MEMBERS;
    const char *id;
    int64_t duration;
};
#define slack_calls_end(...) SLACK_REQUEST("calls.end", slack_calls_end, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/calls.info
 * Tier 3. Changes nothing. Required: id. Scopes: calls:read. */
struct slack_calls_info {
    SLACK_REQUEST_MEMBERS;
    const char *id;
};
#define slack_calls_info(...) SLACK_REQUEST("calls.info", slack_calls_info, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/calls.participants.add
 * Tier 3. A second call may act again, or fail. Required: id, users. Scopes: calls:write. */
struct slack_calls_participants_add {
    SLACK_REQUEST_MEMBERS;
    const char *id;
    const slack_json_t *users;
};
#define slack_calls_participants_add(...)                                                          \
    SLACK_REQUEST("calls.participants.add", slack_calls_participants_add, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/calls.participants.remove
 * Tier 3. A second call may act again, or fail. Required: id, users. Scopes: calls:write. */
struct slack_calls_participants_remove {
    SLACK_REQUEST_MEMBERS;
    const char *id;
    const slack_json_t *users;
};
#define slack_calls_participants_remove(...)                                                       \
    SLACK_REQUEST("calls.participants.remove", slack_calls_participants_remove, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/calls.update
 * Tier 3. A second call changes nothing more. Required: id. Scopes: calls:write. */
struct slack_calls_update {
    SLACK_REQUEST_MEMBERS;
    const char *id;
    const char *title;
    const char *join_url;
    const char *desktop_app_join_url;
};
#define slack_calls_update(...) SLACK_REQUEST("calls.update", slack_calls_update, __VA_ARGS__)

#endif
