/* SPDX-License-Identifier: MIT */
#include "support/sim_case.h"
#include "support/test.h"

sim_peer_t peer;
sim_app_t app;
sim_peer_answer_t outcome;

int sim_case_open(void **state)
{
    sim_peer_open(&peer, NULL);
    return 0;
}

int sim_case_close(void **state)
{
    sim_peer_close(&peer);
    return 0;
}

int sim_case_connect(void **state)
{
    sim_peer_open(&peer, NULL);
    sim_app_connect(&peer, &app);
    return 0;
}

int sim_case_disconnect(void **state)
{
    sim_app_close(&app);
    return sim_case_close(state);
}

void assert_sent(bool acked)
{
    const slack_json_t *sent = sim_peer_sent(&peer, &outcome);
    assert_int_equal(peer.status, 200);
    assert_true(slack_json_bool(sent, "/acked") == acked);
}

const char *sim_case_refused(const char *body)
{
    sim_peer_send(&peer, body, &outcome);
    sim_peer_sent(&peer, &outcome);
    assert_int_equal(outcome.status, 400);
    return slack_json_str(outcome.body, "/error");
}
