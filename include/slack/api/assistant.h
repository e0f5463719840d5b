/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_ASSISTANT_H
#define SLACK_API_ASSISTANT_H

#include <slack/request.h>

/** @file api/assistant.h  The methods assistant.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/assistant.search.context
 * A special rate. Changes nothing. Required: query. Scopes: bot search:read.files
 * search:read.public search:read.users; user search:read.files search:read.im search:read.mpim
 * search:read.private search:read.public search:read.users. A list in pages. */
struct slack_assistant_search_context {
    SLACK_REQUEST_MEMBERS;
    const char *query;
    const char *action_token;
    const slack_json_t *channel_types;
    const slack_json_t *content_types;
    slack_flag_t include_bots;
    slack_flag_t include_deleted_users;
    int64_t before;
    int64_t after;
    slack_flag_t include_context_messages;
    const char *context_channel_id;
    const char *cursor;
    int64_t limit;
    /* score, timestamp */
    const char *sort;
    /* asc, desc */
    const char *sort_dir;
    slack_flag_t include_message_blocks;
    slack_flag_t highlight;
    const slack_json_t *term_clauses;
    /* at most 500 characters */
    const char *modifiers;
    slack_flag_t include_archived_channels;
    slack_flag_t disable_semantic_search;
};
#define slack_assistant_search_context(...)                                                        \
    SLACK_REQUEST("assistant.search.context", slack_assistant_search_context, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/assistant.search.info
 * Tier 2. Changes nothing. Scopes: search:read.public. */
struct slack_assistant_search_info {
    SLACK_REQUEST_MEMBERS;
};
#define slack_assistant_search_info(...)                                                           \
    SLACK_REQUEST("assistant.search.info", slack_assistant_search_info, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/assistant.threads.setStatus
 * A special rate. A second call changes nothing more. Required: channel_id, thread_ts, status
 * ("" is sent). Scopes: bot chat:write. */
struct slack_assistant_threads_setStatus {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const char *thread_ts;
    const char *status;
    const slack_json_t *loading_messages;
    const char *icon_emoji;
    const char *icon_url;
    const char *username;
};
#define slack_assistant_threads_setStatus(...)                                                     \
    SLACK_REQUEST("assistant.threads.setStatus", slack_assistant_threads_setStatus, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts
 * Tier 4. A second call changes nothing more. Required: channel_id, prompts. Scopes: bot
 * assistant:write. */
struct slack_assistant_threads_setSuggestedPrompts {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const slack_json_t *prompts;
    const char *thread_ts;
    const char *title;
};
#define slack_assistant_threads_setSuggestedPrompts(...)                                           \
    SLACK_REQUEST("assistant.threads.setSuggestedPrompts",                                         \
                  slack_assistant_threads_setSuggestedPrompts, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/assistant.threads.setTitle
 * Tier 4. A second call changes nothing more. Required: channel_id, thread_ts, title ("" is
 * sent). Scopes: bot assistant:write. */
struct slack_assistant_threads_setTitle {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const char *thread_ts;
    const char *title;
};
#define slack_assistant_threads_setTitle(...)                                                      \
    SLACK_REQUEST("assistant.threads.setTitle", slack_assistant_threads_setTitle, __VA_ARGS__)

#endif
