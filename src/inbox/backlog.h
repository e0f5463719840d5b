/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_BACKLOG_H
#define SLACK_INBOX_BACKLOG_H

#include "inbox/inbox.h"

/* The most rows of one claim. */
#define SLACK_CLAIM_MAX 64
/* How often to look for rows that other owners of a shared store have queued or left. */
#define SLACK_BACKLOG_POLL_MS 2000

void slack__backlog_init(slack_backlog_t *backlog);
/* Renews the lease, stores the ends of deliveries that the store could not take before, and claims
 * rows and runs them. */
void slack__backlog_look(slack_inbox_t *inbox);
void slack__backlog_stop(slack_inbox_t *inbox);

#endif
