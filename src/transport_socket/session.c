/* SPDX-License-Identifier: MIT */
#include "transport_socket/session.h"

#define NEVER UINT64_MAX

/* docs/protocol.md has the facts behind each: Opening (open, pace), Hello (linger), Pings (ping,
 * dead), Connections (close). */
const slack_socket_limits_t slack__socket_limits_default = {
    .call_ms = 60000,
    .open_ms = 15000,
    .hello_ms = 15000,
    .close_ms = 1000,
    .ping_ms = 10000,
    .dead_ms = 30000,
    .probe_ms = 10000,
    .settle_ms = 30000,
    .linger_ms = 10000,
    .ack_ms = 3000,
    .stagger_ms = 1000,
    .hedge_ms = 3000,
    .tick_ms = 1000,
    .retry_base_ms = 1000,
    .retry_cap_ms = 60000,
    .unreached_base_ms = 1000,
    .unreached_cap_ms = 4000,
    .crowded_base_ms = 10000,
    .crowded_cap_ms = 300000,
    .disabled_base_ms = 60000,
    .disabled_cap_ms = 300000,
    .pace_ms = 60000,
    .burst = 64,
    .message_max = (size_t)8 << 20,
    .write_max = (size_t)1 << 20,
    .inflight_max = 4096,
};

const char *slack__cause_name(enum slack_cause cause)
{
    static const char *const names[SLACK_CAUSE_COUNT] = {
        [SLACK_CAUSE_NONE] = "none",
        [SLACK_CAUSE_REFRESH] = "refresh",
        [SLACK_CAUSE_AGE] = "age",
        [SLACK_CAUSE_SLEPT] = "slept",
        [SLACK_CAUSE_LOST] = "lost",
        [SLACK_CAUSE_SILENT] = "silent",
        [SLACK_CAUSE_REFUSED] = "refused",
        [SLACK_CAUSE_UNREACHED] = "unreached",
        [SLACK_CAUSE_CROWDED] = "too_many_websockets",
        [SLACK_CAUSE_DISABLED] = "link_disabled",
        [SLACK_CAUSE_FATAL] = "fatal",
        [SLACK_CAUSE_RETIRED] = "retired",
    };
    return (unsigned)cause < SLACK_CAUSE_COUNT ? names[cause] : "none";
}

void slack__actions_add(slack_actions_t *actions, const slack_action_t *action)
{
    if (actions->count < SLACK_ACTIONS_MAX) actions->list[actions->count++] = *action;
}

/* One step, so that the functions of the states have one parameter. */
struct step {
    slack_session_t *s;
    const slack_session_input_t *in;
    uint64_t now;
    const slack_socket_limits_t *limits;
    slack_actions_t *actions;
};

static void act(const struct step *x, enum slack_action_type type)
{
    const slack_action_t action = {
        .type = type, .slot = x->s->slot, .generation = x->s->generation, .cause = x->s->cause};
    slack__actions_add(x->actions, &action);
}

static void enter(const struct step *x, enum slack_session_state state, unsigned limit_ms)
{
    x->s->state = state;
    x->s->since_ms = x->now;
    x->s->deadline_ms = x->now + limit_ms;
}

static void end(const struct step *x, enum slack_cause cause)
{
    x->s->cause = cause;
    enter(x, SLACK_SESSION_FREE, 0);
}

/* What has a descriptor loses it at once: a half-open one would stay registered with Slack as a
 * ghost that swallows clicks (docs/protocol.md, Connections). */
static void drop(const struct step *x, enum slack_cause cause)
{
    act(x, SLACK_DO_ABORT);
    end(x, cause);
}

static void begin_close(const struct step *x, enum slack_cause cause)
{
    x->s->cause = cause;
    act(x, SLACK_DO_CLOSE);
    enter(x, SLACK_SESSION_CLOSING, x->limits->close_ms);
}

static void begin(const struct step *x)
{
    *x->s = (slack_session_t){.slot = x->s->slot, .generation = x->in->generation};
    enter(x, SLACK_SESSION_CALLING, x->limits->call_ms);
    act(x, SLACK_DO_CALL);
}

static void calling(const struct step *x)
{
    switch (x->in->type) {
    case SLACK_INPUT_URL:
        enter(x, SLACK_SESSION_DIALING, x->limits->open_ms);
        act(x, SLACK_DO_DIAL);
        break;
    case SLACK_INPUT_CALL_FAILED:
        x->s->retry_after_ms = x->in->retry_after_ms;
        end(x, x->in->cause);
        break;
    case SLACK_INPUT_RETIRE: end(x, SLACK_CAUSE_RETIRED); break;
    case SLACK_INPUT_TICK:
        if (x->now >= x->s->deadline_ms) end(x, SLACK_CAUSE_REFUSED);
        break;
    default: break;
    }
}

static void dialing(const struct step *x)
{
    switch (x->in->type) {
    case SLACK_INPUT_UPGRADED:
        x->s->seen_ms = x->now;
        enter(x, SLACK_SESSION_GREETING, x->limits->hello_ms);
        break;
    case SLACK_INPUT_CLOSED: end(x, SLACK_CAUSE_REFUSED); break;
    case SLACK_INPUT_RETIRE: drop(x, SLACK_CAUSE_RETIRED); break;
    case SLACK_INPUT_TICK:
        if (x->now >= x->s->deadline_ms) drop(x, SLACK_CAUSE_REFUSED);
        break;
    default: break;
    }
}

/* Replace it when 90 to 95 per cent of its life are over, so that connections opened together do
 * not go together. */
