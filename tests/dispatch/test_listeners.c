/* SPDX-License-Identifier: MIT */
/* Listeners of every kind in a whole app: registering, reading a delivery, ending it. */

#include "app/inspect.h"
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/test.h"

static app_fixture_t f;

/* ---- reading ---- */

static int answer_match(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "%s|%s|%s|%s", slack_ctx_match(ctx, 0), slack_ctx_match(ctx, 1),
                     slack_ctx_match(ctx, 9), slack_ctx_listener(ctx));
}

APP_TEST(test_what_a_pattern_captured)
{
    assert_int_equal(slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                             .message = 1,
                                                             .match = "deploy (\\w+)",
                                                             .how = SLACK_MATCH_REGEX,
                                                             .name = "d",
                                                             .fn = answer_match}),
                     0);
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "please deploy web now"), &f.ack);
    assert_string_equal(slack_json_str(app_call_args(&f, 0, "chat.postMessage"), "/text"),
                        "deploy web|web||d");
}

/* Whoever can write to the bot can send such texts without end: the log names each listener once.
 */
APP_TEST(test_a_costly_pattern_is_named_once_and_counted)
{
    static const char *const names[] = {"first", "second"};
    for (size_t i = 0; i < 2; i++)
        slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                .message = 1,
                                                .match = "(a+)+b",
                                                .how = SLACK_MATCH_REGEX,
                                                .name = names[i],
                                                .fn = app_nothing});
    app_ready(&f);
    char body[4096], a[3000];
    memset(a, 'a', sizeof a);
    for (int i = 0; i < 4; i++) {
        snprintf(body, sizeof body, APP_MESSAGE("%d", "%.*scb"), i, (int)sizeof a, a);
        app_deliver(&f, body, &f.ack);
    }
    assert_int_equal(slack__inspect_counters(f.app)->pattern_limits, 8);
    assert_int_equal(world_log_count(&f.world, "listener=first kind=event hint="), 1);
    assert_int_equal(world_log_count(&f.world, "listener=second kind=event hint="), 1);
}

static int read_context(slack_ctx_t *ctx, void *user_data)
{
    assert_string_equal(slack_ctx_match(ctx, 0), "");
    assert_string_equal(slack_ctx_app_id(ctx), "A1");
    assert_string_equal(slack_ctx_team(ctx), "T1");
    assert_string_equal(slack_ctx_enterprise(ctx), "E1");
    assert_true(slack_ctx_is_enterprise_install(ctx));
    assert_string_equal(slack_ctx_trigger_id(ctx), "1.2.3");
    assert_string_equal(slack_ctx_response_url(ctx), "https://hooks.slack.com/x");
    assert_in_range(slack_ctx_trigger_left_ms(ctx), 2000, 3000);
    assert_int_equal(slack_ctx_ack_late_ms(ctx), 0);
    assert_false(slack_ctx_canceled(ctx));
    assert_null(slack_ctx_inputs(ctx));
    app_skip_ms(&f, 3500);
    assert_int_equal(slack_ctx_trigger_left_ms(ctx), 0);
    assert_in_range(slack_ctx_ack_late_ms(ctx), 500, 1500);
    ++*(unsigned *)user_data;
    return 0;
}

APP_TEST(test_what_a_handler_reads)
{
    unsigned runs = 0;
    slack_on_command(f.app, "/c", read_context, &runs);
    app_ready(&f);
    app_deliver(&f,
                "{'command':'/c','api_app_id':'A1','team_id':'T1','enterprise_id':'E1',"
                "'is_enterprise_install':'true','trigger_id':'1.2.3',"
                "'response_url':'https://hooks.slack.com/x'}",
                &f.ack);
    assert_int_equal(runs, 1);
}

/* ---- removal ---- */

static int remove_both(slack_ctx_t *ctx, void *user_data)
{
    ++*(unsigned *)user_data;
    assert_int_equal(slack_unlisten(slack_ctx_app(ctx), "once"), 0);
    assert_int_equal(slack_unlisten(slack_ctx_app(ctx), "once"), SLACK_ENOTFOUND);
    return 0;
}

