/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_WORKER_H
#define SLACK_DISPATCH_WORKER_H

#include "dispatch/run.h"

/* Queues the handler of ctx->hit for a thread of the pool, and holds the delivery until the
 * handler has returned. 0; SLACK_EBUSY if the queue is full or no thread can start; SLACK_ENOMEM;
 * SLACK_ECANCELED. */
int slack__worker_submit(slack_run_t *run);

#endif
