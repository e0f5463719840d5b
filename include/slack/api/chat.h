/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_CHAT_H
#define SLACK_API_CHAT_H

#include <slack/request.h>

/** @file api/chat.h  The methods chat.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/chat.appendStream
 * Tier 4. A second call may act again, or fail. Required: channel, ts. Scopes: bot chat:write. */
struct slack_chat_appendStream {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *ts;
    const slack_json_t *chunks;
    const char *markdown_text;
};
#define slack_chat_appendStream(...)                                                               \
    SLACK_REQUEST("chat.appendStream", slack_chat_appendStream, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/chat.delete
 * Tier 3. A second call changes nothing more. Required: channel, ts. Scopes: chat:write. */
struct slack_chat_delete {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *ts;
    slack_flag_t as_user;
};
#define slack_chat_delete(...) SLACK_REQUEST("chat.delete", slack_chat_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/chat.deleteScheduledMessage
 * Tier 3. A second call may act again, or fail. Required: channel, scheduled_message_id. Scopes:
 * chat:write. */
struct slack_chat_deleteScheduledMessage {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *scheduled_message_id;
    slack_flag_t as_user;
};
#define slack_chat_deleteScheduledMessage(...)                                                     \
    SLACK_REQUEST("chat.deleteScheduledMessage", slack_chat_deleteScheduledMessage, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/chat.getPermalink
 * A special rate. Changes nothing. Required: channel, message_ts. */
struct slack_chat_getPermalink {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *message_ts;
};
#define slack_chat_getPermalink(...)                                                               \
    SLACK_REQUEST("chat.getPermalink", slack_chat_getPermalink, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/chat.meMessage
 * Tier 3. A second call may act again, or fail. Required: channel, text. Scopes: chat:write. */
struct slack_chat_meMessage {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *text;
};
#define slack_chat_meMessage(...) SLACK_REQUEST("chat.meMessage", slack_chat_meMessage, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/chat.postEphemeral
 * Tier 4. A second call may act again, or fail. Required: channel, user. Scopes: chat:write. */
struct slack_chat_postEphemeral {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *user;
    slack_flag_t as_user;
    const slack_json_t *attachments;
    const slack_json_t *blocks;
    const char *icon_emoji;
    const char *icon_url;
    slack_flag_t link_names;
    const char *markdown_text;
    const slack_json_t *metadata;
    const char *parse;
    const char *text;
    const char *thread_ts;
    const char *username;
};
#define slack_chat_postEphemeral(...)                                                              \
    SLACK_REQUEST("chat.postEphemeral", slack_chat_postEphemeral, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/chat.postMessage
 * A special rate. A second call may act again, or fail. Required: channel. Scopes: chat:write. */
struct slack_chat_postMessage {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    slack_flag_t as_user;
    const slack_json_t *attachments;
    const slack_json_t *blocks;
    const char *current_draft_last_updated_ts;
    const char *icon_emoji;
    const char *icon_url;
    slack_flag_t link_names;
    const char *markdown_text;
    const slack_json_t *metadata;
    slack_flag_t mrkdwn;
    const char *parse;
    slack_flag_t reply_broadcast;
    const char *text;
    const char *thread_ts;
    slack_flag_t unfurl_links;
    slack_flag_t unfurl_media;
    const char *username;
};
#define slack_chat_postMessage(...)                                                                \
    SLACK_REQUEST("chat.postMessage", slack_chat_postMessage, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/chat.scheduleMessage
 * Tier 3. A second call may act again, or fail. Required: channel, post_at. Scopes: chat:write. */
struct slack_chat_scheduleMessage {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    int64_t post_at;
    slack_flag_t as_user;
    const slack_json_t *attachments;
    const slack_json_t *blocks;
    slack_flag_t link_names;
    const char *markdown_text;
    /* none, full */
    const char *parse;
    slack_flag_t reply_broadcast;
    const char *text;
    const char *thread_ts;
    slack_flag_t unfurl_links;
    slack_flag_t unfurl_media;
    const slack_json_t *metadata;
};
#define slack_chat_scheduleMessage(...)                                                            \
    SLACK_REQUEST("chat.scheduleMessage", slack_chat_scheduleMessage, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/chat.scheduledMessages.list
 * Tier 3. Changes nothing. A list in pages of scheduled_messages. */
struct slack_chat_scheduledMessages_list {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *cursor;
    const char *latest;
    int64_t limit;
    const char *oldest;
    const char *team_id;
};
#define slack_chat_scheduledMessages_list(...)                                                     \
    SLACK_REQUEST("chat.scheduledMessages.list", slack_chat_scheduledMessages_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/chat.startStream
 * Tier 2. A second call may act again, or fail. Required: channel. Scopes: bot chat:write. */
struct slack_chat_startStream {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const slack_json_t *chunks;
    const char *markdown_text;
    const char *thread_ts;
    const char *recipient_user_id;
    const char *recipient_team_id;
    /* timeline, plan */
    const char *task_display_mode;
    const char *icon_emoji;
    const char *icon_url;
    const char *username;
};
#define slack_chat_startStream(...)                                                                \
    SLACK_REQUEST("chat.startStream", slack_chat_startStream, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/chat.stopStream
 * Tier 2. A second call may act again, or fail. Required: channel, ts. Scopes: bot chat:write. */
struct slack_chat_stopStream {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *ts;
    const slack_json_t *chunks;
    const char *markdown_text;
    const slack_json_t *blocks;
    const slack_json_t *metadata;
};
#define slack_chat_stopStream(...)                                                                 \
    SLACK_REQUEST("chat.stopStream", slack_chat_stopStream, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/chat.unfurl
 * Tier 3. A second call may act again, or fail. Scopes: links:write. */
struct slack_chat_unfurl {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *ts;
    const slack_json_t *unfurls;
    const char *user_auth_message;
    slack_flag_t user_auth_required;
    const char *user_auth_url;
    const slack_json_t *user_auth_blocks;
    const char *unfurl_id;
    /* composer, conversations_history */
    const char *source;
    const slack_json_t *metadata;
};
#define slack_chat_unfurl(...) SLACK_REQUEST("chat.unfurl", slack_chat_unfurl, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/chat.update
 * Tier 3. A second call changes nothing more. Required: channel, ts. Scopes: chat:write. */
struct slack_chat_update {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *ts;
    slack_flag_t as_user;
    const slack_json_t *attachments;
    const slack_json_t *unfurled_attachments;
    const slack_json_t *blocks;
    const char *markdown_text;
    const slack_json_t *metadata;
    slack_flag_t link_names;
    const char *parse;
    const char *text;
    slack_flag_t reply_broadcast;
    const slack_json_t *file_ids;
};
#define slack_chat_update(...) SLACK_REQUEST("chat.update", slack_chat_update, __VA_ARGS__)

#endif
