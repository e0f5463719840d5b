/* SPDX-License-Identifier: MIT */
#include "transport_socket/session.h"

#define NEVER UINT64_MAX

/* A longer approximate_connection_time is not believed. */
#define LIFE_MAX_MS ((uint64_t)7 * 24 * 3600 * 1000)

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

/* The arguments of slack__session_feed(). */
struct transition {
    slack_session_t *s;
    const slack_session_input_t *in;
    uint64_t now;
    const slack_socket_limits_t *limits;
    slack_actions_t *actions;
};

static void session_act(const struct transition *t, enum slack_action_type type)
{
    const slack_action_t action = {
        .type = type, .slot = t->s->slot, .generation = t->s->generation, .cause = t->s->cause};
    slack__actions_add(t->actions, &action);
}

static void session_enter(const struct transition *t, enum slack_session_state state,
                          unsigned limit_ms)
{
    t->s->state = state;
    t->s->since_ms = t->now;
    t->s->deadline_ms = t->now + limit_ms;
}

static void session_end(const struct transition *t, enum slack_cause cause)
{
    t->s->cause = cause;
    session_enter(t, SLACK_SESSION_FREE, 0);
}

/* The descriptor is closed at once: Slack would count a half-open connection as alive and send it
 * envelopes that nobody receives (docs/protocol.md, Connections). */
static void session_abort(const struct transition *t, enum slack_cause cause)
{
    session_act(t, SLACK_DO_ABORT);
    session_end(t, cause);
}

static void session_close(const struct transition *t, enum slack_cause cause)
{
    t->s->cause = cause;
    session_act(t, SLACK_DO_CLOSE);
    session_enter(t, SLACK_SESSION_CLOSING, t->limits->close_ms);
}

static void session_in_calling(const struct transition *t)
{
    switch (t->in->type) {
    case SLACK_INPUT_URL:
        session_enter(t, SLACK_SESSION_DIALING, t->limits->open_ms);
        session_act(t, SLACK_DO_DIAL);
        break;
    case SLACK_INPUT_CALL_FAILED:
        t->s->retry_after_ms = t->in->retry_after_ms;
        session_end(t, t->in->cause);
        break;
    case SLACK_INPUT_RETIRE: session_end(t, SLACK_CAUSE_RETIRED); break;
    case SLACK_INPUT_TICK:
        if (t->now >= t->s->deadline_ms) session_end(t, SLACK_CAUSE_REFUSED);
        break;
    default: break;
    }
}

static void session_in_dialing(const struct transition *t)
{
    switch (t->in->type) {
    case SLACK_INPUT_UPGRADED:
        t->s->seen_ms = t->now;
        session_enter(t, SLACK_SESSION_GREETING, t->limits->hello_ms);
        break;
    case SLACK_INPUT_CLOSED: session_end(t, SLACK_CAUSE_REFUSED); break;
    case SLACK_INPUT_RETIRE: session_abort(t, SLACK_CAUSE_RETIRED); break;
    case SLACK_INPUT_TICK:
        if (t->now >= t->s->deadline_ms) session_abort(t, SLACK_CAUSE_REFUSED);
        break;
    default: break;
    }
}

static void session_in_greeting(const struct transition *t)
{
    slack_session_t *s = t->s;
    const uint64_t life = t->in->life_ms, spread = life / 20 + 1;
    switch (t->in->type) {
    case SLACK_INPUT_HELLO:
        s->hello_ms = s->seen_ms = t->now;
        s->ping_ms = t->now + t->limits->ping_ms;
        /* A connection is replaced after 90 to 95 per cent of its life. The random part keeps
         * connections that were opened together from ending together. */
        s->renew_ms = life == 0 || life > LIFE_MAX_MS
                          ? NEVER
                          : t->now + life - spread - t->in->random % spread;
        s->connections = t->in->connections;
        session_enter(t, SLACK_SESSION_READY, 0);
        break;
    case SLACK_INPUT_GOODBYE: /* in place of hello (docs/protocol.md, Hello) */
        session_close(t, t->in->cause == SLACK_CAUSE_REFRESH ? SLACK_CAUSE_REFUSED : t->in->cause);
        break;
    case SLACK_INPUT_PARTING: session_close(t, SLACK_CAUSE_REFUSED); break;
    case SLACK_INPUT_CLOSED: session_end(t, SLACK_CAUSE_REFUSED); break;
    case SLACK_INPUT_RETIRE: session_close(t, SLACK_CAUSE_RETIRED); break;
    case SLACK_INPUT_TICK:
        if (t->now >= s->deadline_ms) session_close(t, SLACK_CAUSE_REFUSED);
        break;
    default: break;
    }
}

