/* SPDX-License-Identifier: MIT */
/* Tokens of many tenants: the authorize function's answers, their timing, the stop, and out of
 * memory. */

#include "app/inspect.h"
#include "support/alloc_fail.h"
#include "support/desk.h"
#include "support/heap.h"
#include "support/test.h"

static app_fixture_t f;

/* ---- granted ---- */

DESK_TEST(granted_now, desk_setup)
{
    desk_hear(&f, "hi");
    desk_message(&f, "T1");
    app_run_until_calls(&f, 1);
    app_run_until_idle(&f);
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "xoxb-T1-0");
    assert_string_equal(desk.seen.bot_user, "UT1");
    assert_string_equal(desk.seen.bot_id, "BT1");
    assert_string_equal(desk.app, "A1");
    assert_string_equal(desk.team, "T1");
    assert_string_equal(desk.user, ""); /* only needed for a user token */
    assert_false(desk.org);
    assert_false(world_logged(&f.world, "xoxb-T1"));
}

/* The event is acked before the answer; middleware and listeners wait for it. */
DESK_TEST(granted_later, desk_setup)
{
    desk.answer = DESK_LATER;
    desk_hear(&f, NULL);
    desk_message(&f, "T1");
    assert_int_equal(desk.asked, 1);
    assert_int_equal(desk.seen.count, 0);
    assert_int_equal(desk_grant(desk.request, "T1"), 0);
    assert_int_equal(desk.seen.count, 0); /* slack_authorize_grant() runs no handler itself */
    app_run_until_idle(&f);
    assert_int_equal(desk.seen.count, 1);
}

DESK_TEST(deliveries_of_a_tenant_wait_together, desk_setup)
{
    desk.answer = DESK_LATER;
    desk_hear(&f, "hi");
    desk_message(&f, "T1");
    slack_authorize_t first = desk.request;
    desk_message(&f, "T1");
    desk_message(&f, "T1");
    desk_message(&f, "T2");
    assert_int_equal(desk.asked, 2);
    assert_int_equal(desk_grant(desk.request, "T2"), 0);
    app_run_until_calls(&f, 1);
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "xoxb-T2-0");
    assert_int_equal(desk.seen.count, 1);
    assert_int_equal(desk_grant(first, "T1"), 0);
    app_run_until_calls(&f, 4);
    app_run_until_idle(&f);
    for (size_t i = 1; i < 4; i++)
        assert_string_equal(fake_slack_call(f.slack, i)->token, "xoxb-T1-0");
}

struct answerer {
    slack_authorize_t request;
    int rc, second;
};

static void answer_from_a_thread(void *arg)
{
    struct answerer *a = arg;
    a->rc = desk_grant(a->request, "T1");
    a->second = slack_authorize_refuse(a->request, "again");
}

DESK_TEST(answered_by_another_thread, desk_setup)
{
    desk.answer = DESK_LATER;
    desk_hear(&f, NULL);
    for (unsigned i = 0; i < 20; i++) {
        char team[8];
        snprintf(team, sizeof team, "T%u", i);
        desk_message(&f, team);
        struct answerer a = {.request = desk.request};
        uv_thread_t thread;
        assert_int_equal(uv_thread_create(&thread, answer_from_a_thread, &a), 0);
        app_run_until_idle(&f);
        uv_thread_join(&thread);
        assert_int_equal(a.rc, 0);
        assert_int_equal(a.second, SLACK_EALREADY);
        assert_int_equal(desk.seen.count, i + 1);
    }
}

DESK_TEST(one_answer_alone, desk_setup)
{
    static const slack_authorization_t bad[] = {
        {.bot_id = "B1"},                /* no token */
        {.bot_token = "xoxb-1\r\nX: y"}, /* malformed, as are the next two */
        {.bot_token = " \n"},
        {.bot_token = "xoxb-1\u00a0"},
        {.bot_token = "xoxb-1", .user_token = "xoxp-1"}, /* one user's token for all users */
    };
    desk.answer = DESK_LATER;
    desk_hear(&f, NULL);
    desk_message(&f, "T1");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(slack_authorize_grant(desk.request, &bad[i]), SLACK_EINVAL);
    assert_int_equal(desk_grant(desk.request, "T1"), 0);
    assert_int_equal(desk_grant(desk.request, "T1"), SLACK_EALREADY);
    assert_int_equal(slack_authorize_refuse(desk.request, NULL), SLACK_EALREADY);
    app_run_until_idle(&f);
    assert_int_equal(slack_authorize_fail(desk.request, SLACK_EIO, NULL), SLACK_EALREADY);
    slack_authorize_t none = {f.app, 4711};
    assert_int_equal(slack_authorize_refuse(none, NULL), SLACK_EALREADY);
    assert_int_equal(desk.seen.count, 1);
}

