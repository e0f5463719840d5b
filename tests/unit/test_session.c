/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport_socket/supervisor.h"

#define SECOND ((uint64_t)1000)
#define MINUTE (60 * SECOND)

/* A supervisor under a fake clock, and what a server at the other end would see. */
struct world {
    slack_supervisor_t sup;
    slack_actions_t actions; /* of the last step */
    uint64_t now;
    bool socket[SLACK_SESSIONS_MAX]; /* there is a descriptor */
    unsigned calls, dials, closes, aborts, pings, losses, stops;
    uint64_t last_call;
    enum slack_cause ready_cause;
};

static void note(struct world *w, const slack_action_t *a)
{
    switch (a->type) {
    case SLACK_DO_CALL:
        assert_false(w->socket[a->slot]); /* one dial per slot */
        w->calls++;
        w->last_call = w->now;
        break;
    case SLACK_DO_DIAL:
        assert_false(w->socket[a->slot]);
        w->socket[a->slot] = true;
        w->dials++;
        break;
    case SLACK_DO_ABORT:
        assert_true(w->socket[a->slot]);
        w->socket[a->slot] = false;
        w->aborts++;
        break;
    case SLACK_DO_CLOSE:
        assert_true(w->socket[a->slot]);
        w->closes++;
        break;
    case SLACK_DO_PING: w->pings++; break;
    case SLACK_DO_READY: w->ready_cause = a->cause; break;
    case SLACK_DO_LOST: w->losses++; break;
    case SLACK_DO_STOPPED: w->stops++; break;
    case SLACK_DO_LEAVE: break;
    }
}

static unsigned count(const struct world *w, enum slack_session_state state)
{
    unsigned n = 0;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        n += w->sup.sessions[i].state == state;
    return n;
}

static unsigned coming(const struct world *w)
{
    return count(w, SLACK_SESSION_CALLING) + count(w, SLACK_SESSION_DIALING) +
           count(w, SLACK_SESSION_GREETING);
}

/* What holds after every step, whatever happens. */
static void check(const struct world *w)
{
    unsigned sockets = 0;
    unsigned going = count(w, SLACK_SESSION_LEAVING) + count(w, SLACK_SESSION_CLOSING);
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        sockets += w->socket[i];
    assert_true(sockets <= SLACK_SESSIONS_MAX);
    assert_true(sockets <= w->sup.wanted + going);
    assert_true(coming(w) - count(w, SLACK_SESSION_CALLING) + count(w, SLACK_SESSION_READY) <=
                w->sup.wanted);
    if (slack__supervisor_serving(&w->sup) > 0)
        assert_true(coming(w) + count(w, SLACK_SESSION_READY) <= w->sup.wanted);
    if (w->sup.phase == SLACK_PHASE_RUNNING)
        assert_true(slack__supervisor_deadline(&w->sup, w->now) != UINT64_MAX);
    assert_true(w->stops <= 1);
}

static void put(struct world *w, const slack_session_input_t *in)
{
    const slack_session_t *s = &w->sup.sessions[in->slot];
    if (in->type == SLACK_IN_CLOSED && in->generation == s->generation) w->socket[in->slot] = false;
    w->actions.count = 0;
    slack__supervisor_step(&w->sup, in, w->now, &w->actions);
    assert_true(w->actions.count < SLACK_ACTIONS_MAX);
    for (size_t i = 0; i < w->actions.count; i++)
        note(w, &w->actions.list[i]);
    check(w);
}

static void put_all(struct world *w, enum slack_session_input_type type)
{
    put(w, &(slack_session_input_t){.type = type});
}

/* An input for the slot's own generation. */
static slack_session_input_t to(const struct world *w, unsigned slot,
                                enum slack_session_input_type type)
{
    return (slack_session_input_t){
        .type = type, .slot = slot, .generation = w->sup.sessions[slot].generation};
}

static void put_one(struct world *w, unsigned slot, enum slack_session_input_type type)
{
    const slack_session_input_t in = to(w, slot, type);
    put(w, &in);
}

static void put_cause(struct world *w, unsigned slot, enum slack_session_input_type type,
                      enum slack_cause cause)
{
    slack_session_input_t in = to(w, slot, type);
    in.cause = cause;
    put(w, &in);
}

static void seen(struct world *w, unsigned slot)
{
    slack_session_input_t in = to(w, slot, SLACK_IN_SEEN);
    in.at_ms = w->now;
    put(w, &in);
}

