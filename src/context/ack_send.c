/* SPDX-License-Identifier: MIT */
#include "context/ack_send.h"

int slack__ack_send(slack_ctx_t *ctx, const slack_ack_t *ack)
{
    slack_delivery_t *d = ctx->delivery;
    int rc = d->transport->ops->ack(d->transport, d, ack);
    if (rc == SLACK_ETOOBIG || rc == SLACK_EACKBODY) return rc; /* nothing was sent */
    slack_ack_state_t *state = &ctx->ack;
    state->sent = true;
    state->outcome = ack->outcome;
    state->status = rc;
    state->sent_us = slack__ctx_now_us(ctx);
    slack__unlink(&state->unacked);
    if (rc == 0 && state->sent_us >= d->received_us)
        slack__histogram_add(&ctx->services->counters->ack, state->sent_us - d->received_us);
    return rc;
}

/* The answer to the user of a command that fails, or that no listener takes. */
#define REFUSAL "{\"response_type\":\"ephemeral\",\"text\":\"" SLACK_REFUSAL_TEXT "\"}"

void slack__ack_outcome(slack_ctx_t *ctx, enum slack_ack_outcome outcome)
{
    slack_ack_t ack = {.outcome = outcome};
    const slack_delivery_t *d = ctx->delivery;
    if (outcome == SLACK_ACK_REFUSE && d->kind == SLACK_KIND_COMMAND && d->body_allowed) {
        ack.type = SLACK_ACK_BODY_JSON;
        ack.body = SLACK_SLICE(REFUSAL);
    }
    int rc = slack__ack_send(ctx, &ack);
    if (rc != 0)
        SLACK_LOG(slack__ctx_log(ctx), WARN, "ack lost", "transport=%s kind=%s reason=%s",
                  ctx->delivery->transport->ops->name, slack_kind_name(ctx->delivery->kind),
                  slack_err_name(rc));
}
