/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_APP_FIXTURE_H
#define SLACK_TESTS_SUPPORT_APP_FIXTURE_H

#include <slack/slack.h>

#include "transport/transport.h"
#include "support/fake_slack.h"
#include "support/test.h"
#include "support/world.h"

/*
 * An app over transport_memory, with a Web API behind it, on one loop, under a clock whose jumps
 * the test decides. All waits are bounded.
 */
typedef struct app_ack app_ack_t;

typedef struct app_fixture {
    world_t world; /* without a net; its clock is running */
    fake_slack_t *slack;
    slack_app_t *app;
    const char *transport; /* the one to wait for */
    bool started;
    bool stopped; /* the app has stopped */
    int status;   /* the status with which it stopped */
    struct {
        slack_arena_t *arena;
        const slack_json_t *body;
        app_ack_t *ack;
    } prepared[4];
    size_t prepared_count;
} app_fixture_t;

/* The one ack of an injected delivery. */
struct app_ack {
    unsigned count; /* how many came: exactly 1 in the end */
    enum slack_ack_outcome outcome;
    char body[1024]; /* "" for nothing */
    int answer;      /* what the wire is to say to it */
};

/* Make the loop, the Web API and the app. `options` may be NULL; tokens, loop, transport and API
 * are filled in where it has none. */
void app_open(app_fixture_t *f, const slack_options_t *options);
/* Start it; and run until it can take deliveries. */
void app_start(app_fixture_t *f);
void app_ready(app_fixture_t *f);
/* Start it and run until it has stopped by itself; its status. */
int app_start_fails(app_fixture_t *f);
/* Stop, run to the end, free; the loop must be left empty. */
void app_close(app_fixture_t *f);

/* Words for the cases of a file with a fixture `f`: the app is made, without options; the case
 * makes it. After the case, the app is closed. The case fails if it leaves memory of the library.
 */
#define APP_TEST(function)   TEST_CASE(function, app_setup, app_teardown, &f)
#define APP_CLOSED(function) TEST_CASE(function, NULL, app_teardown, &f)
int app_setup(void **state);
int app_teardown(void **state);

/* Make a delivery ready, for injecting it where no test code may allocate; then inject all that
 * were made ready, and tell how many the transport took. */
void app_prepare(app_fixture_t *f, const char *body, app_ack_t *ack);
unsigned app_inject_prepared(app_fixture_t *f);
/* Deliver a body, as a wire would. */
void app_inject(app_fixture_t *f, const char *body, app_ack_t *ack);
/* The same, and run until it is acknowledged, and some turns more. */
void app_deliver(app_fixture_t *f, const char *body, app_ack_t *ack);
/* One blocking turn of the loop. */
void app_turn(app_fixture_t *f);
/* Run the loop until *flag is nonzero, or `count` calls were made. */
void app_run_until(app_fixture_t *f, const unsigned *flag);
void app_run_until_stopped(app_fixture_t *f);
void app_run_until_calls(app_fixture_t *f, size_t count);
/* Run it until no delivery is left, held or under way. */
void app_run_until_idle(app_fixture_t *f);
/* Turn the loop a few times, for what must not happen. */
void app_spin(app_fixture_t *f);
/* Advance the clock, and let the app's timers fire. */
void app_pass_ms(app_fixture_t *f, uint64_t ms);
/* Run the loop until no delivery is left and no rows are being claimed. */
void app_settle(app_fixture_t *f);
/* Advance the clock, let the app claim the rows that are due, and settle. */
void app_pass_and_claim(app_fixture_t *f, uint64_t ms);
#define LONG_MS (10 * 60 * 1000) /* longer than any wait between attempts */

/* The arguments of the ith call, once it was made; it is one of `method`. */
const slack_json_t *app_call_args(app_fixture_t *f, size_t i, const char *method);

#endif
