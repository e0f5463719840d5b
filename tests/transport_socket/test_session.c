/* SPDX-License-Identifier: MIT */
#include "support/sessions.h"
#include "support/test.h"

static sessions_t w;

/* Cases with one session: one that is to open, and one that is open. */
#define OPEN_TEST(function)  TEST_AROUND(function, sessions_open(&w, 1), (void)0)
#define READY_TEST(function) TEST_AROUND(function, sessions_open_ready(&w, 1), (void)0)

/* ---- opening ---- */

TEST(test_opens_staggered)
{
    sessions_open(&w, 3);
    assert_int_equal(w.calls, 1);
    sessions_pass(&w, 2 * SECOND, true);
    assert_int_equal(w.calls, 1); /* the second waits for the first hello */
    sessions_hello(&w);
    assert_int_equal(w.calls, 2);
    sessions_pass(&w, 999, true);
    assert_int_equal(w.calls, 2);
    sessions_pass(&w, 1001, true);
    assert_int_equal(w.calls, 3);
    sessions_hello(&w);
    sessions_hello(&w);
    sessions_pass(&w, MINUTE, true);
    assert_int_equal(w.calls, 3);
    assert_int_equal(slack__supervisor_serving(&w.sup), 3);
}

OPEN_TEST(test_every_stage_has_its_time)
{
    sessions_put_one(&w, 0, SLACK_INPUT_URL);
    sessions_pass(&w, 15 * SECOND - 1, false);
    assert_int_equal(w.aborts, 0);
    sessions_pass(&w, 1, false);
    assert_int_equal(w.aborts, 1); /* no 101 */

    sessions_pass(&w, 2 * SECOND, false);
    sessions_put_one(&w, 0, SLACK_INPUT_URL);
    sessions_put_one(&w, 0, SLACK_INPUT_UPGRADED);
    sessions_pass(&w, 5 * SECOND, true);
    sessions_put_one(&w, 0, SLACK_INPUT_HELLO); /* hello is 5 s late */
    assert_int_equal(sessions_count(&w, SLACK_SESSION_READY), 1);

    sessions_open(&w, 1);
    sessions_put_one(&w, 0, SLACK_INPUT_URL);
    sessions_put_one(&w, 0, SLACK_INPUT_UPGRADED);
    sessions_pass(&w, 15 * SECOND, true); /* pings arrive, but no hello */
    assert_int_equal(w.closes, 1);
    sessions_pass(&w, 1 * SECOND, true);
    assert_int_equal(w.aborts, 1);

    sessions_open(&w, 1);
    slack_session_input_t late = sessions_input(&w, 0, SLACK_INPUT_URL);
    sessions_pass(&w, 60 * SECOND, false); /* the call is answered too late */
    sessions_put(&w, &late);
    assert_int_equal(w.dials, 0);
}

READY_TEST(test_old_generations_have_no_effect)
{
    slack_session_input_t old = sessions_input(&w, 0, SLACK_INPUT_CLOSED);
    sessions_put_one(&w, 0, SLACK_INPUT_CLOSED);
    sessions_pass(&w, 2 * SECOND, true);
    sessions_hello(&w);
    w.socket[0] = true;
    static const enum slack_session_input_type types[] = {
        SLACK_INPUT_URL,     SLACK_INPUT_CALL_FAILED, SLACK_INPUT_UPGRADED, SLACK_INPUT_HELLO,
        SLACK_INPUT_GOODBYE, SLACK_INPUT_CLOSED,      SLACK_INPUT_ENVELOPE, SLACK_INPUT_ACKED};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        slack_supervisor_t before = w.sup;
        old.type = types[i];
        old.cause = SLACK_CAUSE_DISABLED;
        sessions_put(&w, &old);
        assert_int_equal(w.actions.count, 0);
        assert_memory_equal(&before, &w.sup, sizeof before);
    }
}

/* ---- refresh ---- */

