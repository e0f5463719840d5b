/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_STREAM_H
#define SLACK_CONTEXT_STREAM_H

#include "context/ctx.h"

/* The streams of a delivery. */

/* Nothing else keeps the delivery open: stops the streams that its handler has left open, and notes
 * the failures of which the handler has not learned. The delivery stays open until the streams have
 * ended. */
void slack__ctx_end_streams(slack_ctx_t *ctx);
/* Frees the streams of a delivery that is over. */
void slack__ctx_free_streams(slack_ctx_t *ctx);

#endif
