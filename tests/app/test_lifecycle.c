/* SPDX-License-Identifier: MIT */
/* Bounds, stop, posts from other threads, start. */
#include <sys/resource.h>
#include <sys/stat.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/test.h"

static app_fixture_t f;

/* ---- bounds and stopping ---- */

/* Starts the app and delivers a command whose handler holds it in app_held. */
static void begin_command(app_ack_t *ack)
{
    slack_on_command(f.app, "/x", app_hold_then_ack, NULL);
    slack_use(f.app, app_watch, NULL);
    app_ready(&f);
    app_inject(&f, APP_COMMAND("/x", ""), ack);
    app_spin(&f);
}

APP_CLOSED(test_past_the_bound_it_is_later)
{
    app_open(&f, &(slack_options_t){.max_deliveries = 2});
    slack_on_command(f.app, "/x", app_hold_then_ack, NULL);
    app_ready(&f);
    app_ack_t ack[3] = {{0}};
    slack_ctx_t *first[2];
    for (int i = 0; i < 3; i++) {
        app_inject(&f, APP_COMMAND("/x", ""), &ack[i]);
        app_spin(&f);
        if (i < 2) first[i] = app_held;
    }
    assert_int_equal(ack[2].outcome, SLACK_ACK_LATER);
    assert_int_equal(ack[2].count, 1);
    slack_ctx_release(first[0], 0);
    slack_ctx_release(first[1], 0);
    app_spin(&f);
    ack[2] = (app_ack_t){0};
    app_inject(&f, APP_COMMAND("/x", ""), &ack[2]);
    app_spin(&f);
    slack_ctx_release(app_held, 0);
    app_run_until(&f, &ack[2].count);
    assert_int_equal(ack[2].outcome, SLACK_ACK_OK);
}

APP_TEST(test_a_stop_waits_for_what_was_taken)
{
    begin_command(&f.ack);
    slack_app_stop(f.app);
    app_spin(&f);
    assert_false(f.stopped);
    assert_int_equal(slack_ack(app_held), 0);
    slack_ctx_release(app_held, 0);
    app_run_until_stopped(&f);
    assert_int_equal(app_done.status, 0);
    assert_int_equal(f.ack.count, 1);
    assert_int_equal(f.status, 0);
}

APP_TEST(test_a_second_stop_does_not_wait)
{
    begin_command(&f.ack);
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_int_equal(app_done.status, SLACK_ECANCELED);
    assert_int_equal(f.ack.outcome, SLACK_ACK_LATER);
    assert_int_equal(f.ack.count, 1);
    /* A late release is harmless until the app is freed. */
    slack_ctx_release(app_held, 0);
}

TEST(test_the_drain_ends_with_its_time)
{
    app_open(&f, &(slack_options_t){.drain_ms = 1});
    app_ack_t ack = {0};
    begin_command(&ack);
    app_close(&f);
    assert_int_equal(ack.count, 1);
    assert_true(world_logged(&f.world, "drain timed out"));
}

static int stop_inside(slack_ctx_t *ctx, void *user_data)
{
    slack_app_stop(slack_ctx_app(ctx));
    return slack_say(ctx, "bye");
}

APP_TEST(test_stop_inside_a_handler)
{
    slack_on_message(f.app, NULL, stop_inside, NULL);
    app_ready(&f);
    app_inject(&f, APP_MESSAGE("Ev1", "x"), &f.ack);
    app_run_until_stopped(&f);
    assert_int_equal(fake_slack_count(f.slack), 1); /* the stop waited for the handler's call */
    assert_int_equal(f.ack.count, 1);
}

static int free_inside(slack_ctx_t *ctx, void *user_data)
{
    slack_app_free(slack_ctx_app(ctx));
    return slack_ack_text(ctx, "freed");
}

static int free_first(slack_ctx_t *ctx, void *user_data)
{
    slack_app_free(f.app);
    return slack_ack_text(ctx, "freed");
}

