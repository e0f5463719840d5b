/* SPDX-License-Identifier: MIT */
#include "core/ctx.h"

int slack__ack_send(slack_ctx_t *ctx, const slack_ack_t *ack)
{
    slack_delivery_t *d = ctx->d;
    int rc = d->transport->ops->ack(d->transport, d, ack);
    if (rc == SLACK_ETOOBIG || rc == SLACK_EACKBODY) return rc; /* nothing was sent */
    ctx->acked = true;
    ctx->ack_status = rc;
    ctx->acked_us = slack__mono_us(ctx->app->clock);
    return rc;
}

void slack__ack_outcome(slack_ctx_t *ctx, enum slack_ack_outcome outcome)
{
    int rc = slack__ack_send(ctx, &(slack_ack_t){.outcome = outcome});
    if (rc != 0)
        SLACK_LOG(&ctx->app->log, WARN, "ack lost", "transport=%s kind=%s reason=%s",
                  ctx->d->transport->ops->name, slack_kind_name(ctx->d->kind), slack_err_name(rc));
}

/* Whether a handler may acknowledge this delivery now. */
static int check(const slack_ctx_t *ctx)
{
    if (!slack__kind_waits_for_ack(ctx->d->kind)) return SLACK_ENOACK;
    if (ctx->acked || ctx->state != CTX_RUNNING) return SLACK_EALREADY;
    return 0;
}

static bool body_allowed(const slack_ctx_t *ctx, enum slack_ack_body type)
{
    if (type == SLACK_ACK_BODY_NONE) return true;
    if (type == SLACK_ACK_BODY_TEXT && ctx->d->kind != SLACK_KIND_COMMAND) return false;
    return ctx->d->body_allowed && slack__kind_takes_ack_body(ctx->d->kind);
}

/* `body` is in the arena, NUL-terminated. */
static int acknowledge(slack_ctx_t *ctx, enum slack_ack_body type, slack_slice_t body)
{
    if (!body_allowed(ctx, type)) return SLACK_EACKBODY;
    bool late = slack__mono_us(ctx->app->clock) > ctx->d->deadline_us;
    int rc = slack__ack_send(ctx, &(slack_ack_t){SLACK_ACK_OK, type, body});
    if (rc == SLACK_ETOOBIG || rc == SLACK_EACKBODY) return rc;
    ctx->ack_body = body.ptr;
    if (rc == 0 && late) rc = SLACK_ELATE;
    if (rc != 0)
        SLACK_LOG(&ctx->app->log, WARN, rc == SLACK_ELATE ? "ack late" : "ack lost",
                  "transport=%s kind=%s reason=%s", ctx->d->transport->ops->name,
                  slack_kind_name(ctx->d->kind), slack_err_name(rc));
    return rc;
}

int slack_ack(slack_ctx_t *ctx)
{
    int rc = check(ctx);
    return rc ? rc : acknowledge(ctx, SLACK_ACK_BODY_NONE, (slack_slice_t){"", 0});
}

int slack_ack_text(slack_ctx_t *ctx, const char *format, ...)
{
    int rc = check(ctx);
    if (rc != 0) return rc;
    va_list ap;
    va_start(ap, format);
    char *text = slack__arena_vprintf(slack__ctx_arena(ctx), format, ap);
    va_end(ap);
    if (text == NULL) return SLACK_ENOMEM;
    return acknowledge(ctx, SLACK_ACK_BODY_TEXT, slack__slice(text));
}

int slack_ack_json(slack_ctx_t *ctx, const slack_json_t *body)
{
    int rc = check(ctx);
    if (rc != 0) return rc;
    if (body == NULL) return ctx->json_error ? ctx->json_error : SLACK_EINVAL;
    size_t len = 0;
    char *text = slack__json_text(slack__ctx_arena(ctx), body, &len);
    if (text == NULL) return SLACK_ENOMEM;
    return acknowledge(ctx, SLACK_ACK_BODY_JSON, (slack_slice_t){text, len});
}
