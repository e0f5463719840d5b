/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_OPENID_H
#define SLACK_API_OPENID_H

#include <slack/request.h>

/** @file api/openid.h  The methods openid.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/openid.connect.token
 * Tier 4. A second call may act again, or fail. Sent without a token. */
struct slack_openid_connect_token {
    SLACK_REQUEST_MEMBERS;
    const char *client_id;
    const char *client_secret;
    const char *code;
    const char *redirect_uri;
    /* authorization_code, refresh_token */
    const char *grant_type;
    const char *refresh_token;
    /* at most 128 characters */
    const char *code_verifier;
};
#define slack_openid_connect_token(...)                                                            \
    SLACK_REQUEST("openid.connect.token", slack_openid_connect_token, __VA_ARGS__)

/** https://docs.slack.dev/reference/methods/openid.connect.userInfo
 * Tier 3. Changes nothing. Scopes: user openid. */
struct slack_openid_connect_userInfo {
    SLACK_REQUEST_MEMBERS;
};
#define slack_openid_connect_userInfo(...)                                                         \
    SLACK_REQUEST("openid.connect.userInfo", slack_openid_connect_userInfo, __VA_ARGS__)

#endif
