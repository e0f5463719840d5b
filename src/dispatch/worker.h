/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_WORKER_H
#define SLACK_DISPATCH_WORKER_H

#include "dispatch/run.h"

/* Have a thread of the pool run the handler of ctx->hit; the delivery is held until it has. 0;
 * SLACK_EBUSY: the queue is full, or there is no thread; SLACK_ENOMEM; SLACK_ECANCELED. */
int slack__worker_submit(slack_run_t *run);

#endif
