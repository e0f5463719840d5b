/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_RETRY_H
#define SLACK_INBOX_RETRY_H

#include "inbox/inbox.h"

/* When the process has ended during so many attempts of one delivery, the inbox assumes that the
 * delivery is the cause. */
#define SLACK_ATTEMPTS_CRASH_MAX 25

/* Decides how an attempt ends, and sets entry->op: FINISH, WAIT for the next attempt, or BURY. 0;
 * SLACK_ENOMEM. */
int slack__retry_settle(slack_entry_t *entry);

#endif
