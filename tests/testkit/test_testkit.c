/* SPDX-License-Identifier: MIT */
#include <slack/slack.h>
#include <slack/test.h>

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/payloads.h"
#include "support/test.h"

/* ---- a bot ---- */

static int hello(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "Hey there <@%s>!", slack_ctx_user(ctx));
}

static int echo(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_text(ctx, "%s", slack_json_str(slack_ctx_body(ctx), "/text"));
}

static int later(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ack(ctx);
    return rc ? rc : slack_respond(ctx, "later");
}

static int give_up(slack_ctx_t *ctx, void *user_data)
{
    return SLACK_EIO;
}

static int big(slack_ctx_t *ctx, void *user_data)
{
    static char text[20480];
    memset(text, 'x', sizeof text - 1);
    int rc = slack_ack_text(ctx, "%s", text);
    return slack_ack_text(ctx, "%s", slack_err_name(rc));
}

static slack_ctx_t *held;

static int hold(slack_ctx_t *ctx, void *user_data)
{
    held = ctx;
    slack_ctx_hold(ctx);
    return 0;
}

static int form(slack_ctx_t *ctx, void *user_data)
{
    if (*slack_json_str(slack_ctx_body(ctx), "/view/state/values/name/value/value") == '\0')
        return slack_ack_jsonf(ctx, "{response_action: 'errors', errors: {name: 'Required'}}");
    return slack_ack(ctx);
}

static int pressed(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "%s by %s in %s", slack_json_str(slack_ctx_action(ctx), "/value"),
                     slack_ctx_user(ctx), slack_ctx_channel(ctx));
}

static int open_view(slack_ctx_t *ctx, void *user_data)
{
    return slack_call(slack_ctx_client(ctx), "views.open",
                      slack_jsonf(ctx, "{trigger_id: %s, view: {type: 'modal', blocks: []}}",
                                  slack_ctx_trigger_id(ctx)),
                      NULL, NULL);
}

static int offer(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_jsonf(ctx, "{options: [{value: %s}]}",
                           slack_json_str(slack_ctx_body(ctx), "/value"));
}

static int tell_retry(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "%d %s", slack_ctx_retry_num(ctx), slack_ctx_retry_reason(ctx));
}

static int add_listeners(slack_app_t *app)
{
    int rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = slack_on_command(app, "/echo", echo, NULL);
    if (rc == 0) rc = slack_on_command(app, "/later", later, NULL);
    if (rc == 0) rc = slack_on_command(app, "/fail", give_up, NULL);
    if (rc == 0) rc = slack_on_command(app, "/big", big, NULL);
    if (rc == 0) rc = slack_on_command(app, "/hold", hold, NULL);
    if (rc == 0) rc = slack_on_view_submission(app, "form", form, NULL);
    if (rc == 0) rc = slack_on_view_closed(app, "form", form, NULL);
    if (rc == 0) rc = slack_on_action(app, "go", pressed, NULL);
    if (rc == 0) rc = slack_on_shortcut(app, "open", open_view, NULL);
    if (rc == 0) rc = slack_on_options(app, "pick", offer, NULL);
    if (rc == 0) rc = slack_on_event(app, "reaction_added", tell_retry, NULL);
    return rc;
}

static slack_test_t *t;

static int open_kit(void **state)
{
    assert_int_equal(slack_test_new(&t, NULL), 0);
    assert_int_equal(add_listeners(slack_test_app(t)), 0);
    return 0;
}

static int close_kit(void **state)
{
    slack_test_free(t);
    assert_int_equal(heap_live(), 0);
    return 0;
}

#define KIT_TEST(function) TEST_CASE(function, open_kit, close_kit, NULL)

static void fine(void)
{
    const char *why;
    int rc = slack_test_finish(t, &why);
    assert_string_equal(why, "");
    assert_int_equal(rc, 0);
}

static int close_fine(void **state)
{
    fine();
    return close_kit(state);
}

/* A case with which the kit finds no fault. */
#define FINE_TEST(function) TEST_CASE(function, open_kit, close_fine, NULL)

static void complains(const char *part)
{
    const char *why = "";
    assert_int_equal(slack_test_finish(t, &why), SLACK_EMISMATCH);
    if (strstr(why, part) == NULL) fail_msg("said: %s\nnot: %s", why, part);
}

