/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"
#include "protocol/kind.h"
#include "protocol/payload.h"

/*
 * What a person is told whose workspace there is no token for. Not every kind takes a text in its
 * ack; where one does not, the text goes to the response_url, which needs no token.
 */

/* A dialog stays open with an error below one of its elements. NULL: it has none. */
static const slack_json_t *dialog_error(slack_ctx_t *ctx, const char *text)
{
    slack_json_iter_t it = {0};
    if (!slack_json_next(slack_json_get(ctx->d->body, "/submission"), &it)) return NULL;
    return slack_jsonf(ctx, "{errors: [{name: %s, error: %s}]}", it.key, text);
}

/* NULL for an empty ack; whether the text is in it. */
static const slack_json_t *make_body(slack_ctx_t *ctx, const char *text, bool *ret_told)
{
    const slack_json_t *body = NULL;
    *ret_told = true;
    switch (ctx->d->kind) {
    case SLACK_KIND_COMMAND:
        body = slack_jsonf(ctx, "{response_type: 'ephemeral', text: %s}", text);
        break;
    case SLACK_KIND_VIEW_SUBMISSION: body = slack__ack_deadline_view(ctx, text); break;
    case SLACK_KIND_DIALOG: body = dialog_error(ctx, text); break;
    case SLACK_KIND_OPTIONS: *ret_told = false; return slack_jsonf(ctx, "{options: []}");
    default: break;
    }
    *ret_told = body != NULL;
    return body;
}

static void tell_by_url(slack_ctx_t *ctx, const char *text)
{
    if (*slack__payload_response_url(ctx->d->body) == '\0') return;
    int rc = slack_respond_json(
        ctx,
        slack_jsonf(ctx, "{response_type: 'ephemeral', replace_original: false, text: %s}", text));
    if (rc != 0)
        SLACK_LOG(&ctx->app->log, WARN, "refusal not told", "kind=%s reason=%s",
                  slack_kind_name(ctx->d->kind), slack_err_name(rc));
}

void slack__unauthorized_ack(slack_ctx_t *ctx)
{
    ctx->refusal_told = true;
    if (!slack__kind_waits_for_ack(ctx->d->kind)) return;
    if (ctx->acked && !ctx->spare) return; /* by slack_on_error() */
    const char *text = slack__authorize_refusal(ctx->app);
    bool told;
    const slack_json_t *body = make_body(ctx, text, &told);
    int rc = body ? slack_ack_json(ctx, body) : slack_ack(ctx);
    if (rc == SLACK_EACKBODY || rc == SLACK_ETOOBIG) { /* this wire takes none */
        told = false;
        rc = slack_ack(ctx);
    }
    if (!told && ctx->acked) tell_by_url(ctx, text);
}