/* Time goes by in ticks, as the timer makes them; what is connected stays alive if `alive`. */
static void pass(struct world *w, uint64_t ms, bool alive)
{
    uint64_t end = w->now + ms;
    while (w->now < end) {
        uint64_t next = slack__supervisor_deadline(&w->sup, w->now);
        if (next > w->now + w->sup.limits->tick_ms) next = w->now + w->sup.limits->tick_ms;
        if (next <= w->now) next = w->now + 1;
        w->now = next < end ? next : end;
        for (unsigned i = 0; alive && i < SLACK_SESSIONS_MAX; i++)
            if (w->socket[i]) seen(w, i);
        put_all(w, SLACK_IN_TICK);
    }
}

static void open_world(struct world *w, unsigned wanted)
{
    memset(w, 0, sizeof *w);
    w->now = 1000000;
    slack__supervisor_init(&w->sup, wanted, &slack__socket_limits_default, 42);
    put_all(w, SLACK_IN_START);
}

/* The slot that is in `state`; fails when there is none. */
static unsigned slot_in(const struct world *w, enum slack_session_state state)
{
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        if (w->sup.sessions[i].state == state) return i;
    fail_msg("no session is in state %d", state);
    return 0;
}

static unsigned give_hello(struct world *w)
{
    unsigned slot = slot_in(w, SLACK_SESSION_CALLING);
    put_one(w, slot, SLACK_IN_URL);
    put_one(w, slot, SLACK_IN_UPGRADED);
    put_one(w, slot, SLACK_IN_HELLO);
    return slot;
}

/* As many as are wanted, and settled. */
static void open_ready(struct world *w, unsigned wanted)
{
    open_world(w, wanted);
    for (unsigned i = 0; i < wanted; i++) {
        if (coming(w) == 0) pass(w, 3 * SECOND, true);
        give_hello(w);
    }
    pass(w, 40 * SECOND, true);
    assert_int_equal(count(w, SLACK_SESSION_READY), wanted);
    w->calls = w->closes = w->aborts = w->losses = w->pings = 0;
}

/* --- opening -----------------------------------------------------------------------------------
 */

static void test_opens_staggered(void **state)
{
    struct world w;
    open_world(&w, 3);
    assert_int_equal(w.calls, 1);
    pass(&w, 2 * SECOND, true);
    assert_int_equal(w.calls, 1); /* the first one shows the way */
    give_hello(&w);
    assert_int_equal(w.calls, 2);
    pass(&w, 999, true);
    assert_int_equal(w.calls, 2);
    pass(&w, 1001, true);
    assert_int_equal(w.calls, 3);
    give_hello(&w);
    give_hello(&w);
    pass(&w, MINUTE, true);
    assert_int_equal(w.calls, 3);
    assert_int_equal(slack__supervisor_serving(&w.sup), 3);
}

static void test_every_stage_has_its_time(void **state)
{
    struct world w;
    open_world(&w, 1);
    put_one(&w, 0, SLACK_IN_URL);
    pass(&w, 15 * SECOND - 1, false);
    assert_int_equal(w.aborts, 0);
    pass(&w, 1, false);
    assert_int_equal(w.aborts, 1); /* no 101 */

    pass(&w, 2 * SECOND, false);
    put_one(&w, 0, SLACK_IN_URL);
    put_one(&w, 0, SLACK_IN_UPGRADED);
    pass(&w, 5 * SECOND, true);
    put_one(&w, 0, SLACK_IN_HELLO); /* hello delayed 5 s */
    assert_int_equal(count(&w, SLACK_SESSION_READY), 1);

    open_world(&w, 1);
    put_one(&w, 0, SLACK_IN_URL);
    put_one(&w, 0, SLACK_IN_UPGRADED);
    pass(&w, 15 * SECOND, true); /* pings come, but no hello */
    assert_int_equal(w.closes, 1);
    pass(&w, 1 * SECOND, true);
    assert_int_equal(w.aborts, 1);

    open_world(&w, 1);
    slack_session_input_t late = to(&w, 0, SLACK_IN_URL);
    pass(&w, 60 * SECOND, false); /* the call is never answered, or much later */
    put(&w, &late);
    assert_int_equal(w.dials, 0);
}

