/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OUTBOX_SEND_H
#define SLACK_OUTBOX_SEND_H

#include "outbox/attempt.h"

/* Calls Slack, after a look for the effect of the last attempt if that may have taken effect. The
 * end of the attempt follows. */
void slack__attempt_send(slack_attempt_t *a);

#endif
