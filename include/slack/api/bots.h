/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_BOTS_H
#define SLACK_API_BOTS_H

#include <slack/request.h>

/** @file api/bots.h  The methods bots.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/bots.info
 * Tier 3. Changes nothing. Scopes: users:read. */
struct slack_bots_info {
    SLACK_REQUEST_MEMBERS;
    const char *bot;
    const char *team_id;
};
#define slack_bots_info(...) SLACK_REQUEST("bots.info", slack_bots_info, __VA_ARGS__)

#endif
