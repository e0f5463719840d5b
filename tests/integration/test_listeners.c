/* SPDX-License-Identifier: MIT */
/*
 * Listeners of every kind in a whole app: what is registered, what a handler reads, what it ends
 * by.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/app.h"
#include "support/app_fixture.h"

static app_fixture_t f;

static int open_app(void **state)
{
    (void)state;
    app_open(&f, NULL);
    return 0;
}

static int close_app(void **state)
{
    (void)state;
    app_close(&f);
    return 0;
}

/* Deliver, and run until it is acknowledged and nothing more happens. */
static void run_through(const char *body, app_ack_t *ack)
{
    *ack = (app_ack_t){0};
    app_inject(&f, body, ack);
    app_run_until(&f, &ack->count);
    app_spin(&f);
}

static const slack_json_t *call_args(size_t i, const char *method)
{
    app_run_until_calls(&f, i + 1);
    const fake_call_t *call = fake_slack_call(f.slack, i);
    assert_string_equal(call->method, method);
    return call->args;
}

#define EVENT(id, fields)                                                                          \
    "{\"type\":\"event_callback\",\"event_id\":\"" id "\",\"event\":{" fields "}}"
#define MESSAGE(id, text)                                                                          \
    EVENT(id, "\"type\":\"message\",\"channel\":\"C1\",\"user\":\"U1\",\"ts\":\"1.0\",\"text\":\"" \
              "" text "\"")

/* ---- what a handler reads ---- */

static int answer_match(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "%s|%s|%s|%s", slack_ctx_match(ctx, 0), slack_ctx_match(ctx, 1),
                     slack_ctx_match(ctx, 9), slack_ctx_listener(ctx));
}

static void test_what_a_pattern_captured(void **state)
{
    (void)state;
    assert_int_equal(slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                             .message = 1,
                                                             .match = "deploy (\\w+)",
                                                             .how = SLACK_MATCH_REGEX,
                                                             .name = "d",
                                                             .fn = answer_match}),
                     0);
    app_ready(&f);
    app_ack_t ack;
    run_through(MESSAGE("1", "please deploy web now"), &ack);
    assert_string_equal(slack_json_str(call_args(0, "chat.postMessage"), "/text"),
                        "deploy web|web||d");
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
    f.skew_us += 3500 * 1000;
    assert_int_equal(slack_ctx_trigger_left_ms(ctx), 0);
    assert_in_range(slack_ctx_ack_late_ms(ctx), 500, 1500);
    ++*(unsigned *)user_data;
    return 0;
}

static void test_what_a_handler_reads(void **state)
{
    (void)state;
    unsigned runs = 0;
    slack_on_command(f.app, "/c", read_context, &runs);
    app_ready(&f);
    app_ack_t ack;
    run_through(
        "{\"command\":\"/c\",\"api_app_id\":\"A1\",\"team_id\":\"T1\",\"enterprise_id\":\"E1\","
        "\"is_enterprise_install\":\"true\",\"trigger_id\":\"1.2.3\","
        "\"response_url\":\"https://hooks.slack.com/x\"}",
        &ack);
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

/* What is removed is not called any more, also where it had been found already. */
static void test_a_listener_removes_itself_and_another(void **state)
{
    (void)state;
    unsigned runs = 0;
    for (int i = 0; i < 2; i++)
        slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                .name = "once",
                                                .fn = remove_both,
                                                .user_data = &runs});
    app_ready(&f);
    app_ack_t ack;
    run_through(MESSAGE("1", "x"), &ack);
    run_through(MESSAGE("2", "x"), &ack);
    assert_int_equal(runs, 1);
}

/* ---- steps of workflows ---- */

#define STEP                                                                                       \
    EVENT("f1", "\"type\":\"function_executed\",\"function\":{\"callback_id\":\"greet\"},"         \
                "\"inputs\":{\"name\":\"Ada\"},\"function_execution_id\":\"Fx1\","                 \
                "\"bot_access_token\":\"xwfp-1\"")

