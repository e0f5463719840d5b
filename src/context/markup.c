/* SPDX-License-Identifier: MIT */
#include <slack/markup.h>

#include "context/ctx.h"
#include "protocol/mrkdwn.h"

const char *slack_escape(slack_ctx_t *ctx, const char *text)
{
    SLACK_CTX_ACT_OR(ctx, NULL);
    return slack__mrkdwn_escape(slack__ctx_arena(ctx), text);
}

const char *slack_mention(slack_ctx_t *ctx, const char *id)
{
    SLACK_CTX_ACT_OR(ctx, NULL);
    return slack__mrkdwn_mention(slack__ctx_arena(ctx), id);
}

const char *slack_link(slack_ctx_t *ctx, const char *url, const char *label)
{
    SLACK_CTX_ACT_OR(ctx, NULL);
    return slack__mrkdwn_link(slack__ctx_arena(ctx), url, label);
}

const char *slack_date(slack_ctx_t *ctx, int64_t time_s, const char *format, const char *fallback)
{
    SLACK_CTX_ACT_OR(ctx, NULL);
    return slack__mrkdwn_date(slack__ctx_arena(ctx), time_s, format, fallback);
}

const char *slack_pool_escape(slack_json_pool_t *pool, const char *text)
{
    return pool ? slack__mrkdwn_escape((slack_arena_t *)pool, text) : NULL;
}

const char *slack_pool_mention(slack_json_pool_t *pool, const char *id)
{
    return pool ? slack__mrkdwn_mention((slack_arena_t *)pool, id) : NULL;
}

const char *slack_pool_link(slack_json_pool_t *pool, const char *url, const char *label)
{
    return pool ? slack__mrkdwn_link((slack_arena_t *)pool, url, label) : NULL;
}

const char *slack_pool_date(slack_json_pool_t *pool, int64_t time_s, const char *format,
                            const char *fallback)
{
    return pool ? slack__mrkdwn_date((slack_arena_t *)pool, time_s, format, fallback) : NULL;
}
