/* SPDX-License-Identifier: MIT */
#include "transport_socket/supervisor.h"

#include <string.h>

#define NEVER UINT64_MAX

/* One step, so that helpers have few parameters. */
struct step {
    slack_supervisor_t *sup;
    uint64_t now;
    slack_actions_t *actions;
};

void slack__supervisor_init(slack_supervisor_t *sup, unsigned wanted,
                            const slack_socket_limits_t *limits, uint64_t seed)
{
    *sup = (slack_supervisor_t){
        .limits = limits, .wanted = wanted, .probing = true, .random = seed | 1};
    sup->backoff[SLACK_WAIT_RETRY] =
        (slack_backoff_t){.base_ms = limits->retry_base_ms, .cap_ms = limits->retry_cap_ms};
    sup->backoff[SLACK_WAIT_UNREACHED] =
        (slack_backoff_t){.base_ms = limits->unreached_base_ms, .cap_ms = limits->unreached_cap_ms};
    sup->backoff[SLACK_WAIT_CROWDED] =
        (slack_backoff_t){.base_ms = limits->crowded_base_ms, .cap_ms = limits->crowded_cap_ms};
    sup->backoff[SLACK_WAIT_DISABLED] =
        (slack_backoff_t){.base_ms = limits->disabled_base_ms, .cap_ms = limits->disabled_cap_ms};
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        sup->sessions[i].slot = i;
}

/* xorshift64: jitter that a test can repeat. */
static uint64_t next_random(slack_supervisor_t *sup)
{
    uint64_t x = sup->random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return sup->random = x;
}

static unsigned count(const slack_supervisor_t *sup, bool (*is)(const slack_session_t *))
{
    unsigned n = 0;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        n += is(&sup->sessions[i]);
    return n;
}

static bool is_used(const slack_session_t *s)
{
    return s->state != SLACK_SESSION_FREE;
}

static bool is_ready(const slack_session_t *s)
{
    return s->state == SLACK_SESSION_READY;
}

static bool is_leaving(const slack_session_t *s)
{
    return s->state == SLACK_SESSION_LEAVING;
}

static bool is_closing(const slack_session_t *s)
{
    return s->state == SLACK_SESSION_CLOSING;
}

static bool is_connected(const slack_session_t *s)
{
    return s->state >= SLACK_SESSION_DIALING;
}

unsigned slack__supervisor_serving(const slack_supervisor_t *sup)
{
    return count(sup, slack__session_serves);
}

unsigned slack__supervisor_connections(const slack_supervisor_t *sup)
{
    return count(sup, is_connected);
}

/* --- what follows from a session's change of state ---------------------------------------------
 */

static enum slack_wait wait_of(enum slack_cause cause)
{
    switch (cause) {
    case SLACK_CAUSE_UNREACHED: return SLACK_WAIT_UNREACHED;
    case SLACK_CAUSE_CROWDED: return SLACK_WAIT_CROWDED;
    case SLACK_CAUSE_DISABLED: return SLACK_WAIT_DISABLED;
    default: return SLACK_WAIT_RETRY;
    }
}

/*
 * A connection failed: nothing is opened before the wait that its cause asks for. Several that fail
 * together are one failure: whoever waits already does not wait longer for the next one's sake.
 */
