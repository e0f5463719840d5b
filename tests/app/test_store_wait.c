/* SPDX-License-Identifier: MIT */
/* An app whose PostgreSQL is away when it starts, or hangs later. */
#include <signal.h>

#include "app/inspect.h"
#include "support/distributed.h"
#include "support/inbox.h"
#include "support/postgres_rows.h"
#include "support/test.h"

static const char *place; /* of a server that does not run */

static int set_up(void **state)
{
    static char text[128];
    const char *conninfo = postgres_start();
    snprintf(text, sizeof text, "postgres:%s", conninfo);
    place = text;
    postgres_clean();
    postgres_crash();
    return 0;
}

static int close_app(void **state)
{
    *state = &inbox.f;
    return app_teardown(state);
}

/* Until the app is ready, or for `reason` is not. */
static void wait_until_unready(app_fixture_t *f, const char *reason)
{
    for (;;) {
        const char *now = slack__inspect_unready(f->app);
        if (now == reason || (now && reason && strcmp(now, reason) == 0)) return;
        if (f->stopped) fail_msg("%s", slack_app_error(f->app));
        app_turn(f);
    }
}

/* The app becomes ready, and takes the event that was answered "later". */
static void expect_to_go_on(app_ack_t *ack)
{
    wait_until_unready(&inbox.f, NULL);
    inbox_deliver("Ev1", "h", ack);
    app_run_until(&inbox.f, &ack->count);
    assert_int_equal(ack->outcome, SLACK_ACK_OK);
    app_settle(&inbox.f);
    assert_string_equal(inbox.order, "a");
}

TEST_CASE(test_a_start_without_its_database_fails, set_up, close_app, NULL)
{
    inbox_open(place, NULL);
    assert_int_equal(app_start_fails(&inbox.f), SLACK_ESTORE);
    assert_non_null(strstr(slack_app_error(inbox.f.app), "SLACK_STORE: postgres "));
    assert_non_null(strstr(slack_app_error(inbox.f.app), "check the address, and that the server"));
}

TEST_CASE(test_a_start_that_waits, set_up, close_app, NULL)
{
    app_ack_t ack[2] = {{0}};
    inbox_open(place, &(slack_options_t){.store_wait = 1});
    slack_on_message(inbox.f.app, NULL, inbox_append, "a");
    app_start(&inbox.f);
    wait_until_unready(&inbox.f, "the store fails: the server refuses the connection\n");
    inbox_deliver("Ev1", "h", &ack[0]);
    app_run_until(&inbox.f, &ack[0].count);
    assert_int_equal(ack[0].outcome, SLACK_ACK_LATER);
    assert_int_equal(world_log_count(&inbox.f.world, "event=\"store failed\""), 1);
    app_pass_ms(&inbox.f, 60000);
    while (!world_logged(&inbox.f.world, "event=\"store still fails\" for_s=6"))
        app_turn(&inbox.f);
    assert_non_null(postgres_start());
    expect_to_go_on(&ack[1]);
    assert_true(world_logged(&inbox.f.world, "event=\"store works again\""));
}

/* A server that stops while the app runs: an event is answered "later" in time, the app is not
 * ready, and goes on with the server. */
TEST_CASE(test_a_server_that_hangs, set_up, close_app, NULL)
{
    app_ack_t ack[2] = {{0}};
    assert_non_null(postgres_start());
    inbox_open(place, NULL);
    slack_on_message(inbox.f.app, NULL, inbox_append, "a");
    app_ready(&inbox.f);
    wait_until_unready(&inbox.f, NULL);
    postgres_signal(SIGSTOP);
    const uint64_t since = uv_hrtime();
    inbox_deliver("Ev1", "h", &ack[0]);
    app_run_until(&inbox.f, &ack[0].count);
    assert_int_equal(ack[0].outcome, SLACK_ACK_LATER);
    const uint64_t took_ms = (uv_hrtime() - since) / 1000000;
    if (took_ms > 2900) fail_msg("%u ms: Slack waits for 3 s", (unsigned)took_ms);
    assert_string_equal(slack__inspect_unready(inbox.f.app),
                        "the store fails: the server does not answer in time\n");
    postgres_signal(SIGCONT);
    expect_to_go_on(&ack[1]);
}

/* A URL that can never be a store ends the start, with and without a wait. */
TEST_CASE(test_no_wait_for_a_mistake, NULL, close_app, NULL)
{
    static const char *const mistakes[] = {"postgres:nonsense", "postgres://h:port/", "nonsense:"};
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        if (i > 0) app_close(&inbox.f);
        inbox_open(mistakes[i], &(slack_options_t){.store_wait = 1});
        assert_int_equal(app_start_fails(&inbox.f), SLACK_ECONFIG);
    }
}

/* A distributed app reads entries before it is ready, and reads them again. It may end before. */
TEST_CASE(test_a_distributed_app_waits, set_up, dist_teardown, NULL)
{
    dist_setup(state);
    dist_with.store = place;
    dist_with.store_wait = 1;
    for (unsigned starts = 0; starts < 2; starts++) {
        if (starts > 0) dist_close();
        dist_open();
        app_start(&dist);
        while (!world_logged(&dist.world, "event=\"store failed\""))
            app_turn(&dist);
        app_pass_ms(&dist, 1000);
    }
    assert_non_null(postgres_start());
    while (slack__inspect_unready(dist.app)) {
        app_pass_ms(&dist, 100);
        app_turn(&dist);
    }
    dist_close();
}

int main(void)
{
    return pg_run_all();
}
