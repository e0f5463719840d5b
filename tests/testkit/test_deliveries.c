/* SPDX-License-Identifier: MIT */
/* The time of the kit: attempts, jobs, acks, stops, and handlers on workers. */
#include <stdatomic.h>

#include <uv.h>

#include "support/app_handlers.h"
#include "support/kit.h"
#include "support/test.h"

FINE_TEST(test_the_next_attempt)
{
    int status;
    slack_test_expect(kit, "chat.postMessage", "{text: 'Hey there <@U0TEST>!'}");
    slack_test_answer_lost(kit, SLACK_ECLOSED);
    slack_test_message(kit, "hello");
    assert_int_equal(slack_test_status(kit, &status), 0);
    assert_int_equal(status, SLACK_ECLOSED);
    slack_test_expect(kit, "chat.postMessage", "{text: 'Hey there <@U0TEST>!'}");
    slack_test_advance_ms(kit, 499); /* the first pause is at least half a second */
    assert_int_equal(slack_test_call_count(kit), 1);
    slack_test_advance_ms(kit, 501); /* and a second at most */
    assert_int_equal(slack_test_call_count(kit), 2);
    assert_int_equal(slack_test_status(kit, &status), 0);
    assert_int_equal(status, 0);
}

static void count_dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    *(unsigned *)user_data = dead->attempts;
}

FINE_TEST(test_all_attempts)
{
    unsigned attempts = 0;
    slack_on_event(slack_test_app(kit), "pin_added", app_fail, NULL);
    slack_on_dead(slack_test_app(kit), count_dead, &attempts);
    slack_test_event(kit, "{type: 'pin_added'}");
    assert_int_equal(attempts, 0);
    slack_test_advance_ms(kit, 20 * 60 * 1000);
    assert_int_equal(attempts, 5);
    slack_test_expect_status(kit, SLACK_EIO);
}

FINE_TEST(test_the_default_ack)
{
    slack_test_command(kit, "/hold", "");
    slack_test_advance_ms(kit, 2499);
    assert_int_equal(slack_test_ack(kit)->outcome, SLACK_TEST_NOT_ACKED);
    slack_test_advance_ms(kit, 1);
    slack_test_expect_ack(kit, "{response_type: 'ephemeral', text: 'Still working on it…'}");
    assert_int_equal(slack_test_ack(kit)->after_ms, 2500);
    slack_test_expect(kit, "response_url", "{text: 'at last'}");
    assert_int_equal(slack_ack_text(app_held, "at last"), 0);
    slack_ctx_release(app_held, 0);
    slack_test_advance_ms(kit, 0);
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
    slack_app_t *app = slack_test_app(kit);
    int status = 1, desk = SLACK_EAUTH;
    unsigned told = 0;
    slack_on_error(app, count_error, &told);
    slack_app_authorize(app, &(slack_authorizer_t){.fn = look_up, .user_data = &desk});
    slack_test_message(kit, "hello");
    assert_int_equal(slack_test_status(kit, &status), SLACK_EAUTH);
    slack_app_forget(app, NULL);
    desk = SLACK_EIO;
    slack_test_message(kit, "hello");
    assert_int_equal(slack_test_status(kit, &status), SLACK_EIO);
    assert_int_equal(told, 2);
    desk = 0;
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_advance_ms(kit, 1000); /* to the next attempt */
    assert_int_equal(slack_test_status(kit, &status), 0);
    assert_int_equal(status, 0);
}

static int count_and_fail(slack_ctx_t *ctx, void *user_data)
{
    ++*(unsigned *)user_data;
    return SLACK_EIO;
}

static void ask_slack(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    slack_call_then(ctx, slack_chat_postMessage(.channel = "C1", .text = "x"), NULL, NULL);
}

/* A first failure that is final stays so, whatever becomes of the calls of the error's function. */
FINE_TEST(test_a_call_that_fails_after_the_report)
{
    unsigned count = 0;
    const slack_listener_t once = {.kind = SLACK_KIND_EVENT,
                                   .match = "pin_removed",
                                   .attempts = 1,
                                   .fn = count_and_fail,
                                   .user_data = &count};
    slack_listen(slack_test_app(kit), &once);
    slack_on_error(slack_test_app(kit), ask_slack, NULL);
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_answer_lost(kit, SLACK_ECLOSED);
    slack_test_event(kit, "{type: 'pin_removed', channel_id: 'C1'}");
    slack_test_expect_status(kit, SLACK_EIO);
    for (int i = 0; i < 10; i++)
        slack_test_advance_ms(kit, 60000);
    assert_int_equal(count, 1);
}

FINE_TEST(test_a_drain_that_waits)
{
    slack_test_command(kit, "/hold", "");
    slack_app_stop(slack_test_app(kit));
    slack_test_advance_ms(kit, 9999);
    assert_int_equal(slack_test_status(kit, &(int){0}), SLACK_EBUSY);
    slack_test_advance_ms(kit, 1);
    slack_test_expect_status(kit, SLACK_ECANCELED);
    slack_test_expect_ack(kit, "{}");
}

