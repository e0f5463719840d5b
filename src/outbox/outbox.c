/* SPDX-License-Identifier: MIT */
#include "outbox/outbox.h"

#include <stdio.h>
#include <string.h>

#include <slack/error.h>

#include "outbox/course.h"
#include "outbox/trace.h"
#include "protocol/api_error.h"
#include "protocol/tenant.h"
#include "util/crash.h"
#include "util/json.h"
#include "webapi/response.h"

/* The most pages of messages that a look reads. */
#define PAGES_MAX 20
/* The most bytes that a dead letter says about its error. */
#define ERROR_MAX_BYTES 1000

/* An attempt to send a stored request. It lies in its arena. */
typedef struct attempt {
    slack_outbox_t *outbox;
    slack_link_t link; /* outbox->live */
    slack_arena_t *arena;
    slack_queue_item_t item;
    slack_client_t client;
    slack_waiter_t waiter; /* linked while it waits for a grant */
    slack_grant_t *grant;  /* a reference; NULL: the app's own token, or none */
    slack_trace_t trace;
    const char *method, *job; /* `job`: the name of the job that gets the result; "": none */
    unsigned pages;           /* that the look has read */
    enum slack_call_effect effect;
    bool spared;              /* the attempt did not call Slack, and does not count */
    int64_t wait_ms;          /* before the next attempt, at least */
    int status;               /* of the call */
    const char *why;          /* a sentence about a failure */
    const char *channel, *ts; /* of the message; "": not known */
    slack_store_op_t then;    /* PUT of the job that gets the result */
    char record[SLACK_COURSE_MAX];
    char mark[80];
} attempt_t;

static const slack_logger_t *attempt_log(const attempt_t *a)
{
    return a->outbox->services->log;
}

/* ---- the end ---- */

/* Without the job, the result would be lost: the request is tried again, and found to be done. */
static void then_stored(slack_store_op_t *op)
{
    attempt_t *a = SLACK_CONTAINER(op, attempt_t, then);
    SLACK_CRASH("result-stored");
    if (op->status == 0)
        slack__queue_look_at(a->item.queue, op->row.due_ms);
    else if (a->effect == SLACK_EFFECT_DONE)
        a->effect = SLACK_EFFECT_UNCLEAR;
    else
        a->effect = SLACK_EFFECT_NONE;
    if (op->status != 0) a->status = op->status;
    slack__queue_end(&a->item);
}

/* Stores the job that gets the result, if there is one. False: there is none. The process may end
 * before the end of the request is stored. The next attempt then has the same result, and the store
 * knows the key even if the job has run. */
static bool then_put(attempt_t *a)
{
    const slack_row_t *row = &a->item.op.row;
    const bool done = a->effect == SLACK_EFFECT_DONE;
    const char *error = done ? "" : a->why ? a->why : "";
    const slack_json_t *body = NULL;
    size_t len = 0;
    if (*a->job == '\0') return false;
    int rc = slack__jsonf(a->arena, &body, NULL, "{method: %s, channel: %s, ts: %s, error: %s}",
                          a->method, a->channel, a->ts, error);
    const char *text = rc == 0 ? slack__json_text(a->arena, body, &len) : NULL;
    const char *key = slack__arena_printf(a->arena, "then:%.*s:%s:%s", (int)row->app.len,
                                          row->app.ptr, a->mark, done ? "done" : "refused");
    a->then = (slack_store_op_t){.kind = SLACK_STORE_PUT, .done = then_stored};
    slack__link_init(&a->then.link);
    if (text == NULL || key == NULL) {
        a->then.status = SLACK_ENOMEM;
        then_stored(&a->then);
        return true;
    }
    a->then.row = (slack_row_t){.key = slack__slice(key),
                                .kind = SLACK_SLICE("job"),
                                .name = slack__slice(a->job),
                                .payload = {text, len},
                                .transport = row->transport,
                                .tenant = row->tenant,
                                .app = row->app,
                                .due_ms = slack__wall_ms(a->outbox->services->net->clock)};
    slack__queue_submit(a->item.queue, &a->then);
    return true;
}

