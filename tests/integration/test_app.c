/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/app.h"
#include "support/app_fixture.h"
#include "support/heap.h"

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

#define MESSAGE(id, text)                                                                          \
    "{\"type\":\"event_callback\",\"event_id\":\"" id "\",\"team_id\":\"T1\",\"event\":{"          \
    "\"type\":\"message\",\"channel\":\"C1\",\"user\":\"U1\",\"ts\":\"1.000001\",\"text\":\"" text \
    "\"}}"
#define COMMAND(name, text)                                                                        \
    "{\"command\":\"" name "\",\"text\":\"" text "\",\"user_id\":\"U1\",\"channel_id\":\"C1\"}"
#define ACTION                                                                                     \
    "{\"type\":\"block_actions\",\"user\":{\"id\":\"U1\"},\"actions\":[{\"action_id\":\"go\"}]}"

static bool logged(const char *part)
{
    return strstr(f.log, part) != NULL;
}

/* ---- the main job ---- */

static int hello(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "Hey there <@%s>!", slack_ctx_user(ctx));
}

static char last_body[256];

static void note_done(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    (void)ctx;
    slack_done_t *record = user_data;
    *record = *done;
    snprintf(last_body, sizeof last_body, "%s", done->ack_body);
}

/* A middleware that keeps how the delivery ended. */
static slack_done_t last_done;

static int watch(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    last_done = (slack_done_t){.listeners = 999};
    assert_int_equal(slack_ctx_on_done(ctx, note_done, &last_done), 0);
    return slack_next(ctx);
}

static void run_until_done(void)
{
    while (last_done.listeners == 999 || last_done.duration_us == 0)
        app_turn(&f);
}

/* Deliver, and run until that has ended. */
static void run_through(const char *body, app_ack_t *ack)
{
    last_done = (slack_done_t){.listeners = 999};
    app_inject(&f, body, ack);
    run_until_done();
}

static void test_hello(void **state)
{
    (void)state;
    slack_on_message(f.app, "hello", hello, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, MESSAGE("Ev1", "oh hello"), &ack);
    app_run_until_calls(&f, 1);
    const fake_call_t *call = fake_slack_call(f.slack, 0);
    assert_string_equal(call->method, "chat.postMessage");
    assert_string_equal(call->token, "xoxb-test");
    assert_string_equal(slack_json_str(call->args, "/channel"), "C1");
    assert_string_equal(slack_json_str(call->args, "/text"), "Hey there <@U1>!");
    assert_int_equal(ack.count, 1);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
}

static int count_run(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx;
    ++*(unsigned *)user_data;
    return 0;
}

static void test_a_redelivery_is_acked_and_not_run(void **state)
{
    (void)state;
    unsigned runs = 0;
    slack_on_message(f.app, NULL, count_run, &runs);
    app_ready(&f);
    app_ack_t ack[4] = {{0}};
    app_inject(&f, MESSAGE("Ev1", "x"), &ack[0]);
    app_inject(&f, MESSAGE("Ev1", "x"), &ack[1]); /* while the first is being stored */
    app_run_until(&f, &ack[1].count);
    app_inject(&f, MESSAGE("Ev1", "x"), &ack[2]); /* when it is done */
    app_inject(&f, MESSAGE("Ev2", "x"), &ack[3]);
    app_run_until(&f, &ack[3].count);
    app_spin(&f);
    assert_int_equal(runs, 2);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(ack[i].count, 1);
        assert_int_equal(ack[i].outcome, SLACK_ACK_OK);
    }
}

static void test_own_events_are_left_out(void **state)
{
    (void)state;
    unsigned runs = 0;
    slack_on_event(f.app, NULL, count_run, &runs);
    app_ready(&f);
    static const char *const own[] = {
        "{\"event_id\":\"a\",\"event\":{\"type\":\"message\",\"user\":\"U0BOT\",\"text\":\"x\"}}",
        "{\"event_id\":\"b\",\"event\":{\"type\":\"message\",\"bot_id\":\"B0BOT\",\"text\":\"x\"}}",
        "{\"event_id\":\"c\",\"event\":{\"type\":\"reaction_added\",\"user\":\"U0BOT\"}}",
    };
    app_ack_t ack[5] = {{0}};
    for (int i = 0; i < 3; i++)
        app_inject(&f, own[i], &ack[i]);
    app_inject(&f,
               "{\"event_id\":\"d\",\"event\":{\"type\":\"member_joined_channel\","
               "\"user\":\"U0BOT\"}}",
               &ack[3]);
    app_inject(&f, "{\"event_id\":\"e\",\"event\":{\"type\":\"message\",\"bot_id\":\"B1\"}}",
               &ack[4]);
    app_run_until(&f, &ack[4].count);
    app_spin(&f);
    assert_int_equal(runs, 2);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ack[i].count, 1);
}

