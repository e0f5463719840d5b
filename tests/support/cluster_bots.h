/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_CLUSTER_BOTS_H
#define SLACK_TESTS_SUPPORT_CLUSTER_BOTS_H

#include "cluster/cluster.h"
#include "support/store_work.h"

/* Processes of an app "A1" on one SQLite file, each with a store of its own and a transport that
 * does at once what its allowance says. */

#define BOTS_MOST 3
extern struct cluster_bot {
    slack_store_t *store; /* NULL: it has not joined */
    slack_cluster_t cluster;
    slack_allowance_t allowance;
    unsigned takeovers;
} bots[BOTS_MOST];

/* A case with the file, and with the processes that it lets join. */
#define BOTS_TEST(function) TEST_CASE(function, bots_set_up, bots_tear_down, NULL)
int bots_set_up(void **state);
int bots_tear_down(void **state);

/* Without a budget, the process has no connections. */
void bot_join(struct cluster_bot *bot, enum slack_role role, unsigned budget);
void bot_quit(struct cluster_bot *bot);
/* The number of its slots. */
unsigned bot_slots(const struct cluster_bot *bot);

/* Runs the loop, and lets time pass while nothing is under way, until the condition is true. */
#define bots_until(condition)                                                                      \
    for (unsigned bots_steps = 0; !(condition); bots_steps += bots_step(#condition))               \
    assert_in_range(bots_steps, 0, 4000)
/* One step of a wait for `what`. Returns 1 if 50 ms have passed. */
unsigned bots_step(const char *what);
void bots_pass(uint64_t ms);

/* Writes an entry, as another program would. */
void bots_put(const char *key, const char *version, const char *value);
/* Deletes an entry. */
void bots_delete(const char *key);

#endif