static void attempt_end(attempt_t *a, enum slack_call_effect effect, int status, const char *why)
{
    a->effect = effect;
    a->status = status;
    a->why = why;
    const bool over = effect == SLACK_EFFECT_DONE || effect == SLACK_EFFECT_REFUSED;
    if (!over || !then_put(a)) slack__queue_end(&a->item);
}

/* ---- the call ---- */

static void attempt_answered(const slack_response_t *response, void *user_data)
{
    attempt_t *a = user_data;
    SLACK_CRASH("called");
    const int64_t retry_after_s = slack__response_retry_after_s(response);
    if (retry_after_s > 0) a->wait_ms = retry_after_s * 1000;
    const enum slack_call_effect effect =
        slack__call_effect(response->status, response->error, response->unsent);
    const char *why = response->status == 0
                          ? NULL
                          : slack__arena_strdup(a->arena, slack__response_why(response, a->arena));
    if (effect == SLACK_EFFECT_UNCLEAR && a->wait_ms < SLACK_LOOK_MS) a->wait_ms = SLACK_LOOK_MS;
    if (effect == SLACK_EFFECT_DONE) {
        a->channel = slack__arena_strdup(a->arena, slack_response_channel(response));
        a->ts = slack__arena_strdup(a->arena, slack_response_ts(response));
    }
    attempt_end(a, effect, response->status, why);
}

/* A call that could not begin has had no effect. */
static void attempt_not_begun(attempt_t *a, const char *method, int rc)
{
    attempt_end(a, slack__call_effect(rc, NULL, true), rc,
                slack__webapi_refusal(&a->client, method, rc));
}

static void attempt_send(attempt_t *a)
{
    const bool message = strcmp(a->method, "chat.postMessage") == 0;
    const slack_json_t *args = message ? slack__trace_args(&a->trace, a->arena) : a->trace.args;
    SLACK_CRASH("before-call");
    int rc = slack_json_error(args);
    if (rc == 0) rc = slack__webapi_call(&a->client, a->method, args, attempt_answered, a);
    if (rc != 0) attempt_not_begun(a, a->method, rc);
}

/* ---- the look ---- */

static void attempt_look(attempt_t *a, const char *cursor);

/* The message is there, or the pages end, or the app may not read them. Only the first page that
 * cannot be read now ends the attempt: nothing was sent, and the next attempt looks again. */
static void attempt_looked(const slack_response_t *response, void *user_data)
{
    attempt_t *a = user_data;
    const char *word = response->error;
    SLACK_CRASH("looked");
    if (response->status == SLACK_EAPI && !slack__api_error_heals(word)) {
        SLACK_LOG(attempt_log(a), WARN, "request sent without a look for an earlier effect",
                  "method=%s error=%s hint=%s", a->method, word,
                  "give the app the scope channels:history, and invite it to the channel");
        attempt_send(a);
        return;
    }
    if (response->status != 0) {
        const int64_t retry_after_s = slack__response_retry_after_s(response);
        a->wait_ms = retry_after_s * 1000 > SLACK_LOOK_MS ? retry_after_s * 1000 : SLACK_LOOK_MS;
        attempt_end(a, SLACK_EFFECT_UNCLEAR, response->status,
                    slack__arena_strdup(a->arena, slack__response_why(response, a->arena)));
        return;
    }
    const char *ts = slack__trace_find(&a->trace, response->json);
    if (*ts) {
        SLACK_LOG(attempt_log(a), INFO, "request had taken effect", "method=%s ts=%s attempt=%u",
                  a->method, ts, a->item.op.row.attempt);
        a->channel = slack_json_str(a->trace.args, "/channel");
        a->ts = slack__arena_strdup(a->arena, ts);
        attempt_end(a, SLACK_EFFECT_DONE, 0, NULL);
        return;
    }
    const char *cursor = slack__next_cursor(response->json);
    if (*cursor && ++a->pages < PAGES_MAX)
        attempt_look(a, cursor);
    else
        attempt_send(a);
}

