/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "protocol/kind.h"
#include "testkit/testkit.h"
#include "transport_memory/memory.h"

/* What Socket Mode puts around the body of an ack, about: the narrowest of the wires counts. */
#define ACK_FRAME_OVERHEAD 80

/* ---- acks ---- */

static enum slack_test_outcome outcome_of(enum slack_ack_outcome outcome)
{
    return outcome == SLACK_ACK_OK      ? SLACK_TEST_ACKED
           : outcome == SLACK_ACK_LATER ? SLACK_TEST_LATER
                                        : SLACK_TEST_REFUSED;
}

static int take_ack(const slack_ack_t *ack, void *user_data)
{
    kit_delivery_t *delivery = user_data;
    slack_test_t *kit = delivery->kit;
    if (ack == NULL) return 0; /* stopped before */
    if (ack->body.len + ACK_FRAME_OVERHEAD >= SLACK_ACK_FRAME_LIMIT) return SLACK_ETOOBIG;
    delivery->ack.outcome = outcome_of(ack->outcome);
    delivery->ack.after_ms = (kit->now_us - delivery->at_us) / 1000;
    delivery->acked_us = kit->now_us;
    delivery->ack_order = ++kit->last_order;
    delivery->ack_is_text = ack->type == SLACK_ACK_BODY_TEXT;
    if (ack->outcome != SLACK_ACK_OK || ack->type == SLACK_ACK_BODY_NONE) return 0;
    const char *body = slack__arena_strndup(kit->arena, ack->body.ptr, ack->body.len);
    int rc = body ? 0 : SLACK_ENOMEM;
    if (rc == 0 && ack->type == SLACK_ACK_BODY_JSON)
        rc = slack__json_parse(kit->arena, body, ack->body.len, &delivery->ack.json, NULL);
    else if (rc == 0)
        rc = slack__jsonf(kit->arena, &delivery->ack.json, NULL, "%s", body);
    if (body) delivery->ack.body = body;
    if (rc != 0)
        slack__kit_fail(kit, rc, "%s: the ack's body: %s", delivery->what, slack_strerror(rc));
    return 0;
}

const slack_test_ack_t *slack_test_ack(const slack_test_t *kit)
{
    static const slack_test_ack_t none = {SLACK_TEST_NOT_ACKED, "", NULL, 0};
    return kit->deliveries ? &kit->deliveries->ack : &none;
}

static const char *outcome_name(enum slack_test_outcome outcome)
{
    static const char *const names[] = {"not acknowledged", "acknowledged",
                                        "put off (to be sent again)", "refused"};
    return names[outcome];
}

static bool is_late(const kit_delivery_t *delivery)
{
    return delivery->ack.after_ms > SLACK_ACK_DEADLINE_MS;
}

static int fail_late(slack_test_t *kit, const kit_delivery_t *delivery)
{
    return slack__kit_fail(kit, SLACK_EMISMATCH,
                           "%s: acknowledged after %llu ms, when Slack has given up",
                           delivery->what, (unsigned long long)delivery->ack.after_ms);
}

/* ---- how it ended ---- */

/* Both lists are short: a unit test's. */
static kit_delivery_t *find_job(const slack_test_t *kit, const slack_ctx_t *ctx)
{
    kit_delivery_t *job = kit->jobs;
    while (job && job->row != slack__inspect_row(ctx))
        job = job->next;
    return job;
}

static kit_delivery_t *new_job(slack_test_t *kit, const slack_ctx_t *ctx)
{
    kit_delivery_t *job = slack__arena_calloc(kit->arena, sizeof *job);
    if (job == NULL) return NULL;
    job->what = slack__arena_printf(kit->arena, "job %s", slack__inspect_job(ctx));
    if (job->what == NULL) return NULL;
    job->kit = kit;
    job->row = slack__inspect_row(ctx);
    job->ack_judged = true; /* nobody waits for one */
    job->played = kit->play != NULL;
    job->next = kit->jobs;
    kit->jobs = job;
    return job;
}

/* By its body, or, in a later attempt, by its key. */
static kit_delivery_t *find_delivery(const slack_test_t *kit, const slack_ctx_t *ctx)
{
    kit_delivery_t *delivery = kit->deliveries;
    while (delivery && delivery->body != slack_ctx_body(ctx) &&
           (delivery->key.len == 0 ||
            !slack__slice_eq(delivery->key, slack__inspect_delivery(ctx)->key)))
        delivery = delivery->next;
    return delivery;
}

static int know_by_key(slack_test_t *kit, kit_delivery_t *delivery, slack_slice_t key)
{
    if (delivery->key.len > 0 || key.len == 0) return 0;
    const char *copy = slack__arena_strndup(kit->arena, key.ptr, key.len);
    if (copy == NULL) return SLACK_ENOMEM;
    delivery->key = (slack_slice_t){copy, key.len};
    return 0;
}

static void note_done(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    (void)ctx;
    kit_delivery_t *delivery = user_data;
    delivery->done = true;
    delivery->status = done->status;
    delivery->body = NULL;
}

