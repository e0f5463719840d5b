/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_ACK_H
#define SLACK_CONTEXT_ACK_H

#include "context/ctx.h"

/* No job of the delivery is being stored any more: send the ack that waited for them, if one did.
 */
void slack__ack_jobs_stored(slack_ctx_t *ctx);

#endif