/* The failure names this file and that line. */
static void complains_at(int line, const char *part)
{
    char place[64];
    snprintf(place, sizeof place, "test_testkit.c:%d: ", line);
    complains(place);
    complains(part);
}

/* ---- what goes well ---- */

KIT_TEST(test_nothing)
{
    fine();
    fine(); /* a second time */
}

FINE_TEST(test_message)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEST', text: 'Hey there <@U%s>!'}",
                      "0TEST");
    assert_int_equal(slack_test_message(t, "oh hello"), 0);
    slack_test_expect(t, "chat.postMessage", "{channel: 'D1', text: 'Hey there <@U1>!'}");
    slack_test_as(t, "U1", "D1");
    assert_int_equal(slack_test_message(t, "hello"), 0);
    assert_int_equal(slack_test_message(t, "goodbye"), 0);
    assert_int_equal(slack_test_call_count(t), 2);
    const char *method;
    assert_string_equal(slack_json_str(slack_test_call_args(t, 1, &method), "/channel"), "D1");
    assert_string_equal(method, "chat.postMessage");
    assert_null(slack_test_call_args(t, 2, &method));
}

FINE_TEST(test_command)
{
    assert_int_equal(slack_test_ack(t)->outcome, SLACK_TEST_NOT_ACKED);
    slack_test_command(t, "/echo", "50% \"off\"");
    assert_int_equal(slack_test_ack(t)->outcome, SLACK_TEST_ACKED);
    assert_string_equal(slack_test_ack(t)->body, "50% \"off\"");
    slack_test_expect_ack(t, "'50%% \"off\"'");
    slack_test_expect(t, "response_url", "{text: 'later'}");
    slack_test_command(t, "/later", NULL);
    assert_int_equal(slack_test_expect_ack(t, NULL), 0);
    int status = 1;
    assert_int_equal(slack_test_status(t, &status), 0);
    assert_int_equal(status, 0);
}

FINE_TEST(test_interactions)
{
    slack_test_view_submission(t, "form", "{name: {value: {type: 'plain_text_input', value: %s}}}",
                               "Ada");
    slack_test_expect_ack(t, NULL);
    slack_test_view_submission(t, "form", "{}");
    slack_test_expect_ack(t, "{response_action: 'errors', errors: {}}");
    slack_test_view_closed(t, "form");
    slack_test_expect_status(t, SLACK_EACKBODY);
    slack_test_expect_outcome(t, SLACK_TEST_REFUSED);
    slack_test_as(t, "U7", "G7");
    slack_test_expect(t, "chat.postMessage", "{text: '42 by U7 in G7', channel: 'G7'}");
    slack_test_action(t, "go", "42");
    slack_test_expect(t, "chat.postMessage", "{text: ' by U7 in G7'}");
    slack_test_block_action(t, "{type: 'datepicker', action_id: 'go'}");
    slack_test_expect(t, "views.open", "{view: {type: 'modal', blocks: []}}");
    slack_test_shortcut(t, "open");
    slack_test_expect(t, "views.open", NULL);
    slack_test_message_shortcut(t, "open", "a message");
    slack_test_options(t, "pick", "ap");
    slack_test_expect_ack(t, "{options: [{value: 'ap'}]}");
}

FINE_TEST(test_events)
{
    slack_test_expect(t, "chat.postMessage", "{text: '2 http_timeout', channel: 'C9'}");
    slack_test_retry(t, 2, "http_timeout");
    slack_test_event(t, "{type: 'reaction_added', user: 'U1', item: {channel: %s}}", "C9");
    slack_test_expect(t, "chat.postMessage", "{text: '0 '}");
    slack_test_event(t, "{type: 'reaction_added', user: 'U1', item: {channel: 'C9'}}");
    int status;
    assert_int_equal(slack_test_status(t, &status), 0);
    /* No listener sees the bot's own event. */
    slack_test_event(t, "{type: 'reaction_added', user: 'U0BOT'}");
    assert_int_equal(slack_test_status(t, &status), SLACK_ENOTFOUND);
}