static uint64_t fail(struct step *x, const slack_session_t *s, bool had_served)
{
    slack_supervisor_t *sup = x->sup;
    enum slack_wait kind = wait_of(s->cause);
    bool new_mood = kind >= SLACK_WAIT_CROWDED && sup->mood != kind;
    uint64_t floor = s->retry_after_ms;
    if (kind >= SLACK_WAIT_CROWDED) {
        sup->mood = kind;
        if (floor < sup->backoff[kind].base_ms) floor = sup->backoff[kind].base_ms;
    }
    if (kind == SLACK_WAIT_UNREACHED && sup->paced_ms > x->now)
        sup->paced_ms -= sup->limits->pace_ms; /* Slack never saw this call */

    sup->probing = true; /* which staggers better than any time does */
    sup->stagger_ms = x->now;
    sup->failed_ms = x->now;
    uint64_t wait = floor;
    if (x->now >= sup->not_before_ms || new_mood)
        wait = slack__backoff_next_ms(&sup->backoff[kind], floor, next_random(sup));
    if (wait < sup->limits->stagger_ms / 10) wait = sup->limits->stagger_ms / 10;

    /* The only connection there was has freed its own place: too_many_websockets no longer holds it
     * back. */
    bool alone = had_served && kind == SLACK_WAIT_RETRY && sup->mood == SLACK_WAIT_CROWDED &&
                 slack__supervisor_serving(sup) == 0;
    if (alone || x->now + wait > sup->not_before_ms) sup->not_before_ms = x->now + wait;
    return sup->not_before_ms - x->now;
}

static void tell(struct step *x, enum slack_action_type type, const slack_session_t *s,
                 enum slack_cause cause, uint64_t wait_ms)
{
    const slack_action_t action = {.type = type,
                                   .slot = s->slot,
                                   .generation = s->generation,
                                   .cause = cause,
                                   .wait_ms = wait_ms};
    slack__actions_add(x->actions, &action);
}

static void owe(slack_supervisor_t *sup, enum slack_cause cause)
{
    if (sup->owed_count < SLACK_SESSIONS_MAX) sup->owed[sup->owed_count++] = cause;
}

static void became_ready(struct step *x, const slack_session_t *s)
{
    slack_supervisor_t *sup = x->sup;
    enum slack_cause cause = SLACK_CAUSE_NONE;
    sup->probing = false;
    if (sup->owed_count > 0) {
        cause = sup->owed[0];
        memmove(sup->owed, sup->owed + 1, --sup->owed_count * sizeof sup->owed[0]);
    }
    tell(x, SLACK_DO_READY, s, cause, 0);
}

/* It left `before` for CLOSING or FREE. */
static void went(struct step *x, const slack_session_t *s, enum slack_session_state before)
{
    slack_supervisor_t *sup = x->sup;
    if (s->cause == SLACK_CAUSE_FATAL) {
        sup->end = SLACK_CAUSE_FATAL;
        if (sup->phase < SLACK_PHASE_STOPPING) sup->phase = SLACK_PHASE_STOPPING;
    }
    if (s->cause == SLACK_CAUSE_RETIRED || sup->phase >= SLACK_PHASE_DRAINING) return;

    bool had_served = before == SLACK_SESSION_READY || before == SLACK_SESSION_LEAVING;
    bool orderly = before == SLACK_SESSION_LEAVING && wait_of(s->cause) == SLACK_WAIT_RETRY;
    if (before == SLACK_SESSION_READY) owe(sup, s->cause);
    if (!orderly) {
        tell(x, SLACK_DO_LOST, s, s->cause, fail(x, s, had_served));
    } else if (sup->mood == SLACK_WAIT_CROWDED && slack__supervisor_serving(sup) == 0) {
        sup->not_before_ms = x->now; /* its own place is free now */
    }
}

/* Give one session an input and draw the consequences. */
static void feed(struct step *x, unsigned slot, const slack_session_input_t *in)
{
    slack_session_t *s = &x->sup->sessions[slot];
    enum slack_session_state before = s->state;
    slack_session_input_t input = *in;
    input.random = next_random(x->sup);
    slack__session_step(s, &input, x->now, x->sup->limits, x->actions);
    if (s->state == before) return;
    if (s->state == SLACK_SESSION_READY) became_ready(x, s);
    if (s->state == SLACK_SESSION_LEAVING) owe(x->sup, s->cause);
    bool over = s->state == SLACK_SESSION_CLOSING || s->state == SLACK_SESSION_FREE;
    if (over && before != SLACK_SESSION_CLOSING) went(x, s, before);
}

static void retire(struct step *x, unsigned slot)
{
    feed(x, slot, &(slack_session_input_t){.type = SLACK_INPUT_RETIRE});
}

