/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_AUTH_H
#define SLACK_API_AUTH_H

#include <slack/request.h>

/** @file api/auth.h  The methods auth.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/auth.revoke
 * Tier 3. A second call may act again, or fail. */
struct slack_auth_revoke {
    SLACK_REQUEST_MEMBERS;
    slack_flag_t test;
};
#define slack_auth_revoke(...) SLACK_REQUEST("auth.revoke", slack_auth_revoke, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/auth.teams.list
 * Tier 2. Changes nothing. A list in pages of teams. */
struct slack_auth_teams_list {
    SLACK_REQUEST_MEMBERS;
    /* 1 to 1000 */
    int64_t limit;
    const char *cursor;
    slack_flag_t include_icon;
};
#define slack_auth_teams_list(...)                                                                 \
    SLACK_REQUEST("auth.teams.list", slack_auth_teams_list, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/auth.test
 * A special rate. Changes nothing. */
struct slack_auth_test {
    SLACK_REQUEST_MEMBERS;
};
#define slack_auth_test(...) SLACK_REQUEST("auth.test", slack_auth_test, __VA_ARGS__)

#endif