/* A removed listener is not called, even if it was already found for the delivery. */
APP_TEST(test_a_listener_removes_itself_and_another)
{
    unsigned runs = 0;
    for (int i = 0; i < 2; i++)
        slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                .name = "once",
                                                .fn = remove_both,
                                                .user_data = &runs});
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    app_deliver(&f, APP_MESSAGE("2", "x"), &f.ack);
    assert_int_equal(runs, 1);
}

/* ---- steps of workflows ---- */

#define STEP                                                                                       \
    APP_EVENT("f1", "\"type\":\"function_executed\",\"function\":{\"callback_id\":\"greet\"},"     \
                    "\"inputs\":{\"name\":\"Ada\"},\"function_execution_id\":\"Fx1\","             \
                    "\"bot_access_token\":\"xwfp-1\"")

static int greet(slack_ctx_t *ctx, void *user_data)
{
    const char *name = slack_json_str(slack_ctx_inputs(ctx), "/name");
    assert_string_equal(slack_ctx_function_execution_id(ctx), "Fx1");
    assert_int_equal(slack_completef(ctx, "{a: }"), SLACK_ETEMPLATE);
    int rc = slack_completef(ctx, "{greeting: 'Hello %s'}", name);
    assert_int_equal(slack_fail(ctx, "no"), SLACK_EALREADY);
    return rc;
}

APP_TEST(test_a_step_of_a_workflow)
{
    slack_on_function(f.app, "greet", greet, NULL);
    app_ready(&f);
    app_deliver(&f, STEP, &f.ack);
    const slack_json_t *args = app_call_args(&f, 0, "functions.completeSuccess");
    assert_string_equal(slack_json_str(args, "/function_execution_id"), "Fx1");
    assert_string_equal(slack_json_str(args, "/outputs"), "{\"greeting\":\"Hello Ada\"}");
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "xwfp-1");
}

static int give_up(slack_ctx_t *ctx, void *user_data)
{
    return slack_fail(ctx, "%s is %d%% wrong", slack_json_str(slack_ctx_inputs(ctx), "/name"), 50);
}

/* A button of a step's message belongs to that step. */
APP_TEST(test_a_step_ends_by_a_later_action)
{
    slack_on_action(f.app, "no", give_up, NULL);
    app_ready(&f);
    app_deliver(&f,
                "{'type':'block_actions','bot_access_token':'xwfp-2',"
                "'function_data':{'execution_id':'Fx2','inputs':{'name':'it'}},"
                "'actions':[{'action_id':'no'}]}",
                &f.ack);
    const slack_json_t *args = app_call_args(&f, 0, "functions.completeError");
    assert_string_equal(slack_json_str(args, "/function_execution_id"), "Fx2");
    assert_string_equal(slack_json_str(args, "/error"), "it is 50% wrong");
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "xwfp-2");
}

static int end_no_step(slack_ctx_t *ctx, void *user_data)
{
    *(int *)user_data = slack_completef(ctx, "{}");
    return 0;
}

APP_TEST(test_outside_a_step_nothing_is_completed)
{
    int rc = 0;
    slack_on_message(f.app, NULL, end_no_step, &rc);
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    assert_int_equal(rc, SLACK_EINVAL);
    assert_int_equal(fake_slack_count(f.slack), 0);
}

/* ---- registering ---- */

/* Bolt for JavaScript drops a listener with an unknown constraint and only logs it. */
APP_TEST(test_a_wrong_constraint_is_told)
{
    assert_int_equal(slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_COMMAND,
                                                             .match = "/x",
                                                             .block_id = "b",
                                                             .fn = app_nothing}),
                     SLACK_EINVAL);
    assert_string_equal(slack_app_error(f.app),
                        "listener \"/x\": block_id and callback_id are for actions and "
                        "options");
    app_ready(&f);
}