/* --- time --------------------------------------------------------------------------------------
 */

/* Much more time went by than was asked for: the machine slept, or the loop stood still. What is
 * silent for too long may be dead, or may have bytes that lie unread: it is replaced at once, and
 * has a while to show that it lives. */
static void after_a_jump(struct step *x)
{
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        slack_session_t *s = &x->sup->sessions[i];
        if (!slack__session_serves(s)) continue;
        s->ping_ms = x->now;
        if (x->now < s->seen_ms + x->sup->limits->dead_ms) continue;
        s->grace_ms = x->now + x->sup->limits->probe_ms;
        feed(x, i,
             &(slack_session_input_t){.type = SLACK_INPUT_GOODBYE, .cause = SLACK_CAUSE_SLEPT});
    }
}

/* A connection that lived for a while ends the waits of the failures before it. */
static void forgive(struct step *x, const slack_session_t *s)
{
    slack_supervisor_t *sup = x->sup;
    if (s->hello_ms < sup->failed_ms || x->now < s->hello_ms + sup->limits->settle_ms) return;
    for (unsigned i = 0; i < SLACK_WAIT_COUNT; i++)
        slack__backoff_reset(&sup->backoff[i]);
    sup->mood = SLACK_WAIT_RETRY;
}

static void grow_old(struct step *x, slack_session_t *s)
{
    if (s->state != SLACK_SESSION_READY || x->now < s->renew_ms) return;
    if (x->sup->mood != SLACK_WAIT_RETRY) { /* no time to leave a place that one has */
        s->renew_ms = x->now + x->sup->limits->pace_ms;
        return;
    }
    feed(x, s->slot,
         &(slack_session_input_t){.type = SLACK_INPUT_GOODBYE, .cause = SLACK_CAUSE_AGE});
}

static void tick(struct step *x)
{
    slack_supervisor_t *sup = x->sup;
    if (sup->ticked_ms != 0 && x->now > sup->ticked_ms + sup->limits->dead_ms / 2) after_a_jump(x);
    sup->ticked_ms = x->now;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        slack_session_t *s = &sup->sessions[i];
        feed(x, i, &(slack_session_input_t){.type = SLACK_INPUT_TICK});
        if (!slack__session_serves(s)) continue;
        forgive(x, s);
        grow_old(x, s);
    }
}

/* --- what is against what should be ------------------------------------------------------------
 */

/* Envelopes have stopped to come, and what came is acked or will never be in time. */
static bool may_go(const struct step *x, const slack_session_t *s)
{
    if (x->now < s->leave_ms) return false;
    return s->inflight == 0 || x->now >= s->leave_ms + x->sup->limits->ack_ms;
}

/* Say goodbye to those that were replaced. */
static void settle_leaving(struct step *x)
{
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        const slack_session_t *s = &x->sup->sessions[i];
        if (slack__supervisor_serving(x->sup) <= x->sup->wanted) return;
        if (is_leaving(s) && may_go(x, s)) retire(x, i);
    }
}

static uint64_t open_time(const slack_supervisor_t *sup)
{
    uint64_t at = sup->not_before_ms;
    if (count(sup, is_leaving) == 0 && sup->stagger_ms > at) at = sup->stagger_ms;
    uint64_t slack = (uint64_t)sup->limits->pace_ms * (sup->limits->burst - 1);
    if (sup->paced_ms > slack && sup->paced_ms - slack > at) at = sup->paced_ms - slack;
    return at;
}

/* Asked for, and not heard of for a while. */
static bool is_stuck(const slack_supervisor_t *sup, const slack_session_t *s, uint64_t now)
{
    bool asked = s->state == SLACK_SESSION_CALLING || s->state == SLACK_SESSION_DIALING;
    return asked && now >= s->since_ms + sup->limits->hedge_ms;
}