static void test_old_generations_have_no_effect(void **state)
{
    struct world w;
    open_ready(&w, 1);
    slack_session_input_t old = to(&w, 0, SLACK_IN_CLOSED);
    put_one(&w, 0, SLACK_IN_CLOSED);
    pass(&w, 2 * SECOND, true);
    give_hello(&w);
    w.socket[0] = true;
    static const enum slack_session_input_type types[] = {
        SLACK_IN_URL,     SLACK_IN_CALL_FAILED, SLACK_IN_UPGRADED, SLACK_IN_HELLO,
        SLACK_IN_GOODBYE, SLACK_IN_CLOSED,      SLACK_IN_TAKEN,    SLACK_IN_ANSWERED};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        slack_supervisor_t before = w.sup;
        old.type = types[i];
        old.cause = SLACK_CAUSE_DISABLED;
        put(&w, &old);
        assert_int_equal(w.actions.count, 0);
        assert_memory_equal(&before, &w.sup, sizeof before);
    }
}

/* --- refresh -----------------------------------------------------------------------------------
 */

static void test_refresh_makes_before_it_breaks(void **state)
{
    struct world w;
    open_ready(&w, 1);
    unsigned old = slot_in(&w, SLACK_SESSION_READY);
    put_cause(&w, old, SLACK_IN_GOODBYE, SLACK_CAUSE_REFRESH);
    assert_int_equal(w.calls, 1); /* at once */
    assert_int_equal(w.closes, 0);
    put_cause(&w, old, SLACK_IN_GOODBYE, SLACK_CAUSE_REFRESH); /* said twice */
    assert_int_equal(w.calls, 1);

    give_hello(&w);
    assert_int_equal(w.ready_cause, SLACK_CAUSE_REFRESH);
    assert_int_equal(slack__supervisor_serving(&w.sup), 2);
    put_one(&w, old, SLACK_IN_TAKEN);
    pass(&w, 10 * SECOND, true); /* envelopes still come for 10 s */
    assert_int_equal(w.closes, 0);
    put_one(&w, old, SLACK_IN_ANSWERED);
    assert_int_equal(w.closes, 1);
    pass(&w, 999, true);
    assert_int_equal(w.aborts, 0);
    pass(&w, 1, true); /* the server never answers Close */
    assert_int_equal(w.aborts, 1);
    assert_int_equal(w.losses, 0);
    assert_int_equal(count(&w, SLACK_SESSION_READY), 1);
}

static void test_an_ack_is_waited_for_but_not_for_ever(void **state)
{
    struct world w;
    open_ready(&w, 1);
    unsigned old = slot_in(&w, SLACK_SESSION_READY);
    put_one(&w, old, SLACK_IN_TAKEN);
    put_cause(&w, old, SLACK_IN_GOODBYE, SLACK_CAUSE_REFRESH);
    give_hello(&w);
    pass(&w, 13 * SECOND - 1, true);
    assert_int_equal(w.closes, 0);
    pass(&w, 1, true);
    assert_int_equal(w.closes, 1);
}

static void test_warning_then_tcp_drop(void **state)
{
    struct world w;
    open_ready(&w, 1);
    put_cause(&w, 0, SLACK_IN_GOODBYE, SLACK_CAUSE_REFRESH);
    put_one(&w, 0, SLACK_IN_CLOSED);
    assert_int_equal(w.calls, 1); /* the same dial goes on: no second one, no wait */
    assert_int_equal(w.losses, 0);
    give_hello(&w);
    assert_int_equal(count(&w, SLACK_SESSION_READY), 1);
}

static void test_a_leaving_connection_serves_until_it_is_replaced(void **state)
{
    struct world w;
    open_ready(&w, 1);
    unsigned old = slot_in(&w, SLACK_SESSION_READY);
    put_cause(&w, old, SLACK_IN_GOODBYE, SLACK_CAUSE_REFRESH);
    for (unsigned i = 0; i < 20; i++) { /* the way out is blocked, and the server does not close */
        for (unsigned j = 0; j < SLACK_SESSIONS_MAX; j++)
            if (w.sup.sessions[j].state == SLACK_SESSION_CALLING)
                put_cause(&w, j, SLACK_IN_CALL_FAILED, SLACK_CAUSE_REFUSED);
        pass(&w, 30 * SECOND, true);
    }
    assert_int_equal(w.closes, 0);
    assert_int_equal(slack__supervisor_serving(&w.sup), 1);
}