static uint64_t renewal(const struct step *x)
{
    uint64_t life = x->in->life_ms;
    if (life == 0 || life > (uint64_t)7 * 24 * 3600 * 1000) return NEVER;
    uint64_t spread = life / 20 + 1;
    return x->now + life - spread - x->in->random % spread;
}

static void hello(const struct step *x)
{
    slack_session_t *s = x->s;
    s->hello_ms = s->seen_ms = x->now;
    s->ping_ms = x->now + x->limits->ping_ms;
    s->renew_ms = renewal(x);
    enter(x, SLACK_SESSION_READY, 0);
}

static void greeting(const struct step *x)
{
    switch (x->in->type) {
    case SLACK_INPUT_HELLO: hello(x); break;
    case SLACK_INPUT_GOODBYE: /* instead of hello (docs/protocol.md, Hello) */
        begin_close(x, x->in->cause == SLACK_CAUSE_REFRESH ? SLACK_CAUSE_REFUSED : x->in->cause);
        break;
    case SLACK_INPUT_CLOSED: end(x, SLACK_CAUSE_REFUSED); break;
    case SLACK_INPUT_RETIRE: begin_close(x, SLACK_CAUSE_RETIRED); break;
    case SLACK_INPUT_TICK:
        if (x->now >= x->s->deadline_ms) begin_close(x, SLACK_CAUSE_REFUSED);
        break;
    default: break;
    }
}

static void leave(const struct step *x, enum slack_cause cause)
{
    x->s->cause = cause;
    x->s->leave_ms = x->now + x->limits->linger_ms;
    x->s->state = SLACK_SESSION_LEAVING;
    act(x, SLACK_DO_LEAVE);
}

static bool silent(const slack_session_t *s, uint64_t now, const slack_socket_limits_t *limits)
{
    return now >= s->seen_ms + limits->dead_ms && now >= s->grace_ms;
}

/* READY and LEAVING alike. */
static void serving_tick(const struct step *x)
{
    slack_session_t *s = x->s;
    if (silent(s, x->now, x->limits)) {
        drop(x, SLACK_CAUSE_SILENT);
        return;
    }
    if (x->now >= s->ping_ms) {
        s->ping_ms = x->now + x->limits->ping_ms;
        act(x, SLACK_DO_PING);
    }
}

static void serving(const struct step *x)
{
    switch (x->in->type) {
    case SLACK_INPUT_GOODBYE:
        if (x->in->cause == SLACK_CAUSE_CROWDED || x->in->cause == SLACK_CAUSE_DISABLED)
            begin_close(x, x->in->cause); /* there is nothing to wait for */
        else if (x->s->state == SLACK_SESSION_READY)
            leave(x, x->in->cause);
        break;
    case SLACK_INPUT_CLOSED:
        end(x, x->s->state == SLACK_SESSION_READY ? SLACK_CAUSE_LOST : x->s->cause);
        break;
    case SLACK_INPUT_RETIRE:
        begin_close(x, x->s->state == SLACK_SESSION_READY ? SLACK_CAUSE_RETIRED : x->s->cause);
        break;
    case SLACK_INPUT_TICK: serving_tick(x); break;
    default: break;
    }
}

static void closing(const struct step *x)
{
    if (x->in->type == SLACK_INPUT_CLOSED)
        end(x, x->s->cause);
    else if (x->in->type == SLACK_INPUT_TICK && x->now >= x->s->deadline_ms)
        drop(x, x->s->cause); /* Slack does not close by itself (docs/protocol.md, Connections) */
}

/* Inputs that are only remembered, in any state. */
static bool count(slack_session_t *s, const slack_session_input_t *in, uint64_t now)
{
    switch (in->type) {
    case SLACK_INPUT_SEEN:
        if (in->at_ms > s->seen_ms && in->at_ms <= now) s->seen_ms = in->at_ms;
        return true;
    case SLACK_INPUT_ENVELOPE: s->inflight++; return true;
    case SLACK_INPUT_ACKED:
        if (s->inflight > 0) s->inflight--;
        return true;
    default: return false;
    }
}

void slack__session_step(slack_session_t *session, const slack_session_input_t *in, uint64_t now_ms,
                         const slack_socket_limits_t *limits, slack_actions_t *actions)
{
    const struct step x = {session, in, now_ms, limits, actions};
    if (count(session, in, now_ms)) return;
    switch (session->state) {
    case SLACK_SESSION_FREE:
        if (in->type == SLACK_INPUT_BEGIN) begin(&x);
        break;
    case SLACK_SESSION_CALLING: calling(&x); break;
    case SLACK_SESSION_DIALING: dialing(&x); break;
    case SLACK_SESSION_GREETING: greeting(&x); break;
    case SLACK_SESSION_READY:
    case SLACK_SESSION_LEAVING: serving(&x); break;
    case SLACK_SESSION_CLOSING: closing(&x); break;
    }
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t slack__session_deadline(const slack_session_t *session, uint64_t now_ms,
                                 const slack_socket_limits_t *limits)
{
    if (session->state == SLACK_SESSION_FREE) return NEVER;
    if (!slack__session_serves(session)) return session->deadline_ms;

    uint64_t dead = session->seen_ms + limits->dead_ms;
    if (dead < session->grace_ms) dead = session->grace_ms;
    uint64_t next = min_u64(session->ping_ms, dead);
    uint64_t settled = session->hello_ms + limits->settle_ms;
    if (settled > now_ms) next = min_u64(next, settled);
    if (session->state == SLACK_SESSION_READY) return min_u64(next, session->renew_ms);

    uint64_t gone = session->leave_ms + limits->ack_ms;
    if (session->leave_ms > now_ms)
        next = min_u64(next, session->leave_ms);
    else if (gone > now_ms)
        next = min_u64(next, gone);
    return next;
}
