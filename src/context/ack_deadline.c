/* SPDX-License-Identifier: MIT */
#include "context/ack_deadline.h"

#include <string.h>

#include "context/ack_send.h"
#include "protocol/message_body.h"
#include "util/alloc.h"
#include "util/json.h"

const slack_json_t *slack__ack_view(slack_ctx_t *ctx, const char *text)
{
    const slack_json_t *title = slack_json_get(ctx->delivery->body, "/view/title"), *ack = NULL;
    if (slack_json_type(title) != SLACK_JSON_OBJECT) return NULL;
    int rc = slack__jsonf(slack__ctx_arena(ctx), &ack, NULL,
                          "{response_action: 'update', view: {type: 'modal', title: %p, blocks: ["
                          "{type: 'section', text: {type: 'plain_text', text: %s}}]}}",
                          (const void *)title, text);
    return rc == 0 ? ack : NULL;
}

/* The default ack of a kind for which the program has set none: JSON text, "" for an empty ack. */
static const char *own_default(slack_ctx_t *ctx)
{
    switch (ctx->delivery->kind) {
    case SLACK_KIND_COMMAND:
        return "{\"response_type\":\"ephemeral\",\"text\":\"Still working on it…\"}";
    case SLACK_KIND_OPTIONS: return "{\"options\":[]}";
    case SLACK_KIND_VIEW_SUBMISSION: break;
    default: return "";
    }
    /* An empty ack would close the modal, and the user's input would be gone. */
    const slack_json_t *ack = slack__ack_view(ctx, "Still working on it…");
    size_t len;
    const char *text = ack ? slack__json_text(slack__ctx_arena(ctx), ack, &len) : NULL;
    return text ? text : "";
}

static void note_default(slack_ctx_t *ctx)
{
    ctx->ack.by_default = true;
    atomic_store(&ctx->ack.default_us, ctx->ack.sent_us);
}

/* The program's hook may ack first. It does not run if the handler has acked and the ack waits for
 * a job: then the default ack is sent, because it promises nothing about that job. */
static void give_default(slack_ack_deadlines_t *deadlines, slack_ctx_t *ctx)
{
    const slack_default_ack_t *preset = &deadlines->acks[ctx->delivery->kind];
    const bool job_waits = ctx->ack.defers > 0;
    const char *reason = job_waits ? "a job is not stored yet" : "the handler is not done";
    if (!job_waits) slack__ctx_run_hook(ctx, &deadlines->hook);
    if (ctx->ack.sent) note_default(ctx);
    if (ctx->ack.sent || (!job_waits && ctx->ack.waits)) return; /* the hook deferred a job */
    if (preset->none) {
        SLACK_LOG(slack__ctx_log(ctx), WARN, "no ack in time", "kind=%s listener=%s reason=%s",
                  slack_kind_name(ctx->delivery->kind), slack_ctx_listener(ctx), reason);
        return;
    }
    const char *body = preset->body ? preset->body : own_default(ctx);
    slack_ack_t ack = {.outcome = SLACK_ACK_OK};
    if (*body && ctx->delivery->body_allowed) {
        ack.type = SLACK_ACK_BODY_JSON;
        ack.body = slack__slice(body);
    }
    int rc = slack__ack_send(ctx, &ack);
    if (ctx->ack.sent) note_default(ctx);
    ctx->services->counters->default_acks++;
    SLACK_LOG(slack__ctx_log(ctx), WARN, "sent the default ack",
              "kind=%s listener=%s transport=%s reason=%s result=%s",
              slack_kind_name(ctx->delivery->kind), slack_ctx_listener(ctx),
              ctx->delivery->transport->ops->name, reason, rc ? slack_err_name(rc) : "ok");
}

/* ---- the queue ---- */

static slack_ctx_t *ctx_of(slack_link_t *unacked)
{
    return SLACK_CONTAINER(unacked, slack_ctx_t, ack.unacked);
}