APP_TEST(test_free_inside_a_handler)
{
    slack_on_command(f.app, "/x", free_inside, NULL);
    app_ready(&f);
    app_inject(&f, APP_COMMAND("/x", ""), &f.ack);
    app_run_until_stopped(&f);
    assert_string_equal(f.ack.body, "freed");
    f.app = NULL;
}

/* The app is freed in a turn of another app's loop. It ends on its own loop, which runs later. */
APP_TEST(free_while_another_loop_runs)
{
    static app_fixture_t other;
    app_open(&other, NULL);
    slack_on_command(other.app, "/x", free_first, NULL);
    app_ready(&other);
    app_ack_t ack = {0};
    begin_command(&ack);
    app_deliver(&other, APP_COMMAND("/x", ""), &other.ack);
    assert_string_equal(other.ack.body, "freed");
    assert_false(f.stopped);
    app_run_until_stopped(&f);
    f.app = NULL;
    assert_int_equal(ack.outcome, SLACK_ACK_LATER);
    app_deliver(&other, APP_COMMAND("/none", ""), &other.ack);
    app_close(&other);
}

static void never(slack_app_t *app, int status, void *user_data)
{
    fail_msg("called with %d", status);
}

/* A program may call every function of an app that has stopped, until it frees the app. */
APP_TEST(an_app_that_has_stopped_takes_nothing)
{
    app_ready(&f);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    slack_app_t *const app = f.app;
    slack_client_t *const client = slack_app_client(app);
    assert_int_equal(slack_app_start(app, NULL, NULL), SLACK_EALREADY);
    for (int i = 0; i < 100; i++)
        assert_int_equal(slack_app_post(app, never, NULL), SLACK_ECANCELED);
    assert_int_equal(world_log_count(&f.world,
                                     "event=\"function not posted\" error=SLACK_ECANCELED "
                                     "reason=\"the app has stopped: post only while"),
                     1);
    assert_int_equal(slack_callf(client, "api.test", NULL, NULL, "{}"), SLACK_ECANCELED);
    assert_int_equal(slack_app_defer(app, &(slack_job_t){.name = "x", .stored = never}),
                     SLACK_ECANCELED);
    assert_int_equal(slack_cancel_job(app, "x", never, NULL), SLACK_ECANCELED);
    slack_app_stop(app);
    slack_app_reload(app);
    assert_non_null(slack_app_error(app));
}

static int hold_and_say(slack_ctx_t *ctx, void *user_data)
{
    app_held = ctx;
    slack_ctx_hold(ctx);
    return slack_say(ctx, "hello");
}

APP_TEST(test_calls_under_way_are_canceled_by_the_stop)
{
    fake_slack_answer(f.slack, "chat.postMessage", 0, "");
    slack_on_message(f.app, NULL, hold_and_say, NULL);
    app_ready(&f);
    app_inject(&f, APP_MESSAGE("Ev1", "x"), &f.ack);
    app_run_until_calls(&f, 1);
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_true(world_logged(&f.world, "and a hold is open (1): end each slack_ctx_hold() with a "
                                       "slack_ctx_release() on every path; a call has no answer "
                                       "(1): make fewer calls, or raise SLACK_DRAIN_MS"));
    slack_ctx_release(app_held, 0);
}

/* ---- other threads ---- */

static unsigned posted;
static int post_status;

static void on_post(slack_app_t *app, int status, void *user_data)
{
    posted++;
    post_status = status;
}

static void post_from_thread(void *app)
{
    for (int i = 0; i < 100; i++)
        slack_app_post(app, on_post, NULL);
}

APP_TEST(test_post)
{
    posted = 0;
    assert_int_equal(slack_app_post(f.app, NULL, NULL), SLACK_EINVAL);
    assert_true(
        world_logged(&f.world, "error=SLACK_EINVAL reason=\"the function is NULL: pass one"));
    assert_int_equal(slack_app_post(f.app, on_post, NULL), 0); /* before the start: it waits */
    app_ready(&f);
    uv_thread_t thread;
    assert_int_equal(uv_thread_create(&thread, post_from_thread, f.app), 0);
    world_until(&f.world, posted >= 101);
    uv_thread_join(&thread);
    assert_int_equal(post_status, 0);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_int_equal(slack_app_post(f.app, on_post, NULL), SLACK_ECANCELED);
    assert_int_equal(posted, 101);
}

