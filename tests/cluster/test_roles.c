/* SPDX-License-Identifier: MIT */
#include <slack/api/chat.h>

#include "app/inspect.h"
#include "support/app_fixture.h"
#include "support/heap.h"
#include "support/shared_store.h"
#include "support/store_file.h"
#include "transport/catch_up.h"

/* Processes of different roles on one store. Each is an app on a loop of its own. */

#define MOST 4
static app_fixture_t bots[MOST];
static char notes[2048];      /* "0a 1b ": bot 0 has run "a", bot 1 "b" */
static slack_ctx_t *held[64]; /* by the last letter of the message */
static unsigned on_hold;
static bool holds;
static const char *catch_up; /* the option */
static int64_t skew_ms;      /* the case begins five minutes after the hour */

static void turn_all(void)
{
    for (size_t i = 0; i < MOST; i++)
        if (bots[i].slack) uv_run(&bots[i].world.loop, UV_RUN_NOWAIT);
}

#define UNTIL(condition)                                                                           \
    do {                                                                                           \
        const uint64_t end_ns = uv_hrtime() + 20 * (uint64_t)1000000000;                           \
        while (!(condition)) {                                                                     \
            if (uv_hrtime() > end_ns) fail_msg("%s: never " #condition, notes);                    \
            turn_all();                                                                            \
        }                                                                                          \
    } while (0)

/* ---- the program ---- */

static int run(slack_ctx_t *ctx, const char *what)
{
    const app_fixture_t *f = bots;
    while (f->app != slack_ctx_app(ctx))
        f++;
    const size_t len = strlen(notes);
    snprintf(notes + len, sizeof notes - len, "%d%s ", (int)(f - bots), what);
    if (!holds) return 0;
    slack_ctx_hold(ctx);
    held[what[strlen(what) - 1] & 63] = ctx;
    on_hold++;
    return 0;
}

static int on_message(slack_ctx_t *ctx, void *user_data)
{
    return run(ctx, slack_json_str(slack_ctx_event(ctx), "/text"));
}

static int on_job(slack_ctx_t *ctx, void *user_data)
{
    return run(ctx, "job");
}

static int on_schedule(slack_ctx_t *ctx, void *user_data)
{
    return run(ctx, "tick");
}

static int on_command(slack_ctx_t *ctx, void *user_data)
{
    run(ctx, "command");
    slack_defer(ctx, "later", NULL);
    slack_post(ctx, slack_chat_postMessage(.channel = "C1", .text = "posted"));
    return slack_ack_text(ctx, "%s", "done");
}

static int on_bounded(slack_ctx_t *ctx, void *user_data)
{
    return run(ctx, slack_json_str(slack_ctx_body(ctx), user_data));
}

static void start(size_t i, enum slack_role role)
{
    const slack_options_t options = {.store = shared_store, .role = role, .catch_up = catch_up};
    app_open(&bots[i], &options);
    bots[i].world.wall_skew_ms = skew_ms;
    const slack_listener_t listener = {.kind = SLACK_KIND_EVENT,
                                       .match = "^do ",
                                       .how = SLACK_MATCH_REGEX,
                                       .message = 1,
                                       .ordered = 1,
                                       .fn = on_message};
    assert_int_equal(slack_listen(bots[i].app, &listener), 0);
    slack_listener_t bounded = {.kind = SLACK_KIND_EVENT,
                                .match = "^two ",
                                .how = SLACK_MATCH_REGEX,
                                .message = 1,
                                .max_running = 1,
                                .fn = on_bounded,
                                .user_data = "/event/text"};
    for (int twice = 0; twice < 2; twice++)
        assert_int_equal(slack_listen(bots[i].app, &bounded), 0);
    bounded = (slack_listener_t){.kind = SLACK_KIND_COMMAND,
                                 .match = "/one",
                                 .max_running = 1,
                                 .fn = on_bounded,
                                 .user_data = "/text"};
    assert_int_equal(slack_listen(bots[i].app, &bounded), 0);
    slack_on_message(bots[i].app, "free", on_message, NULL);
    slack_on_command(bots[i].app, "/go", on_command, NULL);
    slack_on_job(bots[i].app, "later", on_job, NULL);
    assert_int_equal(slack_every(bots[i].app, "tick", "0 * * * *", NULL, on_schedule, NULL), 0);
    app_ready(&bots[i]);
}

static void stop(size_t i)
{
    app_close(&bots[i]);
    memset(&bots[i], 0, sizeof bots[i]);
}

/* Ends a process with what it runs. */
static void stop_at_once(size_t i)
{
    slack_app_stop(bots[i].app);
    stop(i);
}

static void deliver(size_t to, const char *channel, const char *text)
{
    static unsigned number;
    static app_ack_t ack; /* a case that fails leaves it to the delivery */
    char body[256];
    ack = (app_ack_t){0};
    snprintf(body, sizeof body,
             "{'event_id':'Ev%u','authorizations':[{'user_id':'U0BOT'}],'event':{'type':'message',"
             "'channel':'%s','user':'U1','text':'%s'}}",
             ++number, channel, text);
    app_inject(&bots[to], body, &ack);
    UNTIL(ack.count == 1);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
}

static void release(char letter)
{
    slack_ctx_release(held[letter & 63], 0);
    on_hold--;
}

static void expect(const char *expected)
{
    UNTIL(strlen(notes) >= strlen(expected));
    assert_string_equal(notes, expected);
    *notes = '\0';
}

/* The job may run before the receiver knows that it is stored, and acks. */
static void command(size_t to, const char *expected)
{
    static app_ack_t ack;
    ack = (app_ack_t){0};
    app_inject(&bots[to], "{'command':'/go'}", &ack);
    expect(expected);
    UNTIL(ack.count == 1);
    assert_string_equal(ack.body, "done");
}

/* ---- the stores ---- */

static int begin(void **state)
{
    *notes = '\0';
    on_hold = 0;
    holds = false;
    catch_up = NULL;
    skew_ms = 1767225900000 - slack__wall_ms(&slack__clock_system);
    return shared_store_begin(state);
}

static int end(void **state)
{
    for (size_t i = 0; i < MOST; i++)
        if (bots[i].slack) stop_at_once(i);
    return heap_live() == 0 ? 0 : -1;
}

#define EACH_STORE(function) SHARED_STORE_TEST(function, begin, end)

/* ---- the cases ---- */

EACH_STORE(test_a_receiver_leaves_rows_to_a_worker)
{
    start(0, SLACK_ROLE_RECEIVE);
    deliver(0, "C1", "free a"); /* before there is a worker */
    start(1, SLACK_ROLE_WORK);
    expect("1free a ");
    deliver(0, "C1", "free b");
    expect("1free b ");
    deliver(0, "C1", "do c");
    expect("1do c ");
    command(0, "0command 1job ");
    UNTIL(fake_slack_count(bots[1].slack) == 1);
    assert_string_equal(fake_slack_call(bots[1].slack, 0)->method, "chat.postMessage");
    assert_int_equal(fake_slack_count(bots[0].slack), 0);
    assert_null(slack__inspect_unready(bots[0].app));
    assert_null(slack__inspect_unready(bots[1].app));
}

EACH_STORE(test_a_process_that_does_all_prefers_its_own)
{
    start(0, SLACK_ROLE_ALL);
    start(1, SLACK_ROLE_WORK);
    UNTIL(!slack__inspect_overflows(bots[0].app));
    deliver(0, "C1", "free a");
    deliver(0, "C1", "do b");
    expect("0free a 0do b ");
    start(2, SLACK_ROLE_RECEIVE);
    stop(1);
    deliver(2, "C1", "free c"); /* nobody else is there */
    expect("0free c ");
    command(2, "2command 0job ");
}

/* The next process runs at once what another one has not ended: no lease has to pass. */
EACH_STORE(test_a_process_that_leaves_gives_its_rows_back)
{
    start(0, SLACK_ROLE_RECEIVE);
    start(1, SLACK_ROLE_WORK);
    holds = true;
    deliver(0, "C1", "do a");
    deliver(0, "C1", "do b");
    deliver(0, "C2", "free c");
    UNTIL(on_hold == 2);
    holds = false;
    *notes = '\0';
    stop_at_once(1);
    start(2, SLACK_ROLE_WORK);
    UNTIL(strstr(notes, "2do a ") && strstr(notes, "2do b ") && strstr(notes, "2free c "));
    assert_true(strstr(notes, "2do a ") < strstr(notes, "2do b "));
}

/* In a drain, new rows go to the others while the old ones end. */
EACH_STORE(test_a_drain_ends_what_runs_and_begins_nothing)
{
    start(0, SLACK_ROLE_RECEIVE);
    start(1, SLACK_ROLE_WORK);
    holds = true;
    deliver(0, "C1", "free a");
    UNTIL(on_hold == 1);
    holds = false;
    slack_app_stop(bots[1].app);
    UNTIL(slack__inspect_is(bots[1].app, "draining"));
    start(2, SLACK_ROLE_WORK);
    deliver(0, "C1", "free b");
    release('a');
    expect("1free a 2free b ");
    stop(1);
    turn_all();
    assert_string_equal(notes, "");
}

EACH_STORE(test_a_schedule_runs_once)
{
    for (size_t i = 0; i < 3; i++)
        start(i, (enum slack_role)(SLACK_ROLE_ALL + i));
    for (size_t hour = 1; hour <= 3; hour++) {
        for (size_t i = 0; i < 3; i++)
            app_pass_ms(&bots[i], 3600 * 1000);
        UNTIL(strlen(notes) >= 6 * hour);
    }
    for (int i = 0; i < 200; i++)
        turn_all();
    assert_int_equal(strlen(notes), 18); /* "1tick " three times */
}

/* The rows of a conversation run in the order of their arrival, one at a time, whichever of three
 * workers runs them; those of other conversations run beside them. */
EACH_STORE(test_three_workers_keep_the_order)
{
    static const char *const texts[] = {"do a", "do b", "do c", "do d"};
    start(0, SLACK_ROLE_RECEIVE);
    for (size_t i = 1; i <= 3; i++)
        start(i, SLACK_ROLE_WORK);
    holds = true;
    for (size_t i = 0; i < 4; i++) {
        deliver(0, "C1", texts[i]);
        deliver(0, "C2", i % 2 ? "do x" : "do y");
    }
    for (const char *letter = "aybxcydx"; *letter; letter += 2) {
        UNTIL(on_hold == 2);
        for (int i = 0; i < 200; i++)
            turn_all();
        assert_int_equal(on_hold, 2);
        release(letter[1]);
        release(letter[0]);
    }
    UNTIL(strlen(notes) == 8 * strlen("1do a "));
    for (size_t i = 1; i < 4; i++) {
        assert_true(strstr(notes, texts[i - 1]) < strstr(notes, texts[i]));
    }
}

/* Slack waits for their acks, so no command waits for another process. */
EACH_STORE(test_each_process_bounds_its_commands)
{
    static app_ack_t acks[3];
    memset(acks, 0, sizeof acks);
    start(0, SLACK_ROLE_ALL);
    start(1, SLACK_ROLE_ALL);
    holds = true;
    app_inject(&bots[0], "{'command':'/one','text':'a'}", &acks[0]);
    app_inject(&bots[0], "{'command':'/one','text':'b'}", &acks[1]);
    UNTIL(on_hold == 1);
    app_inject(&bots[1], "{'command':'/one','text':'c'}", &acks[2]);
    expect("0a 1c ");
    release('a');
    expect("0b ");
    release('b');
    release('c');
    UNTIL(acks[0].count + acks[1].count + acks[2].count == 3);
}

/* Two listeners of one name have two bounds. A delivery has the permit of one at a time. */
EACH_STORE(test_each_listener_has_a_bound)
{
    start(0, SLACK_ROLE_ALL);
    UNTIL(!slack__inspect_overflows(bots[0].app));
    holds = true;
    deliver(0, "C1", "two a");
    deliver(0, "C2", "two b");
    expect("0two a ");
    release('a');
    UNTIL(on_hold == 2 && strlen(notes) == strlen("0two a 0two b "));
    *notes = '\0';
    start(1, SLACK_ROLE_ALL);
    deliver(1, "C3", "two c");
    release('a');
    release('b'); /* with the first of them */
    UNTIL(on_hold == 2 && strstr(notes, "two b ") && strstr(notes, "two c "));
}

/* Two receivers and two workers are replaced in turn, while messages come. */
EACH_STORE(test_a_rolling_restart_loses_nothing)
{
    static const enum slack_role roles[MOST] = {SLACK_ROLE_ALL, SLACK_ROLE_RECEIVE, SLACK_ROLE_WORK,
                                                SLACK_ROLE_WORK};
    char text[16];
    unsigned sent = 0;
    for (size_t i = 0; i < MOST; i++)
        start(i, roles[i]);
    for (size_t i = 0; i < MOST; i++) {
        const size_t receiver = i == 0;
        slack_app_stop(bots[i].app);
        for (int k = 0; k < 5; k++) {
            snprintf(text, sizeof text, "%s m%02u", k % 2 ? "do" : "free", sent++);
            deliver(receiver, "C1", text);
        }
        stop(i);
        start(i, roles[i]);
    }
    for (unsigned i = 0; i < sent; i++) {
        snprintf(text, sizeof text, "m%02u ", i);
        UNTIL(strstr(notes, text));
        assert_null(strstr(strstr(notes, text) + 1, text));
    }
}

/* ---- catch-up ---- */

/* Lets time pass for all. */
static void pass_ms(uint64_t ms)
{
    for (size_t i = 0; i < MOST; i++)
        if (bots[i].slack) app_pass_ms(&bots[i], ms);
    turn_all();
}

static slack_catch_up_figures_t figures(size_t i)
{
    slack_catch_up_figures_t ret;
    slack__catch_up_figures(slack__inspect_transport(bots[i].app, SLACK_TRANSPORT_HISTORY), &ret);
    return ret;
}

/* One process reads history, also what another one has missed; when it goes, the next one does. */
EACH_STORE(test_one_process_catches_up)
{
    catch_up = "member";
    for (size_t i = 0; i < 3; i++) {
        start(i, (enum slack_role)(SLACK_ROLE_ALL + i));
        if (i == 0) UNTIL(world_logged(&bots[0].world, "this process catches up"));
    }
    pass_ms(2000);
    UNTIL(figures(0).gaps == 1);
    pass_ms(60000);
    assert_int_equal(fake_slack_count(bots[1].slack), 0);
    assert_false(figures(1).behind);

    slack__catch_up_gap(slack__inspect_transport(bots[1].app, SLACK_TRANSPORT_HISTORY), "a", 0);
    assert_true(figures(1).behind);
    UNTIL(figures(0).behind);
    pass_ms(6000); /* the clocks of the two may differ by five seconds */
    UNTIL(figures(0).gaps == 2 && !figures(1).behind);
    assert_int_equal(fake_slack_count(bots[1].slack), 0);

    stop_at_once(0);
    UNTIL(figures(1).gaps == 1);
    assert_true(fake_slack_count(bots[1].slack) > 0);
    assert_int_equal(fake_slack_count(bots[2].slack), 0);
}

/* ---- options ---- */

static int nobody(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    return SLACK_EAUTH;
}

static const struct wrong_row {
    const char *name;
    enum slack_role role;
    const char *store, *why;
    bool authorizes;
} wrong[] = {
    {"work_in_memory", SLACK_ROLE_WORK, "memory:", "SLACK_ROLE=work needs a store that", false},
    {"receive_in_memory", SLACK_ROLE_RECEIVE, "memory:", "SLACK_ROLE=receive needs a", false},
    {"work_without_a_name", SLACK_ROLE_WORK, NULL, "set SLACK_APP_ID", true},
};

TEST(test_roles_that_cannot_be)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const slack_options_t options = {
            .role = wrong[i].role, .store = wrong[i].store ? wrong[i].store : store_file_url()};
        app_open(&bots[0], &options);
        if (wrong[i].authorizes) {
            slack_app_authorize(bots[0].app, &(slack_authorizer_t){.fn = nobody});
            assert_int_equal(slack_app_start(bots[0].app, NULL, NULL), SLACK_ECONFIG);
        } else {
            assert_int_equal(app_start_fails(&bots[0]), SLACK_ECONFIG);
        }
        if (!strstr(slack_app_error(bots[0].app), wrong[i].why))
            fail_msg("%s: %s", wrong[i].name, slack_app_error(bots[0].app));
        stop(0);
    }
    store_file_clean();
}

/* The same environment serves all processes, and a worker needs less of it. */
TEST(test_a_worker_needs_no_transport)
{
    slack_options_t options = {.role = SLACK_ROLE_WORK,
                               .transport = "http,socket",
                               .http_admin_port = "0",
                               .catch_up = "member",
                               .store = store_file_url()};
    store_file_clean();
    app_open(&bots[0], &options);
    app_ready(&bots[0]);
    assert_null(slack__inspect_unready(bots[0].app));
    assert_true(world_logged(&bots[0].world, "admin server listening"));
    assert_true(world_logged(&bots[0].world, "role=work"));
    stop(0);
    slack_app_t *app = NULL;
    options = (slack_options_t){.role = SLACK_ROLE_WORK, .bot_token = "xoxb-1"};
    assert_int_equal(slack__inspect_app_new(&app, &options), 0);
    slack_app_free(app);
    store_file_clean();
}
