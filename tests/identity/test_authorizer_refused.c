/* SPDX-License-Identifier: MIT */
/* Tokens of many tenants: the text for a user without a token, and failed lookups. */

#include "app/inspect.h"
#include "support/desk.h"
#include "support/test.h"

static app_fixture_t f;

/* ---- refused ---- */

static struct {
    unsigned count;
    int status;
} error;

static void note_error(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    error.count++;
    error.status = status;
    assert_string_equal(listener, "");
}

static void note_dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    ++*(unsigned *)user_data;
}

DESK_TEST(a_refused_event_is_over, desk_setup)
{
    unsigned dead = 0;
    memset(&error, 0, sizeof error);
    desk.answer = DESK_REFUSE;
    slack_on_error(f.app, note_error, NULL);
    slack_on_dead(f.app, note_dead, &dead);
    desk_hear(&f, NULL);
    for (unsigned i = 0; i < 5; i++)
        desk_message(&f, "T1");
    assert_int_equal(desk.asked, 1);
    assert_int_equal(error.count, 5);
    assert_int_equal(error.status, SLACK_EAUTH);
    assert_int_equal(world_log_count(&f.world, "event=\"tenant refused\""), 1);
    assert_true(world_logged(
        &f.world, "team=T1 user=\"\" deliveries=1 error=SLACK_EAUTH reason=\"not installed\""));
    assert_int_equal(
        slack__inspect_counters(f.app)->deliveries[SLACK_KIND_EVENT][SLACK_RESULT_REFUSED], 5);
    app_pass_ms(&f, 5000);
    assert_int_equal(slack__inspect_live(f.app), 0);
    desk_message(&f, "T1");
    assert_int_equal(desk.asked, 1);
    desk.answer = DESK_NOW; /* the app is installed now */
    app_pass_ms(&f, 10000);
    assert_int_equal(desk.seen.count, 0); /* a refused delivery is not retried */
    desk_message(&f, "T1");
    assert_int_equal(desk.seen.count, 1);
    assert_int_equal(dead, 0);
}

#define TEXT "Please install me."
#define WHO  "'team':{'id':'T1'},'user':{'id':'U1'}"

static int open_with_text(void **state)
{
    slack_authorizer_t how = desk_authorizer();
    how.refusal = TEXT;
    desk_open(&f, NULL, &how);
    return 0;
}

DESK_TEST(interactions_are_told, open_with_text)
{
    static const struct {
        const char *body, *ack;
        bool by_url;
    } cases[] = {
        {"'command':'/x','team_id':'T1'", "{\"response_type\":\"ephemeral\",\"text\":\"" TEXT "\"}",
         false},
        {"'type':'block_actions','actions':[{'action_id':'a'}]," WHO, "", true},
        {"'type':'interactive_message','actions':[{'name':'a'}]," WHO, "", true},
        {"'type':'shortcut','callback_id':'s'," WHO, "", true},
        {"'type':'message_action','callback_id':'s'," WHO, "", true},
        {"'type':'block_suggestion','action_id':'o'," WHO, "{\"options\":[]}", true},
        {"'type':'view_submission','view':{'title':{'type':'plain_text','text':'T'}}," WHO,
         "{\"response_action\":\"update\",\"view\":{\"type\":\"modal\",\"title\":{\"type\":"
         "\"plain_text\",\"text\":\"T\"},\"blocks\":[{\"type\":\"section\",\"text\":{\"type\":"
         "\"plain_text\",\"text\":\"" TEXT "\"}}]}}",
         false},
        {"'type':'view_submission','view':{}," WHO, "", true},
        {"'type':'view_closed','view':{}," WHO, "", true},
        {"'type':'dialog_submission','submission':{'name':'x'}," WHO,
         "{\"errors\":[{\"name\":\"name\",\"error\":\"" TEXT "\"}]}", false},
        {"'type':'dialog_cancellation'," WHO, "", true},
    };
    char body[700];
    size_t calls = 0;
    desk.answer = DESK_REFUSE;
    app_ready(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        app_ack_t ack = {0};
        snprintf(body, sizeof body, "{%s}", cases[i].body);
        app_deliver(&f, body, &ack);
        assert_int_equal(ack.outcome, SLACK_ACK_OK);
        assert_string_equal(ack.body, cases[i].ack);
        app_run_until_idle(&f);

        /* If the ack takes no text, it goes to the response_url. */
        ack = (app_ack_t){0};
        snprintf(body, sizeof body, "{%s,'response_url':'%s'}", cases[i].body,
                 fake_slack_hook_url(f.slack, "1"));
        app_deliver(&f, body, &ack);
        app_run_until_idle(&f);
        assert_int_equal(ack.count, 1);
        calls += cases[i].by_url;
        assert_int_equal(fake_slack_count(f.slack), calls);
        if (!cases[i].by_url) continue;
        const fake_call_t *call = fake_slack_call(f.slack, calls - 1);
        assert_string_equal(slack_json_str(call->args, "/text"), TEXT);
        assert_string_equal(slack_json_str(call->args, "/response_type"), "ephemeral");
        assert_string_equal(call->token, "");
    }
    assert_int_equal(slack__inspect_counters(f.app)->default_acks, 0);
}

