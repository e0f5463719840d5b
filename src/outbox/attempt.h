/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OUTBOX_ATTEMPT_H
#define SLACK_OUTBOX_ATTEMPT_H

#include "identity/grant.h"
#include "outbox/course.h"
#include "outbox/outbox.h"
#include "outbox/trace.h"
#include "webapi/webapi.h"

/* The result of an attempt. The queue decides by it how the row goes on. */
typedef struct slack_attempt_result {
    enum slack_call_effect effect;
    bool spared;              /* the attempt did not call Slack, and does not count */
    int64_t wait_ms;          /* before the next attempt, at least */
    int status;               /* of the call */
    const char *why;          /* a sentence about a failure, or NULL */
    const char *channel, *ts; /* of the message; "": not known */
} slack_attempt_result_t;

/* An attempt to send a stored request. It lies in its arena. */
typedef struct slack_attempt {
    slack_outbox_t *outbox;
    slack_link_t link; /* outbox->live */
    slack_arena_t *arena;
    slack_queue_item_t item;
    slack_client_t client;
    slack_waiter_t waiter; /* linked while it waits for a grant */
    slack_grant_t *grant;  /* a reference; NULL: the app's own token, or none */
    slack_trace_t trace;
    const char *key; /* of the program; "": none */
    const char *of;  /* the key of the request whose message this one is about; "": none */
    const char *job; /* the name of the job that gets the result; "": none */
    unsigned pages;  /* that the look has read */
    bool org;        /* the tenant is a whole organization's installation */
    bool clear;      /* no earlier attempt has taken effect */
    slack_attempt_result_t result;
    slack_store_op_t op; /* KV_GET, KV_PUT or the PUT of the job, one after the other */
    slack_store_batch_t batch;
    void (*found)(struct slack_attempt *a, int status); /* see target.h */
    char record[SLACK_COURSE_MAX];
    char mark[80];
} slack_attempt_t;

static inline const slack_logger_t *slack__attempt_log(const slack_attempt_t *a)
{
    return a->outbox->services->log;
}

#endif