static int greet(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *name = slack_json_str(slack_ctx_inputs(ctx), "/name");
    assert_string_equal(slack_ctx_function_execution_id(ctx), "Fx1");
    assert_int_equal(slack_complete(ctx, slack_jsonf(ctx, "{a: }")), SLACK_ETEMPLATE);
    int rc = slack_complete(ctx, slack_jsonf(ctx, "{greeting: 'Hello %s'}", name));
    assert_int_equal(slack_fail(ctx, "no"), SLACK_EALREADY);
    return rc;
}

static void test_a_step_of_a_workflow(void **state)
{
    (void)state;
    slack_on_function(f.app, "greet", greet, NULL);
    app_ready(&f);
    app_ack_t ack;
    run_through(STEP, &ack);
    const slack_json_t *args = call_args(0, "functions.completeSuccess");
    assert_string_equal(slack_json_str(args, "/function_execution_id"), "Fx1");
    assert_string_equal(slack_json_str(args, "/outputs"), "{\"greeting\":\"Hello Ada\"}");
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "xwfp-1");
}

static int give_up(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_fail(ctx, "%s is %d%% wrong", slack_json_str(slack_ctx_inputs(ctx), "/name"), 50);
}

/* A button that came out of a step belongs to it. */
static void test_a_step_ends_by_a_later_action(void **state)
{
    (void)state;
    slack_on_action(f.app, "no", give_up, NULL);
    app_ready(&f);
    app_ack_t ack;
    run_through(
        "{\"type\":\"block_actions\",\"bot_access_token\":\"xwfp-2\",\"function_data\":{"
        "\"execution_id\":\"Fx2\",\"inputs\":{\"name\":\"it\"}},\"actions\":[{\"action_id\":"
        "\"no\"}]}",
        &ack);
    const slack_json_t *args = call_args(0, "functions.completeError");
    assert_string_equal(slack_json_str(args, "/function_execution_id"), "Fx2");
    assert_string_equal(slack_json_str(args, "/error"), "it is 50% wrong");
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "xwfp-2");
}

static int end_no_step(slack_ctx_t *ctx, void *user_data)
{
    *(int *)user_data = slack_complete(ctx, slack_jsonf(ctx, "{}"));
    return 0;
}

static void test_outside_a_step_nothing_is_completed(void **state)
{
    (void)state;
    int rc = 0;
    slack_on_message(f.app, NULL, end_no_step, &rc);
    app_ready(&f);
    app_ack_t ack;
    run_through(MESSAGE("1", "x"), &ack);
    assert_int_equal(rc, SLACK_EINVAL);
    assert_int_equal(fake_slack_count(f.slack), 0);
}

/* ---- registering ---- */

static int nothing(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx, (void)user_data;
    return 0;
}

/* Bolt for JavaScript logs an unknown constraint and drops the listener. */
static void test_a_wrong_constraint_is_told(void **state)
{
    (void)state;
    assert_int_equal(slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_COMMAND,
                                                             .match = "/x",
                                                             .block_id = "b",
                                                             .fn = nothing}),
                     SLACK_EINVAL);
    assert_string_equal(slack_app_error(f.app), "block_id and callback_id are for actions and "
                                                "options");
    app_ready(&f);
}

static int count(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx;
    ++*(unsigned *)user_data;
    return 0;
}

static int note_name(slack_ctx_t *ctx, void *user_data)
{
    char *names = user_data;
    strcat(strcat(names, slack_ctx_listener(ctx)), " ");
    return 0;
}