int slack__kit_watch(slack_ctx_t *ctx, void *user_data)
{
    slack_test_t *kit = user_data;
    const bool is_job = slack_ctx_kind(ctx) == SLACK_KIND_JOB;
    kit_delivery_t *delivery = is_job ? find_job(kit, ctx) : find_delivery(kit, ctx);
    if (is_job && delivery == NULL && (delivery = new_job(kit, ctx)) == NULL) return SLACK_ENOMEM;
    if (delivery) {
        int rc = know_by_key(kit, delivery, slack__inspect_delivery(ctx)->key);
        if (rc == 0) rc = slack_ctx_on_done(ctx, note_done, delivery);
        if (rc != 0) return rc;
        delivery->reached = true;
        delivery->done = false;
    }
    return slack_next(ctx);
}

/* The app's, before the test's own: an error that comes before the first middleware is that there
 * is no token for the delivery. */
static void note_error(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    slack_test_t *kit = user_data;
    kit_delivery_t *delivery = find_delivery(kit, ctx);
    if (delivery && !delivery->reached) {
        delivery->unauthorized = status;
        delivery->body = NULL;
        know_by_key(kit, delivery,
                    slack__inspect_delivery(ctx)->key); /* another attempt may have a token */
    }
    if (kit->error_fn) kit->error_fn(ctx, status, listener, kit->error_data);
}

static void watch_errors(slack_test_t *kit)
{
    void *data;
    const slack_error_fn fn = slack__inspect_error_fn(kit->app, &data);
    if (fn == note_error) return;
    kit->error_fn = fn;
    kit->error_data = data;
    slack_on_error(kit->app, note_error, kit);
}

int slack_test_status(const slack_test_t *kit, int *ret_status)
{
    const kit_delivery_t *delivery = kit->deliveries;
    if (delivery == NULL) return SLACK_ENOTFOUND;
    if (!delivery->reached)
        return delivery->unauthorized ? delivery->unauthorized : SLACK_ENOTFOUND;
    if (!delivery->done) return SLACK_EBUSY;
    *ret_status = delivery->status;
    return 0;
}

/* ---- what the test expects of it ---- */

static int no_delivery(slack_test_t *kit)
{
    return slack__kit_fail(kit, SLACK_EMISMATCH, "nothing was delivered yet");
}

int slack_test_expect_outcome(slack_test_t *kit, enum slack_test_outcome outcome)
{
    kit_delivery_t *delivery = kit->deliveries;
    if (delivery == NULL) return no_delivery(kit);
    delivery->ack_judged = true;
    if (delivery->ack.outcome == outcome) return 0;
    return slack__kit_fail(kit, SLACK_EMISMATCH, "%s: %s, not %s", delivery->what,
                           outcome_name(delivery->ack.outcome), outcome_name(outcome));
}

int slack_test_expect_status(slack_test_t *kit, int status)
{
    kit_delivery_t *delivery = kit->deliveries;
    if (delivery == NULL) return no_delivery(kit);
    delivery->status_judged = true;
    if (delivery->done && delivery->status == status) return 0;
    return slack__kit_fail(
        kit, SLACK_EMISMATCH, "%s: the handlers ended with %s, not with %s", delivery->what,
        delivery->done ? slack_err_name(delivery->status) : "nothing yet", slack_err_name(status));
}

static int expect_body(slack_test_t *kit, const kit_delivery_t *delivery, const slack_json_t *body)
{
    char where[256] = "";
    if (delivery->ack.json && slack__kit_has(delivery->ack.json, body, where, sizeof where))
        return 0;
    const char *text = slack__json_text(kit->arena, body, NULL);
    return slack__kit_fail(kit, SLACK_EMISMATCH,
                           "%s: acknowledged with %.700s, not with %.700s%s%s", delivery->what,
                           *delivery->ack.body ? delivery->ack.body : "nothing", text ? text : "",
                           *where ? ": see " : "", where);
}

int(slack_test_expect_ack)(slack_test_t *kit, const char *body_template, ...)
{
    kit_delivery_t *delivery = kit->deliveries;
    int rc = slack_test_expect_outcome(kit, SLACK_TEST_ACKED);
    if (rc != 0) return rc;
    if (is_late(delivery)) return fail_late(kit, delivery);
    if (body_template == NULL) {
        if (*delivery->ack.body == '\0') return 0;
        return slack__kit_fail(kit, SLACK_EMISMATCH,
                               "%s: acknowledged with %.700s, not with "
                               "nothing",
                               delivery->what, delivery->ack.body);
    }
    const slack_json_t *body = NULL;
    KIT_READ(kit, body_template, &body, &rc);
    return rc ? rc : expect_body(kit, delivery, body);
}

