/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_DEDUPE_H
#define SLACK_DISPATCH_DEDUPE_H

#include "dispatch/run.h"

/*
 * Slack sends a person's message more than once: under several event ids
 * (slackapi/node-slack-sdk#2141), and both as a message and as a mention
 * (slackapi/bolt-python#941). SLACK_DEDUPE=messages runs listeners once for all of them.
 */

/* Whether a message mentions the bot and a listener takes mentions: Slack then sends the message
 * again as an app_mention. */
bool slack__dedupe_is_mention(const slack_run_t *run);

#endif
