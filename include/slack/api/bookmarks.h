/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_BOOKMARKS_H
#define SLACK_API_BOOKMARKS_H

#include <slack/request.h>

/** @file api/bookmarks.h  The methods bookmarks.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/bookmarks.add
 * Tier 2. A second call may act again, or fail. Required: title ("" is sent), type. Scopes:
 * bookmarks:write. */
struct slack_bookmarks_add {
    SLACK_REQUEST_MEMBERS;
    /* at most 256 characters */
    const char *title;
    const char *type;
    const char *channel_id;
    /* at most 2048 characters */
    const char *link;
    const char *emoji;
    const char *entity_id;
    /* read, write */
    const char *access_level;
    const char *parent_id;
};
#define slack_bookmarks_add(...) SLACK_REQUEST("bookmarks.add", slack_bookmarks_add, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/bookmarks.edit
 * Tier 2. A second call changes nothing more. Scopes: bookmarks:write. */
struct slack_bookmarks_edit {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const char *bookmark_id;
    /* at most 256 characters */
    const char *title;
    /* at most 2048 characters */
    const char *link;
    const char *emoji;
};
#define slack_bookmarks_edit(...) SLACK_REQUEST("bookmarks.edit", slack_bookmarks_edit, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/bookmarks.list
 * Tier 3. Changes nothing. Scopes: bookmarks:read. */
struct slack_bookmarks_list {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
};
#define slack_bookmarks_list(...) SLACK_REQUEST("bookmarks.list", slack_bookmarks_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/bookmarks.remove
 * Tier 2. A second call may act again, or fail. Scopes: bookmarks:write. */
struct slack_bookmarks_remove {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const char *bookmark_id;
    const char *quip_section_id;
};
#define slack_bookmarks_remove(...)                                                                \
    SLACK_REQUEST("bookmarks.remove", slack_bookmarks_remove, __VA_ARGS__)

#endif