static void test_unknown_and_rate_limited_are_acked(void **state)
{
    (void)state;
    unsigned runs = 0;
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_APP_RATE_LIMITED,
                                            .fn = count_run,
                                            .user_data = &runs});
    app_ready(&f);
    app_ack_t ack[2] = {{0}};
    app_inject(&f, "{\"type\":\"workflow_step_edit\"}", &ack[0]);
    app_inject(&f, "{\"type\":\"app_rate_limited\",\"minute_rate_limited\":1}", &ack[1]);
    app_run_until(&f, &ack[1].count);
    app_spin(&f);
    assert_int_equal(ack[0].outcome, SLACK_ACK_OK);
    assert_int_equal(ack[1].outcome, SLACK_ACK_OK);
    assert_int_equal(runs, 1);
    assert_true(logged("type=workflow_step_edit"));
}

/* ---- acks ---- */

static int ack_rc[4];

static int echo(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    ack_rc[0] = slack_ack_text(ctx, "%s!", slack_json_str(slack_ctx_body(ctx), "/text"));
    ack_rc[1] = slack_ack(ctx);
    ack_rc[2] = slack_ack_json(ctx, slack_jsonf(ctx, "{}"));
    return 0;
}

static void test_ack_with_a_text(void **state)
{
    (void)state;
    slack_on_command(f.app, "/echo", echo, NULL);
    slack_use(f.app, watch, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    run_through(COMMAND("/echo", "50% off"), &ack);
    assert_string_equal(ack.body, "50% off!");
    assert_int_equal(ack_rc[0], 0);
    assert_int_equal(ack_rc[1], SLACK_EALREADY);
    assert_int_equal(ack_rc[2], SLACK_EALREADY);
    assert_string_equal(last_body, "50% off!");
    assert_int_equal(last_done.ack_status, 0);
    assert_int_equal(last_done.listeners, 1);
}

static int ack_all_ways(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    ack_rc[0] = slack_ack_json(ctx, slack_jsonf(ctx, "{a: 1}"));
    ack_rc[1] = slack_ack_text(ctx, "x");
    ack_rc[2] = slack_ack_json(ctx, slack_jsonf(ctx, "{a: }"));
    ack_rc[3] = slack_ack(ctx);
    return 0;
}

static void test_what_a_kind_does_not_take(void **state)
{
    (void)state;
    slack_on_action(f.app, "go", ack_all_ways, NULL);
    slack_on_event(f.app, NULL, ack_all_ways, NULL);
    slack_on_view_submission(f.app, "v", ack_all_ways, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, ACTION, &ack);
    app_run_until(&f, &ack.count);
    static const int action[] = {SLACK_EACKBODY, SLACK_EACKBODY, SLACK_ETEMPLATE, 0};
    assert_memory_equal(ack_rc, action, sizeof action);
    assert_string_equal(ack.body, "");

    ack = (app_ack_t){0};
    app_inject(&f, MESSAGE("Ev1", "x"), &ack);
    app_run_until(&f, &ack.count);
    app_spin(&f);
    static const int event[] = {SLACK_ENOACK, SLACK_ENOACK, SLACK_ENOACK, SLACK_ENOACK};
    assert_memory_equal(ack_rc, event, sizeof event);

    ack = (app_ack_t){0};
    app_inject(&f, "{\"type\":\"view_submission\",\"view\":{\"callback_id\":\"v\"}}", &ack);
    app_run_until(&f, &ack.count);
    assert_int_equal(ack_rc[0], 0);
    assert_string_equal(ack.body, "{\"a\":1}");
}

static void test_ack_too_big_leaves_room_for_another(void **state)
{
    (void)state;
    slack_on_view_submission(f.app, "v", ack_all_ways, NULL);
    app_ready(&f);
    app_ack_t ack = {.answer = SLACK_ETOOBIG};
    app_inject(&f, "{\"type\":\"view_submission\",\"view\":{\"callback_id\":\"v\"}}", &ack);
    app_run_until(&f, &ack.count);
    static const int expected[] = {SLACK_ETOOBIG, SLACK_EACKBODY, SLACK_ETEMPLATE, 0};
    assert_memory_equal(ack_rc, expected, sizeof expected);
    assert_int_equal(ack.count, 1);
}

static int ack_late(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    assert_in_range(slack_ctx_ack_left_ms(ctx), 2000, 3000);
    f.skew_us += 3000 * 1000;
    assert_int_equal(slack_ctx_ack_left_ms(ctx), 0);
    ack_rc[0] = slack_ack(ctx);
    return 0;
}

static void test_a_late_ack_says_so(void **state)
{
    (void)state;
    slack_on_command(f.app, "/late", ack_late, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, COMMAND("/late", ""), &ack);
    app_run_until(&f, &ack.count);
    assert_int_equal(ack_rc[0], SLACK_ELATE);
    assert_int_equal(ack.count, 1);
    assert_true(logged("event=\"ack late\""));
}

static int return_it(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx;
    return *(int *)user_data;
}

static void test_what_no_handler_acks(void **state)
{
    (void)state;
    int ok = 0, bad = SLACK_EIO;
    slack_on_command(f.app, "/ok", return_it, &ok);
    slack_on_command(f.app, "/bad", return_it, &bad);
    app_ready(&f);
    app_ack_t ack[3] = {{0}};
    app_inject(&f, COMMAND("/ok", ""), &ack[0]);
    app_inject(&f, COMMAND("/bad", ""), &ack[1]);
    app_inject(&f, COMMAND("/none", ""), &ack[2]);
    app_run_until(&f, &ack[2].count);
    assert_int_equal(ack[0].outcome, SLACK_ACK_OK);
    assert_int_equal(ack[1].outcome, SLACK_ACK_REFUSE);
    assert_int_equal(ack[2].outcome, SLACK_ACK_REFUSE);
    assert_true(logged("listener=command:/bad"));
    assert_true(logged("add='slack_on_command(app, \"/none\", handler, NULL);'"));
}

/* ---- order, holds, calls ---- */

static char order[256];

static int append(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx;
    strncat(order, user_data, sizeof order - strlen(order) - 1);
    return 0;
}

static int append_and_fail(slack_ctx_t *ctx, void *user_data)
{
    append(ctx, user_data);
    return SLACK_EIO;
}

static slack_ctx_t *held;

static int hold(slack_ctx_t *ctx, void *user_data)
{
    append(ctx, user_data);
    slack_ctx_hold(ctx);
    held = ctx;
    return 0;
}

static void test_one_listener_after_the_other(void **state)
{
    (void)state;
    *order = '\0';
    slack_use(f.app, watch, NULL);
    slack_on_event(f.app, NULL, append_and_fail, "a");
    slack_on_event(f.app, NULL, hold, "b");
    slack_on_message(f.app, NULL, append, "c");
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, MESSAGE("Ev1", "x"), &ack);
    app_run_until(&f, &ack.count);
    app_spin(&f);
    assert_string_equal(order, "ab"); /* the third waits for the second */
    slack_ctx_release(held, SLACK_ETIMEDOUT);
    assert_string_equal(order, "ab"); /* nothing runs inside of release */
    run_until_done();
    assert_string_equal(order, "abc");
    assert_int_equal(last_done.status, SLACK_EIO); /* the first error */
    assert_int_equal(last_done.listeners, 3);
}

