/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_RETRY_H
#define SLACK_INBOX_RETRY_H

#include "inbox/inbox.h"

/* Decides how an attempt ends, and sets entry->item.op: FINISH, WAIT for the next attempt, or BURY.
 * 0; SLACK_ENOMEM. */
int slack__retry_settle(slack_entry_t *entry);

#endif