TEST(test_a_post_that_never_ran_is_canceled)
{
    slack_app_t *app = NULL;
    assert_int_equal(
        slack_app_new(&app, &(slack_options_t){.bot_token = "xoxb-1", .transport = "memory"}), 0);
    posted = 0;
    assert_int_equal(slack_app_post(app, on_post, NULL), 0);
    slack_app_free(app);
    assert_int_equal(posted, 1);
    assert_int_equal(post_status, SLACK_ECANCELED);
}

static void stop_from_thread(void *app)
{
    slack_app_stop(app);
}

APP_TEST(test_stop_from_another_thread)
{
    app_ready(&f);
    uv_thread_t thread;
    assert_int_equal(uv_thread_create(&thread, stop_from_thread, f.app), 0);
    app_run_until_stopped(&f);
    uv_thread_join(&thread);
    assert_int_equal(f.status, 0);
}

APP_TEST(test_stop_before_the_start)
{
    slack_app_stop(f.app);
    assert_int_equal(app_start_fails(&f), 0);
}

/* ---- starting ---- */

TEST(test_a_token_that_is_refused_for_good)
{
    static const char *const tokens[][2] = {{"xoxb-1", "a bot token (xoxb-)"},
                                            {"xoxp-1", "a user token (xoxp-)"},
                                            {"xoxe.xoxp-1", "a rotating user token (xoxe.xoxp-)"}};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        char sentence[128];
        app_open(&f, &(slack_options_t){.bot_token = tokens[i][0]});
        fake_slack_answer(f.slack, "auth.test", 200, "{'ok':false,'error':'invalid_auth'}");
        assert_int_equal(app_start_fails(&f), SLACK_EAUTH);
        snprintf(sentence, sizeof sentence,
                 "Slack refuses the token in SLACK_BOT_TOKEN, %s: invalid_auth", tokens[i][1]);
        assert_string_equal(slack_app_error(f.app), sentence);
        app_close(&f);
    }
}

APP_TEST(test_auth_is_asked_until_it_answers)
{
    fake_slack_answer(f.slack, "auth.test", 503, "<html>busy</html>");
    fake_slack_answer(f.slack, "auth.test", 200, "{'ok':false,'error':'internal_error'}");
    app_ready(&f);
    assert_true(world_logged(&f.world, "internal_error"));
    assert_false(world_logged(&f.world, "xoxb-test"));
}

APP_TEST(test_stop_while_auth_is_asked)
{
    fake_slack_answer(f.slack, "auth.test", 0, "");
    app_start(&f);
    world_until(&f.world, fake_slack_auth_count(f.slack) != 0);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_int_equal(f.status, 0);
}

static void expect_start_error(const slack_options_t *options, int status, const char *part)
{
    app_open(&f, options);
    assert_int_equal(app_start_fails(&f), status);
    if (strstr(slack_app_error(f.app), part) == NULL)
        fail_msg("\"%s\" does not tell \"%s\"", slack_app_error(f.app), part);
    app_close(&f);
}

