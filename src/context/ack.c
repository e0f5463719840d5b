/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "context/ack.h"
#include "context/ack_deadline.h"
#include "context/ack_send.h"
#include "protocol/message_body.h"
#include "protocol/payload.h"
#include "util/error.h"
#include "util/json.h"

/*
 * The acks of handlers. A handler acks once. After the default ack it may still ack once, and its
 * ack becomes a message. The ack of a handler that has deferred jobs is sent when they are stored.
 */

static int ack_check_here(slack_ctx_t *ctx, void *unused)
{
    if (!slack__kind_waits_for_ack(ctx->delivery->kind)) return SLACK_ENOACK;
    const bool settled = ctx->ack.waits || (ctx->ack.sent && !ctx->ack.by_default);
    if (settled) ctx->ack.again = true;
    return settled || ctx->phase != SLACK_CTX_RUNNING ? SLACK_EALREADY : 0;
}

/* 0 if a handler may ack now, or the reason why it may not. */
static int ack_check(slack_ctx_t *ctx, const char *caller)
{
    const int rc = slack__ctx_on_loop(ctx, ack_check_here, NULL);
    if (rc == SLACK_ENOACK)
        return slack__ctx_fail(
            ctx, rc, "%s: %s takes no ack of a handler, the app has acked it: remove the ack",
            caller, slack__ctx_what(ctx));
    if (rc == SLACK_EALREADY)
        return slack__ctx_fail(
            ctx, rc,
            "%s: %s has its ack, and this one was not sent: ack once, then use slack_respond()",
            caller, slack__ctx_what(ctx));
    return rc ? slack__ctx_fail(ctx, rc, "%s: %s", caller, slack_strerror(rc)) : 0;
}

static bool body_allowed(const slack_ctx_t *ctx, enum slack_ack_body type)
{
    enum slack_kind kind = ctx->delivery->kind;
    if (type == SLACK_ACK_BODY_NONE) return true;
    if (type == SLACK_ACK_BODY_TEXT && kind != SLACK_KIND_COMMAND && kind != SLACK_KIND_ACTION)
        return false;
    return ctx->delivery->body_allowed && slack__kind_takes_ack_body(kind, ctx->delivery->body);
}

/* Slack takes one ack for a delivery, and the default ack was that one. So the body of the
 * handler's ack is sent to the response URL as a message. SLACK_ELATE if the delivery has no such
 * URL. */
static int send_late(slack_ctx_t *ctx, const slack_ack_t *ack)
{
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const enum slack_kind kind = ctx->delivery->kind;
    const slack_json_t *message = NULL;
    if (kind != SLACK_KIND_COMMAND && kind != SLACK_KIND_ACTION) return SLACK_ELATE;
    if (ack->type == SLACK_ACK_BODY_NONE) return 0; /* the default ack has said as much */
    if (*slack__payload_response_url(ctx->delivery->body) == '\0') return SLACK_ELATE;
    int rc = ack->type == SLACK_ACK_BODY_TEXT
                 ? slack__jsonf(arena, &message, NULL, "{text: %s}", ack->body.ptr)
                 : slack__json_parse(arena, ack->body.ptr, ack->body.len, &message, NULL);
    return rc ? rc : slack_respond_json(ctx, message);
}

static int ack_after_default(slack_ctx_t *ctx, const slack_ack_t *ack)
{
    ctx->ack.by_default = false; /* once */
    ctx->ack.late_ms = slack_ctx_ack_late_ms(ctx);
    ctx->services->counters->late_acks++;
    int rc = send_late(ctx, ack);
    SLACK_LOG(slack__ctx_log(ctx), WARN, "ack after the default ack",
              "kind=%s listener=%s late_ms=%u result=%s", slack_kind_name(ctx->delivery->kind),
              slack_ctx_listener(ctx), slack_ctx_ack_late_ms(ctx),
              rc ? slack_err_name(rc) : "sent to response_url");
    return rc;
}

/* The body of the ack ends with NUL and lives as long as the delivery. */
static int handler_ack_here(slack_ctx_t *ctx, void *args)
{
    const slack_ack_t *ack = args;
    if (!body_allowed(ctx, ack->type)) return SLACK_EACKBODY;
    if (ctx->ack.defers > 0) { /* the jobs that the ack promises have to be stored first */
        ctx->ack.waits = true;
        ctx->ack.type = ack->type;
        ctx->ack.body = ack->body.ptr;
        return 0;
    }
    if (ctx->ack.by_default) return ack_after_default(ctx, ack);
    bool late = slack__ctx_now_us(ctx) > ctx->delivery->deadline_us;
    unsigned late_ms = slack_ctx_ack_late_ms(ctx);
    int rc = slack__ack_send(ctx, ack);
    if (rc == SLACK_ETOOBIG || rc == SLACK_EACKBODY) return rc;
    ctx->ack.body = ack->body.ptr;
    /* After the deadline Slack has closed an HTTP connection, but still reads a frame of Socket
     * Mode. In neither case does it use the ack. */
    if (late && (rc == 0 || rc == SLACK_ECLOSED)) rc = SLACK_ELATE;
    if (rc == SLACK_ELATE) {
        ctx->ack.late_ms = late_ms;
        ctx->services->counters->late_acks++;
    }
    if (rc != 0)
        SLACK_LOG(slack__ctx_log(ctx), WARN, rc == SLACK_ELATE ? "ack late" : "ack lost",
                  "transport=%s kind=%s listener=%s reason=%s late_ms=%u",
                  ctx->delivery->transport->ops->name, slack_kind_name(ctx->delivery->kind),
                  slack_ctx_listener(ctx), slack_err_name(rc), late_ms);
    return rc;
}

