/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_HANDLER_KEY_H
#define SLACK_INBOX_HANDLER_KEY_H

#include "inbox/inbox.h"

/* The key of a job or a request that a handler stores without a key of the program's: the delivery,
 * the listener, and the number of the row in the handler. A handler that runs again has the same
 * keys, and the store drops what it has. "": the delivery has one attempt, and the row needs no
 * key. NULL: memory is out. */
const char *slack__handler_key(slack_ctx_t *ctx, slack_arena_t *arena);

#endif
