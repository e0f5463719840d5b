/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_INTAKE_H
#define SLACK_INBOX_INTAKE_H

#include "inbox/inbox.h"

/* inbox->run_task: begins the run of an entry, or continues it. */
void slack__intake_run(slack_task_t *task);
/* inbox->reject_task: acks the rejected deliveries with SLACK_ACK_LATER, and frees them. */
void slack__intake_reject(slack_task_t *task);

#endif
