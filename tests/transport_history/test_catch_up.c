/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"
#include "support/alloc_fail.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/past.h"
#include "support/store_file.h"
#include "transport/catch_up.h"

/* An app that was away catches up on what it has missed: each message once, in order. */

static app_fixture_t f;
static past_t past;

static const slack_options_t member = {.catch_up = "member"};

/* The messages that the listeners got: "C1:5 " for a message, with @ for a mention, and ! if it was
 * recovered.
 */
static char got[1024];

static int note(slack_ctx_t *ctx, void *user_data)
{
    const size_t len = strlen(got);
    const long long at = atoll(slack_ctx_ts(ctx)) - PAST_WALL_S;
    snprintf(got + len, sizeof got - len, "%s:%lld%s%s ", slack_ctx_channel(ctx), at,
             (const char *)user_data, slack_ctx_recovered(ctx) ? "!" : "");
    return 0;
}

static slack_transport_t *history(void)
{
    return slack__inspect_transport(f.app, SLACK_TRANSPORT_HISTORY);
}

static slack_catch_up_figures_t figures(void)
{
    slack_catch_up_figures_t ret;
    slack__catch_up_figures(history(), &ret);
    return ret;
}

/* Opens an app, whose first round begins 2 s later. */
static void start_app(const slack_options_t *options, const char *listeners)
{
    slack_options_t o = *options;
    if (o.store == NULL) o.store = store_file_url();
    past_open(&past, &f, &o);
    *got = '\0';
    if (strchr(listeners, 'm'))
        assert_int_equal(slack_on_event(f.app, "message", note, (void *)(uintptr_t) ""), 0);
    if (strchr(listeners, 'a'))
        assert_int_equal(slack_on_event(f.app, "app_mention", note, (void *)(uintptr_t) "@"), 0);
    app_ready(&f);
    if (strncmp(o.store, "memory", 6) != 0)
        world_until(&f.world, world_logged(&f.world, "this process catches up"));
}

static void open_app(const slack_options_t *options, const char *listeners)
{
    start_app(options, listeners);
    app_pass_ms(&f, 2000);
}

static void run_until_caught_up(void)
{
    world_until(&f.world, !figures().behind);
    do { /* an app that is full has only stored them */
        slack__inspect_poll(f.app);
        app_settle(&f);
    } while (slack__inspect_overflows(f.app));
}

/* The app was there, and is away from now on. */
static void be_away(const slack_options_t *options)
{
    open_app(options, "m");
    run_until_caught_up();
    app_close(&f);
    past.now_s += 3600;
}

/* The app comes back. Returns what its listeners got. */
static const char *come_back(const slack_options_t *options, const char *listeners)
{
    open_app(options, listeners);
    run_until_caught_up();
    return got;
}

static int setup(void **state)
{
    past_add_channel(&past, "C1", "public_channel");
    past_add_channel(&past, "C2", "private_channel");
    past_add_channel(&past, "D1", "im");
    return 0;
}

/* The app has never been there. */
static void begin_anew(void)
{
    if (f.slack) app_close(&f);
    past_clear(&past);
    store_file_clean();
    setup(NULL);
}

static int teardown(void **state)
{
    if (f.slack) app_close(&f);
    past_clear(&past);
    store_file_clean();
    return heap_live() == 0 ? 0 : -1;
}
#define PAST_TEST(function) TEST_CASE(function, setup, teardown, NULL)

#define SAY(channel, at_s) past_say(&past, channel, at_s, PAST_ROOT, "'user':'U1','text':'hi'")
#define LIVE(id, at_s)                                                                             \
    APP_EVENT(id, "'type':'message','channel':'C1','user':'U1','text':'hi','ts':'" at_s ".000100"  \
                  "'")

/* ---- what was missed ---- */

PAST_TEST(messages_of_a_time_away_are_delivered_once_and_in_order)
{
    SAY("C1", -100); /* before the app's first start */
    be_away(&member);
    SAY("C1", 20);
    SAY("C1", 10);
    SAY("D1", 15);
    assert_string_equal(come_back(&member, "m"), "C1:10! C1:20! D1:15! ");
    app_close(&f);
    assert_string_equal(come_back(&member, "m"), ""); /* the store knows them */
}

