/* SPDX-License-Identifier: MIT */
#include "testkit/deliveries.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "protocol/kind.h"
#include "testkit/json_subset.h"
#include "testkit/testkit.h"
#include "transport_memory/memory.h"

/* About what Socket Mode adds to the body of an ack: the smallest limit of all wires counts. */
#define ACK_FRAME_OVERHEAD 80

void slack__deliveries_init(kit_deliveries_t *deliveries, kit_base_t *base, kit_runner_t *runner)
{
    *deliveries = (kit_deliveries_t){.base = base, .runner = runner};
}

/* ---- acks ---- */

static int take_ack(const slack_ack_t *ack, void *user_data)
{
    kit_delivery_t *delivery = user_data;
    kit_base_t *base = delivery->deliveries->base;
    if (ack == NULL) return 0; /* the transport has stopped */
    if (ack->body.len + ACK_FRAME_OVERHEAD >= SLACK_ACK_FRAME_LIMIT) return SLACK_ETOOBIG;
    delivery->ack.outcome = ack->outcome == SLACK_ACK_OK      ? SLACK_TEST_ACKED
                            : ack->outcome == SLACK_ACK_LATER ? SLACK_TEST_LATER
                                                              : SLACK_TEST_REFUSED;
    delivery->ack.after_ms = (base->now_us - delivery->at_us) / 1000;
    delivery->acked_us = base->now_us;
    delivery->ack_order = ++base->last_order;
    delivery->ack_is_text = ack->type == SLACK_ACK_BODY_TEXT;
    if (ack->outcome != SLACK_ACK_OK || ack->type == SLACK_ACK_BODY_NONE) return 0;
    const char *body = slack__arena_strndup(base->arena, ack->body.ptr, ack->body.len);
    int rc = SLACK_ENOMEM;
    if (body && delivery->ack_is_text)
        rc = slack__jsonf(base->arena, &delivery->ack.json, NULL, "%s", body);
    else if (body)
        rc = slack__json_parse(base->arena, body, ack->body.len, &delivery->ack.json, NULL);
    if (body) delivery->ack.body = body;
    if (rc != 0)
        slack__kit_fail(base, rc, "%s: the body of its ack: %s", delivery->what,
                        slack_strerror(rc));
    return 0;
}

/* ---- handlers ---- */

#define JOB "job "

/* A job is known by its row. NULL: SLACK_ENOMEM. */
static kit_delivery_t *find_or_add_job(kit_deliveries_t *deliveries, const slack_ctx_t *ctx)
{
    slack_arena_t *arena = deliveries->base->arena;
    const int64_t row = slack__inspect_row(ctx);
    for (kit_delivery_t *job = deliveries->jobs; job; job = job->next)
        if (job->row == row) return job;
    kit_delivery_t *job = slack__arena_calloc(arena, sizeof *job);
    if (job == NULL) return NULL;
    job->what = slack__arena_printf(arena, JOB "%s", slack__inspect_job(ctx));
    if (job->what == NULL) return NULL;
    job->deliveries = deliveries;
    job->row = row;
    job->place = deliveries->base->place;
    job->ack_judged = true; /* a job has no ack */
    job->compared = deliveries->compared;
    job->next = deliveries->jobs;
    deliveries->jobs = job;
    return job;
}

static int keep_key(kit_delivery_t *delivery, const slack_ctx_t *ctx)
{
    const slack_slice_t key = slack__inspect_delivery(ctx)->key;
    if (delivery->key.len > 0 || key.len == 0) return 0;
    const char *copy = slack__arena_strndup(delivery->deliveries->base->arena, key.ptr, key.len);
    if (copy == NULL) return SLACK_ENOMEM;
    delivery->key = (slack_slice_t){copy, key.len};
    return 0;
}

/* An attempt has ended. What the test has said of an earlier one does not count for it. */
static void note_status(kit_delivery_t *delivery, const slack_ctx_t *ctx, int status)
{
    slack_arena_t *arena = delivery->deliveries->base->arena;
    const char *why = status ? slack__arena_strdup(arena, slack__inspect_failure(ctx)) : "";
    delivery->done = true;
    delivery->ctx = NULL;
    delivery->status = status;
    delivery->why = why ? why : slack_strerror(status);
    delivery->status_judged = false;
    delivery->body = NULL;
}

static void note_done(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    kit_delivery_t *delivery = user_data;
    note_status(delivery, ctx, done->status);
    delivery->unmatched = slack__inspect_unmatched(ctx);
}

static bool is_job(const slack_ctx_t *ctx)
{
    return slack_ctx_kind(ctx) == SLACK_KIND_JOB;
}

