/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_CONFIG_H
#define SLACK_OAUTH_CONFIG_H

#include <stdbool.h>

#include <slack/options.h>

/* The options of a distributed app. */

#define SLACK_REDIRECT_PATH_DEFAULT "/slack/oauth_redirect"

/* Whether the app is distributed. */
static inline bool slack__oauth_configured(const slack_options_t *options)
{
    return options->client_id && *options->client_id;
}

/* Checks the options, after defaults. 0; SLACK_ECONFIG with a sentence in `error`
 * (SLACK_ERROR_TEXT_MAX bytes), which names the variable and the cure. */
int slack__oauth_check(const slack_options_t *options, char *error);

/* The path on which Slack's answer arrives, without a query. Borrowed from the options. */
const char *slack__oauth_redirect_path(const slack_options_t *options);

#endif