static void test_an_ack_does_not_wait_for_calls(void **state)
{
    (void)state;
    slack_on_action(f.app, "go", hello, NULL);
    slack_use(f.app, watch, NULL);
    fake_slack_answer(f.slack, "chat.postMessage", 200,
                      "{\"ok\":false,\"error\":\"channel_not_found\"}");
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f,
               "{\"type\":\"block_actions\",\"user\":{\"id\":\"U1\"},\"channel\":{\"id\":\"C9\"},"
               "\"message\":{\"thread_ts\":\"5.5\"},\"actions\":[{\"action_id\":\"go\"}]}",
               &ack);
    app_run_until(&f, &ack.count);
    assert_int_equal(fake_slack_count(f.slack), 0);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
    run_until_done();
    assert_int_equal(last_done.status, SLACK_EAPI); /* the call failed the delivery */
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/thread_ts"), "5.5");
    assert_true(logged("reason=channel_not_found"));
}

static int hold_then_ack(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    slack_ctx_hold(ctx);
    held = ctx;
    return 0;
}

static void test_a_held_delivery_is_acked_by_its_handler(void **state)
{
    (void)state;
    slack_on_command(f.app, "/slow", hold_then_ack, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, COMMAND("/slow", ""), &ack);
    app_spin(&f);
    assert_int_equal(ack.count, 0);
    assert_int_equal(slack_ack_text(held, "done"), 0);
    assert_string_equal(ack.body, "done");
    slack_ctx_release(held, 0);
    app_spin(&f);
    assert_int_equal(ack.count, 1);
}