/* The one that is in `state` for longest; NULL: none. */
static slack_session_t *oldest(slack_supervisor_t *sup, enum slack_session_state state)
{
    slack_session_t *found = NULL;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        slack_session_t *s = &sup->sessions[i];
        if (s->state == state && (!found || s->since_ms < found->since_ms)) found = s;
    }
    return found;
}

/* Those on their way; the stuck ones count for nothing while there is no connection. */
static unsigned count_coming(const slack_supervisor_t *sup, uint64_t now)
{
    unsigned coming = count(sup, slack__session_comes);
    if (slack__supervisor_serving(sup) > 0) return coming;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        coming -= is_stuck(sup, &sup->sessions[i], now);
    return coming;
}

/* There are too few connections, and nothing but time speaks against one more. */
static bool wants_open(const slack_supervisor_t *sup, uint64_t now)
{
    if (sup->phase != SLACK_PHASE_RUNNING) return false;
    unsigned coming = count_coming(sup, now);
    unsigned staying = coming + count(sup, is_ready);
    /* Make before break, except where there is no place for both (docs/protocol.md, Hello). */
    if (sup->mood != SLACK_WAIT_RETRY) staying += count(sup, is_leaving);
    return staying < sup->wanted && !(sup->probing && coming > 0);
}

/* With all places taken one that leaves has to go first, one at a time: rather without than with
 * something to acknowledge, and the oldest of those. */
static void make_room(struct step *x)
{
    slack_session_t *best = NULL;
    if (count(x->sup, is_closing) > 0 || count(x->sup, slack__session_comes) > 0) return;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        slack_session_t *s = &x->sup->sessions[i];
        if (!is_leaving(s)) continue;
        bool better = !best || (s->inflight == 0) > (best->inflight == 0) ||
                      ((s->inflight == 0) == (best->inflight == 0) && s->leave_ms < best->leave_ms);
        if (better) best = s;
    }
    if (best) retire(x, best->slot);
}

/* A free slot; SLACK_SESSIONS_MAX: none. A call that hangs makes way at once. */
static unsigned find_slot(struct step *x)
{
    slack_supervisor_t *sup = x->sup;
    const slack_session_t *hangs = oldest(sup, SLACK_SESSION_CALLING);
    unsigned slot = 0;
    while (slot < SLACK_SESSIONS_MAX && is_used(&sup->sessions[slot]))
        slot++;
    if (slot < SLACK_SESSIONS_MAX || !hangs || !is_stuck(sup, hangs, x->now)) return slot;
    retire(x, hangs->slot);
    return hangs->slot;
}

static void open_one(struct step *x, unsigned slot)
{
    slack_supervisor_t *sup = x->sup;
    const slack_socket_limits_t *limits = sup->limits;
    if (++sup->generation == 0) sup->generation = 1;
    if (sup->paced_ms < x->now) sup->paced_ms = x->now;
    sup->paced_ms += limits->pace_ms;
    sup->stagger_ms = x->now + limits->stagger_ms + next_random(sup) % (limits->stagger_ms + 1);
    feed(x, slot,
         &(slack_session_input_t){.type = SLACK_INPUT_BEGIN, .generation = sup->generation});
}

static void settle_opening(struct step *x)
{
    slack_supervisor_t *sup = x->sup;
    while (wants_open(sup, x->now) && x->now >= open_time(sup)) {
        unsigned slot = find_slot(x);
        if (slot == SLACK_SESSIONS_MAX) {
            make_room(x);
            return;
        }
        open_one(x, slot);
    }
}

/* One got through: calls that were begun beside it are not needed. */
static void settle_surplus(struct step *x)
{
    slack_supervisor_t *sup = x->sup;
    const slack_session_t *s;
    if (slack__supervisor_serving(sup) == 0) return;
    while (count(sup, slack__session_comes) + count(sup, is_ready) > sup->wanted &&
           (s = oldest(sup, SLACK_SESSION_CALLING)))
        retire(x, s->slot);
}

static bool is_coming_or_ready(const slack_session_t *s)
{
    return s->state >= SLACK_SESSION_DIALING && s->state <= SLACK_SESSION_READY;
}

