/* SPDX-License-Identifier: MIT */
#include "core/ctx.h"

#include "core/lookup.h"

enum slack_kind slack_ctx_kind(const slack_ctx_t *ctx)
{
    return ctx->d->kind;
}

const slack_json_t *slack_ctx_body(const slack_ctx_t *ctx)
{
    return ctx->d->body;
}

const slack_json_t *slack_ctx_event(const slack_ctx_t *ctx)
{
    return ctx->d->kind == SLACK_KIND_EVENT ? slack_json_get(ctx->d->body, "/event") : NULL;
}

const slack_json_t *slack_ctx_action(const slack_ctx_t *ctx)
{
    return ctx->action;
}

const char *slack_ctx_team(const slack_ctx_t *ctx)
{
    return slack__lookup_team(ctx->d->body);
}

const char *slack_ctx_enterprise(const slack_ctx_t *ctx)
{
    return slack__lookup_enterprise(ctx->d->body);
}

const char *slack_ctx_user(const slack_ctx_t *ctx)
{
    return slack__lookup_user(ctx->d->body);
}

const char *slack_ctx_channel(const slack_ctx_t *ctx)
{
    return slack__lookup_channel(ctx->d->body);
}

const char *slack_ctx_thread_ts(const slack_ctx_t *ctx)
{
    return slack__lookup_thread_ts(ctx->d->body);
}

const char *slack_ctx_ts(const slack_ctx_t *ctx)
{
    return slack__lookup_ts(ctx->d->body);
}

const char *slack_ctx_trigger_id(const slack_ctx_t *ctx)
{
    return slack__lookup_trigger_id(ctx->d->body);
}

const char *slack_ctx_bot_user(const slack_ctx_t *ctx)
{
    return ctx->app->bot_user;
}

const char *slack_ctx_bot_id(const slack_ctx_t *ctx)
{
    return ctx->app->bot_id;
}

int slack_ctx_retry_num(const slack_ctx_t *ctx)
{
    return ctx->d->retry_num;
}

const char *slack_ctx_retry_reason(const slack_ctx_t *ctx)
{
    return ctx->d->retry_reason;
}

const char *slack_ctx_transport(const slack_ctx_t *ctx)
{
    return ctx->d->transport->ops->name;
}

unsigned slack_ctx_ack_left_ms(const slack_ctx_t *ctx)
{
    uint64_t now = slack__mono_us(ctx->app->clock);
    if (ctx->acked || ctx->d->deadline_us <= now) return 0;
    return (unsigned)((ctx->d->deadline_us - now) / 1000);
}

slack_app_t *slack_ctx_app(const slack_ctx_t *ctx)
{
    return ctx->app;
}