static void test_every_action_runs_its_listener(void **state)
{
    (void)state;
    *order = '\0';
    slack_on_action(f.app, "a", append, "a");
    slack_on_action(f.app, "b", hold, "b");
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f,
               "{\"type\":\"block_actions\",\"actions\":[{\"action_id\":\"b\"},{\"action_id\":"
               "\"a\"},{\"action_id\":\"c\"}]}",
               &ack);
    app_spin(&f);
    assert_string_equal(order, "b");
    assert_string_equal(slack_json_str(slack_ctx_action(held), "/action_id"), "b");
    slack_ctx_release(held, 0);
    app_run_until(&f, &ack.count);
    app_spin(&f);
    assert_string_equal(order, "ba");
}

static int respond(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_ack(ctx);
    return rc ? rc : slack_respond(ctx, "later: %s", slack_json_str(slack_ctx_body(ctx), "/text"));
}

static void test_respond(void **state)
{
    (void)state;
    slack_on_command(f.app, "/later", respond, NULL);
    slack_use(f.app, watch, NULL);
    app_ready(&f);
    char body[512];
    snprintf(body, sizeof body, "{\"command\":\"/later\",\"text\":\"t\",\"response_url\":\"%s\"}",
             fake_slack_hook_url(f.slack, "1"));
    app_ack_t ack = {0};
    app_inject(&f, body, &ack);
    app_run_until_calls(&f, 1);
    assert_string_equal(fake_slack_call(f.slack, 0)->method, "hook/1");
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "");
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"), "later: t");
    run_until_done();
    assert_int_equal(last_done.status, 0);

    /* Somebody else's address is not answered to, and neither is none. */
    run_through("{\"command\":\"/later\",\"response_url\":\"https://example.com/x\"}", &ack);
    assert_int_equal(last_done.status, SLACK_EINVAL);
    run_through(COMMAND("/later", ""), &ack);
    assert_int_equal(last_done.status, SLACK_EINVAL);
    assert_int_equal(fake_slack_count(f.slack), 1);
}

static int bad_template(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say_json(ctx, slack_jsonf(ctx, "{text: }"));
}

static void test_a_malformed_template_is_an_error_with_its_offset(void **state)
{
    (void)state;
    slack_on_message(f.app, NULL, bad_template, NULL);
    slack_use(f.app, watch, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    run_through(MESSAGE("Ev1", "x"), &ack);
    assert_int_equal(last_done.status, SLACK_ETEMPLATE);
    assert_int_equal(fake_slack_count(f.slack), 0);
    assert_true(logged("offset=7"));
}

/* ---- middleware ---- */

static int around(slack_ctx_t *ctx, void *user_data)
{
    const char *names = user_data;
    char one[2] = {names[0], '\0'};
    append(ctx, one);
    int rc = slack_next(ctx);
    one[0] = names[1];
    append(ctx, one);
    return rc;
}

static int next_twice(slack_ctx_t *ctx, void *user_data)
{
    *(int *)user_data = 0;
    int rc = slack_next(ctx);
    *(int *)user_data = slack_next(ctx);
    return rc;
}

static int stop_here(slack_ctx_t *ctx, void *user_data)
{
    append(ctx, user_data);
    return 0;
}

static void test_middleware_is_an_onion(void **state)
{
    (void)state;
    *order = '\0';
    int second = 1;
    slack_use(f.app, around,
              "("
              ")");
    slack_use(f.app, next_twice, &second);
    slack_use(f.app, around,
              "["
              "]");
    slack_on_message(f.app, NULL, append, "x");
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, MESSAGE("Ev1", "x"), &ack);
    app_run_until(&f, &ack.count);
    app_spin(&f);
    assert_string_equal(order, "([x])");
    assert_int_equal(second, SLACK_EALREADY);
}

