/* SPDX-License-Identifier: MIT */
#include "support/inbox.h"
#include "support/store_file.h"
#include "support/test.h"

/* A job is never lost: one that nobody takes is a dead letter, and other apps leave it alone. */

static app_ack_t command_ack;

/* "/x NAME KEY": defer a job of that name, in a second. */
static int defer(slack_ctx_t *ctx, void *user_data)
{
    char name[32] = "", key[32] = "";
    sscanf(slack_json_str(slack_ctx_body(ctx), "/text"), "%31s %31s", name, key);
    int rc = slack_defer_job(ctx, &(slack_job_t){.name = name,
                                                 .args = slack_jsonf(ctx, "{what: %s}", name),
                                                 .key = *key ? key : NULL,
                                                 .delay_ms = 1000});
    return rc ? rc : slack_ack_text(ctx, "will do");
}

static int work(slack_ctx_t *ctx, void *user_data)
{
    inbox_note(slack_json_str(slack_ctx_body(ctx), "/what"));
    return inbox_scripted(ctx, NULL);
}

static void command(const char *text)
{
    char body[128];
    snprintf(body, sizeof body, "{\"command\":\"/x\",\"text\":\"%s\"}", text);
    command_ack = (app_ack_t){0};
    app_inject(&inbox.f, body, &command_ack);
    app_run_until(&inbox.f, &command_ack.count);
    assert_string_equal(command_ack.body, "will do");
}

/* The app that a store is opened by. */
static void be(const char *bot_id)
{
    static char who[128]; /* the answer is not copied */
    snprintf(who, sizeof who,
             "{\"ok\":true,\"team_id\":\"T1\",\"user_id\":\"U1\",\"bot_id\":\"%s\"}", bot_id);
    fake_slack_answer(inbox.f.slack, "auth.test", 200, who);
    slack_on_command(inbox.f.app, "/x", defer, NULL);
}

/* ---- nobody takes it ---- */

static void no_listener(void)
{
    slack_on_command(inbox.f.app, "/x", defer, NULL);
    app_ready(&inbox.f);
    command("wrok");
    inbox_pass_ms(1000);
    assert_int_equal(inbox.deads, 1);
    assert_int_equal(inbox.last_dead.status, SLACK_ENOTFOUND);
    assert_string_equal(inbox.dead_error,
                        "SLACK_ENOTFOUND no listener for the job \"wrok\": add slack_on_job(app, "
                        "\"wrok\", …), then slackapp inbox retry");
    assert_true(inbox_logged("level=error event=\"dead letter\""));
    inbox_pass_ms(LONG_MS);
    assert_int_equal(inbox.deads, 1);
}

static void test_a_job_without_a_listener(void **state)
{
    inbox_each_store(no_listener);
}

/* Listeners of other names, in other letters, and one that is gone. */
static void other_listeners(void)
{
    slack_on_command(inbox.f.app, "/x", defer, NULL);
    slack_on_job(inbox.f.app, "Work", work, NULL);
    slack_on_job(inbox.f.app, "work2", work, NULL);
    slack_listen(
        inbox.f.app,
        &(slack_listener_t){.kind = SLACK_KIND_JOB, .match = "work", .name = "gone", .fn = work});
    app_ready(&inbox.f);
    slack_unlisten(inbox.f.app, "gone");
    command("work");
    inbox_pass_ms(1000);
    assert_int_equal(inbox.runs, 0);
    assert_int_equal(inbox.deads, 1);
    command("work2");
    inbox_pass_ms(1000);
    assert_int_equal(inbox.runs, 1);
    assert_int_equal(inbox.deads, 1);
}

static void test_a_job_with_other_listeners(void **state)
{
    inbox_each_store(other_listeners);
}

static int pass_by(slack_ctx_t *ctx, void *user_data)
{
    return 0; /* takes it itself */
}

static void taken_by_middleware(void)
{
    slack_on_command(inbox.f.app, "/x", defer, NULL);
    app_ready(&inbox.f);
    command("work");
    slack_use(inbox.f.app, pass_by, NULL);
    inbox_pass_ms(1000);
    assert_int_equal(inbox.deads, 0);
}