READY_TEST(test_refresh_makes_before_it_breaks)
{
    unsigned old = sessions_slot_in(&w, SLACK_SESSION_READY);
    sessions_put_cause(&w, old, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
    assert_int_equal(w.calls, 1); /* at once */
    assert_int_equal(w.closes, 0);
    sessions_put_cause(&w, old, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH); /* said twice */
    assert_int_equal(w.calls, 1);

    sessions_hello(&w);
    assert_int_equal(w.ready_cause, SLACK_CAUSE_REFRESH);
    assert_int_equal(slack__supervisor_serving(&w.sup), 2);
    sessions_put_one(&w, old, SLACK_INPUT_ENVELOPE);
    sessions_pass(&w, 10 * SECOND, true); /* envelopes may still arrive for 10 s */
    assert_int_equal(w.closes, 0);
    sessions_put_one(&w, old, SLACK_INPUT_ACKED);
    assert_int_equal(w.closes, 1);
    sessions_pass(&w, 999, true);
    assert_int_equal(w.aborts, 0);
    sessions_pass(&w, 1, true); /* the server never answers Close */
    assert_int_equal(w.aborts, 1);
    assert_int_equal(w.losses, 0);
    assert_int_equal(sessions_count(&w, SLACK_SESSION_READY), 1);
}

/* ---- connections that processes share ---- */

READY_TEST(test_a_replacement_waits_until_the_limit_admits_it)
{
    sessions_allow(&w, 1, 1, false);
    unsigned old = sessions_slot_in(&w, SLACK_SESSION_READY);
    sessions_put_cause(&w, old, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
    sessions_pass(&w, 20 * SECOND, true);
    assert_int_equal(w.calls + w.closes, 0); /* it serves until there is another one */
    slack_allowance_use_t use = slack__supervisor_use(&w.sup, w.now);
    assert_int_equal(use.open, 1);
    assert_int_equal(use.missing, 1);
    sessions_allow(&w, 1, 2, false);
    assert_int_equal(w.calls, 1);
    sessions_hello(&w);
    assert_int_equal(w.closes, 1); /* Slack sends nothing more on the old one */
    sessions_put_one(&w, old, SLACK_INPUT_CLOSED);
    use = slack__supervisor_use(&w.sup, w.now);
    assert_int_equal(use.open + use.missing, 1);
}

READY_TEST(test_a_replaced_connection_hurries_for_another_process)
{
    unsigned old = sessions_slot_in(&w, SLACK_SESSION_READY);
    sessions_allow(&w, 1, 2, false);
    sessions_put_cause(&w, old, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
    sessions_allow(&w, 1, 2, true);
    assert_int_equal(w.closes, 0);
    sessions_put_one(&w, old, SLACK_INPUT_ENVELOPE);
    sessions_hello(&w);
    assert_int_equal(w.closes, 0); /* an ack is due */
    sessions_put_one(&w, old, SLACK_INPUT_ACKED);
    assert_int_equal(w.closes, 1);
}

READY_TEST(test_a_connection_that_is_not_wanted_closes_after_its_acks)
{
    unsigned slot = sessions_slot_in(&w, SLACK_SESSION_READY);
    sessions_put_one(&w, slot, SLACK_INPUT_ENVELOPE);
    sessions_allow(&w, 0, 0, false);
    assert_int_equal(w.closes, 0);
    sessions_pass(&w, 2999, true);
    assert_int_equal(w.closes, 0);
    sessions_pass(&w, 1, true); /* Slack no longer waits for the ack */
    assert_int_equal(w.closes, 1);
    sessions_pass(&w, 100 * SECOND, true);
    assert_int_equal(w.calls + w.losses, 0);
    sessions_allow(&w, 1, 1, false);
    assert_int_equal(w.calls, 1);
    sessions_allow(&w, 0, 0, false); /* in the middle of a call, of a dial, before hello */
    assert_int_equal(sessions_count(&w, SLACK_SESSION_FREE), SLACK_SESSIONS_MAX);
    for (unsigned steps = 1; steps <= 2; steps++) {
        sessions_pass(&w, 10 * SECOND, true);
        sessions_allow(&w, 1, 1, false);
        slot = sessions_slot_in(&w, SLACK_SESSION_CALLING);
        sessions_put_one(&w, slot, SLACK_INPUT_URL);
        if (steps == 2) sessions_put_one(&w, slot, SLACK_INPUT_UPGRADED);
        sessions_allow(&w, 0, 0, false);
        assert_int_equal(sessions_coming(&w), 0);
        assert_int_equal(w.losses, 0);
    }
}

/* Neither a repeated goodbye nor an ack without an envelope delays the end. */
READY_TEST(test_a_refresh_is_not_put_off)
{
    unsigned old = sessions_slot_in(&w, SLACK_SESSION_READY);
    sessions_put_one(&w, old, SLACK_INPUT_ACKED);
    sessions_put_cause(&w, old, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
    sessions_hello(&w);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(w.closes, 0);
        sessions_put_cause(&w, old, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
        sessions_pass(&w, SECOND, true);
    }
    assert_int_equal(w.closes, 1);
}

READY_TEST(test_an_ack_is_waited_for_but_not_for_ever)
{
    unsigned old = sessions_slot_in(&w, SLACK_SESSION_READY);
    sessions_put_one(&w, old, SLACK_INPUT_ENVELOPE);
    sessions_put_cause(&w, old, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
    sessions_hello(&w);
    sessions_pass(&w, 13 * SECOND - 1, true);
    assert_int_equal(w.closes, 0);
    sessions_pass(&w, 1, true);
    assert_int_equal(w.closes, 1);
}

READY_TEST(test_warning_then_tcp_drop)
{
    sessions_put_cause(&w, 0, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
    sessions_put_one(&w, 0, SLACK_INPUT_CLOSED);
    assert_int_equal(w.calls, 1); /* the dial goes on: no second one, no wait */
    assert_int_equal(w.losses, 0);
    sessions_hello(&w);
    assert_int_equal(sessions_count(&w, SLACK_SESSION_READY), 1);
}

READY_TEST(test_a_leaving_connection_serves_until_it_is_replaced)
{
    unsigned old = sessions_slot_in(&w, SLACK_SESSION_READY);
    sessions_put_cause(&w, old, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
    for (unsigned i = 0; i < 20; i++) { /* no new connection, and no Close */
        for (unsigned j = 0; j < SLACK_SESSIONS_MAX; j++)
            if (w.sup.sessions[j].state == SLACK_SESSION_CALLING)
                sessions_put_cause(&w, j, SLACK_INPUT_CALL_FAILED, SLACK_CAUSE_REFUSED);
        sessions_pass(&w, 30 * SECOND, true);
    }
    assert_int_equal(w.closes, 0);
    assert_int_equal(slack__supervisor_serving(&w.sup), 1);
}

OPEN_TEST(test_age)
{
    unsigned slot = sessions_slot_in(&w, SLACK_SESSION_CALLING);
    sessions_put_one(&w, slot, SLACK_INPUT_URL);
    sessions_put_one(&w, slot, SLACK_INPUT_UPGRADED);
    slack_session_input_t in = sessions_input(&w, slot, SLACK_INPUT_HELLO);
    in.life_ms = 360 * SECOND;
    sessions_put(&w, &in);
    w.calls = 0;
    sessions_pass(&w, 323 * SECOND, true);
    assert_int_equal(w.calls, 0);
    sessions_pass(&w, 20 * SECOND, true);
    assert_int_equal(w.calls, 1); /* shortly before the end of its life, with jitter */
    assert_int_equal(w.closes, 0);
    sessions_hello(&w);
    sessions_pass(&w, 16 * SECOND, true);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.ready_cause, SLACK_CAUSE_AGE);
}

/* An approximate_connection_time that is not plausible is ignored. */
TEST(test_an_age_that_cannot_be)
{
    static const uint64_t ages[] = {0, 8 * 24 * 3600 * SECOND, UINT64_MAX};
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        sessions_open(&w, 1);
        sessions_put_one(&w, 0, SLACK_INPUT_URL);
        sessions_put_one(&w, 0, SLACK_INPUT_UPGRADED);
        slack_session_input_t in = sessions_input(&w, 0, SLACK_INPUT_HELLO);
        in.life_ms = ages[i];
        sessions_put(&w, &in);
        assert_true(w.sup.sessions[0].renew_ms == UINT64_MAX);
        sessions_pass(&w, 10 * MINUTE, true);
        assert_int_equal(w.calls, 1);
    }
}

TEST(test_ten_of_ten)
{
    sessions_open_ready(&w, 10);
    for (unsigned i = 0; i < 10; i++) /* all have to be replaced: one after the other is */
        sessions_put_cause(&w, i, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
    assert_int_equal(w.closes, 1);
    for (unsigned i = 0; i < 10; i++) {
        while (sessions_coming(&w) == 0) {
            sessions_pass(&w, 100, true);
            assert_true(slack__supervisor_serving(&w.sup) >= 9);
        }
        sessions_hello(&w);
    }
    assert_int_equal(sessions_count(&w, SLACK_SESSION_READY), 10);
    assert_int_equal(w.closes, 10);
    assert_int_equal(w.calls, 10);
}

/* ---- the other reasons ---- */

TEST(test_too_many_websockets)
{
    sessions_open(&w, 2);
    uint64_t start = w.now, last = 0;
    for (unsigned i = 0; i < 20; i++) {
        unsigned slot = sessions_slot_in(&w, SLACK_SESSION_CALLING);
        if (i > 0) assert_true(w.last_call - last >= 10 * SECOND);
        last = w.last_call;
        sessions_put_one(&w, slot, SLACK_INPUT_URL);
        sessions_put_one(&w, slot, SLACK_INPUT_UPGRADED);
        sessions_put_cause(&w, slot, SLACK_INPUT_GOODBYE,
                           SLACK_CAUSE_CROWDED); /* instead of hello */
        assert_int_equal(w.closes, i + 1);
        sessions_put_one(&w, slot, SLACK_INPUT_CLOSED);
        while (sessions_coming(&w) == 0)
            sessions_pass(&w, SECOND, true);
    }
    assert_true(w.now - start >= 20 * MINUTE); /* far less than one call a minute */
}

TEST(test_no_overlap_while_it_is_crowded)
{
    sessions_open_ready(&w, 2);
    sessions_put_cause(&w, 1, SLACK_INPUT_GOODBYE, SLACK_CAUSE_CROWDED); /* Slack evicts it */
    sessions_put_one(&w, 1, SLACK_INPUT_CLOSED);
    sessions_put_cause(&w, 0, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
    assert_int_equal(w.calls, 0);
    sessions_put_one(&w, 0, SLACK_INPUT_CLOSED); /* Slack has room for it now, and nothing serves */
    assert_int_equal(w.calls, 1);
    sessions_hello(&w);
    sessions_pass(&w, 5 * SECOND, true);
    assert_int_equal(slack__supervisor_serving(&w.sup), 1);
    sessions_pass(&w, MINUTE, true);
    sessions_hello(&w);
    sessions_pass(&w, MINUTE, true);
    assert_int_equal(slack__supervisor_serving(&w.sup), 2);
    assert_int_equal(w.sup.trouble, SLACK_BACKOFF_RETRY); /* it is stable */
}

TEST(test_link_disabled)
{
    sessions_open_ready(&w, 2);
    sessions_put_cause(&w, 0, SLACK_INPUT_GOODBYE, SLACK_CAUSE_DISABLED);
    sessions_put_cause(&w, 1, SLACK_INPUT_GOODBYE, SLACK_CAUSE_DISABLED);
    assert_int_equal(w.closes, 2);
    sessions_pass(&w, MINUTE - 1, true);
    assert_int_equal(w.calls, 0);
    while (sessions_coming(&w) == 0)
        sessions_pass(&w, SECOND, true);
    assert_int_equal(w.calls, 1);
    sessions_hello(&w);
    sessions_pass(&w, 2 * SECOND, true);
    sessions_hello(&w);
    assert_int_equal(sessions_count(&w, SLACK_SESSION_READY), 2);
}

OPEN_TEST(test_disconnect_instead_of_hello)
{
    sessions_put_one(&w, 0, SLACK_INPUT_URL);
    sessions_put_one(&w, 0, SLACK_INPUT_UPGRADED);
    sessions_put_cause(&w, 0, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.losses, 1);
    assert_int_equal(w.lost_cause,
                     SLACK_CAUSE_REFUSED); /* a refresh in place of hello is a failure */
    sessions_put_one(&w, 0, SLACK_INPUT_CLOSED);
    sessions_pass(&w, SECOND, true);
    assert_int_equal(w.calls, 2);
}

TEST(test_loss_without_a_word)
{
    sessions_open_ready(&w, 2);
    sessions_put_one(&w, 0, SLACK_INPUT_CLOSED);
    assert_int_equal(w.losses, 1);
    sessions_pass(&w, SECOND, true);
    assert_int_equal(w.calls, 1);
    sessions_hello(&w);
    assert_int_equal(w.ready_cause, SLACK_CAUSE_LOST);
}

/* ---- life and death ---- */

READY_TEST(test_pings_and_silence)
{
    sessions_seen(&w, 0);
    sessions_pass(&w, 30 * SECOND - 1, false);
    assert_true(w.pings >= 2);
    assert_int_equal(w.aborts, 0);
    sessions_pass(&w, 1, false);
    assert_int_equal(w.aborts, 1); /* the descriptor is closed at once */
    assert_int_equal(w.losses, 1);
    sessions_pass(&w, SECOND, false);
    assert_int_equal(w.calls, 1);
}

/* Silence is measured from hello or from the last byte, but not from a time in the future. */
OPEN_TEST(test_since_when_it_is_silent)
{
    sessions_put_one(&w, 0, SLACK_INPUT_URL);
    sessions_put_one(&w, 0, SLACK_INPUT_UPGRADED);
    sessions_pass(&w, 14 * SECOND, false);
    sessions_put_one(&w, 0, SLACK_INPUT_HELLO);
    slack_session_input_t in = sessions_input(&w, 0, SLACK_INPUT_SEEN);
    in.at_ms = w.now + MINUTE;
    sessions_put(&w, &in);
    sessions_pass(&w, 30 * SECOND - 1, false);
    assert_int_equal(w.aborts, 0);
    sessions_pass(&w, 1, false);
    assert_int_equal(w.aborts, 1);
}

READY_TEST(test_a_late_pong)
{
    for (unsigned i = 0; i < 10; i++) { /* every pong is 6 s late */
        sessions_pass(&w, 16 * SECOND, false);
        sessions_seen(&w, 0);
    }
    assert_int_equal(w.aborts, 0);
    sessions_pass(&w, 40 * SECOND, false);
    assert_int_equal(w.aborts, 1);
}

READY_TEST(test_the_clock_jumps)
{
    unsigned old = sessions_slot_in(&w, SLACK_SESSION_READY);
    w.now += 3600 * SECOND; /* the machine slept */
    sessions_put_all(&w, SLACK_INPUT_TICK);
    assert_int_equal(w.pings, 1);
    assert_int_equal(w.calls, 1); /* a new connection at once */
    assert_int_equal(w.aborts, 0);
    sessions_hello(&w);
    sessions_pass(&w, 9 * SECOND, false); /* the old one receives nothing */
    assert_int_equal(w.aborts, 0);
    sessions_pass(&w, SECOND, false);
    assert_int_equal(w.aborts, 1);
    assert_false(w.socket[old]);
    assert_int_equal(w.losses, 0);

    sessions_open_ready(&w, 1);
    w.now += 20 * SECOND; /* the loop was blocked, but for less than dead_ms */
    sessions_put_all(&w, SLACK_INPUT_TICK);
    assert_int_equal(w.calls, 0);
    assert_int_equal(w.pings, 1);
}

/* ---- waits ---- */

TEST(test_fatal_errors_stop_it)
{
    sessions_open_ready(&w, 2);
    sessions_put_one(&w, 1, SLACK_INPUT_CLOSED);
    sessions_pass(&w, 2 * SECOND, true);
    sessions_put_cause(&w, sessions_slot_in(&w, SLACK_SESSION_CALLING), SLACK_INPUT_CALL_FAILED,
                       SLACK_CAUSE_FATAL);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.stops, 0);
    sessions_put_one(&w, 0, SLACK_INPUT_CLOSED);
    assert_int_equal(w.stops, 1);
    assert_int_equal(w.actions.list[w.actions.count - 1].cause, SLACK_CAUSE_FATAL);
    sessions_pass(&w, 10 * MINUTE, true);
    sessions_put_all(&w, SLACK_INPUT_STOP);
    assert_int_equal(w.stops, 1);
    assert_int_equal(w.calls, 1);
}

OPEN_TEST(test_retry_after_is_a_floor)
{
    slack_session_input_t in = sessions_input(&w, 0, SLACK_INPUT_CALL_FAILED);
    in.cause = SLACK_CAUSE_REFUSED;
    in.retry_after_ms = 90 * SECOND;
    sessions_put(&w, &in);
    sessions_pass(&w, 90 * SECOND - 1, true);
    assert_int_equal(w.calls, 1);
    sessions_pass(&w, 1, true);
    assert_int_equal(w.calls, 2);
}

/* The longest wait grows from one second to one minute, until a connection is stable. */
OPEN_TEST(test_backoff_resets_after_a_life)
{
    for (unsigned i = 0; i < 12; i++) {
        uint64_t from = w.now, most = SECOND << (i < 6 ? i : 6);
        if (most > MINUTE) most = MINUTE;
        sessions_put_cause(&w, 0, SLACK_INPUT_CALL_FAILED, SLACK_CAUSE_REFUSED);
        while (sessions_coming(&w) == 0)
            sessions_pass(&w, 100, true);
        assert_true(w.last_call - from <= most + 100);
    }
    sessions_hello(&w);
    sessions_put_one(&w, 0, SLACK_INPUT_CLOSED); /* hello alone does not make it stable */
    assert_true(w.sup.backoff[SLACK_BACKOFF_RETRY].attempt > 12);
    while (sessions_coming(&w) == 0)
        sessions_pass(&w, 100, true);
    sessions_hello(&w);
    sessions_pass(&w, 30 * SECOND, true);
    assert_int_equal(w.sup.backoff[SLACK_BACKOFF_RETRY].attempt, 0);
}

/* Without a network no call reaches Slack's limit, so one is made every few seconds. */
TEST(test_an_unreachable_network)
{
    sessions_open(&w, 2);
    uint64_t start = w.now;
    while (w.now < start + 60 * MINUTE) {
        uint64_t from = w.now;
        sessions_put_cause(&w, sessions_slot_in(&w, SLACK_SESSION_CALLING), SLACK_INPUT_CALL_FAILED,
                           SLACK_CAUSE_UNREACHED);
        while (sessions_coming(&w) == 0)
            sessions_pass(&w, 100, true);
        assert_true(w.last_call - from <= 4 * SECOND + 100);
    }
    assert_true(w.calls > 1000 && w.calls < 7200);
}

/* In a network that drops all packets, a hanging call delays nothing. */
OPEN_TEST(test_dials_that_hang_get_company)
{
    const slack_session_input_t first = sessions_input(&w, 0, SLACK_INPUT_URL);
    sessions_pass(&w, 3 * SECOND - 1, false);
    assert_int_equal(w.calls, 1);
    sessions_pass(&w, 1, false);
    assert_int_equal(w.calls, 2);
    const slack_session_input_t second = sessions_input(&w, 1, SLACK_INPUT_URL);
    sessions_pass(&w, 57 * SECOND, false);
    assert_int_equal(w.calls, 21);
    assert_true(sessions_coming(&w) <= SLACK_SESSIONS_MAX);

    /* The network is back: all calls that hung are answered. */
    sessions_put(&w, &first);
    sessions_put(&w, &second);
    assert_int_equal(w.dials, 0); /* these calls were given up before */
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        sessions_put_one(&w, i, SLACK_INPUT_URL);
    assert_int_equal(w.dials, 1);
    sessions_put_one(&w, sessions_slot_in(&w, SLACK_SESSION_DIALING), SLACK_INPUT_UPGRADED);
    sessions_put_one(&w, sessions_slot_in(&w, SLACK_SESSION_GREETING), SLACK_INPUT_HELLO);
    assert_int_equal(sessions_coming(&w), 0);
    assert_int_equal(sessions_count(&w, SLACK_SESSION_READY), 1);
}

OPEN_TEST(test_a_dial_that_hangs_makes_way)
{
    sessions_put_one(&w, 0, SLACK_INPUT_URL); /* and the SYN is dropped */
    sessions_pass(&w, 3 * SECOND, false);
    assert_int_equal(w.calls, 2);
    sessions_put_one(&w, 1, SLACK_INPUT_URL);
    assert_int_equal(w.aborts, 1);
    assert_int_equal(w.dials, 2);
    sessions_put_one(&w, 1, SLACK_INPUT_UPGRADED);
    sessions_put_one(&w, 1, SLACK_INPUT_HELLO);
    assert_int_equal(sessions_count(&w, SLACK_SESSION_READY), 1);
}

TEST(test_one_probe_after_a_failure)
{
    sessions_open_ready(&w, 5);
    for (unsigned i = 0; i < 5; i++)
        sessions_put_one(&w, i, SLACK_INPUT_CLOSED);
    sessions_pass(&w, SECOND, true); /* five losses at once count as one failure */
    assert_int_equal(w.calls, 1);
    sessions_pass(&w, 2 * SECOND, true);
    assert_int_equal(w.calls, 1);
    for (unsigned i = 0; i < 5; i++) {
        sessions_hello(&w);
        sessions_pass(&w, 2 * SECOND, true);
    }
    assert_int_equal(slack__supervisor_serving(&w.sup), 5);
}

/* ---- the end ---- */

TEST(test_drain_waits_for_acks)
{
    sessions_open_ready(&w, 2);
    sessions_put_one(&w, 0, SLACK_INPUT_ENVELOPE);
    sessions_put_all(&w, SLACK_INPUT_DRAIN);
    assert_int_equal(w.closes, 1); /* the one without an envelope in flight */
    sessions_put_one(&w, 1, SLACK_INPUT_CLOSED);
    sessions_pass(&w, 5 * SECOND, true);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.calls, 0);
    sessions_put_one(&w, 0, SLACK_INPUT_ACKED);
    assert_int_equal(w.closes, 2);
    sessions_put_one(&w, 0, SLACK_INPUT_CLOSED);
    assert_int_equal(w.stops, 0);
    sessions_put_all(&w, SLACK_INPUT_STOP);
    assert_int_equal(w.stops, 1);
}

TEST(test_stop_in_every_state)
{
    for (unsigned stage = 0; stage < 6; stage++) {
        sessions_open(&w, 1);
        if (stage > 0) sessions_put_one(&w, 0, SLACK_INPUT_URL);
        if (stage > 1) sessions_put_one(&w, 0, SLACK_INPUT_UPGRADED);
        if (stage > 2) sessions_put_one(&w, 0, SLACK_INPUT_HELLO);
        if (stage > 3) sessions_put_cause(&w, 0, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
        if (stage > 4) sessions_hello(&w);
        sessions_put_all(&w, SLACK_INPUT_STOP);
        sessions_put_all(&w, SLACK_INPUT_STOP);
        sessions_pass(&w, 1 * SECOND, true);
        assert_int_equal(w.stops, 1);
        for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
            assert_false(w.socket[i]);
        assert_true(slack__supervisor_deadline(&w.sup, w.now) == UINT64_MAX);
    }
    slack_supervisor_t sup; /* before the start */
    slack_actions_t actions = {0};
    slack__supervisor_init(&sup, 2, &slack__socket_limits_default, 1);
    slack__supervisor_feed(&sup, &(slack_session_input_t){.type = SLACK_INPUT_STOP}, 5, &actions);
    assert_int_equal(actions.count, 1);
    assert_int_equal(actions.list[0].type, SLACK_DO_STOPPED);
}
