/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_AGENTS_H
#define SLACK_API_AGENTS_H

#include <slack/request.h>

/** @file api/agents.h  The methods agents.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/agents.sessions.rename
 * Tier 3. A second call may act again, or fail. Required: channel_id, title ("" is sent).
 * Scopes: bot chat:write. */
struct slack_agents_sessions_rename {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const char *title;
    const char *thread_ts;
};
#define slack_agents_sessions_rename(...)                                                          \
    SLACK_REQUEST("agents.sessions.rename", slack_agents_sessions_rename, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/agents.sessions.setStatus
 * Tier 3. A second call changes nothing more. Required: channel_id, status. Scopes: bot
 * chat:write. */
struct slack_agents_sessions_setStatus {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    /* active, processing, suspended, closed */
    const char *status;
    const char *thread_ts;
    const char *title;
    const char *initiator_user_id;
    const char *icon_emoji;
    const char *icon_url;
    const char *username;
};
#define slack_agents_sessions_setStatus(...)                                                       \
    SLACK_REQUEST("agents.sessions.setStatus", slack_agents_sessions_setStatus, __VA_ARGS__)

#endif
