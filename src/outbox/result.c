/* SPDX-License-Identifier: MIT */
#include "outbox/result.h"

#include "outbox/target.h"
#include "util/crash.h"
#include "util/json.h"

static void then_end(slack_attempt_t *a);

/* Without the message's entry or the job, the result would be lost: the request is tried again, and
 * found to be done. */
static bool lost(slack_attempt_t *a, int status)
{
    if (status == 0) return false;
    a->result.effect =
        a->result.effect == SLACK_EFFECT_DONE ? SLACK_EFFECT_UNCLEAR : SLACK_EFFECT_NONE;
    a->result.status = status;
    slack__queue_end(&a->item);
    return true;
}

static void job_stored(slack_store_op_t *op)
{
    slack_attempt_t *a = SLACK_CONTAINER(op, slack_attempt_t, op);
    SLACK_CRASH("result-stored");
    if (lost(a, op->status)) return;
    slack__queue_look_at(a->item.queue, op->row.due_ms);
    slack__queue_end(&a->item);
}

/* The process may end before the end of the request is stored. The next attempt then has the same
 * result, and the store knows the key even if the job has run. The jobs of a channel's requests run
 * in the order of the requests, in whichever process. */
static void store_job(slack_attempt_t *a)
{
    const slack_row_t *row = &a->item.op.row;
    const slack_attempt_result_t *result = &a->result;
    const slack_json_t *body = NULL;
    size_t len = 0;
    const int rc = slack__jsonf(
        a->arena, &body, NULL, "{method: %s, key: %s, channel: %s, ts: %s, error: %s}",
        a->trace.method, a->key, result->channel, result->ts, result->why ? result->why : "");
    const char *text = rc == 0 ? slack__json_text(a->arena, body, &len) : NULL;
    const char *key =
        slack__arena_printf(a->arena, "then:%.*s:%s:%s", (int)row->app.len, row->app.ptr, a->mark,
                            result->effect == SLACK_EFFECT_DONE ? "done" : "refused");
    const char *order =
        row->order.len > 0
            ? slack__arena_printf(a->arena, "then/%.*s", (int)row->order.len, row->order.ptr)
            : "";
    if (text == NULL || key == NULL || order == NULL) {
        lost(a, SLACK_ENOMEM);
        return;
    }
    a->op = (slack_store_op_t){
        .kind = SLACK_STORE_PUT,
        .row = {.key = slack__slice(key),
                .kind = SLACK_SLICE("job"),
                .name = slack__slice(a->job),
                .payload = {text, len},
                .transport = row->transport,
                .tenant = row->tenant,
                .app = row->app,
                .order = slack__slice(order),
                .due_ms = slack__wall_ms(a->outbox->services->net->clock)},
        .done = job_stored,
    };
    slack__link_init(&a->op.link);
    slack__queue_submit(a->item.queue, &a->op);
}

static void message_kept(slack_store_op_t *op)
{
    slack_attempt_t *a = SLACK_CONTAINER(op, slack_attempt_t, op);
    SLACK_CRASH("message-kept");
    if (!lost(a, op->status)) then_end(a);
}

static void then_end(slack_attempt_t *a)
{
    if (*a->job)
        store_job(a);
    else
        slack__queue_end(&a->item);
}

static void message_keep(slack_attempt_t *a)
{
    if (*a->key == '\0' || *a->result.ts == '\0') {
        then_end(a);
        return;
    }
    const int rc = slack__target_keep(a, message_kept);
    if (rc != 0) lost(a, rc);
}

static void sent_noted(slack_store_op_t *op)
{
    slack_attempt_t *a = SLACK_CONTAINER(op, slack_attempt_t, op);
    if (!lost(a, op->status)) message_keep(a);
}

void slack__attempt_end(slack_attempt_t *a, enum slack_call_effect effect, int status,
                        const char *why)
{
    a->result.effect = effect;
    a->result.status = status;
    a->result.why = why;
    if (effect == SLACK_EFFECT_NONE || effect == SLACK_EFFECT_UNCLEAR) {
        slack__queue_end(&a->item);
    } else if (effect != SLACK_EFFECT_DONE) {
        then_end(a);
    } else if (*a->of == '\0' || !slack__target_is_state(a->trace.method)) {
        message_keep(a);
    } else {
        const int rc = slack__target_note_sent(a, sent_noted);
        if (rc != 0) lost(a, rc);
    }
}
