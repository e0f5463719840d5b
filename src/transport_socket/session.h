/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_SESSION_H
#define SLACK_TRANSPORT_SOCKET_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport_socket/limits.h"

/*
 * The life of one Socket Mode connection, from apps.connections.open to the closed descriptor, as a
 * pure state machine: it takes an input and a time, and appends the actions that follow. The
 * supervisor decides whether and when another connection is opened.
 *
 *   FREE -BEGIN-> CALLING -URL-> DIALING -UPGRADED-> GREETING -HELLO-> READY -GOODBYE-> LEAVING
 *
 * The peer's Close leads from the last two to PARTING.
 *
 * RETIRE ends every state. Before the upgrade the session becomes FREE at once; after it the
 * session goes to CLOSING, and CLOSED leads back to FREE.
 */
enum slack_session_state {
    SLACK_SESSION_FREE = 0, /* the slot is empty */
    SLACK_SESSION_CALLING,  /* waits for apps.connections.open */
    SLACK_SESSION_DIALING,  /* waits for 101 */
    SLACK_SESSION_GREETING, /* waits for hello */
    SLACK_SESSION_READY,
    SLACK_SESSION_LEAVING, /* still serves, and is being replaced */
    SLACK_SESSION_PARTING, /* the peer has sent Close: reads and acks, but no longer serves */
    SLACK_SESSION_CLOSING  /* sent Close, waits for the peer's */
};

/* Why a connection ended, is ending, or was never made. */
enum slack_cause {
    SLACK_CAUSE_NONE = 0,
    SLACK_CAUSE_REFRESH,   /* disconnect: warning, refresh_requested, or an unknown reason */
    SLACK_CAUSE_AGE,       /* its approximate_connection_time is nearly over */
    SLACK_CAUSE_SLEPT,     /* the clock jumped, so the connection may be dead */
    SLACK_CAUSE_LOST,      /* the peer or the network ended it */
    SLACK_CAUSE_SILENT,    /* no byte arrived for dead_ms */
    SLACK_CAUSE_REFUSED,   /* no URL, no 101, or no hello */
    SLACK_CAUSE_UNREACHED, /* apps.connections.open was never sent */
    SLACK_CAUSE_CROWDED,   /* disconnect: too_many_websockets */
    SLACK_CAUSE_DISABLED,  /* disconnect: link_disabled */
    SLACK_CAUSE_FATAL,     /* apps.connections.open failed with an error that no other try heals */
    SLACK_CAUSE_RETIRED,   /* the supervisor ended it */
    SLACK_CAUSE_COUNT
};
const char *slack__cause_name(enum slack_cause cause); /* for logs */

enum slack_session_input_type {
    /* About one connection, which `slot` and `generation` name. */
    SLACK_INPUT_URL,         /* apps.connections.open returned a URL */
    SLACK_INPUT_CALL_FAILED, /* apps.connections.open failed: `cause`, `retry_after_ms` */
    SLACK_INPUT_UPGRADED,    /* 101 arrived */
    SLACK_INPUT_SEEN,        /* the last byte arrived at `at_ms` */
    SLACK_INPUT_HELLO,       /* hello arrived: `life_ms`, `connections` */
    SLACK_INPUT_GOODBYE,     /* the connection is to be replaced or closed: `cause` */
    SLACK_INPUT_PARTING,     /* the peer has sent Close, or a frame that breaks the protocol */
    SLACK_INPUT_CLOSED,      /* the descriptor is closed, or could not be opened */
    SLACK_INPUT_ENVELOPE,    /* the connection brought an envelope */
    SLACK_INPUT_ACKED,       /* one of its envelopes no longer waits for an ack */
    /* From the supervisor to a session. */
    SLACK_INPUT_BEGIN,
    SLACK_INPUT_RETIRE,
    /* To the supervisor, about all sessions. */
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
    uint64_t retry_after_ms; /* Slack's Retry-After; 0: not given */
    uint64_t life_ms;        /* approximate_connection_time; 0: not given */
    unsigned connections;    /* num_connections; 0: not given */
    uint64_t at_ms;
    uint64_t random; /* for jitter; set by the supervisor */
} slack_session_input_t;

enum slack_action_type {
    SLACK_DO_CALL,  /* call apps.connections.open; URL or CALL_FAILED follows */
    SLACK_DO_DIAL,  /* connect to the URL of the current input; UPGRADED or CLOSED follows */
    SLACK_DO_PING,  /* send a ping */
    SLACK_DO_CLOSE, /* begin the close handshake with code 1000 */
    SLACK_DO_ABORT, /* close the descriptor now; later inputs of this generation have no effect */
    /* For logs, figures and the app: nothing has to be done on the wire. */
    SLACK_DO_READY,  /* hello arrived; `cause`: what the connection replaces, NONE at the start */
    SLACK_DO_LEAVE,  /* the connection is being replaced: `cause` */
    SLACK_DO_LOST,   /* the connection ended or failed: `cause`; the next try is in `wait_ms` */
    SLACK_DO_STOPPED /* all sessions are over: `cause` FATAL or RETIRED. The last action. */
};

typedef struct slack_action {
    enum slack_action_type type;
    unsigned slot;
    uint32_t generation;
    enum slack_cause cause;
    uint64_t wait_ms;
} slack_action_t;

/* The actions of one input, in order. No input causes more actions than fit. */
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
    enum slack_cause cause; /* why the connection leaves, closes, or ended */
    uint64_t retry_after_ms;
    uint64_t since_ms;    /* when the state was entered */
    uint64_t deadline_ms; /* of the states that do not serve */
    uint64_t hello_ms;    /* when hello arrived; 0: it has not */
    uint64_t seen_ms;     /* when the last byte arrived */
    uint64_t ping_ms;     /* when the next ping is due */
    uint64_t grace_ms;    /* silence before this time is no sign of death */
    uint64_t renew_ms;    /* when the connection should be replaced; UINT64_MAX: unknown */
    uint64_t leave_ms;    /* LEAVING: until when envelopes may still arrive */
    unsigned inflight;    /* its envelopes that wait for their ack */
    unsigned connections; /* how many Slack counted at hello; 0: not given */
} slack_session_t;

/* Feed a session one of its own inputs. An input that the state does not expect has no effect. */
void slack__session_feed(slack_session_t *session, const slack_session_input_t *in, uint64_t now_ms,
                         const slack_socket_limits_t *limits, slack_actions_t *actions);

/* When the session needs its next tick; UINT64_MAX: never. */
uint64_t slack__session_deadline(const slack_session_t *session, uint64_t now_ms,
                                 const slack_socket_limits_t *limits);

/* Whether envelopes can arrive: hello was received and no Close was sent. */
static inline bool slack__session_serves(const slack_session_t *session)
{
    return session->state == SLACK_SESSION_READY || session->state == SLACK_SESSION_LEAVING;
}

/* Whether the connection is being opened: hello has not arrived yet. */
static inline bool slack__session_opens(const slack_session_t *session)
{
    return session->state >= SLACK_SESSION_CALLING && session->state <= SLACK_SESSION_GREETING;
}

#endif