PAST_TEST(replies_are_among_them_in_the_order_of_their_channel)
{
    SAY("C1", -90 * 3600); /* too old to be looked at */
    SAY("C1", -7200);
    SAY("C1", -3600);
    be_away(&member);
    past_say(&past, "C1", 20, -7200, "'user':'U1'");
    past_say(&past, "C1", 40, -7200, "'user':'U1'");
    past_say(&past, "C1", 25, -90 * 3600, "'user':'U1'");
    past_say(&past, "C1", -3000, -3600, "'user':'U1'"); /* seen before */
    SAY("C1", 10);
    SAY("C1", 30);
    past_say(&past, "C1", 35, 10, "'user':'U1'");
    past_say(&past, "C1", 36, 10, "'user':'U1','subtype':'thread_broadcast'");
    assert_string_equal(come_back(&member, "m"), "C1:10! C1:20! C1:30! C1:35! C1:36! C1:40! ");
    assert_int_equal(past_calls(&past, "conversations.replies"), 2);
}

PAST_TEST(the_order_and_the_size_of_pages_do_not_matter)
{
    for (int round = 0; round < 2; round++) {
        begin_anew();
        be_away(&member);
        for (int at = 1; at <= 9; at++)
            SAY("C1", at);
        past.page_max = 2;
        past.oldest_first = round == 1;
        assert_string_equal(come_back(&member, "m"),
                            "C1:1! C1:2! C1:3! C1:4! C1:5! C1:6! C1:7! C1:8! C1:9! ");
    }
}

PAST_TEST(the_channel_with_the_newest_known_message_comes_first)
{
    be_away(&member);
    SAY("C1", 10);
    SAY("C2", 30);
    SAY("D1", 20);
    come_back(&member, "m");
    app_close(&f);
    past.now_s += 3600;
    SAY("C1", 40);
    SAY("C2", 50);
    SAY("D1", 60);
    assert_string_equal(come_back(&member, "m"), "C2:50! D1:60! C1:40! ");
}

PAST_TEST(old_messages_and_too_many_are_left_out)
{
    const slack_options_t bounded = {
        .catch_up = "member", .catch_up_hours = 1, .catch_up_messages = 2};
    be_away(&bounded);
    past.now_s = 7200;
    SAY("C1", 3599);
    for (int at = 3601; at <= 3604; at++)
        SAY("C1", at);
    SAY("D1", 3605);
    assert_string_equal(come_back(&bounded, "m"), "C1:3603! C1:3604! D1:3605! ");
    assert_int_equal(figures().left_out, 2);
    assert_true(world_logged(&f.world, "missed messages left out"));
}

PAST_TEST(a_channel_that_is_too_large_for_memory_is_read_in_parts)
{
    enum { MESSAGES = 100, BYTES = 100000 };
    char *members = malloc(BYTES + 64), wanted[1024] = "";
    snprintf(members, BYTES + 64, "'user':'U1','text':'%0*d'", BYTES, 0);
    be_away(&member);
    const unsigned calls = past_calls(&past, "conversations.history");
    for (int at = 1; at <= MESSAGES; at++) {
        past_say(&past, "C1", at, PAST_ROOT, members);
        sprintf(wanted + strlen(wanted), "C1:%d! ", at);
    }
    free(members);
    past.page_max = 20;
    assert_string_equal(come_back(&member, "m"), wanted);
    const unsigned first = MESSAGES / 20, others = 2; /* pages, and channels */
    assert_in_range(past_calls(&past, "conversations.history") - calls, first + others + 1,
                    2 * first + others);
    assert_int_equal(figures().left_out, 0);
}

PAST_TEST(a_list_of_channels_is_caught_up_on_alone)
{
    const slack_options_t listed = {.catch_up = "D1, C1,C9"};
    be_away(&listed);
    SAY("C1", 10);
    SAY("C2", 11);
    SAY("D1", 12);
    assert_string_equal(come_back(&listed, "m"), "D1:12! C1:10! ");
    assert_true(world_logged(&f.world, "channel=C9 error=channel_not_found"));
}

