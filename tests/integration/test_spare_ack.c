/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/app.h"
#include "support/app_fixture.h"
#include "support/heap.h"

/* Acks in the place of handlers whose time is up, which is very short here. */
#define ACK_MS 5

static app_fixture_t f;
static slack_ctx_t *held;

static int open_app(void **state)
{
    app_open(&f, &(slack_options_t){.ack_ms = ACK_MS});
    held = NULL;
    return 0;
}

static int close_app(void **state)
{
    app_close(&f);
    return heap_live() == 0 ? 0 : -1;
}

static int hold(slack_ctx_t *ctx, void *user_data)
{
    held = ctx;
    slack_ctx_hold(ctx);
    return 0;
}

static void listen_all(void)
{
    static const enum slack_kind kinds[] = {SLACK_KIND_COMMAND,         SLACK_KIND_ACTION,
                                            SLACK_KIND_SHORTCUT,        SLACK_KIND_OPTIONS,
                                            SLACK_KIND_VIEW_SUBMISSION, SLACK_KIND_VIEW_CLOSED};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_int_equal(
            slack_listen(f.app, &(slack_listener_t){.kind = kinds[i], .fn = hold, .name = "slow"}),
            0);
}

static void inject(const char *body, app_ack_t *ack)
{
    *ack = (app_ack_t){0};
    app_inject(&f, body, ack);
    app_run_until(&f, &ack->count);
    assert_int_equal(ack->outcome, SLACK_ACK_OK);
}

static void end(void)
{
    slack_ctx_release(held, 0);
    held = NULL;
    app_spin(&f);
}

#define VIEW                                                                                       \
    "{\"type\":\"view_submission\",\"view\":{\"callback_id\":\"v\",\"title\":{\"type\":"           \
    "\"plain_text\",\"text\":\"T\"}}}"

static void each_kind_has_its_own(void **state)
{
    static const struct {
        const char *body, *ack;
    } cases[] = {
        {"{\"command\":\"/x\"}",
         "{\"response_type\":\"ephemeral\",\"text\":\"Still working on it…\"}"},
        {"{\"type\":\"block_actions\",\"actions\":[{\"action_id\":\"a\"}]}", ""},
        {"{\"type\":\"shortcut\",\"callback_id\":\"s\"}", ""},
        {"{\"type\":\"block_suggestion\",\"action_id\":\"o\"}", "{\"options\":[]}"},
        {VIEW, "{\"response_action\":\"update\",\"view\":{\"type\":\"modal\",\"title\":{\"type\":"
               "\"plain_text\",\"text\":\"T\"},\"blocks\":[{\"type\":\"section\",\"text\":{"
               "\"type\":\"plain_text\",\"text\":\"Still working on it…\"}}]}}"},
        {"{\"type\":\"view_submission\",\"view\":{\"callback_id\":\"v\"}}", ""},
        {"{\"type\":\"view_closed\",\"view\":{\"callback_id\":\"v\"}}", ""},
    };
    app_ack_t ack;
    listen_all();
    app_ready(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        inject(cases[i].body, &ack);
        assert_string_equal(ack.body, cases[i].ack);
        end();
        assert_int_equal(ack.count, 1);
    }
    assert_int_equal(f.app->metrics.spare_acks, sizeof cases / sizeof *cases);
    assert_non_null(
        strstr(f.log, "event=\"acknowledged in the handler's place\" kind=command listener=slow"));
}

static void can_be_told(void **state)
{
    app_ack_t ack = {0};
    listen_all();
    assert_int_equal(slack_spare_ack(f.app, SLACK_KIND_EVENT, ""), SLACK_EINVAL);
    assert_int_equal(slack_spare_ack(f.app, SLACK_KIND_COMMAND, "{"), SLACK_EJSON);
    assert_int_equal(slack_spare_ack(f.app, SLACK_KIND_COMMAND, "{\"text\":\"one\"}"), 0);
    assert_int_equal(slack_spare_ack(f.app, SLACK_KIND_COMMAND, "{\"text\":\"two\"}"), 0);
    assert_int_equal(slack_spare_ack(f.app, SLACK_KIND_VIEW_SUBMISSION, ""), 0);
    assert_int_equal(slack_spare_ack(f.app, SLACK_KIND_OPTIONS, NULL), 0);
    app_ready(&f);
    inject("{\"command\":\"/x\"}", &ack);
    assert_string_equal(ack.body, "{\"text\":\"two\"}");
    end();
    inject(VIEW, &ack);
    assert_string_equal(ack.body, "");
    end();

    /* No ack: the queue goes on behind it. */
    app_ack_t none = {0};
    app_inject(&f, "{\"type\":\"block_suggestion\",\"action_id\":\"o\"}", &none);
    while (!held)
        app_turn(&f);
    slack_ctx_t *first = held;
    inject("{\"command\":\"/x\"}", &ack);
    assert_int_equal(none.count, 0);
    end();
    assert_int_equal(slack_ack(first), 0);
    slack_ctx_release(first, 0);
    app_spin(&f);
    assert_int_equal(none.count, 1);
}