static void attempt_look(attempt_t *a, const char *cursor)
{
    const char *method;
    const slack_json_t *args = slack__trace_look(&a->trace, cursor, a->arena, &method);
    SLACK_CRASH("before-look");
    int rc = slack_json_error(args);
    if (rc == 0) rc = slack__webapi_call(&a->client, method, args, attempt_looked, a);
    if (rc == 0) return;
    a->wait_ms = SLACK_LOOK_MS;
    attempt_end(a, SLACK_EFFECT_UNCLEAR, rc, slack__webapi_refusal(&a->client, method, rc));
}

/* ---- an attempt ---- */

/* Only a message acts again when it is sent again. */
static void attempt_run(attempt_t *a)
{
    slack__queue_started(&a->item);
    const slack_row_t *row = &a->item.op.row;
    const bool message = strcmp(a->method, "chat.postMessage") == 0;
    switch (message ? slack__course(row->attempt, row->done) : SLACK_COURSE_SEND) {
    case SLACK_COURSE_SEND: attempt_send(a); break;
    case SLACK_COURSE_LOOK: attempt_look(a, ""); break;
    case SLACK_COURSE_LOOK_LATER:
        a->spared = true;
        a->wait_ms = SLACK_LOOK_MS;
        attempt_end(a, SLACK_EFFECT_UNCLEAR, SLACK_ECRASHED, slack_strerror(SLACK_ECRASHED));
        break;
    }
}

static void attempt_granted(attempt_t *a, const slack_answer_t *answer)
{
    if (answer->status != 0) {
        const enum slack_call_effect effect =
            answer->status == SLACK_EAUTH ? SLACK_EFFECT_REFUSED : SLACK_EFFECT_NONE;
        const char *why =
            answer->reason && *answer->reason ? answer->reason : slack_strerror(answer->status);
        attempt_end(a, effect, answer->status, slack__arena_strdup(a->arena, why));
        return;
    }
    a->grant = answer->grant;
    a->client.token = answer->grant->bot_token;
    a->client.owner = answer->grant->number;
    a->trace.bot_user = answer->grant->bot_user;
    attempt_run(a);
}

static void grant_answered(slack_waiter_t *waiter, const slack_answer_t *answer)
{
    attempt_granted(SLACK_CONTAINER(waiter, attempt_t, waiter), answer);
}

/* Gets the token of the row's tenant. */
static void attempt_authorize(attempt_t *a)
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
    a->client.team_id = tenant.is_enterprise_install ? tenant.team_id : "";
    a->waiter.answered = grant_answered;
    if (slack__authorizer_ask(identity->authorizer, &tenant, a->arena, &a->waiter, &answer))
        attempt_granted(a, &answer);
}

/* ---- for the queue ---- */

static void attempt_free(attempt_t *a)
{
    slack__unlink(&a->link);
    slack__unlink(&a->waiter.link);
    a->outbox->live_count--;
    slack__grant_unref(a->grant);
    slack__arena_free(a->arena);
}

static attempt_t *attempt_new(slack_outbox_t *outbox, const slack_row_t *from)
{
    slack_arena_t *arena =
        slack__arena_new(2048 + 2 * from->payload.len, SLACK_ARENA_MAX + 32 * from->payload.len);
    attempt_t *a = arena ? slack__arena_calloc(arena, sizeof *a) : NULL;
    if (a == NULL || !slack__row_copy(arena, &a->item.op.row, from)) {
        slack__arena_free(arena);
        return NULL;
    }
    const slack_grant_t *own = slack__identity_own_grant(outbox->identity);
    slack__arena_count_in(arena, outbox->queue->bytes);
    a->outbox = outbox;
    a->arena = arena;
    a->item.queue = outbox->queue;
    a->method = a->item.op.row.name.ptr;
    a->job = a->channel = a->ts = "";
    a->client = (slack_client_t){.webapi = outbox->services->webapi,
                                 .log = outbox->services->log,
                                 .token = own->bot_token,
                                 .owner = own->number,
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
    attempt_t *a = attempt_new(data, row);
    if (a == NULL) return false;
    a->item.consumer = &call_consumer;
    SLACK_CRASH("call-begun");
    SLACK_LOG(attempt_log(a), DEBUG, "request begins", "method=%s key=%.*s attempt=%u", a->method,
              (int)row->key.len, row->key.ptr, row->attempt);
    const slack_json_t *payload = NULL;
    int rc = row->damaged
                 ? SLACK_EDAMAGED
                 : slack__json_parse(a->arena, row->payload.ptr, row->payload.len, &payload, NULL);
    a->trace.args = slack_json_get(payload, "/args");
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
        attempt_end(a, SLACK_EFFECT_REFUSED, rc, slack_strerror(rc));
        return true;
    }
    slack__queue_starting(&a->item);
    attempt_authorize(a);
    return true;
}

