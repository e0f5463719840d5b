/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_ACK_H
#define SLACK_CONTEXT_ACK_H

#include "context/ctx.h"

/* All jobs of the delivery are stored, or have failed. Sends the ack that waited for them, if one
 * did. */
void slack__ack_jobs_stored(slack_ctx_t *ctx);

#endif
