/* SPDX-License-Identifier: MIT */
/*
 * The unit test of a bot, written with the test kit: slack/test.h, in the library slackapp_test. It
 * needs no network, no token and no sleep. A real bot would be in a file of its own.
 * docs/testing.md explains the kit.
 *
 *     build/examples/bot_test examples/bot_test.jsonl && echo fine
 */
#include <slack/slack.h>
#include <slack/test.h>

#include <stdio.h>

/* ---- the bot ---- */

static int hello(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "Hey there <@%s>!", slack_ctx_user(ctx));
}

static int deploy(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *what = slack_json_str(slack_ctx_body(ctx), "/text");
    if (*what == '\0') return slack_ack_text(ctx, "usage: /deploy SERVICE");
    return slack_ack_jsonf(ctx, "{response_type: 'in_channel', text: 'Deploying *%s*'}", what);
}

static int report(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_call(slack_ctx_client(ctx),
                      slack_chat_postMessage(.channel = "C0TEST", .text = "All services are up"),
                      NULL, NULL);
}

static int add_listeners(slack_app_t *app)
{
    int rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = slack_on_command(app, "/deploy", deploy, NULL);
    if (rc == 0) rc = slack_every(app, "report", "0 9 * * 1-5", NULL, report, NULL);
    return rc;
}

/* ---- its tests ---- */

static void greets(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEST', text: 'Hey there <@U0TEST>!'}");
    slack_test_message(t, "oh hello");
    slack_test_message(t, "goodbye"); /* the bot makes no call */
}

static void deploys(slack_test_t *t)
{
    slack_test_command(t, "/deploy", "api");
    slack_test_expect_ack(t, "{response_type: 'in_channel', text: 'Deploying *api*'}");
    slack_test_command(t, "/deploy", "");
    slack_test_expect_ack(t, "'usage: /deploy SERVICE'");
}

static void waits_out_a_limit(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_answer_limited(t, 30); /* HTTP 429, Retry-After: 30 */
    slack_test_message(t, "hello");
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_advance_ms(t, 30000); /* takes no time */
}

static void survives_a_time_out(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_answer_after_ms(t, 60000);
    slack_test_message(t, "hello");
    slack_test_advance_ms(t, 30000); /* the app gives up waiting */
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_advance_ms(t, 1000); /* the next attempt */
}

static void reports_every_morning(slack_test_t *t)
{
    slack_test_start(t); /* at midnight */
    slack_test_expect(t, "chat.postMessage", "{text: 'All services are up'}");
    slack_test_advance_ms(t, 9 * 3600 * 1000);
    slack_test_expect_job(t, "report", 0);
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_answer_error(t, "channel_not_found");
    slack_test_advance_ms(t, 24 * 3600 * 1000);
    slack_test_expect_job(t, "report", SLACK_EAPI);
}

/* Recorded with SLACK_RECORD while the bot was working. */
static const char *recording;

static void says_what_it_said(slack_test_t *t)
{
    slack_test_replay(t, recording, NULL);
}

/* Run one test on an app of its own. Returns 1 if it failed, else 0. */
static int run(const char *name, void (*test)(slack_test_t *t))
{
    slack_test_t *t = NULL;
    const char *why = "";
    int rc = slack_test_new(&t, NULL);
    if (rc == 0) rc = add_listeners(slack_test_app(t));
    if (rc == 0) {
        test(t);
        rc = slack_test_finish(t, &why);
    }
    printf("%s %s%s%s\n", rc == 0 ? "ok" : "not ok", name, *why ? ": " : "", why);
    slack_test_free(t);
    return rc != 0;
}

int main(int argc, char **argv)
{
    recording = argc > 1 ? argv[1] : "examples/bot_test.jsonl";
    int failed = run("greets", greets);
    failed += run("deploys", deploys);
    failed += run("waits out a limit", waits_out_a_limit);
    failed += run("survives a time-out", survives_a_time_out);
    failed += run("reports every morning", reports_every_morning);
    failed += run("says what it said", says_what_it_said);
    return failed != 0;
}
