/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_DESK_H
#define SLACK_TESTS_SUPPORT_DESK_H

#include "support/app_fixture.h"

/*
 * The authorize function of an app for many tenants: its settings, and a record of its requests.
 * The tokens of team T1 are xoxb-T1-VERSION and, per user, xoxp-U1-VERSION; its bot is UT1, BT1.
 */
extern struct desk {
    enum { DESK_NOW, DESK_LATER, DESK_REFUSE, DESK_FAIL, DESK_RETURN } answer;
    unsigned asked;
    slack_authorize_t request; /* the last request, and its tenant */
    char app[32], enterprise[32], team[32], user[32], actor_team[32];
    bool org;
    unsigned lifetime_ms;
    unsigned version; /* in the tokens */
    unsigned freed;
    struct { /* the deliveries that desk_see() got */
        unsigned count, attempt;
        char bot_user[40], bot_id[40];
    } seen;
} desk;

/* The authorizer that answers as `desk` says; and an app with the authorizer `how`. */
slack_authorizer_t desk_authorizer(void);
void desk_open(app_fixture_t *f, const slack_options_t *options, const slack_authorizer_t *how);

/* A case with such an app in the fixture `f`. `setup` is desk_setup or one of the test's own. */
#define DESK_TEST(function, setup) TEST_CASE(function, setup, desk_teardown, &f)
int desk_setup(void **state);
int desk_teardown(void **state);

/* Answers a request with a team's tokens, on any thread. */
int desk_grant(slack_authorize_t request, const char *team);

/* Writes the body of an event with a new id. */
#define DESK_BODY_MAX 512
void desk_event_body(char ret[DESK_BODY_MAX], const char *team, const char *type, const char *user);
/* Injects such an event and waits for its ack. */
void desk_event(app_fixture_t *f, const char *team, const char *type, const char *user,
                app_ack_t *ack);
/* Injects a user's message, waits for its ack, and settles. */
void desk_message(app_fixture_t *f, const char *team);

/* A handler that records its delivery, and posts its user_data unless that is NULL. */
int desk_see(slack_ctx_t *ctx, void *user_data);
/* Starts the app with desk_see() for messages. `text` is its user_data. */
void desk_hear(app_fixture_t *f, const char *text);

#endif
