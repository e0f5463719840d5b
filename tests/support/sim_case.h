/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SIM_CASE_H
#define SLACK_TESTS_SUPPORT_SIM_CASE_H

#include "support/sim_peer.h"
#include "support/test.h"

/* The fixture of the simulator's tests: each case has its own simulator in `peer`; a case that is
 * CONNECTED has an app on a socket in `app`, too. */

extern sim_peer_t peer;
extern sim_app_t app;
extern sim_peer_answer_t outcome; /* of the last act */

int sim_case_open(void **state);
int sim_case_close(void **state);
int sim_case_connect(void **state);
int sim_case_disconnect(void **state);

#define ALONE(function)     TEST_CASE(function, sim_case_open, sim_case_close, NULL)
#define CONNECTED(function) TEST_CASE(function, sim_case_connect, sim_case_disconnect, NULL)

#define assert_member(json, path, text) assert_string_equal(slack_json_str((json), (path)), (text))
#define assert_error(method, body, error)                                                          \
    assert_string_equal(sim_peer_api_error(&peer, (method), (body)), (error))

/* Waits for the end of the last act, and checks whether the app acked it. */
void assert_sent(bool acked);
/* The reason why an act is impossible. */
const char *sim_case_refused(const char *body);

#endif