static void test_a_listener_of_every_kind(void **state)
{
    (void)state;
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
        "{\"type\":\"view_closed\",\"view\":{\"callback_id\":\"v\"}}",
        "{\"type\":\"view_submission\",\"view\":{\"callback_id\":\"v\"}}",
        "{\"type\":\"dialog_submission\",\"callback_id\":\"d\"}",
        "{\"type\":\"dialog_cancellation\",\"callback_id\":\"d\"}",
        "{\"type\":\"block_suggestion\",\"action_id\":\"o\"}",
        "{\"type\":\"dialog_suggestion\",\"callback_id\":\"o\"}",
        "{\"type\":\"shortcut\",\"callback_id\":\"s\"}",
        "{\"type\":\"message_action\",\"callback_id\":\"s\"}",
        "{\"type\":\"block_actions\",\"actions\":[{\"action_id\":\"a\"}]}",
        "{\"type\":\"interactive_message\",\"callback_id\":\"a\",\"actions\":[{\"name\":\"n\"}]}",
        "{\"type\":\"app_rate_limited\"}",
        EVENT("1", "\"type\":\"app_mention\""),
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        app_ack_t ack;
        run_through(bodies[i], &ack);
        assert_int_equal(ack.outcome, SLACK_ACK_OK);
    }
    assert_string_equal(names, "view_closed:v view_submission:v dialog:d dialog:d options:o "
                               "options:o shortcut:s shortcut:s action:a action:a "
                               "app_rate_limited:* event:app_mention ");
}

/* ---- the bot's own doing ---- */

#define OWN(id, type) EVENT(id, "\"type\":\"" type "\",\"user\":\"U0BOT\",\"text\":\"x\"")
#define OWN_BOT(id)                                                                                \
    EVENT(id, "\"type\":\"message\",\"subtype\":\"bot_message\",\"bot_id\":\"B0BOT\"")

static int note_own(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx;
    strcat(user_data, "m");
    return slack_next(ctx);
}

static void deliver_own(app_ack_t *ack)
{
    run_through(OWN("1", "message"), ack);
    run_through(OWN_BOT("2"), ack);
    run_through(OWN("3", "reaction_added"), ack);
    run_through(OWN("4", "member_joined_channel"), ack);
    run_through(OWN("5", "member_left_channel"), ack);
}

/* By default two events alone, one of which the bot is told of by its own doing as well. */
static void test_own_events(void **state)
{
    (void)state;
    char names[256] = "";
    slack_use(f.app, note_own, names);
    slack_on_event(f.app, NULL, note_name, names);
    app_ready(&f);
    app_ack_t ack;
    deliver_own(&ack);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
    assert_string_equal(names, "mevent:* mevent:* ");
}

static void test_own_events_of_a_listener(void **state)
{
    (void)state;
    char names[256] = "";
    assert_int_equal(
        slack_listen(f.app,
                     &(slack_listener_t){.kind = SLACK_KIND_COMMAND, .own = 1, .fn = nothing}),
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
    slack_on_unmatched(f.app, count, &unmatched);
    app_ready(&f);
    app_ack_t ack;
    deliver_own(&ack);
    assert_string_equal(names, "mown mown mm"); /* the middleware of what it asked for */
    assert_int_equal(unmatched, 2);             /* who joined and who left */
    run_through(MESSAGE("6", "by a person"), &ack);
    assert_string_equal(names, "mown mown mmmmessage:* own ");
}

static void test_own_events_for_all(void **state)
{
    (void)state;
    char names[256] = "";
    f.app->options.own_events = 1;
    slack_on_message(f.app, NULL, note_name, names);
    app_ready(&f);
    app_ack_t ack;
    deliver_own(&ack);
    assert_string_equal(names, "message:* message:* ");
}

/* ---- middleware of one listener, values, hooks ---- */

static char order[128];

static int append(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx;
    strcat(order, user_data);
    return 0;
}

static int around(slack_ctx_t *ctx, void *user_data)
{
    append(ctx, user_data);
    int rc = slack_next(ctx);
    strcat(order, rc ? "!" : ")");
    assert_int_equal(slack_next(ctx), SLACK_EALREADY);
    return rc;
}

static int append_and_fail(slack_ctx_t *ctx, void *user_data)
{
    append(ctx, user_data);
    return SLACK_EIO;
}

/* Not bolt-python's flag: what stands behind next() runs after the listener. */
static void test_middleware_of_one_listener(void **state)
{
    (void)state;
    *order = '\0';
    slack_use(f.app, around, "(");
    const slack_middleware_t two[] = {{around, "a"}, {around, "b"}, {0}};
    const slack_middleware_t stop[] = {{append, "stop"}, {0}};
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                            .middleware = two,
                                            .fn = append_and_fail,
                                            .user_data = "x"});
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                            .middleware = stop,
                                            .fn = append,
                                            .user_data = "never"});
    slack_on_event(f.app, "message", append, "last");
    app_ready(&f);
    app_ack_t ack;
    run_through(MESSAGE("1", "x"), &ack);
    assert_string_equal(order, "(abx!!stoplast!");
}

