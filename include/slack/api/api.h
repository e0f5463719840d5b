/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_API_H
#define SLACK_API_API_H

#include <slack/request.h>

/** @file api/api.h  The methods api.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/api.test
 * Tier 4. Changes nothing. Needs no token. */
struct slack_api_test {
    SLACK_REQUEST_MEMBERS;
    const char *error;
};
#define slack_api_test(...) SLACK_REQUEST("api.test", slack_api_test, __VA_ARGS__)

#endif
