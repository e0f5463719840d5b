/* SPDX-License-Identifier: MIT */
#include "sim/failure_rate.h"
#include "sim/faults.h"
#include "support/json.h"

/* The simulator's faults: the table, requests, and when a fault acts; and the failure rate. */

static uint64_t now_us;
static sim_faults_t faults;
static sim_fault_list_t read;
static char problem[SIM_PROBLEM_SIZE];

static uint64_t mono_us(void *user_data)
{
    return now_us;
}

static int64_t wall_ms(void *user_data)
{
    return 0;
}

static const slack_clock_t test_clock = {mono_us, wall_ms, NULL};

static int setup(void **state)
{
    now_us = 1000000;
    sim_faults_init(&faults, &test_clock, NULL, 1);
    return arena_open(state);
}

#define FAULT_TEST(function) TEST_CASE(function, setup, arena_close, NULL)

static void ask(const char *text)
{
    if (!sim_fault_list_read(text, &read, problem)) fail_msg("%s", problem);
    for (size_t i = 0; i < read.count; i++)
        if (!sim_faults_add(&faults, &read.list[i], problem)) fail_msg("%s", problem);
}

FAULT_TEST(every_row_is_whole)
{
    for (const sim_fault_kind_t *kind = sim_fault_kinds; kind->name; kind++) {
        const sim_effect_t none = {0};
        assert_true(kind->help && *kind->help);
        assert_ptr_equal(sim_fault_find(kind->name, problem), kind);
        /* Every effect comes from the table or from an argument. */
        assert_true(kind->args[0].name || memcmp(&kind->effect, &none, sizeof none) != 0);
        assert_int_equal(strncmp(sim_fault_usage(kind, arena), kind->name, strlen(kind->name)), 0);
    }
    assert_string_equal(sim_fault_usage(sim_fault_find("open-status", problem), arena),
                        "open-status STATUS [RETRY_AFTER_S]");
}

FAULT_TEST(arguments_go_where_they_belong)
{
    ask("open-status 429 3");
    assert_string_equal(read.list[0].said, "open-status 429 3");
    sim_effect_t effect = sim_faults_at(&faults, SIM_POINT_CALL, "apps.connections.open");
    assert_true(effect.acts);
    assert_int_equal(effect.status, 429);
    assert_int_equal(effect.retry_after_s, 3);

    ask("api-error chat.postMessage fatal_error");
    assert_false(sim_faults_at(&faults, SIM_POINT_CALL, "chat.update").acts);
    effect = sim_faults_at(&faults, SIM_POINT_CALL, "chat.postMessage");
    assert_string_equal(effect.error, "fatal_error");

    ask("slow-hello");
    assert_int_equal(sim_faults_at(&faults, SIM_POINT_HELLO, "").delay_ms, 5000);
    ask("disconnect-first warning");
    assert_string_equal(sim_faults_at(&faults, SIM_POINT_HELLO, "").disconnect, "warning");
}

#define EVERY   "see slackapp sim fault list"
#define PERCENT "a percentage is from 0.0001% to 100%, such as 5%, not "
#define AT_ONCE " acts at once: it takes no percentage, no --for and no --after"
#define A_METHOD                                                                                   \
    "METHOD of api-cut is a method of Slack, such as chat.postMessage, several, such as chat.* "   \
    "or *, or webhook, trigger or response_url; not "
#define TOO_MUCH " add up to more than 100%; slackapp sim fault clear ends faults"

