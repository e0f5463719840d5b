/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_MRKDWN_H
#define SLACK_PROTOCOL_MRKDWN_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"

/* Slack's markup of texts (https://docs.slack.dev/messaging/formatting-message-text), as
 * slack/markup.h describes it. Pure. Each returns NULL if the text, the id or the URL is NULL, and
 * if memory is out. */

const char *slack__mrkdwn_escape(slack_arena_t *arena, const char *text);
const char *slack__mrkdwn_mention(slack_arena_t *arena, const char *id);
const char *slack__mrkdwn_link(slack_arena_t *arena, const char *url, const char *label);
const char *slack__mrkdwn_date(slack_arena_t *arena, int64_t time_s, const char *format,
                               const char *fallback);

/* Whether "<@USER>" or "<@USER|name>" is in the text. */
bool slack__mentions(const char *text, const char *user);

#endif