/* Refuses the tenant (SLACK_EAUTH), fails (another error), or grants a token (0). */
static int look_up(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    static const slack_authorization_t granted = {.bot_token = "xoxb-1"};
    const int status = *(const int *)user_data;
    if (status == 0) return slack_authorize_grant(request, &granted);
    return status == SLACK_EAUTH ? slack_authorize_refuse(request, "not installed") : status;
}

static void count_error(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    ++*(unsigned *)user_data;
}

FINE_TEST(test_status_without_a_token)
{
    slack_app_t *app = slack_test_app(t);
    int status = 1, desk = SLACK_EAUTH;
    unsigned told = 0;
    slack_on_error(app, count_error, &told);
    slack_app_authorize(app, &(slack_authorizer_t){.fn = look_up, .user_data = &desk});
    slack_test_message(t, "hello");
    assert_int_equal(slack_test_status(t, &status), SLACK_EAUTH);
    slack_app_forget(app, NULL);
    desk = SLACK_EIO;
    slack_test_message(t, "hello");
    assert_int_equal(slack_test_status(t, &status), SLACK_EIO);
    assert_int_equal(told, 2);
    desk = 0;
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_advance_ms(t, 1000); /* to the next attempt */
    assert_int_equal(slack_test_status(t, &status), 0);
    assert_int_equal(status, 0);
}

FINE_TEST(test_bodies)
{
    static const char text[] = "{\"command\":\"/echo\",\"text\":\"hi\"}";
    slack_test_body_text(t, text, strlen(text));
    slack_test_expect_ack(t, "'hi'");
    slack_test_body(t, "{command: '/echo', text: %s}", "ho");
    slack_test_expect_ack(t, "'ho'");
}

FINE_TEST(test_an_ack_too_big)
{
    slack_test_command(t, "/big", "");
    slack_test_expect_ack(t, "'SLACK_ETOOBIG'");
}

/* ---- answers ---- */

FINE_TEST(test_order_of_expectations)
{
    slack_test_expect(t, "response_url", NULL);
    slack_test_expect(t, "chat.postMessage", "{text: 'b by U0TEST in C0TEST'}");
    slack_test_expect(t, "chat.postMessage", "{text: 'a by U0TEST in C0TEST'}");
    slack_test_action(t, "go", "a");
    slack_test_action(t, "go", "b");
    slack_test_command(t, "/later", "");
}

FINE_TEST(test_an_error)
{
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_answer_error(t, "channel_not_found");
    slack_test_message(t, "hello");
    slack_test_expect_status(t, SLACK_EAPI);
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_answer_lost(t, SLACK_ECLOSED);
    slack_test_message(t, "hello");
    slack_test_expect_status(t, SLACK_ECLOSED);
}

FINE_TEST(test_a_time_out)
{
    int status;
    int64_t before = slack_test_wall_ms(t);
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_answer_after_ms(t, 60000);
    slack_test_message(t, "hello");
    assert_int_equal(slack_test_status(t, &status), SLACK_EBUSY);
    slack_test_advance_ms(t, 29999);
    assert_int_equal(slack_test_status(t, &status), SLACK_EBUSY);
    slack_test_advance_ms(t, 1);
    slack_test_expect_status(t, SLACK_ETIMEDOUT);
    assert_int_equal(slack_test_wall_ms(t) - before, 30000);
}

FINE_TEST(test_the_next_attempt)
{
    int status;
    slack_test_expect(t, "chat.postMessage", "{text: 'Hey there <@U0TEST>!'}");
    slack_test_answer_lost(t, SLACK_ECLOSED);
    slack_test_message(t, "hello");
    assert_int_equal(slack_test_status(t, &status), 0);
    assert_int_equal(status, SLACK_ECLOSED);
    slack_test_expect(t, "chat.postMessage", "{text: 'Hey there <@U0TEST>!'}");
    slack_test_advance_ms(t, 499); /* the first pause is at least half a second */
    assert_int_equal(slack_test_call_count(t), 1);
    slack_test_advance_ms(t, 501); /* and a second at most */
    assert_int_equal(slack_test_call_count(t), 2);
    assert_int_equal(slack_test_status(t, &status), 0);
    assert_int_equal(status, 0);
}

static void count_dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    *(unsigned *)user_data = dead->attempts;
}

