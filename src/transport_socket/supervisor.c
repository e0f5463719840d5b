/* SPDX-License-Identifier: MIT */
#include "transport_socket/supervisor.h"

#include <string.h>

#define NEVER UINT64_MAX

/* The arguments of slack__supervisor_feed(). */
struct update {
    slack_supervisor_t *sup;
    uint64_t now;
    slack_actions_t *actions;
};

void slack__supervisor_init(slack_supervisor_t *sup, unsigned wanted,
                            const slack_socket_limits_t *limits, uint64_t seed)
{
    *sup = (slack_supervisor_t){.limits = limits,
                                .allowance = slack__allowance_alone(wanted),
                                .probing = true,
                                .random = seed | 1};
    for (unsigned i = 0; i < SLACK_BACKOFF_COUNT; i++)
        sup->backoff[i] = (slack_backoff_t){.base_ms = limits->backoff[i].base_ms,
                                            .cap_ms = limits->backoff[i].cap_ms};
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        sup->sessions[i].slot = i;
}

/* xorshift64, seeded: a test can repeat the jitter. */
static uint64_t next_random(slack_supervisor_t *sup)
{
    uint64_t x = sup->random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return sup->random = x;
}

/* The number of sessions in a state from `first` to `last`. */
static unsigned count_sessions(const slack_supervisor_t *sup, enum slack_session_state first,
                               enum slack_session_state last)
{
    unsigned n = 0;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        n += sup->sessions[i].state >= first && sup->sessions[i].state <= last;
    return n;
}

unsigned slack__supervisor_serving(const slack_supervisor_t *sup)
{
    return count_sessions(sup, SLACK_SESSION_READY, SLACK_SESSION_LEAVING);
}

unsigned slack__supervisor_connections(const slack_supervisor_t *sup)
{
    return count_sessions(sup, SLACK_SESSION_DIALING, SLACK_SESSION_CLOSING);
}

static unsigned count_opening(const slack_supervisor_t *sup)
{
    return count_sessions(sup, SLACK_SESSION_CALLING, SLACK_SESSION_GREETING);
}

static unsigned count_in_state(const slack_supervisor_t *sup, enum slack_session_state state)
{
    return count_sessions(sup, state, state);
}

/* The number of connections that count towards the limit. Slack has ended those that are PARTING.
 */
static unsigned count_limited(const slack_supervisor_t *sup)
{
    return count_sessions(sup, SLACK_SESSION_CALLING, SLACK_SESSION_LEAVING) +
           count_in_state(sup, SLACK_SESSION_CLOSING);
}

void slack__supervisor_allow(slack_supervisor_t *sup, const slack_allowance_t *allowance)
{
    sup->allowance = *allowance;
    if (sup->unreplaced_count > allowance->wanted) sup->unreplaced_count = allowance->wanted;
}

bool slack__supervisor_takes(const slack_supervisor_t *sup, unsigned slot)
{
    const slack_session_t *session = &sup->sessions[slot];
    if (session->hello_ms == 0) return false;
    return sup->phase == SLACK_PHASE_RUNNING ||
           (sup->phase == SLACK_PHASE_DRAINING && session->state != SLACK_SESSION_CLOSING);
}

/* --- what follows from a session's change of state ---------------------------------------------
 */

static enum slack_socket_backoff backoff_of(enum slack_cause cause)
{
    switch (cause) {
    case SLACK_CAUSE_UNREACHED: return SLACK_BACKOFF_UNREACHED;
    case SLACK_CAUSE_CROWDED: return SLACK_BACKOFF_CROWDED;
    case SLACK_CAUSE_DISABLED: return SLACK_BACKOFF_DISABLED;
    default: return SLACK_BACKOFF_RETRY;
    }
}

/*
 * After a failure nothing is opened before its backoff has passed. Failures that come together
 * count once: a failure during a backoff does not prolong it, except by a Retry-After. Returns the
 * wait.
 */