static void log_failed(const attempt_t *a, enum slack_log_level level, const char *what,
                       int64_t wait_ms)
{
    const slack_row_t *row = &a->item.op.row;
    char retry[32] = "none";
    if (wait_ms >= 0) snprintf(retry, sizeof retry, "in %lld ms", (long long)wait_ms);
    if (level > attempt_log(a)->level) return;
    slack__log(attempt_log(a), level, what,
               "kind=call method=%s error=%s reason=%s attempt=%u retry=%s id=%lld key=%.*s",
               a->method, slack_err_name(a->status), a->why ? a->why : "", row->attempt, retry,
               (long long)row->id, (int)row->key.len, row->key.ptr);
}

static void decide_wait(attempt_t *a, slack_tally_t tally, uint64_t wait_ms)
{
    slack_store_op_t *op = &a->item.op;
    const bool unclear = a->effect == SLACK_EFFECT_UNCLEAR;
    if ((int64_t)wait_ms < a->wait_ms) wait_ms = (uint64_t)a->wait_ms;
    op->kind = SLACK_STORE_WAIT;
    op->hold = true; /* the newer requests for the channel wait too */
    op->row.due_ms = slack__wall_ms(a->outbox->services->net->clock) + (int64_t)wait_ms;
    op->row.done.len = slack__course_write(tally, unclear, op->row.attempt, a->record);
    if (!a->spared) log_failed(a, SLACK_LOG_WARN, "request failed", (int64_t)wait_ms);
}

static int call_decide(slack_queue_item_t *item)
{
    attempt_t *a = SLACK_CONTAINER(item, attempt_t, item);
    slack_store_op_t *op = &item->op;
    slack_slice_t rest;
    slack_tally_t tally = slack__tally_read(op->row.done, &rest);
    uint64_t wait_ms;
    if (a->effect == SLACK_EFFECT_DONE) {
        op->kind = SLACK_STORE_FINISH;
        return 0;
    }
    char *error = slack__arena_printf(a->arena, "%s %s: %s", slack_err_name(a->status), a->method,
                                      a->why ? a->why : "");
    if (error == NULL) return SLACK_ENOMEM;
    const size_t len = strlen(error);
    op->row.error = (slack_slice_t){
        error, len > ERROR_MAX_BYTES ? slack__utf8_valid(error, ERROR_MAX_BYTES) : len};
    op->row.done.ptr = a->record;
    if (a->effect != SLACK_EFFECT_REFUSED &&
        slack__attempts_next(&tally, !a->spared, SLACK_CALL_ATTEMPTS_MAX, &wait_ms)) {
        decide_wait(a, tally, wait_ms);
        return 0;
    }
    op->kind = SLACK_STORE_BURY;
    op->row.done.len =
        slack__course_write((slack_tally_t){0}, a->effect == SLACK_EFFECT_UNCLEAR, 0, a->record);
    return 0;
}

static void call_lost(slack_queue_item_t *item)
{
    log_failed(SLACK_CONTAINER(item, attempt_t, item), SLACK_LOG_ERROR, "request lost", -1);
}

static void call_ended(slack_queue_item_t *item)
{
    attempt_t *a = SLACK_CONTAINER(item, attempt_t, item);
    SLACK_CRASH("call-ended");
    if (item->op.status == 0 && item->op.kind == SLACK_STORE_BURY) {
        a->outbox->services->counters->dead_letters++;
        log_failed(a, SLACK_LOG_ERROR, "dead letter", -1);
    }
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