/* ---- in time ---- */

DESK_TEST(no_answer_in_time, desk_setup)
{
    desk.answer = DESK_LATER;
    desk_hear(&f, NULL);
    desk_message(&f, "T1");
    app_pass_ms(&f, 5000);
    desk_message(&f, "T2");
    slack_authorize_t first = desk.request;
    app_pass_ms(&f, 5000); /* the timeout of T1's request only */
    assert_int_equal(world_log_count(&f.world, "deliveries=1 error=SLACK_ETIMEDOUT"), 1);
    assert_int_equal(desk_grant(first, "T2"), 0);
    app_run_until_idle(&f);
    assert_int_equal(desk.seen.count, 1);
    desk.answer = DESK_NOW;
    app_pass_ms(&f, 2000); /* the retry of T1's delivery */
    app_run_until_idle(&f);
    assert_int_equal(desk.seen.count, 2);
    assert_int_equal(desk.seen.attempt, 2);
    app_pass_ms(&f, 5000);
    desk_message(&f, "T3");
    slack_authorize_t late = {f.app, first.id - 1};
    assert_int_equal(desk_grant(late, "T1"), SLACK_EALREADY);
}

/* The default ack is sent while the lookup lasts; the handler's text goes to the response_url
 * later. */
static int answer_command(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_text(ctx, "done");
}

DESK_TEST(acks_do_not_wait_for_it, desk_setup)
{
    char body[300];
    app_ack_t ack = {0};
    desk.answer = DESK_LATER;
    assert_int_equal(slack_on_command(f.app, "/x", answer_command, NULL), 0);
    app_ready(&f);
    snprintf(body, sizeof body, "{'command':'/x','team_id':'T1','response_url':'%s'}",
             fake_slack_hook_url(f.slack, "1"));
    app_inject(&f, body, &ack);
    app_spin(&f);
    assert_int_equal(ack.count, 0);
    app_pass_ms(&f, 2500);
    assert_int_equal(ack.count, 1);
    assert_non_null(strstr(ack.body, "Still working on it"));
    assert_int_equal(desk_grant(desk.request, "T1"), 0);
    app_run_until_calls(&f, 1);
    app_run_until_idle(&f);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"), "done");
    assert_int_equal(ack.count, 1);
}

static int open_narrow(void **state)
{
    slack_authorizer_t how = desk_authorizer();
    desk_open(&f, &(slack_options_t){.max_deliveries = 6}, &how);
    return 0;
}

DESK_TEST(only_so_many_wait_for_a_tenant, open_narrow)
{
    app_ack_t acks[5] = {{0}};
    desk.answer = DESK_LATER;
    app_ready(&f);
    for (size_t i = 0; i < 5; i++)
        app_inject(&f, "{'command':'/x','team_id':'T1'}", &acks[i]);
    app_spin(&f);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(acks[i].count, i >= 4);
    assert_int_equal(acks[4].outcome, SLACK_ACK_LATER);
    desk.answer = DESK_NOW;
    app_ack_t other;
    desk_event(&f, "T2", "message", "U1", &other); /* other tenants still have room */
    assert_int_equal(slack_authorize_refuse(desk.request, NULL), SLACK_EALREADY);
    slack_authorize_t first = {f.app, desk.request.id - 1};
    assert_int_equal(slack_authorize_refuse(first, NULL), 0);
    app_run_until_idle(&f);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(acks[i].outcome, SLACK_ACK_OK);
}

/* ---- the stop ---- */

DESK_TEST(stop_while_it_is_asked, desk_setup)
{
    app_ack_t ack = {0};
    desk.answer = DESK_LATER;
    desk_hear(&f, NULL);
    desk_message(&f, "T1");
    app_inject(&f, "{'command':'/x','team_id':'T1'}", &ack);
    app_spin(&f);
    slack_app_stop(f.app);
    slack_app_stop(f.app); /* the second call ends the drain */
    app_spin(&f);
    app_run_until_stopped(&f);
    assert_int_equal(ack.count, 1);
    assert_int_equal(ack.outcome, SLACK_ACK_LATER);
    assert_int_equal(desk.seen.count, 0);
    assert_int_equal(desk_grant(desk.request, "T1"), SLACK_ECANCELED);
}