TEST(test_what_cannot_be_started_says_why)
{
    expect_start_error(&(slack_options_t){.transport = "carrier-pigeon"}, SLACK_ECONFIG,
                       "SLACK_TRANSPORT=carrier-pigeon: no such transport");
    expect_start_error(&(slack_options_t){.transport = "memory, memory"}, SLACK_ECONFIG,
                       "memory is named twice");
    expect_start_error(&(slack_options_t){.store = "punchcards:x"}, SLACK_ECONFIG, "SLACK_STORE");
    static const char *const urls[] = {
        "http://example.com/api/", "https://slack.com/api?a=", "https://slack.com/api/#x",
        "wss://slack.com/api/",    "https://[slack.com]/api/", "slack.com"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        expect_start_error(&(slack_options_t){.api_url = urls[i]}, SLACK_ECONFIG,
                           "SLACK_API_URL must be an https:// URL (http:// on loopback only) "
                           "without '?' and '#', such as");
    expect_start_error(&(slack_options_t){.transport = "http"}, SLACK_ECONFIG,
                       "SLACK_SIGNING_SECRET");
    expect_start_error(&(slack_options_t){.transport = "socket"}, SLACK_ECONFIG, "SLACK_APP_TOKEN");
    expect_start_error(&(slack_options_t){.ca_file = "/nonexistent/ca.pem",
                                          .transport = "socket",
                                          .app_token = "xapp-1"},
                       SLACK_ECONFIG, "/nonexistent/ca.pem");
    expect_start_error(&(slack_options_t){.ca_file = "/dev/zero", .transport = "memory"},
                       SLACK_ECONFIG,
                       "SLACK_CA_FILE=/dev/zero: it is a pipe or a device, not a file");
    expect_start_error(&(slack_options_t){.ca_file = "/tmp", .transport = "memory"}, SLACK_ECONFIG,
                       "SLACK_CA_FILE=/tmp: Is a directory");
    /* Who can change the authorities can be Slack. */
    char path[] = "/tmp/slackapp-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(fchmod(fd, 0646), 0);
    expect_start_error(&(slack_options_t){.ca_file = path, .transport = "memory"}, SLACK_ECONFIG,
                       ": every user may change it (mode 0646): chmod 0644 it");
    close(fd);
    unlink(path);
}

/* The start fails without a token; slack_app_new() does not, since slack_authorize() may follow
 * it. */
APP_TEST(test_a_start_without_a_token)
{
    slack_app_t *app = NULL;
    unsetenv("SLACK_BOT_TOKEN");
    slack_options_t options = {.transport = "memory", .store = "memory:", .loop = &f.world.loop};
    assert_int_equal(slack_app_new(&app, &options), 0);
    assert_int_equal(slack_app_start(app, NULL, NULL), SLACK_ECONFIG);
    assert_string_equal(slack_app_error(app),
                        "SLACK_BOT_TOKEN is not set: set it to the xoxb-… token of the app's "
                        "page \"OAuth & Permissions\", or SLACK_CLIENT_ID for an app that "
                        "others install");
    slack_app_free(app);
}

APP_TEST(test_run_and_start_tell_misuse)
{
    assert_int_equal(slack_app_run(f.app), SLACK_EINVAL); /* the app runs on the program's loop */
    app_ready(&f);
    assert_int_equal(slack_app_start(f.app, NULL, NULL), SLACK_EALREADY);
    assert_int_equal(slack_use(f.app, NULL, NULL), SLACK_EINVAL);
    assert_string_equal(slack_app_error(f.app), "slack_use: fn is NULL: pass the middleware");
    slack_app_t *own = NULL;
    assert_int_equal(
        slack_app_new(&own, &(slack_options_t){.bot_token = "xoxb-1", .transport = "memory"}), 0);
    assert_int_equal(slack_app_start(own, NULL, NULL), SLACK_EINVAL);
    slack_app_free(own);
}

APP_TEST(test_no_app_is_an_invalid_argument)
{
    const int codes[] = {
        slack_app_run(NULL),
        slack_app_start(NULL, NULL, NULL),
        slack_app_post(NULL, on_post, NULL),
        slack_app_transport_stats(NULL, "memory", NULL),
        slack_app_authorize(NULL, NULL),
        slack_listen(NULL, NULL),
        slack_declare_calls(NULL, "chat.postMessage"),
        slack_on_message(NULL, "x", free_inside, NULL),
        slack_on_assistant_started(NULL, free_inside, NULL),
        slack_on_assistant_message(NULL, free_inside, NULL),
        slack_unlisten(NULL, "x"),
        slack_use(NULL, free_inside, NULL),
        slack_every(NULL, "x", "* * * * *", NULL, free_inside, NULL),
        slack_schedule(f.app, NULL),
        slack_app_defer(NULL, NULL),
        slack_app_defer(f.app, NULL),
        slack_cancel_job(NULL, "x", NULL, NULL),
        slack_default_ack(NULL, SLACK_KIND_COMMAND, ""),
        slack_http_route(NULL, "GET", "/", NULL, NULL),
        slack_callf(slack_app_client(NULL), "api.test", NULL, NULL, "{}"),
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i] != SLACK_EINVAL) fail_msg("call %zu: %d", i, codes[i]);
    assert_null(slack_client_new(NULL, "xoxb-1"));
    slack_app_stop(NULL);
    slack_app_reload(NULL);
    slack_app_forget(NULL, NULL);
    slack_on_state(NULL, NULL, NULL);
    slack_on_error(NULL, NULL, NULL);
    slack_on_dead(NULL, NULL, NULL);
    slack_on_unmatched(NULL, NULL, NULL);
    slack_on_unacked(NULL, NULL, NULL);
    slack_assistant_store(NULL, NULL, NULL, NULL);
    slack_app_free(NULL);
}

