/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_ROUND_TRIP_H
#define SLACK_OAUTH_ROUND_TRIP_H

#include "oauth/attempt.h"

/* The browser's way to Slack and back, of an installation and of a sign-in. */

/* Whether a visit is a GET. Others are answered. */
bool slack__is_get(slack_http_visit_t *visit);

/* Begins an attempt. False: it has failed, and has ended. It costs no access to the store, and no
 * memory that stays. */
bool slack__install_begin(slack_install_t *install, enum slack_oauth_flow flow);
/* Sends the browser to Slack, and ends the attempt. */
void slack__install_leave(slack_install_t *install);

/* Checks what comes back from Slack, and exchanges the code. `next` gets Slack's answer; after a
 * failure the attempt has ended. */
void slack__install_return(slack_install_t *install, slack_install_answered_fn next);

#endif
