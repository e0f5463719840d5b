/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "context/ctx.h"
#include "protocol/kind.h"
#include "protocol/payload.h"
#include "util/alloc.h"

/*
 * Acks in the place of handlers whose time is nearly up. All deliveries are given the same time, so
 * those that wait stand in a queue, and one timer looks at its head.
 */

const slack_json_t *slack__ack_deadline_view(slack_ctx_t *ctx, const char *text)
{
    const slack_json_t *title = slack_json_get(ctx->d->body, "/view/title"), *ack = NULL;
    if (slack_json_type(title) != SLACK_JSON_OBJECT) return NULL;
    int rc = slack__jsonf(slack__ctx_arena(ctx), &ack, NULL,
                          "{response_action: 'update', view: {type: 'modal', title: %p, blocks: ["
                          "{type: 'section', text: {type: 'plain_text', text: %s}}]}}",
                          (const void *)title, text);
    return rc == 0 ? ack : NULL;
}

/* A submitted modal would close, and with it what was typed: it says to wait instead. NULL: an
 * empty ack. */
static const char *wait_view(slack_ctx_t *ctx)
{
    const slack_json_t *ack = slack__ack_deadline_view(ctx, "Still working on it…");
    size_t len;
    return ack ? slack__json_text(slack__ctx_arena(ctx), ack, &len) : NULL;
}

/* JSON text, "" for an empty ack. */
static const char *preset(slack_ctx_t *ctx)
{
    const char *text = NULL;
    switch (ctx->d->kind) {
    case SLACK_KIND_COMMAND:
        text = "{\"response_type\":\"ephemeral\",\"text\":\"Still working on it…\"}";
        break;
    case SLACK_KIND_OPTIONS: text = "{\"options\":[]}"; break;
    case SLACK_KIND_VIEW_SUBMISSION: text = wait_view(ctx); break;
    default: break;
    }
    return text ? text : "";
}

static void note_spare(slack_ctx_t *ctx)
{
    ctx->spare = true;
    atomic_store(&ctx->spare_us, ctx->acked_us);
}

/* The program has the first word, but where it is the store that is late: with a job that the
 * handler has deferred. What the default ack says promises nothing of that. */
static void give(slack_ctx_t *ctx)
{
    slack_app_t *app = ctx->app;
    const bool job_waits = ctx->defers > 0;
    const char *reason = job_waits ? "a job is not stored yet" : "the handler is not done";
    if (!job_waits) slack__run_hook(ctx, &app->not_acked);
    if (ctx->acked) note_spare(ctx);
    if (ctx->acked || (!job_waits && ctx->ack_waits)) return; /* for a job of the hook's own */
    const slack_spare_t *spare = &app->spares[ctx->d->kind];
    const char *body = spare->body ? spare->body : preset(ctx);
    if (spare->none) {
        SLACK_LOG(&app->log, WARN, "no ack in time", "kind=%s listener=%s reason=%s",
                  slack_kind_name(ctx->d->kind), slack_ctx_listener(ctx), reason);
        return;
    }
    slack_ack_t ack = {.outcome = SLACK_ACK_OK};
    if (*body && ctx->d->body_allowed) {
        ack.type = SLACK_ACK_BODY_JSON;
        ack.body = slack__slice(body);
    }
    int rc = slack__ack_send(ctx, &ack);
    if (ctx->acked) note_spare(ctx);
    app->counters.default_acks++;
    SLACK_LOG(&app->log, WARN, "sent the default ack",
              "kind=%s listener=%s transport=%s reason=%s result=%s", slack_kind_name(ctx->d->kind),
              slack_ctx_listener(ctx), ctx->d->transport->ops->name, reason,
              rc ? slack_err_name(rc) : "ok");
}

static uint64_t due_us(const slack_ctx_t *ctx)
{
    return ctx->d->received_us + (uint64_t)ctx->app->options.ack_ms * 1000;
}

