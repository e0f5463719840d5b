/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_AUTH_TEST_H
#define SLACK_IDENTITY_AUTH_TEST_H

#include "identity/identity.h"

void slack__auth_test_init(slack_identity_t *identity);
/* Calls auth.test until Slack answers. The events of the identity report the answer. */
void slack__auth_test_start(slack_identity_t *identity);
/* Slack has refused a call with the app's own token. Calls auth.test again, at most once in
 * SLACK_TOKEN_CHECK_MS. */
void slack__auth_test_doubt(slack_identity_t *identity);

#endif