/* NULL: unknown, or for a job SLACK_ENOMEM. */
static kit_delivery_t *find_or_add(kit_deliveries_t *deliveries, const slack_ctx_t *ctx)
{
    if (is_job(ctx)) return find_or_add_job(deliveries, ctx);
    /* A delivery is known by its body, and in a later attempt by its key. */
    const slack_slice_t key = slack__inspect_delivery(ctx)->key;
    kit_delivery_t *delivery = deliveries->first;
    while (delivery && delivery->body != slack_ctx_body(ctx) &&
           (delivery->key.len == 0 || !slack__slice_eq(delivery->key, key)))
        delivery = delivery->next;
    return delivery;
}

/* The first middleware. */
static int watch_delivery(slack_ctx_t *ctx, void *user_data)
{
    kit_delivery_t *delivery = find_or_add(user_data, ctx);
    if (is_job(ctx) && delivery == NULL) return SLACK_ENOMEM;
    if (delivery) {
        int rc = keep_key(delivery, ctx);
        if (rc == 0) rc = slack_ctx_on_done(ctx, note_done, delivery);
        if (rc != 0) return rc;
        delivery->reached = true;
        delivery->done = false;
        delivery->ctx = ctx;
    }
    return slack_next(ctx);
}

int slack__deliveries_watch(kit_deliveries_t *deliveries)
{
    return slack_use(deliveries->runner->app, watch_delivery, deliveries);
}

/* An error before the first middleware means that the delivery has no grant. A later attempt may
 * have one. */
static void note_error(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    kit_deliveries_t *deliveries = user_data;
    kit_delivery_t *delivery = find_or_add(deliveries, ctx);
    if (delivery && !delivery->reached) {
        delivery->unauthorized = status;
        delivery->body = NULL;
        keep_key(delivery, ctx);
        if (is_job(ctx)) note_status(delivery, ctx, status);
    }
    if (deliveries->error_fn) deliveries->error_fn(ctx, status, listener, deliveries->error_data);
}

/* ---- delivering ---- */

const char *slack__kit_delivery_name(slack_arena_t *arena, const slack_json_t *body)
{
    const enum slack_kind kind = slack__kind_of(body);
    const char *selector = slack__kind_selector(kind, body, slack_json_get(body, "/actions/0"));
    return slack__arena_printf(arena, "%s%s%s", slack_kind_name(kind), *selector ? " " : "",
                               selector);
}

static kit_delivery_t *new_delivery(kit_deliveries_t *deliveries, const slack_json_t *body)
{
    slack_arena_t *arena = deliveries->base->arena;
    kit_delivery_t *delivery = slack__arena_calloc(arena, sizeof *delivery);
    if (delivery == NULL) return NULL;
    delivery->what = slack__kit_delivery_name(arena, body);
    delivery->deliveries = deliveries;
    delivery->body = body;
    delivery->kind = slack__kind_of(body);
    delivery->place = deliveries->base->place;
    delivery->ack.body = "";
    delivery->at_us = deliveries->base->now_us;
    delivery->compared = deliveries->compared;
    return delivery->what ? delivery : NULL;
}

/* Takes the arena. */
static int deliver(kit_deliveries_t *deliveries, slack_arena_t *arena, const slack_json_t *body)
{
    kit_base_t *base = deliveries->base;
    slack_app_t *app = deliveries->runner->app;
    int rc = slack__runner_need_ready(deliveries->runner);
    /* note_error() stands in front of what the test gave to slack_on_error(). */
    void *error_data;
    const slack_error_fn error_fn = slack__inspect_error_fn(app, &error_data);
    if (error_fn != note_error) {
        deliveries->error_fn = error_fn;
        deliveries->error_data = error_data;
        slack_on_error(app, note_error, deliveries);
    }
    kit_delivery_t *delivery = rc == 0 ? new_delivery(deliveries, body) : NULL;
    if (delivery == NULL) {
        slack__arena_free(arena);
        return rc ? rc : slack__kit_fail(base, SLACK_ENOMEM, "out of memory");
    }
    rc = slack__memory_inject(slack__inspect_transport(app, "memory"), arena, body,
                              deliveries->retry_num, deliveries->retry_reason, take_ack, delivery);
    if (rc == 0 && deliveries->recovered)
        slack__memory_recovered(slack__inspect_transport(app, "memory"));
    deliveries->retry_num = 0;
    deliveries->retry_reason = NULL;
    deliveries->recovered = false;
    if (rc != 0) return slack__kit_fail(base, rc, "%s: %s", delivery->what, slack_strerror(rc));
    delivery->next = deliveries->first;
    deliveries->first = delivery;
    return slack__runner_settle(deliveries->runner);
}

/* ---- judging ---- */

static const char *outcome_name(enum slack_test_outcome outcome)
{
    static const char *const names[] = {"not acknowledged", "acknowledged", "answered \"later\"",
                                        "refused"};
    return names[outcome];
}