static void test_age(void **state)
{
    struct world w;
    open_world(&w, 1);
    unsigned slot = slot_in(&w, SLACK_SESSION_CALLING);
    put_one(&w, slot, SLACK_IN_URL);
    put_one(&w, slot, SLACK_IN_UPGRADED);
    slack_session_input_t in = to(&w, slot, SLACK_IN_HELLO);
    in.life_ms = 360 * SECOND;
    put(&w, &in);
    w.calls = 0;
    pass(&w, 323 * SECOND, true);
    assert_int_equal(w.calls, 0);
    pass(&w, 20 * SECOND, true);
    assert_int_equal(w.calls, 1); /* shortly before its end, with jitter */
    assert_int_equal(w.closes, 0);
    give_hello(&w);
    pass(&w, 16 * SECOND, true);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.ready_cause, SLACK_CAUSE_AGE);
}

static void test_ten_of_ten(void **state)
{
    struct world w;
    open_ready(&w, 10);
    for (unsigned i = 0; i < 10; i++) /* all are told to go: one after the other does */
        put_cause(&w, i, SLACK_IN_GOODBYE, SLACK_CAUSE_REFRESH);
    assert_int_equal(w.closes, 1);
    for (unsigned i = 0; i < 10; i++) {
        while (coming(&w) == 0) {
            pass(&w, 100, true);
            assert_true(slack__supervisor_serving(&w.sup) >= 9);
        }
        give_hello(&w);
    }
    assert_int_equal(count(&w, SLACK_SESSION_READY), 10);
    assert_int_equal(w.closes, 10);
    assert_int_equal(w.calls, 10);
}

/* --- the other reasons -------------------------------------------------------------------------
 */

static void test_too_many_websockets(void **state)
{
    struct world w;
    open_world(&w, 2);
    uint64_t start = w.now, last = 0;
    for (unsigned i = 0; i < 20; i++) {
        unsigned slot = slot_in(&w, SLACK_SESSION_CALLING);
        if (i > 0) assert_true(w.last_call - last >= 10 * SECOND);
        last = w.last_call;
        put_one(&w, slot, SLACK_IN_URL);
        put_one(&w, slot, SLACK_IN_UPGRADED);
        put_cause(&w, slot, SLACK_IN_GOODBYE, SLACK_CAUSE_CROWDED); /* instead of hello */
        assert_int_equal(w.closes, i + 1);
        put_one(&w, slot, SLACK_IN_CLOSED);
        while (coming(&w) == 0)
            pass(&w, SECOND, true);
    }
    assert_true(w.now - start >= 20 * MINUTE); /* far less than one call a minute */
}

static void test_no_overlap_while_it_is_crowded(void **state)
{
    struct world w;
    open_ready(&w, 2);
    put_cause(&w, 1, SLACK_IN_GOODBYE, SLACK_CAUSE_CROWDED); /* evicted */
    put_one(&w, 1, SLACK_IN_CLOSED);
    put_cause(&w, 0, SLACK_IN_GOODBYE, SLACK_CAUSE_REFRESH);
    assert_int_equal(w.calls, 0);
    put_one(&w, 0, SLACK_IN_CLOSED); /* its own place is free now, and nothing serves */
    assert_int_equal(w.calls, 1);
    give_hello(&w);
    pass(&w, 5 * SECOND, true);
    assert_int_equal(slack__supervisor_serving(&w.sup), 1);
    pass(&w, MINUTE, true);
    give_hello(&w);
    pass(&w, MINUTE, true);
    assert_int_equal(slack__supervisor_serving(&w.sup), 2);
    assert_int_equal(w.sup.mood, SLACK_WAIT_RETRY); /* it has settled */
}

static void test_link_disabled(void **state)
{
    struct world w;
    open_ready(&w, 2);
    put_cause(&w, 0, SLACK_IN_GOODBYE, SLACK_CAUSE_DISABLED);
    put_cause(&w, 1, SLACK_IN_GOODBYE, SLACK_CAUSE_DISABLED);
    assert_int_equal(w.closes, 2);
    pass(&w, MINUTE - 1, true);
    assert_int_equal(w.calls, 0);
    while (coming(&w) == 0)
        pass(&w, SECOND, true);
    assert_int_equal(w.calls, 1);
    give_hello(&w);
    pass(&w, 2 * SECOND, true);
    give_hello(&w);
    assert_int_equal(count(&w, SLACK_SESSION_READY), 2);
}

static void test_disconnect_instead_of_hello(void **state)
{
    struct world w;
    open_world(&w, 1);
    put_one(&w, 0, SLACK_IN_URL);
    put_one(&w, 0, SLACK_IN_UPGRADED);
    put_cause(&w, 0, SLACK_IN_GOODBYE, SLACK_CAUSE_REFRESH);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.losses, 1);
    put_one(&w, 0, SLACK_IN_CLOSED);
    pass(&w, SECOND, true);
    assert_int_equal(w.calls, 2);
}