FAULT_TEST(a_wrong_request_has_its_sentence)
{
    static const struct {
        const char *text;
        const char *problem;
    } cases[] = {
        {"", "no fault is named; slackapp sim fault list prints all"},
        {" ; # no-pong", "no fault is named; slackapp sim fault list prints all"},
        {"nope", "there is no fault \"nope\"; slackapp sim fault list prints all of them"},
        {"5%", "there is no fault \"\"; slackapp sim fault list prints all of them"},
        {"no-pong;\n\nno-ping; nope",
         "line 3: there is no fault \"nope\"; slackapp sim fault list prints all of them"},
        {"open-status", "open-status needs its STATUS: " EVERY},
        {"open-status --count 1", "open-status needs its STATUS: " EVERY},
        {"open-status abc", "STATUS of open-status is a number from 200 up to 599, not \"abc\""},
        {"open-status 101", "STATUS of open-status is a number from 200 up to 599, not \"101\""},
        {"slow-hello -1", "MS of slow-hello is a number up to 3600000, not \"-1\""},
        {"open-error 1234567890123456789012345678901234567890123456789012345678901234",
         "ERROR of open-error is a word of at most 63 characters"},
        {"no-pong 1", "no-pong takes fewer arguments: \"1\" is one too many; " EVERY},
        {"api-cut chat.postMesage", A_METHOD "\"chat.postMesage\""},
        {"api-cut chat.*Message", A_METHOD "\"chat.*Message\""},
        {"api-cut nope.*", A_METHOD "\"nope.*\""},
        {"no-pong --count 0", "--count takes a number from 1 to 1000000, not \"0\""},
        {"no-pong --count", "--count takes a number from 1 to 1000000, not \"\""},
        {"no-pong --after -1", "--after takes a number from 1 to 1000000, not \"-1\""},
        {"no-pong --for 86400001", "--for takes a number from 1 to 86400000, not \"86400001\""},
        {"no-pong --often 3",
         "a fault has the options --after N, --count N and --for MS, not \"--often\""},
        {"no-pong --count 3 x",
         "a fault has the options --after N, --count N and --for MS, not \"x\""},
        {"refresh --for 5", "refresh" AT_ONCE},
        {"drop --after 1", "drop" AT_ONCE},
        {"5% drop", "drop" AT_ONCE},
        {"100% drop", "drop" AT_ONCE},
        {"% no-pong", PERCENT "\"%\""},
        {"0% no-pong", PERCENT "\"0%\""},
        {"101% no-pong", PERCENT "\"101%\""},
        {"100.1% no-pong", PERCENT "\"100.1%\""},
        {"-5% no-pong", PERCENT "\"-5%\""},
        {"1.% no-pong", PERCENT "\"1.%\""},
        {"0.00001% no-pong", PERCENT "\"0.00001%\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(sim_fault_list_read(cases[i].text, &read, problem));
        assert_string_equal(problem, cases[i].problem);
    }
}

/* Of the calls, how many meet each of the faults; they are named by their status. */
static void count_calls(const char *method, unsigned calls, unsigned ret[600])
{
    memset(ret, 0, 600 * sizeof *ret);
    for (unsigned i = 0; i < calls; i++)
        ret[sim_faults_at(&faults, SIM_POINT_CALL, method).status]++;
}

FAULT_TEST(a_fault_acts_on_its_share_of_the_calls)
{
    unsigned met[600];
    ask("5% api-status chat.* 429 1\n"
        "2% api-done-status chat.postMessage 500 # after its effect\n"
        "0.5% api-status chat.postMessage 503;20% api-status webhook 500");
    count_calls("chat.postMessage", 100000, met);
    assert_in_range(met[429], 4800, 5200);
    assert_in_range(met[500], 1900, 2100);
    assert_in_range(met[503], 450, 550);
    count_calls("chat.update", 10000, met);
    assert_in_range(met[429], 400, 600);
    assert_int_equal(met[429] + met[0], 10000);
    count_calls("webhook", 1000, met);
    assert_in_range(met[500], 150, 250);
    count_calls("auth.test", 100, met);
    assert_int_equal(met[0], 100);
    assert_in_range(faults.active[1].acted, 1900, 2100);
    /* Fewer faults than asked for act, and the first calls pass. */
    sim_faults_clear(&faults, "");
    ask("50% api-status auth.test 500 --count 3 --after 900");
    count_calls("auth.test", 900, met);
    assert_int_equal(met[0], 900);
    count_calls("auth.test", 100, met);
    assert_int_equal(met[500], 3);
    assert_int_equal(faults.count, 0);
    ask("100% api-status auth.test 500"); /* a share too, which ends when it is cleared */
    count_calls("auth.test", 9, met);
    assert_int_equal(met[500], 9);
}

FAULT_TEST(a_seed_repeats_a_run)
{
    static const uint64_t seeds[] = {1, 1, 2};
    bool acted[3][64] = {{false}};
    for (size_t run = 0; run < 3; run++) {
        sim_faults_init(&faults, &test_clock, NULL, seeds[run]);
        ask("30% api-cut chat.postMessage;30% api-lost chat.update");
        for (size_t i = 0; i < 64; i++) {
            /* Calls of other methods in between change nothing. */
            for (size_t j = 0; j < run * i; j++)
                (void)sim_faults_at(&faults, SIM_POINT_CALL, j % 2 ? "chat.update" : "auth.test");
            assert_true(
                sim_faults_look(&faults, SIM_POINT_CALL, "chat.postMessage").acts ==
                (acted[run][i] = sim_faults_at(&faults, SIM_POINT_CALL, "chat.postMessage").acts));
        }
    }
    assert_memory_equal(acted[0], acted[1], sizeof *acted);
    assert_memory_not_equal(acted[0], acted[2], sizeof *acted);
}

FAULT_TEST(shares_end_at_all_calls)
{
    static const struct {
        const char *active, *added, *problem;
    } cases[] = {
        {"60% api-cut chat.postMessage", "41% api-lost chat.*",
         "the percentages of chat.postMessage" TOO_MUCH},
        {"60% api-cut webhook", "41% api-lost *", "the percentages of webhook" TOO_MUCH},
        {"60% lost-ack", "50% lost-ack", "the percentages of lost-ack" TOO_MUCH},
        {"60% api-cut chat.postMessage", "40% api-lost chat.*", NULL},
        {"60% api-cut chat.postMessage", "90% api-lost chat.update", NULL},
        {"60% api-cut chat.postMessage", "api-lost chat.postMessage", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sim_faults_clear(&faults, "");
        ask(cases[i].active);
        assert_true(sim_fault_list_read(cases[i].added, &read, problem));
        assert_true(sim_faults_add(&faults, &read.list[0], problem) == !cases[i].problem);
        if (cases[i].problem) assert_string_equal(problem, cases[i].problem);
    }
}

static bool acts(enum sim_point point)
{
    return sim_faults_at(&faults, point, "").acts;
}

FAULT_TEST(a_fault_acts_as_often_as_it_was_asked_to)
{
    ask("too-many --count 2");
    assert_true(sim_faults_look(&faults, SIM_POINT_HELLO, "").acts);
    assert_false(acts(SIM_POINT_UPGRADE));
    assert_true(acts(SIM_POINT_HELLO));
    assert_true(acts(SIM_POINT_HELLO));
    assert_false(acts(SIM_POINT_HELLO));
    assert_int_equal(faults.acted, 2);
    ask("too-many --after 2");
    assert_false(sim_faults_look(&faults, SIM_POINT_HELLO, "").acts);
    for (int i = 0; i < 4; i++)
        assert_true(acts(SIM_POINT_HELLO) == (i == 2));
    /* Some faults have no limit. */
    ask("no-pong");
    for (int i = 0; i < 100; i++)
        assert_true(acts(SIM_POINT_PONG));
    assert_int_equal(sim_faults_clear(&faults, "no-ping"), 0);
    assert_int_equal(sim_faults_clear(&faults, "no-pong"), 1);
    assert_false(acts(SIM_POINT_PONG));
}

FAULT_TEST(a_fault_acts_for_its_time)
{
    ask("too-many --for 1000");
    for (int i = 0; i < 5; i++)
        assert_true(acts(SIM_POINT_HELLO));
    now_us += 999999;
    assert_true(acts(SIM_POINT_HELLO));
    now_us += 1;
    assert_false(acts(SIM_POINT_HELLO));
    assert_int_equal(faults.count, 0);
    ask("too-many --count 1 --for 1000");
    assert_true(acts(SIM_POINT_HELLO));
    assert_false(acts(SIM_POINT_HELLO));
}

FAULT_TEST(faults_of_one_point_act_in_turn)
{
    ask("open-status 500");
    ask("open-status 503");
    const char *method = "apps.connections.open";
    assert_int_equal(sim_faults_at(&faults, SIM_POINT_CALL, method).status, 500);
    assert_int_equal(sim_faults_at(&faults, SIM_POINT_CALL, method).status, 503);
    assert_int_equal(sim_faults_at(&faults, SIM_POINT_CALL, method).status, 0);
}

FAULT_TEST(there_is_a_bound)
{
    for (int i = 0; i < SIM_FAULTS_MAX; i++)
        ask("no-ping");
    assert_false(sim_faults_add(&faults, &read.list[0], problem));
    assert_string_equal(problem, "there are too many faults; slackapp sim fault clear ends them");
    assert_int_equal(sim_faults_clear(&faults, ""), SIM_FAULTS_MAX);
    ask("no-ping");
}

FAULT_TEST(they_can_be_seen)
{
    sim_json_builder_t json = {arena, 0};
    ask("late-pong 9000 --for 5000");
    ask("open-status 429 3 --count 4");
    now_us += 1000000;
    const char *text = slack__json_text(arena, sim_faults_json(&faults, &json), NULL);
    assert_string_equal(text, "[{\"fault\":\"late-pong 9000\",\"acted\":0,\"ms\":4000},"
                              "{\"fault\":\"open-status 429 3\",\"acted\":0,\"left\":4}]");
}

/* ---- the failure rate ---- */

TEST(above_95_percent_of_failures_is_too_much)
{
    sim_failure_rate_t failures;
    unsigned events, failed;
    sim_failure_rate_init(&failures, 100, 1);
    for (int i = 0; i < 5; i++)
        assert_false(sim_failure_rate_add(&failures, false, 1000));
    for (int i = 0; i < 95; i++)
        assert_false(sim_failure_rate_add(&failures, true, 2000)); /* 95 of 100 */
    assert_true(sim_failure_rate_add(&failures, true, 2000));
    sim_failure_rate_count(&failures, &events, &failed);
    assert_int_equal(events, 101);
    assert_int_equal(failed, 96);
}

TEST(few_events_are_exempt)
{
    sim_failure_rate_t failures;
    sim_failure_rate_init(&failures, SIM_FAILURE_RATE_MIN, 1);
    for (int i = 0; i < SIM_FAILURE_RATE_MIN - 1; i++)
        assert_false(sim_failure_rate_add(&failures, true, 0));
    assert_true(sim_failure_rate_add(&failures, true, 0));
}

TEST(an_hour_later_it_is_forgotten)
{
    const uint64_t hour_ms = (uint64_t)3600 * 1000;
    sim_failure_rate_t failures;
    unsigned events, failed;
    sim_failure_rate_init(&failures, 10, 1);
    for (int i = 0; i < 9; i++)
        assert_false(sim_failure_rate_add(&failures, true, 0));
    assert_false(sim_failure_rate_add(&failures, true, hour_ms));
    sim_failure_rate_count(&failures, &events, &failed);
    assert_int_equal(events, 1);
    /* The buckets expire one by one. */
    sim_failure_rate_init(&failures, 1000, 60);
    for (uint64_t minute = 0; minute < 60; minute++)
        sim_failure_rate_add(&failures, false, minute * 1000);
    sim_failure_rate_count(&failures, &events, &failed);
    assert_int_equal(events, 60);
    sim_failure_rate_add(&failures, false, 70 * 1000);
    sim_failure_rate_count(&failures, &events, &failed);
    assert_int_equal(events, 50);
}
