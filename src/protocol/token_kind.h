/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_TOKEN_KIND_H
#define SLACK_PROTOCOL_TOKEN_KIND_H

#include <stdbool.h>

/* What is wrong with a token or secret that no header can carry: see slack__is_visible(). */
#define SLACK_TOKEN_UNFIT "holds white space or a character that is not ASCII; copy it again"

/* What the rows of util/token_prefixes.def say of a token. */

/* A bot token is needed to call Slack, an app-level token to open Socket Mode connections. User
 * tokens may stand in for bot tokens. */
enum slack_token_use { SLACK_TOKEN_OF_NONE, SLACK_TOKEN_OF_BOT, SLACK_TOKEN_OF_APP };
bool slack__token_is(const char *token, enum slack_token_use use);

/* The kind of a token in words: "a bot token (xoxb-)". NULL: the text is not a token. */
const char *slack__token_kind(const char *token);

#endif
