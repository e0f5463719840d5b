/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_TOKEN_KIND_H
#define SLACK_PROTOCOL_TOKEN_KIND_H

#include <stdbool.h>

/* What the rows of util/token_prefixes.def say of a token. */

/* A bot token is needed to call Slack, an app-level token to open Socket Mode connections. User
 * tokens may stand in for bot tokens. */
enum slack_token_use { SLACK_TOKEN_OF_NONE, SLACK_TOKEN_OF_BOT, SLACK_TOKEN_OF_APP };
bool slack__token_is(const char *token, enum slack_token_use use);

/* The kind of a token in words: "a bot token (xoxb-)". NULL: the text is no token. */
const char *slack__token_kind(const char *token);

#endif
