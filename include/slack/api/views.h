/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_VIEWS_H
#define SLACK_API_VIEWS_H

#include <slack/request.h>

/** @file api/views.h  The methods views.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/views.open
 * Tier 4. A second call may act again, or fail. Required: view. */
struct slack_views_open {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *view;
    const char *trigger_id;
    const char *interactivity_pointer;
};
#define slack_views_open(...) SLACK_REQUEST("views.open", slack_views_open, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/views.publish
 * Tier 4. A second call changes nothing more. Required: user_id, view. */
struct slack_views_publish {
    SLACK_REQUEST_MEMBERS;
    const char *user_id;
    const slack_json_t *view;
    const char *hash;
    const char *interactivity_pointer;
};
#define slack_views_publish(...) SLACK_REQUEST("views.publish", slack_views_publish, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/views.push
 * Tier 4. A second call may act again, or fail. Required: view. */
struct slack_views_push {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *view;
    const char *trigger_id;
    const char *interactivity_pointer;
};
#define slack_views_push(...) SLACK_REQUEST("views.push", slack_views_push, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/views.update
 * Tier 4. A second call changes nothing more. Required: view. */
struct slack_views_update {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *view;
    const char *view_id;
    const char *external_id;
    const char *hash;
};
#define slack_views_update(...) SLACK_REQUEST("views.update", slack_views_update, __VA_ARGS__)

#endif
