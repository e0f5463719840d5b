/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_OAUTH_H
#define SLACK_API_OAUTH_H

#include <slack/request.h>

/** @file api/oauth.h  The methods oauth.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/oauth.access
 * Tier 4. A second call may act again, or fail. Sent without a token. */
struct slack_oauth_access {
    SLACK_REQUEST_MEMBERS;
    const char *client_id;
    const char *client_secret;
    const char *code;
    const char *redirect_uri;
    slack_flag_t single_channel;
};
#define slack_oauth_access(...) SLACK_REQUEST("oauth.access", slack_oauth_access, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/oauth.v2.access
 * A special rate. A second call may act again, or fail. Sent without a token. */
struct slack_oauth_v2_access {
    SLACK_REQUEST_MEMBERS;
    const char *client_id;
    const char *client_secret;
    const char *code;
    const char *code_verifier;
    const char *redirect_uri;
    const char *grant_type;
    const char *refresh_token;
    const char *assertion;
};
#define slack_oauth_v2_access(...)                                                                 \
    SLACK_REQUEST("oauth.v2.access", slack_oauth_v2_access, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/oauth.v2.exchange
 * Tier 3. A second call may act again, or fail. Required: client_id, client_secret. */
struct slack_oauth_v2_exchange {
    SLACK_REQUEST_MEMBERS;
    const char *client_id;
    const char *client_secret;
};
#define slack_oauth_v2_exchange(...)                                                               \
    SLACK_REQUEST("oauth.v2.exchange", slack_oauth_v2_exchange, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/oauth.v2.user.access
 * A special rate. A second call may act again, or fail. Sent without a token. */
struct slack_oauth_v2_user_access {
    SLACK_REQUEST_MEMBERS;
    const char *client_id;
    const char *client_secret;
    const char *code;
    const char *code_verifier;
    const char *redirect_uri;
    const char *grant_type;
    const char *refresh_token;
    const char *assertion;
};
#define slack_oauth_v2_user_access(...)                                                            \
    SLACK_REQUEST("oauth.v2.user.access", slack_oauth_v2_user_access, __VA_ARGS__)

#endif