static uint64_t back_off(struct update *u, const slack_session_t *s, bool had_served)
{
    slack_supervisor_t *sup = u->sup;
    enum slack_socket_backoff kind = backoff_of(s->cause);
    bool new_trouble = kind >= SLACK_BACKOFF_CROWDED && sup->trouble != kind;
    uint64_t floor = s->retry_after_ms;
    if (kind >= SLACK_BACKOFF_CROWDED) {
        sup->trouble = kind;
        if (floor < sup->backoff[kind].base_ms) floor = sup->backoff[kind].base_ms;
    }
    if (kind == SLACK_BACKOFF_UNREACHED && sup->paced_ms > u->now)
        sup->paced_ms -= sup->limits->pace_ms; /* Slack never saw this call */

    sup->probing = true;
    sup->stagger_ms = u->now; /* probing already opens one at a time */
    sup->failed_ms = u->now;
    uint64_t wait = floor;
    if (u->now >= sup->not_before_ms || new_trouble)
        wait = slack__backoff_next_ms(&sup->backoff[kind], floor, next_random(sup));
    if (wait < sup->limits->stagger_ms / 10) wait = sup->limits->stagger_ms / 10;

    /* The end of the only connection made room at Slack, so the longer wait for
     * too_many_websockets no longer applies. */
    bool made_room = had_served && kind == SLACK_BACKOFF_RETRY &&
                     sup->trouble == SLACK_BACKOFF_CROWDED && slack__supervisor_serving(sup) == 0;
    if (made_room || u->now + wait > sup->not_before_ms) sup->not_before_ms = u->now + wait;
    return sup->not_before_ms - u->now;
}

static void supervisor_act(struct update *u, const slack_session_t *s, slack_action_t action)
{
    action.slot = s->slot;
    action.generation = s->generation;
    slack__actions_add(u->actions, &action);
}

static void session_is_ready(struct update *u, const slack_session_t *s)
{
    slack_supervisor_t *sup = u->sup;
    enum slack_cause cause = SLACK_CAUSE_NONE;
    sup->probing = false;
    if (sup->unreplaced_count > 0) {
        cause = sup->unreplaced[0];
        sup->unreplaced_count--;
        memmove(sup->unreplaced, sup->unreplaced + 1,
                sup->unreplaced_count * sizeof sup->unreplaced[0]);
    }
    supervisor_act(u, s, (slack_action_t){.type = SLACK_DO_READY, .cause = cause});
}

static void add_unreplaced(slack_supervisor_t *sup, enum slack_cause cause)
{
    if (sup->unreplaced_count < SLACK_SESSIONS_MAX)
        sup->unreplaced[sup->unreplaced_count++] = cause;
}

/* The session went from `before` to PARTING, CLOSING or FREE. */
static void session_is_over(struct update *u, const slack_session_t *s,
                            enum slack_session_state before)
{
    slack_supervisor_t *sup = u->sup;
    if (s->cause == SLACK_CAUSE_FATAL) {
        sup->end = SLACK_CAUSE_FATAL;
        if (sup->phase < SLACK_PHASE_STOPPING) sup->phase = SLACK_PHASE_STOPPING;
    }
    if (s->cause == SLACK_CAUSE_RETIRED || sup->phase >= SLACK_PHASE_DRAINING) return;

    bool had_served = before == SLACK_SESSION_READY || before == SLACK_SESSION_LEAVING;
    bool orderly = before == SLACK_SESSION_LEAVING && backoff_of(s->cause) == SLACK_BACKOFF_RETRY;
    if (before == SLACK_SESSION_READY) add_unreplaced(sup, s->cause);
    if (!orderly) {
        slack_action_t lost = {.type = SLACK_DO_LOST, .cause = s->cause};
        /* The first Close of a peer causes no wait. Further ones soon after it do. */
        bool at_once =
            s->state == SLACK_SESSION_PARTING && sup->backoff[SLACK_BACKOFF_RETRY].attempt == 0;
        lost.wait_ms = back_off(u, s, had_served);
        if (at_once) {
            sup->not_before_ms = u->now;
            lost.wait_ms = 0;
        }
        supervisor_act(u, s, lost);
    } else if (sup->trouble == SLACK_BACKOFF_CROWDED && slack__supervisor_serving(sup) == 0) {
        sup->not_before_ms = u->now; /* the end of this connection made room at Slack */
    }
}

static void feed_session(struct update *u, unsigned slot, slack_session_input_t in)
{
    slack_session_t *s = &u->sup->sessions[slot];
    enum slack_session_state before = s->state;
    in.random = next_random(u->sup);
    slack__session_feed(s, &in, u->now, u->sup->limits, u->actions);
    if (s->state == before) return;
    if (s->state == SLACK_SESSION_READY) session_is_ready(u, s);
    if (s->state == SLACK_SESSION_LEAVING) add_unreplaced(u->sup, s->cause);
    bool over = s->state >= SLACK_SESSION_PARTING || s->state == SLACK_SESSION_FREE;
    if (over && before < SLACK_SESSION_PARTING) session_is_over(u, s, before);
}

static void retire(struct update *u, unsigned slot)
{
    feed_session(u, slot, (slack_session_input_t){.type = SLACK_INPUT_RETIRE});
}

/* --- time --------------------------------------------------------------------------------------
 */