static void test_loss_without_a_word(void **state)
{
    struct world w;
    open_ready(&w, 2);
    put_one(&w, 0, SLACK_IN_CLOSED);
    assert_int_equal(w.losses, 1);
    pass(&w, SECOND, true);
    assert_int_equal(w.calls, 1);
    give_hello(&w);
    assert_int_equal(w.ready_cause, SLACK_CAUSE_LOST);
}

/* --- life and death ----------------------------------------------------------------------------
 */

static void test_pings_and_silence(void **state)
{
    struct world w;
    open_ready(&w, 1);
    seen(&w, 0);
    pass(&w, 30 * SECOND - 1, false);
    assert_true(w.pings >= 2);
    assert_int_equal(w.aborts, 0);
    pass(&w, 1, false);
    assert_int_equal(w.aborts, 1); /* the descriptor goes at once */
    assert_int_equal(w.losses, 1);
    pass(&w, SECOND, false);
    assert_int_equal(w.calls, 1);
}

static void test_a_late_pong(void **state)
{
    struct world w;
    open_ready(&w, 1);
    for (unsigned i = 0; i < 10; i++) { /* every answer comes 6 s late */
        pass(&w, 16 * SECOND, false);
        seen(&w, 0);
    }
    assert_int_equal(w.aborts, 0);
    pass(&w, 40 * SECOND, false);
    assert_int_equal(w.aborts, 1);
}

static void test_the_clock_jumps(void **state)
{
    struct world w;
    open_ready(&w, 1);
    unsigned old = slot_in(&w, SLACK_SESSION_READY);
    w.now += 3600 * SECOND; /* the lid was closed */
    put_all(&w, SLACK_IN_TICK);
    assert_int_equal(w.pings, 1);
    assert_int_equal(w.calls, 1); /* a new one at once */
    assert_int_equal(w.aborts, 0);
    give_hello(&w);
    pass(&w, 9 * SECOND, false); /* no byte of the old one since */
    assert_int_equal(w.aborts, 0);
    pass(&w, SECOND, false);
    assert_int_equal(w.aborts, 1);
    assert_false(w.socket[old]);
    assert_int_equal(w.losses, 0);

    open_ready(&w, 1);
    w.now += 20 * SECOND; /* the loop stood still; nothing is dead yet */
    put_all(&w, SLACK_IN_TICK);
    assert_int_equal(w.calls, 0);
    assert_int_equal(w.pings, 1);
}

/* --- waits -------------------------------------------------------------------------------------
 */

static void test_fatal_errors_stop_it(void **state)
{
    struct world w;
    open_ready(&w, 2);
    put_one(&w, 1, SLACK_IN_CLOSED);
    pass(&w, 2 * SECOND, true);
    put_cause(&w, slot_in(&w, SLACK_SESSION_CALLING), SLACK_IN_CALL_FAILED, SLACK_CAUSE_FATAL);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.stops, 0);
    put_one(&w, 0, SLACK_IN_CLOSED);
    assert_int_equal(w.stops, 1);
    assert_int_equal(w.actions.list[w.actions.count - 1].cause, SLACK_CAUSE_FATAL);
    pass(&w, 10 * MINUTE, true);
    put_all(&w, SLACK_IN_STOP);
    assert_int_equal(w.stops, 1);
    assert_int_equal(w.calls, 1);
}

static void test_retry_after_is_a_floor(void **state)
{
    struct world w;
    open_world(&w, 1);
    slack_session_input_t in = to(&w, 0, SLACK_IN_CALL_FAILED);
    in.cause = SLACK_CAUSE_REFUSED;
    in.retry_after_ms = 90 * SECOND;
    put(&w, &in);
    pass(&w, 90 * SECOND - 1, true);
    assert_int_equal(w.calls, 1);
    pass(&w, 1, true);
    assert_int_equal(w.calls, 2);
}

/* The longest waits grow from one second to one minute, and stay there until a connection lasted.
 */
static void test_backoff_resets_after_a_life(void **state)
{
    struct world w;
    open_world(&w, 1);
    for (unsigned i = 0; i < 12; i++) {
        uint64_t from = w.now, most = SECOND << (i < 6 ? i : 6);
        if (most > MINUTE) most = MINUTE;
        put_cause(&w, 0, SLACK_IN_CALL_FAILED, SLACK_CAUSE_REFUSED);
        while (coming(&w) == 0)
            pass(&w, 100, true);
        assert_true(w.last_call - from <= most + 100);
    }
    give_hello(&w);
    put_one(&w, 0, SLACK_IN_CLOSED); /* a hello alone proves nothing */
    assert_true(w.sup.backoff[SLACK_WAIT_RETRY].attempt > 12);
    while (coming(&w) == 0)
        pass(&w, 100, true);
    give_hello(&w);
    pass(&w, 30 * SECOND, true);
    assert_int_equal(w.sup.backoff[SLACK_WAIT_RETRY].attempt, 0);
}

