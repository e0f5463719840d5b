/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_METRICS_H
#define SLACK_APP_METRICS_H

#include <slack/app.h>

#include "util/buf.h"

/* Append the text that /metrics serves: the counters, and the figures of each part. 0,
 * SLACK_ETOOBIG, SLACK_ENOMEM. */
int slack__app_metrics_write(const slack_app_t *app, slack_buf_t *out);

#endif
