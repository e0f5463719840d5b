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
 * @file function.h  Workflow steps that the app provides.
 *
 * slack_on_function() registers the handler of a step. The app has acknowledged the delivery before
 * the handler runs. The workflow waits until the step ends with slack_complete() or slack_fail(),
 * in this delivery or in a later one. A click in a message of the step, or a submission of its
 * modal, belongs to the step too. The handlers of both can call every function here. Calls of such
 * a delivery use the workflow's own token. https://docs.slack.dev/workflows/workflow-steps
 *
 * The functions may also be called on a worker that runs this delivery's handler.
 */

/** Read the step's inputs.
 * @return an object, borrowed; NULL if the delivery does not belong to a step. */
SLACK_API const slack_json_t *slack_ctx_inputs(const slack_ctx_t *ctx);

/** Read the id of the step's execution: "Fx…". With it a program can end the step after the ctx is
 * gone.
 * @return the id, borrowed; "" if the delivery does not belong to a step. */
SLACK_API const char *slack_ctx_function_execution_id(const slack_ctx_t *ctx);

/**
 * End the step successfully. Calls functions.completeSuccess.
 *
 * @param outputs an object with a value for each output of the step; slack_jsonf(ctx, "{}") if
 *        there are none.
 * @return as slack_say(); SLACK_EINVAL if the delivery does not belong to a step; SLACK_EALREADY if
 *         this delivery has ended the step before.
 */
SLACK_API int slack_complete(slack_ctx_t *ctx, const slack_json_t *outputs);

/**
 * End the step with a failure. Calls functions.completeError.
 *
 * @param format the message for the people who run the workflow, with printf conversions.
 * @return as slack_complete().
 */
SLACK_API int slack_fail(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
