/* SPDX-License-Identifier: MIT */
/* The test kit: every kind of delivery, and handlers that run on workers. */
#include <stdatomic.h>

#include <uv.h>

#include <slack/slack.h>
#include <slack/test.h>

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"

static slack_test_t *t;
static char seen[256]; /* what the listener saw */

static int open_kit(void **state)
{
    *seen = '\0';
    return slack_test_new(&t, &(slack_test_options_t){.worker_wait_ms = 5000});
}

static int close_kit(void **state)
{
    slack_test_free(t);
    return heap_live() == 0 ? 0 : -1;
}

static int close_fine(void **state)
{
    const char *why;
    int rc = slack_test_finish(t, &why);
    assert_string_equal(why, "");
    assert_int_equal(rc, 0);
    return close_kit(state);
}

/* A case; a case with which the kit finds no fault. */
#define KIT_TEST(function)  TEST_CASE(function, open_kit, close_kit, NULL)
#define FINE_TEST(function) TEST_CASE(function, open_kit, close_fine, NULL)

/* ---- kinds ---- */

/* Keeps the value at user_data, a path in the body, and what the ctx returns. */
static int note(slack_ctx_t *ctx, void *user_data)
{
    snprintf(seen, sizeof seen, "%s %s %s %s", slack_ctx_listener(ctx), slack_ctx_user(ctx),
             slack_ctx_channel(ctx), slack_json_str(slack_ctx_body(ctx), user_data));
    return 0;
}

static void listen_for(enum slack_kind kind, const char *match, const char *path)
{
    const slack_listener_t listener = {.kind = kind,
                                       .match = match,
                                       .fn = note,
                                       .user_data = (void *)(uintptr_t)path,
                                       .name = "l"};
    assert_int_equal(slack_listen(slack_test_app(t), &listener), 0);
}

FINE_TEST(test_a_mention)
{
    listen_for(SLACK_KIND_EVENT, "app_mention", "/event/text");
    slack_test_as(t, "U1", "C1");
    assert_int_equal(slack_test_mention(t, "well"), 0);
    assert_string_equal(seen, "l U1 C1 <@U0BOT> well");
    assert_int_equal(slack_test_mention(t, NULL), 0);
    assert_string_equal(seen, "l U1 C1 <@U0BOT>");
}

static int note_values(slack_ctx_t *ctx, void *user_data)
{
    const slack_json_t *values = slack_json_get(slack_ctx_body(ctx), "/view/state/values");
    snprintf(seen, sizeof seen, "%s", slack_json_type(values) == SLACK_JSON_OBJECT ? "{}" : "no");
    return 0;
}

/* The values are an object even if nothing was entered. */
FINE_TEST(test_a_closed_view)
{
    assert_int_equal(slack_on_view_closed(slack_test_app(t), "form", note_values, NULL), 0);
    assert_int_equal(slack_test_view_closed(t, "form"), 0);
    assert_string_equal(seen, "{}");
}

FINE_TEST(test_attachments)
{
    listen_for(SLACK_KIND_ACTION, "old", "/actions/0/value");
    assert_int_equal(
        slack_test_attachment_action(t, "old", "{name: 'ok', type: 'button', value: %s}", "yes"),
        0);
    assert_string_equal(seen, "l U0TEST C0TEST yes");
    listen_for(SLACK_KIND_OPTIONS, "old", "/value");
    assert_int_equal(slack_test_attachment_options(t, "old", "menu", "ap"), 0);
    assert_string_equal(seen, "l U0TEST C0TEST ap");
}

FINE_TEST(test_dialogs)
{
    listen_for(SLACK_KIND_DIALOG, "travel", "/submission/city");
    assert_int_equal(slack_test_dialog(t, "travel", "{city: %s}", "Oslo"), 0);
    assert_string_equal(seen, "l U0TEST C0TEST Oslo");
    assert_int_equal(slack_test_dialog_canceled(t, "travel"), 0);
    assert_string_equal(seen, "l U0TEST C0TEST ");
    listen_for(SLACK_KIND_OPTIONS, "travel", "/name");
    assert_int_equal(slack_test_dialog_options(t, "travel", "city", NULL), 0);
    assert_string_equal(seen, "l U0TEST C0TEST city");
}

static int review(slack_ctx_t *ctx, void *user_data)
{
    const char *who = slack_json_str(slack_ctx_inputs(ctx), "/who");
    return slack_completef(ctx, "{reviewer: %s}", who);
}

