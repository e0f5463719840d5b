/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"

/* Recognises the use of a ctx after its delivery has ended. */

int slack__ctx_judge(const slack_ctx_t *ctx, const char *function)
{
    if (ctx == NULL) return SLACK_EINVAL;
    if (!slack__lifetime_is_open(ctx, function)) return SLACK_EALREADY;
    if (slack__on_worker(ctx) || ctx->phase != SLACK_CTX_OVER) return 0;
    slack__lifetime_report(&ctx->services->lifetimes, function,
                           ctx->hit ? ctx->hit->rule->listener.name : "");
    return SLACK_EALREADY;
}
