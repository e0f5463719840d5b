/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_BACKLOG_H
#define SLACK_INBOX_BACKLOG_H

#include "inbox/inbox.h"

/* The most rows of one claim. */
#define SLACK_CLAIM_MAX 64
/* How often a store that others share is looked at for rows that they left or queued. */
#define SLACK_BACKLOG_POLL_MS 2000

void slack__backlog_init(slack_backlog_t *backlog);
/* Look at the store: renew the lease, store ends that could not be stored, claim rows and run them.
 */
void slack__backlog_look(slack_inbox_t *inbox);
void slack__backlog_stop(slack_inbox_t *inbox);

#endif
