/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_DISTRIBUTED_H
#define SLACK_TESTS_SUPPORT_DISTRIBUTED_H

#include "app/inspect.h"
#include "support/desk.h"
#include "support/installs.h"

/* A distributed app, "1.2", with a store in a file and a fake Web API. */
extern app_fixture_t dist;
extern slack_options_t dist_with; /* of the next app */

/* A case that opens apps by itself. dist_with has the options of a distributed app. */
#define DISTRIBUTED_TEST(function) TEST_CASE(function, dist_setup, dist_teardown, NULL)
int dist_setup(void **state);
int dist_teardown(void **state);

/* Opens an app whose bot answers each message. The second function starts it, and lets the
 * functions of support/installs.h use its store. The third one does both. */
void dist_open(void);
void dist_ready(void);
void dist_start(void);
void dist_close(void);

/* Stores an installation, or a person's token. */
void dist_installed(const char *enterprise, const char *team, const char *user, const char *token);

/* A message in a channel of a workspace, and the token of the last call that answers it; "": there
 * is no call. */
const char *dist_token_for(const char *authorization);

#endif
