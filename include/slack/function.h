/* SPDX-License-Identifier: MIT */
#ifndef SLACK_FUNCTION_H
#define SLACK_FUNCTION_H

#include "app.h"
#include "error.h"
#include "export.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file function.h  Steps of workflows that an app provides.
 *
 * slack_on_function() registers a handler; Slack has acknowledged its delivery when it runs. The
 * workflow waits until the step is completed or failed, by this delivery or by a later one: a
 * button's action or a modal's submission that came out of the step belongs to it as well, and all
 * functions here work in both. Calls made for such a delivery carry the workflow's own token
 * (https://docs.slack.dev/workflows/workflow-steps).
 */

/** The step's input values, an object; NULL where the delivery belongs to no step. */
SLACK_API const slack_json_t *slack_ctx_inputs(const slack_ctx_t *ctx);

/** "Fx…", by which a program may complete the step when it has lost the ctx; "" outside a step. */
SLACK_API const char *slack_ctx_function_execution_id(const slack_ctx_t *ctx);

/**
 * End the step well: functions.completeSuccess.
 *
 * @param outputs an object with a value for each of the step's outputs; slack_jsonf(ctx, "{}") for
 *        none.
 * @return as slack_say(); SLACK_EINVAL where the delivery belongs to no step; SLACK_EALREADY when
 *         this delivery has ended it.
 */
SLACK_API int slack_complete(slack_ctx_t *ctx, const slack_json_t *outputs);

/** End the step badly: functions.completeError, with what the people who run the workflow are told.
 * printf's conversions. Returns as slack_complete(). */
SLACK_API int slack_fail(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