/* The pauses of the start follow the kit's clock, so the test does not wait. */
KIT_TEST(test_a_start_that_is_tried_again)
{
    slack_test_expect(kit, "auth.test", NULL);
    slack_test_answer_error(kit, "internal_error");
    assert_int_equal(slack_test_start(kit), SLACK_ETIMEDOUT);
}

/* ---- jobs ---- */

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
    slack_on_command(slack_test_app(kit), "/remind", remind, NULL);
    slack_on_job(slack_test_app(kit), "remind", reminder, &fails);
    slack_test_command(kit, "/remind", "");
    slack_test_advance_ms(kit, 24 * 3600 * 1000 - 1);
    assert_int_equal(slack_test_call_count(kit), 0);
    slack_test_expect(kit, "chat.postMessage", "{channel: 'C0TEST', text: 'Time is up'}");
    slack_test_advance_ms(kit, 1);
    assert_int_equal(slack_test_call_count(kit), 1);
}

KIT_TEST(test_a_job_that_fails)
{
    bool fails = true;
    slack_on_command(slack_test_app(kit), "/remind", remind, NULL);
    slack_on_job(slack_test_app(kit), "remind", reminder, &fails);
    slack_test_command(kit, "/remind", "");
    slack_test_advance_ms(kit, 24 * 3600 * 1000);
    kit_complains("job remind: failed with SLACK_EIO");
}

FINE_TEST(test_a_job_that_heals)
{
    bool fails = true;
    slack_on_command(slack_test_app(kit), "/remind", remind, NULL);
    slack_on_job(slack_test_app(kit), "remind", reminder, &fails);
    slack_test_command(kit, "/remind", "");
    slack_test_advance_ms(kit, 24 * 3600 * 1000);
    fails = false;
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_advance_ms(kit, 1000);
}

FINE_TEST(test_a_job_of_a_refused_tenant)
{
    int desk = 0;
    slack_app_t *app = slack_test_app(kit);
    slack_app_authorize(app, &(slack_authorizer_t){.fn = look_up, .user_data = &desk});
    slack_on_command(app, "/remind", remind, NULL);
    slack_test_command(kit, "/remind", "");
    slack_app_forget(app, NULL);
    desk = SLACK_EAUTH;
    slack_test_advance_ms(kit, 24 * 3600 * 1000);
    slack_test_expect_job(kit, "remind", SLACK_EAUTH);
}

/* The first run succeeds, the others fail. */
static int odd(slack_ctx_t *ctx, void *user_data)
{
    return ++*(unsigned *)user_data == 1 ? 0 : SLACK_EIO;
}

static int call_and_fail(slack_ctx_t *ctx, void *user_data)
{
    return slack_callf(slack_ctx_client(ctx), "chat.postMessage", NULL, NULL,
                       "{channel: 'C1', text: 'x'}");
}

static unsigned runs, dead_attempts;

/* Listeners of jobs, and one job for each, and for "gone". */
static void add_jobs(void)
{
    static const char *const jobs[] = {"once", "odd", "odd", "odd", "call", "held", "gone"};
    slack_app_t *app = slack_test_app(kit);
    const slack_listener_t once = {
        .kind = SLACK_KIND_JOB, .match = "once", .attempts = 1, .fn = app_fail};
    runs = dead_attempts = 0;
    slack_listen(app, &once);
    slack_on_job(app, "odd", odd, &runs);
    slack_on_job(app, "call", call_and_fail, NULL);
    slack_on_job(app, "held", app_hold_then_ack, NULL);
    slack_every(app, "minutely", "* * * * *", NULL, app_fail, NULL);
    slack_on_dead(app, count_dead, &dead_attempts);
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
        assert_int_equal(slack_app_defer(app, &(slack_job_t){.name = jobs[i]}), 0);
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_answer_error(kit, "channel_not_found");
    assert_int_equal(slack_test_start(kit), 0);
}

FINE_TEST(test_failing_jobs_and_schedules_are_expected)
{
    add_jobs();
    assert_int_equal(slack_test_expect_job(kit, "once", SLACK_EIO), 0);
    assert_int_equal(slack_test_expect_job(kit, "odd", SLACK_EIO), 0);
    assert_int_equal(slack_test_expect_job(kit, "odd", 0), 0);
    assert_int_equal(slack_test_expect_job(kit, "odd", SLACK_EIO), 0);
    assert_int_equal(slack_test_expect_job(kit, "call", SLACK_EAPI), 0);
    assert_int_equal(slack_test_expect_job(kit, "gone", SLACK_ENOTFOUND), 0);
    assert_int_equal(dead_attempts, 1);
    slack_ctx_release(app_held, SLACK_EINVAL);
    slack_test_advance_ms(kit, 0);
    slack_test_expect_job(kit, "held", SLACK_EINVAL);
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
         "job held: its handlers have not ended: a hold is open (1): end each "
         "slack_ctx_hold() with a slack_ctx_release()"},
        {"minutely", 0, "no job \"minutely\" has run"},
        {"", SLACK_EIO, "no job \"\" has run"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kit_open(NULL);
        add_jobs();
        assert_int_equal(slack_test_expect_job(kit, cases[i].job, cases[i].status),
                         SLACK_EMISMATCH);
        kit_complains(cases[i].said);
        kit_close(NULL);
    }
}