/* What the handler says after all goes to the response_url. */
static void late_acks_find_their_way(void **state)
{
    char body[300];
    app_ack_t ack;
    listen_all();
    app_ready(&f);
    snprintf(body, sizeof body, "{\"command\":\"/x\",\"response_url\":\"%s\"}",
             fake_slack_hook_url(f.slack, "1"));
    inject(body, &ack);
    assert_int_equal(slack_ack_text(held, "done %d", 1), 0);
    assert_int_equal(slack_ack(held), SLACK_EALREADY);
    end();
    app_run_until_calls(&f, 1);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"), "done 1");

    inject(body, &ack);
    assert_int_equal(slack_ack_json(held, slack_jsonf(held, "{text: 'json'}")), 0);
    end();
    app_run_until_calls(&f, 2);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 1)->args, "/text"), "json");

    inject("{\"command\":\"/x\"}", &ack);
    assert_int_equal(slack_ack_text(held, "nowhere"), SLACK_ELATE);
    end();
    inject(VIEW, &ack);
    assert_int_equal(slack_ack(held), SLACK_ELATE);
    end();
    assert_int_equal(fake_slack_count(f.slack), 2);
    assert_int_equal(f.app->metrics.late_acks, 4);
    assert_non_null(strstr(f.log, "event=\"ack after the one in its place\" kind=command "
                                  "listener=slow"));
}

static unsigned told;

static int answer_for_it(slack_ctx_t *ctx, void *user_data)
{
    assert_ptr_equal(ctx, held);
    assert_string_equal(slack_ctx_listener(ctx), "slow");
    assert_int_equal(slack_ctx_ack_late_ms(ctx), 0);
    told++;
    return user_data ? slack_ack_text(ctx, "%s", (char *)user_data) : 0;
}

/* The program is told of what nobody acknowledged, and may do it itself. */
static void unacked_deliveries_have_a_hook(void **state)
{
    static char wait[] = "wait";
    char body[300];
    app_ack_t ack;
    told = 0;
    listen_all();
    app_ready(&f);
    slack_on_unacked(f.app, answer_for_it, NULL);
    inject("{\"type\":\"block_suggestion\",\"action_id\":\"o\"}", &ack);
    assert_int_equal(told, 1);
    assert_string_equal(ack.body, "{\"options\":[]}");
    end();
    slack_on_unacked(f.app, answer_for_it, wait);
    snprintf(body, sizeof body, "{\"command\":\"/x\",\"response_url\":\"%s\"}",
             fake_slack_hook_url(f.slack, "1"));
    inject(body, &ack);
    assert_string_equal(ack.body, "wait");
    assert_int_equal(slack_ack_text(held, "done"), 0);
    end();
    assert_int_equal(ack.count, 1);
    assert_int_equal(told, 2);
    app_run_until_calls(&f, 1);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"), "done");
    slack_on_unacked(f.app, NULL, NULL);
    inject("{\"command\":\"/x\"}", &ack);
    end();
    assert_int_equal(told, 2);
}

static int go_wrong(slack_ctx_t *ctx, void *user_data)
{
    return SLACK_EIO;
}

/* Its error is one of the delivery's, which is told once the handler has ended. */
static void hook_may_fail(void **state)
{
    app_ack_t ack;
    listen_all();
    app_ready(&f);
    slack_on_unacked(f.app, go_wrong, NULL);
    inject("{\"command\":\"/x\"}", &ack);
    end();
    assert_int_equal(f.app->metrics.deliveries[SLACK_KIND_COMMAND][SLACK_RESULT_FAILED], 1);
}

/* By how much: to the handler before and after it speaks, and to the log. */
static void lateness_is_told(void **state)
{
    app_ack_t ack;
    listen_all();
    app_ready(&f);
    inject(VIEW, &ack);
    f.skew_us += 4000 * 1000;
    assert_in_range(slack_ctx_ack_late_ms(held), 4000, 5000);
    assert_int_equal(slack_ack(held), SLACK_ELATE);
    const unsigned late_ms = slack_ctx_ack_late_ms(held);
    assert_in_range(late_ms, 4000, 5000);
    f.skew_us += 4000 * 1000;
    assert_int_equal(slack_ctx_ack_late_ms(held), late_ms);
    char line[64];
    snprintf(line, sizeof line, "late_ms=%u result=SLACK_ELATE", late_ms);
    assert_non_null(strstr(f.log, line));
    end();
}

/* Whoever is in time has the only word. */
static void acks_in_time_are_alone(void **state)
{
    app_ack_t ack = {0};
    f.app->options.ack_ms = 2500;
    listen_all();
    app_ready(&f);
    app_inject(&f, "{\"command\":\"/x\"}", &ack);
    while (!held)
        app_turn(&f);
    assert_int_equal(slack_ack_text(held, "in time"), 0);
    f.skew_us += 10000000;
    end();
    assert_int_equal(ack.count, 1);
    assert_string_equal(ack.body, "in time");
    assert_int_equal(f.app->metrics.spare_acks, 0);
}

/* The stop does not wait for a spare ack, nor does one come after it. */
static void stop_before_the_time(void **state)
{
    app_ack_t ack = {0};
    f.app->options.ack_ms = 2500;
    listen_all();
    app_ready(&f);
    app_inject(&f, "{\"command\":\"/x\"}", &ack);
    while (!held)
        app_turn(&f);
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_int_equal(ack.count, 1);
    assert_int_equal(ack.outcome, SLACK_ACK_LATER);
    slack_ctx_release(held, 0);
}

int main(void)
{
    heap_install();
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_app, close_app)
    const struct CMUnitTest tests[] = {
        CASE(each_kind_has_its_own),
        CASE(can_be_told),
        CASE(late_acks_find_their_way),
        CASE(acks_in_time_are_alone),
        CASE(stop_before_the_time),
        CASE(unacked_deliveries_have_a_hook),
        CASE(hook_may_fail),
        CASE(lateness_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
