/* SPDX-License-Identifier: MIT */
#include "outbox/outbox.h"

#include <stdio.h>
#include <string.h>

#include <slack/error.h>

#include "outbox/result.h"
#include "outbox/send.h"
#include "outbox/target.h"
#include "protocol/tenant.h"
#include "util/crash.h"
#include "util/json.h"

/* The most bytes that a dead letter says about its error. */
#define ERROR_MAX_BYTES 1000

/* ---- an attempt ---- */

/* The queue is closed: a later process makes the next attempt. */
static void attempt_cancel(slack_attempt_t *a)
{
    slack__attempt_end(a, SLACK_EFFECT_NONE, SLACK_ECANCELED, slack_strerror(SLACK_ECANCELED));
}

static void attempt_found(slack_attempt_t *a, int status)
{
    if (slack__queue_is_closed(a->item.queue))
        attempt_cancel(a);
    else if (status == SLACK_EALREADY)
        slack__attempt_end(a, SLACK_EFFECT_SUPERSEDED, status,
                           "a newer update of the message is stored");
    else if (status == SLACK_ENOTFOUND)
        slack__attempt_end(a, SLACK_EFFECT_REFUSED, status,
                           "no message with the key in .of was posted to the channel in 30 days: "
                           "if its request is a dead letter, retry both, else drop this one");
    else if (status != 0)
        slack__attempt_end(a, SLACK_EFFECT_NONE, status, slack_strerror(status));
    else
        slack__attempt_send(a);
}

static void attempt_run(slack_attempt_t *a)
{
    if (slack__queue_is_closed(a->item.queue))
        attempt_cancel(a);
    else if (*a->of)
        slack__target_find(a);
    else
        slack__attempt_send(a);
}

static void attempt_granted(slack_attempt_t *a, const slack_answer_t *answer)
{
    if (answer->status != 0) {
        const enum slack_call_effect effect =
            answer->status == SLACK_EAUTH ? SLACK_EFFECT_REFUSED : SLACK_EFFECT_NONE;
        const char *why =
            answer->reason && *answer->reason ? answer->reason : slack_strerror(answer->status);
        slack__attempt_end(a, effect, answer->status, slack__arena_strdup(a->arena, why));
        return;
    }
    a->grant = answer->grant;
    a->client.credential = slack__token_credential(&answer->grant->bot);
    if (!a->org && !answer->grant->org) a->client.team_id = "";
    a->trace.bot_user = answer->grant->bot_user;
    attempt_run(a);
}

static void grant_answered(slack_waiter_t *waiter, const slack_answer_t *answer)
{
    attempt_granted(SLACK_CONTAINER(waiter, slack_attempt_t, waiter), answer);
}

/* Gets the token of the row's tenant. */
static void attempt_authorize(slack_attempt_t *a)
{
    slack_identity_t *identity = a->outbox->identity;
    const slack_row_t *row = &a->item.op.row;
    const slack_json_t *kept = NULL;
    slack_tenant_t tenant;
    slack_answer_t answer;
    if (identity->authorizer == NULL) {
        attempt_run(a);
        return;
    }
    if (row->tenant.len > 0)
        slack__json_parse(a->arena, row->tenant.ptr, row->tenant.len, &kept, NULL);
    slack__tenant_of(SLACK_KIND_JOB, NULL, slack_json_str(kept, "/app_id"), kept, &tenant);
    const bool somewhere = slack__identity_at_home(identity, &tenant);
    a->org = tenant.is_enterprise_install;
    a->client.team_id = tenant.team_id;
    a->waiter.answered = grant_answered;
    if (!somewhere)
        attempt_run(a); /* it has no token */
    else if (slack__identity_grant(identity, &tenant, a->arena, &a->waiter, &answer))
        attempt_granted(a, &answer);
}

/* ---- for the queue ---- */

static void attempt_free(slack_attempt_t *a)
{
    slack__unlink(&a->link);
    slack__unlink(&a->waiter.link);
    a->outbox->live_count--;
    slack__grant_unref(a->grant);
    slack__arena_free(a->arena);
}