static slack_ctx_t *first_unacked(const slack_ack_deadlines_t *deadlines)
{
    if (slack__list_empty(&deadlines->unacked)) return NULL;
    return ctx_of(deadlines->unacked.next);
}

static uint64_t due_us(const slack_ack_deadlines_t *deadlines, const slack_ctx_t *ctx)
{
    return ctx->delivery->received_us + (uint64_t)deadlines->ack_ms * 1000;
}

static void deadlines_rearm(slack_ack_deadlines_t *deadlines)
{
    const slack_ctx_t *first = first_unacked(deadlines);
    if (first)
        slack__timer_start_at(deadlines->net, &deadlines->timer, due_us(deadlines, first));
    else
        slack__timer_stop(deadlines->net, &deadlines->timer);
}

static void deadline_passed(slack_timer_t *timer)
{
    slack_ack_deadlines_t *deadlines = SLACK_CONTAINER(timer, slack_ack_deadlines_t, timer);
    const uint64_t now = slack__mono_us(deadlines->net->clock);
    slack_ctx_t *ctx;
    while ((ctx = first_unacked(deadlines)) != NULL && due_us(deadlines, ctx) <= now) {
        slack__unlink(&ctx->ack.unacked);
        give_default(deadlines, ctx);
    }
    deadlines_rearm(deadlines);
}

void slack__ack_deadline_watch(slack_ctx_t *ctx)
{
    slack_ack_deadlines_t *deadlines = ctx->services->deadlines;
    if (ctx->ack.sent || !slack__kind_waits_for_ack(ctx->delivery->kind)) return;
    /* In the order of arrival: before they run, commands wait for the store, and options do not. */
    slack_link_t *const list = &deadlines->unacked, *before = list;
    while (before->prev != list &&
           ctx_of(before->prev)->delivery->received_us > ctx->delivery->received_us)
        before = before->prev;
    slack__list_push(before, &ctx->ack.unacked);
    if (list->next == &ctx->ack.unacked) deadlines_rearm(deadlines);
}

/* ---- life ---- */

int slack__ack_deadlines_set(slack_ack_deadlines_t *deadlines, enum slack_kind kind,
                             const char *body)
{
    if (!slack__kind_waits_for_ack(kind)) return SLACK_EINVAL;
    char *copy = NULL;
    if (body && *body) { /* a malformed body is refused now, not when an ack is due */
        const slack_json_t *value;
        slack_arena_t *arena = slack__arena_new(0, 0);
        int rc = arena ? slack__json_parse(arena, body, strlen(body), &value, NULL) : SLACK_ENOMEM;
        if (rc == 0 && slack__ack_body_fault(kind, value)) rc = SLACK_EACKBODY;
        if (rc == 0 && slack_json_count(value, "") == 0) body = "";
        slack__arena_free(arena);
        if (rc != 0) return rc;
    }
    if (body && !(copy = slack__strdup(body))) return SLACK_ENOMEM;
    slack__free(deadlines->acks[kind].body);
    deadlines->acks[kind] = (slack_default_ack_t){.body = copy, .none = body == NULL};
    return 0;
}

void slack__ack_deadlines_init(slack_ack_deadlines_t *deadlines)
{
    slack__link_init(&deadlines->unacked);
    slack__timer_init(&deadlines->timer, deadline_passed);
}

void slack__ack_deadlines_start(slack_ack_deadlines_t *deadlines, slack_net_t *net, unsigned ack_ms)
{
    deadlines->net = net;
    deadlines->ack_ms = ack_ms;
}

void slack__ack_deadlines_stop(slack_ack_deadlines_t *deadlines)
{
    slack__timer_stop(deadlines->net, &deadlines->timer);
}

void slack__ack_deadlines_done(slack_ack_deadlines_t *deadlines)
{
    for (size_t i = 0; i < SLACK_KINDS; i++)
        slack__free(deadlines->acks[i].body);
}
