/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OUTBOX_RESULT_H
#define SLACK_OUTBOX_RESULT_H

#include "outbox/attempt.h"

/* Ends an attempt: `why` is a sentence about a failure, or NULL. When the request is over, this
 * stores its message under the program's key and the job that gets the result, and then the end. */
void slack__attempt_end(slack_attempt_t *a, enum slack_call_effect effect, int status,
                        const char *why);

#endif
