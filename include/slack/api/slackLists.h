/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_SLACKLISTS_H
#define SLACK_API_SLACKLISTS_H

#include <slack/request.h>

/** @file api/slackLists.h  The methods slackLists.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/slackLists.access.delete
 * Tier 3. A second call changes nothing more. Required: list_id. Scopes: lists:write. */
struct slack_slackLists_access_delete {
    SLACK_REQUEST_MEMBERS;
    const char *list_id;
    const slack_json_t *channel_ids;
    const slack_json_t *user_ids;
};
#define slack_slackLists_access_delete(...)                                                        \
    SLACK_REQUEST("slackLists.access.delete", slack_slackLists_access_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/slackLists.access.set
 * Tier 3. A second call may act again, or fail. Required: list_id, access_level. Scopes:
 * lists:write. */
struct slack_slackLists_access_set {
    SLACK_REQUEST_MEMBERS;
    const char *list_id;
    const char *access_level;
    const slack_json_t *channel_ids;
    const slack_json_t *user_ids;
};
#define slack_slackLists_access_set(...)                                                           \
    SLACK_REQUEST("slackLists.access.set", slack_slackLists_access_set, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/slackLists.create
 * Tier 2. A second call may act again, or fail. Required: name. Scopes: lists:write. */
struct slack_slackLists_create {
    SLACK_REQUEST_MEMBERS;
    const char *name;
    const slack_json_t *description_blocks;
    const slack_json_t *schema;
    const char *copy_from_list_id;
    slack_flag_t include_copied_list_records;
    slack_flag_t todo_mode;
};
#define slack_slackLists_create(...)                                                               \
    SLACK_REQUEST("slackLists.create", slack_slackLists_create, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/slackLists.download.get
 * Tier 4. Changes nothing. Required: list_id, job_id. Scopes: lists:read. */
struct slack_slackLists_download_get {
    SLACK_REQUEST_MEMBERS;
    const char *list_id;
    const char *job_id;
    const char *format;
    slack_flag_t include_threads;
    slack_flag_t include_attachments;
};
#define slack_slackLists_download_get(...)                                                         \
    SLACK_REQUEST("slackLists.download.get", slack_slackLists_download_get, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/slackLists.download.start
 * Tier 2. A second call may act again, or fail. Required: list_id. Scopes: lists:read. */
struct slack_slackLists_download_start {
    SLACK_REQUEST_MEMBERS;
    const char *list_id;
    slack_flag_t include_archived;
    const char *format;
    slack_flag_t include_threads;
    slack_flag_t include_attachments;
};
#define slack_slackLists_download_start(...)                                                       \
    SLACK_REQUEST("slackLists.download.start", slack_slackLists_download_start, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/slackLists.items.create
 * Tier 3. A second call may act again, or fail. Required: list_id. Scopes: lists:write. */
struct slack_slackLists_items_create {
    SLACK_REQUEST_MEMBERS;
    const char *list_id;
    const char *duplicated_item_id;
    const char *parent_item_id;
    const slack_json_t *initial_fields;
};
#define slack_slackLists_items_create(...)                                                         \
    SLACK_REQUEST("slackLists.items.create", slack_slackLists_items_create, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/slackLists.items.delete
 * Tier 2. A second call may act again, or fail. Required: list_id, id. Scopes: lists:write. */
struct slack_slackLists_items_delete {
    SLACK_REQUEST_MEMBERS;
    const char *list_id;
    const char *id;
};
#define slack_slackLists_items_delete(...)                                                         \
    SLACK_REQUEST("slackLists.items.delete", slack_slackLists_items_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/slackLists.items.deleteMultiple
 * Tier 2. A second call may act again, or fail. Required: list_id, ids. Scopes: lists:write. */
struct slack_slackLists_items_deleteMultiple {
    SLACK_REQUEST_MEMBERS;
    const char *list_id;
    const slack_json_t *ids;
};
#define slack_slackLists_items_deleteMultiple(...)                                                 \
    SLACK_REQUEST("slackLists.items.deleteMultiple", slack_slackLists_items_deleteMultiple,        \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/slackLists.items.info
 * Tier 2. Changes nothing. Required: list_id, id. Scopes: lists:read. */
struct slack_slackLists_items_info {
    SLACK_REQUEST_MEMBERS;
    const char *list_id;
    const char *id;
    slack_flag_t include_is_subscribed;
};
#define slack_slackLists_items_info(...)                                                           \
    SLACK_REQUEST("slackLists.items.info", slack_slackLists_items_info, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/slackLists.items.list
 * Tier 2. Changes nothing. Required: list_id. Scopes: lists:read. A list in pages of items. */
struct slack_slackLists_items_list {
    SLACK_REQUEST_MEMBERS;
    const char *list_id;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
    slack_flag_t archived;
};
#define slack_slackLists_items_list(...)                                                           \
    SLACK_REQUEST("slackLists.items.list", slack_slackLists_items_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/slackLists.items.update
 * Tier 3. A second call may act again, or fail. Required: list_id, cells. Scopes: lists:write. */
struct slack_slackLists_items_update {
    SLACK_REQUEST_MEMBERS;
    const char *list_id;
    const slack_json_t *cells;
};
#define slack_slackLists_items_update(...)                                                         \
    SLACK_REQUEST("slackLists.items.update", slack_slackLists_items_update, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/slackLists.update
 * Tier 2. A second call changes nothing more. Required: id. Scopes: lists:write. */
struct slack_slackLists_update {
    SLACK_REQUEST_MEMBERS;
    const char *id;
    const char *name;
    const slack_json_t *description_blocks;
    slack_flag_t todo_mode;
};
#define slack_slackLists_update(...)                                                               \
    SLACK_REQUEST("slackLists.update", slack_slackLists_update, __VA_ARGS__)

#endif