static void test_middleware_that_does_not_go_on_ends_the_chain(void **state)
{
    (void)state;
    *order = '\0';
    int second = 1;
    slack_use(f.app, next_twice, &second);
    slack_use(f.app, stop_here, "s");
    slack_on_command(f.app, "/x", append, "x");
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, COMMAND("/x", ""), &ack);
    app_run_until(&f, &ack.count);
    app_spin(&f);
    assert_string_equal(order, "s");
    assert_int_equal(second, SLACK_EALREADY);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
}

static void test_middleware_may_go_on_later(void **state)
{
    (void)state;
    *order = '\0';
    slack_use(f.app, hold, "h");
    slack_on_command(f.app, "/x", append, "x");
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, COMMAND("/x", ""), &ack);
    app_spin(&f);
    assert_string_equal(order, "h");
    assert_int_equal(slack_next(held), 0);
    assert_string_equal(order, "hx");
    slack_ctx_release(held, 0);
    app_run_until(&f, &ack.count);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
}

static void hook(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    (void)done;
    append(ctx, user_data);
    /* Nothing can be said any more, and nothing breaks when it is tried. */
    assert_int_equal(slack_ack(ctx), SLACK_EALREADY);
    assert_int_equal(slack_ctx_on_done(ctx, hook, user_data), SLACK_EALREADY);
    slack_say(ctx, "goodbye");
}

static int add_hooks(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    slack_ctx_on_done(ctx, hook, "1");
    slack_ctx_on_done(ctx, hook, "2");
    return slack_next(ctx);
}

static void quiet_hook(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    (void)ctx, (void)done, (void)user_data;
}

static int add_hooks_quietly(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ctx_on_done(ctx, quiet_hook, user_data);
    return rc ? rc : slack_next(ctx);
}

static void test_the_last_hook_is_told_first(void **state)
{
    (void)state;
    *order = '\0';
    slack_use(f.app, add_hooks, NULL);
    slack_on_command(f.app, "/x", append, "x");
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, "{\"command\":\"/x\",\"channel_id\":\"C1\"}", &ack);
    app_run_until_calls(&f, 2);
    assert_string_equal(order, "x21");
}

/* ---- bounds and stopping ---- */

static void test_past_the_bound_it_is_later(void **state)
{
    (void)state;
    app_open(&f, &(slack_options_t){.max_deliveries = 2});
    slack_on_command(f.app, "/x", hold_then_ack, NULL);
    app_ready(&f);
    app_ack_t ack[3] = {{0}};
    slack_ctx_t *first[2];
    for (int i = 0; i < 3; i++) {
        app_inject(&f, COMMAND("/x", ""), &ack[i]);
        app_spin(&f);
        if (i < 2) first[i] = held;
    }
    assert_int_equal(ack[2].outcome, SLACK_ACK_LATER);
    assert_int_equal(ack[2].count, 1);
    slack_ctx_release(first[0], 0);
    slack_ctx_release(first[1], 0);
    app_spin(&f);
    ack[2] = (app_ack_t){0};
    app_inject(&f, COMMAND("/x", ""), &ack[2]);
    app_spin(&f);
    slack_ctx_release(held, 0);
    app_run_until(&f, &ack[2].count);
    assert_int_equal(ack[2].outcome, SLACK_ACK_OK);
    app_close(&f);
}

static void test_a_stop_waits_for_what_was_taken(void **state)
{
    (void)state;
    slack_on_command(f.app, "/x", hold_then_ack, NULL);
    slack_use(f.app, watch, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, COMMAND("/x", ""), &ack);
    app_spin(&f);
    slack_app_stop(f.app);
    app_spin(&f);
    assert_false(f.stopped);
    assert_int_equal(slack_ack(held), 0);
    slack_ctx_release(held, 0);
    app_run_until_stopped(&f);
    assert_int_equal(last_done.status, 0);
    assert_int_equal(ack.count, 1);
    assert_int_equal(f.status, 0);
}

static void test_a_second_stop_does_not_wait(void **state)
{
    (void)state;
    slack_on_command(f.app, "/x", hold_then_ack, NULL);
    slack_use(f.app, watch, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, COMMAND("/x", ""), &ack);
    app_spin(&f);
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_int_equal(last_done.status, SLACK_ECANCELED);
    assert_int_equal(ack.outcome, SLACK_ACK_LATER);
    assert_int_equal(ack.count, 1);
    slack_ctx_release(held,
                      0); /* by a program that did not know: harmless until the app is freed */
}

