/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_TRANSPORT_H
#define SLACK_TRANSPORT_TRANSPORT_H

#include <slack/app.h>
#include <slack/call.h>
#include <slack/listener.h>

#include "net/loop.h"
#include "util/arena.h"
#include "util/json.h"
#include "util/queue.h"

/*
 * The transport contract: everything a transport knows of the core. tests/support/contract.c holds
 * every transport to it.
 *
 *   bytes -> transport: frame, verify, decode -> slack_delivery -> host->deliver()
 *   core: ops->ack() once for every delivery -> transport: answer on its wire
 */
typedef struct slack_transport slack_transport_t;
typedef struct slack_delivery slack_delivery_t;
struct slack_http_request;

/* What an acknowledgement says; only a transport knows what that is on its wire. */
enum slack_ack_outcome {
    SLACK_ACK_OK,    /* taken, with or without a body */
    SLACK_ACK_LATER, /* could not be stored: Slack is to send it again */
    SLACK_ACK_REFUSE /* can never be handled: Slack is not to send it again */
};

enum slack_ack_body { SLACK_ACK_BODY_NONE, SLACK_ACK_BODY_TEXT, SLACK_ACK_BODY_JSON };

typedef struct slack_ack {
    enum slack_ack_outcome outcome;
    enum slack_ack_body type;
    slack_slice_t body; /* the text itself, or JSON text; borrowed until ops->ack() returns */
} slack_ack_t;

/* Something that Slack sent. Allocated in its own arena, which it takes with it. */
struct slack_delivery {
    slack_arena_t *arena;
    enum slack_kind kind;
    const slack_json_t *body;
    const char *app_id;           /* "A…", "" where nothing tells it */
    slack_slice_t key;            /* dedupe key: "EVENT_ID@APP_ID"; empty: none */
    int retry_num;                /* 0: the first time */
    const char *retry_reason;     /* "" when there is none */
    uint64_t received_us;         /* monotonic, when its first byte was there */
    uint64_t deadline_us;         /* monotonic, when an ack is too late for Slack */
    bool body_allowed;            /* a body may go back: by what it is, until a wire knows better */
    slack_transport_t *transport; /* set by host->deliver */
    uint64_t number;              /* the app's: from 1; 0 for what comes out of the store */
    uint64_t handle;              /* the transport's own name for what is to be answered */
    slack_link_t link;            /* the core's */
    void *core;                   /* the core's */
};

/* One const table per transport. Every member is mandatory. All calls come from the loop; none of
 * them may call the host back before it has returned. */
struct slack_transport_ops {
    /* "http", "socket", "memory": for configuration and logs only. */
    const char *name;

    /* It takes the first of the sockets that were passed to the process. */
    bool listens;

    /* Begin. 0: host->state() will tell STARTING, then READY, or STOPPED with a reason. A negative
     * error with a sentence by host->error(): the transport stays as it was, to be destroyed. */
    int (*start)(slack_transport_t *t);

    /* A drain will follow in a while, and until then everything goes on. Where the wire has a word
     * for it, peers are told to look for another place. Idempotent. */
    void (*leave)(slack_transport_t *t);

    /* Take nothing new, keep answering what was taken. Idempotent. Deliveries may still come for
     * what was already under way on the wire. */
    void (*drain)(slack_transport_t *t);

    /* Close everything. Deliveries that are not acknowledged yet stay the core's; acks for them
     * answer SLACK_ECLOSED. Idempotent, in any state; after a start exactly one
     * host->state(STOPPED) follows, and nothing is delivered after it. */
    void (*stop)(slack_transport_t *t);

    /* Answer a delivery: exactly once for each, whatever the state. Never fails for memory's sake
     * in a way that leaves the peer waiting: it closes the peer instead. 0; SLACK_ECLOSED when the
     * peer is gone; SLACK_ETOOBIG and SLACK_EACKBODY: nothing was sent and the core may ack this
     * delivery once more. */
    int (*ack)(slack_transport_t *t, slack_delivery_t *d, const slack_ack_t *ack);

    void (*stats)(const slack_transport_t *t, slack_transport_stats_t *ret);

    /* Read again what comes from files, in any state, without touching a connection. What cannot be
     * used leaves all as it was; the log tells it either way. How many things come from files. */
    unsigned (*reload)(slack_transport_t *t);

    /* Free. Only after STOPPED, or before a start that returned 0. */
    void (*destroy)(slack_transport_t *t);
};

/* All that a transport may touch of the core. Every member is mandatory. */
struct slack_transport_host {
    slack_net_t *net; /* loop, clock, log, tasks */

    /* Tell a change of state. `reason` 0, or the error that led to it. The transport may be
     * stopped, but not destroyed, inside. */
    void (*state)(slack_transport_t *t, enum slack_transport_state state, int reason);

    /* Hand a delivery over, with its arena. The core acknowledges it later, never inside. */
    void (*deliver)(slack_transport_t *t, slack_delivery_t *d);

    /* Call a Web API method with the app-level token. As slack_call(), but nothing is repeated: 429
     * and what was never sent come back at once, since the transport has waits of its own. Before
     * the transport is destroyed every call has been answered. */
    int (*call)(slack_transport_t *t, const char *method, slack_call_fn fn, void *user_data);

    /* A request over HTTP that is no delivery: for the pages of the app. 0: the core has it, with
     * its arena, and answers it by its server, which lives until the transport is stopped.
     * SLACK_ENOTFOUND: there is no such page; SLACK_ENOMEM. The request is the transport's then. */
    int (*visit)(slack_transport_t *t, struct slack_http_request *request);

    /* Say in one sentence what is wrong, naming the variable or the place: slack_app_error(). */
    void (*error)(slack_transport_t *t, const char *format, ...) SLACK_PRINTF(2, 3);
};

/* The head of every transport. */
struct slack_transport {
    const struct slack_transport_ops *ops;
    const struct slack_transport_host *host;
    enum slack_transport_state state; /* the core's record of what was told */
    void *core;                       /* the core's */
};

/* A row of the table of transports (src/transports.c). */
typedef struct slack_transport_type {
    const char *name;
    /* Check the options and make one. `options` and `host` are borrowed for its life. On failure a
     * sentence in `error` (SLACK_ERROR_TEXT_MAX bytes). 0; SLACK_ECONFIG; SLACK_ENOMEM. */
    int (*create)(slack_transport_t **ret, const struct slack_transport_host *host,
                  const slack_options_t *options, char *error);
} slack_transport_type_t;

/* NULL at the end. */
extern const slack_transport_type_t *const slack__transport_types[];

/*
 * Make a delivery of a body: its kind (in the order of tests of docs/payloads.md), its dedupe key,
 * a deadline of 3 s after `received_us` where Slack waits for a handler, and body_allowed.
 * NULL when memory is out (the arena stays the caller's).
 */
slack_delivery_t *slack__delivery_new(slack_arena_t *arena, const slack_json_t *body,
                                      uint64_t received_us);

/* Free a delivery that was never handed over, with its arena. */
static inline void slack__delivery_free(slack_delivery_t *d)
{
    if (d) slack__arena_free(d->arena);
}

/* How long Slack waits, and how large a Socket Mode frame may be (slack-go#1196, slax#614). */
#define SLACK_ACK_DEADLINE_MS 3000
#define SLACK_ACK_FRAME_LIMIT 20480
/* How long a trigger_id is good, from when Slack sent it. */
#define SLACK_TRIGGER_MS 3000

#endif