static void session_goodbye(const struct transition *t)
{
    slack_session_t *s = t->s;
    if (t->in->cause == SLACK_CAUSE_CROWDED || t->in->cause == SLACK_CAUSE_DISABLED) {
        session_close(t, t->in->cause); /* Slack sends nothing more on this connection */
    } else if (s->state == SLACK_SESSION_READY) {
        s->cause = t->in->cause;
        s->leave_ms = t->now + t->limits->linger_ms;
        s->state = SLACK_SESSION_LEAVING;
        session_act(t, SLACK_DO_LEAVE);
    }
}

/* READY and LEAVING. */
static void session_in_service(const struct transition *t)
{
    slack_session_t *s = t->s;
    bool ready = s->state == SLACK_SESSION_READY;
    switch (t->in->type) {
    case SLACK_INPUT_GOODBYE: session_goodbye(t); break;
    case SLACK_INPUT_PARTING:
        if (ready) s->cause = SLACK_CAUSE_LOST;
        session_enter(t, SLACK_SESSION_PARTING, t->limits->linger_ms);
        break;
    case SLACK_INPUT_CLOSED: session_end(t, ready ? SLACK_CAUSE_LOST : s->cause); break;
    case SLACK_INPUT_RETIRE: session_close(t, ready ? SLACK_CAUSE_RETIRED : s->cause); break;
    case SLACK_INPUT_TICK:
        if (t->now >= s->seen_ms + t->limits->dead_ms && t->now >= s->grace_ms) {
            session_abort(t, SLACK_CAUSE_SILENT);
        } else if (t->now >= s->ping_ms) {
            s->ping_ms = t->now + t->limits->ping_ms;
            session_act(t, SLACK_DO_PING);
        }
        break;
    default: break;
    }
}

/* The peer may keep its descriptor open, and may still wait for acks. */
static void session_in_parting(const struct transition *t)
{
    if (t->in->type == SLACK_INPUT_CLOSED)
        session_end(t, t->s->cause);
    else if (t->in->type == SLACK_INPUT_RETIRE ||
             (t->in->type == SLACK_INPUT_TICK && t->now >= t->s->deadline_ms))
        session_close(t, t->s->cause);
}

static void session_in_closing(const struct transition *t)
{
    if (t->in->type == SLACK_INPUT_CLOSED)
        session_end(t, t->s->cause);
    else if (t->in->type == SLACK_INPUT_TICK && t->now >= t->s->deadline_ms)
        session_abort(t, t->s->cause); /* Slack may never close (docs/protocol.md, Connections) */
}

void slack__session_feed(slack_session_t *session, const slack_session_input_t *in, uint64_t now_ms,
                         const slack_socket_limits_t *limits, slack_actions_t *actions)
{
    const struct transition t = {session, in, now_ms, limits, actions};
    switch (in->type) { /* what is counted in every state */
    case SLACK_INPUT_SEEN:
        if (in->at_ms > session->seen_ms && in->at_ms <= now_ms) session->seen_ms = in->at_ms;
        return;
    case SLACK_INPUT_ENVELOPE: session->inflight++; return;
    case SLACK_INPUT_ACKED:
        if (session->inflight > 0) session->inflight--;
        return;
    default: break;
    }
    switch (session->state) {
    case SLACK_SESSION_FREE:
        if (in->type != SLACK_INPUT_BEGIN) break;
        *session = (slack_session_t){.slot = session->slot, .generation = in->generation};
        session_enter(&t, SLACK_SESSION_CALLING, limits->call_ms);
        session_act(&t, SLACK_DO_CALL);
        break;
    case SLACK_SESSION_CALLING: session_in_calling(&t); break;
    case SLACK_SESSION_DIALING: session_in_dialing(&t); break;
    case SLACK_SESSION_GREETING: session_in_greeting(&t); break;
    case SLACK_SESSION_READY:
    case SLACK_SESSION_LEAVING: session_in_service(&t); break;
    case SLACK_SESSION_PARTING: session_in_parting(&t); break;
    case SLACK_SESSION_CLOSING: session_in_closing(&t); break;
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
    uint64_t stable = session->hello_ms + limits->stable_ms;
    if (stable > now_ms) next = min_u64(next, stable);
    if (session->state == SLACK_SESSION_READY) return min_u64(next, session->renew_ms);

    uint64_t gone = session->leave_ms + limits->ack_ms;
    if (session->leave_ms > now_ms)
        next = min_u64(next, session->leave_ms);
    else if (gone > now_ms)
        next = min_u64(next, gone);
    return next;
}
