/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_STORE_WORK_H
#define SLACK_TESTS_SUPPORT_STORE_WORK_H

#include "store/store.h"
#include "support/test.h"
#include "support/world.h"

/* SQLite stores on the test's file (support/store_file.h). An unexpected failure fails the test. */

extern struct store_work {
    world_t world;
    slack_store_t *store;
} sw;

/* A case with the file. After it, the store is closed and the file removed. */
#define FILE_TEST(function) TEST_CASE(function, NULL, sw_tear_down, NULL)
int sw_tear_down(void **state);

/* Open the world and sw.store in it; close both. */
void sw_open(void);
void sw_close(void);
/* Opens another store in that world. */
int sw_open_at(slack_store_t **ret, const char *where, char *error);
void sw_close_one(slack_store_t *which);
/* Opening the store must fail with an error that contains the path and this text. */
void sw_refused(const char *part);

typedef struct sw_task {
    slack_store_op_t op;
    slack_store_batch_t batch;
    char key[24];
    unsigned ended;
} sw_task_t;

/* Prepares an operation whose `done` sets `ended` to 1. Until then it belongs to the store, which
 * has a thread. */
void sw_prepare(sw_task_t *task, enum slack_store_op_kind kind, const char *key);
void sw_submit_prepared(slack_store_t *to, sw_task_t *task);
/* Prepares an operation and submits it. */
void sw_submit(slack_store_t *to, sw_task_t *task, enum slack_store_op_kind kind, const char *key);
/* Submits an operation and waits for its end. */
void sw_run_prepared(slack_store_t *to, sw_task_t *task);
void sw_run(slack_store_t *to, sw_task_t *task, enum slack_store_op_kind kind, const char *key);
/* Puts a row. Returns the status; *ret_known, unless NULL: the row was there already. */
int sw_put_into(slack_store_t *to, const char *key, bool *ret_known);
int sw_put(const char *key);
/* Puts a row that is due and has no owner. Returns the status. */
int sw_put_due(const char *key);
bool sw_knows(slack_store_t *to, const char *key);

/* Runs SQL on another connection. */
void sw_sql(const char *text);
int64_t sw_number(const char *query);

#endif
