/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_APP_FIXTURE_H
#define SLACK_TESTS_SUPPORT_APP_FIXTURE_H

#include <slack/slack.h>

#include "transport/transport.h"
#include "support/fake_slack.h"
#include "support/test.h"
#include "support/world.h"

/* The ack of an injected delivery. */
typedef struct app_ack {
    unsigned count; /* number of acks: 1 in the end */
    enum slack_ack_outcome outcome;
    char body[1024]; /* "" without a body */
    int answer;      /* what the transport returns for the ack */
} app_ack_t;

/*
 * An app over transport_memory and a fake Web API on one loop. The clock runs, and the test may
 * advance it. Every wait is bounded.
 */

typedef struct app_fixture {
    world_t world; /* without a net; its clock is running */
    fake_slack_t *slack;
    slack_app_t *app;
    const char *transport; /* the transport that app_ready() waits for; NULL: the role has none */
    bool started;
    bool stopped; /* the app has stopped */
    int status;   /* the status with which it stopped */
    struct {
        slack_arena_t *arena;
        const slack_json_t *body;
        app_ack_t *ack;
    } prepared[4];
    size_t prepared_count;
    int retry_num; /* of the deliveries that are injected next */
    app_ack_t ack; /* for cases that need one */
} app_fixture_t;

/* Opens the loop, the Web API and the app. `options` may be NULL. The defaults are test tokens,
 * this loop, transport_memory, the fake Web API and no check of blocks. A bot_token of "" stands
 * for none. */
void app_open(app_fixture_t *f, const slack_options_t *options);
/* Starts the app. app_ready() also waits until it is ready for deliveries. */
void app_start(app_fixture_t *f);
void app_ready(app_fixture_t *f);
/* Starts the app and waits until it has stopped by itself. Returns the status. */
int app_start_fails(app_fixture_t *f);
/* Stops and frees the app. Fails the test if a handle is left on the loop. */
void app_close(app_fixture_t *f);

/* Words for the cases of a file with a fixture `f`: APP_TEST opens the app without options; with
 * APP_CLOSED the case opens it. The app is closed after the case, which fails if memory of the
 * library is left. */
#define APP_TEST(function)   TEST_CASE(function, app_setup, app_teardown, &f)
#define APP_CLOSED(function) TEST_CASE(function, NULL, app_teardown, &f)
int app_setup(void **state);
int app_teardown(void **state);

/* Prepares a delivery in advance, for a test that makes allocations fail; the second function
 * injects all prepared ones and returns how many the transport took. */
void app_prepare(app_fixture_t *f, const char *body, app_ack_t *ack);
unsigned app_inject_prepared(app_fixture_t *f);
/* Injects a delivery with this body. */
void app_inject(app_fixture_t *f, const char *body, app_ack_t *ack);
/* Injects a delivery, waits for its ack, and turns the loop a few times more. */
void app_deliver(app_fixture_t *f, const char *body, app_ack_t *ack);
/* One blocking turn of the loop. */
void app_turn(app_fixture_t *f);
/* Run the loop until *flag is nonzero, until the app has stopped, until `count` calls were made. */
void app_run_until(app_fixture_t *f, const unsigned *flag);
void app_run_until_stopped(app_fixture_t *f);
void app_run_until_calls(app_fixture_t *f, size_t count);
/* Runs the loop until no delivery is left, held ones included. */
void app_run_until_idle(app_fixture_t *f);
/* Turns the loop a few times, to show that something does not happen. */
void app_spin(app_fixture_t *f);
/* Advances the clock, also in a handler: the app's timers fire in the next turn. */
void app_skip_ms(app_fixture_t *f, uint64_t ms);
/* Advances the clock and lets the app's timers fire. */
void app_pass_ms(app_fixture_t *f, uint64_t ms);
/* Runs the loop until no delivery is left and no claim is under way. */
void app_settle(app_fixture_t *f);
/* Advances the clock, lets the app claim the rows that are due, and settles. */
void app_pass_and_claim(app_fixture_t *f, uint64_t ms);
#define LONG_MS (10 * 60 * 1000) /* longer than any wait between attempts */

/* Waits for the ith call, which must be of `method`. Returns its arguments. */
const slack_json_t *app_call_args(app_fixture_t *f, size_t i, const char *method);

#endif
