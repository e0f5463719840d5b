/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_ACK_SEND_H
#define SLACK_CONTEXT_ACK_SEND_H

#include "context/ctx.h"

/* Sends the ack of a delivery of any kind, once. Returns what the transport returned. After
 * SLACK_ETOOBIG and SLACK_EACKBODY nothing was sent, and another ack may follow. */
int slack__ack_send(slack_ctx_t *ctx, const slack_ack_t *ack);
/* Sends an ack without a body, and logs a failure. */
void slack__ack_outcome(slack_ctx_t *ctx, enum slack_ack_outcome outcome);

#endif
