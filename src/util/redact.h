/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_REDACT_H
#define SLACK_UTIL_REDACT_H

#include <stdbool.h>
#include <stddef.h>

/* Replace what looks like a secret, in place: a token, a response URL, a webhook URL, a ticket, a
 * private key, the user and password of a URL. Returns the new length, at most `len`. */
size_t slack__redact(char *text, size_t len);

/* The kind of secret that a value holds, in words: "a bot token (xoxb-)"; NULL: it holds no secret.
 * `password`: the value may be a URL with a user and a password. Slack's signing and client secrets
 * have no prefix: 32 hexadecimal digits count as one, alone, behind "APPID:" or in a list with
 * commas. */
const char *slack__secret_kind(const char *value, bool password);

#endif
