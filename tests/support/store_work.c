/* SPDX-License-Identifier: MIT */
#include "support/store_work.h"
#include "support/test.h"

#include <sqlite3.h>

#include <slack/error.h>
#include <slack/options.h>

#include "support/store_file.h"

struct store_work sw;

static void on_done(slack_store_op_t *op)
{
    SLACK_CONTAINER(op, sw_task_t, op)->ended = 1;
}

void sw_prepare(sw_task_t *task, enum slack_store_op_kind kind, const char *key)
{
    memset(task, 0, sizeof *task);
    snprintf(task->key, sizeof task->key, "%s", key);
    task->op =
        (slack_store_op_t){.kind = kind,
                           .claim = true,
                           .row.key = slack__slice(task->key),
                           .row.payload = SLACK_SLICE("{\"a\":\"a payload of some length\"}"),
                           .batch = &task->batch,
                           .done = on_done};
    task->batch.limit = 1000;
    slack__link_init(&task->op.link);
}

/* From here until its end an operation belongs to the store, which has a thread. */
void sw_submit_prepared(slack_store_t *to, sw_task_t *task)
{
    to->ops->submit(to, &task->op);
}

void sw_submit(slack_store_t *to, sw_task_t *task, enum slack_store_op_kind kind, const char *key)
{
    sw_prepare(task, kind, key);
    sw_submit_prepared(to, task);
}

void sw_run_prepared(slack_store_t *to, sw_task_t *task)
{
    sw_submit_prepared(to, task);
    world_until(&sw.world, task->ended >= 1);
}

void sw_run(slack_store_t *to, sw_task_t *task, enum slack_store_op_kind kind, const char *key)
{
    sw_prepare(task, kind, key);
    sw_run_prepared(to, task);
}

int sw_put_into(slack_store_t *to, const char *key, bool *ret_known)
{
    sw_task_t task;
    sw_run(to, &task, SLACK_STORE_PUT, key);
    if (ret_known) *ret_known = task.op.duplicate;
    return task.op.status;
}

int sw_put(const char *key)
{
    return sw_put_into(sw.store, key, NULL);
}

int sw_put_due(const char *key)
{
    sw_task_t task;
    sw_prepare(&task, SLACK_STORE_PUT, key);
    task.op.claim = false;
    sw_run_prepared(sw.store, &task);
    return task.op.status;
}

bool sw_knows(slack_store_t *to, const char *key)
{
    bool known = false;
    assert_int_equal(sw_put_into(to, key, &known), 0);
    return known;
}

int sw_open_at(slack_store_t **ret, const char *where, char *error)
{
    *error = '\0';
    return slack__store_sqlite.open(ret, sw.world.net, where, error);
}

void sw_open(void)
{
    char error[SLACK_ERROR_TEXT_MAX];
    assert_true(world_open(&sw.world));
    if (sw_open_at(&sw.store, store_file_path(), error) != 0) fail_msg("%s", error);
}

void sw_close_one(slack_store_t *which)
{
    bool closed = false;
    which->ops->close(which, world_set_flag, &closed);
    world_until(&sw.world, closed);
}

void sw_close(void)
{
    sw_close_one(sw.store);
    world_close(&sw.world);
    sw.store = NULL;
}

int sw_tear_down(void **state)
{
    if (sw.store) sw_close();
    store_file_clean();
    return 0;
}

void sw_refused(const char *part)
{
    char error[SLACK_ERROR_TEXT_MAX];
    assert_true(world_open(&sw.world));
    assert_int_equal(sw_open_at(&sw.store, store_file_path(), error), SLACK_ESTORE);
    if (!strstr(error, part) || !strstr(error, store_file_path()))
        fail_msg("\"%s\" has no \"%s\"", error, part);
    world_close(&sw.world);
}

void sw_sql(const char *text)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(store_file_path(), &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000); /* an app writes its own entries at any time */
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t sw_number(const char *query)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(store_file_path(), &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_prepare_v2(db, query, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t found = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return found;
}
