/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_ERROR_H
#define SLACK_UTIL_ERROR_H

#include <stdbool.h>

#include <stdarg.h>

#include <slack/error.h>

#include "slack/export.h"

/* Whether another attempt can succeed after this error: docs/errors.md has the same table. True for
 * a number that is not a code, since it may mean anything. For SLACK_EAPI Slack's reason decides:
 * see slack__heals(). */
bool slack__error_heals(int err);

/* The advice for an error that the library did not explain; "" if there is no general advice.
 * Static. */
const char *slack__error_cure(int err);

/* Write a sentence about a failure into `error`, which is NULL or takes SLACK_ERROR_TEXT_MAX bytes.
 * Secrets are redacted by pattern, since a sentence repeats what a person has configured. */
void slack__explain(char *error, const char *format, ...) SLACK_PRINTF(2, 3);
void slack__explain_v(char *error, const char *format, va_list ap) SLACK_PRINTF(2, 0);

#endif