static int note_name(slack_ctx_t *ctx, void *user_data)
{
    char *names = user_data;
    strcat(strcat(names, slack_ctx_listener(ctx)), " ");
    return 0;
}

APP_TEST(test_a_listener_of_every_kind)
{
    char names[512] = "";
    slack_on_view_closed(f.app, "v", note_name, names);
    slack_on_view_submission(f.app, "v", note_name, names);
    slack_on_dialog(f.app, "d", note_name, names);
    slack_on_options(f.app, "o", note_name, names);
    slack_on_shortcut(f.app, "s", note_name, names);
    slack_on_action(f.app, "a", note_name, names);
    slack_on_app_rate_limited(f.app, note_name, names);
    slack_on_event(f.app, "app_mention", note_name, names);
    app_ready(&f);
    static const char *const bodies[] = {
        "{'type':'view_closed','view':{'callback_id':'v'}}",
        "{'type':'view_submission','view':{'callback_id':'v'}}",
        "{'type':'dialog_submission','callback_id':'d'}",
        "{'type':'dialog_cancellation','callback_id':'d'}",
        "{'type':'block_suggestion','action_id':'o'}",
        "{'type':'dialog_suggestion','callback_id':'o'}",
        "{'type':'shortcut','callback_id':'s'}",
        "{'type':'message_action','callback_id':'s'}",
        "{'type':'block_actions','actions':[{'action_id':'a'}]}",
        "{'type':'interactive_message','callback_id':'a','actions':[{'name':'n'}]}",
        "{'type':'app_rate_limited'}",
        APP_EVENT("1", "'type':'app_mention'"),
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        app_ack_t ack;
        app_deliver(&f, bodies[i], &ack);
        assert_int_equal(ack.outcome, SLACK_ACK_OK);
    }
    assert_string_equal(names, "view_closed:v view_submission:v dialog:d dialog:d options:o "
                               "options:o shortcut:s shortcut:s action:a action:a "
                               "app_rate_limited:* event:app_mention ");
}

/* ---- the bot's own events ---- */

#define OWN(id, type) APP_EVENT(id, "\"type\":\"" type "\",\"user\":\"U0BOT\",\"text\":\"x\"")
#define OWN_BOT(id)                                                                                \
    APP_EVENT(id, "\"type\":\"message\",\"subtype\":\"bot_message\",\"bot_id\":\"B0BOT\"")

static int note_own(slack_ctx_t *ctx, void *user_data)
{
    strcat(user_data, "m");
    return slack_next(ctx);
}

static void deliver_own(app_ack_t *ack)
{
    app_deliver(&f, OWN("1", "message"), ack);
    app_deliver(&f, OWN_BOT("2"), ack);
    app_deliver(&f, OWN("3", "reaction_added"), ack);
    app_deliver(&f, OWN("4", "member_joined_channel"), ack);
    app_deliver(&f, OWN("5", "member_left_channel"), ack);
}

/* By default two of the bot's own events reach listeners: those of its joining and leaving a
 * channel. */
APP_TEST(test_own_events)
{
    char names[256] = "";
    slack_use(f.app, note_own, names);
    slack_on_event(f.app, NULL, note_name, names);
    app_ready(&f);
    deliver_own(&f.ack);
    assert_int_equal(f.ack.outcome, SLACK_ACK_OK);
    assert_string_equal(names, "mevent:* mevent:* ");
}

#define CHANGE(subtype, member, author)                                                            \
    "'type':'message','subtype':'" subtype "','channel':'C1','ts':'3.0','" member "':{" author     \
    ",'ts':'1.0'}"

