/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_FUNCTIONS_H
#define SLACK_API_FUNCTIONS_H

#include <slack/request.h>

/** @file api/functions.h  The methods functions.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/functions.completeError
 * Tier 3. A second call may act again, or fail. Required: function_execution_id, error ("" is
 * sent). */
struct slack_functions_completeError {
    SLACK_REQUEST_MEMBERS;
    const char *function_execution_id;
    const char *error;
};
#define slack_functions_completeError(...)                                                         \
    SLACK_REQUEST("functions.completeError", slack_functions_completeError, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/functions.completeSuccess
 * Tier 3. A second call may act again, or fail. Required: function_execution_id, outputs. */
struct slack_functions_completeSuccess {
    SLACK_REQUEST_MEMBERS;
    const char *function_execution_id;
    const slack_json_t *outputs;
};
#define slack_functions_completeSuccess(...)                                                       \
    SLACK_REQUEST("functions.completeSuccess", slack_functions_completeSuccess, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/functions.distributions.permissions.add
 * Tier 3. A second call may act again, or fail. */
struct slack_functions_distributions_permissions_add {
    SLACK_REQUEST_MEMBERS;
    const char *function_id;
    const char *function_callback_id;
    const char *function_app_id;
    const slack_json_t *user_ids;
};
#define slack_functions_distributions_permissions_add(...)                                         \
    SLACK_REQUEST("functions.distributions.permissions.add",                                       \
                  slack_functions_distributions_permissions_add, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/functions.distributions.permissions.list
 * Tier 3. Changes nothing. */
struct slack_functions_distributions_permissions_list {
    SLACK_REQUEST_MEMBERS;
    const char *function_id;
    const char *function_callback_id;
    const char *function_app_id;
};
#define slack_functions_distributions_permissions_list(...)                                        \
    SLACK_REQUEST("functions.distributions.permissions.list",                                      \
                  slack_functions_distributions_permissions_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/functions.distributions.permissions.remove
 * Tier 3. A second call may act again, or fail. */
struct slack_functions_distributions_permissions_remove {
    SLACK_REQUEST_MEMBERS;
    const char *function_id;
    const char *function_callback_id;
    const char *function_app_id;
    const slack_json_t *user_ids;
};
#define slack_functions_distributions_permissions_remove(...)                                      \
    SLACK_REQUEST("functions.distributions.permissions.remove",                                    \
                  slack_functions_distributions_permissions_remove, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/functions.distributions.permissions.set
 * Tier 3. A second call changes nothing more. */
struct slack_functions_distributions_permissions_set {
    SLACK_REQUEST_MEMBERS;
    const char *function_id;
    const char *function_callback_id;
    const char *function_app_id;
    /* everyone, app_collaborators, named_entities, system */
    const char *permission_type;
    const slack_json_t *user_ids;
    const slack_json_t *team_ids;
    const slack_json_t *org_ids;
};
#define slack_functions_distributions_permissions_set(...)                                         \
    SLACK_REQUEST("functions.distributions.permissions.set",                                       \
                  slack_functions_distributions_permissions_set, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/functions.workflows.steps.list
 * Tier 3. Changes nothing. Required: function_id. */
struct slack_functions_workflows_steps_list {
    SLACK_REQUEST_MEMBERS;
    const char *function_id;
    const char *workflow_id;
    const char *workflow;
    const char *workflow_app_id;
};
#define slack_functions_workflows_steps_list(...)                                                  \
    SLACK_REQUEST("functions.workflows.steps.list", slack_functions_workflows_steps_list,          \
                  __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/functions.workflows.steps.responses.export
 * Tier 3. A second call may act again, or fail. Required: step_id. */
struct slack_functions_workflows_steps_responses_export {
    SLACK_REQUEST_MEMBERS;
    const char *step_id;
    const char *workflow_id;
    const char *workflow;
    const char *workflow_app_id;
};
#define slack_functions_workflows_steps_responses_export(...)                                      \
    SLACK_REQUEST("functions.workflows.steps.responses.export",                                    \
                  slack_functions_workflows_steps_responses_export, __VA_ARGS__)

#endif
