/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_RETRY_H
#define SLACK_INBOX_RETRY_H

#include "inbox/inbox.h"

/* So many attempts may end with their process before that is taken to be the delivery's fault. */
#define SLACK_ATTEMPTS_CRASH_MAX 25

/* Decide how an attempt ends, and make entry->op of it: FINISH, WAIT for the next attempt, or BURY.
 * 0; SLACK_ENOMEM. */
int slack__retry_settle(slack_entry_t *entry);

#endif
