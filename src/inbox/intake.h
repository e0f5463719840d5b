/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_INTAKE_H
#define SLACK_INBOX_INTAKE_H

#include "inbox/inbox.h"

/* inbox->run_task: an entry begins, or goes on. */
void slack__intake_run(slack_task_t *task);
/* inbox->reject_task: answer the rejected deliveries SLACK_ACK_LATER. */
void slack__intake_reject(slack_task_t *task);

#endif