static void check(slack_test_t *kit, const kit_delivery_t *delivery)
{
    if (delivery->played) return;
    if (!delivery->ack_judged && delivery->ack.outcome != SLACK_TEST_ACKED)
        slack__kit_fail(kit, SLACK_EMISMATCH, "%s: %s", delivery->what,
                        outcome_name(delivery->ack.outcome));
    else if (!delivery->ack_judged && is_late(delivery))
        fail_late(kit, delivery);
    else if (delivery->reached && !delivery->done)
        slack__kit_fail(kit, SLACK_EMISMATCH,
                        "%s: its handlers have not ended: a slack_ctx_hold() has no "
                        "slack_ctx_release(), or a call has no answer yet",
                        delivery->what);
    else if (delivery->done && !delivery->status_judged && delivery->status != 0)
        slack__kit_fail(kit, SLACK_EMISMATCH, "%s: failed with %s (%s)", delivery->what,
                        slack_err_name(delivery->status), slack_strerror(delivery->status));
}

void slack__kit_check_deliveries(slack_test_t *kit)
{
    for (const kit_delivery_t *delivery = kit->deliveries; delivery; delivery = delivery->next)
        check(kit, delivery);
    for (const kit_delivery_t *job = kit->jobs; job; job = job->next)
        check(kit, job);
}

/* ---- delivering ---- */

/* "command /deploy" */
static const char *name_of(slack_test_t *kit, const slack_json_t *body)
{
    const slack_delivery_t *d = slack__delivery_new(kit->arena, body, 0);
    if (d == NULL) return NULL;
    const char *selector = slack__kind_selector(d->kind, body, slack_json_get(body, "/actions/0"));
    return slack__arena_printf(kit->arena, "%s%s%s", slack_kind_name(d->kind), *selector ? " " : "",
                               selector);
}

static kit_delivery_t *new_delivery(slack_test_t *kit, const slack_json_t *body)
{
    kit_delivery_t *delivery = slack__arena_calloc(kit->arena, sizeof *delivery);
    if (delivery == NULL) return NULL;
    delivery->what = name_of(kit, body);
    delivery->kit = kit;
    delivery->body = body;
    delivery->ack.body = "";
    delivery->at_us = kit->now_us;
    delivery->played = kit->play != NULL;
    return delivery->what ? delivery : NULL;
}

/* Takes the arena. */
static int deliver(slack_test_t *kit, slack_arena_t *arena, const slack_json_t *body)
{
    int rc = slack__kit_start(kit);
    watch_errors(kit);
    kit_delivery_t *delivery = rc == 0 ? new_delivery(kit, body) : NULL;
    if (delivery == NULL) {
        slack__arena_free(arena);
        return rc ? rc : slack__kit_fail(kit, SLACK_ENOMEM, "out of memory");
    }
    rc = slack__memory_inject(slack__inspect_transport(kit->app, "memory"), arena, body,
                              kit->retry_num, kit->retry_reason, take_ack, delivery);
    kit->retry_num = 0;
    kit->retry_reason = NULL;
    if (rc != 0) return slack__kit_fail(kit, rc, "%s: %s", delivery->what, slack_strerror(rc));
    delivery->next = kit->deliveries;
    kit->deliveries = delivery;
    return slack__kit_settle(kit);
}

static int deliver_vf(slack_test_t *kit, const char *template_, va_list ap) SLACK_PRINTF(2, 0);

static int deliver_vf(slack_test_t *kit, const char *template_, va_list ap)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (arena == NULL) return slack__kit_fail(kit, SLACK_ENOMEM, "out of memory");
    const slack_json_t *body = NULL;
    int rc = slack__kit_vjsonf(kit, arena, &body, template_, ap);
    if (rc == 0) return deliver(kit, arena, body);
    slack__arena_free(arena);
    return rc;
}

int(slack_test_body)(slack_test_t *kit, const char *body_template, ...)
{
    va_list ap;
    va_start(ap, body_template);
    int rc = deliver_vf(kit, body_template, ap);
    va_end(ap);
    return rc;
}

int slack_test_body_text(slack_test_t *kit, const char *json, size_t len)
{
    if (json == NULL) return SLACK_EINVAL;
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (arena == NULL) return slack__kit_fail(kit, SLACK_ENOMEM, "out of memory");
    const slack_json_t *body = NULL;
    size_t offset = 0;
    int rc = slack__json_parse(arena, json, len, &body, &offset);
    if (rc == 0) return deliver(kit, arena, body);
    slack__arena_free(arena);
    return slack__kit_fail(kit, rc, "a body is no JSON: byte %zu", offset);
}

int slack_test_as(slack_test_t *kit, const char *user, const char *channel)
{
    const char *who = slack__arena_strdup(kit->arena, user ? user : "U0TEST");
    const char *where = slack__arena_strdup(kit->arena, channel ? channel : "C0TEST");
    if (who == NULL || where == NULL) return SLACK_ENOMEM;
    kit->user = who;
    kit->channel = where;
    return 0;
}

int slack_test_retry(slack_test_t *kit, int retry_num, const char *reason)
{
    const char *copy = slack__arena_strdup(kit->arena, reason ? reason : "");
    if (copy == NULL) return SLACK_ENOMEM;
    kit->retry_num = retry_num;
    kit->retry_reason = copy;
    return 0;
}