/* Much more time passed between two ticks than should have: the machine slept, or the loop was
 * blocked. A connection that was silent for too long may be dead, or its bytes may not have been
 * read yet. It is replaced at once, and has probe_ms to receive something. */
static void clock_jumped(struct update *u)
{
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        slack_session_t *s = &u->sup->sessions[i];
        if (!slack__session_serves(s)) continue;
        s->ping_ms = u->now;
        if (u->now < s->seen_ms + u->sup->limits->dead_ms) continue;
        s->grace_ms = u->now + u->sup->limits->probe_ms;
        feed_session(
            u, i, (slack_session_input_t){.type = SLACK_INPUT_GOODBYE, .cause = SLACK_CAUSE_SLEPT});
    }
}

static void supervisor_tick(struct update *u)
{
    slack_supervisor_t *sup = u->sup;
    if (sup->ticked_ms != 0 && u->now > sup->ticked_ms + sup->limits->dead_ms / 2) clock_jumped(u);
    sup->ticked_ms = u->now;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        slack_session_t *s = &sup->sessions[i];
        feed_session(u, i, (slack_session_input_t){.type = SLACK_INPUT_TICK});
        if (!slack__session_serves(s)) continue;
        /* A connection that became stable after the last failure resets the backoffs. */
        if (s->hello_ms >= sup->failed_ms && u->now >= s->hello_ms + sup->limits->stable_ms) {
            for (unsigned k = 0; k < SLACK_BACKOFF_COUNT; k++)
                slack__backoff_reset(&sup->backoff[k]);
            sup->trouble = SLACK_BACKOFF_RETRY;
        }
        if (s->state != SLACK_SESSION_READY || u->now < s->renew_ms) continue;
        if (sup->trouble == SLACK_BACKOFF_RETRY)
            feed_session(
                u, i,
                (slack_session_input_t){.type = SLACK_INPUT_GOODBYE, .cause = SLACK_CAUSE_AGE});
        else /* a new connection might not be admitted */
            s->renew_ms = u->now + sup->limits->pace_ms;
    }
}

/* --- the difference between what is open and what should be -----------------------------------
 */

/* Connections must make room: another process waits, or the allowance was lowered. */
static void note_hurry(struct update *u)
{
    slack_supervisor_t *sup = u->sup;
    if (!sup->allowance.hurry && count_limited(sup) <= sup->allowance.limit &&
        count_in_state(sup, SLACK_SESSION_READY) <= sup->allowance.wanted)
        sup->hurry_ms = 0;
    else if (sup->hurry_ms == 0)
        sup->hurry_ms = u->now;
}

/* From when a connection that serves may be closed: one that is replaced, when no more envelopes
 * arrive; any, when it must make room. */
static uint64_t close_time(const slack_supervisor_t *sup, const slack_session_t *s)
{
    uint64_t at = s->state == SLACK_SESSION_LEAVING ? s->leave_ms : NEVER;
    return sup->hurry_ms != 0 && sup->hurry_ms < at ? sup->hurry_ms : at;
}

/* Close the connections that have been replaced or are not wanted any more, once the envelopes that
 * arrived are acked or past their deadline. */
static void close_surplus(struct update *u)
{
    slack_supervisor_t *sup = u->sup;
    const unsigned wanted = sup->allowance.wanted;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        const slack_session_t *s = &sup->sessions[i];
        if (slack__supervisor_serving(sup) <= wanted) return;
        if (!slack__session_serves(s) || u->now < close_time(sup, s)) continue;
        if (s->state == SLACK_SESSION_READY && count_in_state(sup, SLACK_SESSION_READY) <= wanted)
            continue;
        if (s->inflight == 0 || u->now >= close_time(sup, s) + sup->limits->ack_ms) retire(u, i);
    }
}

/* The session that has been in `state` for longest; NULL: none is. */
static slack_session_t *oldest(slack_supervisor_t *sup, enum slack_session_state state)
{
    slack_session_t *found = NULL;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        slack_session_t *s = &sup->sessions[i];
        if (s->state == state && (!found || s->since_ms < found->since_ms)) found = s;
    }
    return found;
}

/* Once one connection serves, the calls that were started beside it are not needed. Of dials there
 * are too many only after `wanted` was lowered. */
static void retire_surplus(struct update *u)
{
    slack_supervisor_t *sup = u->sup;
    const slack_session_t *s;
    const unsigned wanted = sup->allowance.wanted;
    while (count_sessions(sup, SLACK_SESSION_DIALING, SLACK_SESSION_READY) > wanted &&
           ((s = oldest(sup, SLACK_SESSION_DIALING)) || (s = oldest(sup, SLACK_SESSION_GREETING))))
        retire(u, s->slot);
    if (slack__supervisor_serving(sup) == 0 && wanted > 0) return;
    while (count_sessions(sup, SLACK_SESSION_CALLING, SLACK_SESSION_READY) > wanted &&
           (s = oldest(sup, SLACK_SESSION_CALLING)))
        retire(u, s->slot);
}

