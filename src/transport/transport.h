/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_TRANSPORT_H
#define SLACK_TRANSPORT_TRANSPORT_H

#include <slack/app.h>
#include <slack/call.h>
#include <slack/listener.h>

#include "net/loop.h"
#include "transport/allowance.h"
#include "util/arena.h"
#include "util/json.h"
#include "util/queue.h"

/*
 * The contract between a transport and its host, the app. tests/support/contract.c holds every
 * transport to it.
 *
 *   bytes -> transport: frames, verifies, decodes -> slack_delivery -> host->deliver()
 *   host: ops->ack(), once for every delivery -> transport: answers on its wire
 */
typedef struct slack_transport slack_transport_t;
typedef struct slack_delivery slack_delivery_t;
struct slack_http_request;

/* The meaning of an ack. Each transport has its own form for it (docs/architecture.md). */
enum slack_ack_outcome {
    SLACK_ACK_OK,    /* the app has the delivery; a body may follow */
    SLACK_ACK_LATER, /* the app could not take it: Slack should send it again */
    SLACK_ACK_REFUSE /* the app can never handle it: Slack should not send it again. The user reads
                      * the body, or Slack's own error if there is no body */
};

enum slack_ack_body { SLACK_ACK_BODY_NONE, SLACK_ACK_BODY_TEXT, SLACK_ACK_BODY_JSON };

typedef struct slack_ack {
    enum slack_ack_outcome outcome;
    enum slack_ack_body type;
    slack_slice_t body; /* the text itself, or JSON text; borrowed until ops->ack() returns */
} slack_ack_t;

/* A delivery. It lies in its own arena, which moves with it. */
struct slack_delivery {
    slack_arena_t *arena;
    enum slack_kind kind;
    const slack_json_t *body;
    const char *app_id;           /* "A…"; "": not known */
    slack_slice_t key;            /* the deduplication key; empty: no key */
    int retry_num;                /* of a redelivery, from 1; 0: not a redelivery */
    const char *retry_reason;     /* "": not known */
    uint64_t received_us;         /* when the first byte arrived, by the monotonic clock */
    uint64_t deadline_us;         /* when Slack stops waiting for the ack, by the same clock */
    bool body_allowed;            /* the ack may have a body, by the kind and by the transport */
    slack_transport_t *transport; /* set by host->deliver() */
    bool recovered;               /* of conversations.history, after a gap */
    bool known;                   /* set by the host before the ack: it has arrived before */
    uint64_t number;              /* set by the host, from 1; 0 for a delivery from the store */
    uint64_t handle;              /* by which the transport finds the peer to answer */
    slack_link_t link;            /* for the host */
};

/* Each transport has one const table of its functions. All of them are mandatory and are called
 * from the loop. None may call host->state() or host->deliver() before it has returned. */
struct slack_transport_ops {
    /* "http", "socket", "memory": for configuration and logs only. */
    const char *name;

    /* The transport takes the first of the sockets that were passed to the process. */
    bool listens;

    /* Starts. 0: host->state() reports STARTING, then READY, or STOPPED with a reason. On a
     * negative error it has passed a sentence to host->error(), and may only be destroyed. */
    int (*start)(slack_transport_t *t);

    /* Changes how many connections the transport may have, in any state; returns how it uses them
     * now. Never called if the process shares its connections with nobody. A transport that opens
     * no connections has slack__allowance_ignore(). */
    slack_allowance_use_t (*allow)(slack_transport_t *t, const slack_allowance_t *allowance);

    /* A drain will follow. Until then the transport works as before, but asks its peers to use
     * another server, if its protocol can say that. Idempotent. */
    void (*leave)(slack_transport_t *t);

    /* Takes no new deliveries, and still sends acks. Deliveries whose bytes have already arrived
     * may still come. Idempotent. */
    void (*drain)(slack_transport_t *t);

    /* Closes all connections. The host keeps its deliveries without an ack; acks for them return
     * SLACK_ECLOSED. Legal in any state, and idempotent. After a start exactly one
     * host->state(STOPPED) follows, and no delivery comes after it. */
    void (*stop)(slack_transport_t *t);

    /* Sends the ack of a delivery: exactly once for each, in any state. If memory is out it closes
     * the connection, so that the peer does not wait. 0; SLACK_ECLOSED if the peer is gone;
     * SLACK_ETOOBIG or SLACK_EACKBODY: nothing was sent, and the host may ack the delivery again.
     */
    int (*ack)(slack_transport_t *t, slack_delivery_t *d, const slack_ack_t *ack);

