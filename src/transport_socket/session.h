/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_SESSION_H
#define SLACK_TRANSPORT_SOCKET_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One Socket Mode connection's life, from apps.connections.open to the closed descriptor, as a pure
 * state machine: a step takes (session, input, now) and appends what is to be done. No I/O, no
 * clock of its own. Whether there is to be a next connection, and when, is the supervisor's
 * business.
 *
 *   FREE -BEGIN-> CALLING -URL-> DIALING -UPGRADED-> GREETING -HELLO-> READY -GOODBYE-> LEAVING
 *   any state -RETIRE-> CLOSING (once there is somebody to say Close to) -CLOSED-> FREE
 */

/* The most connections that Slack lets an app have (docs/protocol.md, Connections). */
#define SLACK_SESSIONS_MAX 10

/* Every time and bound of Socket Mode, in one place. Tests make their own. */
typedef struct slack_socket_limits {
    unsigned call_ms;    /* for apps.connections.open to answer */
    unsigned open_ms;    /* TCP, TLS and the upgrade together */
    unsigned hello_ms;   /* from the upgrade to hello */
    unsigned close_ms;   /* for the peer to answer our Close */
    unsigned ping_ms;    /* between pings of ours */
    unsigned dead_ms;    /* silence that means death */
    unsigned probe_ms;   /* to show life after the clock has jumped */
    unsigned settle_ms;  /* a connection that lived this long was a success */
    unsigned linger_ms;  /* how long envelopes still come on a connection that is to go */
    unsigned ack_ms;     /* how long it then waits for the acks of what it brought */
    unsigned stagger_ms; /* between two openings */
    unsigned hedge_ms;   /* without any connection: a dial that got no answer gets company */
    unsigned tick_ms;    /* the longest time between two ticks: a jump is noticed after this */
    unsigned retry_base_ms, retry_cap_ms;         /* backoff after a failure */
    unsigned unreached_base_ms, unreached_cap_ms; /* ... which never got as far as Slack */
    unsigned crowded_base_ms, crowded_cap_ms;     /* ... too_many_websockets */
    unsigned disabled_base_ms, disabled_cap_ms;   /* ... link_disabled */
    unsigned pace_ms;    /* one apps.connections.open per this time in the long run */
    unsigned burst;      /* how many may come before that counts */
    size_t message_max;  /* bytes of a message from Slack */
    size_t write_max;    /* bytes that wait to be sent on one connection */
    size_t inflight_max; /* envelopes that wait for their ack */
} slack_socket_limits_t;

extern const slack_socket_limits_t slack__socket_limits_default;

enum slack_session_state {
    SLACK_SESSION_FREE = 0, /* nothing there */
    SLACK_SESSION_CALLING,  /* waits for apps.connections.open */
    SLACK_SESSION_DIALING,  /* waits for 101 */
    SLACK_SESSION_GREETING, /* waits for hello */
    SLACK_SESSION_READY,
    SLACK_SESSION_LEAVING, /* serves on, and is to be replaced */
    SLACK_SESSION_CLOSING  /* said Close, waits for the peer's */
};

/* Why a connection went, goes, or never came. */
enum slack_cause {
    SLACK_CAUSE_NONE = 0,
    SLACK_CAUSE_REFRESH,   /* disconnect: warning, refresh_requested, or a reason of the future */
    SLACK_CAUSE_AGE,       /* its approximate_connection_time is nearly over */
    SLACK_CAUSE_SLEPT,     /* the clock jumped, and nobody knows whether it still lives */
    SLACK_CAUSE_LOST,      /* the peer or the network ended it */
    SLACK_CAUSE_SILENT,    /* not a byte for dead_ms */
    SLACK_CAUSE_REFUSED,   /* no URL, no 101, or no hello */
    SLACK_CAUSE_UNREACHED, /* apps.connections.open was never sent */
    SLACK_CAUSE_CROWDED,   /* disconnect: too_many_websockets */
    SLACK_CAUSE_DISABLED,  /* disconnect: link_disabled */
    SLACK_CAUSE_FATAL,     /* apps.connections.open: an error that no repetition heals */
    SLACK_CAUSE_RETIRED,   /* the supervisor wished it */
    SLACK_CAUSE_COUNT
};
const char *slack__cause_name(enum slack_cause cause); /* for logs */