/* A URL is there for one more connection. With all places taken it is for that of a dial that
 * hangs; where none does its ticket is left to expire. */
static bool may_dial(struct step *x)
{
    slack_supervisor_t *sup = x->sup;
    if (count(sup, is_coming_or_ready) < sup->wanted) return true;
    const slack_session_t *hangs = oldest(sup, SLACK_SESSION_DIALING);
    if (!hangs || !is_stuck(sup, hangs, x->now)) return false;
    retire(x, hangs->slot);
    return true;
}

/* An input for one session, if it is for the dial that is there now. */
static void hand_on(struct step *x, const slack_session_input_t *in)
{
    if (in->slot >= SLACK_SESSIONS_MAX) return;
    const slack_session_t *s = &x->sup->sessions[in->slot];
    if (s->generation != in->generation) return;
    bool url = in->type == SLACK_INPUT_URL && s->state == SLACK_SESSION_CALLING;
    if (url && !may_dial(x))
        retire(x, in->slot);
    else
        feed(x, in->slot, in);
}

static void settle_stopping(struct step *x)
{
    slack_supervisor_t *sup = x->sup;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        slack_session_t *s = &sup->sessions[i];
        bool busy = sup->phase == SLACK_PHASE_DRAINING && slack__session_serves(s) && s->inflight;
        if (is_used(s) && !is_closing(s) && !busy) retire(x, i);
    }
    if (sup->phase != SLACK_PHASE_STOPPING || count(sup, is_used) > 0) return;
    sup->phase = SLACK_PHASE_STOPPED;
    tell(x, SLACK_DO_STOPPED, &sup->sessions[0], sup->end, 0);
}

static void settle(struct step *x)
{
    switch (x->sup->phase) {
    case SLACK_PHASE_RUNNING:
        settle_leaving(x);
        settle_surplus(x);
        settle_opening(x);
        break;
    case SLACK_PHASE_DRAINING:
    case SLACK_PHASE_STOPPING: settle_stopping(x); break;
    case SLACK_PHASE_IDLE:
    case SLACK_PHASE_STOPPED: break;
    }
}

void slack__supervisor_step(slack_supervisor_t *sup, const slack_session_input_t *in,
                            uint64_t now_ms, slack_actions_t *actions)
{
    struct step x = {sup, now_ms, actions};
    switch (in->type) {
    case SLACK_INPUT_START:
        if (sup->phase == SLACK_PHASE_IDLE) sup->phase = SLACK_PHASE_RUNNING;
        break;
    case SLACK_INPUT_TICK: tick(&x); break;
    case SLACK_INPUT_DRAIN:
        if (sup->phase == SLACK_PHASE_RUNNING) sup->phase = SLACK_PHASE_DRAINING;
        break;
    case SLACK_INPUT_STOP:
        if (sup->phase < SLACK_PHASE_STOPPING) {
            sup->phase = SLACK_PHASE_STOPPING;
            sup->end = SLACK_CAUSE_RETIRED;
        }
        break;
    default: hand_on(&x, in); break;
    }
    settle(&x);
}

uint64_t slack__supervisor_deadline(const slack_supervisor_t *sup, uint64_t now_ms)
{
    uint64_t next = NEVER;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        uint64_t at = slack__session_deadline(&sup->sessions[i], now_ms, sup->limits);
        if (at < next) next = at;
    }
    if (wants_open(sup, now_ms) && count(sup, is_used) < SLACK_SESSIONS_MAX &&
        open_time(sup) < next)
        next = open_time(sup);
    if (sup->phase != SLACK_PHASE_RUNNING || slack__supervisor_serving(sup) > 0) return next;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        const slack_session_t *s = &sup->sessions[i];
        uint64_t stuck = s->since_ms + sup->limits->hedge_ms;
        if (slack__session_comes(s) && stuck > now_ms && stuck < next) next = stuck;
    }
    return next;
}
