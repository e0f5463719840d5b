/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_ERROR_H
#define SLACK_UTIL_ERROR_H

#include <stdbool.h>

#include <slack/error.h>

/* Whether another attempt can succeed after this error: docs/errors.md has the same table. True for
 * a number that is not a code, since it may mean anything. For SLACK_EAPI Slack's reason decides:
 * see slack__heals(). */
bool slack__error_heals(int err);

/* What a person can do about an error that the library did not explain; "" if there is no general
 * advice. Static. */
const char *slack__error_cure(int err);

#endif
