/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_JOBS_H
#define SLACK_INBOX_JOBS_H

#include "inbox/own_put.h"

/* Implements slack_app_defer(). After a failure `error` has a sentence. */
int slack__jobs_defer(slack_inbox_t *inbox, const slack_job_t *job, char *error);

#endif
