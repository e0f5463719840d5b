/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_MRKDWN_H
#define SLACK_PROTOCOL_MRKDWN_H

#include "util/arena.h"

/* A copy of a text that mrkdwn shows as it is: '&', '<' and '>' are escaped
 * (https://docs.slack.dev/messaging/formatting-message-text#escaping). NULL if `text` is NULL, and
 * if memory is out. */
const char *slack__mrkdwn_escape(slack_arena_t *arena, const char *text);

#endif