    void (*stats)(const slack_transport_t *t, slack_transport_stats_t *ret);

    /* Reads secrets and certificates from their files again, in any state, without closing a
     * connection. A file that cannot be used changes nothing. Logs success and failure. Returns how
     * many secrets and certificates come from files. */
    unsigned (*reload)(slack_transport_t *t);

    /* Frees the transport. Legal after STOPPED, and if no start has returned 0. */
    void (*destroy)(slack_transport_t *t);
};

/* What a transport may use of its host. Every member is mandatory. */
struct slack_transport_host {
    slack_net_t *net; /* loop, clock, log, tasks */

    /* Reports a change of state. `reason` is 0, or the error that caused it. The host may stop the
     * transport inside this call, but not destroy it. */
    void (*state)(slack_transport_t *t, enum slack_transport_state state, int reason);

    /* The use of the allowance has changed: the host calls ops->allow() soon, never inside this
     * call. */
    void (*used)(slack_transport_t *t);

    /* Passes a delivery and its arena to the host. The host acks it later, never inside this call.
     */
    void (*deliver)(slack_transport_t *t, slack_delivery_t *d);

    /* Calls a Web API method with the app-level token. Like slack_call(), but without another try
     * after a 429 or a failed connection, since the transport has waits of its own. Every call is
     * answered before the transport is destroyed. */
    int (*call)(slack_transport_t *t, const char *method, slack_call_fn fn, void *user_data);

    /* Passes an HTTP request that is not a delivery to the routes of the app. 0: the host has taken
     * it, with its arena, and answers it through the server of the request, which lives until the
     * transport is stopped. SLACK_ENOTFOUND if there is no such route, or SLACK_ENOMEM: the
     * transport keeps the request. */
    int (*visit)(slack_transport_t *t, struct slack_http_request *request);

    /* Sets the sentence of slack_app_error(). It names the variable or the address at fault. */
    void (*error)(slack_transport_t *t, const char *format, ...) SLACK_PRINTF(2, 3);
};

/* The head of every transport. */
struct slack_transport {
    const struct slack_transport_ops *ops;
    const struct slack_transport_host *host;
    enum slack_transport_state state; /* the last reported state; the host sets it */
    bool switched_off; /* not ready because the app's settings at Slack have switched it off: Slack
                        * uses another transport. The transport sets it before it reports a state */
    bool standby;      /* ready by its allowance alone: other processes have the connections */
    void *host_data;   /* for the host */
};

/* A row of the table of transports (src/transports.c). */
typedef struct slack_transport_type {
    const char *name;
    /* Checks the options and makes a transport. `options` and `host` are borrowed for its life. 0;
     * SLACK_ECONFIG with a sentence in `error` (SLACK_ERROR_TEXT_MAX bytes); SLACK_ENOMEM. */
    int (*create)(slack_transport_t **ret, const struct slack_transport_host *host,
                  const slack_options_t *options, char *error);
} slack_transport_type_t;

/* The `allow` of a transport that opens no connections. */
slack_allowance_use_t slack__allowance_ignore(slack_transport_t *t,
                                              const slack_allowance_t *allowance);

/* NULL at the end. */
extern const slack_transport_type_t *const slack__transport_types[];

/*
 * Makes a delivery of a body. Sets its kind (by the tests of docs/payloads.md, in their order), its
 * deduplication key and body_allowed. If Slack waits for a handler, sets a deadline 3 s after
 * `received_us`. `request` is the signature of the request, or the id of the envelope, that brought
 * the body; empty if neither did. NULL if memory is out: the caller keeps the arena.
 */
slack_delivery_t *slack__delivery_new(slack_arena_t *arena, const slack_json_t *body,
                                      slack_slice_t request, uint64_t received_us);

/* Frees a delivery, with its arena. */
static inline void slack__delivery_free(slack_delivery_t *d)
{
    if (d) slack__arena_free(d->arena);
}

/* How long Slack waits for an ack, and how large a Socket Mode frame may be (slack-go#1196,
 * slax#614). */
#define SLACK_ACK_DEADLINE_MS 3000
#define SLACK_ACK_FRAME_LIMIT 20480
/* How long a trigger_id is valid after Slack has sent it. */
#define SLACK_TRIGGER_MS 3000

#endif