/* ---- which events ---- */

PAST_TEST(a_mention_has_the_events_that_slack_sends)
{
    static const struct {
        const char *listeners, *got;
        enum slack_dedupe dedupe;
    } cases[] = {
        {"m", "C1:10! D1:20! ", SLACK_DEDUPE_EVENTS},
        {"a", "C1:10@! ", SLACK_DEDUPE_EVENTS}, /* there are none in direct messages */
        {"ma", "C1:10! C1:10@! D1:20! ", SLACK_DEDUPE_EVENTS},
        {"ma", "C1:10@! D1:20! ", SLACK_DEDUPE_MESSAGES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin_anew();
        be_away(&member);
        past_say(&past, "C1", 10, PAST_ROOT, "'user':'U1','text':'hi <@U0BOT>'");
        past_say(&past, "D1", 20, PAST_ROOT, "'user':'U1','text':'hi <@U0BOT>'");
        const slack_options_t options = {.catch_up = "member", .dedupe = cases[i].dedupe};
        assert_string_equal(come_back(&options, cases[i].listeners), cases[i].got);
    }
}

PAST_TEST(the_bot_does_not_answer_itself)
{
    be_away(&member);
    past_say(&past, "C1", 10, PAST_ROOT, "'user':'U0BOT','bot_id':'B0BOT','text':'hi'");
    past_say(&past, "C1", 20, PAST_ROOT, "'user':'U1','text':'x','subtype':'tombstone'");
    SAY("C1", 30);
    assert_string_equal(come_back(&member, "m"), "C1:30! ");
}

/* ---- what has arrived ---- */

PAST_TEST(a_message_that_arrives_too_runs_once)
{
    be_away(&member);
    SAY("C1", 10);
    SAY("C1", 20);
    open_app(&member, "m");
    app_deliver(&f, LIVE("Ev1", "1700000010"), &f.ack); /* before or after its recovery */
    assert_int_equal(f.ack.outcome, SLACK_ACK_OK);
    run_until_caught_up();
    app_deliver(&f, LIVE("Ev2", "1700000020"), &f.ack); /* certainly after it */
    app_deliver(&f, LIVE("Ev3", "1700000020"), &f.ack);
    app_settle(&f);
    unsigned runs = 0;
    for (const char *at = got; (at = strstr(at, "C1:")); at++)
        runs++;
    assert_int_equal(runs, 2);
}

PAST_TEST(an_edit_is_an_event_of_its_own)
{
    open_app(&member, "m");
    run_until_caught_up();
    app_deliver(&f, LIVE("Ev1", "1700000010"), &f.ack);
    app_deliver(&f,
                APP_EVENT("Ev2", "'type':'message','subtype':'message_changed','hidden':true,"
                                 "'channel':'C1','ts':'1700000010.000100'"),
                &f.ack);
    app_settle(&f);
    assert_string_equal(got, "C1:10 C1:10 ");
}

PAST_TEST(the_cursor_moves_with_what_arrives_and_is_saved)
{
    open_app(&member, "m");
    run_until_caught_up();
    SAY("C1", 10);
    app_deliver(&f, LIVE("Ev1", "1700000010"), &f.ack);
    app_settle(&f);
    for (int i = 0; i < 30; i++)
        app_pass_ms(&f, 30000); /* it settles */
    app_settle(&f);
    app_close(&f);
    past.now_s += 3600;
    SAY("C1", 20);
    const unsigned calls = past_calls(&past, NULL);
    assert_string_equal(come_back(&member, "m"), "C1:20! ");
    assert_int_equal(figures().known, 0); /* the first one was not even read again */
    assert_true(past_calls(&past, NULL) > calls);
}

/* ---- gaps while the app runs ---- */

PAST_TEST(a_transport_that_was_deaf_leads_to_a_round)
{
    open_app(&member, "m");
    run_until_caught_up();
    slack__catch_up_deaf(history());
    SAY("C2", 10);
    assert_true(figures().behind);
    slack__catch_up_gap(history(), "a transport was not connected", 5000);
    app_spin(&f);
    assert_string_equal(got, "");
    app_pass_ms(&f, 5000);
    run_until_caught_up();
    assert_string_equal(got, "C2:10! ");
    assert_int_equal(figures().gaps, 2);
}

PAST_TEST(dropped_and_refused_events_lead_to_a_round)
{
    const slack_options_t one = {.catch_up = "member", .max_deliveries = 1};
    open_app(&one, "m");
    run_until_caught_up();
    assert_int_equal(slack_on_command(f.app, "/x", app_hold, (void *)(uintptr_t) ""), 0);
    SAY("C1", 10);
    app_deliver(&f, "{'type':'app_rate_limited','minute_rate_limited':1}", &f.ack);
    app_pass_ms(&f, 90000);
    run_until_caught_up();
    assert_string_equal(got, "C1:10! ");

    SAY("C1", 20);
    app_inject(&f, APP_COMMAND("/x", ""), NULL); /* fills the app */
    app_deliver(&f, LIVE("Ev2", "1700000020"), &f.ack);
    assert_int_equal(f.ack.outcome, SLACK_ACK_LATER);
    slack_ctx_release(app_held, 0);
    assert_true(figures().behind);
    app_pass_ms(&f, 400000);
    run_until_caught_up();
    assert_string_equal(got, "C1:10! C1:20! ");

    f.retry_num = 2;
    SAY("C2", 30);
    app_deliver(&f, LIVE("Ev2", "1700000020"), &f.ack);
    app_pass_ms(&f, 400000);
    run_until_caught_up();
    assert_string_equal(got, "C1:10! C1:20! C2:30! ");
}

PAST_TEST(gaps_in_a_row_do_not_put_it_off)
{
    open_app(&member, "m");
    run_until_caught_up();
    SAY("C1", 10);
    for (int i = 0; i < 10; i++) { /* each asks for a round in 400 s */
        slack__catch_up_gap(history(), "the app could not store events", 400000);
        app_pass_ms(&f, 50000);
        app_pass_ms(&f, 50000);
    }
    app_settle(&f);
    assert_string_equal(got, "C1:10! ");
    assert_true(figures().behind); /* the last 400 s */
    SAY("C1", 20);
    for (int i = 0; i < 7; i++)
        app_pass_ms(&f, 50000);
    run_until_caught_up();
    assert_string_equal(got, "C1:10! C1:20! ");
}

PAST_TEST(an_event_that_the_app_cannot_take_comes_again_in_its_place)
{
    const slack_options_t one = {.catch_up = "member", .max_deliveries = 1};
    be_away(&one);
    SAY("C1", 10);
    SAY("C1", 20);
    start_app(&one, "m");
    assert_int_equal(slack_on_command(f.app, "/x", app_hold, (void *)(uintptr_t) ""), 0);
    app_held = NULL;
    app_inject(&f, APP_COMMAND("/x", ""), &f.ack);
    world_until(&f.world, app_held); /* there is no room for the messages */
    app_pass_ms(&f, 2000);
    world_until(&f.world, world_logged(&f.world, "delivery rejected"));
    app_pass_ms(&f, 400000);
    slack_ctx_release(app_held, 0);
    for (int i = 0; i < 400 && figures().behind; i++) {
        app_spin(&f);
        app_pass_ms(&f, 5000);
    }
    run_until_caught_up();
    assert_string_equal(got, "C1:10! C1:20! ");
}

/* No call is under way when time passes: its time-out would pass, too. */
static void pass_half_minutes(unsigned count)
{
    while (count-- > 0) {
        app_pass_ms(&f, 30000);
        app_settle(&f);
    }
}

PAST_TEST(a_silence_is_looked_into)
{
    open_app(&member, "m");
    run_until_caught_up();
    app_deliver(&f, LIVE("Ev1", "1700000005"), &f.ack);
    const unsigned calls = past_calls(&past, NULL);
    pass_half_minutes(30); /* Slack has switched the deliveries off */
    assert_int_equal(past_calls(&past, NULL), calls + 1); /* nothing is missing yet */
    SAY("C1", 10);
    SAY("D1", 11);
    pass_half_minutes(22);
    world_until(&f.world, figures().recovered == 2);
    run_until_caught_up();
    assert_string_equal(got, "C1:5 C1:10! D1:11! ");
    assert_true(world_logged(&f.world, "messages were missed without a sign"));
}

/* ---- failures ---- */

static struct scope {
    const char *name, *scope, *type;
} scopes[] = {{"a list", "im:read", "type=im"},
              {"the messages", "im:history", "type=im"},
              {"channels", "channels:history", "type=public_channel"}};

TEST_EACH_CASE(a_missing_scope_is_one_sentence, scopes, NULL, teardown)
{
    const struct scope *row = *state;
    setup(NULL);
    past_add_channel(&past, "D2", "im");
    past_add_channel(&past, "C3", "public_channel");
    be_away(&member);
    past.no_scope = row->scope;
    SAY("C1", 10);
    SAY("C2", 20);
    SAY("D1", 30);
    come_back(&member, "m");
    assert_string_equal(got, strstr(row->type, "im") ? "C1:10! C2:20! " : "C2:20! D1:30! ");
    slack__catch_up_gap(history(), "another one", 0);
    run_until_caught_up();
    assert_int_equal(world_log_count(&f.world, "no catch-up for channels of a type"), 1);
    assert_true(world_logged(&f.world, row->type) && world_logged(&f.world, row->scope));
}

PAST_TEST(a_failure_that_may_heal_is_tried_again)
{
    be_away(&member);
    SAY("C1", 10);
    SAY("D1", 20);
    open_app(&member, "m");
    past.broken = 30; /* more than the tries of a call */
    for (int i = 0; i < 400 && figures().behind; i++) {
        app_pass_ms(&f, 5000);
        app_settle(&f);
    }
    run_until_caught_up();
    if (strncmp(got, "C1", 2) == 0) /* the lists took all the failures */
        assert_string_equal(got, "C1:10! D1:20! ");
    else
        assert_string_equal(got, "D1:20! C1:10! ");
    assert_true(world_logged(&f.world, "catch-up goes on later"));
}

/* Answers that no other try makes readable. */
static struct past_fault faults[] = {
    {"no_json", "<html>", 200},
    {"server_error", "", 500},
    {"internal_error", "{\"ok\":false,\"error\":\"internal_error\"}", 200},
    {"cursors_in_a_circle",
     "{\"ok\":true,\"messages\":[],\"response_metadata\":{\"next_cursor\":\"round\"}}", 200},
};

TEST_EACH_CASE(a_channel_that_cannot_be_read_holds_up_no_other, faults, NULL, teardown)
{
    setup(NULL);
    be_away(&member);
    SAY("C1", 10);
    SAY("C2", 20);
    SAY("D1", 30);
    past.faulty = "C1";
    past.fault = *(const struct past_fault *)*state;
    open_app(&member, "m");
    slack__catch_up_gap(history(), "a gap", 0);
    for (int i = 0; i < 200 && strlen(got) < strlen("C2:20! D1:30! "); i++) {
        app_pass_ms(&f, 5000);
        app_settle(&f);
    }
    assert_string_equal(got, "C2:20! D1:30! ");
    assert_true(figures().behind);
    past.faulty = NULL;
    for (int i = 0; i < 400 && figures().behind; i++) {
        app_pass_ms(&f, 5000);
        app_settle(&f);
    }
    run_until_caught_up();
    assert_string_equal(got, "C2:20! D1:30! C1:10! ");
}

PAST_TEST(without_a_durable_store_a_restart_catches_up_on_nothing)
{
    const slack_options_t memory = {.catch_up = "member", .store = "memory:"};
    be_away(&memory);
    SAY("C1", 10);
    assert_string_equal(come_back(&memory, "m"), "");
    assert_int_equal(world_log_count(&f.world, "catch-up without a durable store"), 1);
    slack__catch_up_deaf(history());
    SAY("C1", 3610);
    slack__catch_up_gap(history(), "a gap", 0);
    run_until_caught_up();
    assert_string_equal(got, "C1:3610! ");
}

PAST_TEST(a_stop_in_the_middle_loses_nothing)
{
    be_away(&member);
    for (int at = 1; at <= 30; at++)
        SAY("C1", at);
    open_app(&member, "m");
    while (figures().recovered < 7)
        app_turn(&f);
    char first[sizeof got];
    app_close(&f);
    snprintf(first, sizeof first, "%s", got);
    come_back(&member, "m");
    size_t len = strlen(first);
    snprintf(first + len, sizeof first - len, "%s", got);
    const char *at = first;
    for (int i = 1; i <= 30; i++) {
        char one[16];
        snprintf(one, sizeof one, "C1:%d! ", i);
        assert_memory_equal(at, one, strlen(one));
        at += strlen(one);
    }
    assert_string_equal(at, "");
}

/* Each allocation of a round fails in turn: in the end each message was handled once. */
static bool round_survives(size_t nth, bool all)
{
    setup(NULL);
    const slack_options_t memory = {.catch_up = "member", .store = "memory:"};
    open_app(&memory, "ma");
    run_until_caught_up();
    slack__catch_up_deaf(history());
    past_say(&past, "C1", 10, PAST_ROOT, "'user':'U1','text':'<@U0BOT>'");
    past_say(&past, "C1", 20, 10, "'user':'U1'");
    heap_fail_at(nth, all);
    slack__catch_up_gap(history(), "a gap", 0);
    for (int i = 0; i < 40; i++)
        app_spin(&f);
    const bool failed = heap_heal();
    for (int i = 0; i < 400 && figures().behind; i++)
        app_pass_ms(&f, 5000);
    run_until_caught_up();
    app_settle(&f);
    assert_non_null(strstr(got, "C1:10! "));
    assert_non_null(strstr(got, "C1:10@! "));
    assert_non_null(strstr(got, "C1:20! "));
    assert_int_equal(strlen(got), strlen("C1:10! C1:10@! C1:20! "));
    assert_int_equal(teardown(NULL), 0);
    return failed;
}

TEST(a_round_survives_any_failed_allocation)
{
    for (int all = 0; all < 2; all++)
        for (size_t nth = 0; round_survives(nth, all == 1); nth++)
            ;
}

static int create(void *host)
{
    char error[SLACK_ERROR_TEXT_MAX];
    slack_transport_t *t = NULL;
    const int rc =
        slack__catch_up_create(&t, host, &(slack_options_t){.catch_up = "member"}, error);
    if (t) t->ops->destroy(t);
    return rc;
}

TEST(its_creation_survives_any_failed_allocation)
{
    static world_t world;
    assert_true(world_open(&world));
    struct slack_transport_host host = {.net = world.net};
    assert_true(alloc_fail_each(create, &host) >= 3);
    world_close(&world);
}

/* ---- options ---- */

TEST(a_wrong_option_is_named)
{
    static const struct {
        const char *value, *sentence;
    } cases[] = {
        {"members", "\"members\" is no id of a channel"},
        {"C1,general", "\"general\" is no id of a channel"},
        {"C1,,C2", "\"\" is no id of a channel"},
        {"member", "SLACK_SIGNING_SECRET names several"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_options_t wrong = {.catch_up = cases[i].value,
                                       .signing_secret = "A1:s, A2:s,A2:t"};
        past_open(&past, &f, &wrong);
        assert_int_equal(app_start_fails(&f), SLACK_ECONFIG);
        assert_non_null(strstr(slack_app_error(f.app), cases[i].sentence));
        app_close(&f);
    }
    past_clear(&past);
}

static int never_answer(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    return 0;
}

TEST(an_app_without_a_token_of_its_own_is_named)
{
    past_open(&past, &f, &member);
    assert_int_equal(slack_app_authorize(f.app, &(slack_authorizer_t){.fn = never_answer}), 0);
    assert_int_equal(app_start_fails(&f), SLACK_ECONFIG);
    assert_non_null(strstr(slack_app_error(f.app), "looks tokens up has none"));
    app_close(&f);
    past_clear(&past);
}
