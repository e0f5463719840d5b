/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HISTORY_HISTORY_H
#define SLACK_TRANSPORT_HISTORY_HISTORY_H

#include "transport/catch_up.h"

/* The times of the transport. */

/* The time between two moves of the cursors, which are saved then. */
#define SLACK_HISTORY_TICK_MS 30000
/* Without an event for this long, the channel with the newest message is read: Slack gives no sign
 * when it switches the deliveries of an app off. */
#define SLACK_HISTORY_QUIET_MS 600000
/* An event that Slack sends for the third time is a sign that others were sent for the last time in
 * vain. */
#define SLACK_HISTORY_RETRY_NUM 2
/* The most that the clocks of two processes differ. */
#define SLACK_HISTORY_SKEW_MS 5000
/* The wait after a failed round, and after an event that the host could not store. */
#define SLACK_HISTORY_RETRY_MS     5000
#define SLACK_HISTORY_RETRY_MAX_MS 300000

#endif