static int handler_ack(slack_ctx_t *ctx, enum slack_ack_body type, slack_slice_t body)
{
    slack_ack_t ack = {SLACK_ACK_OK, type, body};
    int rc = slack__ctx_on_loop(ctx, handler_ack_here, &ack);
    if (rc == 0) return 0;
    const char *cure = slack__error_cure(rc);
    if (rc == SLACK_EACKBODY)
        return slack__ctx_fail(ctx, rc,
                               "%s: Slack accepts no such ack for this delivery: use slack_ack()",
                               slack__ctx_what(ctx));
    return slack__ctx_fail(ctx, rc, "the ack of %s: %s%s%s", slack__ctx_what(ctx),
                           slack_strerror(rc), *cure ? ": " : "", cure);
}

void slack__ack_jobs_stored(slack_ctx_t *ctx)
{
    if (!ctx->ack.waits) return;
    ctx->ack.waits = false;
    if (ctx->ack.defer_failed) {
        ctx->ack.body = NULL;
        if (!ctx->ack.sent) slack__ack_outcome(ctx, SLACK_ACK_LATER);
        return;
    }
    int rc = handler_ack(ctx, ctx->ack.type, slack__slice(ctx->ack.body));
    if (ctx->ack.sent) return;
    /* The handler has returned, so nobody is left to correct the ack. */
    SLACK_LOG(slack__ctx_log(ctx), ERROR, "ack not valid, an empty one sent", "kind=%s reason=%s",
              slack_kind_name(ctx->delivery->kind), slack_err_name(rc));
    slack__ack_outcome(ctx, SLACK_ACK_OK);
}

int slack_ack(slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE(ctx);
    int rc = ack_check(ctx, __func__);
    return rc ? rc : handler_ack(ctx, SLACK_ACK_BODY_NONE, (slack_slice_t){"", 0});
}

int slack_ack_text(slack_ctx_t *ctx, const char *format, ...)
{
    SLACK_CTX_REQUIRE(ctx);
    int rc = ack_check(ctx, __func__);
    if (rc != 0) return rc;
    va_list ap;
    va_start(ap, format);
    const char *text = slack__ctx_text(ctx, __func__, slack__ctx_arena(ctx), format, ap);
    va_end(ap);
    if (text == NULL) return slack__ctx_failed(ctx);
    if (*text == '\0')
        return slack__ctx_fail(ctx, SLACK_EACKBODY,
                               "slack_ack_text: the text is empty: use slack_ack()");
    return handler_ack(ctx, SLACK_ACK_BODY_TEXT, slack__slice(text));
}

static int ack_json(slack_ctx_t *ctx, const char *caller, const slack_json_t *body)
{
    int rc = ack_check(ctx, caller);
    if (rc != 0) return rc;
    const int wrong = slack__ctx_required(ctx, body);
    if (wrong != 0) return wrong;
    if (slack_json_type(body) == SLACK_JSON_OBJECT && slack_json_count(body, "") == 0)
        return handler_ack(ctx, SLACK_ACK_BODY_NONE, (slack_slice_t){"", 0});
    const char *fault = slack__ack_body_fault(ctx->delivery->kind, body);
    if (fault)
        return slack__ctx_fail(ctx, SLACK_EACKBODY,
                               "%s: %s: %s: correct the body, or use slack_ack()", caller,
                               slack__ctx_what(ctx), fault);
    const char *why =
        slack__block_guard(&ctx->services->blocks, slack__ctx_arena(ctx), "ack", body);
    if (why)
        return slack__ctx_fail(ctx, SLACK_EINVAL, "%s: %s was not acked: %s", caller,
                               slack__ctx_what(ctx), why);
    size_t len = 0;
    char *text = slack__json_text(slack__ctx_arena(ctx), body, &len);
    if (text == NULL) return SLACK_ENOMEM;
    return handler_ack(ctx, SLACK_ACK_BODY_JSON, (slack_slice_t){text, len});
}

int slack_ack_json(slack_ctx_t *ctx, const slack_json_t *body)
{
    SLACK_CTX_REQUIRE(ctx);
    return ack_json(ctx, __func__, body);
}

/* ---- bodies ---- */