/* The call or the dial has not been answered for hedge_ms. */
static bool hangs(const slack_supervisor_t *sup, const slack_session_t *s, uint64_t now)
{
    bool waits = s->state == SLACK_SESSION_CALLING || s->state == SLACK_SESSION_DIALING;
    return waits && now >= s->since_ms + sup->limits->hedge_ms;
}

/* The number of missing connections that only open_time() or the limit may delay. */
static unsigned count_missing(const slack_supervisor_t *sup, uint64_t now)
{
    const unsigned wanted = sup->allowance.wanted;
    if (sup->phase != SLACK_PHASE_RUNNING) return 0;
    unsigned opening = count_opening(sup);
    if (slack__supervisor_serving(sup) == 0)
        for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
            opening -= hangs(sup, &sup->sessions[i], now);
    unsigned staying = opening + count_in_state(sup, SLACK_SESSION_READY);
    /* A new connection opens before the old one closes, unless Slack does not admit both
     * (docs/protocol.md, Hello). */
    if (sup->trouble != SLACK_BACKOFF_RETRY) staying += count_in_state(sup, SLACK_SESSION_LEAVING);
    return staying < wanted && !(sup->probing && opening > 0) ? wanted - staying : 0;
}

/* A connection is missing, and only open_time() may delay it. */
static bool wants_open(const slack_supervisor_t *sup, uint64_t now)
{
    return count_missing(sup, now) > 0 && count_limited(sup) < sup->allowance.limit;
}

/* The earliest time for the next apps.connections.open. */
static uint64_t open_time(const slack_supervisor_t *sup)
{
    uint64_t at = sup->not_before_ms;
    if (count_in_state(sup, SLACK_SESSION_LEAVING) == 0 && sup->stagger_ms > at)
        at = sup->stagger_ms;
    uint64_t ahead = (uint64_t)sup->limits->pace_ms * (sup->limits->burst - 1);
    if (sup->paced_ms > ahead && sup->paced_ms - ahead > at) at = sup->paced_ms - ahead;
    return at;
}

/* When all slots are used, close one replaced connection early: one whose envelopes are all acked
 * if there is one, and the oldest of those. */
static void close_for_room(struct update *u)
{
    slack_supervisor_t *sup = u->sup;
    slack_session_t *best = NULL;
    if (count_in_state(sup, SLACK_SESSION_CLOSING) > 0 || count_opening(sup) > 0) return;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        slack_session_t *s = &sup->sessions[i];
        if (s->state != SLACK_SESSION_LEAVING) continue;
        bool idle = s->inflight == 0, best_idle = best && best->inflight == 0;
        bool older = best && s->leave_ms < best->leave_ms;
        if (!best || (idle == best_idle ? older : idle)) best = s;
    }
    if (best) retire(u, best->slot);
}

/* A free slot, if need be that of the oldest call that hangs; SLACK_SESSIONS_MAX: none. */
static unsigned find_slot(struct update *u)
{
    slack_supervisor_t *sup = u->sup;
    const slack_session_t *call = oldest(sup, SLACK_SESSION_CALLING);
    unsigned slot = 0;
    while (slot < SLACK_SESSIONS_MAX && sup->sessions[slot].state != SLACK_SESSION_FREE)
        slot++;
    if (slot < SLACK_SESSIONS_MAX || !call || !hangs(sup, call, u->now)) return slot;
    retire(u, call->slot);
    return call->slot;
}

static void open_missing(struct update *u)
{
    slack_supervisor_t *sup = u->sup;
    const slack_socket_limits_t *limits = sup->limits;
    while (wants_open(sup, u->now) && u->now >= open_time(sup)) {
        unsigned slot = find_slot(u);
        if (slot == SLACK_SESSIONS_MAX) {
            close_for_room(u);
            return;
        }
        if (++sup->generation == 0) sup->generation = 1;
        if (sup->paced_ms < u->now) sup->paced_ms = u->now;
        sup->paced_ms += limits->pace_ms;
        sup->stagger_ms = u->now + limits->stagger_ms + next_random(sup) % (limits->stagger_ms + 1);
        feed_session(
            u, slot,
            (slack_session_input_t){.type = SLACK_INPUT_BEGIN, .generation = sup->generation});
    }
}