static int refuse(slack_ctx_t *ctx, void *user_data)
{
    return slack_fail(ctx, "%s does not want to", slack_json_str(slack_ctx_inputs(ctx), "/who"));
}

FINE_TEST(test_functions)
{
    slack_app_t *app = slack_test_app(t);
    assert_int_equal(slack_on_function(app, "review", review, NULL), 0);
    assert_int_equal(slack_on_action(app, "no", refuse, NULL), 0);
    slack_test_expect(t, "functions.completeSuccess",
                      "{function_execution_id: 'Fx0TEST', outputs: {reviewer: 'U1'}}");
    assert_int_equal(slack_test_function(t, "review", "{who: %s}", "U1"), 0);
    slack_test_in_function(t, "review");
    slack_test_expect(t, "functions.completeError",
                      "{function_execution_id: 'Fx0TEST', error: 'U1 does not want to'}");
    assert_int_equal(slack_test_action(t, "no", NULL), 0);
    slack_test_in_function(t, NULL);
    assert_int_equal(slack_test_action(t, "no", NULL), 0);
    slack_test_expect_status(t, SLACK_EINVAL); /* no step */
    slack_test_expect_outcome(t, SLACK_TEST_REFUSED);
}

static int greet(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "beside %s",
                     slack_json_str(slack_ctx_assistant_context(ctx), "/channel_id"));
}

FINE_TEST(test_the_assistant)
{
    slack_app_t *app = slack_test_app(t);
    assert_int_equal(slack_on_assistant_started(app, greet, NULL), 0);
    assert_int_equal(slack_on_assistant_context(app, greet, NULL), 0);
    assert_int_equal(slack_on_assistant_message(app, greet, NULL), 0);
    static const char said[] = "{channel: 'D0ASSISTANT', thread_ts: '1.000001', text: %s}";
    slack_test_expect(t, "chat.postMessage", said, "beside C1");
    slack_test_assistant_started(t, "{channel_id: 'C1'}");
    slack_test_expect(t, "chat.postMessage", said, "beside C2");
    slack_test_assistant_context(t, "{channel_id: %s}", "C2");
    slack_test_expect(t, "chat.postMessage", said, "beside C2"); /* the kept context */
    slack_test_assistant_message(t, "hello");
}

FINE_TEST(test_a_rate_limit_of_events)
{
    assert_int_equal(slack_on_app_rate_limited(slack_test_app(t), note, "/team_id"), 0);
    assert_int_equal(slack_test_app_rate_limited(t), 0);
    assert_non_null(strstr(seen, "T0TEST"));
}

KIT_TEST(test_bad_templates)
{
    assert_int_equal(slack_test_attachment_action(t, "a", "{"), SLACK_ETEMPLATE);
    assert_int_equal(slack_test_dialog(t, "a", "{"), SLACK_ETEMPLATE);
    assert_int_equal(slack_test_function(t, "a", "{"), SLACK_ETEMPLATE);
    assert_int_equal(slack_test_assistant_started(t, "{"), SLACK_ETEMPLATE);
    assert_int_equal(slack_test_assistant_context(t, "{"), SLACK_ETEMPLATE);
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
    assert_int_equal(slack_listen(slack_test_app(t), &listener), 0);
}

FINE_TEST(test_a_worker)
{
    listen_on_worker(work, NULL);
    for (int i = 0; i < 8; i++) {
        slack_test_expect(t, "users.info", "{user: 'U1'}");
        slack_test_answer(t, "{ok: true, user: {name: 'ada'}}");
        slack_test_expect(t, "response_url", "{text: 'ada'}");
        assert_int_equal(slack_test_command(t, "/work", ""), 0);
        slack_test_expect_ack(t, "'on it'");
        slack_test_expect_status(t, 0);
    }
}