/* '?' stands for the author: a bot's id in the last three, a user's in all others. */
static const char *const authored[] = {
    CHANGE("message_changed", "message", "'user':'?'"),
    CHANGE("message_deleted", "previous_message", "'user':'?'"),
    CHANGE("message_replied", "message", "'user':'?','thread_ts':'1.0'"),
    "'type':'file_shared','file_id':'F1','user_id':'?','channel_id':'C1'",
    "'type':'user_change','user':{'id':'?'}",
    "'type':'channel_created','channel':{'id':'C2','creator':'?'}",
    "'type':'channel_deleted','channel':'C2','actor_id':'?'",
    "'type':'subteam_updated','subteam':{'id':'S1','updated_by':'?'}",
    "'type':'message_metadata_posted','user_id':'?','channel_id':'C1'",
    "'type':'shared_channel_invite_requested','actor':{'id':'?'}",
    "'type':'app_mention','subtype':'bot_message','bot_id':'?'",
    CHANGE("message_changed", "message", "'bot_id':'?'"),
    CHANGE("message_deleted", "previous_message", "'bot_id':'?'"),
};
#define AUTHORED (sizeof authored / sizeof *authored)

static void deliver_authored(size_t i, const char *author, app_ack_t *ack)
{
    char fields[256], body[512];
    const char *at = strchr(authored[i], '?');
    snprintf(fields, sizeof fields, "%.*s%s%s", (int)(at - authored[i]), authored[i], author,
             at + 1);
    snprintf(body, sizeof body, APP_EVENT("Ev%zu%s", "%s"), i, author, fields);
    app_deliver(&f, body, ack);
}

/* Each event names its author at a different place. */
APP_TEST(own_is_one_rule_for_every_event)
{
    unsigned runs = 0;
    slack_on_event(f.app, NULL, app_count_run, &runs);
    app_ready(&f);
    for (size_t i = 0; i < AUTHORED; i++) {
        const bool bot = i + 3 >= AUTHORED;
        deliver_authored(i, bot ? "B0BOT" : "U0BOT", &f.ack);
        if (runs != i) fail_msg("the bot gets its own event: %s", authored[i]);
        deliver_authored(i, bot ? "B0OTHER" : "U0OTHER", &f.ack);
        if (runs != i + 1) fail_msg("the bot misses another's event: %s", authored[i]);
    }
}

static int mend(slack_ctx_t *ctx, void *user_data)
{
    ++*(unsigned *)user_data;
    return slack_updatef(ctx, slack_ctx_ts(ctx), "{text: 'mended'}");
}

/* Slack sends message_changed for the bot's own chat.update as well; the handler must not run for
 * it. */
APP_TEST(a_bot_that_updates_on_edits_stops)
{
    unsigned runs = 0;
    slack_on_event(f.app, "message", mend, &runs);
    app_ready(&f);
    deliver_authored(0, "U1", &f.ack);
    app_run_until_calls(&f, 1);
    deliver_authored(0, "U0BOT", &f.ack);
    app_run_until_idle(&f);
    assert_int_equal(runs, 1);
}

APP_TEST(test_own_events_of_a_listener)
{
    char names[256] = "";
    assert_int_equal(
        slack_listen(f.app,
                     &(slack_listener_t){.kind = SLACK_KIND_COMMAND, .own = 1, .fn = app_nothing}),
        SLACK_EINVAL);
    slack_use(f.app, note_own, names);
    slack_on_message(f.app, NULL, note_name, names);
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                            .message = 1,
                                            .own = 1,
                                            .name = "own",
                                            .fn = note_name,
                                            .user_data = names});
    unsigned unmatched = 0;
    slack_on_unmatched(f.app, app_count_run, &unmatched);
    app_ready(&f);
    deliver_own(&f.ack);
    assert_string_equal(names, "mown mown mm"); /* middleware runs for the two wanted events only */
    assert_int_equal(unmatched, 2);             /* member_joined_channel and member_left_channel */
    app_deliver(&f, APP_MESSAGE("6", "by a person"), &f.ack);
    assert_string_equal(names, "mown mown mmmmessage:* own ");
}

APP_TEST(test_own_events_for_all)
{
    char names[256] = "";
    slack__inspect_options(f.app)->own_events = 1;
    slack_on_message(f.app, NULL, note_name, names);
    app_ready(&f);
    deliver_own(&f.ack);
    assert_string_equal(names, "message:* message:* ");
}
