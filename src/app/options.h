/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_OPTIONS_H
#define SLACK_APP_OPTIONS_H

#include <stdbool.h>

#include <slack/options.h>

/* Copies the strings of `from`, takes the fields that are not set from the environment and .env if
 * `environment` is true, and sets the rest to their defaults. `error` takes SLACK_ERROR_TEXT_MAX
 * bytes. On failure the caller has nothing to free. */
int slack__options_resolve(slack_options_t *ret, const slack_options_t *from, bool environment,
                           char *error);

/* SLACK_ECONFIG with a sentence where there is no bot token: not every app needs one. */
int slack__options_need_token(const slack_options_t *options, char *error);

#endif
