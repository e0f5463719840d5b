/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_AUTH_TEST_H
#define SLACK_IDENTITY_AUTH_TEST_H

#include "identity/identity.h"

void slack__auth_test_init(slack_identity_t *identity);
/* Ask until there is an answer. Events report it. */
void slack__auth_test_start(slack_identity_t *identity);
/* Slack has refused the own token: ask again, now or when the last answer is old enough. */
void slack__auth_test_doubt(slack_identity_t *identity);

#endif
