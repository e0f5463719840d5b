/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_LIMITS_H
#define SLACK_NET_HTTP_LIMITS_H

#include <slack/limits.h>

/* `set`, or NULL for none, with the default of slack/limits.h for each field that is 0. */
slack_http_limits_t slack__http_limits(const slack_http_limits_t *set);

#endif