enum slack_session_input_type {
    /* Of one connection: `slot` and `generation` say which. */
    SLACK_INPUT_URL,         /* apps.connections.open gave a URL */
    SLACK_INPUT_CALL_FAILED, /* it did not: `cause`, `retry_after_ms` */
    SLACK_INPUT_UPGRADED,    /* 101 */
    SLACK_INPUT_SEEN,        /* a byte arrived at `at_ms` */
    SLACK_INPUT_HELLO,       /* `life_ms` */
    SLACK_INPUT_GOODBYE,     /* a disconnect message, or a reason of ours: `cause` */
    SLACK_INPUT_CLOSED,      /* the descriptor is closed, or could not be opened */
    SLACK_INPUT_ENVELOPE,    /* it brought an envelope */
    SLACK_INPUT_ACKED,       /* ... which needs its ack no more */
    /* From the supervisor to a session. */
    SLACK_INPUT_BEGIN,
    SLACK_INPUT_RETIRE,
    /* To the supervisor, about all of them. */
    SLACK_INPUT_START,
    SLACK_INPUT_TICK,
    SLACK_INPUT_DRAIN,
    SLACK_INPUT_STOP
};

typedef struct slack_session_input {
    enum slack_session_input_type type;
    unsigned slot;
    uint32_t generation;
    enum slack_cause cause;
    uint64_t retry_after_ms; /* what Slack asked for; 0: nothing */
    uint64_t life_ms;        /* approximate_connection_time; 0: not told */
    uint64_t at_ms;
    uint64_t random; /* for jitter; set by the supervisor */
} slack_session_input_t;

enum slack_action_type {
    SLACK_DO_CALL,  /* call apps.connections.open; answer URL or CALL_FAILED */
    SLACK_DO_DIAL,  /* connect to the URL that was just given; answer UPGRADED or CLOSED */
    SLACK_DO_PING,  /* send a ping */
    SLACK_DO_CLOSE, /* begin the close handshake with 1000 */
    SLACK_DO_ABORT, /* close the descriptor now; nothing of this generation counts any more */
    /* Only to be told. */
    SLACK_DO_READY,  /* hello was received; `cause`: what it was opened for, NONE at the start */
    SLACK_DO_LEAVE,  /* to be replaced: `cause` */
    SLACK_DO_LOST,   /* ended, or failed to come: `cause`; the next try in `wait_ms` */
    SLACK_DO_STOPPED /* all is over: `cause` FATAL or RETIRED. The last action there is. */
};

typedef struct slack_action {
    enum slack_action_type type;
    unsigned slot;
    uint32_t generation;
    enum slack_cause cause;
    uint64_t wait_ms;
} slack_action_t;

/* What one step wants done, in order. A step never has more than fit. */
#define SLACK_ACTIONS_MAX (SLACK_SESSIONS_MAX * 8)
typedef struct slack_actions {
    size_t count;
    slack_action_t list[SLACK_ACTIONS_MAX];
} slack_actions_t;

void slack__actions_add(slack_actions_t *actions, const slack_action_t *action);

typedef struct slack_session {
    enum slack_session_state state;
    unsigned slot;
    uint32_t generation;    /* of the newest dial in this slot; never used twice */
    enum slack_cause cause; /* why it leaves, closes, or went */
    uint64_t retry_after_ms;
    uint64_t since_ms;    /* in its state */
    uint64_t deadline_ms; /* of CALLING, DIALING, GREETING and CLOSING */
    uint64_t hello_ms;    /* when hello came */
    uint64_t seen_ms;     /* when its last byte came */
    uint64_t ping_ms;     /* when to ping next */
    uint64_t grace_ms;    /* not dead before this, however silent */
    uint64_t renew_ms;    /* when its life is nearly over; UINT64_MAX: nobody knows */
    uint64_t leave_ms;    /* LEAVING: until when envelopes may still come */
    unsigned inflight;    /* envelopes it brought that wait for their ack */
} slack_session_t;

/* `in` is for this session; an input that makes no sense in its state changes nothing. */
void slack__session_step(slack_session_t *session, const slack_session_input_t *in, uint64_t now_ms,
                         const slack_socket_limits_t *limits, slack_actions_t *actions);

/* When it needs its next tick; UINT64_MAX: never. */
uint64_t slack__session_deadline(const slack_session_t *session, uint64_t now_ms,
                                 const slack_socket_limits_t *limits);

/* Hello was received and nobody said Close: envelopes come. */
static inline bool slack__session_serves(const slack_session_t *session)
{
    return session->state == SLACK_SESSION_READY || session->state == SLACK_SESSION_LEAVING;
}

/* On its way to hello. */
static inline bool slack__session_comes(const slack_session_t *session)
{
    return session->state >= SLACK_SESSION_CALLING && session->state <= SLACK_SESSION_GREETING;
}

#endif