static void test_a_job_that_middleware_takes(void **state)
{
    inbox_each_store(taken_by_middleware);
}

/* A deploy gives the listener another name; the next one has the old name again. */
static void test_a_job_whose_listener_was_renamed(void **state)
{
    store_file_clean();
    inbox_open(store_file_url(), NULL);
    slack_on_command(inbox.f.app, "/x", defer, NULL);
    slack_on_job(inbox.f.app, "work", work, NULL);
    app_ready(&inbox.f);
    command("work");
    inbox_restart();
    slack_on_job(inbox.f.app, "worker", work, NULL);
    app_ready(&inbox.f);
    inbox_pass_ms(1000);
    while (inbox.deads == 0)
        app_turn(&inbox.f);
    const int64_t id = inbox.last_dead.id;
    inbox_restart();
    slack_on_job(inbox.f.app, "work", work, NULL);
    app_ready(&inbox.f);
    inbox_retry_dead(id);
    inbox_pass_ms(LONG_MS);
    assert_string_equal(inbox.order, "work");
    app_close(&inbox.f);
}

/* ---- another app on the store ---- */

static void open_as(const char *bot_id)
{
    inbox_open(store_file_url(), NULL);
    be(bot_id);
}

/* The other app has no such listener, or one of the same name. */
static void test_apps_leave_each_others_jobs_alone(void **state)
{
    for (int i = 0; i < 2; i++) {
        store_file_clean();
        open_as("B1");
        app_ready(&inbox.f);
        command("work");
        app_close(&inbox.f);
        open_as("B2");
        if (i == 1) slack_on_job(inbox.f.app, "work", work, NULL);
        app_ready(&inbox.f);
        inbox_pass_ms(LONG_MS);
        inbox_pass_ms(LONG_MS);
        assert_int_equal(inbox.runs, 0);
        assert_int_equal(inbox.deads, 0);
        app_close(&inbox.f);
        open_as("B1");
        slack_on_job(inbox.f.app, "work", work, NULL);
        app_ready(&inbox.f);
        inbox_pass_ms(LONG_MS);
        inbox_until_runs(1);
        assert_string_equal(inbox.order, "work");
        app_close(&inbox.f);
    }
}

/* One app's key is no other app's, to store a job or to cancel it. */
static void test_apps_do_not_share_keys(void **state)
{
    store_file_clean();
    open_as("B1");
    app_ready(&inbox.f);
    command("work daily");
    app_close(&inbox.f);
    open_as("B2");
    slack_on_job(inbox.f.app, "work", work, NULL);
    app_ready(&inbox.f);
    command("work daily");
    inbox_pass_ms(1000);
    inbox_until_runs(1);
    assert_int_equal(slack_cancel_job(inbox.f.app, "daily", NULL, NULL), 0);
    inbox_settle();
    app_close(&inbox.f);
    open_as("B1");
    slack_on_job(inbox.f.app, "work", work, NULL);
    app_ready(&inbox.f);
    inbox_pass_ms(LONG_MS);
    inbox_until_runs(1);
    app_close(&inbox.f);
}

/* SLACK_APP_ID names the app where its token changes. */
static void test_a_named_app_keeps_its_jobs(void **state)
{
    const slack_options_t named = {.app_id = "A1"};
    store_file_clean();
    inbox_open(store_file_url(), &named);
    be("B1");
    app_ready(&inbox.f);
    command("work");
    app_close(&inbox.f);
    inbox_open(store_file_url(), &named);
    be("B2");
    slack_on_job(inbox.f.app, "work", work, NULL);
    app_ready(&inbox.f);
    inbox_pass_ms(LONG_MS);
    inbox_until_runs(1);
    app_close(&inbox.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_without_a_listener),
        cmocka_unit_test(test_a_job_with_other_listeners),
        cmocka_unit_test(test_a_job_that_middleware_takes),
        cmocka_unit_test(test_a_job_whose_listener_was_renamed),
        cmocka_unit_test(test_apps_leave_each_others_jobs_alone),
        cmocka_unit_test(test_apps_do_not_share_keys),
        cmocka_unit_test(test_a_named_app_keeps_its_jobs),
    };
    return cmocka_run_group_tests_name("tests", tests, NULL, NULL);
}
