/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_REACTIONS_H
#define SLACK_API_REACTIONS_H

#include <slack/request.h>

/** @file api/reactions.h  The methods reactions.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/reactions.add
 * Tier 3. A second call changes nothing more. Required: channel, name, timestamp. Scopes:
 * reactions:write. */
struct slack_reactions_add {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *name;
    const char *timestamp;
};
#define slack_reactions_add(...) SLACK_REQUEST("reactions.add", slack_reactions_add, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/reactions.get
 * Tier 3. Changes nothing. Scopes: reactions:read. */
struct slack_reactions_get {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *file;
    const char *file_comment;
    slack_flag_t full;
    const char *timestamp;
};
#define slack_reactions_get(...) SLACK_REQUEST("reactions.get", slack_reactions_get, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/reactions.list
 * Tier 2. Changes nothing. Scopes: reactions:read. A list in pages of items. */
struct slack_reactions_list {
    SLACK_REQUEST_MEMBERS;
    const char *user;
    slack_flag_t full;
    int64_t count;
    int64_t page;
    const char *cursor;
    int64_t limit;
    const char *team_id;
};
#define slack_reactions_list(...) SLACK_REQUEST("reactions.list", slack_reactions_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/reactions.remove
 * Tier 2. A second call changes nothing more. Required: name. Scopes: reactions:write. */
struct slack_reactions_remove {
    SLACK_REQUEST_MEMBERS;
    const char *name;
    const char *file;
    const char *file_comment;
    const char *channel;
    const char *timestamp;
};
#define slack_reactions_remove(...)                                                                \
    SLACK_REQUEST("reactions.remove", slack_reactions_remove, __VA_ARGS__)

#endif
