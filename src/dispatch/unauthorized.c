/* SPDX-License-Identifier: MIT */
#include "context/ack_deadline.h"
#include "dispatch/authorize.h"
#include "identity/identity.h"
#include "protocol/payload.h"

/*
 * A person in a workspace without a token for the app reads a sentence. If the ack of the kind
 * takes no text, the sentence goes to the response URL, because a message there needs no token.
 */

/* The body of the ack; NULL for an empty ack. `ret_shown`: the body shows the text. */
static const slack_json_t *refusal_body(slack_ctx_t *ctx, const char *text, bool *ret_shown)
{
    const slack_json_t *body = NULL;
    slack_json_iter_t it = {0};
    switch (ctx->delivery->kind) {
    case SLACK_KIND_COMMAND:
        body = slack_jsonf(ctx, "{response_type: 'ephemeral', text: %s}", text);
        break;
    case SLACK_KIND_VIEW_SUBMISSION: body = slack__ack_view(ctx, text); break;
    case SLACK_KIND_DIALOG: /* it stays open, and shows the error below its first element */
        if (slack_json_next(slack_json_get(ctx->delivery->body, "/submission"), &it))
            body = slack_jsonf(ctx, "{errors: [{name: %s, error: %s}]}", it.key, text);
        break;
    case SLACK_KIND_OPTIONS: *ret_shown = false; return slack_jsonf(ctx, "{options: []}");
    default: break;
    }
    *ret_shown = body != NULL;
    return body;
}

void slack__unauthorized_ack(slack_run_t *run)
{
    slack_ctx_t *ctx = &run->ctx;
    run->refusal_sent = true;
    if (!slack__kind_waits_for_ack(ctx->delivery->kind)) return;
    if (ctx->ack.sent && !ctx->ack.by_default) return; /* the error hook has acked */
    const char *text = slack__authorizer_refusal(run->dispatcher->identity->authorizer);
    bool shown;
    const slack_json_t *body = refusal_body(ctx, text, &shown);
    int rc = body ? slack_ack_json(ctx, body) : slack_ack(ctx);
    if (rc == SLACK_EACKBODY || rc == SLACK_ETOOBIG) { /* this transport takes no body */
        shown = false;
        slack_ack(ctx);
    }
    if (shown || !ctx->ack.sent) return;
    if (*slack__payload_response_url(ctx->delivery->body) == '\0') return;
    rc = slack_respond_json(
        ctx,
        slack_jsonf(ctx, "{response_type: 'ephemeral', replace_original: false, text: %s}", text));
    if (rc != 0)
        SLACK_LOG(slack__ctx_log(ctx), WARN, "refusal not shown", "kind=%s reason=%s",
                  slack_kind_name(ctx->delivery->kind), slack_err_name(rc));
}
