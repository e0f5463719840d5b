/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include <sqlite3.h>

#include "app/inspect.h"
#include "support/alloc_fail.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/store_file.h"
#include "support/wires.h"

/* A signed request, or an envelope, that arrives again does not run again: in the same process, in
 * another one with the same store, and after a restart. */

static wires_t w, other;
static unsigned runs;

static void open_app(wires_t *app, const char *url)
{
    /* Processes with one store share the budget: the second one gets the second connection. */
    const unsigned connections = app == &other ? 2 : 1;
    wires_open(app, &(slack_options_t){.store = url, .socket_connections = connections});
    slack_on_command(app->app, "/hold", app_hold_then_ack, NULL);
    slack_on_options(app->app, "hold", app_hold_then_ack, NULL);
    for (int kind = SLACK_KIND_EVENT; kind < SLACK_KIND_JOB; kind++)
        slack_listen(app->app, &(slack_listener_t){.kind = (enum slack_kind)kind,
                                                   .fn = app_count_run,
                                                   .user_data = &runs});
    wires_ready(app);
}

/* *state is the URL of the store. */
static int set_up(void **state)
{
    store_file_clean();
    runs = 0;
    open_app(&w, *state ? *state : store_file_url());
    return 0;
}

static int tear_down(void **state)
{
    wires_close(&w);
    if (other.app) wires_close(&other);
    other.app = NULL;
    return heap_live() == 0 ? 0 : -1;
}

#define REPEAT_TEST(function) TEST_CASE(function, set_up, tear_down, NULL)
#define COMMAND               SLACK_KIND_COMMAND, "{'command':'/x'}"
#define OPTIONS               SLACK_KIND_OPTIONS, "{'type':'block_suggestion','action_id':'hold'}"

/* Sends a request that is byte for byte the same whenever it is sent. Returns the status. */
static int send_same(wires_t *app, enum slack_kind kind, const char *json)
{
    app->posts = 0;
    return wires_post(app, kind, json, "")->status;
}

static uint64_t repeats(const wires_t *app)
{
    return slack__inspect_counters(app->app)
        ->deliveries[SLACK_KIND_COMMAND][SLACK_RESULT_DUPLICATE];
}

REPEAT_TEST(test_a_captured_request_runs_once)
{
    static const struct {
        enum slack_kind kind;
        const char *json;
        int status; /* of every answer but the first */
        unsigned runs;
    } rows[] = {
        {COMMAND, 404, 1},
        {SLACK_KIND_ACTION, "{'type':'block_actions','actions':[{'action_id':'v'}]}", 404, 1},
        {SLACK_KIND_SHORTCUT, "{'type':'message_action','callback_id':'v'}", 404, 1},
        {SLACK_KIND_VIEW_SUBMISSION, "{'type':'view_submission','view':{}}", 404, 1},
        {SLACK_KIND_VIEW_CLOSED, "{'type':'view_closed','view':{}}", 404, 1},
        {SLACK_KIND_DIALOG, "{'type':'dialog_submission','callback_id':'v'}", 404, 1},
        {SLACK_KIND_APP_RATE_LIMITED, "{'type':'app_rate_limited'}", 404, 1},
        {SLACK_KIND_EVENT, "{'type':'event_callback','event':{'type':'x'}}", 200, 1},
        /* Slack's requests for options may be equal. */
        {SLACK_KIND_OPTIONS, "{'type':'block_suggestion','action_id':'v'}", 200, 4},
    };
    open_app(&other, store_file_url());
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        runs = 0;
        assert_int_equal(send_same(&w, rows[i].kind, rows[i].json), 200);
        assert_int_equal(send_same(&w, rows[i].kind, rows[i].json), rows[i].status);
        assert_int_equal(send_same(&other, rows[i].kind, rows[i].json), rows[i].status);
        wires_close(&w);
        open_app(&w, store_file_url());
        assert_int_equal(send_same(&w, rows[i].kind, rows[i].json), rows[i].status);
        assert_int_equal(runs, rows[i].runs);
    }
}

/* The second one arrives before the first one has run. */
static void test_two_at_once(void **state)
{
    const int first = wires_post_begin(&w, COMMAND);
    w.posts = 0;
    const int second = wires_post_begin(&w, COMMAND);
    assert_int_equal(wires_reply(&w, first)->status + wires_reply(&w, second)->status, 200 + 404);
    assert_int_equal(runs, 1);
    assert_int_equal(repeats(&w), 1);
}
static char memory[] = "memory:";
TEST_ADD(two_at_once_memory, "two_at_once_memory", test_two_at_once, set_up, tear_down, memory)
TEST_ADD(two_at_once_file, "two_at_once_file", test_two_at_once, set_up, tear_down, NULL)