static slack_attempt_t *attempt_new(slack_outbox_t *outbox, const slack_row_t *from)
{
    slack_arena_t *arena =
        slack__arena_new(2048 + 2 * from->payload.len, SLACK_ARENA_MAX + 32 * from->payload.len);
    slack_attempt_t *a = arena ? slack__arena_calloc(arena, sizeof *a) : NULL;
    if (a == NULL || !slack__row_copy(arena, &a->item.op.row, from)) {
        slack__arena_free(arena);
        return NULL;
    }
    const slack_grant_t *own = slack__identity_own_grant(outbox->identity);
    slack__arena_count_in(arena, outbox->queue->bytes);
    a->outbox = outbox;
    a->arena = arena;
    a->item.queue = outbox->queue;
    a->trace.method = a->item.op.row.name.ptr;
    a->key = a->of = a->job = a->result.channel = a->result.ts = "";
    a->found = attempt_found;
    a->clear = slack__course(from->attempt, from->done) == SLACK_COURSE_SEND;
    a->client = (slack_client_t){.webapi = outbox->services->webapi,
                                 .log = outbox->services->log,
                                 .token = "",
                                 .credential = slack__token_credential(&own->bot),
                                 .team_id = outbox->identity->client.team_id,
                                 .once = true};
    a->trace.bot_user = own->bot_user;
    a->trace.since_ms = from->received_ms;
    a->trace.mark = a->mark;
    snprintf(a->mark, sizeof a->mark, "%016llx-%lld-%lld",
             (unsigned long long)slack__hash(0, a->item.op.row.app.ptr), (long long)from->id,
             (long long)from->received_ms);
    slack__link_init(&a->item.op.link);
    slack__link_init(&a->waiter.link);
    slack__list_push(&outbox->live, &a->link);
    outbox->live_count++;
    return a;
}

static const slack_consumer_t call_consumer;

static bool call_begin(void *data, const slack_row_t *row)
{
    slack_attempt_t *a = attempt_new(data, row);
    if (a == NULL) return false;
    a->item.consumer = &call_consumer;
    SLACK_CRASH("call-begun");
    SLACK_LOG(slack__attempt_log(a), DEBUG, "request begins", "method=%s key=%.*s attempt=%u",
              a->trace.method, (int)row->key.len, row->key.ptr, row->attempt);
    const slack_json_t *payload = NULL;
    int rc = row->damaged
                 ? SLACK_EDAMAGED
                 : slack__json_parse(a->arena, row->payload.ptr, row->payload.len, &payload, NULL);
    a->trace.args = slack_json_get(payload, "/args");
    a->key = slack_json_str(payload, "/key");
    a->of = slack_json_str(payload, "/of");
    a->job = slack_json_str(payload, "/then");
    if (rc == SLACK_ENOMEM) {
        attempt_free(a);
        return false;
    }
    if (rc == 0 && slack__attempts_crashed(row->attempt, row->done) >= SLACK_ATTEMPTS_CRASH_MAX)
        rc = SLACK_ECRASHED;
    else if (rc != 0)
        rc = SLACK_EDAMAGED;
    if (rc != 0) {
        slack__attempt_end(a, SLACK_EFFECT_REFUSED, rc, slack_strerror(rc));
        return true;
    }
    slack__queue_starting(&a->item);
    attempt_authorize(a);
    return true;
}

static void log_failed(const slack_attempt_t *a, enum slack_log_level level, const char *what,
                       int64_t wait_ms)
{
    const slack_row_t *row = &a->item.op.row;
    char retry[32] = "none";
    if (wait_ms >= 0) snprintf(retry, sizeof retry, "in %lld ms", (long long)wait_ms);
    if (level > slack__attempt_log(a)->level) return;
    slack__log(slack__attempt_log(a), level, what,
               "kind=call method=%s error=%s reason=%s attempt=%u retry=%s id=%lld key=%.*s",
               a->trace.method, slack_err_name(a->result.status),
               a->result.why ? a->result.why : "", row->attempt, retry, (long long)row->id,
               (int)row->key.len, row->key.ptr);
}

