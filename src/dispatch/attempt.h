/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_ATTEMPT_H
#define SLACK_DISPATCH_ATTEMPT_H

#include <slack/slack.h>

#include "net/loop.h"
#include "store/store.h"

/*
 * A stored delivery is attempted until its listeners are done. What an attempt leaves behind is a
 * record of them, in the notation of slack_row_t.done: "+NAME\n" for one that is done, and for one
 * that failed in a way that no repetition heals "-CODE REASON NAME\n", with the code of its error
 * and Slack's word for it, or none. The next attempt runs neither; with one of the second kind the
 * delivery is a dead letter in the end. A first line "=FAILED SPARED\n" says how many attempts
 * failed, and how many failed for want of room in this process or by its stop: only the first kind
 * uses up the attempts that a delivery has. All others that were begun ended with their process. A
 * dead letter keeps the lines of what is done only.
 */
typedef struct slack_attempt {
    unsigned number; /* from 1; 0: what is not stored is attempted once */
    slack_slice_t done;
    char *room;         /* what `done` is in, where it may grow; behind it there is more of it */
    const char *reason; /* why the first failure failed, where more is known than its code */
    bool step_open;     /* a listener has begun and not ended */
    bool step_failed;
    int step_hopeless; /* the first of its failures that no repetition heals; 0: none */
    const char *step_reason;
    bool heals, hopeless; /* some listener failed in this way */
    bool counts;          /* one of those that heal failed for more than this process */
    slack_store_op_t mark;
    bool mark_submitted, mark_changed;
} slack_attempt_t;

/* What an app has to take up again. */
typedef struct slack_backlog {
    slack_timer_t timer;
    slack_store_op_t op; /* CLAIM */
    slack_store_batch_t batch;
    size_t next;   /* the first of the batch's rows that was not begun */
    bool claiming; /* the store has op */
    bool more;     /* the last claim was full */
    bool overflow; /* what arrives goes to the store, behind what waits there */
    bool ordered;  /* some listener wants a conversation in order */
    slack_store_op_t renewal;
    bool renewing;          /* the store has it */
    uint64_t renew_ms;      /* when it is to have it again, on the app's clock */
    slack_link_t unsettled; /* op->link: ends that the store could not note, to be tried again */
} slack_backlog_t;

/* How often a store that others share is looked at for what they left or queued. */
#define SLACK_BACKLOG_POLL_MS 2000
/* The most rows of one claim. */
#define SLACK_CLAIM_MAX 64
/* So many attempts may end with the process before that is taken to be the delivery's fault. */
#define SLACK_ATTEMPTS_CRASH_MAX 25

/* Backlog: open its timer, begin to look, look soon (`in_ms` from now at the latest), stop. */
void slack__backlog_open(slack_app_t *app);
void slack__backlog_start(slack_app_t *app);
void slack__backlog_soon(slack_app_t *app, uint64_t in_ms);
void slack__backlog_poll(slack_app_t *app);
void slack__backlog_stop(slack_app_t *app);
/* More deliveries than this are not begun for the backlog's sake. */
size_t slack__backlog_room(const slack_app_t *app);

/* Its listeners are known. 0; SLACK_ENOMEM: none may run. */
int slack__attempt_prepare(slack_ctx_t *ctx);
/* A listener: is it to run, it begins, something of it failed, it has ended. */
bool slack__attempt_skips(const slack_ctx_t *ctx, size_t step);
void slack__attempt_step_begin(slack_ctx_t *ctx);
void slack__attempt_step_failed(slack_ctx_t *ctx, int status, const char *reason);
void slack__attempt_step_end(slack_ctx_t *ctx);
/* Have the store note the record, for an attempt after a crash. */
void slack__attempt_mark(slack_ctx_t *ctx);

/* Make the operation that ends this attempt in the store: FINISH, WAIT or BURY. 0; SLACK_ENOMEM. */
int slack__attempt_settle(slack_ctx_t *ctx, slack_store_op_t *op);

/* Those of the attempts begun before this one that ended with their process, by the record. */
unsigned slack__attempts_crashed(unsigned begun, slack_slice_t record);

/* Whether a repetition can mend what failed. `reason` is Slack's error for SLACK_EAPI, or NULL. */
bool slack__heals(int status, const char *reason);

#endif