DESK_TEST(default_text, desk_setup)
{
    app_ack_t ack = {0};
    desk.answer = DESK_REFUSE;
    app_ready(&f);
    app_deliver(&f, "{'command':'/x','team_id':'T1'}", &ack);
    assert_non_null(strstr(ack.body, "not installed"));
}

/* The wire refuses a body with this ack. */
DESK_TEST(told_where_the_wire_takes_it, open_with_text)
{
    char body[300];
    app_ack_t ack = {.answer = SLACK_EACKBODY};
    desk.answer = DESK_REFUSE;
    app_ready(&f);
    snprintf(body, sizeof body, "{'command':'/x','team_id':'T1','response_url':'%s'}",
             fake_slack_hook_url(f.slack, "1"));
    app_inject(&f, body, &ack);
    app_run_until_calls(&f, 1);
    app_run_until_idle(&f);
    assert_int_equal(ack.count, 1);
    assert_string_equal(ack.body, "");
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"), TEXT);
}

static void ack_in_own_words(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    if (status == SLACK_EAUTH) slack_ack_text(ctx, "in own words");
}

DESK_TEST(the_error_hook_has_the_first_word, desk_setup)
{
    app_ack_t ack = {0};
    desk.answer = DESK_REFUSE;
    slack_on_error(f.app, ack_in_own_words, NULL);
    app_ready(&f);
    app_deliver(&f, "{'command':'/x','team_id':'T1'}", &ack);
    assert_int_equal(ack.count, 1);
    assert_string_equal(ack.body, "in own words");
}

/* ---- failed ---- */

DESK_TEST(a_failure_heals, desk_setup)
{
    desk.answer = DESK_FAIL;
    desk_hear(&f, "hi");
    desk_message(&f, "T1");
    app_run_until_idle(&f);
    assert_int_equal(desk.asked, 1);
    assert_true(world_logged(&f.world, "error=SLACK_ENOTFOUND reason=\"the database is away\""));
    desk.answer = DESK_RETURN;
    app_pass_ms(&f, 2000);
    app_run_until_idle(&f);
    assert_int_equal(desk.asked, 2);
    assert_true(
        world_logged(&f.world, "error=SLACK_ESTORE reason=\"the authorizer's function failed\""));
    desk.answer = DESK_NOW;
    app_pass_ms(&f, 4000);
    app_run_until_calls(&f, 1);
    app_run_until_idle(&f);
    assert_int_equal(desk.asked, 3); /* a failure is not remembered */
    assert_int_equal(desk.seen.count, 1);
    assert_int_equal(desk.seen.attempt, 3);
    assert_int_equal(slack__inspect_lookups(f.app)[SLACK_LOOKUP_FAILED], 2);
}

DESK_TEST(a_failed_command_is_refused, desk_setup)
{
    app_ack_t ack = {0};
    desk.answer = DESK_FAIL;
    app_ready(&f);
    app_deliver(&f, "{'command':'/x','team_id':'T1'}", &ack);
    assert_int_equal(ack.outcome, SLACK_ACK_REFUSE);
    app_run_until_idle(&f);
    assert_int_equal(
        slack__inspect_counters(f.app)->deliveries[SLACK_KIND_COMMAND][SLACK_RESULT_FAILED], 1);
}