static void test_the_drain_ends_with_its_time(void **state)
{
    (void)state;
    app_open(&f, &(slack_options_t){.drain_ms = 1});
    slack_on_command(f.app, "/x", hold_then_ack, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, COMMAND("/x", ""), &ack);
    app_spin(&f);
    app_close(&f);
    assert_int_equal(ack.count, 1);
    assert_true(logged("time is up"));
}

static int stop_inside(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    slack_app_stop(slack_ctx_app(ctx));
    return slack_say(ctx, "bye");
}

static void test_stop_inside_a_handler(void **state)
{
    (void)state;
    slack_on_message(f.app, NULL, stop_inside, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, MESSAGE("Ev1", "x"), &ack);
    app_run_until_stopped(&f);
    assert_int_equal(fake_slack_count(f.slack), 1); /* what it said was waited for */
    assert_int_equal(ack.count, 1);
}

static int free_inside(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    slack_app_free(slack_ctx_app(ctx));
    return slack_ack_text(ctx, "freed");
}

static void test_free_inside_a_handler(void **state)
{
    (void)state;
    slack_on_command(f.app, "/x", free_inside, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, COMMAND("/x", ""), &ack);
    app_run_until_stopped(&f);
    assert_string_equal(ack.body, "freed");
    f.app = NULL;
}

static void test_calls_under_way_are_canceled_by_the_stop(void **state)
{
    (void)state;
    fake_slack_answer(f.slack, "chat.postMessage", 0, "");
    slack_on_message(f.app, NULL, hello, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, MESSAGE("Ev1", "x"), &ack);
    app_run_until_calls(&f, 1);
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_true(logged("calls=1"));
}

/* ---- other threads ---- */

static unsigned posted;
static int post_status;

static void on_post(slack_app_t *app, int status, void *user_data)
{
    (void)app, (void)user_data;
    posted++;
    post_status = status;
}

static void post_from_thread(void *app)
{
    for (int i = 0; i < 100; i++)
        slack_app_post(app, on_post, NULL);
}

static void test_post(void **state)
{
    (void)state;
    posted = 0;
    assert_int_equal(slack_app_post(f.app, on_post, NULL), 0); /* before the start: it waits */
    app_ready(&f);
    uv_thread_t thread;
    assert_int_equal(uv_thread_create(&thread, post_from_thread, f.app), 0);
    while (posted < 101)
        app_turn(&f);
    uv_thread_join(&thread);
    assert_int_equal(post_status, 0);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_int_equal(slack_app_post(f.app, on_post, NULL), SLACK_ECANCELED);
    assert_int_equal(posted, 101);
}

