/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_EMOJI_H
#define SLACK_API_EMOJI_H

#include <slack/request.h>

/** @file api/emoji.h  The methods emoji.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/emoji.list
 * Tier 2. Changes nothing. Scopes: emoji:read. */
struct slack_emoji_list {
    SLACK_REQUEST_MEMBERS;
    slack_flag_t include_categories;
};
#define slack_emoji_list(...) SLACK_REQUEST("emoji.list", slack_emoji_list, __VA_ARGS__)

#endif
