/* SPDX-License-Identifier: MIT */
/* Envelopes that arrive twice, broken, or too many at once, and acks without a connection. */

#include "support/socket_world.h"
#include "support/test.h"

static socket_world_t w;

/* ---- envelopes ---- */

static void envelope(const char *text)
{
    unsigned acks = w.ack_count;
    socket_peer_text(w.peer, 1, text);
    socket_world_until_acks(&w, acks + 1);
}

CONNECTED(unknown_type)
{
    envelope("{\"envelope_id\":\"e-1\",\"type\":\"telepathy\",\"payload\":{\"a\":1}}");
    assert_true(socket_world_acked(&w, 1));
    assert_int_equal(w.mock.count, 1);
    assert_int_equal(w.mock.deliveries[0].kind, SLACK_KIND_UNKNOWN);
}

CONNECTED(events_api_without_event)
{
    envelope("{\"envelope_id\":\"e-1\",\"type\":\"events_api\",\"payload\":{\"type\":"
             "\"app_rate_limited\",\"minute_rate_limited\":1}}");
    assert_true(socket_world_acked(&w, 1));
    assert_int_equal(w.mock.deliveries[0].kind, SLACK_KIND_APP_RATE_LIMITED);
}

CONNECTED(payload_that_is_no_object)
{
    static const char *const payloads[] = {"null", "7", "\"x\"", "[{}]", "{\"a\":}", "{\"a\""};
    for (unsigned i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        char text[128];
        snprintf(text, sizeof text,
                 "{\"envelope_id\":\"e-%u\",\"type\":\"events_api\",\"payload\":%s}", i,
                 payloads[i]);
        envelope(text);
        assert_true(socket_world_acked(&w, i));
    }
    assert_int_equal(w.mock.count, 0);
    assert_true(world_logged(&w.mock.world, "level=warn"));
    assert_int_equal(w.calls, 1);
}

CONNECTED(same_envelope_twice)
{
    socket_world_event(&w, 1, 1);
    socket_world_event(&w, 1, 1);
    socket_world_until_acks(&w, 2);
    assert_int_equal(w.mock.count, 2); /* they have one key, so the inbox runs one of them */
    assert_string_equal(w.mock.deliveries[0].key, w.mock.deliveries[1].key);
    socket_world_event(&w, 1, 1); /* also after its ack */
    socket_world_until_acks(&w, 3);
    assert_int_equal(w.mock.count, 3);
}

CONNECTED(same_event_as_retry)
{
    socket_world_event(&w, 1, 1);
    envelope("{\"envelope_id\":\"e-2\",\"type\":\"events_api\",\"retry_attempt\":1,"
             "\"retry_reason\":\"timeout\",\"payload\":{\"event_id\":\"Ev-1\",\"event\":"
             "{\"type\":\"message\"}}}");
    socket_world_until_acks(&w, 2);
    assert_int_equal(w.mock.count, 2);
    assert_int_equal(w.mock.deliveries[1].retry_num, 1);
    assert_string_equal(w.mock.deliveries[1].retry_reason, "timeout");
    assert_string_equal(w.mock.deliveries[1].key, "Ev-1");
}

/* A command "e-1" that waits for its ack. */
static void take_command(bool accepts)
{
    char text[160];
    w.mock.script = MOCK_KEEP;
    snprintf(
        text, sizeof text,
        "{\"envelope_id\":\"e-1\",\"type\":\"slash_commands\",\"payload\":{\"command\":\"/x\"},"
        "\"accepts_response_payload\":%s}",
        accepts ? "true" : "false");
    socket_peer_text(w.peer, 1, text);
    mock_run_until_count(&w.mock, 1);
}

CONNECTED(ack_payload_that_is_not_accepted)
{
    take_command(false);
    assert_false(w.mock.deliveries[0].body_allowed);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "x"), SLACK_EACKBODY);
    socket_world_settle(&w);
    assert_int_equal(w.ack_count, 0);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), 0);
    socket_world_until_acks(&w, 1);
    assert_true(socket_world_acked(&w, 1));
}

CONNECTED(ack_of_20479_20480_20481_bytes)
{
    static const char frame[] = "{\"envelope_id\":\"e-1\",\"payload\":}";
    take_command(true);
    char *body = calloc(1, 20482);
    assert_non_null(body);
    for (size_t size = 20481; size >= 20479; size--) {
        size_t len = size - strlen(frame);
        memset(body, ' ', 20481);
        body[0] = '{';
        body[len - 1] = '}';
        body[len] = '\0';
        int rc = mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_JSON, body);
        assert_int_equal(rc, size >= 20480 ? SLACK_ETOOBIG : 0);
        socket_world_settle(&w);
        assert_int_equal(w.ack_count, size >= 20480 ? 0 : 1);
    }
    assert_int_equal(w.ack_len, 20479 + 1);
    free(body);
}