/* A network that is away does not make Slack count calls: it is tried every few seconds. */
static void test_an_unreachable_network(void **state)
{
    struct world w;
    open_world(&w, 2);
    uint64_t start = w.now;
    while (w.now < start + 60 * MINUTE) {
        uint64_t from = w.now;
        put_cause(&w, slot_in(&w, SLACK_SESSION_CALLING), SLACK_IN_CALL_FAILED,
                  SLACK_CAUSE_UNREACHED);
        while (coming(&w) == 0)
            pass(&w, 100, true);
        assert_true(w.last_call - from <= 4 * SECOND + 100);
    }
    assert_true(w.calls > 1000 && w.calls < 7200);
}

/* A network that swallows everything: nothing is waited for while there is no connection. */
static void test_dials_that_hang_get_company(void **state)
{
    struct world w;
    open_world(&w, 1);
    const slack_session_input_t first = to(&w, 0, SLACK_IN_URL);
    pass(&w, 3 * SECOND - 1, false);
    assert_int_equal(w.calls, 1);
    pass(&w, 1, false);
    assert_int_equal(w.calls, 2);
    const slack_session_input_t second = to(&w, 1, SLACK_IN_URL);
    pass(&w, 57 * SECOND, false);
    assert_int_equal(w.calls, 21);
    assert_true(coming(&w) <= SLACK_SESSIONS_MAX);

    /* The network is back: all that hang are answered, old ones and new. */
    put(&w, &first);
    put(&w, &second);
    assert_int_equal(w.dials, 0); /* given up long ago */
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        put_one(&w, i, SLACK_IN_URL);
    assert_int_equal(w.dials, 1);
    put_one(&w, slot_in(&w, SLACK_SESSION_DIALING), SLACK_IN_UPGRADED);
    put_one(&w, slot_in(&w, SLACK_SESSION_GREETING), SLACK_IN_HELLO);
    assert_int_equal(coming(&w), 0);
    assert_int_equal(count(&w, SLACK_SESSION_READY), 1);
}

static void test_a_dial_that_hangs_makes_way(void **state)
{
    struct world w;
    open_world(&w, 1);
    put_one(&w, 0, SLACK_IN_URL); /* and the SYN is swallowed */
    pass(&w, 3 * SECOND, false);
    assert_int_equal(w.calls, 2);
    put_one(&w, 1, SLACK_IN_URL);
    assert_int_equal(w.aborts, 1);
    assert_int_equal(w.dials, 2);
    put_one(&w, 1, SLACK_IN_UPGRADED);
    put_one(&w, 1, SLACK_IN_HELLO);
    assert_int_equal(count(&w, SLACK_SESSION_READY), 1);
}

static void test_one_probe_after_a_failure(void **state)
{
    struct world w;
    open_ready(&w, 5);
    for (unsigned i = 0; i < 5; i++)
        put_one(&w, i, SLACK_IN_CLOSED);
    pass(&w, SECOND, true); /* five losses at once are one failure */
    assert_int_equal(w.calls, 1);
    pass(&w, 2 * SECOND, true);
    assert_int_equal(w.calls, 1);
    for (unsigned i = 0; i < 5; i++) {
        give_hello(&w);
        pass(&w, 2 * SECOND, true);
    }
    assert_int_equal(slack__supervisor_serving(&w.sup), 5);
}

/* --- the end -----------------------------------------------------------------------------------
 */

static void test_drain_waits_for_acks(void **state)
{
    struct world w;
    open_ready(&w, 2);
    put_one(&w, 0, SLACK_IN_TAKEN);
    put_all(&w, SLACK_IN_DRAIN);
    assert_int_equal(w.closes, 1); /* the one that has nothing to ack */
    put_one(&w, 1, SLACK_IN_CLOSED);
    pass(&w, 5 * SECOND, true);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.calls, 0);
    put_one(&w, 0, SLACK_IN_ANSWERED);
    assert_int_equal(w.closes, 2);
    put_one(&w, 0, SLACK_IN_CLOSED);
    assert_int_equal(w.stops, 0);
    put_all(&w, SLACK_IN_STOP);
    assert_int_equal(w.stops, 1);
}