/* The drain waits for the lookup. */
DESK_TEST(a_drain_waits_for_it, desk_setup)
{
    desk.answer = DESK_LATER;
    desk_hear(&f, NULL);
    desk_message(&f, "T1");
    slack_app_stop(f.app);
    app_spin(&f);
    assert_int_equal(desk_grant(desk.request, "T1"), 0);
    app_run_until_stopped(&f);
    assert_int_equal(desk.seen.count, 1);
}

/* ---- misuse ---- */

DESK_TEST(set_once_and_before_the_start, desk_setup)
{
    slack_authorizer_t how = desk_authorizer();
    assert_int_equal(slack_app_authorize(f.app, &how), SLACK_EALREADY);
    assert_int_equal(slack_app_authorize(f.app, NULL), SLACK_EINVAL);
    how.fn = NULL;
    assert_int_equal(slack_app_authorize(f.app, &how), SLACK_EINVAL);
    how = desk_authorizer();
    how.timeout_ms = 600001;
    assert_int_equal(slack_app_authorize(f.app, &how), SLACK_EINVAL);
    how = desk_authorizer();
    how.cache_entries = 1000001;
    assert_int_equal(slack_app_authorize(f.app, &how), SLACK_EINVAL);
    app_ready(&f);

    slack_app_t *other = NULL;
    slack_options_t options = {.transport = "memory", .store = "memory:", .bot_token = "xoxb-1"};
    assert_int_equal(slack_app_new(&other, &options), 0);
    slack_authorize_t nowhere = {other, 2};
    assert_int_equal(slack_authorize_refuse(nowhere, NULL), SLACK_EINVAL);
    assert_int_equal(slack_authorize_refuse((slack_authorize_t){0}, NULL), SLACK_EINVAL);
    slack_app_forget(other, NULL);
    slack_app_free(other);
}

/* ---- out of memory ---- */

static bool deliver_with_failure(size_t nth, bool all)
{
    char event[DESK_BODY_MAX];
    desk_event_body(event, "T1", "message", "U1");
    app_ack_t ack[2] = {{0}};
    app_prepare(&f, event, &ack[0]);
    app_prepare(&f, "{'command':'/x','team_id':'T2'}", &ack[1]);
    slack_app_forget(f.app, NULL);
    heap_fail_at(nth, all);
    unsigned taken = app_inject_prepared(&f);
    app_spin(&f);
    bool failed = heap_heal();
    /* The allocation that failed may have been the answer's. */
    app_pass_ms(&f, 10000);
    assert_int_equal(ack[0].count + ack[1].count, taken);
    if (!failed) assert_int_equal(taken, 2);
    app_pass_ms(&f, 700000);
    app_spin(&f);
    assert_int_equal(slack__inspect_live(f.app), 0);
    return failed;
}

DESK_TEST(out_of_memory, desk_setup)
{
    slack_authorizer_t how = desk_authorizer();
    assert_int_equal(slack_on_command(f.app, "/x", answer_command, NULL), 0);
    desk_hear(&f, NULL);
    assert_true(alloc_fail_attempts(deliver_with_failure) > 4);

    slack_app_t *app = NULL;
    slack_options_t options = {.transport = "memory", .store = "memory:", .bot_token = "xoxb-1"};
    assert_int_equal(slack_app_new(&app, &options), 0);
    int rc = SLACK_ENOMEM;
    size_t nth = 0;
    for (; rc != 0; nth++) {
        heap_fail_at(nth, false);
        rc = slack_app_authorize(app, &how);
        heap_heal();
        assert_true(rc == 0 || rc == SLACK_ENOMEM);
    }
    assert_true(nth > 3);
    slack_app_free(app);
    desk.freed--; /* by the app of the fixture */
}

/* A forgotten token is wiped from memory. */
DESK_TEST(tokens_are_wiped, desk_setup)
{
    heap_watch("xoxb-T1-0");
    desk_hear(&f, NULL);
    desk_message(&f, "T1");
    slack_app_forget(f.app, NULL);
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
}
