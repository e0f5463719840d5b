/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_ACK_SEND_H
#define SLACK_CONTEXT_ACK_SEND_H

#include "context/ctx.h"

/* Have the transport answer, whatever the kind; once for each delivery. The transport's return;
 * after SLACK_ETOOBIG and SLACK_EACKBODY nothing was sent. */
int slack__ack_send(slack_ctx_t *ctx, const slack_ack_t *ack);
/* The same without a body; a failure is logged. */
void slack__ack_outcome(slack_ctx_t *ctx, enum slack_ack_outcome outcome);

#endif