static const char *say(kit_base_t *base, const char *format, ...) SLACK_PRINTF(2, 3);

static const char *say(kit_base_t *base, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    const char *said = slack__arena_vprintf(base->arena, format, ap);
    va_end(ap);
    return said ? said : "out of memory";
}

/* With the listeners there are, of which one was perhaps meant. */
static const char *unmatched_said(const kit_delivery_t *delivery)
{
    const kit_deliveries_t *deliveries = delivery->deliveries;
    const char *others =
        slack__inspect_listeners(deliveries->runner->app, delivery->kind, deliveries->base->arena);
    return say(deliveries->base, "no listener took it; the app listens to %s",
               *others ? others : "nothing of this kind");
}

/* How the ack stands. A delivery that no listener took is refused. */
static const char *outcome_said(const kit_delivery_t *delivery)
{
    const char *name = outcome_name(delivery->ack.outcome);
    return delivery->unmatched
               ? say(delivery->deliveries->base, "%s, %s", name, unmatched_said(delivery))
               : name;
}

static bool has_ended(const kit_delivery_t *delivery)
{
    return delivery->done || !delivery->reached;
}

/* 0 if a handler ran; else why none did. */
static int unreached(const kit_delivery_t *delivery)
{
    if (delivery->reached)
        return delivery->unmatched && delivery->status == 0 ? SLACK_ENOTFOUND : 0;
    return delivery->unauthorized ? delivery->unauthorized : SLACK_ENOTFOUND;
}

static const char *end_said(const kit_delivery_t *delivery)
{
    kit_base_t *base = delivery->deliveries->base;
    if (!has_ended(delivery))
        return say(base, "its handlers have not ended: %s",
                   slack__inspect_open(delivery->ctx, base->arena));
    if (delivery->status != 0)
        return say(base, "failed with %s (%s)", slack_err_name(delivery->status), delivery->why);
    if (delivery->unmatched) return unmatched_said(delivery);
    if (delivery->unauthorized)
        return say(base, "reached no handler, since its tenant has no token: %s",
                   slack_err_name(delivery->unauthorized));
    return delivery->reached ? "its handlers ended with OK"
                             : "reached no handler: it is a duplicate, the bot's own event, or of "
                               "an unknown kind";
}

static bool is_late(const kit_delivery_t *delivery)
{
    return delivery->ack.after_ms > SLACK_ACK_DEADLINE_MS;
}

static int fail_late(const kit_delivery_t *delivery)
{
    return slack__kit_fail(delivery->deliveries->base, SLACK_EMISMATCH,
                           "%s: acknowledged after %llu ms, but Slack waits only %d ms",
                           delivery->what, (unsigned long long)delivery->ack.after_ms,
                           SLACK_ACK_DEADLINE_MS);
}

static void check_delivery(const kit_delivery_t *delivery)
{
    kit_base_t *base = delivery->deliveries->base;
    if (delivery->compared) return;
    base->place = delivery->place;
    if (!delivery->ack_judged && delivery->ack.outcome != SLACK_TEST_ACKED)
        slack__kit_fail(base, SLACK_EMISMATCH, "%s: %s", delivery->what, outcome_said(delivery));
    else if (!delivery->ack_judged && is_late(delivery))
        fail_late(delivery);
    else if (!has_ended(delivery) || (delivery->status != 0 && !delivery->status_judged))
        slack__kit_fail(base, SLACK_EMISMATCH, "%s: %s", delivery->what, end_said(delivery));
}

static int judge_status(kit_delivery_t *delivery, int status)
{
    const int why_none = unreached(delivery);
    delivery->status_judged = true;
    if (has_ended(delivery) && (why_none ? why_none : delivery->status) == status) return 0;
    return slack__kit_fail(delivery->deliveries->base, SLACK_EMISMATCH,
                           "%s: %s; the test expects %s", delivery->what, end_said(delivery),
                           slack_err_name(status));
}

void slack__deliveries_check(const kit_deliveries_t *deliveries)
{
    for (const kit_delivery_t *delivery = deliveries->first; delivery; delivery = delivery->next)
        check_delivery(delivery);
    for (const kit_delivery_t *job = deliveries->jobs; job; job = job->next)
        check_delivery(job);
}

/* ---- slack/test.h: delivering ---- */

int slack_test_body(slack_test_t *kit, const char *body_template, ...)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (arena == NULL) return slack__kit_fail(&kit->base, SLACK_ENOMEM, "out of memory");
    const slack_json_t *body = NULL;
    va_list ap;
    va_start(ap, body_template);
    int rc = slack__kit_vjsonf(&kit->base, arena, &body, body_template, ap);
    va_end(ap);
    if (rc == 0) return deliver(&kit->deliveries, arena, body);
    slack__arena_free(arena);
    return rc;
}

