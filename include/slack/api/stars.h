/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_STARS_H
#define SLACK_API_STARS_H

#include <slack/request.h>

/** @file api/stars.h  The methods stars.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/stars.add
 * Tier 2. A second call changes nothing more. Scopes: user stars:write. Deprecated by Slack. */
struct slack_stars_add {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *file;
    const char *file_comment;
    const char *timestamp;
};
#define slack_stars_add(...) SLACK_REQUEST("stars.add", slack_stars_add, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/stars.list
 * Tier 3. Changes nothing. Scopes: user stars:read. A list in pages of items. Deprecated by
 * Slack. */
struct slack_stars_list {
    SLACK_REQUEST_MEMBERS;
    int64_t count;
    const char *cursor;
    int64_t limit;
    int64_t page;
    const char *team_id;
};
#define slack_stars_list(...) SLACK_REQUEST("stars.list", slack_stars_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/stars.remove
 * Tier 2. A second call changes nothing more. Scopes: user stars:write. Deprecated by Slack. */
struct slack_stars_remove {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *file;
    const char *file_comment;
    const char *timestamp;
};
#define slack_stars_remove(...) SLACK_REQUEST("stars.remove", slack_stars_remove, __VA_ARGS__)

#endif