static void test_a_post_that_never_ran_is_canceled(void **state)
{
    (void)state;
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

static void test_stop_from_another_thread(void **state)
{
    (void)state;
    app_ready(&f);
    uv_thread_t thread;
    assert_int_equal(uv_thread_create(&thread, stop_from_thread, f.app), 0);
    app_run_until_stopped(&f);
    uv_thread_join(&thread);
    assert_int_equal(f.status, 0);
}

static void test_stop_before_the_start(void **state)
{
    (void)state;
    slack_app_stop(f.app);
    assert_int_equal(app_start_fails(&f), 0);
}

/* ---- starting ---- */

static void test_a_token_that_is_refused_for_good(void **state)
{
    (void)state;
    fake_slack_answer(f.slack, "auth.test", 200, "{\"ok\":false,\"error\":\"invalid_auth\"}");
    assert_int_equal(app_start_fails(&f), SLACK_EAUTH);
    assert_string_equal(slack_app_error(f.app),
                        "Slack refuses the token in SLACK_BOT_TOKEN: invalid_auth");
}

static void test_auth_is_asked_until_it_answers(void **state)
{
    (void)state;
    fake_slack_answer(f.slack, "auth.test", 503, "<html>busy</html>");
    fake_slack_answer(f.slack, "auth.test", 200, "{\"ok\":false,\"error\":\"internal_error\"}");
    app_ready(&f);
    assert_true(logged("internal_error"));
    assert_false(logged("xoxb-test"));
}

static void test_stop_while_auth_is_asked(void **state)
{
    (void)state;
    fake_slack_answer(f.slack, "auth.test", 0, "");
    slack_app_stop(f.app);
    assert_int_equal(app_start_fails(&f), 0);
}

static void expect_start_error(const slack_options_t *options, int status, const char *part)
{
    app_open(&f, options);
    assert_int_equal(app_start_fails(&f), status);
    if (strstr(slack_app_error(f.app), part) == NULL)
        fail_msg("\"%s\" does not tell \"%s\"", slack_app_error(f.app), part);
    app_close(&f);
}

static void test_what_cannot_be_started_says_why(void **state)
{
    (void)state;
    expect_start_error(&(slack_options_t){.transport = "carrier-pigeon"}, SLACK_ECONFIG,
                       "SLACK_TRANSPORT=carrier-pigeon: there is no transport of that name");
    expect_start_error(&(slack_options_t){.transport = "memory, memory"}, SLACK_ECONFIG,
                       "memory is named twice");
    expect_start_error(&(slack_options_t){.store = "punchcards:x"}, SLACK_ECONFIG, "SLACK_STORE");
    expect_start_error(&(slack_options_t){.api_url = "http://example.com/api/"}, SLACK_ECONFIG,
                       "SLACK_API_URL");
    expect_start_error(&(slack_options_t){.transport = "http"}, SLACK_ECONFIG,
                       "SLACK_SIGNING_SECRET");
    expect_start_error(&(slack_options_t){.transport = "socket"}, SLACK_ECONFIG, "SLACK_APP_TOKEN");
    expect_start_error(&(slack_options_t){.ca_file = "/nonexistent/ca.pem",
                                          .transport = "socket",
                                          .app_token = "xapp-1"},
                       SLACK_ECONFIG, "/nonexistent/ca.pem");
}

/* An app may be given a function in its place until it is started. */
static void test_a_start_without_a_token(void **state)
{
    slack_app_t *app = NULL;
    unsetenv("SLACK_BOT_TOKEN");
    slack_options_t options = {.transport = "memory", .store = "memory:", .loop = &f.loop};
    assert_int_equal(slack_app_new(&app, &options), 0);
    assert_int_equal(slack_app_start(app, NULL, NULL), SLACK_ECONFIG);
    assert_string_equal(slack_app_error(app),
                        "SLACK_BOT_TOKEN is not set: it is the xoxb-… token of the app's page "
                        "\"OAuth & Permissions\"");
    slack_app_free(app);
}

static void test_run_and_start_tell_misuse(void **state)
{
    (void)state;
    assert_int_equal(slack_app_run(f.app), SLACK_EINVAL); /* it has a loop of the program's */
    app_ready(&f);
    assert_int_equal(slack_app_start(f.app, NULL, NULL), SLACK_EALREADY);
    slack_app_t *own = NULL;
    assert_int_equal(
        slack_app_new(&own, &(slack_options_t){.bot_token = "xoxb-1", .transport = "memory"}), 0);
    assert_int_equal(slack_app_start(own, NULL, NULL), SLACK_EINVAL);
    slack_app_free(own);
    slack_app_free(NULL);
}

static void stop_when_ready(slack_app_t *app, const char *name, enum slack_transport_state state,
                            int reason, void *user_data)
{
    (void)reason;
    assert_string_equal(name, "memory");
    if (state == SLACK_TRANSPORT_READY) slack_app_stop(app);
    ++*(int *)user_data;
}

static void nothing(uv_timer_t *timer)
{
    (void)timer;
}

static atomic_int run_status;

static void run_app(void *app)
{
    atomic_store(&run_status, slack_app_run(app));
}

/* The app's own loop on another thread, with its Web API on this one. */
static void test_run(void **state)
{
    (void)state;
    slack_app_t *app = NULL;
    int states = 0;
    slack_options_t options = {.bot_token = "xoxb-1",
                               .transport = "memory",
                               .store = "memory:",
                               .api_url = fake_slack_api_url(f.slack),
                               .log_level = SLACK_LOG_ERROR};
    assert_int_equal(slack_app_new(&app, &options), 0);
    slack_on_state(app, stop_when_ready, &states);
    atomic_store(&run_status, 1);
    uv_thread_t thread;
    assert_int_equal(uv_thread_create(&thread, run_app, app), 0);
    static uv_timer_t tick; /* the loop turns while the other thread works */
    uv_timer_init(&f.loop, &tick);
    uv_timer_start(&tick, nothing, 1, 1);
    while (atomic_load(&run_status) == 1)
        app_turn(&f);
    uv_close((uv_handle_t *)&tick, NULL);
    uv_thread_join(&thread);
    assert_int_equal(atomic_load(&run_status), 0);
    assert_int_equal(states, 3); /* starting, ready, stopped */
    slack_app_free(app);
    app_ready(&f);
}

/* ---- out of memory ---- */

static int build_and_ack(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_ack_json(ctx, slack_jsonf(ctx, "{text: %s}", "a text that takes some room"));
    return rc == SLACK_ENOACK ? 0 : rc;
}

/* An event and a command while the nth allocation fails: each has its one answer, nothing is lost
 * track of, and afterwards all is as before. Returns whether one failed. */
static bool deliver_with_failure(size_t nth, bool all)
{
    char event[256], command[] = COMMAND("/x", "y");
    snprintf(event, sizeof event,
             "{\"event_id\":\"Ev%zu-%d\",\"event\":{\"type\":\"message\",\"text\":\"x\"}}", nth,
             all);
    app_ack_t ack[2] = {{0}};
    app_prepare(&f, event, &ack[0]);
    app_prepare(&f, command, &ack[1]);
    heap_fail_at(nth, all);
    unsigned taken = app_inject_prepared(&f);
    for (int i = 0; i < 20; i++)
        uv_run(&f.loop, UV_RUN_NOWAIT);
    bool failed = heap_heal();
    assert_int_equal(f.app->live_count, 0);
    assert_int_equal(ack[0].count + ack[1].count, taken);
    if (!failed) {
        assert_int_equal(taken, 2);
        assert_int_equal(ack[0].outcome, SLACK_ACK_OK);
        assert_string_equal(ack[1].body, "{\"text\":\"a text that takes some room\"}");
    }
    return failed;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    heap_install();
    app_open(&f, NULL);
    slack_use(f.app, add_hooks_quietly, NULL);
    slack_on_message(f.app, NULL, build_and_ack, NULL);
    slack_on_command(f.app, "/x", build_and_ack, NULL);
    app_ready(&f);
    size_t nth = 0;
    while (deliver_with_failure(nth, false)) {
        deliver_with_failure(nth, true);
        nth++;
    }
    assert_true(nth > 1);
    app_close(&f);
    assert_int_equal(heap_live(), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_app, close_app)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_hello),
        CASE(test_a_redelivery_is_acked_and_not_run),
        CASE(test_own_events_are_left_out),
        CASE(test_unknown_and_rate_limited_are_acked),
        CASE(test_ack_with_a_text),
        CASE(test_what_a_kind_does_not_take),
        CASE(test_ack_too_big_leaves_room_for_another),
        CASE(test_a_late_ack_says_so),
        CASE(test_what_no_handler_acks),
        CASE(test_one_listener_after_the_other),
        CASE(test_an_ack_does_not_wait_for_calls),
        CASE(test_a_held_delivery_is_acked_by_its_handler),
        CASE(test_every_action_runs_its_listener),
        CASE(test_respond),
        CASE(test_a_malformed_template_is_an_error_with_its_offset),
        CASE(test_middleware_is_an_onion),
        CASE(test_middleware_that_does_not_go_on_ends_the_chain),
        CASE(test_middleware_may_go_on_later),
        CASE(test_the_last_hook_is_told_first),
        cmocka_unit_test(test_past_the_bound_it_is_later),
        CASE(test_a_stop_waits_for_what_was_taken),
        CASE(test_a_second_stop_does_not_wait),
        cmocka_unit_test(test_the_drain_ends_with_its_time),
        CASE(test_stop_inside_a_handler),
        CASE(test_free_inside_a_handler),
        CASE(test_calls_under_way_are_canceled_by_the_stop),
        CASE(test_post),
        cmocka_unit_test(test_a_post_that_never_ran_is_canceled),
        CASE(test_stop_from_another_thread),
        CASE(test_stop_before_the_start),
        CASE(test_a_token_that_is_refused_for_good),
        CASE(test_auth_is_asked_until_it_answers),
        CASE(test_stop_while_auth_is_asked),
        cmocka_unit_test(test_what_cannot_be_started_says_why),
        CASE(test_a_start_without_a_token),
        CASE(test_run_and_start_tell_misuse),
        CASE(test_run),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
