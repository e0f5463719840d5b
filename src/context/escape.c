/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"
#include "protocol/mrkdwn.h"

const char *slack_escape(slack_ctx_t *ctx, const char *text)
{
    SLACK_CTX_ACT_OR(ctx, NULL);
    return slack__mrkdwn_escape(slack__ctx_arena(ctx), text);
}

const char *slack_pool_escape(slack_json_pool_t *pool, const char *text)
{
    return pool ? slack__mrkdwn_escape((slack_arena_t *)pool, text) : NULL;
}
