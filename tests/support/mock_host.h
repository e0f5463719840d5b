/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_MOCK_HOST_H
#define SLACK_TESTS_SUPPORT_MOCK_HOST_H

#include "support/world.h"
#include "transport/transport.h"

/*
 * A host for a transport, driven by a script. It records what the transport reports, and acks as
 * the script says. It fails the test if the transport breaks the contract: a delivery after
 * STOPPED, a second STOPPED, a state that may not follow, READY after a stop, a callback from
 * inside an operation.
 */
typedef struct mock_host mock_host_t;

/* What the host does with a delivery. */
enum mock_script {
    MOCK_KEEP, /* nothing: the test acks it by mock_ack() */
    MOCK_ACK,  /* acks it with mock->ack in the next turn of the loop */
    MOCK_STOP  /* stops the transport inside deliver(), then keeps it */
};

/* A delivery as it arrived. Kept until mock_host_close(). */
typedef struct mock_delivery {
    slack_delivery_t *d; /* NULL after the ack that ended it */
    enum slack_kind kind;
    char *body; /* JSON text */
    char *key;
    char *app_id;
    int retry_num;
    char *retry_reason;
    uint64_t wait_us; /* from the arrival to the deadline; 0: no deadline */
    bool body_allowed;
    int ack_status; /* the last ack's result; 1: there was none */
} mock_delivery_t;

struct mock_host {
    world_t world; /* on the machine's clock; the wall clock stands at MOCK_WALL_S */
    struct slack_transport_host host;
    slack_transport_t *transport; /* set by mock_start() */

    /* The script. */
    enum mock_script script;
    slack_ack_t ack;                    /* for MOCK_ACK */
    enum slack_transport_state stop_in; /* stop inside this state's callback; IDLE: never */
    int (*call)(mock_host_t *mock, const char *method, slack_call_fn fn, void *user_data);
    void *call_data;  /* for `call` */
    int visit_status; /* returned for requests to other paths; SLACK_ENOTFOUND at first */

    /* The record. */
    enum slack_transport_state state;
    int reason;       /* of the last state */
    unsigned states;  /* how many were reported */
    unsigned used;    /* how often the use of the allowance has changed */
    unsigned stopped; /* how many of them were STOPPED */
    bool stopping;    /* mock_stop() was called */
    bool was_ready;   /* READY was reported */
    char error[SLACK_ERROR_TEXT_MAX];
    mock_delivery_t *deliveries;
    size_t count;

    /* Private. */
    slack_task_t task;
    unsigned depth; /* operations of the transport on the stack */
};

/* The wall clock of a new host: the time of the signature in Slack's documentation. */
#define MOCK_WALL_S 1531420618

void mock_host_open(mock_host_t *mock);

/* Closes the world and frees the record, after the transport is destroyed. */
void mock_host_close(mock_host_t *mock);

/* Calls ops->start(). From now on the host calls `t`. */
int mock_start(mock_host_t *mock, slack_transport_t *t);
void mock_stop(mock_host_t *mock);
void mock_drain(mock_host_t *mock);

/* Acks the nth delivery, and frees it unless the transport allows another ack. */
int mock_ack(mock_host_t *mock, size_t nth, enum slack_ack_outcome outcome,
             enum slack_ack_body type, const char *body);

/* Acks every delivery that is left, which has to return SLACK_ECLOSED, then destroys the transport.
 * Called after STOPPED, or before a start. */
void mock_destroy(mock_host_t *mock, slack_transport_t *t);

/* Run the loop until the transport is in this state; until there are so many deliveries. */
void mock_run_until_state(mock_host_t *mock, enum slack_transport_state state);
void mock_run_until_count(mock_host_t *mock, size_t deliveries);

/* Turns the loop n times without blocking. */
void mock_turns(mock_host_t *mock, unsigned n);

#endif