static int fail_kind(slack_ctx_t *ctx, const char *caller, enum slack_kind kind)
{
    return slack__ctx_fail(ctx, SLACK_EACKBODY,
                           "%s: %s takes no such ack, which is for the kind %s: use slack_ack()",
                           caller, slack__ctx_what(ctx), slack_kind_name(kind));
}

/* An ack of one kind: {member: value}, or {response_action: action, member: value}. */
struct member_ack {
    const char *caller; /* the public function */
    enum slack_kind kind;
    const char *action; /* NULL: the ack has no response_action */
    const char *member;
};

static int ack_member(slack_ctx_t *ctx, const struct member_ack *ack, const slack_json_t *value)
{
    const enum slack_kind kind = ack->kind;
    int rc = ack_check(ctx, ack->caller);
    if (rc != 0) return rc;
    if (ctx->delivery->kind != kind) return fail_kind(ctx, ack->caller, kind);
    const int wrong = slack__ctx_required(ctx, value);
    if (wrong != 0) return wrong;
    enum slack_json_type type =
        kind == SLACK_KIND_VIEW_SUBMISSION ? SLACK_JSON_OBJECT : SLACK_JSON_ARRAY;
    if (slack_json_type(value) != type)
        return slack__ctx_fail(ctx, SLACK_EINVAL, "%s: `%s` is of another type: pass an %s",
                               ack->caller, ack->member,
                               type == SLACK_JSON_OBJECT ? "object" : "array");
    return ack_json(ctx, ack->caller,
                    ack->action ? slack_jsonf(ctx, "{response_action: %s, %s: %p}", ack->action,
                                              ack->member, value)
                                : slack_jsonf(ctx, "{%s: %p}", ack->member, value));
}

/* https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element */
#define OPTIONS_MAX 100

static int ack_list(slack_ctx_t *ctx, const char *caller, const char *member,
                    const slack_json_t *list)
{
    if (slack_json_count(list, "") > OPTIONS_MAX)
        return slack__ctx_fail(ctx, SLACK_ETOOBIG,
                               "%s: %zu %s, Slack takes %d: sort them and send the first", caller,
                               slack_json_count(list, ""), member, OPTIONS_MAX);
    return ack_member(
        ctx, &(struct member_ack){.caller = caller, .kind = SLACK_KIND_OPTIONS, .member = member},
        list);
}

int slack_ack_errors(slack_ctx_t *ctx, const slack_json_t *errors)
{
    SLACK_CTX_REQUIRE(ctx);
    if (slack__json_required(errors) == 0 && slack_json_count(errors, "") == 0)
        return slack__ctx_fail(ctx, SLACK_EINVAL,
                               "slack_ack_errors: there is no error: use "
                               "slack_ack()");
    if (ctx->delivery->kind == SLACK_KIND_DIALOG) {
        /* A dialog takes {block: text, …} in another form: [{name: block, error: text}, …]. */
        slack_json_list_t list = {0};
        slack_json_iter_t it = {0};
        while (slack_json_next(errors, &it))
            slack_json_add(ctx, &list, slack_jsonf(ctx, "{name: %s, error: %p}", it.key, it.value));
        if (slack__json_required(errors) == 0)
            errors = slack_json_array(ctx, list.items, list.count);
        return ack_member(ctx, &(struct member_ack){__func__, SLACK_KIND_DIALOG, NULL, "errors"},
                          errors);
    }
    return ack_member(
        ctx, &(struct member_ack){__func__, SLACK_KIND_VIEW_SUBMISSION, "errors", "errors"},
        errors);
}

int slack_ack_update(slack_ctx_t *ctx, const slack_json_t *view)
{
    SLACK_CTX_REQUIRE(ctx);
    return ack_member(
        ctx, &(struct member_ack){__func__, SLACK_KIND_VIEW_SUBMISSION, "update", "view"}, view);
}

int slack_ack_push(slack_ctx_t *ctx, const slack_json_t *view)
{
    SLACK_CTX_REQUIRE(ctx);
    return ack_member(
        ctx, &(struct member_ack){__func__, SLACK_KIND_VIEW_SUBMISSION, "push", "view"}, view);
}

int slack_ack_clear(slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE(ctx);
    int rc = ack_check(ctx, __func__);
    if (rc != 0) return rc;
    if (ctx->delivery->kind != SLACK_KIND_VIEW_SUBMISSION)
        return fail_kind(ctx, __func__, SLACK_KIND_VIEW_SUBMISSION);
    return ack_json(ctx, __func__, slack_jsonf(ctx, "{response_action: 'clear'}"));
}

int slack_ack_options(slack_ctx_t *ctx, const slack_json_t *options)
{
    SLACK_CTX_REQUIRE(ctx);
    return ack_list(ctx, __func__, "options", options);
}

int slack_ack_option_groups(slack_ctx_t *ctx, const slack_json_t *groups)
{
    SLACK_CTX_REQUIRE(ctx);
    return ack_list(ctx, __func__, "option_groups", groups);
}
