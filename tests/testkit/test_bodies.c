/* SPDX-License-Identifier: MIT */
/* The deliveries that a test of a bot can make, of every kind. */
#include "support/kit.h"
#include "support/payloads.h"
#include "support/test.h"

FINE_TEST(test_message)
{
    slack_test_expect(kit, "chat.postMessage", "{channel: 'C0TEST', text: 'Hey there <@U%s>!'}",
                      "0TEST");
    assert_int_equal(slack_test_message(kit, "oh hello"), 0);
    slack_test_expect(kit, "chat.postMessage", "{channel: 'D1', text: 'Hey there <@U1>!'}");
    slack_test_as(kit, "U1", "D1");
    assert_int_equal(slack_test_message(kit, "hello"), 0);
    assert_int_equal(slack_test_message(kit, "goodbye"), 0);
    assert_int_equal(slack_test_call_count(kit), 2);
    const char *method;
    assert_string_equal(slack_json_str(slack_test_call_args(kit, 1, &method), "/channel"), "D1");
    assert_string_equal(method, "chat.postMessage");
    assert_null(slack_test_call_args(kit, 2, &method));
}

FINE_TEST(test_command)
{
    assert_int_equal(slack_test_ack(kit)->outcome, SLACK_TEST_NOT_ACKED);
    slack_test_command(kit, "/echo", "50% \"off\"");
    assert_int_equal(slack_test_ack(kit)->outcome, SLACK_TEST_ACKED);
    assert_string_equal(slack_test_ack(kit)->body, "50% \"off\"");
    slack_test_expect_ack(kit, "'50%% \"off\"'");
    slack_test_expect(kit, "response_url", "{text: 'later'}");
    slack_test_command(kit, "/later", NULL);
    assert_int_equal(slack_test_expect_ack(kit, NULL), 0);
    int status = 1;
    assert_int_equal(slack_test_status(kit, &status), 0);
    assert_int_equal(status, 0);
}

FINE_TEST(test_interactions)
{
    slack_test_view_submission(kit, "form",
                               "{name: {value: {type: 'plain_text_input', value: %s}}}", "Ada");
    slack_test_expect_ack(kit, NULL);
    slack_test_view_submission(kit, "form", "{}");
    slack_test_expect_ack(kit, "{response_action: 'errors', errors: {}}");
    slack_test_view_closed(kit, "form");
    slack_test_expect_status(kit, SLACK_EACKBODY);
    slack_test_expect_outcome(kit, SLACK_TEST_REFUSED);
    slack_test_as(kit, "U7", "G7");
    slack_test_expect(kit, "chat.postMessage", "{text: '42 by U7 in G7', channel: 'G7'}");
    slack_test_action(kit, "go", "42");
    slack_test_expect(kit, "chat.postMessage", "{text: ' by U7 in G7'}");
    slack_test_block_action(kit, "{type: 'datepicker', action_id: 'go'}");
    slack_test_expect(kit, "views.open", "{view: {type: 'modal', blocks: []}}");
    slack_test_shortcut(kit, "open");
    slack_test_expect(kit, "views.open", NULL);
    slack_test_message_shortcut(kit, "open", "a message");
    slack_test_options(kit, "pick", "ap");
    slack_test_expect_ack(kit, "{options: [{value: 'ap'}]}");
}

FINE_TEST(test_events)
{
    slack_test_expect(kit, "chat.postMessage", "{text: '2 http_timeout', channel: 'C9'}");
    slack_test_retry(kit, 2, "http_timeout");
    slack_test_event(kit, "{type: 'reaction_added', user: 'U1', item: {channel: %s}}", "C9");
    slack_test_expect(kit, "chat.postMessage", "{text: '0 '}");
    slack_test_event(kit, "{type: 'reaction_added', user: 'U1', item: {channel: 'C9'}}");
    int status;
    assert_int_equal(slack_test_status(kit, &status), 0);
    /* No listener sees the bot's own event. */
    slack_test_event(kit, "{type: 'reaction_added', user: 'U0BOT'}");
    assert_int_equal(slack_test_status(kit, &status), SLACK_ENOTFOUND);
}

FINE_TEST(test_bodies)
{
    static const char text[] = "{\"command\":\"/echo\",\"text\":\"hi\"}";
    slack_test_body_text(kit, text, strlen(text));
    slack_test_expect_ack(kit, "'hi'");
    slack_test_body(kit, "{command: '/echo', text: %s}", "ho");
    slack_test_expect_ack(kit, "'ho'");
}

