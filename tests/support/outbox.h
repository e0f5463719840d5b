/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_OUTBOX_H
#define SLACK_TESTS_SUPPORT_OUTBOX_H

#include "support/inbox.h"

/* The calls that Slack got, a letter for each: P chat.postMessage, H conversations.history,
 * R conversations.replies, + reactions.add, U chat.update, D chat.delete,
 * F files.completeUploadExternal, I files.info. */
const char *calls(void);
/* An argument of the ith call. */
const char *call_arg(size_t i, const char *path);

/* Time passes, and attempts follow, so often. */
void pass(unsigned times);
void until_calls(const char *expected);
/* Injects a user's message, and waits for its ack. */
void deliver(const char *id, const char *text);

#endif
