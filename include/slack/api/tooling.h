/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_TOOLING_H
#define SLACK_API_TOOLING_H

#include <slack/request.h>

/** @file api/tooling.h  The methods tooling.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/tooling.tokens.rotate
 * A special rate. A second call may act again, or fail. Required: refresh_token. Sent without a
 * token. */
struct slack_tooling_tokens_rotate {
    SLACK_REQUEST_MEMBERS;
    const char *refresh_token;
};
#define slack_tooling_tokens_rotate(...)                                                           \
    SLACK_REQUEST("tooling.tokens.rotate", slack_tooling_tokens_rotate, __VA_ARGS__)

#endif
