/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_DND_H
#define SLACK_API_DND_H

#include <slack/request.h>

/** @file api/dnd.h  The methods dnd.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/dnd.endDnd
 * Tier 2. A second call changes nothing more. Scopes: user dnd:write. */
struct slack_dnd_endDnd {
    SLACK_REQUEST_MEMBERS;
};
#define slack_dnd_endDnd(...) SLACK_REQUEST("dnd.endDnd", slack_dnd_endDnd, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/dnd.endSnooze
 * Tier 2. A second call may act again, or fail. Scopes: user dnd:write. */
struct slack_dnd_endSnooze {
    SLACK_REQUEST_MEMBERS;
};
#define slack_dnd_endSnooze(...) SLACK_REQUEST("dnd.endSnooze", slack_dnd_endSnooze, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/dnd.info
 * Tier 3. Changes nothing. Scopes: dnd:read. */
struct slack_dnd_info {
    SLACK_REQUEST_MEMBERS;
    const char *user;
    const char *team_id;
};
#define slack_dnd_info(...) SLACK_REQUEST("dnd.info", slack_dnd_info, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/dnd.setSnooze
 * Tier 2. A second call changes nothing more. Required: num_minutes. Scopes: user dnd:write. */
struct slack_dnd_setSnooze {
    SLACK_REQUEST_MEMBERS;
    int64_t num_minutes;
};
#define slack_dnd_setSnooze(...) SLACK_REQUEST("dnd.setSnooze", slack_dnd_setSnooze, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/dnd.teamInfo
 * Tier 2. Changes nothing. Required: users. Scopes: dnd:read. */
struct slack_dnd_teamInfo {
    SLACK_REQUEST_MEMBERS;
    const char *users;
    const char *team_id;
};
#define slack_dnd_teamInfo(...) SLACK_REQUEST("dnd.teamInfo", slack_dnd_teamInfo, __VA_ARGS__)

#endif
