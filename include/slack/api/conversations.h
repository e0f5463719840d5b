/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_CONVERSATIONS_H
#define SLACK_API_CONVERSATIONS_H

#include <slack/request.h>

/** @file api/conversations.h  The methods conversations.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/conversations.acceptSharedInvite
 * Tier 2. A second call may act again, or fail. Required: channel_name. Scopes: bot
 * conversations.connect:write. */
struct slack_conversations_acceptSharedInvite {
    SLACK_REQUEST_MEMBERS;
    const char *channel_name;
    slack_flag_t is_private;
    slack_flag_t free_trial_accepted;
    const char *invite_id;
    const char *channel_id;
    const char *team_id;
};
#define slack_conversations_acceptSharedInvite(...)                                                \
    SLACK_REQUEST("conversations.acceptSharedInvite", slack_conversations_acceptSharedInvite,      \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.approveSharedInvite
 * Tier 3. A second call changes nothing more. Required: invite_id. Scopes: bot
 * conversations.connect:manage. */
struct slack_conversations_approveSharedInvite {
    SLACK_REQUEST_MEMBERS;
    const char *invite_id;
    const char *target_team;
};
#define slack_conversations_approveSharedInvite(...)                                               \
    SLACK_REQUEST("conversations.approveSharedInvite", slack_conversations_approveSharedInvite,    \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.archive
 * Tier 2. A second call changes nothing more. Required: channel. Scopes: bot channels:manage
 * channels:write groups:write im:write mpim:write; user channels:write groups:write im:write
 * mpim:write. */
struct slack_conversations_archive {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
};
#define slack_conversations_archive(...)                                                           \
    SLACK_REQUEST("conversations.archive", slack_conversations_archive, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.canvases.create
 * Tier 2. A second call may act again, or fail. Required: channel_id. Scopes: canvases:write. */
struct slack_conversations_canvases_create {
    SLACK_REQUEST_MEMBERS;
    const char *channel_id;
    const slack_json_t *document_content;
    const char *title;
};
#define slack_conversations_canvases_create(...)                                                   \
    SLACK_REQUEST("conversations.canvases.create", slack_conversations_canvases_create, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.close
 * Tier 2. A second call changes nothing more. Required: channel. Scopes: bot channels:manage
 * channels:write groups:write im:write mpim:write; user channels:write groups:write im:write
 * mpim:write. */
struct slack_conversations_close {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
};
#define slack_conversations_close(...)                                                             \
    SLACK_REQUEST("conversations.close", slack_conversations_close, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.create
 * Tier 2. A second call may act again, or fail. Required: name. Scopes: bot channels:manage
 * channels:write groups:write im:write mpim:write; user channels:write groups:write im:write
 * mpim:write. */
struct slack_conversations_create {
    SLACK_REQUEST_MEMBERS;
    const char *name;
    slack_flag_t is_private;
    const char *team_id;
};
#define slack_conversations_create(...)                                                            \
    SLACK_REQUEST("conversations.create", slack_conversations_create, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.declineSharedInvite
 * Tier 3. A second call may act again, or fail. Required: invite_id. Scopes: bot
 * conversations.connect:manage. */
struct slack_conversations_declineSharedInvite {
    SLACK_REQUEST_MEMBERS;
    const char *invite_id;
    const char *target_team;
};
#define slack_conversations_declineSharedInvite(...)                                               \
    SLACK_REQUEST("conversations.declineSharedInvite", slack_conversations_declineSharedInvite,    \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.externalInvitePermissions.set
 * Tier 2. A second call changes nothing more. Required: channel, target_team, action. Scopes:
 * bot conversations.connect:manage. */
struct slack_conversations_externalInvitePermissions_set {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *target_team;
    /* upgrade, downgrade */
    const char *action;
};
#define slack_conversations_externalInvitePermissions_set(...)                                     \
    SLACK_REQUEST("conversations.externalInvitePermissions.set",                                   \
                  slack_conversations_externalInvitePermissions_set, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.history
 * Tier 3. Changes nothing. Required: channel. Scopes: channels:history groups:history im:history
 * mpim:history. A list in pages of messages. */
struct slack_conversations_history {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *cursor;
    slack_flag_t include_all_metadata;
    slack_flag_t inclusive;
    const char *latest;
    /* 1 to 999 */
    int64_t limit;
    const char *oldest;
};
#define slack_conversations_history(...)                                                           \
    SLACK_REQUEST("conversations.history", slack_conversations_history, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.info
 * Tier 3. Changes nothing. Required: channel. Scopes: channels:read groups:read im:read
 * mpim:read. */
struct slack_conversations_info {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    slack_flag_t include_locale;
    slack_flag_t include_num_members;
};
#define slack_conversations_info(...)                                                              \
    SLACK_REQUEST("conversations.info", slack_conversations_info, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.invite
 * Tier 3. A second call changes nothing more. Required: channel, users. Scopes: bot
 * channels:manage channels:write.invites groups:write groups:write.invites im:write mpim:write;
 * user channels:write channels:write.invites groups:write groups:write.invites im:write
 * mpim:write. */
struct slack_conversations_invite {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *users;
    slack_flag_t force;
};
#define slack_conversations_invite(...)                                                            \
    SLACK_REQUEST("conversations.invite", slack_conversations_invite, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.inviteShared
 * Tier 2. A second call may act again, or fail. Required: channel. Scopes: bot
 * conversations.connect:write. */
struct slack_conversations_inviteShared {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const slack_json_t *emails;
    const slack_json_t *user_ids;
    slack_flag_t external_limited;
};
#define slack_conversations_inviteShared(...)                                                      \
    SLACK_REQUEST("conversations.inviteShared", slack_conversations_inviteShared, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.join
 * Tier 3. A second call changes nothing more. Required: channel. Scopes: bot channels:join; user
 * channels:write. */
struct slack_conversations_join {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
};
#define slack_conversations_join(...)                                                              \
    SLACK_REQUEST("conversations.join", slack_conversations_join, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.kick
 * Tier 3. A second call may act again, or fail. Required: channel. Scopes: bot channels:manage
 * groups:write; user channels:write groups:write. */
struct slack_conversations_kick {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *user;
};
#define slack_conversations_kick(...)                                                              \
    SLACK_REQUEST("conversations.kick", slack_conversations_kick, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.leave
 * Tier 3. A second call changes nothing more. Required: channel. Scopes: bot channels:manage
 * channels:write groups:write im:write mpim:write; user channels:write groups:write im:write
 * mpim:write. */
struct slack_conversations_leave {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
};
#define slack_conversations_leave(...)                                                             \
    SLACK_REQUEST("conversations.leave", slack_conversations_leave, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.list
 * Tier 2. Changes nothing. Scopes: channels:read groups:read im:read mpim:read. A list in pages
 * of channels. */
struct slack_conversations_list {
    SLACK_REQUEST_MEMBERS;
    const char *cursor;
    slack_flag_t exclude_archived;
    /* 1 to 999 */
    int64_t limit;
    const char *team_id;
    const char *types;
};
#define slack_conversations_list(...)                                                              \
    SLACK_REQUEST("conversations.list", slack_conversations_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.listConnectInvites
 * Tier 1. Changes nothing. Scopes: bot conversations.connect:manage. A list in pages of invites. */
struct slack_conversations_listConnectInvites {
    SLACK_REQUEST_MEMBERS;
    const char *team_id;
    /* 1 to 500 */
    int64_t count;
    const char *cursor;
};
#define slack_conversations_listConnectInvites(...)                                                \
    SLACK_REQUEST("conversations.listConnectInvites", slack_conversations_listConnectInvites,      \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.mark
 * Tier 3. A second call changes nothing more. Required: channel, ts. Scopes: bot channels:manage
 * channels:write groups:write im:write mpim:write; user channels:write groups:write im:write
 * mpim:write. */
struct slack_conversations_mark {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *ts;
};
#define slack_conversations_mark(...)                                                              \
    SLACK_REQUEST("conversations.mark", slack_conversations_mark, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.members
 * Tier 4. Changes nothing. Required: channel. Scopes: channels:read groups:read im:read
 * mpim:read. A list in pages of members. */
struct slack_conversations_members {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *cursor;
    /* 1 to 999 */
    int64_t limit;
};
#define slack_conversations_members(...)                                                           \
    SLACK_REQUEST("conversations.members", slack_conversations_members, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.open
 * Tier 3. A second call changes nothing more. Scopes: bot channels:manage groups:write im:write
 * mpim:write; user channels:write groups:write im:write mpim:write. */
struct slack_conversations_open {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    slack_flag_t return_im;
    const char *users;
    slack_flag_t prevent_creation;
};
#define slack_conversations_open(...)                                                              \
    SLACK_REQUEST("conversations.open", slack_conversations_open, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.rename
 * Tier 2. A second call may act again, or fail. Required: channel, name. Scopes: bot
 * channels:manage channels:write groups:write im:write mpim:write; user channels:write
 * groups:write im:write mpim:write. */
struct slack_conversations_rename {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *name;
};
#define slack_conversations_rename(...)                                                            \
    SLACK_REQUEST("conversations.rename", slack_conversations_rename, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.replies
 * Tier 3. Changes nothing. Required: channel, ts. Scopes: channels:history groups:history
 * im:history mpim:history. A list in pages of messages. */
struct slack_conversations_replies {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *ts;
    const char *cursor;
    slack_flag_t include_all_metadata;
    slack_flag_t inclusive;
    const char *latest;
    /* 1 to 1000 */
    int64_t limit;
    const char *oldest;
};
#define slack_conversations_replies(...)                                                           \
    SLACK_REQUEST("conversations.replies", slack_conversations_replies, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.requestSharedInvite.approve
 * Tier 2. A second call changes nothing more. Required: invite_id. Scopes: bot
 * conversations.connect:manage. */
struct slack_conversations_requestSharedInvite_approve {
    SLACK_REQUEST_MEMBERS;
    const char *invite_id;
    slack_flag_t is_external_limited;
    const char *channel_id;
    const slack_json_t *message;
};
#define slack_conversations_requestSharedInvite_approve(...)                                       \
    SLACK_REQUEST("conversations.requestSharedInvite.approve",                                     \
                  slack_conversations_requestSharedInvite_approve, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.requestSharedInvite.deny
 * Tier 2. A second call changes nothing more. Required: invite_id. Scopes: bot
 * conversations.connect:manage. */
struct slack_conversations_requestSharedInvite_deny {
    SLACK_REQUEST_MEMBERS;
    const char *invite_id;
    const char *message;
};
#define slack_conversations_requestSharedInvite_deny(...)                                          \
    SLACK_REQUEST("conversations.requestSharedInvite.deny",                                        \
                  slack_conversations_requestSharedInvite_deny, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.requestSharedInvite.list
 * Tier 2. Changes nothing. Scopes: bot conversations.connect:manage. A list in pages of
 * invite_requests. */
struct slack_conversations_requestSharedInvite_list {
    SLACK_REQUEST_MEMBERS;
    const char *user_id;
    slack_flag_t include_expired;
    slack_flag_t include_approved;
    slack_flag_t include_denied;
    const slack_json_t *invite_ids;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
};
#define slack_conversations_requestSharedInvite_list(...)                                          \
    SLACK_REQUEST("conversations.requestSharedInvite.list",                                        \
                  slack_conversations_requestSharedInvite_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.setPurpose
 * Tier 2. A second call may act again, or fail. Required: channel, purpose ("" is sent). Scopes:
 * bot channels:manage channels:write.topic groups:write groups:write.topic im:write
 * im:write.topic mpim:write mpim:write.topic; user channels:write channels:write.topic
 * groups:write groups:write.topic im:write im:write.topic mpim:write mpim:write.topic. */
struct slack_conversations_setPurpose {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *purpose;
};
#define slack_conversations_setPurpose(...)                                                        \
    SLACK_REQUEST("conversations.setPurpose", slack_conversations_setPurpose, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.setTopic
 * Tier 2. A second call may act again, or fail. Required: channel, topic ("" is sent). Scopes:
 * bot channels:manage channels:write.topic groups:write groups:write.topic im:write
 * im:write.topic mpim:write mpim:write.topic; user channels:write channels:write.topic
 * groups:write groups:write.topic im:write im:write.topic mpim:write mpim:write.topic. */
struct slack_conversations_setTopic {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *topic;
};
#define slack_conversations_setTopic(...)                                                          \
    SLACK_REQUEST("conversations.setTopic", slack_conversations_setTopic, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/conversations.unarchive
 * Tier 2. A second call changes nothing more. Required: channel. Scopes: bot channels:manage
 * channels:write groups:write im:write mpim:write; user channels:write groups:write im:write
 * mpim:write. */
struct slack_conversations_unarchive {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
};
#define slack_conversations_unarchive(...)                                                         \
    SLACK_REQUEST("conversations.unarchive", slack_conversations_unarchive, __VA_ARGS__)

#endif