FINE_TEST(test_all_attempts)
{
    unsigned attempts = 0;
    slack_on_event(slack_test_app(t), "pin_added", give_up, NULL);
    slack_on_dead(slack_test_app(t), count_dead, &attempts);
    slack_test_event(t, "{type: 'pin_added'}");
    assert_int_equal(attempts, 0);
    slack_test_advance_ms(t, 20 * 60 * 1000);
    assert_int_equal(attempts, 5);
    slack_test_expect_status(t, SLACK_EIO);
}

FINE_TEST(test_the_default_ack)
{
    slack_test_command(t, "/hold", "");
    slack_test_advance_ms(t, 2499);
    assert_int_equal(slack_test_ack(t)->outcome, SLACK_TEST_NOT_ACKED);
    slack_test_advance_ms(t, 1);
    slack_test_expect_ack(t, "{response_type: 'ephemeral', text: 'Still working on it…'}");
    assert_int_equal(slack_test_ack(t)->after_ms, 2500);
    slack_test_expect(t, "response_url", "{text: 'at last'}");
    assert_int_equal(slack_ack_text(held, "at last"), 0);
    slack_ctx_release(held, 0);
    slack_test_advance_ms(t, 0);
}

static int remind(slack_ctx_t *ctx, void *user_data)
{
    const slack_json_t *args =
        slack_jsonf(ctx, "{channel: %s}", slack_json_str(slack_ctx_body(ctx), "/channel_id"));
    return slack_defer_job(
        ctx, &(slack_job_t){.name = "remind", .args = args, .delay_ms = 24 * 3600 * 1000});
}

static int reminder(slack_ctx_t *ctx, void *user_data)
{
    return *(bool *)user_data ? SLACK_EIO : slack_say(ctx, "Time is up");
}

FINE_TEST(test_a_job_of_tomorrow)
{
    bool fails = false;
    slack_on_command(slack_test_app(t), "/remind", remind, NULL);
    slack_on_job(slack_test_app(t), "remind", reminder, &fails);
    slack_test_command(t, "/remind", "");
    slack_test_advance_ms(t, 24 * 3600 * 1000 - 1);
    assert_int_equal(slack_test_call_count(t), 0);
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEST', text: 'Time is up'}");
    slack_test_advance_ms(t, 1);
    assert_int_equal(slack_test_call_count(t), 1);
}

KIT_TEST(test_a_job_that_fails)
{
    bool fails = true;
    slack_on_command(slack_test_app(t), "/remind", remind, NULL);
    slack_on_job(slack_test_app(t), "remind", reminder, &fails);
    slack_test_command(t, "/remind", "");
    slack_test_advance_ms(t, 24 * 3600 * 1000);
    complains("job remind: failed with SLACK_EIO");
}

FINE_TEST(test_a_job_that_heals)
{
    bool fails = true;
    slack_on_command(slack_test_app(t), "/remind", remind, NULL);
    slack_on_job(slack_test_app(t), "remind", reminder, &fails);
    slack_test_command(t, "/remind", "");
    slack_test_advance_ms(t, 24 * 3600 * 1000);
    fails = false;
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_advance_ms(t, 1000);
}

FINE_TEST(test_a_drain_that_waits)
{
    slack_test_command(t, "/hold", "");
    slack_app_stop(slack_test_app(t));
    slack_test_advance_ms(t, 9999);
    assert_int_equal(slack_test_status(t, &(int){0}), SLACK_EBUSY);
    slack_test_advance_ms(t, 1);
    slack_test_expect_status(t, SLACK_ECANCELED);
    slack_test_expect_ack(t, "{}");
}

/* The pauses of the start follow the kit's clock, so the test does not wait. */
KIT_TEST(test_a_start_that_is_tried_again)
{
    slack_test_expect(t, "auth.test", NULL);
    slack_test_answer_error(t, "internal_error");
    assert_int_equal(slack_test_start(t), SLACK_ETIMEDOUT);
}

FINE_TEST(test_a_slow_answer)
{
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_answer_after_ms(t, 5000);
    slack_test_message(t, "hello");
    slack_test_advance_ms(t, 5000);
    slack_test_expect_status(t, 0);
}

