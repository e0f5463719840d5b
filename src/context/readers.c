/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"

#include "protocol/payload.h"

/* What a handler reads of its delivery. The row of a job names the tenant of the delivery that the
 * job came from; other deliveries name theirs in the body. */

enum slack_kind slack_ctx_kind(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, SLACK_KIND_UNKNOWN);
    return ctx->delivery->kind;
}

const slack_json_t *slack_ctx_body(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, NULL);
    return ctx->delivery->body;
}

const slack_json_t *slack_ctx_event(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, NULL);
    return ctx->delivery->kind == SLACK_KIND_EVENT ? slack_json_get(ctx->delivery->body, "/event")
                                                   : NULL;
}

const slack_json_t *slack_ctx_action(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, NULL);
    return ctx->hit ? ctx->hit->action : NULL;
}

const char *slack_ctx_match(const slack_ctx_t *ctx, size_t n)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return ctx->hit && n < ctx->hit->captures.count ? ctx->hit->captures.items[n] : "";
}

const char *slack_ctx_listener(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return ctx->hit ? ctx->hit->rule->listener.name : "";
}

const char *slack_ctx_team(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return ctx->tenant ? slack_json_str(ctx->tenant, "/team_id")
                       : slack__payload_team(ctx->delivery->body);
}

const char *slack_ctx_enterprise(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return ctx->tenant ? slack_json_str(ctx->tenant, "/enterprise_id")
                       : slack__payload_enterprise(ctx->delivery->body);
}

const char *slack_ctx_user(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return slack__payload_user(ctx->delivery->body);
}

const char *slack_ctx_actor_user(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return slack__payload_actor_user(ctx->delivery->body);
}

const char *slack_ctx_actor_team(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return slack__payload_actor_team(ctx->delivery->body);
}

const char *slack_ctx_actor_enterprise(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return slack__payload_actor_enterprise(ctx->delivery->body);
}

const char *slack_ctx_channel(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return slack__payload_channel(ctx->delivery->body);
}

const char *slack_ctx_thread_ts(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return slack__payload_thread_ts(ctx->delivery->body);
}

const char *slack_ctx_ts(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return slack__payload_ts(ctx->delivery->body);
}

bool slack_ctx_is_edit(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, false);
    return slack__payload_is_edit(ctx->delivery->body);
}

bool slack_ctx_is_enterprise_install(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, false);
    return ctx->tenant ? slack_json_int(ctx->tenant, "/is_enterprise_install") != 0
                       : slack__payload_is_enterprise_install(ctx->delivery->body);
}

const char *slack_ctx_app_id(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return ctx->delivery->app_id;
}

const char *slack_ctx_response_url(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return slack__payload_response_url(ctx->delivery->body);
}

const char *slack_ctx_trigger_id(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return slack__payload_trigger_id(ctx->delivery->body);
}

const char *slack_ctx_bot_user(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return ctx->grant->bot_user;
}

const char *slack_ctx_bot_id(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return ctx->grant->bot_id;
}

bool slack_ctx_recovered(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, false);
    return ctx->delivery->recovered;
}

int slack_ctx_retry_num(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, 0);
    return ctx->delivery->retry_num;
}

const char *slack_ctx_retry_reason(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return ctx->delivery->retry_reason;
}

const char *slack_ctx_transport(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, "");
    return ctx->delivery->transport->ops->name;
}

/* Rounds up: 0 means that the time is over. */
static unsigned ms_between(uint64_t from_us, uint64_t to_us)
{
    return to_us > from_us ? (unsigned)((to_us - from_us + 999) / 1000) : 0;
}

unsigned slack_ctx_trigger_left_ms(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, 0);
    if (*slack_ctx_trigger_id(ctx) == '\0') return 0;
    return ms_between(slack__ctx_now_us(ctx),
                      ctx->delivery->received_us + (uint64_t)SLACK_TRIGGER_MS * 1000);
}

unsigned slack_ctx_ack_left_ms(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, 0);
    return ctx->ack.sent ? 0 : ms_between(slack__ctx_now_us(ctx), ctx->delivery->deadline_us);
}

unsigned slack_ctx_ack_late_ms(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, 0);
    /* Workers call this too, without asking the loop. */
    unsigned was_late = atomic_load(&ctx->ack.late_ms);
    if (was_late) return was_late;
    uint64_t over_us = atomic_load(&ctx->ack.default_us);
    if (over_us == 0 && !ctx->ack.sent) over_us = ctx->delivery->deadline_us;
    return over_us ? ms_between(over_us, slack__ctx_now_us(ctx)) : 0;
}

bool slack_ctx_canceled(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, true);
    return atomic_load(&ctx->services->stopping);
}

slack_app_t *slack_ctx_app(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, NULL);
    return ctx->services->app;
}

int64_t slack_ctx_due_ms(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, 0);
    return ctx->due_ms;
}

unsigned slack_ctx_attempt(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, 0);
    return ctx->attempt ? ctx->attempt : 1;
}
