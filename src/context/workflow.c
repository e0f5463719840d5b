/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"
#include "protocol/payload.h"

/* Steps of workflows. A step begins with a function_executed event. Interactions with the messages
 * and modals of the step belong to it too, and have its data in another member. */

const slack_json_t *slack_ctx_inputs(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, NULL);
    const slack_json_t *body = ctx->delivery->body;
    if (*slack__payload_function_execution_id(body) == '\0') return NULL;
    const slack_json_t *inputs = slack_json_get(body, "/event/inputs");
    return inputs ? inputs : slack_json_get(body, "/function_data/inputs");
}

const char *slack_ctx_function_execution_id(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return slack__payload_function_execution_id(ctx->delivery->body);
}

/* 0 if this delivery may end the step, or the reason why it may not. */
static int function_check(slack_ctx_t *ctx)
{
    if (*slack_ctx_function_execution_id(ctx) == '\0')
        return slack__ctx_fail(ctx, SLACK_EINVAL,
                               "%s belongs to no workflow step: end a step in a listener of "
                               "slack_on_function(), or of "
                               "its messages and views",
                               slack__ctx_what(ctx));
    if (!ctx->function_ended) return 0;
    return slack__ctx_fail(ctx, SLACK_EALREADY, "the workflow step has ended: end it once");
}

static int function_end(slack_ctx_t *ctx, const char *method, const slack_json_t *args)
{
    int rc = slack__ctx_call(ctx, method, args);
    if (rc == 0) ctx->function_ended = true;
    return rc;
}

int slack_complete(slack_ctx_t *ctx, const slack_json_t *outputs)
{
    SLACK_CTX_REQUIRE(ctx);
    int rc = function_check(ctx);
    if (rc != 0) return rc;
    const int wrong = slack__ctx_required(ctx, outputs);
    if (wrong != 0) return wrong;
    const slack_json_t *args = NULL;
    rc = slack__jsonf(slack__ctx_scratch(ctx), &args, NULL,
                      "{function_execution_id: %s, outputs: %p}",
                      slack_ctx_function_execution_id(ctx), (const void *)outputs);
    return rc ? rc : function_end(ctx, "functions.completeSuccess", args);
}

int slack_fail(slack_ctx_t *ctx, const char *format, ...)
{
    SLACK_CTX_REQUIRE(ctx);
    int rc = function_check(ctx);
    if (rc != 0) return rc;
    va_list ap;
    va_start(ap, format);
    const char *text = slack__ctx_text(ctx, __func__, slack__ctx_scratch(ctx), format, ap);
    va_end(ap);
    if (text == NULL) return slack__ctx_failed(ctx);
    const slack_json_t *args = NULL;
    rc =
        slack__jsonf(slack__ctx_scratch(ctx), &args, NULL, "{function_execution_id: %s, error: %s}",
                     slack_ctx_function_execution_id(ctx), text);
    return rc ? rc : function_end(ctx, "functions.completeError", args);
}