FINE_TEST(test_a_rate_limit)
{
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_answer_limited(t, 7);
    slack_test_message(t, "hello");
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_answer_after_ms(t, 100);
    slack_test_advance_ms(t, 6999);
    assert_int_equal(slack_test_call_count(t), 1);
    slack_test_advance_ms(t, 101); /* the rate limit, and the delay of the answer */
    assert_int_equal(slack_test_call_count(t), 2);
    slack_test_expect_status(t, 0);
}

FINE_TEST(test_a_call_that_never_left)
{
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_answer_lost(t, SLACK_ECONNECT);
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_message(t, "hello");
    slack_test_advance_ms(t, 60000);
    slack_test_expect_status(t, 0);
}

/* ---- what fails ---- */

KIT_TEST(test_an_unexpected_call)
{
    slack_test_message(t, "hello");
    complains("unexpected call of chat.postMessage with {");
}

KIT_TEST(test_other_arguments)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEST', text: 'Goodbye'}");
    slack_test_message(t, "hello");
    complains("not with {\"channel\":\"C0TEST\",\"text\":\"Goodbye\"}: they differ at /text");
}

KIT_TEST(test_a_missing_call)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'x'}");
    slack_test_message(t, "nothing");
    complains("chat.postMessage was not called with {\"text\":\"x\"}");
}

KIT_TEST(test_another_ack)
{
    slack_test_command(t, "/echo", "a");
    assert_int_equal(slack_test_expect_ack(t, "'b'"), SLACK_EMISMATCH);
    complains("command /echo: acknowledged with a, not with \"b\"");
}

KIT_TEST(test_a_failure)
{
    slack_test_command(t, "/fail", "");
    slack_test_expect_outcome(t, SLACK_TEST_REFUSED);
    complains("command /fail: failed with SLACK_EIO (the handler returned SLACK_EIO, ");
}

KIT_TEST(test_no_listener)
{
    slack_test_command(t, "/none", "");
    complains("command /none: refused");
}

KIT_TEST(test_a_hold)
{
    slack_test_command(t, "/hold", "");
    assert_int_equal(slack_test_ack(t)->outcome, SLACK_TEST_NOT_ACKED);
    complains("command /hold: not acknowledged");
}

KIT_TEST(test_a_late_ack)
{
    slack_default_ack(slack_test_app(t), SLACK_KIND_COMMAND, NULL); /* no default ack */
    slack_test_command(t, "/hold", "");
    slack_test_advance_ms(t, 3001);
    assert_int_equal(slack_ack(held), SLACK_ELATE);
    slack_ctx_release(held, 0);
    slack_test_advance_ms(t, 0);
    assert_int_equal(slack_test_ack(t)->after_ms, 3001);
    complains("command /hold: acknowledged after 3001 ms");
}

KIT_TEST(test_a_template)
{
    const char *why;
    assert_int_equal(slack_test_expect(t, "chat.postMessage", "{a: }"), SLACK_ETEMPLATE);
    assert_int_equal(slack_test_finish(t, &why), SLACK_ETEMPLATE);
    assert_non_null(strstr(why, "at byte 4 of the template {a: }"));
}

KIT_TEST(test_bad_use)
{
    assert_int_equal(slack_test_expect(t, "", NULL), SLACK_EINVAL);
    assert_int_equal(slack_test_answer(t, "{}"), SLACK_EINVAL);
    assert_int_equal(slack_test_body_text(t, "{", 1), SLACK_EJSON);
    assert_int_equal(slack_test_body_text(t, NULL, 0), SLACK_EINVAL);
    assert_int_equal(slack_test_advance_ms(t, UINT64_MAX), SLACK_EINVAL);
    assert_int_equal(slack_test_start(t), 0);
    assert_int_equal(slack_test_start(t), SLACK_EALREADY);
    slack_test_free(NULL);
}

KIT_TEST(test_a_refused_token)
{
    const char *why;
    slack_test_expect(t, "auth.test", NULL);
    slack_test_answer_error(t, "invalid_auth");
    assert_int_equal(slack_test_message(t, "hello"), SLACK_EAUTH);
    assert_int_equal(slack_test_finish(t, &why), SLACK_EAUTH);
    assert_non_null(strstr(why, "invalid_auth"));
}

/* ---- jobs ---- */