static void rearm(slack_app_t *app)
{
    if (slack__list_empty(&app->unacked))
        slack__timer_stop(app->net, &app->spare_timer);
    else
        slack__timer_start_at(
            app->net, &app->spare_timer,
            due_us(SLACK_CONTAINER(app->unacked.next, slack_ctx_t, unacked_link)));
}

static void on_timer(slack_timer_t *timer)
{
    slack_app_t *app = SLACK_CONTAINER(timer, slack_app_t, spare_timer);
    const uint64_t now = slack__mono_us(app->clock);
    while (!slack__list_empty(&app->unacked)) {
        slack_ctx_t *ctx = SLACK_CONTAINER(app->unacked.next, slack_ctx_t, unacked_link);
        if (due_us(ctx) > now) break;
        slack__unlink(&ctx->unacked_link);
        give(ctx);
    }
    rearm(app);
}

void slack__ack_deadline_watch(slack_ctx_t *ctx)
{
    slack_app_t *app = ctx->app;
    if (ctx->acked || !slack__kind_waits_for_ack(ctx->d->kind)) return;
    const bool first = slack__list_empty(&app->unacked);
    slack__list_push(&app->unacked, &ctx->unacked_link);
    if (first) rearm(app);
}

void slack__ack_deadline_init(slack_app_t *app)
{
    slack__timer_init(&app->spare_timer, on_timer);
}

/* ---- the handler speaks after all ---- */

/* To the response URL, as a message of its own. SLACK_ELATE where there is no way any more. */
static int send_late(slack_ctx_t *ctx, const slack_ack_t *ack)
{
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const slack_json_t *message = NULL;
    if (ctx->d->kind != SLACK_KIND_COMMAND && ctx->d->kind != SLACK_KIND_ACTION) return SLACK_ELATE;
    if (ack->type == SLACK_ACK_BODY_NONE) return 0; /* as the spare one was, or less */
    if (*slack__payload_response_url(ctx->d->body) == '\0') return SLACK_ELATE;
    int rc = ack->type == SLACK_ACK_BODY_TEXT
                 ? slack__jsonf(arena, &message, NULL, "{text: %s}", ack->body.ptr)
                 : slack__json_parse(arena, ack->body.ptr, ack->body.len, &message, NULL);
    return rc ? rc : slack_respond_json(ctx, message);
}

int slack__ack_deadline_late(slack_ctx_t *ctx, const slack_ack_t *ack)
{
    ctx->spare = false; /* once */
    ctx->late_ms = slack_ctx_ack_late_ms(ctx);
    ctx->app->counters.late_acks++;
    int rc = send_late(ctx, ack);
    SLACK_LOG(&ctx->app->log, WARN, "ack after the one in its place",
              "kind=%s listener=%s late_ms=%u result=%s", slack_kind_name(ctx->d->kind),
              slack_ctx_listener(ctx), slack_ctx_ack_late_ms(ctx),
              rc ? slack_err_name(rc) : "sent to response_url");
    return rc;
}

/* ---- what to say ---- */

int slack_default_ack(slack_app_t *app, enum slack_kind kind, const char *body)
{
    if (!slack__kind_waits_for_ack(kind)) return SLACK_EINVAL;
    char *copy = NULL;
    if (body && *body) {
        const slack_json_t *value;
        slack_arena_t *arena = slack__arena_new(0, 0);
        int rc = arena ? slack__json_parse(arena, body, strlen(body), &value, NULL) : SLACK_ENOMEM;
        slack__arena_free(arena);
        if (rc != 0) return rc;
    }
    if (body && !(copy = slack__strdup(body))) return SLACK_ENOMEM;
    slack__free(app->spares[kind].body);
    app->spares[kind] = (slack_spare_t){.body = copy, .none = body == NULL};
    return 0;
}

void slack__ack_deadline_done(slack_app_t *app)
{
    for (size_t i = 0; i < SLACK_KINDS; i++)
        slack__free(app->spares[i].body);
}
