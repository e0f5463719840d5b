/* SPDX-License-Identifier: MIT */
#include "support/sessions.h"
#include "support/test.h"

static void note(sessions_t *w, const slack_action_t *a)
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
    case SLACK_DO_LOST:
        w->lost_cause = a->cause;
        w->losses++;
        break;
    case SLACK_DO_STOPPED: w->stops++; break;
    case SLACK_DO_LEAVE: break;
    }
}

unsigned sessions_count(const sessions_t *w, enum slack_session_state state)
{
    unsigned n = 0;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        n += w->sup.sessions[i].state == state;
    return n;
}

unsigned sessions_coming(const sessions_t *w)
{
    return sessions_count(w, SLACK_SESSION_CALLING) + sessions_count(w, SLACK_SESSION_DIALING) +
           sessions_count(w, SLACK_SESSION_GREETING);
}

/* The invariants, after every input. */
static void check(const sessions_t *w)
{
    unsigned sockets = 0, ready = sessions_count(w, SLACK_SESSION_READY);
    unsigned going =
        sessions_count(w, SLACK_SESSION_LEAVING) + sessions_count(w, SLACK_SESSION_CLOSING);
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        sockets += w->socket[i];
    /* More than `wanted` are left for a while after it was lowered. */
    const unsigned wanted = w->sup.hurry_ms ? SLACK_SESSIONS_MAX : w->sup.allowance.wanted;
    assert_true(sockets <= wanted + going);
    assert_true(sessions_coming(w) - sessions_count(w, SLACK_SESSION_CALLING) + ready <= wanted);
    if (slack__supervisor_serving(&w->sup) > 0) assert_true(sessions_coming(w) + ready <= wanted);
    if (w->sup.phase == SLACK_PHASE_RUNNING && w->sup.allowance.wanted > 0)
        assert_true(slack__supervisor_deadline(&w->sup, w->now) != UINT64_MAX);
    for (size_t i = 0; i < w->actions.count; i++)
        if (w->actions.list[i].type == SLACK_DO_CALL)
            assert_true(slack__supervisor_use(&w->sup, w->now).open <= w->sup.allowance.limit);
    assert_true(w->stops <= 1);
}

void sessions_put(sessions_t *w, const slack_session_input_t *in)
{
    const slack_session_t *s = &w->sup.sessions[in->slot];
    if (in->type == SLACK_INPUT_CLOSED && in->generation == s->generation)
        w->socket[in->slot] = false;
    w->actions.count = 0;
    slack__supervisor_feed(&w->sup, in, w->now, &w->actions);
    assert_true(w->actions.count < SLACK_ACTIONS_MAX);
    for (size_t i = 0; i < w->actions.count; i++)
        note(w, &w->actions.list[i]);
    check(w);
}

void sessions_put_all(sessions_t *w, enum slack_session_input_type type)
{
    sessions_put(w, &(slack_session_input_t){.type = type});
}

void sessions_allow(sessions_t *w, unsigned wanted, unsigned limit, bool hurry)
{
    slack_allowance_t allowance = slack__allowance_alone(wanted);
    allowance.limit = limit;
    allowance.hurry = hurry;
    slack__supervisor_allow(&w->sup, &allowance);
    sessions_put_all(w, SLACK_INPUT_TICK);
}

slack_session_input_t sessions_input(const sessions_t *w, unsigned slot,
                                     enum slack_session_input_type type)
{
    return (slack_session_input_t){
        .type = type, .slot = slot, .generation = w->sup.sessions[slot].generation};
}

void sessions_put_one(sessions_t *w, unsigned slot, enum slack_session_input_type type)
{
    const slack_session_input_t in = sessions_input(w, slot, type);
    sessions_put(w, &in);
}

void sessions_put_cause(sessions_t *w, unsigned slot, enum slack_session_input_type type,
                        enum slack_cause cause)
{
    slack_session_input_t in = sessions_input(w, slot, type);
    in.cause = cause;
    sessions_put(w, &in);
}

void sessions_seen(sessions_t *w, unsigned slot)
{
    slack_session_input_t in = sessions_input(w, slot, SLACK_INPUT_SEEN);
    in.at_ms = w->now;
    sessions_put(w, &in);
}

void sessions_pass(sessions_t *w, uint64_t ms, bool alive)
{
    uint64_t end = w->now + ms;
    while (w->now < end) {
        uint64_t next = slack__supervisor_deadline(&w->sup, w->now);
        if (next > w->now + w->sup.limits->tick_ms) next = w->now + w->sup.limits->tick_ms;
        if (next <= w->now) next = w->now + 1;
        w->now = next < end ? next : end;
        for (unsigned i = 0; alive && i < SLACK_SESSIONS_MAX; i++)
            if (w->socket[i]) sessions_seen(w, i);
        sessions_put_all(w, SLACK_INPUT_TICK);
    }
}

void sessions_open(sessions_t *w, unsigned wanted)
{
    memset(w, 0, sizeof *w);
    w->now = 1000000;
    slack__supervisor_init(&w->sup, wanted, &slack__socket_limits_default, 42);
    sessions_put_all(w, SLACK_INPUT_START);
}

unsigned sessions_slot_in(const sessions_t *w, enum slack_session_state state)
{
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        if (w->sup.sessions[i].state == state) return i;
    fail_msg("no session is in state %d", state);
    return 0;
}

unsigned sessions_hello(sessions_t *w)
{
    unsigned slot = sessions_slot_in(w, SLACK_SESSION_CALLING);
    sessions_put_one(w, slot, SLACK_INPUT_URL);
    sessions_put_one(w, slot, SLACK_INPUT_UPGRADED);
    sessions_put_one(w, slot, SLACK_INPUT_HELLO);
    return slot;
}

void sessions_open_ready(sessions_t *w, unsigned wanted)
{
    sessions_open(w, wanted);
    for (unsigned i = 0; i < wanted; i++) {
        if (sessions_coming(w) == 0) sessions_pass(w, 3 * SECOND, true);
        sessions_hello(w);
    }
    sessions_pass(w, 40 * SECOND, true);
    assert_int_equal(sessions_count(w, SLACK_SESSION_READY), wanted);
    w->calls = w->closes = w->aborts = w->losses = w->pings = 0;
}
