/* SPDX-License-Identifier: MIT */
#include <stdarg.h>

#include "context/ctx.h"
#include "protocol/payload.h"

const slack_json_t *slack_ctx_inputs(const slack_ctx_t *ctx)
{
    const slack_json_t *body = ctx->delivery->body;
    if (*slack__payload_function_execution_id(body) == '\0') return NULL;
    const slack_json_t *inputs = slack_json_get(body, "/event/inputs");
    return inputs ? inputs : slack_json_get(body, "/function_data/inputs");
}

const char *slack_ctx_function_execution_id(const slack_ctx_t *ctx)
{
    return slack__payload_function_execution_id(ctx->delivery->body);
}

/* Why the step cannot be ended by this delivery; 0 when it can. */
static int check(const slack_ctx_t *ctx)
{
    if (*slack_ctx_function_execution_id(ctx) == '\0') return SLACK_EINVAL;
    return ctx->function_ended ? SLACK_EALREADY : 0;
}

static int end_step(slack_ctx_t *ctx, const char *method, const slack_json_t *args)
{
    int rc = slack__ctx_call(ctx, method, args);
    if (rc == 0) ctx->function_ended = true;
    return rc;
}

int slack_complete(slack_ctx_t *ctx, const slack_json_t *outputs)
{
    int rc = check(ctx);
    if (rc != 0) return rc;
    if (outputs == NULL) return slack__ctx_no_json(ctx);
    const slack_json_t *args = NULL;
    rc =
        slack__jsonf(slack__ctx_arena(ctx), &args, NULL, "{function_execution_id: %s, outputs: %p}",
                     slack_ctx_function_execution_id(ctx), (const void *)outputs);
    return rc ? rc : end_step(ctx, "functions.completeSuccess", args);
}

int slack_fail(slack_ctx_t *ctx, const char *format, ...)
{
    int rc = check(ctx);
    if (rc != 0) return rc;
    va_list ap;
    va_start(ap, format);
    const char *text = slack__arena_vprintf(slack__ctx_arena(ctx), format, ap);
    va_end(ap);
    if (text == NULL) return SLACK_ENOMEM;
    const slack_json_t *args = NULL;
    rc = slack__jsonf(slack__ctx_arena(ctx), &args, NULL, "{function_execution_id: %s, error: %s}",
                      slack_ctx_function_execution_id(ctx), text);
    return rc ? rc : end_step(ctx, "functions.completeError", args);
}