static char seen[256]; /* what the listener saw */

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
    assert_int_equal(slack_listen(slack_test_app(kit), &listener), 0);
}

FINE_TEST(test_a_mention)
{
    listen_for(SLACK_KIND_EVENT, "app_mention", "/event/text");
    slack_test_as(kit, "U1", "C1");
    assert_int_equal(slack_test_mention(kit, "well"), 0);
    assert_string_equal(seen, "l U1 C1 <@U0BOT> well");
    assert_int_equal(slack_test_mention(kit, NULL), 0);
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
    assert_int_equal(slack_on_view_closed(slack_test_app(kit), "modal", note_values, NULL), 0);
    assert_int_equal(slack_test_view_closed(kit, "modal"), 0);
    assert_string_equal(seen, "{}");
}

FINE_TEST(test_attachments)
{
    listen_for(SLACK_KIND_ACTION, "old", "/actions/0/value");
    assert_int_equal(
        slack_test_attachment_action(kit, "old", "{name: 'ok', type: 'button', value: %s}", "yes"),
        0);
    assert_string_equal(seen, "l U0TEST C0TEST yes");
    listen_for(SLACK_KIND_OPTIONS, "old", "/value");
    assert_int_equal(slack_test_attachment_options(kit, "old", "menu", "ap"), 0);
    assert_string_equal(seen, "l U0TEST C0TEST ap");
}

FINE_TEST(test_dialogs)
{
    listen_for(SLACK_KIND_DIALOG, "travel", "/submission/city");
    assert_int_equal(slack_test_dialog(kit, "travel", "{city: %s}", "Oslo"), 0);
    assert_string_equal(seen, "l U0TEST C0TEST Oslo");
    assert_int_equal(slack_test_dialog_canceled(kit, "travel"), 0);
    assert_string_equal(seen, "l U0TEST C0TEST ");
    listen_for(SLACK_KIND_OPTIONS, "travel", "/name");
    assert_int_equal(slack_test_dialog_options(kit, "travel", "city", NULL), 0);
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
    slack_app_t *app = slack_test_app(kit);
    assert_int_equal(slack_on_function(app, "review", review, NULL), 0);
    assert_int_equal(slack_on_action(app, "no", refuse, NULL), 0);
    slack_test_expect(kit, "functions.completeSuccess",
                      "{function_execution_id: 'Fx0TEST', outputs: {reviewer: 'U1'}}");
    assert_int_equal(slack_test_function(kit, "review", "{who: %s}", "U1"), 0);
    slack_test_in_function(kit, "review");
    slack_test_expect(kit, "functions.completeError",
                      "{function_execution_id: 'Fx0TEST', error: 'U1 does not want to'}");
    assert_int_equal(slack_test_action(kit, "no", NULL), 0);
    slack_test_in_function(kit, NULL);
    assert_int_equal(slack_test_action(kit, "no", NULL), 0);
    slack_test_expect_status(kit, SLACK_EINVAL); /* no step */
    slack_test_expect_outcome(kit, SLACK_TEST_REFUSED);
}

static int greet(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "beside %s",
                     slack_json_str(slack_ctx_assistant_context(ctx), "/channel_id"));
}

FINE_TEST(test_the_assistant)
{
    slack_app_t *app = slack_test_app(kit);
    assert_int_equal(slack_on_assistant_started(app, greet, NULL), 0);
    assert_int_equal(slack_on_assistant_context(app, greet, NULL), 0);
    assert_int_equal(slack_on_assistant_message(app, greet, NULL), 0);
    static const char said[] = "{channel: 'D0ASSISTANT', thread_ts: '1.000001', text: %s}";
    slack_test_expect(kit, "chat.postMessage", said, "beside C1");
    slack_test_assistant_started(kit, "{channel_id: 'C1'}");
    slack_test_expect(kit, "chat.postMessage", said, "beside C2");
    slack_test_assistant_context(kit, "{channel_id: %s}", "C2");
    slack_test_expect(kit, "chat.postMessage", said, "beside C2"); /* the kept context */
    slack_test_assistant_message(kit, "hello");
}

FINE_TEST(test_a_rate_limit_of_events)
{
    assert_int_equal(slack_on_app_rate_limited(slack_test_app(kit), note, "/team_id"), 0);
    assert_int_equal(slack_test_app_rate_limited(kit), 0);
    assert_non_null(strstr(seen, "T0TEST"));
}