/* A worker's wait for an answer follows the kit's clock. */
FINE_TEST(test_a_worker_that_waits)
{
    int status;
    listen_on_worker(work, NULL);
    slack_test_expect(t, "users.info", NULL);
    slack_test_answer_limited(t, 600);
    slack_test_command(t, "/work", "");
    slack_test_expect_ack(t, "'on it'");
    assert_int_equal(slack_test_status(t, &status), SLACK_EBUSY);
    slack_test_expect(t, "users.info", NULL);
    slack_test_answer(t, "{ok: true, user: {name: 'ada'}}");
    slack_test_expect(t, "response_url", "{text: 'ada'}");
    slack_test_advance_ms(t, 600 * 1000);
    slack_test_expect_status(t, 0);
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
    slack_test_free(t);
    assert_int_equal(slack_test_new(&t, &(slack_test_options_t){.worker_wait_ms = 20}), 0);
    listen_on_worker(wait_for_flag, &go_on);
    assert_int_equal(slack_test_command(t, "/work", ""), SLACK_EBUSY);
    const char *why;
    assert_int_equal(slack_test_ack(t)->outcome, SLACK_TEST_NOT_ACKED);
    atomic_store(&go_on, true);
    assert_int_equal(slack_test_finish(t, &why), SLACK_EBUSY);
    assert_non_null(strstr(
        why, "a handler on a worker has neither returned nor waited for an answer for 20 ms"));
}

/* ---- the message and the modal that an interaction comes from ---- */

FINE_TEST(test_an_interaction_is_in_the_message_that_the_test_names)
{
    listen_for(SLACK_KIND_ACTION, "vote", "/message/ts");
    listen_for(SLACK_KIND_SHORTCUT, "close", "/message/thread_ts");
    listen_for(SLACK_KIND_OPTIONS, "pick", "/container/message_ts");
    slack_test_in_message(t, "C7", "5.5", "4.4");
    slack_test_action(t, "vote", "1");
    assert_string_equal(seen, "l U0TEST C7 5.5");
    slack_test_message_shortcut(t, "close", "x");
    assert_string_equal(seen, "l U0TEST C7 4.4");
    slack_test_options(t, "pick", "x");
    assert_string_equal(seen, "l U0TEST C7 5.5");
    slack_test_in_message(t, NULL, NULL, NULL);
    slack_test_action(t, "vote", "1");
    assert_non_null(strstr(seen, "l U0TEST C0TEST 1767225600."));
}

FINE_TEST(test_modals_have_the_private_metadata_of_the_test)
{
    listen_for(SLACK_KIND_VIEW_SUBMISSION, "form", "/view/private_metadata");
    listen_for(SLACK_KIND_VIEW_CLOSED, "form", "/view/private_metadata");
    slack_test_private_metadata(t, "C1 5.5");
    slack_test_view_submission(t, "form", "{}");
    assert_string_equal(seen, "l U0TEST  C1 5.5");
    slack_test_private_metadata(t, "closed");
    slack_test_view_closed(t, "form");
    assert_string_equal(seen, "l U0TEST  closed");
    slack_test_private_metadata(t, NULL);
    slack_test_view_submission(t, "form", "{}");
    assert_string_equal(seen, "l U0TEST  ");
}

/* ---- without memory ---- */

static int run_everything(void)
{
    slack_test_t *before = t;
    int rc = slack_test_new(&t, NULL);
    if (rc == 0) {
        slack_app_t *app = slack_test_app(t);
        rc = slack_on_function(app, "review", review, NULL);
        if (rc == 0) rc = slack_on_dialog(app, NULL, note, "/type");
        if (rc == 0) rc = slack_on_options(app, NULL, note, "/type");
        if (rc == 0) rc = slack_on_action(app, NULL, note, "/type");
        if (rc == 0) rc = slack_on_view_closed(app, NULL, note_values, NULL);
        slack_test_mention(t, "x");
        slack_test_attachment_action(t, "a", "{name: 'n'}");
        slack_test_attachment_options(t, "a", "n", "x");
        slack_test_dialog(t, "d", "{}");
        slack_test_dialog_canceled(t, "d");
        slack_test_view_closed(t, "v");
        slack_test_dialog_options(t, "d", "n", "x");
        slack_test_expect(t, "functions.completeSuccess", NULL);
        slack_test_function(t, "review", "{}");
        slack_test_in_function(t, "review");
        slack_test_in_message(t, "C1", "1.2", "1.1");
        slack_test_private_metadata(t, "x");
        slack_test_action(t, "x", "y");
        slack_test_assistant_started(t, "{}");
        slack_test_assistant_context(t, "{}");
        slack_test_assistant_message(t, "x");
        slack_test_app_rate_limited(t);
        int finished = slack_test_finish(t, NULL);
        if (rc == 0) rc = finished;
        slack_test_free(t);
    }
    t = before;
    return rc;
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
