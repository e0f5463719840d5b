/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_JOBS_H
#define SLACK_INBOX_JOBS_H

#include "inbox/inbox.h"

typedef void (*slack_cancel_fn)(slack_app_t *app, int status, void *user_data);

/* Implements slack_cancel_job(). */
int slack__jobs_cancel(slack_inbox_t *inbox, const char *key, slack_cancel_fn fn, void *user_data);

#endif
