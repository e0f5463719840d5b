/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_OPENID_H
#define SLACK_OAUTH_OPENID_H

#include <slack/sign_in.h>

#include "oauth/flow.h"

/* Sign in with Slack: see slack_sign_in(), whose codes it returns. */
int slack__sign_in_add(slack_install_flow_t *flow, const char *path, slack_signed_in_fn fn,
                       void *user_data);
void slack__sign_ins_done(slack_install_flow_t *flow);

#endif
