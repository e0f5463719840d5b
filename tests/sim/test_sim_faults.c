/* SPDX-License-Identifier: MIT */
#include "sim/failure_rate.h"
#include "sim/faults.h"
#include "support/json.h"

/* The simulator's faults: the table, requests, and when a fault acts; and the failure rate. */

static uint64_t now_us;
static sim_faults_t faults;
static sim_fault_t fault;
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
    sim_faults_init(&faults, &test_clock);
    return arena_open(state);
}

#define FAULT_TEST(function) TEST_CASE(function, setup, arena_close, NULL)

static bool asked(const char *json)
{
    *problem = '\0';
    return sim_fault_read(json_of(json), &fault, problem);
}

static void ask(const char *json)
{
    if (!asked(json)) fail_msg("%s", problem);
    assert_true(sim_faults_add(&faults, &fault));
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
    ask("{'name':'open-status','args':['429','3']}");
    assert_string_equal(fault.said, "open-status 429 3");
    sim_effect_t effect = sim_faults_at(&faults, SIM_POINT_CALL, "apps.connections.open");
    assert_true(effect.acts);
    assert_int_equal(effect.status, 429);
    assert_int_equal(effect.retry_after_s, 3);

    ask("{'name':'api-error','args':['chat.postMessage','fatal_error']}");
    assert_false(sim_faults_at(&faults, SIM_POINT_CALL, "chat.update").acts);
    effect = sim_faults_at(&faults, SIM_POINT_CALL, "chat.postMessage");
    assert_string_equal(effect.error, "fatal_error");

    ask("{'name':'slow-hello'}");
    assert_int_equal(sim_faults_at(&faults, SIM_POINT_HELLO, "").delay_ms, 5000);
    ask("{'name':'disconnect-first','args':['warning']}");
    assert_string_equal(sim_faults_at(&faults, SIM_POINT_HELLO, "").disconnect, "warning");
}

FAULT_TEST(what_makes_no_sense_is_told)
{
#define BOUNDS "a count and an after are from 1 to 1000000, a time from 1 ms to 24 h"
    static const struct {
        const char *json;
        const char *problem;
    } cases[] = {
        {"{}", "there is no fault \"\"; slackapp sim fault list prints all of them"},
        {"{'name':'nope'}",
         "there is no fault \"nope\"; slackapp sim fault list prints all of them"},
        {"{'name':'open-status'}", "open-status needs its STATUS"},
        {"{'name':'open-status','args':['abc']}",
         "STATUS of open-status is a number from 200 up to 599, not \"abc\""},
        {"{'name':'open-status','args':['101']}",
         "STATUS of open-status is a number from 200 up to 599, not \"101\""},
        {"{'name':'slow-hello','args':['-1']}",
         "MS of slow-hello is a number up to 3600000, not \"-1\""},
        {"{'name':'open-error','args':['']}",
         "ERROR of open-error is a word of at most 63 characters"},
        {"{'name':'no-pong','args':['1']}", "no-pong takes fewer arguments"},
        {"{'name':'no-pong','count':0}", BOUNDS},
        {"{'name':'no-pong','after':-1}", BOUNDS},
        {"{'name':'no-pong','for_ms':-1}", BOUNDS},
        {"{'name':'refresh','for_ms':5}", "refresh acts at once: it takes no --for and no --after"},
        {"{'name':'drop','after':1}", "drop acts at once: it takes no --for and no --after"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(asked(cases[i].json));
        assert_string_equal(problem, cases[i].problem);
    }
}

static bool acts(enum sim_point point)
{
    return sim_faults_at(&faults, point, "").acts;
}

FAULT_TEST(a_fault_acts_as_often_as_it_was_asked_to)
{
    ask("{'name':'too-many','count':2}");
    assert_true(sim_faults_look(&faults, SIM_POINT_HELLO, "").acts);
    assert_false(acts(SIM_POINT_UPGRADE));
    assert_true(acts(SIM_POINT_HELLO));
    assert_true(acts(SIM_POINT_HELLO));
    assert_false(acts(SIM_POINT_HELLO));
    assert_int_equal(faults.acted, 2);
    ask("{'name':'too-many','after':2}");
    assert_false(sim_faults_look(&faults, SIM_POINT_HELLO, "").acts);
    for (int i = 0; i < 4; i++)
        assert_true(acts(SIM_POINT_HELLO) == (i == 2));
    /* Some faults have no limit. */
    ask("{'name':'no-pong'}");
    for (int i = 0; i < 100; i++)
        assert_true(acts(SIM_POINT_PONG));
    assert_int_equal(sim_faults_clear(&faults, "no-ping"), 0);
    assert_int_equal(sim_faults_clear(&faults, "no-pong"), 1);
    assert_false(acts(SIM_POINT_PONG));
}

FAULT_TEST(a_fault_acts_for_its_time)
{
    ask("{'name':'too-many','for_ms':1000}");
    for (int i = 0; i < 5; i++)
        assert_true(acts(SIM_POINT_HELLO));
    now_us += 999999;
    assert_true(acts(SIM_POINT_HELLO));
    now_us += 1;
    assert_false(acts(SIM_POINT_HELLO));
    assert_int_equal(faults.count, 0);
    ask("{'name':'too-many','for_ms':1000,'count':1}");
    assert_true(acts(SIM_POINT_HELLO));
    assert_false(acts(SIM_POINT_HELLO));
}

FAULT_TEST(faults_of_one_point_act_in_turn)
{
    ask("{'name':'open-status','args':['500']}");
    ask("{'name':'open-status','args':['503']}");
    const char *method = "apps.connections.open";
    assert_int_equal(sim_faults_at(&faults, SIM_POINT_CALL, method).status, 500);
    assert_int_equal(sim_faults_at(&faults, SIM_POINT_CALL, method).status, 503);
    assert_int_equal(sim_faults_at(&faults, SIM_POINT_CALL, method).status, 0);
}

FAULT_TEST(there_is_a_bound)
{
    for (int i = 0; i < SIM_FAULTS_MAX; i++)
        ask("{'name':'no-ping'}");
    assert_false(sim_faults_add(&faults, &fault));
    assert_int_equal(sim_faults_clear(&faults, ""), SIM_FAULTS_MAX);
    assert_true(sim_faults_add(&faults, &fault));
}

FAULT_TEST(they_can_be_seen)
{
    sim_json_builder_t json = {arena, 0};
    ask("{'name':'late-pong','args':['9000'],'for_ms':5000}");
    ask("{'name':'open-status','args':['429','3'],'count':4}");
    now_us += 1000000;
    const char *text = slack__json_text(arena, sim_faults_json(&faults, &json), NULL);
    assert_string_equal(text, "[{\"fault\":\"late-pong 9000\",\"ms\":4000},"
                              "{\"fault\":\"open-status 429 3\",\"left\":4}]");
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
