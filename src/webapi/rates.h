/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_RATES_H
#define SLACK_WEBAPI_RATES_H

#include <stdbool.h>
#include <stdint.h>

#include <slack/options.h>

/* How often Slack allows calls (https://docs.slack.dev/apis/web-api/rate-limits), and which of them
 * cannot wait. Pure. */

typedef struct slack_rate {
    uint32_t interval_ms; /* between two calls in the long run; 0: there is no limit */
    uint32_t burst;       /* so many may be sent at once after a pause */
} slack_rate_t;

/* The rate of a method in a workspace. No minute has more calls than Slack allows, however it
 * begins. */
slack_rate_t slack__rate_of(const char *method, enum slack_pace limits);
/* The rate in one channel, in addition to that in the workspace. */
slack_rate_t slack__rate_in_channel(const char *method, enum slack_pace limits);

/* Someone waits for the call, and most of these have a trigger_id of three seconds. */
bool slack__is_interactive(const char *method);

#endif