CONNECTED(ack_after_reconnect)
{
    take_command(true);
    socket_peer_reset(w.peer, 1);
    socket_world_settle(&w);
    socket_world_until_connections(&w, 1);
    assert_int_equal(w.last_hello, 2);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), 0);
    socket_world_until_acks(&w, 1);
    assert_true(socket_world_acked(&w, 1));
}

static void say_command_again(unsigned connection)
{
    socket_peer_text(w.peer, connection,
                     "{\"envelope_id\":\"e-1\",\"type\":\"slash_commands\",\"payload\":"
                     "{\"command\":\"/x\"},\"accepts_response_payload\":true}");
    socket_world_settle(&w);
}

/* The handler runs once. Its ack goes to the connection that brought the envelope last. */
CONNECTED(same_command_while_its_handler_runs)
{
    take_command(true);
    socket_peer_reset(w.peer, 1);
    socket_world_settle(&w);
    socket_world_until_connections(&w, 1);
    say_command_again(2);
    assert_int_equal(w.mock.count, 1);
    assert_int_equal(w.ack_count, 0);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "x"), 0);
    socket_world_until_acks(&w, 1);
    assert_non_null(strstr(w.acks, "{\"text\":\"x\"}"));
}

CONNECTED(same_command_after_its_ack)
{
    take_command(true);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, "x"), 0);
    socket_world_until_acks(&w, 1);
    socket_peer_reset(w.peer, 1);
    socket_world_settle(&w);
    socket_world_until_connections(&w, 1);
    w.ack_len = 0;
    say_command_again(2);
    socket_world_until_acks(&w, 2);
    assert_int_equal(w.mock.count, 1);
    assert_string_equal(w.acks, "{\"envelope_id\":\"e-1\",\"payload\":{\"text\":\"x\"}}\n");
}

CONNECTED(ack_with_no_connection_is_counted)
{
    take_command(true);
    w.no_api = true;
    socket_peer_reset(w.peer, 1);
    socket_world_settle(&w);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), SLACK_ECLOSED);
    assert_int_equal(socket_world_stats(&w).ack_lost, 1);
}

CONNECTED(two_acks_of_one_envelope)
{
    static const slack_ack_t ack = {.outcome = SLACK_ACK_OK};
    take_command(true);
    slack_delivery_t *d = w.mock.deliveries[0].d;
    assert_int_equal(w.t->ops->ack(w.t, d, &ack), 0);
    assert_int_equal(mock_ack(&w.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), SLACK_ECLOSED);
    socket_world_settle(&w);
    assert_int_equal(w.ack_count, 1);
}

/* ---- bounds ---- */

OPENED(more_envelopes_than_may_wait)
{
    w.limits.inflight_max = 20;
    socket_world_start(&w, 1);
    socket_world_until_connections(&w, 1);
    w.mock.script = MOCK_KEEP;
    for (unsigned n = 0; n < 50; n++)
        socket_world_event(&w, 1, n);
    mock_run_until_count(&w.mock, 20);
    socket_world_settle(&w);
    assert_int_equal(w.mock.count, 20);
    for (unsigned n = 0; n < 20; n++)
        assert_int_equal(mock_ack(&w.mock, n, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), 0);
    socket_world_until_acks(&w, 20);
    w.mock.script = MOCK_ACK;
    socket_world_assert_alive(&w, 1, 77);
    assert_int_equal(w.ack_count, 21); /* Slack sends the others again */
}

static void open_among_ghosts(socket_peer_t *peer, unsigned connection, void *user_data)
{
    socket_peer_text(peer, connection, "{\"type\":\"hello\",\"num_connections\":10}");
}

OPENED(ghosts_are_told)
{
    w.script.open = open_among_ghosts;
    socket_world_start(&w, 1);
    socket_world_until_connections(&w, 1);
    assert_true(world_logged(&w.mock.world, "num_connections=10 own=1"));
    world_forget_log(&w.mock.world);
    socket_peer_reset(w.peer, 1);
    socket_world_until_taken(&w, 2);
    socket_world_until_connections(&w, 1);
    assert_true(world_logged(&w.mock.world, "event=\"socket replaced\""));
    assert_false(world_logged(&w.mock.world, "own=1")); /* the warning is logged once */
}
