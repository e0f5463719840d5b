/* SPDX-License-Identifier: MIT */
#include "support/store_rows.h"
#include "support/test.h"

#include <slack/error.h>
#include <slack/options.h>

#include "store/kv.h"

struct rows rows;

void rows_on_done(slack_store_op_t *op)
{
    rows_task_t *task = SLACK_CONTAINER(op, rows_task_t, op);
    assert_int_equal(task->ended, 0);
    task->ended = ++rows.ends;
}

void rows_prepare(rows_task_t *task, enum slack_store_op_kind kind, const char *key)
{
    memset(task, 0, sizeof *task);
    snprintf(task->key, sizeof task->key, "%s", key);
    slack__link_init(&task->op.link);
    task->op.kind = kind;
    task->op.claim = true;
    task->op.row.key = slack__slice(task->key);
    task->op.row.kind = SLACK_SLICE("event");
    task->op.row.name = SLACK_SLICE("message");
    task->op.row.payload = SLACK_SLICE("{\"a\":1}");
    task->op.row.transport = SLACK_SLICE("http");
    task->op.row.retry_reason = SLACK_SLICE("http_timeout");
    task->op.row.tenant = SLACK_SLICE("{\"team_id\":\"T1\"}");
    task->op.row.retry_num = 2;
    task->batch.now_ms = rows_now();
    task->op.batch = &task->batch;
    task->op.status = 1;
    task->op.done = rows_on_done;
}

void rows_submit_prepared(rows_task_t *task)
{
    rows.store->ops->submit(rows.store, &task->op);
}

void rows_submit(rows_task_t *task, enum slack_store_op_kind kind, const char *key)
{
    rows_prepare(task, kind, key);
    rows_submit_prepared(task);
}

void rows_run(rows_task_t *task)
{
    rows_submit_prepared(task);
    assert_int_equal(task->ended, 0); /* never before the submit has returned */
    world_until(&rows.world, task->ended >= 1);
}

void rows_run_well(rows_task_t *task)
{
    rows_run(task);
    assert_int_equal(task->op.status, 0);
}

int64_t rows_put(const char *key, int status, bool duplicate)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_PUT, key);
    rows_run(&task);
    if (task.op.status != status || task.op.duplicate != duplicate)
        fail_msg("put %s: %s, duplicate %d", key, slack_err_name(task.op.status),
                 task.op.duplicate);
    return task.op.row.id;
}

int64_t rows_put_queued(const char *key, int64_t due_ms)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_PUT, key);
    task.op.claim = false;
    task.op.row.due_ms = due_ms;
    rows_run_well(&task);
    return task.op.row.id;
}

void rows_finish(const char *key, int64_t id)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_FINISH, key);
    task.op.row.id = id;
    rows_run_well(&task);
}

void rows_put_back(enum slack_store_op_kind kind, const char *key, int64_t id, int64_t due_ms)
{
    rows_task_t task;
    rows_prepare(&task, kind, key);
    task.op.row.id = id;
    task.op.row.due_ms = due_ms;
    task.op.row.done = SLACK_SLICE("first");
    task.op.row.error = SLACK_SLICE("SLACK_EIO");
    rows_run_well(&task);
}

void rows_open_again(void)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    assert_true(world_open(&rows.world));
    if (rows.ops->open(&rows.store, rows.world.net, rows.place, error) != 0) fail_msg("%s", error);
    rows.ends = 0;
}

void rows_open(void)
{
    if (rows.clean) rows.clean();
    rows_open_again();
}

void rows_close(void)
{
    bool closed = false;
    rows.store->ops->close(rows.store, world_set_flag, &closed);
    assert_false(closed);
    world_until(&rows.world, closed);
    world_close(&rows.world);
    rows.store = NULL;
}

slack_store_t *rows_open_other(void)
{
    slack_store_t *other = NULL;
    char error[SLACK_ERROR_TEXT_MAX];
    if (rows.ops->open(&other, rows.world.net, rows.place, error) != 0) fail_msg("%s", error);
    return other;
}

void rows_close_other(slack_store_t *other)
{
    bool closed = false;
    other->ops->close(other, world_set_flag, &closed);
    world_until(&rows.world, closed);
}

int rows_set_up(void **state)
{
    rows_open();
    return 0;
}

int rows_tear_down(void **state)
{
    if (rows.store) rows_close();
    return 0;
}

int64_t rows_now(void)
{
    return slack__wall_ms(&rows.world.clock);
}

const char *rows_claim(rows_task_t *task, unsigned limit)
{
    static char keys[256];
    rows_prepare(task, SLACK_STORE_CLAIM, "");
    task->batch.limit = limit;
    task->batch.now_ms = rows_now();
    rows_run_well(task);
    *keys = '\0';
    for (size_t i = 0; i < task->batch.count; i++) {
        size_t len = strlen(keys);
        snprintf(keys + len, sizeof keys - len, "%.*s ", (int)task->batch.rows[i].key.len,
                 task->batch.rows[i].key.ptr);
        assert_int_equal(task->batch.rows[i].state, SLACK_ROW_RUNNING);
    }
    return keys;
}

void rows_free(rows_task_t *task)
{
    slack__arena_free(task->batch.arena);
}

void rows_expect_claim(const char *keys)
{
    rows_task_t task;
    assert_string_equal(rows_claim(&task, 10), keys);
    rows_free(&task);
}

void rows_expect_cause(const char *cause)
{
    char line[96];
    snprintf(line, sizeof line, "the store fails: %s\n", cause);
    assert_string_equal(slack__store_cause_line(rows.store->cause), line);
}

void rows_pass_ms(uint64_t ms)
{
    rows.world.mono_us += ms * 1000;
}

void rows_expect_text(slack_slice_t text, const char *expected)
{
    if (!slack__slice_eq(text, slack__slice(expected)))
        fail_msg("\"%.*s\" is not \"%s\"", (int)text.len, text.ptr, expected);
}

int rows_swap_in(slack_store_t *store, bool owned, const char *expected, const char *version)
{
    slack_store_t *kept = rows.store;
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_KV_SWAP, "");
    task.op.owned = owned;
    task.op.row = slack__kv_to_row(&(slack_kv_entry_t){.key = SLACK_SLICE("k"),
                                                       .version = slack__slice(version),
                                                       .value = slack__slice(version),
                                                       .expected = slack__slice(expected),
                                                       .until_ms = SLACK_KV_FOREVER});
    rows.store = store;
    rows_run_well(&task);
    rows.store = kept;
    return task.op.duplicate;
}

void rows_expect_entry(const char *key, const char *text)
{
    rows_task_t task;
    rows_prepare(&task, SLACK_STORE_KV_GET, key);
    rows_run_well(&task);
    assert_int_equal(task.batch.count, text != NULL);
    if (text) {
        const slack_kv_entry_t entry = slack__kv_from_row(&task.batch.rows[0]);
        rows_expect_text(entry.value, text);
        rows_expect_text(entry.key, key);
    }
    rows_free(&task);
}
