/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_PINS_H
#define SLACK_API_PINS_H

#include <slack/request.h>

/** @file api/pins.h  The methods pins.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/pins.add
 * Tier 2. A second call changes nothing more. Required: channel. Scopes: pins:write. */
struct slack_pins_add {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *timestamp;
};
#define slack_pins_add(...) SLACK_REQUEST("pins.add", slack_pins_add, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/pins.list
 * Tier 2. Changes nothing. Required: channel. Scopes: pins:read. */
struct slack_pins_list {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
};
#define slack_pins_list(...) SLACK_REQUEST("pins.list", slack_pins_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/pins.remove
 * Tier 2. A second call changes nothing more. Required: channel. Scopes: pins:write. */
struct slack_pins_remove {
    SLACK_REQUEST_MEMBERS;
    const char *channel;
    const char *timestamp;
};
#define slack_pins_remove(...) SLACK_REQUEST("pins.remove", slack_pins_remove, __VA_ARGS__)

#endif
