/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_FILES_H
#define SLACK_API_FILES_H

#include <slack/request.h>

/** @file api/files.h  The methods files.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/files.comments.delete
 * Tier 2. A second call may act again, or fail. Required: file, id. Scopes: files:write. */
struct slack_files_comments_delete {
    SLACK_REQUEST_MEMBERS;
    const char *file;
    const char *id;
};
#define slack_files_comments_delete(...)                                                           \
    SLACK_REQUEST("files.comments.delete", slack_files_comments_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.completeUploadExternal
 * Tier 4. A second call may act again, or fail. Required: files. Scopes: files:write. */
struct slack_files_completeUploadExternal {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *files;
    const char *channel_id;
    const char *thread_ts;
    const char *channels;
    const char *initial_comment;
    const slack_json_t *blocks;
    const char *username;
    const char *icon_url;
    const char *icon_emoji;
};
#define slack_files_completeUploadExternal(...)                                                    \
    SLACK_REQUEST("files.completeUploadExternal", slack_files_completeUploadExternal, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.delete
 * Tier 3. A second call changes nothing more. Required: file. Scopes: files:write. */
struct slack_files_delete {
    SLACK_REQUEST_MEMBERS;
    const char *file;
};
#define slack_files_delete(...) SLACK_REQUEST("files.delete", slack_files_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.getUploadURLExternal
 * Tier 4. A second call changes nothing more. Required: length, filename. Scopes: files:write. */
struct slack_files_getUploadURLExternal {
    SLACK_REQUEST_MEMBERS;
    /* at least 1 */
    int64_t length;
    const char *filename;
    const char *snippet_type;
    const char *alt_txt;
};
#define slack_files_getUploadURLExternal(...)                                                      \
    SLACK_REQUEST("files.getUploadURLExternal", slack_files_getUploadURLExternal, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.info
 * Tier 4. Changes nothing. Required: file. Scopes: files:read. A list in pages of comments. */
struct slack_files_info {
    SLACK_REQUEST_MEMBERS;
    const char *file;
    int64_t count;
    const char *cursor;
    int64_t limit;
    int64_t page;
};
#define slack_files_info(...) SLACK_REQUEST("files.info", slack_files_info, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.list
 * Tier 3. Changes nothing. Scopes: files:read. A list in pages of files. */
struct slack_files_list {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    int64_t count;
    int64_t page;
    slack_flag_t show_files_hidden_by_limit;
    const char *team_id;
    const char *ts_from;
    const char *ts_to;
    const char *types;
    const char *user;
};
#define slack_files_list(...) SLACK_REQUEST("files.list", slack_files_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.remote.add
 * Tier 2. A second call may act again, or fail. Required: external_id, external_url, title (""
 * is sent). Scopes: bot remote_files:write. Without indexable_file_contents and preview_image,
 * which no form can carry. */
struct slack_files_remote_add {
    SLACK_REQUEST_MEMBERS;
    const char *external_id;
    const char *external_url;
    const char *title;
    const char *filetype;
};
#define slack_files_remote_add(...)                                                                \
    SLACK_REQUEST("files.remote.add", slack_files_remote_add, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.remote.info
 * Tier 2. Changes nothing. Scopes: remote_files:read. */
struct slack_files_remote_info {
    SLACK_REQUEST_MEMBERS;
    const char *external_id;
    const char *file;
};
#define slack_files_remote_info(...)                                                               \
    SLACK_REQUEST("files.remote.info", slack_files_remote_info, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.remote.list
 * Tier 2. Changes nothing. Scopes: remote_files:read. A list in pages of files. */
struct slack_files_remote_list {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *cursor;
    int64_t limit;
    const char *ts_from;
    const char *ts_to;
};
#define slack_files_remote_list(...)                                                               \
    SLACK_REQUEST("files.remote.list", slack_files_remote_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.remote.remove
 * Tier 2. A second call may act again, or fail. Scopes: bot remote_files:write. */
struct slack_files_remote_remove {
    SLACK_REQUEST_MEMBERS;
    const char *external_id;
    const char *file;
};
#define slack_files_remote_remove(...)                                                             \
    SLACK_REQUEST("files.remote.remove", slack_files_remote_remove, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.remote.share
 * Tier 2. A second call may act again, or fail. Required: channels. Scopes: remote_files:share. */
struct slack_files_remote_share {
    SLACK_REQUEST_MEMBERS;
    const char *channels;
    const char *external_id;
    const char *file;
};
#define slack_files_remote_share(...)                                                              \
    SLACK_REQUEST("files.remote.share", slack_files_remote_share, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.remote.update
 * Tier 2. A second call changes nothing more. Scopes: bot remote_files:write. Without
 * indexable_file_contents and preview_image, which no form can carry. */
struct slack_files_remote_update {
    SLACK_REQUEST_MEMBERS;
    const char *external_id;
    const char *external_url;
    const char *file;
    const char *filetype;
    const char *title;
};
#define slack_files_remote_update(...)                                                             \
    SLACK_REQUEST("files.remote.update", slack_files_remote_update, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.revokePublicURL
 * Tier 3. A second call may act again, or fail. Required: file. Scopes: files:write. */
struct slack_files_revokePublicURL {
    SLACK_REQUEST_MEMBERS;
    const char *file;
};
#define slack_files_revokePublicURL(...)                                                           \
    SLACK_REQUEST("files.revokePublicURL", slack_files_revokePublicURL, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.sharedPublicURL
 * Tier 3. A second call may act again, or fail. Required: file. Scopes: user files:write. */
struct slack_files_sharedPublicURL {
    SLACK_REQUEST_MEMBERS;
    const char *file;
};
#define slack_files_sharedPublicURL(...)                                                           \
    SLACK_REQUEST("files.sharedPublicURL", slack_files_sharedPublicURL, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/files.upload
 * Tier 2. A second call may act again, or fail. Scopes: files:write. Deprecated by Slack.
 * Without file, which no form can carry. */
struct slack_files_upload {
    SLACK_REQUEST_MEMBERS;
    const char *channels;
    const char *content;
    const char *filename;
    const char *filetype;
    const char *initial_comment;
    const char *thread_ts;
    const char *title;
};
#define slack_files_upload(...) SLACK_REQUEST("files.upload", slack_files_upload, __VA_ARGS__)

#endif
