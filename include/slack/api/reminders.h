/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_REMINDERS_H
#define SLACK_API_REMINDERS_H

#include <slack/request.h>

/** @file api/reminders.h  The methods reminders.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/reminders.add
 * Tier 2. A second call may act again, or fail. Required: text ("" is sent), time. Scopes: user
 * reminders:write. */
struct slack_reminders_add {
    SLACK_REQUEST_MEMBERS;
    const char *text;
    const char *time;
    const char *user;
    const char *team_id;
    const slack_json_t *recurrence;
};
#define slack_reminders_add(...) SLACK_REQUEST("reminders.add", slack_reminders_add, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/reminders.complete
 * Tier 2. A second call may act again, or fail. Required: reminder. Scopes: user
 * reminders:write. */
struct slack_reminders_complete {
    SLACK_REQUEST_MEMBERS;
    const char *reminder;
    const char *team_id;
};
#define slack_reminders_complete(...)                                                              \
    SLACK_REQUEST("reminders.complete", slack_reminders_complete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/reminders.delete
 * Tier 2. A second call may act again, or fail. Required: reminder. Scopes: user
 * reminders:write. */
struct slack_reminders_delete {
    SLACK_REQUEST_MEMBERS;
    const char *reminder;
    const char *team_id;
};
#define slack_reminders_delete(...)                                                                \
    SLACK_REQUEST("reminders.delete", slack_reminders_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/reminders.info
 * Tier 2. Changes nothing. Required: reminder. Scopes: user reminders:read. */
struct slack_reminders_info {
    SLACK_REQUEST_MEMBERS;
    const char *reminder;
    const char *team_id;
};
#define slack_reminders_info(...) SLACK_REQUEST("reminders.info", slack_reminders_info, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/reminders.list
 * Tier 2. Changes nothing. Scopes: user reminders:read. */
struct slack_reminders_list {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
};
#define slack_reminders_list(...) SLACK_REQUEST("reminders.list", slack_reminders_list, __VA_ARGS__)

#endif