static void stop_when_ready(slack_app_t *app, const char *name, enum slack_transport_state state,
                            int reason, void *user_data)
{
    assert_string_equal(name, "memory");
    if (state == SLACK_TRANSPORT_READY) slack_app_stop(app);
    ++*(int *)user_data;
}

static void nothing(uv_timer_t *timer)
{
}

static atomic_int run_status;

static void run_app(void *app)
{
    atomic_store(&run_status, slack_app_run(app));
}

/* Runs the app on another thread with a loop of its own; its fake Web API runs on this thread. */
static void run_on_a_thread(slack_app_t *app)
{
    uv_thread_t thread;
    atomic_store(&run_status, 1);
    assert_int_equal(uv_thread_create(&thread, run_app, app), 0);
    static uv_timer_t tick; /* keeps the loop turning while the thread works */
    uv_timer_init(&f.world.loop, &tick);
    uv_timer_start(&tick, nothing, 1, 1);
    world_until(&f.world, atomic_load(&run_status) != 1);
    uv_close((uv_handle_t *)&tick, NULL);
    uv_thread_join(&thread);
    assert_int_equal(atomic_load(&run_status), 0);
}

static void run_and_free_inside(slack_app_t *app, int status, void *user_data)
{
    assert_int_equal(slack_app_run(app), SLACK_EINVAL);
    assert_string_equal(slack_app_error(app),
                        "the app was started before: make another with slack_app_new()");
    slack_app_free(app);
    slack_app_free(app);
}

APP_TEST(test_free_inside_a_run_only_stops)
{
    slack_app_t *app = NULL;
    slack_options_t options = {.bot_token = "xoxb-1",
                               .transport = "memory",
                               .store = "memory:",
                               .api_url = fake_slack_api_url(f.slack),
                               .log_fn = world_keep_line,
                               .log_user_data = &f.world};
    assert_int_equal(slack_app_new(&app, &options), 0);
    assert_int_equal(slack_app_post(app, run_and_free_inside, NULL), 0);
    run_on_a_thread(app);
    assert_true(world_logged(&f.world, "free it after slack_app_run()"));
    slack_app_free(app);
}

APP_TEST(test_run)
{
    slack_app_t *app = NULL;
    int states = 0;
    slack_options_t options = {.bot_token = "xoxb-1",
                               .transport = "memory",
                               .store = "memory:",
                               .api_url = fake_slack_api_url(f.slack),
                               .log_level = SLACK_LOG_ERROR};
    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = (struct rlimit){.rlim_cur = 200, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(slack_app_new(&app, &options), 0);
    slack_on_state(app, stop_when_ready, &states);
    run_on_a_thread(app);
    assert_int_equal(states, 3); /* starting, ready, stopped */
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_true(limit.rlim_cur > 200 ||
                before.rlim_max <=
                    200); /* slack_app_run() may raise the limit: the process is the app's */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    slack_app_free(app);
    app_ready(&f);
}
