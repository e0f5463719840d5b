/* SPDX-License-Identifier: MIT */
#include "cluster/duty.h"

#include <stdio.h>

#include "store/kv.h"

static void duty_swapped(slack_store_op_t *op);

static void duty_submit(slack_duty_t *duty, enum slack_store_op_kind kind, bool expects_own)
{
    const slack_processes_t *processes = duty->processes;
    const slack_slice_t id = slack__slice(processes->own.id);
    snprintf(duty->key, sizeof duty->key, "%s/%.*s", duty->name, (int)processes->app.len,
             processes->app.ptr);
    duty->working = true;
    duty->op = (slack_store_op_t){.kind = kind, .done = duty_swapped};
    duty->op.owned = kind == SLACK_STORE_KV_SWAP;
    duty->op.row = slack__kv_to_row(&(slack_kv_entry_t){
        .key = slack__slice(duty->key),
        .version = id,
        .value = id,
        .until_ms = SLACK_KV_FOREVER,
        .expected = expects_own ? id : (slack_slice_t){NULL, 0},
    });
    slack__link_init(&duty->op.link);
    processes->store->ops->submit(processes->store, &duty->op);
}

/* While the store fails, the process keeps what it has. */
static void duty_swapped(slack_store_op_t *op)
{
    slack_duty_t *duty = SLACK_CONTAINER(op, slack_duty_t, op);
    duty->working = false;
    if (op->kind == SLACK_STORE_KV_DELETE) return;
    duty->unsure = op->status != 0;
    if (op->status == 0 && !duty->left) {
        duty->stored_ms = slack__mono_ms(duty->processes->net->clock);
        const bool changed = duty->has == op->duplicate;
        duty->has = !op->duplicate;
        if (changed) duty->changed(duty->user_data, duty->has);
    }
    if (duty->left && duty->processes->started) duty_submit(duty, SLACK_STORE_KV_DELETE, true);
}

void slack__duty_look(slack_duty_t *duty)
{
    const slack_processes_t *processes = duty->processes;
    if (duty->name == NULL || duty->left || duty->working || !processes->started) return;
    const uint64_t age_ms = slack__mono_ms(processes->net->clock) - duty->stored_ms;
    if (duty->has && !duty->unsure && age_ms < SLACK_PROCESSES_WRITE_MS) return;
    duty_submit(duty, SLACK_STORE_KV_SWAP, duty->has || duty->unsure);
}

void slack__duty_leave(slack_duty_t *duty)
{
    if (duty->name == NULL || duty->left) return;
    duty->left = true;
    if (duty->has && !duty->working && duty->processes->started)
        duty_submit(duty, SLACK_STORE_KV_DELETE, true);
}
