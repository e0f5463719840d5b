/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_FINISH_H
#define SLACK_INBOX_FINISH_H

#include "inbox/inbox.h"

/* What the inbox does when a run says that it has progressed, and that it has ended. */
extern const slack_run_owner_t slack__entry_owner;

/* The delivery has ended: ack it if nobody has, tell the program, store the end of the attempt, and
 * free it. */
void slack__entry_end(slack_entry_t *entry);
/* Store the end of the attempt, once more where the store could not take it. */
void slack__entry_settle(slack_entry_t *entry);
/* End a delivery by force: its handlers were canceled. It is a zombie from then on. */
void slack__entry_abandon(slack_entry_t *entry);

#endif