/* The first run succeeds, the others fail. */
static int odd(slack_ctx_t *ctx, void *user_data)
{
    return ++*(unsigned *)user_data == 1 ? 0 : SLACK_EIO;
}

static int call_and_fail(slack_ctx_t *ctx, void *user_data)
{
    return slack_callf(slack_ctx_client(ctx), "chat.postMessage", NULL, NULL, "{channel: 'C1'}");
}

static unsigned runs, dead_attempts;

/* Listeners of jobs, and one job for each, and for "gone". */
static void add_jobs(void)
{
    static const char *const jobs[] = {"once", "odd", "odd", "odd", "call", "held", "gone"};
    slack_app_t *app = slack_test_app(t);
    const slack_listener_t once = {
        .kind = SLACK_KIND_JOB, .match = "once", .attempts = 1, .fn = give_up};
    runs = dead_attempts = 0;
    slack_listen(app, &once);
    slack_on_job(app, "odd", odd, &runs);
    slack_on_job(app, "call", call_and_fail, NULL);
    slack_on_job(app, "held", hold, NULL);
    slack_every(app, "minutely", "* * * * *", NULL, give_up, NULL);
    slack_on_dead(app, count_dead, &dead_attempts);
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
        assert_int_equal(slack_app_defer(app, &(slack_job_t){.name = jobs[i]}), 0);
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_answer_error(t, "channel_not_found");
    assert_int_equal(slack_test_start(t), 0);
}

FINE_TEST(test_failing_jobs_and_schedules_are_expected)
{
    add_jobs();
    assert_int_equal(slack_test_expect_job(t, "once", SLACK_EIO), 0);
    assert_int_equal(slack_test_expect_job(t, "odd", SLACK_EIO), 0);
    assert_int_equal(slack_test_expect_job(t, "odd", 0), 0);
    assert_int_equal(slack_test_expect_job(t, "odd", SLACK_EIO), 0);
    assert_int_equal(slack_test_expect_job(t, "call", SLACK_EAPI), 0);
    assert_int_equal(slack_test_expect_job(t, "gone", SLACK_ENOTFOUND), 0);
    assert_int_equal(dead_attempts, 1);
    slack_ctx_release(held, SLACK_EINVAL);
    slack_test_advance_ms(t, 0);
    slack_test_expect_job(t, "held", SLACK_EINVAL);
}

