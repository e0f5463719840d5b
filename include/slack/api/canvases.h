/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_CANVASES_H
#define SLACK_API_CANVASES_H

#include <slack/request.h>

/** @file api/canvases.h  The methods canvases.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/canvases.access.delete
 * Tier 3. A second call changes nothing more. Required: canvas_id. Scopes: canvases:write. */
struct slack_canvases_access_delete {
    SLACK_REQUEST_MEMBERS;
    const char *canvas_id;
    const slack_json_t *channel_ids;
    const slack_json_t *user_ids;
};
#define slack_canvases_access_delete(...)                                                          \
    SLACK_REQUEST("canvases.access.delete", slack_canvases_access_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/canvases.access.set
 * Tier 3. A second call may act again, or fail. Required: canvas_id, access_level. Scopes:
 * canvases:write. */
struct slack_canvases_access_set {
    SLACK_REQUEST_MEMBERS;
    const char *canvas_id;
    /* read, write, owner */
    const char *access_level;
    const slack_json_t *channel_ids;
    const slack_json_t *user_ids;
};
#define slack_canvases_access_set(...)                                                             \
    SLACK_REQUEST("canvases.access.set", slack_canvases_access_set, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/canvases.create
 * Tier 2. A second call may act again, or fail. Scopes: canvases:write. */
struct slack_canvases_create {
    SLACK_REQUEST_MEMBERS;
    const char *title;
    const slack_json_t *document_content;
    const char *channel_id;
};
#define slack_canvases_create(...)                                                                 \
    SLACK_REQUEST("canvases.create", slack_canvases_create, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/canvases.delete
 * Tier 3. A second call may act again, or fail. Required: canvas_id. Scopes: canvases:write. */
struct slack_canvases_delete {
    SLACK_REQUEST_MEMBERS;
    const char *canvas_id;
};
#define slack_canvases_delete(...)                                                                 \
    SLACK_REQUEST("canvases.delete", slack_canvases_delete, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/canvases.edit
 * Tier 3. A second call may act again, or fail. Required: canvas_id, changes. Scopes:
 * canvases:write. */
struct slack_canvases_edit {
    SLACK_REQUEST_MEMBERS;
    const char *canvas_id;
    const slack_json_t *changes;
};
#define slack_canvases_edit(...) SLACK_REQUEST("canvases.edit", slack_canvases_edit, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/canvases.sections.lookup
 * Tier 3. Changes nothing. Required: canvas_id, criteria. Scopes: canvases:read. */
struct slack_canvases_sections_lookup {
    SLACK_REQUEST_MEMBERS;
    const char *canvas_id;
    const slack_json_t *criteria;
};
#define slack_canvases_sections_lookup(...)                                                        \
    SLACK_REQUEST("canvases.sections.lookup", slack_canvases_sections_lookup, __VA_ARGS__)

#endif