static void test_stop_in_every_state(void **state)
{
    for (unsigned stage = 0; stage < 6; stage++) {
        struct world w;
        open_world(&w, 1);
        if (stage > 0) put_one(&w, 0, SLACK_IN_URL);
        if (stage > 1) put_one(&w, 0, SLACK_IN_UPGRADED);
        if (stage > 2) put_one(&w, 0, SLACK_IN_HELLO);
        if (stage > 3) put_cause(&w, 0, SLACK_IN_GOODBYE, SLACK_CAUSE_REFRESH);
        if (stage > 4) give_hello(&w);
        put_all(&w, SLACK_IN_STOP);
        put_all(&w, SLACK_IN_STOP);
        pass(&w, 1 * SECOND, true);
        assert_int_equal(w.stops, 1);
        for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
            assert_false(w.socket[i]);
        assert_true(slack__supervisor_deadline(&w.sup, w.now) == UINT64_MAX);
    }
    slack_supervisor_t sup; /* before it ever began */
    slack_actions_t actions = {0};
    slack__supervisor_init(&sup, 2, &slack__socket_limits_default, 1);
    slack__supervisor_step(&sup, &(slack_session_input_t){.type = SLACK_IN_STOP}, 5, &actions);
    assert_int_equal(actions.count, 1);
    assert_int_equal(actions.list[0].type, SLACK_DO_STOPPED);
}

/* --- arbitrary servers -------------------------------------------------------------------------
 */

static uint64_t dice; /* xorshift: the same run every time */

static uint64_t roll(uint64_t sides)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return dice % sides;
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

static slack_session_input_t some_input(const struct world *w)
{
    static const enum slack_session_input_type types[] = {
        SLACK_IN_URL,      SLACK_IN_URL,      SLACK_IN_CALL_FAILED, SLACK_IN_UPGRADED,
        SLACK_IN_UPGRADED, SLACK_IN_HELLO,    SLACK_IN_HELLO,       SLACK_IN_GOODBYE,
        SLACK_IN_CLOSED,   SLACK_IN_SEEN,     SLACK_IN_SEEN,        SLACK_IN_SEEN,
        SLACK_IN_TAKEN,    SLACK_IN_ANSWERED, SLACK_IN_TICK,        SLACK_IN_TICK};
    static const enum slack_cause failures[] = {SLACK_CAUSE_REFUSED, SLACK_CAUSE_UNREACHED};
    static const enum slack_cause goodbyes[] = {SLACK_CAUSE_REFRESH, SLACK_CAUSE_REFRESH,
                                                SLACK_CAUSE_CROWDED, SLACK_CAUSE_DISABLED};
    slack_session_input_t in =
        to(w, (unsigned)roll(SLACK_SESSIONS_MAX), types[roll(sizeof types / sizeof *types)]);
    in.at_ms = w->now - roll(5 * SECOND);
    in.life_ms = roll(3) ? 0 : roll(400 * SECOND);
    in.retry_after_ms = roll(10) ? 0 : roll(120 * SECOND);
    in.cause = in.type == SLACK_IN_GOODBYE ? goodbyes[roll(4)] : failures[roll(2)];
    return in;
}

/* A server can only close what is there. */
static bool possible(const struct world *w, const slack_session_input_t *in)
{
    switch (in->type) {
    case SLACK_IN_UPGRADED:
    case SLACK_IN_HELLO:
    case SLACK_IN_GOODBYE:
    case SLACK_IN_CLOSED: return w->socket[in->slot];
    default: return true;
    }
}

static void put_old(struct world *w)
{
    slack_session_input_t in = some_input(w);
    if (in.type == SLACK_IN_TICK || w->sup.sessions[in.slot].generation < 2) return;
    in.generation = (uint32_t)(1 + roll(w->sup.sessions[in.slot].generation - 1));
    slack_supervisor_t before = w->sup;
    put(w, &in);
    assert_int_equal(w->actions.count, 0);
    assert_memory_equal(&before, &w->sup, sizeof before);
}

