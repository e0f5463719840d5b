/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_APP_HANDLERS_H
#define SLACK_TESTS_SUPPORT_APP_HANDLERS_H

#include "support/app_fixture.h"

/* Bodies and handlers that several tests share. */

#define APP_EVENT(id, fields)                                                                      \
    "{'type':'event_callback','event_id':'" id "','team_id':'T1','event':{" fields "}}"
#define APP_MESSAGE(id, text)                                                                      \
    APP_EVENT(id, "'type':'message','channel':'C1','user':'U1','ts':'1.000001','text':'" text "'")
#define APP_COMMAND(name, text)                                                                    \
    "{'command':'" name "','text':'" text "','user_id':'U1','channel_id':'C1'}"
#define APP_ACTION "{'type':'block_actions','user':{'id':'U1'},'actions':[{'action_id':'go'}]}"

/* Posts a greeting to the user in the channel. */
int app_say_hello(slack_ctx_t *ctx, void *user_data);
int app_nothing(slack_ctx_t *ctx, void *user_data);
/* Returns SLACK_EIO. */
int app_fail(slack_ctx_t *ctx, void *user_data);
/* Counts its runs in the unsigned that user_data points to. */
int app_count_run(slack_ctx_t *ctx, void *user_data);

/* Appends its user_data, a string, to app_order, which is emptied when an app or wires are
 * opened. */
extern char app_order[256];
int app_append(slack_ctx_t *ctx, void *user_data);
/* Appends its user_data and returns SLACK_EIO. */
int app_append_and_fail(slack_ctx_t *ctx, void *user_data);

/* Appends its user_data and holds the ctx in app_held. */
extern slack_ctx_t *app_held;
int app_hold(slack_ctx_t *ctx, void *user_data);
/* Holds the ctx in app_held without an ack: the test acks it. */
int app_hold_then_ack(slack_ctx_t *ctx, void *user_data);

/* A middleware that stores the end of its delivery in app_done. */
extern slack_done_t app_done;
extern char app_done_body[256]; /* of its ack */
int app_watch(slack_ctx_t *ctx, void *user_data);
void app_run_until_done(app_fixture_t *f);
/* Injects a delivery and waits until app_watch() saw its end. */
void app_run_through(app_fixture_t *f, const char *body, app_ack_t *ack);

#endif
