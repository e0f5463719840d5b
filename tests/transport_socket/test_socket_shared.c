/* SPDX-License-Identifier: MIT */
/* A transport whose process shares the connections with others. */
#include "support/socket_world.h"

static socket_world_t w;

static slack_allowance_use_t allow(unsigned wanted, unsigned limit, bool standby, uint64_t for_ms)
{
    const slack_allowance_t a = {.wanted = wanted,
                                 .limit = limit,
                                 .others = 10,
                                 .standby = standby,
                                 .until_ms = socket_world_now_ms(&w) + for_ms};
    return w.t->ops->allow(w.t, &a);
}

/* It starts without a connection, is ready by the others', and opens one when it may. */
OPENED(a_standby_is_ready_and_takes_over)
{
    const slack_options_t options = {.app_token = "xapp-1", .socket_connections = 2};
    char error[SLACK_ERROR_TEXT_MAX];
    assert_int_equal(slack__socket_create(&w.t, &w.mock.host, &options, &w.limits, error), 0);
    allow(0, 0, false, 60 * SECOND);
    assert_int_equal(mock_start(&w.mock, w.t), 0);
    socket_world_pass(&w, 10 * SECOND);
    assert_int_equal(w.mock.state, SLACK_TRANSPORT_STARTING);
    allow(0, 0, true, 60 * SECOND);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_READY);
    assert_true(w.t->standby && socket_world_stats(&w).standby);
    assert_true(world_logged(&w.mock.world, "event=\"socket stands by\""));
    assert_int_equal(w.calls, 0);
    w.mock.used = 0;
    assert_int_equal(allow(1, 1, true, 60 * SECOND).open, 1);
    socket_world_until_connections(&w, 1);
    socket_world_settle(&w);
    assert_true(w.mock.used > 0);
    assert_false(w.t->standby || socket_world_stats(&w).standby);
    assert_int_equal(w.mock.state, SLACK_TRANSPORT_READY);
    assert_int_equal(socket_world_stats(&w).deaf_ms, 0);
    socket_world_assert_alive(&w, w.last_hello, 1);
}

/* The process stood still, and others may have answered its envelopes. */
CONNECTED(nothing_is_taken_or_acked_after_the_end_of_the_allowance)
{
    allow(1, 1, false, 5 * SECOND);
    w.mock.script = MOCK_KEEP;
    socket_world_event(&w, w.last_hello, 1);
    world_until(&w.mock.world, w.mock.count == 1);
    socket_world_jump(&w, 5 * SECOND);
    socket_world_event(&w, w.last_hello, 2);
    socket_world_settle(&w);
    mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL);
    socket_world_settle(&w);
    assert_int_equal(w.mock.count, 1);
    assert_int_equal(w.ack_count, 0);
    w.mock.script = MOCK_ACK;
    allow(1, 1, false, 60 * SECOND); /* it still has the connection */
    socket_world_assert_alive(&w, w.last_hello, 3);
}

CONNECTED(a_connection_that_another_process_has_is_closed)
{
    assert_int_equal(allow(0, 0, true, 60 * SECOND).open, 1);
    socket_world_until_live(&w, 0);
    assert_int_equal(w.close_code, 1000);
    socket_world_pass(&w, 60 * SECOND);
    assert_int_equal(w.calls, 1);
    assert_int_equal(w.mock.state, SLACK_TRANSPORT_READY);
    assert_false(world_logged(&w.mock.world, "level=warn"));
}