/* From now on the server is a good one. */
static void become_friendly(struct world *w)
{
    for (unsigned minute = 0; minute < 60 * 24; minute++) {
        for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
            if (w->sup.sessions[i].state == SLACK_SESSION_CALLING) put_one(w, i, SLACK_IN_URL);
            if (w->sup.sessions[i].state == SLACK_SESSION_DIALING) put_one(w, i, SLACK_IN_UPGRADED);
            if (w->sup.sessions[i].state == SLACK_SESSION_GREETING) put_one(w, i, SLACK_IN_HELLO);
        }
        pass(w, 10 * SECOND, true);
    }
    assert_int_equal(count(w, SLACK_SESSION_READY), w->sup.wanted);
    assert_int_equal(w->sup.mood, SLACK_WAIT_RETRY);
}

static void run_arbitrary(unsigned wanted, unsigned steps, uint64_t seed)
{
    struct world w;
    dice = seed;
    open_world(&w, wanted);
    uint64_t start = w.now, unseen = 0;
    for (unsigned step = 0; step < steps; step++) {
        w.now += some_time();
        slack_session_input_t in = some_input(&w);
        if (!possible(&w, &in)) in = to(&w, 0, SLACK_IN_TICK);
        bool calling = w.sup.sessions[in.slot].state == SLACK_SESSION_CALLING;
        unseen += calling && in.type == SLACK_IN_CALL_FAILED && in.cause == SLACK_CAUSE_UNREACHED;
        put(&w, &in);
        if (roll(4) == 0) put_old(&w);
        if (in.type == SLACK_IN_TICK) /* something is under way, or waits for a time to come */
            assert_true(slack__supervisor_deadline(&w.sup, w.now) > w.now);
        uint64_t minutes = (w.now - start) / MINUTE;
        assert_true(w.calls - unseen <= minutes + slack__socket_limits_default.burst + 1);
    }
    become_friendly(&w);
    put_all(&w, SLACK_IN_STOP);
    pass(&w, SECOND, true);
    assert_int_equal(w.stops, 1);
}

static void test_arbitrary_servers(void **state)
{
    run_arbitrary(2, 100000, 0x9e3779b97f4a7c15u);
    for (unsigned wanted = 1; wanted <= SLACK_SESSIONS_MAX; wanted++)
        run_arbitrary(wanted, 10000, 77 + wanted);
}

/* A server that wants a refresh as soon as it has said hello gets one a minute in the long run. */
static void test_pace(void **state)
{
    struct world w;
    open_ready(&w, 2);
    uint64_t start = w.now;
    while (w.now < start + 600 * MINUTE) {
        for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
            if (w.sup.sessions[i].state == SLACK_SESSION_READY)
                put_cause(&w, i, SLACK_IN_GOODBYE, SLACK_CAUSE_REFRESH);
        while (count(&w, SLACK_SESSION_CALLING) > 0)
            give_hello(&w);
        pass(&w, SECOND, true);
    }
    assert_true(w.calls >= 600);
    assert_true(w.calls <= 600 + slack__socket_limits_default.burst + 1);
    assert_true(slack__supervisor_serving(&w.sup) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_staggered),
        cmocka_unit_test(test_every_stage_has_its_time),
        cmocka_unit_test(test_old_generations_have_no_effect),
        cmocka_unit_test(test_refresh_makes_before_it_breaks),
        cmocka_unit_test(test_an_ack_is_waited_for_but_not_for_ever),
        cmocka_unit_test(test_warning_then_tcp_drop),
        cmocka_unit_test(test_a_leaving_connection_serves_until_it_is_replaced),
        cmocka_unit_test(test_age),
        cmocka_unit_test(test_ten_of_ten),
        cmocka_unit_test(test_too_many_websockets),
        cmocka_unit_test(test_no_overlap_while_it_is_crowded),
        cmocka_unit_test(test_link_disabled),
        cmocka_unit_test(test_disconnect_instead_of_hello),
        cmocka_unit_test(test_loss_without_a_word),
        cmocka_unit_test(test_pings_and_silence),
        cmocka_unit_test(test_a_late_pong),
        cmocka_unit_test(test_the_clock_jumps),
        cmocka_unit_test(test_fatal_errors_stop_it),
        cmocka_unit_test(test_retry_after_is_a_floor),
        cmocka_unit_test(test_backoff_resets_after_a_life),
        cmocka_unit_test(test_an_unreachable_network),
        cmocka_unit_test(test_dials_that_hang_get_company),
        cmocka_unit_test(test_a_dial_that_hangs_makes_way),
        cmocka_unit_test(test_one_probe_after_a_failure),
        cmocka_unit_test(test_drain_waits_for_acks),
        cmocka_unit_test(test_stop_in_every_state),
        cmocka_unit_test(test_arbitrary_servers),
        cmocka_unit_test(test_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
