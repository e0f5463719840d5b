/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_INBOX_H
#define SLACK_TESTS_SUPPORT_INBOX_H

#include "support/app_fixture.h"

/* An app with an inbox, and handlers that tell what they did. */

extern struct inbox {
    app_fixture_t f;
    char order[512]; /* what the handlers have noted */
    int outcomes[8]; /* what the next runs of inbox_scripted() return */
    unsigned runs, attempts_seen[8];
    slack_ctx_t *held[16];
    unsigned held_count;
    slack_dead_t last_dead;
    char dead_error[256];
    unsigned deads;
} inbox;

/* Notes its user_data. */
int inbox_append(slack_ctx_t *ctx, void *user_data);
/* The same, if there is one; returns the status that the case has set. */
int inbox_scripted(slack_ctx_t *ctx, void *user_data);
/* Notes the text, and holds the ctx. */
int inbox_hold(slack_ctx_t *ctx, void *user_data);
void inbox_note(const char *what);

/* Two cases, function_memory and function_sqlite, each with an app on that store. */
#define EACH_STORE(function)                                                                       \
    static void function(void **state);                                                            \
    TEST_ADD(function##_memory, #function "_memory", function, inbox_on_memory, app_teardown,      \
             &inbox.f)                                                                             \
    TEST_ADD(function##_sqlite, #function "_sqlite", function, inbox_on_sqlite, app_teardown,      \
             &inbox.f)                                                                             \
    static void function(void **state)
int inbox_on_memory(void **state);
int inbox_on_sqlite(void **state);

/* A case that makes the app, which is closed after it. */
#define INBOX_CLOSED(function) TEST_CASE(function, NULL, app_teardown, &inbox.f)

/* Make an app on this store, and forget what was noted; `more` may be NULL. */
void inbox_open(const char *store, const slack_options_t *more);
/* Close it, and open the next one on the store that outlives it. */
void inbox_restart(void);
/* End it with what is held under way, as where it is killed. */
void inbox_end_at_once(void);

/* A message from a person. */
void inbox_deliver(const char *id, const char *text, app_ack_t *ack);
/* Start the app, deliver "Ev1", and wait until inbox_scripted() or a handler of the test's has run;
 * or until it is held, where it may have come before. */
void inbox_run_first(void);
void inbox_hold_first(bool deliver);
void inbox_until_runs(unsigned count);
void inbox_until_held(unsigned count);
/* What a person does with a dead letter, by its id, or with all of them: 0. */
void inbox_retry_dead(int64_t id);

#endif
