/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_STORE_ROWS_H
#define SLACK_TESTS_SUPPORT_STORE_ROWS_H

#include "store/store.h"
#include "support/world.h"

/* A store to which the test submits one operation after the other, for the suite of all stores. */

extern struct rows {
    const slack_store_ops_t *ops;
    const char *place;
    void (*clean)(void); /* empties the place; NULL: nothing to empty */
    world_t world;
    slack_store_t *store;
    unsigned ends; /* operations that ended since it was opened */
} rows;

/* An operation and its result. */
typedef struct rows_task {
    slack_store_op_t op;
    slack_store_batch_t batch;
    char key[32];
    unsigned ended; /* its place in the order of ends, from 1 */
} rows_task_t;

/* Open the store at an empty place; open it with its rows; close it. */
void rows_open(void);
void rows_open_again(void);
void rows_close(void);
/* Opens another store at that place, as a second process has; closes it. */
slack_store_t *rows_open_other(void);
void rows_close_other(slack_store_t *other);

/* A case in an explicit list, with the store open. */
#define ROWS_CASE(function) cmocka_unit_test_setup_teardown(function, rows_set_up, rows_tear_down)
int rows_set_up(void **state);
int rows_tear_down(void **state);

/* The `done` of every operation. */
void rows_on_done(slack_store_op_t *op);
/* Prepares an operation on a row, which is claimed if it is new. The test may change the operation
 * until it submits it. From then until its end it belongs to the store, which may have a thread. */
void rows_prepare(rows_task_t *task, enum slack_store_op_kind kind, const char *key);
void rows_submit_prepared(rows_task_t *task);
void rows_submit(rows_task_t *task, enum slack_store_op_kind kind, const char *key);
/* Submit a prepared operation and wait for its end; the second function expects success. */
void rows_run(rows_task_t *task);
void rows_run_well(rows_task_t *task);

/* Whole operations that are waited for. The ids returned are those of new rows. */
int64_t rows_put(const char *key, int status, bool duplicate);
int64_t rows_put_queued(const char *key, int64_t due_ms);
void rows_finish(const char *key, int64_t id);
/* WAIT and BURY. */
void rows_put_back(enum slack_store_op_kind kind, const char *key, int64_t id, int64_t due_ms);
/* Claims rows. Returns their keys, "a b ", and in `task` the rows; rows_free() follows. */
const char *rows_claim(rows_task_t *task, unsigned limit);
void rows_free(rows_task_t *task);
void rows_expect_claim(const char *keys);
/* Expects this cause of the store's last failure. */
void rows_expect_cause(const char *cause);
void rows_expect_text(slack_slice_t text, const char *expected);

/* Swap the entry "k" in a store; its value is its version. 0, or 1: it has another version. */
int rows_swap_in(slack_store_t *store, bool owned, const char *expected, const char *version);
/* Expects an entry with this value; NULL: there is no entry. */
void rows_expect_entry(const char *key, const char *value);

int64_t rows_now(void);
void rows_pass_ms(uint64_t ms);

#endif
