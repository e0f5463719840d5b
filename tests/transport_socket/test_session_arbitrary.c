/* SPDX-License-Identifier: MIT */
#include "support/dice.h"
#include "support/sessions.h"
#include "support/test.h"

/* Servers that behave at random for a long time. The invariants of support/sessions.c always hold,
 * and in the end every connection to a good server is ready. */

static uint64_t dice;

static uint64_t roll(uint64_t sides)
{
    return dice_roll(&dice, sides);
}

static uint64_t some_time(void)
{
    switch (roll(20)) {
    case 0: return 30 * SECOND + roll(60 * SECOND);
    case 1: return roll(3600 * SECOND); /* a sleep */
    case 2: return 0;
    default: return roll(3 * SECOND);
    }
}

static slack_session_input_t some_input(const sessions_t *w)
{
    static const enum slack_session_input_type types[] = {
        SLACK_INPUT_URL,      SLACK_INPUT_URL,   SLACK_INPUT_CALL_FAILED, SLACK_INPUT_UPGRADED,
        SLACK_INPUT_UPGRADED, SLACK_INPUT_HELLO, SLACK_INPUT_HELLO,       SLACK_INPUT_GOODBYE,
        SLACK_INPUT_CLOSED,   SLACK_INPUT_SEEN,  SLACK_INPUT_SEEN,        SLACK_INPUT_SEEN,
        SLACK_INPUT_ENVELOPE, SLACK_INPUT_ACKED, SLACK_INPUT_TICK,        SLACK_INPUT_TICK};
    static const enum slack_cause failures[] = {SLACK_CAUSE_REFUSED, SLACK_CAUSE_UNREACHED};
    static const enum slack_cause goodbyes[] = {SLACK_CAUSE_REFRESH, SLACK_CAUSE_REFRESH,
                                                SLACK_CAUSE_CROWDED, SLACK_CAUSE_DISABLED};
    slack_session_input_t in = sessions_input(w, (unsigned)roll(SLACK_SESSIONS_MAX),
                                              types[roll(sizeof types / sizeof *types)]);
    in.at_ms = w->now - roll(5 * SECOND);
    in.life_ms = roll(3) ? 0 : roll(400 * SECOND);
    in.retry_after_ms = roll(10) ? 0 : roll(120 * SECOND);
    in.cause = in.type == SLACK_INPUT_GOODBYE ? goodbyes[roll(4)] : failures[roll(2)];
    return in;
}

/* A server can only act on a connection that exists. */
static bool possible(const sessions_t *w, const slack_session_input_t *in)
{
    switch (in->type) {
    case SLACK_INPUT_UPGRADED:
    case SLACK_INPUT_HELLO:
    case SLACK_INPUT_GOODBYE:
    case SLACK_INPUT_CLOSED: return w->socket[in->slot];
    default: return true;
    }
}

static void put_old(sessions_t *w)
{
    slack_session_input_t in = some_input(w);
    if (in.type == SLACK_INPUT_TICK || w->sup.sessions[in.slot].generation < 2) return;
    in.generation = (uint32_t)(1 + roll(w->sup.sessions[in.slot].generation - 1));
    slack_supervisor_t before = w->sup;
    sessions_put(w, &in);
    assert_int_equal(w->actions.count, 0);
    assert_memory_equal(&before, &w->sup, sizeof before);
}

/* From now on the server behaves well. */
static void become_friendly(sessions_t *w)
{
    for (unsigned minute = 0; minute < 60 * 24; minute++) {
        for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
            if (w->sup.sessions[i].state == SLACK_SESSION_CALLING)
                sessions_put_one(w, i, SLACK_INPUT_URL);
            if (w->sup.sessions[i].state == SLACK_SESSION_DIALING)
                sessions_put_one(w, i, SLACK_INPUT_UPGRADED);
            if (w->sup.sessions[i].state == SLACK_SESSION_GREETING)
                sessions_put_one(w, i, SLACK_INPUT_HELLO);
        }
        sessions_pass(w, 10 * SECOND, true);
    }
    assert_int_equal(sessions_count(w, SLACK_SESSION_READY), w->sup.allowance.wanted);
    assert_int_equal(w->sup.trouble, SLACK_BACKOFF_RETRY);
}

/* With `shares`, other processes take and leave connections. */
static void run_arbitrary(unsigned wanted, unsigned steps, uint64_t seed, bool shares)
{
    sessions_t w;
    dice = seed;
    sessions_open(&w, wanted);
    uint64_t start = w.now, unseen = 0;
    for (unsigned step = 0; step < steps; step++) {
        w.now += some_time();
        slack_session_input_t in = some_input(&w);
        if (!possible(&w, &in)) in = sessions_input(&w, 0, SLACK_INPUT_TICK);
        bool calling = w.sup.sessions[in.slot].state == SLACK_SESSION_CALLING;
        unseen +=
            calling && in.type == SLACK_INPUT_CALL_FAILED && in.cause == SLACK_CAUSE_UNREACHED;
        sessions_put(&w, &in);
        if (roll(4) == 0) put_old(&w);
        if (shares && roll(8) == 0) {
            const unsigned few = (unsigned)roll(wanted + 1);
            sessions_allow(&w, few, few + (unsigned)roll(2), roll(4) == 0);
        }
        if (in.type == SLACK_INPUT_TICK) /* the next tick is in the future */
            assert_true(slack__supervisor_deadline(&w.sup, w.now) > w.now);
        uint64_t minutes = (w.now - start) / MINUTE;
        assert_true(w.calls - unseen <= minutes + slack__socket_limits_default.burst + 1);
    }
    if (shares) sessions_allow(&w, wanted, wanted + 1, false);
    become_friendly(&w);
    sessions_put_all(&w, SLACK_INPUT_STOP);
    sessions_pass(&w, SECOND, true);
    assert_int_equal(w.stops, 1);
}

TEST(test_arbitrary_servers)
{
    run_arbitrary(2, 100000, 0x9e3779b97f4a7c15u, false);
    run_arbitrary(3, 100000, 0x9e3779b97f4a7c15u, true);
    for (unsigned wanted = 1; wanted <= SLACK_SESSIONS_MAX; wanted++)
        run_arbitrary(wanted, 10000, 77 + wanted, wanted % 2);
}

/* A server that asks for a refresh after each hello gets one connection a minute in the long run.
 */
TEST(test_pace)
{
    sessions_t w;
    sessions_open_ready(&w, 2);
    uint64_t start = w.now;
    while (w.now < start + 600 * MINUTE) {
        for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
            if (w.sup.sessions[i].state == SLACK_SESSION_READY)
                sessions_put_cause(&w, i, SLACK_INPUT_GOODBYE, SLACK_CAUSE_REFRESH);
        while (sessions_count(&w, SLACK_SESSION_CALLING) > 0)
            sessions_hello(&w);
        sessions_pass(&w, SECOND, true);
    }
    assert_true(w.calls >= 600);
    assert_true(w.calls <= 600 + slack__socket_limits_default.burst + 1);
    assert_true(slack__supervisor_serving(&w.sup) >= 2);
}
