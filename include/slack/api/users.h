/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_USERS_H
#define SLACK_API_USERS_H

#include <slack/request.h>

/** @file api/users.h  The methods users.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/users.conversations
 * Tier 3. Changes nothing. Scopes: channels:read groups:read im:read mpim:read. A list in pages
 * of channels. */
struct slack_users_conversations {
    SLACK_REQUEST_MEMBERS;
    const char *cursor;
    slack_flag_t exclude_archived;
    slack_flag_t exclude_muted;
    /* 1 to 999 */
    int64_t limit;
    const char *team_id;
    const char *types;
    const char *user;
};
#define slack_users_conversations(...)                                                             \
    SLACK_REQUEST("users.conversations", slack_users_conversations, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/users.deletePhoto
 * Tier 2. A second call changes nothing more. Scopes: user users.profile:write. */
struct slack_users_deletePhoto {
    SLACK_REQUEST_MEMBERS;
};
#define slack_users_deletePhoto(...)                                                               \
    SLACK_REQUEST("users.deletePhoto", slack_users_deletePhoto, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/users.discoverableContacts.lookup
 * Tier 2. Changes nothing. Required: email. Scopes: bot conversations.connect:manage team:read. */
struct slack_users_discoverableContacts_lookup {
    SLACK_REQUEST_MEMBERS;
    /* at most 100 characters */
    const char *email;
};
#define slack_users_discoverableContacts_lookup(...)                                               \
    SLACK_REQUEST("users.discoverableContacts.lookup", slack_users_discoverableContacts_lookup,    \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/users.getPresence
 * Tier 3. Changes nothing. Scopes: users:read. */
struct slack_users_getPresence {
    SLACK_REQUEST_MEMBERS;
    const char *user;
};
#define slack_users_getPresence(...)                                                               \
    SLACK_REQUEST("users.getPresence", slack_users_getPresence, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/users.identity
 * Tier 3. Changes nothing. Scopes: user identity:read. */
struct slack_users_identity {
    SLACK_REQUEST_MEMBERS;
};
#define slack_users_identity(...) SLACK_REQUEST("users.identity", slack_users_identity, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/users.info
 * Tier 4. Changes nothing. Required: user. Scopes: users:read. */
struct slack_users_info {
    SLACK_REQUEST_MEMBERS;
    const char *user;
    slack_flag_t include_locale;
};
#define slack_users_info(...) SLACK_REQUEST("users.info", slack_users_info, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/users.list
 * Tier 2. Changes nothing. Scopes: users:read. A list in pages of members. */
struct slack_users_list {
    SLACK_REQUEST_MEMBERS;
    const char *cursor;
    slack_flag_t include_locale;
    /* 1 to 999 */
    int64_t limit;
    const char *team_id;
};
#define slack_users_list(...) SLACK_REQUEST("users.list", slack_users_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/users.lookupByEmail
 * Tier 3. Changes nothing. Required: email. Scopes: users:read.email. */
struct slack_users_lookupByEmail {
    SLACK_REQUEST_MEMBERS;
    const char *email;
};
#define slack_users_lookupByEmail(...)                                                             \
    SLACK_REQUEST("users.lookupByEmail", slack_users_lookupByEmail, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/users.profile.get
 * Tier 4. Changes nothing. Scopes: users.profile:read. */
struct slack_users_profile_get {
    SLACK_REQUEST_MEMBERS;
    slack_flag_t include_labels;
    const char *user;
};
#define slack_users_profile_get(...)                                                               \
    SLACK_REQUEST("users.profile.get", slack_users_profile_get, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/users.profile.set
 * Tier 3. A second call changes nothing more. Scopes: user users.profile:write. */
struct slack_users_profile_set {
    SLACK_REQUEST_MEMBERS;
    const char *name;
    const slack_json_t *profile;
    const char *user;
    const char *value;
};
#define slack_users_profile_set(...)                                                               \
    SLACK_REQUEST("users.profile.set", slack_users_profile_set, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/users.setActive
 * Tier 2. A second call changes nothing more. Scopes: users:write. */
struct slack_users_setActive {
    SLACK_REQUEST_MEMBERS;
};
#define slack_users_setActive(...)                                                                 \
    SLACK_REQUEST("users.setActive", slack_users_setActive, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/users.setPhoto
 * Tier 2. A second call changes nothing more. Scopes: user users.profile:write. Without image,
 * which no form can carry. */
struct slack_users_setPhoto {
    SLACK_REQUEST_MEMBERS;
    int64_t crop_w;
    int64_t crop_x;
    int64_t crop_y;
};
#define slack_users_setPhoto(...) SLACK_REQUEST("users.setPhoto", slack_users_setPhoto, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/users.setPresence
 * Tier 2. A second call changes nothing more. Required: presence. Scopes: users:write. */
struct slack_users_setPresence {
    SLACK_REQUEST_MEMBERS;
    /* auto, away */
    const char *presence;
};
#define slack_users_setPresence(...)                                                               \
    SLACK_REQUEST("users.setPresence", slack_users_setPresence, __VA_ARGS__)

#endif