/* A request may be dated early or late by 300 s, and is refused as long as it would be valid. */
REPEAT_TEST(test_it_is_known_as_long_as_its_signature_is_valid)
{
    const int64_t dated_ms = w.world.wall_ms - 1000; /* see send_same() */
    static const struct {
        int64_t at_ms;
        int status;
    } rows[] = {{-300000, 200}, {0, 404}, {300999, 404}, {301000, 401}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        w.world.wall_ms = dated_ms + rows[i].at_ms;
        assert_int_equal(send_same(&w, COMMAND), rows[i].status);
    }
    assert_int_equal(runs, 1);
}

/* Each app sends "e1". Slack shows the person its own error when an envelope has no ack. */
REPEAT_TEST(test_an_envelope_of_another_process_runs_once)
{
    open_app(&other, store_file_url());
    wires_send(&w, COMMAND, true);
    wires_send_begin(&other, COMMAND, true);
    world_until(&other.world, repeats(&other) == 1);
    wires_settle(&other);
    assert_int_equal(other.frames, 0);
    assert_int_equal(runs, 1);
    wires_close(&other);
    open_app(&other, store_file_url());
    other.world.wall_ms += 601000; /* longer than any signature is valid */
    wires_send(&other, COMMAND, true);
    assert_int_equal(runs, 2);
}

/* Twenty lines in ten seconds, and none holds the signature. */
REPEAT_TEST(test_a_flood_is_a_few_lines)
{
    for (int i = 0; i < 32; i++)
        send_same(&w, COMMAND);
    assert_int_equal(runs, 1);
    assert_int_equal(repeats(&w), 31);
    assert_int_equal(world_log_count(&w.world, "level=warn event=\"repeat not run\" transport=http "
                                               "kind=command reason="),
                     20);
    assert_false(world_logged(&w.world, "v0="));
    wires_pass_ms(&w, 10000);
    send_same(&w, COMMAND);
    assert_true(world_logged(&w.world, "event=\"lines left out\" of=\"repeat not run\" count=11 "));
}

/* Slack would not send a command again, so it is not lost with the store. */
REPEAT_TEST(test_without_its_store_an_app_runs_commands)
{
    send_same(&w, COMMAND);
    assert_int_equal(unlink(store_file_path()), 0);
    for (unsigned i = 1; i <= 2; i++) {
        assert_int_equal(send_same(&w, COMMAND), 200);
        assert_int_equal(runs, 1 + i);
        assert_int_equal(slack__inspect_counters(w.app)->unchecked, i);
    }
    assert_int_equal(world_log_count(&w.world, "event=\"run without a look for repeats\""), 2);
    assert_int_equal(world_log_count(&w.world, "event=\"store failed\""), 1);
}

/* Options do not wait for the store, so they run before a command that came earlier. */
REPEAT_TEST(test_a_command_that_waits_for_the_store_has_its_default_ack_in_time)
{
    sqlite3 *lock;
    app_held = NULL;
    assert_int_equal(sqlite3_open(store_file_path(), &lock), SQLITE_OK);
    sqlite3_busy_timeout(lock, 10000);
    assert_int_equal(sqlite3_exec(lock, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    const int command = wires_post_begin(&w, SLACK_KIND_COMMAND, "{'command':'/hold'}");
    world_until(&w.world, slack__inspect_live(w.app) == 1);
    wires_pass_ms(&w, 1000);
    const int options = wires_post_begin(&w, OPTIONS);
    world_until(&w.world, app_held);
    slack_ctx_t *const first = app_held;
    sqlite3_close(lock);
    world_until(&w.world, app_held != first);
    wires_pass_ms(&w, 1600);
    assert_non_null(strstr(wires_reply(&w, command)->body, "Still working on it"));
    assert_false(http_peer_reply(w.http, options)->done);
    slack_ctx_release(first, 0);
    slack_ctx_release(app_held, 0);
    wires_settle(&w);
}

/* Whatever allocation fails, a request has an answer, and runs at most once. */
static bool attempt(size_t nth, bool all)
{
    static unsigned number;
    runs = 0;
    w.posts = ++number % 250;
    heap_fail_at(nth, all);
    const int first = wires_post_begin(&w, COMMAND);
    world_until(&w.world,
                http_peer_reply(w.http, first)->done || http_peer_reply(w.http, first)->closed);
    wires_settle(&w);
    const bool failed = heap_heal();
    assert_true(runs <= 1);
    return failed;
}

TEST_CASE(test_out_of_memory, set_up, tear_down, memory)
{
    assert_true(alloc_fail_attempts(attempt) > 5);
}
