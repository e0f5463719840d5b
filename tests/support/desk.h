/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_DESK_H
#define SLACK_TESTS_SUPPORT_DESK_H

#include "support/app_fixture.h"

/*
 * The desk at which an app of many tenants asks for their tokens: what it was asked, and how it
 * answers. The tokens of team T1 are xoxb-T1-VERSION and, per user, xoxp-U1; its bot is UT1, BT1.
 */
extern struct desk {
    enum { DESK_NOW, DESK_LATER, DESK_REFUSE, DESK_FAIL, DESK_RETURN } answer;
    unsigned asked;
    slack_authorize_t request; /* the last, and what it was about */
    char app[32], enterprise[32], team[32], user[32], actor_team[32];
    bool org;
    unsigned lifetime_ms;
    unsigned version; /* of the tokens */
    unsigned freed;
    struct { /* by desk_see() */
        unsigned count, attempt;
        char bot_user[40], bot_id[40];
    } seen;
} desk;

/* The desk as slack_app_authorize() takes it; and an app that has it, asks as `how` says. */
slack_authorizer_t desk_authorizer(void);
void desk_open(app_fixture_t *f, const slack_options_t *options, const slack_authorizer_t *how);

/* A case with such an app in the fixture `f`; `setup` is desk_setup or one of the test's own. */
#define DESK_TEST(function, setup) TEST_CASE(function, setup, desk_teardown, &f)
int desk_setup(void **state);
int desk_teardown(void **state);

/* Answer a request with the tokens of a team; in any thread. */
int desk_grant(slack_authorize_t request, const char *team);

/* The body of an event that there was not yet. */
#define DESK_BODY_MAX 512
void desk_event_body(char ret[DESK_BODY_MAX], const char *team, const char *type, const char *user);
/* Deliver one, and run until it is acknowledged. */
void desk_event(app_fixture_t *f, const char *team, const char *type, const char *user,
                app_ack_t *ack);
/* A message of a person, acknowledged, and gone as far as it goes. */
void desk_message(app_fixture_t *f, const char *team);

/* A handler that notes whom it is for, and says its user_data unless that is NULL. */
int desk_see(slack_ctx_t *ctx, void *user_data);
/* Start with that for messages; `text`: what is said to each, NULL for nothing. */
void desk_hear(app_fixture_t *f, const char *text);

#endif