static slack_ctx_t *held;

static int hold(slack_ctx_t *ctx, void *user_data)
{
    append(ctx, user_data);
    slack_ctx_hold(ctx);
    held = ctx;
    return 0;
}

static int next_again(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_next(ctx);
    *(int *)user_data = slack_next(ctx); /* not its turn, although one below it may still go on */
    return rc;
}

static void test_middleware_of_one_listener_goes_on_later(void **state)
{
    (void)state;
    *order = '\0';
    int again = 0;
    slack_use(f.app, next_again, &again);
    const slack_middleware_t later[] = {{hold, "h"}, {around, "("}, {0}};
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_COMMAND,
                                            .middleware = later,
                                            .fn = append,
                                            .user_data = "x"});
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, "{\"command\":\"/x\"}", &ack);
    app_spin(&f);
    assert_string_equal(order, "h");
    assert_int_equal(again, SLACK_EALREADY);
    assert_int_equal(slack_next(held), 0);
    assert_string_equal(order, "h(x)");
    assert_int_equal(slack_next(held), SLACK_EALREADY);
    slack_ctx_release(held, 0);
    app_run_until(&f, &ack.count);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
}

static unsigned values_freed;

static void free_value(void *value)
{
    assert_string_equal(value, "the value");
    values_freed++;
}

static const slack_key_t key = {"value", free_value}, other_key = {"value", NULL};

static int attach(slack_ctx_t *ctx, void *user_data)
{
    assert_null(slack_ctx_get(ctx, &key));
    assert_int_equal(slack_ctx_set(ctx, &key, NULL), SLACK_EINVAL);
    assert_int_equal(slack_ctx_set(ctx, &key, user_data), 0);
    assert_int_equal(slack_ctx_set(ctx, &key, "a clash"), SLACK_EALREADY);
    assert_int_equal(slack_ctx_set(ctx, &other_key, "other"), 0); /* of the same name */
    return slack_next(ctx);
}

static int read_value(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    assert_string_equal(slack_ctx_get(ctx, &key), "the value");
    assert_string_equal(slack_ctx_get(ctx, &other_key), "other");
    assert_int_equal(values_freed, 0);
    return 0;
}

static void test_values(void **state)
{
    (void)state;
    values_freed = 0;
    slack_use(f.app, attach, "the value");
    slack_on_event(f.app, NULL, read_value, NULL);
    app_ready(&f);
    app_ack_t ack;
    run_through(MESSAGE("1", "x"), &ack);
    assert_int_equal(values_freed, 1);
}

static void tell_user(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    ++*(unsigned *)user_data;
    slack_ack_text(ctx, "%s: %s", listener, slack_err_name(status));
}

static void test_an_error_is_told_before_the_ack(void **state)
{
    (void)state;
    *order = '\0';
    unsigned told = 0;
    slack_on_error(f.app, tell_user, &told);
    slack_use(f.app, around, "(");
    slack_on_command(f.app, "/x", append_and_fail, "x");
    slack_on_event(f.app, NULL, append_and_fail, "e");
    app_ready(&f);
    app_ack_t ack;
    run_through("{\"command\":\"/x\"}", &ack);
    assert_string_equal(order, "(x!"); /* middleware saw it first */
    assert_string_equal(ack.body, "command:/x: SLACK_EIO");
    run_through(MESSAGE("1", "x"), &ack);
    assert_int_equal(told, 2);
}

