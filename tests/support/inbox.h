/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_INBOX_H
#define SLACK_TESTS_SUPPORT_INBOX_H

#include "support/app_fixture.h"

/* An app with an inbox, and handlers that note their runs. */

extern struct inbox {
    app_fixture_t f;
    char order[512]; /* the handlers' notes */
    int outcomes[8]; /* the results of the next runs of inbox_scripted() */
    unsigned runs, attempts_seen[8];
    slack_ctx_t *held[16];
    unsigned held_count;
    slack_dead_t last_dead;
    char dead_error[8192];
    unsigned deads;
} inbox;

/* A handler that notes its user_data. */
int inbox_append(slack_ctx_t *ctx, void *user_data);
/* A handler that notes its user_data, if there is one, and returns the next of `outcomes`. */
int inbox_scripted(slack_ctx_t *ctx, void *user_data);
/* A handler that notes the text and holds the ctx. */
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

/* A case with an app on the SQLite file; one that opens the app, with no file at first. The app is
 * closed after the case. */
#define INBOX_STORED(function) TEST_CASE(function, inbox_on_sqlite, app_teardown, &inbox.f)
#define INBOX_CLOSED(function) TEST_CASE(function, inbox_clean, app_teardown, &inbox.f)
int inbox_clean(void **state);

/* Opens an app on this store, and empties the notes. `more` may be NULL. */
void inbox_open(const char *store, const slack_options_t *more);
/* Closes the app and opens the next one on the same SQLite file. */
void inbox_restart(void);
/* Ends the app with its held deliveries, as SIGKILL would. */
void inbox_end_at_once(void);

/* Injects a user's message. */
void inbox_deliver(const char *id, const char *text, app_ack_t *ack);
/* Start the app, inject "Ev1", and wait until a handler has run; until a handler holds it. If
 * `deliver` is false, Ev1 is in the store already. */
void inbox_run_first(void);
void inbox_hold_first(bool deliver);
void inbox_until_runs(unsigned count);
void inbox_until_held(unsigned count);
/* Does what `slackapp inbox retry` does, with one dead letter or, for id 0, with all. */
void inbox_retry_dead(int64_t id);

#endif