static void close_sessions(struct update *u)
{
    slack_supervisor_t *sup = u->sup;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        slack_session_t *s = &sup->sessions[i];
        bool acks = slack__session_serves(s) || s->state == SLACK_SESSION_PARTING;
        bool busy = sup->phase == SLACK_PHASE_DRAINING && acks && s->inflight;
        if (s->state != SLACK_SESSION_FREE && s->state != SLACK_SESSION_CLOSING && !busy)
            retire(u, i);
    }
    if (sup->phase != SLACK_PHASE_STOPPING ||
        count_in_state(sup, SLACK_SESSION_FREE) < SLACK_SESSIONS_MAX)
        return;
    sup->phase = SLACK_PHASE_STOPPED;
    supervisor_act(u, &sup->sessions[0],
                   (slack_action_t){.type = SLACK_DO_STOPPED, .cause = sup->end});
}

/* --- inputs ------------------------------------------------------------------------------------
 */

static void feed_by_name(struct update *u, const slack_session_input_t *in)
{
    if (in->slot >= SLACK_SESSIONS_MAX) return;
    slack_supervisor_t *sup = u->sup;
    const slack_session_t *s = &sup->sessions[in->slot];
    if (s->generation != in->generation) return;
    if (in->type == SLACK_INPUT_URL && s->state == SLACK_SESSION_CALLING &&
        count_sessions(sup, SLACK_SESSION_DIALING, SLACK_SESSION_READY) >= sup->allowance.wanted) {
        /* Enough connections are dialed. The URL is used in place of a dial that hangs; without
         * such a dial its ticket expires unused. */
        const slack_session_t *dial = oldest(sup, SLACK_SESSION_DIALING);
        const bool replaces = dial && hangs(sup, dial, u->now);
        retire(u, replaces ? dial->slot : in->slot);
        if (!replaces) return;
    }
    feed_session(u, in->slot, *in);
}

void slack__supervisor_feed(slack_supervisor_t *sup, const slack_session_input_t *in,
                            uint64_t now_ms, slack_actions_t *actions)
{
    struct update u = {sup, now_ms, actions};
    switch (in->type) {
    case SLACK_INPUT_START:
        if (sup->phase == SLACK_PHASE_IDLE) sup->phase = SLACK_PHASE_RUNNING;
        break;
    case SLACK_INPUT_TICK: supervisor_tick(&u); break;
    case SLACK_INPUT_DRAIN:
        if (sup->phase == SLACK_PHASE_RUNNING) sup->phase = SLACK_PHASE_DRAINING;
        break;
    case SLACK_INPUT_STOP:
        if (sup->phase >= SLACK_PHASE_STOPPING) break;
        sup->phase = SLACK_PHASE_STOPPING;
        sup->end = SLACK_CAUSE_RETIRED;
        break;
    default: feed_by_name(&u, in); break;
    }
    if (sup->phase == SLACK_PHASE_RUNNING) {
        note_hurry(&u);
        close_surplus(&u);
        retire_surplus(&u);
        open_missing(&u);
    } else if (sup->phase == SLACK_PHASE_DRAINING || sup->phase == SLACK_PHASE_STOPPING) {
        close_sessions(&u);
    }
}

slack_allowance_use_t slack__supervisor_use(const slack_supervisor_t *sup, uint64_t now_ms)
{
    return (slack_allowance_use_t){.open = count_limited(sup),
                                   .missing =
                                       now_ms >= open_time(sup) ? count_missing(sup, now_ms) : 0,
                                   .serving = slack__supervisor_serving(sup),
                                   .refused = sup->trouble != SLACK_BACKOFF_RETRY};
}

uint64_t slack__supervisor_deadline(const slack_supervisor_t *sup, uint64_t now_ms)
{
    uint64_t next = NEVER;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        uint64_t at = slack__session_deadline(&sup->sessions[i], now_ms, sup->limits);
        if (at < next) next = at;
    }
    if (wants_open(sup, now_ms) && count_in_state(sup, SLACK_SESSION_FREE) > 0 &&
        open_time(sup) < next)
        next = open_time(sup);
    if (sup->phase != SLACK_PHASE_RUNNING) return next;
    const uint64_t gone = sup->hurry_ms + sup->limits->ack_ms;
    if (sup->hurry_ms != 0 && gone > now_ms && gone < next) next = gone;
    if (slack__supervisor_serving(sup) > 0) return next;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        const slack_session_t *s = &sup->sessions[i];
        uint64_t hedge = s->since_ms + sup->limits->hedge_ms;
        if (slack__session_opens(s) && hedge > now_ms && hedge < next) next = hedge;
    }
    return next;
}