static int answer_unmatched(slack_ctx_t *ctx, void *user_data)
{
    ++*(unsigned *)user_data;
    slack_ack_text(ctx, "There is no %s.", slack_json_str(slack_ctx_body(ctx), "/command"));
    return 0;
}

static void test_what_no_listener_takes_is_told(void **state)
{
    (void)state;
    unsigned told = 0;
    slack_on_unmatched(f.app, answer_unmatched, &told);
    slack_on_command(f.app, "/x", append, "");
    app_ready(&f);
    app_ack_t ack;
    run_through("{\"command\":\"/y\"}", &ack);
    assert_string_equal(ack.body, "There is no /y.");
    run_through("{\"command\":\"/x\"}", &ack);
    run_through(MESSAGE("1", "x"), &ack); /* bolt-python answers 404 */
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
    assert_int_equal(told, 2);
}

/* ---- middleware that come with the library ---- */

static void run_message(const char *id, const char *user, const char *channel, const char *text)
{
    char body[256];
    snprintf(body, sizeof body,
             EVENT("%s", "\"type\":\"message\",\"channel\":\"%s\",\"user\":\"%s\",\"text\":"
                         "\"%s\""),
             id, channel, user, text);
    app_ack_t ack;
    run_through(body, &ack);
}

static void test_only_some(void **state)
{
    (void)state;
    *order = '\0';
    static char channels[] = "C1, C2", users[] = "U1";
    const slack_middleware_t all[] = {{slack_only_in_channels, channels},
                                      {slack_only_for_users, users},
                                      {slack_only_mentions, NULL},
                                      {0}};
    slack_listen(f.app,
                 &(slack_listener_t){
                     .kind = SLACK_KIND_EVENT, .middleware = all, .fn = append, .user_data = "x"});
    app_ready(&f);
    run_message("1", "U1", "C3", "<@U0BOT> hi");
    run_message("2", "U2", "C2", "<@U0BOT> hi");
    run_message("3", "U1", "C2", "hi");
    assert_string_equal(order, "");
    run_message("4", "U1", "C2", "<@U0BOT> hi");
    assert_string_equal(order, "x");
}

static void test_limit_of_a_user(void **state)
{
    (void)state;
    *order = '\0';
    slack_user_limit_t *limit = NULL;
    assert_int_equal(slack_user_limit_new(&limit, 0, 1), SLACK_EINVAL);
    assert_int_equal(slack_user_limit_new(&limit, 2, 60000), 0);
    slack_use(f.app, slack_limit_users, limit);
    slack_on_message(f.app, NULL, append, "x");
    app_ready(&f);
    for (int i = 0; i < 4; i++) {
        char id[2] = {(char)('a' + i), '\0'};
        run_message(id, "U1", "C1", "x");
    }
    assert_string_equal(order, "xx");
    run_message("e", "U2", "C1", "x");
    assert_string_equal(order, "xxx");
    f.skew_us += 61 * 1000000ULL;
    run_message("f", "U1", "C1", "x");
    assert_string_equal(order, "xxxx");
    slack_user_limit_free(limit);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_app, close_app)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_what_a_pattern_captured),
        CASE(test_what_a_handler_reads),
        CASE(test_a_listener_removes_itself_and_another),
        CASE(test_a_step_of_a_workflow),
        CASE(test_a_step_ends_by_a_later_action),
        CASE(test_outside_a_step_nothing_is_completed),
        CASE(test_a_wrong_constraint_is_told),
        CASE(test_a_listener_of_every_kind),
        CASE(test_own_events),
        CASE(test_own_events_of_a_listener),
        CASE(test_own_events_for_all),
        CASE(test_middleware_of_one_listener),
        CASE(test_middleware_of_one_listener_goes_on_later),
        CASE(test_values),
        CASE(test_an_error_is_told_before_the_ack),
        CASE(test_what_no_listener_takes_is_told),
        CASE(test_only_some),
        CASE(test_limit_of_a_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