TEST(test_jobs_that_end_otherwise)
{
    static const struct {
        const char *job;
        int status;
        const char *said;
    } cases[] = {
        {"once", 0, "job once: failed with SLACK_EIO (the handler returned SLACK_EIO"},
        {"once", SLACK_EAPI, "; the test expects SLACK_EAPI"},
        {"call", 0, "channel_not_found"},
        {"gone", 0,
         "job gone: failed with SLACK_ENOTFOUND (no listener for the job \"gone\": add "},
        {"held", 0,
         "job held: its handlers have not ended: 1 holds and 0 calls are open: end each "
         "slack_ctx_hold() with a slack_ctx_release()"},
        {"minutely", 0, "no job \"minutely\" has run"},
        {"", SLACK_EIO, "no job \"\" has run"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_kit(NULL);
        add_jobs();
        assert_int_equal(slack_test_expect_job(t, cases[i].job, cases[i].status), SLACK_EMISMATCH);
        complains(cases[i].said);
        close_kit(NULL);
    }
}

/* An expectation is about one attempt. */
KIT_TEST(test_a_later_attempt_of_a_schedule_has_its_own_expectation)
{
    slack_every(slack_test_app(t), "minutely", "*/30 * * * *", NULL, give_up, NULL);
    assert_int_equal(slack_test_start(t), 0);
    assert_int_equal(slack_test_expect_status(t, SLACK_EIO), SLACK_EMISMATCH);
    slack_test_advance_ms(t, 30 * 60 * 1000);
    assert_int_equal(slack_test_expect_job(t, "minutely", SLACK_EIO), 0);
    assert_int_equal(slack_test_expect_job(t, "minutely", SLACK_EIO), SLACK_EMISMATCH);
    slack_test_advance_ms(t, 1000); /* the next attempt */
    assert_int_equal(slack_test_expect_job(t, "minutely", SLACK_EIO), 0);
    assert_int_equal(slack_test_expect_job(t, NULL, 0), SLACK_EINVAL);
    complains("nothing was delivered yet; slack_test_expect_job() is about jobs");
}

FINE_TEST(test_a_job_of_a_refused_tenant)
{
    int desk = 0;
    slack_app_t *app = slack_test_app(t);
    slack_app_authorize(app, &(slack_authorizer_t){.fn = look_up, .user_data = &desk});
    slack_on_command(app, "/remind", remind, NULL);
    slack_test_command(t, "/remind", "");
    slack_app_forget(app, NULL);
    desk = SLACK_EAUTH;
    slack_test_advance_ms(t, 24 * 3600 * 1000);
    slack_test_expect_job(t, "remind", SLACK_EAUTH);
}

/* ---- no handler, and misuse ---- */

FINE_TEST(test_no_handler_is_expected)
{
    slack_test_message(t, "nobody");
    assert_int_equal(slack_test_status(t, &(int){0}), SLACK_ENOTFOUND);
    slack_test_expect_status(t, SLACK_ENOTFOUND);
    slack_test_event(t, "{type: 'reaction_added', user: 'U0BOT'}");
    slack_test_expect_status(t, SLACK_ENOTFOUND);
    slack_test_command(t, "/none", "");
    slack_test_expect_outcome(t, SLACK_TEST_REFUSED);
    slack_test_expect_status(t, SLACK_ENOTFOUND);
}

static void send_to_nobody(void)
{
    slack_test_message(t, "nobody");
}

static void send_own_event(void)
{
    slack_test_event(t, "{type: 'reaction_added', user: 'U0BOT'}");
}

static void click_nothing(void)
{
    slack_test_action(t, "gone", "x");
    slack_test_expect_outcome(t, SLACK_TEST_REFUSED);
}

static void release_twice(void)
{
    slack_test_command(t, "/hold", "");
    slack_ctx_release(held, 0);
    slack_ctx_release(held, 0);
    slack_test_advance_ms(t, 0);
}

static void release_after_the_end(void)
{
    slack_test_command(t, "/hold", "");
    for (int i = 0; i < 2; i++) {
        slack_ctx_release(held, 0);
        slack_test_advance_ms(t, 0);
    }
}

static int ack_twice(slack_ctx_t *ctx, void *user_data)
{
    slack_ack_text(ctx, "one");
    slack_ack_text(ctx, "two");
    return 0;
}

static void ack_again(void)
{
    slack_on_command(slack_test_app(t), "/ack", ack_twice, NULL);
    slack_test_command(t, "/ack", "");
}

static void stop_before_the_release(void)
{
    slack_test_command(t, "/hold", "");
    slack_app_stop(slack_test_app(t));
    slack_test_advance_ms(t, 10000);
}

TEST(test_no_handler_and_misuse_fail_with_the_cure)
{
    static const struct {
        void (*act)(void);
        const char *said;
    } cases[] = {
        {send_to_nobody, "event message: no listener took it; the app listens to message:hello, "},
        {send_own_event, "event reaction_added: reached no handler: it is a duplicate, the bot's "},
        {click_nothing,
         "action gone: no listener took it; the app listens to action:go; the test "},
        {release_twice, "slack_ctx_release() without a hold, in the listener command:/hold: "
                        "release once for each slack_ctx_hold()"},
        {release_after_the_end, "slack_ctx_release() used the ctx, in the listener "
                                "command:/hold: the delivery has ended: release once for each "},
        {ack_again, "second ack not sent, in the listener command:/ack: ack once, then use "},
        {stop_before_the_release,
         "failed with SLACK_ECANCELED (the app has stopped after SLACK_DRAIN_MS, and 1 holds and "
         "0 calls are open: end each slack_ctx_hold() with a slack_ctx_release()"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_kit(NULL);
        cases[i].act();
        slack_test_expect_status(t, 0);
        complains(cases[i].said);
        close_kit(NULL);
    }
}

/* ---- without memory ---- */

/* Uses every part once. Whatever fails, nothing leaks. */
static int run_everything(void)
{
    slack_test_t *kit;
    int rc = slack_test_new(&kit, NULL);
    if (rc != 0) return rc;
    rc = add_listeners(slack_test_app(kit));
    slack_test_expect(kit, "chat.postMessage", "{text: 'Hey there <@U0TEST>!'}");
    slack_test_answer_limited(kit, 1);
    slack_test_expect(kit, "chat.postMessage", "{text: 'Hey there <@U0TEST>!'}");
    slack_test_message(kit, "hello");
    slack_test_advance_ms(kit, 2000);
    slack_test_view_submission(kit, "form", "{}");
    slack_test_expect_ack(kit, "{response_action: 'errors'}");
    slack_test_expect(kit, "response_url", NULL);
    slack_test_command(kit, "/later", "");
    int finished = slack_test_finish(kit, NULL);
    slack_test_free(kit);
    return rc ? rc : finished;
}

static bool run_with_failure(size_t nth, bool all)
{
    heap_fail_at(nth, all);
    int rc = run_everything();
    bool failed = heap_heal();
    assert_int_equal(heap_live(), 0);
    if (!failed) assert_int_equal(rc, 0);
    return failed;
}

TEST(test_allocations)
{
    assert_true(alloc_fail_attempts(run_with_failure) > 50);
}

/* ---- real payloads ---- */

static void deliver_file(const char *name, const char *text, size_t len, void *ctx)
{
    slack_test_t *kit;
    assert_int_equal(slack_test_new(&kit, NULL), 0);
    assert_int_equal(slack_test_body_text(kit, text, len), 0);
    assert_int_not_equal(slack_test_ack(kit)->outcome, SLACK_TEST_NOT_ACKED);
    slack_test_free(kit);
}

TEST(test_payloads)
{
    payloads_each("events_wrapped", deliver_file, NULL);
    payloads_each("interactions", deliver_file, NULL);
}

/* ---- places and hints ---- */

KIT_TEST(test_a_call_that_was_not_made_has_the_line_of_its_expectation)
{
    int line = __LINE__ + 1;
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_command(t, "/echo", "x");
    complains_at(line, "chat.postMessage was not called");
}

KIT_TEST(test_an_unexpected_call_has_the_line_of_its_delivery)
{
    slack_test_command(t, "/echo", "x");
    int line = __LINE__ + 1;
    slack_test_message(t, "hello");
    slack_test_command(t, "/echo", "x");
    complains_at(line, "unexpected call of chat.postMessage");
}

KIT_TEST(test_a_failed_handler_has_the_line_of_its_delivery)
{
    int line = __LINE__ + 1;
    slack_test_command(t, "/fail", "");
    slack_test_expect_outcome(t, SLACK_TEST_REFUSED);
    slack_test_command(t, "/echo", "x");
    complains_at(line, "command /fail: failed with SLACK_EIO");
}

KIT_TEST(test_a_wrong_ack_has_the_line_of_its_expectation)
{
    slack_test_command(t, "/echo", "x");
    int line = __LINE__ + 1;
    slack_test_expect_ack(t, "'y'");
    complains_at(line, "acknowledged with x");
}

KIT_TEST(test_what_no_listener_took_names_the_listeners_there_are)
{
    int line = __LINE__ + 1;
    slack_test_command(t, "/ecko", "x");
    complains_at(line, "command /ecko: refused, no listener took it; the app listens to "
                       "command:/echo, command:/later, ");
}

KIT_TEST(test_an_unmatched_click_names_the_listeners_of_its_kind)
{
    slack_test_action(t, "gone", "x");
    assert_int_equal(slack_test_expect_ack(t, NULL), SLACK_EMISMATCH);
    complains("action gone: refused, no listener took it; the app listens to action:go, not "
              "acknowledged");
}

KIT_TEST(test_an_unmatched_dialog_finds_no_listener_of_its_kind)
{
    slack_test_dialog(t, "d", "{}");
    complains("no listener took it; the app listens to nothing of this kind");
}

FINE_TEST(test_the_last_ts_is_that_of_the_newest_answer)
{
    assert_string_equal(slack_test_last_ts(t), "");
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_answer(t, "{ok: true, ts: '7.7'}");
    slack_test_message(t, "hello");
    assert_string_equal(slack_test_last_ts(t), "7.7");
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_message(t, "hello");
    assert_string_not_equal(slack_test_last_ts(t), "7.7");
}
