/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_ENTITY_H
#define SLACK_API_ENTITY_H

#include <slack/request.h>

/** @file api/entity.h  The methods entity.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/entity.acknowledgeCommentAction
 * Tier 3. A second call may act again, or fail. Required: trigger_id. */
struct slack_entity_acknowledgeCommentAction {
    SLACK_REQUEST_MEMBERS;
    const char *trigger_id;
    const slack_json_t *comment;
    const char *error;
};
#define slack_entity_acknowledgeCommentAction(...)                                                 \
    SLACK_REQUEST("entity.acknowledgeCommentAction", slack_entity_acknowledgeCommentAction,        \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/entity.presentComments
 * Tier 3. A second call may act again, or fail. Required: comments, trigger_id. */
struct slack_entity_presentComments {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *comments;
    const char *trigger_id;
    const char *cursor;
    slack_flag_t can_post_comment;
    const char *delete_action_id;
    slack_flag_t user_auth_required;
    const char *user_auth_url;
    const slack_json_t *error;
};
#define slack_entity_presentComments(...)                                                          \
    SLACK_REQUEST("entity.presentComments", slack_entity_presentComments, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/entity.presentDetails
 * Tier 3. A second call may act again, or fail. Required: trigger_id. */
struct slack_entity_presentDetails {
    SLACK_REQUEST_MEMBERS;
    const char *trigger_id;
    const slack_json_t *metadata;
    slack_flag_t user_auth_required;
    const char *user_auth_url;
    const slack_json_t *error;
};
#define slack_entity_presentDetails(...)                                                           \
    SLACK_REQUEST("entity.presentDetails", slack_entity_presentDetails, __VA_ARGS__)

#endif
