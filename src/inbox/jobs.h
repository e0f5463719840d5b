/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_JOBS_H
#define SLACK_INBOX_JOBS_H

#include "inbox/inbox.h"

typedef void (*slack_cancel_fn)(slack_app_t *app, int status, void *user_data);

/* Implements slack_cancel_job(). */
int slack__jobs_cancel(slack_inbox_t *inbox, const char *key, slack_cancel_fn fn, void *user_data);

/* Implements slack_app_defer(). After a failure `error` has a sentence. */
int slack__jobs_defer(slack_inbox_t *inbox, const slack_job_t *job, char *error);
/* Stores the jobs that were deferred before the start. The second function ends them with
 * SLACK_ECANCELED. */
void slack__jobs_start(slack_inbox_t *inbox);
void slack__jobs_cancel_deferred(slack_inbox_t *inbox);

#endif