KIT_TEST(test_bad_templates)
{
    assert_int_equal(slack_test_attachment_action(kit, "a", "{"), SLACK_ETEMPLATE);
    assert_int_equal(slack_test_dialog(kit, "a", "{"), SLACK_ETEMPLATE);
    assert_int_equal(slack_test_function(kit, "a", "{"), SLACK_ETEMPLATE);
    assert_int_equal(slack_test_assistant_started(kit, "{"), SLACK_ETEMPLATE);
    assert_int_equal(slack_test_assistant_context(kit, "{"), SLACK_ETEMPLATE);
}

FINE_TEST(test_an_interaction_is_in_the_message_that_the_test_names)
{
    listen_for(SLACK_KIND_ACTION, "vote", "/message/ts");
    listen_for(SLACK_KIND_SHORTCUT, "close", "/message/thread_ts");
    listen_for(SLACK_KIND_OPTIONS, "choose", "/container/message_ts");
    slack_test_in_message(kit, "C7", "5.5", "4.4");
    slack_test_action(kit, "vote", "1");
    assert_string_equal(seen, "l U0TEST C7 5.5");
    slack_test_message_shortcut(kit, "close", "x");
    assert_string_equal(seen, "l U0TEST C7 4.4");
    slack_test_options(kit, "choose", "x");
    assert_string_equal(seen, "l U0TEST C7 5.5");
    slack_test_in_message(kit, NULL, NULL, NULL);
    slack_test_action(kit, "vote", "1");
    assert_non_null(strstr(seen, "l U0TEST C0TEST 1767225600."));
}

FINE_TEST(test_modals_have_the_private_metadata_of_the_test)
{
    listen_for(SLACK_KIND_VIEW_SUBMISSION, "modal", "/view/private_metadata");
    listen_for(SLACK_KIND_VIEW_CLOSED, "modal", "/view/private_metadata");
    slack_test_private_metadata(kit, "C1 5.5");
    slack_test_view_submission(kit, "modal", "{}");
    assert_string_equal(seen, "l U0TEST  C1 5.5");
    slack_test_private_metadata(kit, "closed");
    slack_test_view_closed(kit, "modal");
    assert_string_equal(seen, "l U0TEST  closed");
    slack_test_private_metadata(kit, NULL);
    slack_test_view_submission(kit, "modal", "{}");
    assert_string_equal(seen, "l U0TEST  ");
}

static void deliver_file(const char *name, const char *text, size_t len, void *ctx)
{
    kit_open(NULL);
    assert_int_equal(slack_test_body_text(kit, text, len), 0);
    assert_int_not_equal(slack_test_ack(kit)->outcome, SLACK_TEST_NOT_ACKED);
    kit_close(NULL);
}

TEST(test_payloads)
{
    payloads_each("events_wrapped", deliver_file, NULL);
    payloads_each("interactions", deliver_file, NULL);
}

static int run_everything(void)
{
    int rc = slack_test_new(&kit, NULL);
    if (rc != 0) return rc;
    slack_app_t *app = slack_test_app(kit);
    rc = slack_on_function(app, "review", review, NULL);
    if (rc == 0) rc = slack_on_dialog(app, NULL, note, "/type");
    if (rc == 0) rc = slack_on_options(app, NULL, note, "/type");
    if (rc == 0) rc = slack_on_action(app, NULL, note, "/type");
    if (rc == 0) rc = slack_on_view_closed(app, NULL, note_values, NULL);
    slack_test_mention(kit, "x");
    slack_test_attachment_action(kit, "a", "{name: 'n'}");
    slack_test_attachment_options(kit, "a", "n", "x");
    slack_test_dialog(kit, "d", "{}");
    slack_test_dialog_canceled(kit, "d");
    slack_test_view_closed(kit, "v");
    slack_test_dialog_options(kit, "d", "n", "x");
    slack_test_expect(kit, "functions.completeSuccess", NULL);
    slack_test_function(kit, "review", "{}");
    slack_test_in_function(kit, "review");
    slack_test_in_message(kit, "C1", "1.2", "1.1");
    slack_test_private_metadata(kit, "x");
    slack_test_action(kit, "x", "y");
    slack_test_assistant_started(kit, "{}");
    slack_test_assistant_context(kit, "{}");
    slack_test_assistant_message(kit, "x");
    slack_test_app_rate_limited(kit);
    int finished = slack_test_finish(kit, NULL);
    slack_test_free(kit);
    return rc ? rc : finished;
}

TEST(test_allocations)
{
    kit_survive(run_everything, 0);
}
