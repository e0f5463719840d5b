/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_RESTORE_H
#define SLACK_INBOX_RESTORE_H

#include "inbox/inbox.h"

/* slack_consumer_t.begin of the inbox: makes a delivery of a claimed row and runs it. */
bool slack__restore_begin(void *inbox, const slack_row_t *row);

#endif
