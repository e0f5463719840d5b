/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_SEARCH_H
#define SLACK_API_SEARCH_H

#include <slack/request.h>

/** @file api/search.h  The methods search.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/search.all
 * Tier 2. Changes nothing. Required: query. Scopes: user search:read. A list in pages. */
struct slack_search_all {
    SLACK_REQUEST_MEMBERS;
    const char *query;
    /* 1 to 100 */
    int64_t count;
    slack_flag_t highlight;
    int64_t page;
    const char *sort;
    /* asc, desc */
    const char *sort_dir;
    const char *team_id;
};
#define slack_search_all(...) SLACK_REQUEST("search.all", slack_search_all, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/search.files
 * Tier 2. Changes nothing. Required: query. Scopes: user search:read. A list in pages of
 * files/matches. */
struct slack_search_files {
    SLACK_REQUEST_MEMBERS;
    const char *query;
    /* 1 to 100 */
    int64_t count;
    slack_flag_t highlight;
    int64_t page;
    const char *sort;
    /* asc, desc */
    const char *sort_dir;
    const char *team_id;
};
#define slack_search_files(...) SLACK_REQUEST("search.files", slack_search_files, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/search.messages
 * Tier 2. Changes nothing. Required: query. Scopes: user search:read. A list in pages of
 * messages/matches. */
struct slack_search_messages {
    SLACK_REQUEST_MEMBERS;
    const char *query;
    /* 1 to 100 */
    int64_t count;
    slack_flag_t highlight;
    int64_t page;
    const char *cursor;
    const char *sort;
    /* asc, desc */
    const char *sort_dir;
    const char *team_id;
};
#define slack_search_messages(...)                                                                 \
    SLACK_REQUEST("search.messages", slack_search_messages, __VA_ARGS__)

#endif