int slack_test_body_text(slack_test_t *kit, const char *json, size_t len)
{
    if (json == NULL) return SLACK_EINVAL;
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (arena == NULL) return slack__kit_fail(&kit->base, SLACK_ENOMEM, "out of memory");
    const slack_json_t *body = NULL;
    size_t offset = 0;
    int rc = slack__json_parse(arena, json, len, &body, &offset);
    if (rc == 0) return deliver(&kit->deliveries, arena, body);
    slack__arena_free(arena);
    return slack__kit_fail(&kit->base, rc, "a body is not JSON, error at byte %zu", offset);
}

int slack_test_retry(slack_test_t *kit, int retry_num, const char *reason)
{
    const char *copy = slack__arena_strdup(kit->base.arena, reason ? reason : "");
    if (copy == NULL) return SLACK_ENOMEM;
    kit->deliveries.retry_num = retry_num;
    kit->deliveries.retry_reason = copy;
    return 0;
}

void slack_test_recovered(slack_test_t *kit)
{
    kit->deliveries.recovered = true;
}

/* ---- slack/test.h: how it was answered ---- */

const slack_test_ack_t *slack_test_ack(const slack_test_t *kit)
{
    static const slack_test_ack_t none = {SLACK_TEST_NOT_ACKED, "", NULL, 0};
    return kit->deliveries.first ? &kit->deliveries.first->ack : &none;
}

int slack_test_status(const slack_test_t *kit, int *ret_status)
{
    const kit_delivery_t *delivery = kit->deliveries.first;
    if (delivery == NULL) return SLACK_ENOTFOUND;
    if (!has_ended(delivery)) return SLACK_EBUSY;
    if (unreached(delivery)) return unreached(delivery);
    *ret_status = delivery->status;
    return 0;
}

/* NULL is a failure. */
static kit_delivery_t *last_delivery(slack_test_t *kit)
{
    if (kit->deliveries.first == NULL)
        slack__kit_fail(&kit->base, SLACK_EMISMATCH,
                        "nothing was delivered yet; slack_test_expect_job() is about jobs");
    return kit->deliveries.first;
}

int slack_test_expect_outcome(slack_test_t *kit, enum slack_test_outcome outcome)
{
    kit_delivery_t *delivery = last_delivery(kit);
    if (delivery == NULL) return SLACK_EMISMATCH;
    delivery->ack_judged = true;
    if (delivery->ack.outcome == outcome) return 0;
    return slack__kit_fail(&kit->base, SLACK_EMISMATCH, "%s: %s, not %s", delivery->what,
                           outcome_said(delivery), outcome_name(outcome));
}

int slack_test_expect_status(slack_test_t *kit, int status)
{
    kit_delivery_t *delivery = last_delivery(kit);
    return delivery ? judge_status(delivery, status) : SLACK_EMISMATCH;
}

/* An expectation is about one attempt, so that two of them are about two jobs. */
int slack_test_expect_job(slack_test_t *kit, const char *name, int status)
{
    kit_base_t *base = &kit->base;
    kit_delivery_t *newest = NULL;
    if (name == NULL) return slack__kit_fail(base, SLACK_EINVAL, "the name of a job is missing");
    for (kit_delivery_t *job = kit->deliveries.jobs; job; job = job->next) {
        if (strcmp(job->what + strlen(JOB), name) != 0 || job->status_judged) continue;
        if (newest == NULL) newest = job;
        if (has_ended(job) && job->status == status) return judge_status(job, status);
    }
    if (newest) return judge_status(newest, status);
    return slack__kit_fail(base, SLACK_EMISMATCH,
                           "no job \"%.100s\" has run that the test has not expected yet: it has "
                           "another name, was not stored, or is not due (slack_test_advance_ms())",
                           name);
}

int slack_test_expect_ack(slack_test_t *kit, const char *body_template, ...)
{
    const slack_test_ack_t *ack = slack_test_ack(kit);
    const slack_json_t *body = NULL;
    char where[256] = "";
    int rc = slack_test_expect_outcome(kit, SLACK_TEST_ACKED);
    if (rc != 0) return rc;
    const kit_delivery_t *delivery = kit->deliveries.first;
    if (is_late(delivery)) return fail_late(delivery);
    if (body_template) KIT_READ(&kit->base, body_template, &body, &rc);
    if (rc != 0) return rc;
    if (body ? ack->json && slack__json_subset(ack->json, body, where, sizeof where)
             : *ack->body == '\0')
        return 0;
    return slack__kit_fail(&kit->base, SLACK_EMISMATCH,
                           "%s: acknowledged with %.700s, not with %.700s%s%s", delivery->what,
                           *ack->body ? ack->body : "nothing",
                           body ? slack__kit_text(&kit->base, body) : "nothing",
                           *where ? ": they differ at " : "", where);
}