/* An expectation is about one attempt. */
KIT_TEST(test_a_later_attempt_of_a_schedule_has_its_own_expectation)
{
    slack_every(slack_test_app(kit), "minutely", "*/30 * * * *", NULL, app_fail, NULL);
    assert_int_equal(slack_test_start(kit), 0);
    assert_int_equal(slack_test_expect_status(kit, SLACK_EIO), SLACK_EMISMATCH);
    slack_test_advance_ms(kit, 30 * 60 * 1000);
    assert_int_equal(slack_test_expect_job(kit, "minutely", SLACK_EIO), 0);
    assert_int_equal(slack_test_expect_job(kit, "minutely", SLACK_EIO), SLACK_EMISMATCH);
    slack_test_advance_ms(kit, 1000); /* the next attempt */
    assert_int_equal(slack_test_expect_job(kit, "minutely", SLACK_EIO), 0);
    assert_int_equal(slack_test_expect_job(kit, NULL, 0), SLACK_EINVAL);
    kit_complains("nothing was delivered yet; slack_test_expect_job() is about jobs");
}

/* ---- workers ---- */

static int work(slack_ctx_t *ctx, void *user_data)
{
    const slack_response_t *response = NULL;
    int rc = slack_ack_text(ctx, "on it");
    uv_sleep(20); /* as a blocking library does */
    if (rc == 0) rc = slack_call_waitf(ctx, "users.info", &response, "{user: 'U1'}");
    if (rc != 0) return rc;
    return slack_respond(ctx, "%s", slack_response_str(response, "/user/name"));
}

static void listen_on_worker(slack_handler_fn fn, void *user_data)
{
    const slack_listener_t listener = {.kind = SLACK_KIND_COMMAND,
                                       .match = "/work",
                                       .run = SLACK_RUN_WORKER,
                                       .fn = fn,
                                       .user_data = user_data};
    assert_int_equal(slack_listen(slack_test_app(kit), &listener), 0);
}

FINE_TEST(test_a_worker)
{
    listen_on_worker(work, NULL);
    for (int i = 0; i < 8; i++) {
        slack_test_expect(kit, "users.info", "{user: 'U1'}");
        slack_test_answer(kit, "{ok: true, user: {name: 'ada'}}");
        slack_test_expect(kit, "response_url", "{text: 'ada'}");
        assert_int_equal(slack_test_command(kit, "/work", ""), 0);
        slack_test_expect_ack(kit, "'on it'");
        slack_test_expect_status(kit, 0);
    }
}

/* A worker's wait for an answer follows the kit's clock. */
FINE_TEST(test_a_worker_that_waits)
{
    int status;
    listen_on_worker(work, NULL);
    slack_test_expect(kit, "users.info", NULL);
    slack_test_answer_limited(kit, 600);
    slack_test_command(kit, "/work", "");
    slack_test_expect_ack(kit, "'on it'");
    assert_int_equal(slack_test_status(kit, &status), SLACK_EBUSY);
    slack_test_expect(kit, "users.info", NULL);
    slack_test_answer(kit, "{ok: true, user: {name: 'ada'}}");
    slack_test_expect(kit, "response_url", "{text: 'ada'}");
    slack_test_advance_ms(kit, 600 * 1000);
    slack_test_expect_status(kit, 0);
}

static int wait_for_flag(slack_ctx_t *ctx, void *user_data)
{
    while (!atomic_load((atomic_bool *)user_data))
        uv_sleep(1);
    return 0;
}

KIT_TEST(test_a_worker_that_hangs)
{
    atomic_bool go_on = false;
    slack_test_free(kit);
    assert_int_equal(slack_test_new(&kit, &(slack_test_options_t){.worker_wait_ms = 20}), 0);
    listen_on_worker(wait_for_flag, &go_on);
    assert_int_equal(slack_test_command(kit, "/work", ""), SLACK_EBUSY);
    const char *why;
    assert_int_equal(slack_test_ack(kit)->outcome, SLACK_TEST_NOT_ACKED);
    atomic_store(&go_on, true);
    assert_int_equal(slack_test_finish(kit, &why), SLACK_EBUSY);
    assert_non_null(strstr(
        why, "a handler on a worker has neither returned nor waited for an answer for 20 ms"));
}
