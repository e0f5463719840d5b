/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_MOCK_HOST_H
#define SLACK_TESTS_SUPPORT_MOCK_HOST_H

#include "transport/transport.h"

/*
 * The core as a transport sees it, driven by a script: it records what it is told and answers as it
 * was told to. It fails the running test where a transport breaks the contract: a delivery after
 * STOPPED, a second STOPPED, a state that cannot follow, READY after a stop, a callback from inside
 * an operation.
 */
typedef struct mock_host mock_host_t;

/* What to do with a delivery. */
enum mock_script {
    MOCK_KEEP, /* nothing: the test acknowledges it by mock_ack() */
    MOCK_ACK,  /* acknowledge it with mock->ack in the loop's next turn */
    MOCK_STOP  /* stop the transport inside of deliver, then keep it */
};

/* A delivery as it came. Kept until mock_host_close(). */
typedef struct mock_delivery {
    slack_delivery_t *d; /* NULL once an ack ended it */
    enum slack_kind kind;
    char *body; /* JSON text */
    char *key;
    char *app_id;
    int retry_num;
    char *retry_reason;
    uint64_t wait_us; /* deadline less the time of arrival; 0 where nobody waits */
    bool body_allowed;
    int ack_status; /* what the last ack returned; 1: none was given */
} mock_delivery_t;

struct mock_host {
    uv_loop_t loop;
    slack_net_t *net;
    struct slack_transport_host host;
    slack_transport_t *transport; /* set by mock_start() */
    int64_t wall_ms;              /* the wall clock */
    uint64_t skew_us;             /* added to the machine's monotonic clock */
    slack_log_fn log_fn;          /* Optional. Takes the log lines (all levels). */
    void *log_user_data;

    /* The script. */
    enum mock_script script;
    slack_ack_t ack;                    /* for MOCK_ACK */
    enum slack_transport_state stop_in; /* stop inside this state's callback; IDLE: never */
    int (*call)(mock_host_t *mock, const char *method, slack_call_fn fn, void *user_data);
    void *call_data;  /* for `call` */
    int visit_status; /* of requests that are no delivery; SLACK_ENOTFOUND */

    /* The record. */
    enum slack_transport_state state;
    int reason;       /* of the last state */
    unsigned states;  /* how many were told */
    unsigned stopped; /* how many of them were STOPPED */
    bool stopping;    /* mock_stop() was called */
    bool was_ready;   /* READY was told at least once */
    char error[SLACK_ERROR_TEXT_MAX];
    mock_delivery_t *deliveries;
    size_t count;

    /* Private. */
    slack_clock_t clock;
    slack_logger_t logger;
    slack_task_t task;
    size_t next;    /* the first delivery that the task has not looked at */
    unsigned depth; /* operations of the transport on the stack */
    uv_timer_t watchdog;
    bool timed_out;
};

/* The wall clock of a new host: the time of the signature that Slack's documentation shows. */
#define MOCK_WALL_S 1531420618

void mock_host_open(mock_host_t *mock);

/* Close what the host itself has on the loop, and the loop. Fails the test when anything else is
 * left on it. The transport has been destroyed before. */
void mock_host_close(mock_host_t *mock);

/* ops->start(); the host calls into `t` from now on. */
int mock_start(mock_host_t *mock, slack_transport_t *t);
void mock_stop(mock_host_t *mock);
void mock_drain(mock_host_t *mock);

/* Acknowledge the nth delivery. Frees it unless the transport lets it be acknowledged once more. */
int mock_ack(mock_host_t *mock, size_t nth, enum slack_ack_outcome outcome,
             enum slack_ack_body type, const char *body);

/* Give up every delivery that was not acknowledged, by an ack that is to find the transport stopped
 * (SLACK_ECLOSED), then destroy the transport. After STOPPED, or before a start. */
void mock_destroy(mock_host_t *mock, slack_transport_t *t);

/* Run the loop until `done` is true; fails the test after some seconds. */
void mock_run_until(mock_host_t *mock, bool (*done)(void *arg), void *arg);
void mock_run_until_state(mock_host_t *mock, enum slack_transport_state state);
void mock_run_until_count(mock_host_t *mock, size_t deliveries);

/* Let the loop turn n times without waiting for anything. */
void mock_turns(mock_host_t *mock, unsigned n);

#endif
