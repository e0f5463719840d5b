/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_EXCHANGE_H
#define SLACK_OAUTH_EXCHANGE_H

#include "oauth/attempt.h"

/* Uses the state of an attempt up, so that no other process and no later request does, and
 * exchanges its code. `next` gets Slack's answer, and install->exchange.arena holds it; after a
 * failure the attempt has ended. */
void slack__install_exchange(slack_install_t *install, slack_install_answered_fn next);

/* Makes an installation of Slack's answer, and shows the page. */
void slack__install_finish(slack_install_t *install, const slack_json_t *answer);

#endif
