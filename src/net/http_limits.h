/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_LIMITS_H
#define SLACK_NET_HTTP_LIMITS_H

#include <slack/limits.h>

/* A copy of `set` in which each field that is 0 has its default from slack/limits.h. NULL: all
 * defaults. */
slack_http_limits_t slack__http_limits(const slack_http_limits_t *set);

#endif
