/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_APP_HANDLERS_H
#define SLACK_TESTS_SUPPORT_APP_HANDLERS_H

#include "support/app_fixture.h"

/* Bodies and handlers that the tests of the app share. */

#define APP_EVENT(id, fields)                                                                      \
    "{\"type\":\"event_callback\",\"event_id\":\"" id "\",\"team_id\":\"T1\",\"event\":{" fields   \
    "}}"
#define APP_MESSAGE(id, text)                                                                      \
    APP_EVENT(id, "\"type\":\"message\",\"channel\":\"C1\",\"user\":\"U1\",\"ts\":\"1.000001\","   \
                  "\"text\":\"" text "\"")
#define APP_COMMAND(name, text)                                                                    \
    "{\"command\":\"" name "\",\"text\":\"" text "\",\"user_id\":\"U1\",\"channel_id\":\"C1\"}"
#define APP_ACTION                                                                                 \
    "{\"type\":\"block_actions\",\"user\":{\"id\":\"U1\"},\"actions\":[{\"action_id\":\"go\"}]}"

/* Greets the user in the channel. */
int app_say_hello(slack_ctx_t *ctx, void *user_data);
/* Counts: user_data is an unsigned. */
int app_count_run(slack_ctx_t *ctx, void *user_data);

/* Appends its user_data, a string, to app_order; empty when an app or wires are opened. */
extern char app_order[256];
int app_append(slack_ctx_t *ctx, void *user_data);
/* The same, and fails: SLACK_EIO. */
int app_append_and_fail(slack_ctx_t *ctx, void *user_data);

/* The same, and holds the ctx: app_held. */
extern slack_ctx_t *app_held;
int app_hold(slack_ctx_t *ctx, void *user_data);
/* Holds the ctx, app_held, and appends nothing: the test acknowledges by it. */
int app_hold_then_ack(slack_ctx_t *ctx, void *user_data);

/* A middleware that keeps how the delivery ended. */
extern slack_done_t app_done;
extern char app_done_body[256]; /* its ack's */
int app_watch(slack_ctx_t *ctx, void *user_data);
void app_run_until_done(app_fixture_t *f);
/* Deliver, and run until that has ended. */
void app_run_through(app_fixture_t *f, const char *body, app_ack_t *ack);

#endif