/* The request may have taken effect, in this attempt or an earlier one. */
static bool is_unclear(const slack_attempt_t *a)
{
    return a->result.effect == SLACK_EFFECT_UNCLEAR || !a->clear;
}

static int call_decide(slack_queue_item_t *item)
{
    slack_attempt_t *a = SLACK_CONTAINER(item, slack_attempt_t, item);
    slack_store_op_t *op = &item->op;
    slack_slice_t rest;
    slack_tally_t tally = slack__tally_read(op->row.done, &rest);
    uint64_t wait_ms;
    if (a->result.effect == SLACK_EFFECT_DONE || a->result.effect == SLACK_EFFECT_SUPERSEDED) {
        op->kind = SLACK_STORE_FINISH;
        return 0;
    }
    char *error = slack__arena_printf(a->arena, "%s %s: %s", slack_err_name(a->result.status),
                                      a->trace.method, a->result.why ? a->result.why : "");
    if (error == NULL) return SLACK_ENOMEM;
    size_t len = strlen(error);
    if (len > ERROR_MAX_BYTES) len = slack__utf8_valid(error, ERROR_MAX_BYTES);
    error[len] = '\0';
    op->row.error = (slack_slice_t){error, len};
    op->row.done.ptr = a->record;
    if (a->result.effect != SLACK_EFFECT_REFUSED &&
        slack__attempts_next(&tally, !a->result.spared, SLACK_CALL_ATTEMPTS_MAX, &wait_ms)) {
        if ((int64_t)wait_ms < a->result.wait_ms) wait_ms = (uint64_t)a->result.wait_ms;
        op->kind = SLACK_STORE_WAIT;
        op->hold = true; /* the newer requests for the channel wait too */
        op->row.due_ms = slack__wall_ms(a->outbox->services->net->clock) + (int64_t)wait_ms;
        op->row.done.len = slack__course_write(tally, is_unclear(a), op->row.attempt, a->record);
        if (!a->result.spared) log_failed(a, SLACK_LOG_WARN, "request failed", (int64_t)wait_ms);
        return 0;
    }
    op->kind = SLACK_STORE_BURY;
    op->row.done.len = slack__course_write((slack_tally_t){0}, is_unclear(a), 0, a->record);
    return 0;
}

static void call_lost(slack_queue_item_t *item)
{
    log_failed(SLACK_CONTAINER(item, slack_attempt_t, item), SLACK_LOG_ERROR, "request lost", -1);
}

static void report_dead(const slack_attempt_t *a)
{
    const slack_outbox_t *outbox = a->outbox;
    const slack_row_t *row = &a->item.op.row;
    const slack_dead_post_t dead = {.id = row->id,
                                    .method = a->trace.method,
                                    .args = a->trace.args,
                                    .key = a->key,
                                    .attempts = row->attempt,
                                    .status = a->result.status,
                                    .error = row->error.ptr};
    outbox->services->counters->dead_letters++;
    log_failed(a, SLACK_LOG_ERROR, "dead letter", -1);
    if (outbox->dead_fn) outbox->dead_fn(outbox->services->app, &dead, outbox->dead_data);
}

static void call_ended(slack_queue_item_t *item)
{
    slack_attempt_t *a = SLACK_CONTAINER(item, slack_attempt_t, item);
    SLACK_CRASH("call-ended");
    if (item->op.status == 0 && item->op.kind == SLACK_STORE_BURY) report_dead(a);
    attempt_free(a);
}

static const slack_consumer_t call_consumer = {.kind = "call",
                                               .begin = call_begin,
                                               .decide = call_decide,
                                               .lost = call_lost,
                                               .ended = call_ended};

void slack__outbox_init(slack_outbox_t *outbox)
{
    slack__link_init(&outbox->live);
    slack__queue_consume(outbox->queue, &call_consumer, 1, outbox);
}
