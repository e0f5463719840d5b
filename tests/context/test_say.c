/* SPDX-License-Identifier: MIT */
/* Messages, updates, reactions, views and response URLs sent by a handler. */

#include "app/inspect.h"
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/test.h"

static app_fixture_t f;

static int say_everything(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_reply(ctx, "in the %s", "thread");
    if (rc == 0) rc = slack_say_ephemeral(ctx, "only you");
    if (rc == 0) rc = slack_updatef(ctx, "1.5", "{text: 'new'}");
    if (rc == 0) rc = slack_delete(ctx, "1.6");
    if (rc == 0) rc = slack_react(ctx, "wave");
    if (rc == 0) rc = slack_unreact(ctx, "wave");
    if (rc == 0) rc = slack_view_publishf(ctx, NULL, NULL, "{type: 'home'}");
    assert_int_equal(slack_view_openf(ctx, "{}"), SLACK_EINVAL); /* no trigger_id */
    return rc;
}

static bool was_called(const char *method, const char *args)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    bool found = false;
    for (size_t i = 0; i < fake_slack_count(f.slack); i++) {
        const fake_call_t *call = fake_slack_call(f.slack, i);
        const char *text = slack__json_text(arena, call->args, NULL);
        found |= strcmp(call->method, method) == 0 && strcmp(text, args) == 0;
    }
    slack__arena_free(arena);
    return found;
}

APP_TEST(test_what_a_handler_says)
{
    slack_on_message(f.app, NULL, say_everything, NULL);
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    app_run_until_calls(&f, 7);
    assert_true(
        was_called("chat.postMessage",
                   "{\"text\":\"in the thread\",\"channel\":\"C1\",\"thread_ts\":\"1.000001\"}"));
    assert_true(was_called("chat.postEphemeral",
                           "{\"text\":\"only you\",\"user\":\"U1\",\"channel\":\"C1\"}"));
    assert_true(was_called("chat.update", "{\"text\":\"new\",\"ts\":\"1.5\",\"channel\":\"C1\"}"));
    assert_true(was_called("chat.delete", "{\"ts\":\"1.6\",\"channel\":\"C1\"}"));
    assert_true(was_called("reactions.add",
                           "{\"timestamp\":\"1.000001\",\"name\":\"wave\",\"channel\":\"C1\"}"));
    assert_true(was_called("reactions.remove",
                           "{\"timestamp\":\"1.000001\",\"name\":\"wave\",\"channel\":\"C1\"}"));
    assert_true(was_called("views.publish",
                           "{\"user_id\":\"U1\",\"view\":\"{\\\"type\\\":\\\"home\\\"}\"}"));
}

static int reply_and_react(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_reply_jsonf(ctx, "{text: %s}", "here");
    const int reacted = slack_react(ctx, "eyes");
    assert_int_equal(rc, reacted);
    return rc;
}

/* Each event names the message 2.0 at a different pointer. */
APP_TEST(a_reply_goes_to_the_message)
{
    static const char *const events[] = {
        APP_EVENT("1", "'type':'link_shared','channel':'C1','message_ts':'2.0'"),
        APP_EVENT("2", "'type':'pin_added','channel_id':'C1','item':{'message':{'ts':'2.0'}}"),
        APP_EVENT("3", "'type':'star_added','item':{'channel':'C1','message':{'ts':'2.0'}}"),
        APP_EVENT("4", "'type':'message_metadata_posted','channel_id':'C1','message_ts':'2.0'"),
        APP_EVENT("5", "'type':'message','subtype':'message_changed','channel':'C1','ts':'9.0',"
                       "'message':{'user':'U1','ts':'2.0'}"),
        APP_EVENT("6", "'type':'reaction_added','item':{'channel':'C1','ts':'2.0'}"),
    };
    slack_on_event(f.app, NULL, reply_and_react, NULL);
    app_ready(&f);
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        app_deliver(&f, events[i], &f.ack);
        app_run_until_calls(&f, 2 * i + 2);
        const slack_json_t *args = app_call_args(&f, 2 * i, "chat.postMessage");
        assert_string_equal(slack_json_str(args, "/thread_ts"), "2.0");
        assert_string_equal(slack_json_str(args, "/channel"), "C1");
        args = app_call_args(&f, 2 * i + 1, "reactions.add");
        assert_string_equal(slack_json_str(args, "/timestamp"), "2.0");
    }
}

/* Without a message nothing is posted, the handler is not run again, and the log gives the
 * reason. */
APP_TEST(no_reply_without_a_message)
{
    static const struct {
        const char *body, *what;
    } rows[] = {
        {APP_COMMAND("/x", ""), "command"},
        {APP_EVENT("1", "'type':'member_joined_channel','channel':'C1','user':'U1'"),
         "member_joined_channel"},
        {APP_EVENT("2", "'type':'file_shared','channel_id':'C1','user_id':'U1'"), "file_shared"},
        {APP_EVENT("3", "'type':'link_shared','channel':'COMPOSER','message_ts':'U1-9'"),
         "link_shared"},
        {APP_EVENT("4", "'type':'pin_added','channel_id':'C1','item':{'type':'file'}"),
         "pin_added"},
    };
    slack_on_event(f.app, NULL, reply_and_react, NULL);
    slack_on_command(f.app, NULL, reply_and_react, NULL);
    app_ready(&f);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char sentence[128];
        app_deliver(&f, rows[i].body, &f.ack);
        app_run_until_idle(&f);
        snprintf(sentence, sizeof sentence, "%s is about no message", rows[i].what);
        if (!world_logged(&f.world, sentence))
            fail_msg("no sentence: %s\n%s", sentence, f.world.log);
    }
    assert_int_equal(fake_slack_count(f.slack), 0);
}

static int respond_thrice(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_respond(ctx, "1");
    if (rc == 0) rc = slack_respond_jsonf(ctx, "{text: '2', replace_original: true}");
    if (rc == 0) rc = slack_respond_jsonf(ctx, "{text: '3', thread_ts: '5.0'}");
    return rc;
}

/* `threads` is the thread_ts of each of the three responses, in the order of their texts. */
APP_TEST(a_response_stays_in_the_thread)
{
    static const struct {
        bool legacy, in_thread;
        const char *threads[3];
    } rows[] = {
        {false, true, {"1.0", "", "5.0"}},
        {false, false, {"", "", "5.0"}},
        {true, true, {"", "", "5.0"}},
    };
    slack_on_action(f.app, NULL, respond_thrice, NULL);
    app_ready(&f);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char body[512];
        const char *url = fake_slack_hook_url(f.slack, "1");
        snprintf(body, sizeof body,
                 "{'type':'%s','channel':{'id':'C1'},'callback_id':'go','message':{'ts':'2.0'%s},"
                 "'response_url':'%s','actions':[{'action_id':'go'}]}",
                 rows[i].legacy ? "interactive_message" : "block_actions",
                 rows[i].in_thread ? ",'thread_ts':'1.0'" : "", url);
        app_deliver(&f, body, &f.ack);
        app_run_until_calls(&f, 3 * i + 3);
        for (size_t j = 0; j < 3; j++) {
            const slack_json_t *args = fake_slack_call(f.slack, 3 * i + j)->args;
            const char *text = slack_json_str(args, "/text");
            assert_string_equal(slack_json_str(args, "/thread_ts"), rows[i].threads[*text - '1']);
        }
    }
}

static int say_empty(slack_ctx_t *ctx, void *user_data)
{
    assert_int_equal(slack_say(ctx, "%s", ""), SLACK_EINVAL);
    assert_int_equal(slack_reply(ctx, "%s", ""), SLACK_EINVAL);
    assert_int_equal(slack_say_ephemeral(ctx, "%s", ""), SLACK_EINVAL);
    assert_int_equal(slack_respond(ctx, "%s", ""), SLACK_EINVAL);
    assert_int_equal(slack_say_jsonf(ctx, "{channel: 'C1', text: ''}"), SLACK_EINVAL);
    assert_int_equal(slack_respond_jsonf(ctx, "{replace_original: true}"), SLACK_EINVAL);
    return slack_say_jsonf(ctx, "{blocks: []}");
}

APP_TEST(an_empty_text_is_not_sent)
{
    slack_on_action(f.app, "go", say_empty, NULL);
    app_ready(&f);
    app_deliver(
        &f,
        "{'type':'block_actions','user':{'id':'U1'},'channel':{'id':'C1'},'message':{'ts':'1.0'},"
        "'response_url':'https://hooks.slack.com/r','actions':[{'action_id':'go'}]}",
        &f.ack);
    assert_int_equal(fake_slack_count(f.slack), 0);
    assert_true(world_logged(&f.world, "slack_say_json: the message has no text"));
}

static int change_view(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_view_openf(ctx, "{}");
    if (rc == 0) rc = slack_view_pushf(ctx, "{}");
    if (rc == 0) rc = slack_view_updatef(ctx, NULL, NULL, "{}");
    if (rc == 0) rc = slack_view_updatef(ctx, "V2", NULL, "{}");
    return rc;
}

APP_TEST(test_views)
{
    slack_on_action(f.app, "v", change_view, NULL);
    fake_slack_answer(f.slack, "views.update", 200, "{'ok':false,'error':'hash_conflict'}");
    app_ready(&f);
    app_deliver(&f,
                "{'type':'block_actions','trigger_id':'1.2','view':{'id':'V1','hash':'h1'},"
                "'actions':[{'action_id':'v'}]}",
                &f.ack);
    app_run_until_calls(&f, 4);
    assert_true(was_called("views.open", "{\"trigger_id\":\"1.2\",\"view\":\"{}\"}"));
    assert_true(was_called("views.push", "{\"trigger_id\":\"1.2\",\"view\":\"{}\"}"));
    assert_true(was_called("views.update", "{\"view_id\":\"V1\",\"hash\":\"h1\",\"view\":\"{}\"}"));
    assert_true(was_called("views.update", "{\"view_id\":\"V2\",\"view\":\"{}\"}"));
    world_until(&f.world, world_logged(&f.world, "error=SLACK_ECONFLICT reason=\"hash_conflict: "));
}

/* Delivers a command whose response_url is the fake Web API's hook `name`. */
static void deliver_command(const char *command, const char *name)
{
    char body[256];
    snprintf(body, sizeof body,
             "{'command':'%s','channel_id':'C1','user_id':'U1','response_url':'%s'}", command,
             fake_slack_hook_url(f.slack, name));
    app_ack_t ack;
    app_deliver(&f, body, &ack);
}

static int respond_often(slack_ctx_t *ctx, void *user_data)
{
    for (int i = 0; i < 5; i++)
        assert_int_equal(slack_respond(ctx, "%d", i), 0);
    assert_int_equal(slack_respond(ctx, "a sixth"), SLACK_ESPENT);
    return 0;
}

static int respond_late(slack_ctx_t *ctx, void *user_data)
{
    app_skip_ms(&f, 1799 * 1000);
    assert_int_equal(slack_respond(ctx, "in time"), 0);
    app_skip_ms(&f, 2000);
    assert_int_equal(slack_respond(ctx, "after 30 minutes"), SLACK_ESPENT);
    return 0;
}

APP_TEST(test_a_response_url_can_be_used_up)
{
    slack_on_command(f.app, "/x", respond_often, NULL);
    slack_on_command(f.app, "/late", respond_late, NULL);
    app_ready(&f);
    deliver_command("/x", "1");
    app_run_until_calls(&f, 5);
    deliver_command("/late", "2");
    app_run_until_calls(&f, 6);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 5)->args, "/text"), "in time");
}

/* Slack refuses a used response_url; a retry would not help. */
static int respond_once(slack_ctx_t *ctx, void *user_data)
{
    return slack_respond(ctx, "x");
}

APP_TEST(test_slack_says_that_it_is_used_up)
{
    slack_on_command(f.app, "/x", respond_once, NULL);
    fake_slack_answer(f.slack, "hook/1", 404, "{'ok':false,'error':'used_url'}");
    app_ready(&f);
    deliver_command("/x", "1");
    world_until(&f.world,
                world_logged(&f.world, "error=SLACK_ESPENT reason=\"used_url, HTTP 404: "));
}

/* ---- update a message ---- */

static int update_it(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    assert_string_equal(slack_response_ts(response), "1700000000.000100");
    assert_string_equal(slack_response_channel(response), "D9");
    assert_string_equal(slack_ctx_said_ts(ctx), "1700000000.000100");
    assert_string_equal(slack_ctx_said_channel(ctx), "D9");
    int rc = slack_update_saidf(ctx, "{text: 'done'}");
    assert_int_equal(slack_update_saidf(ctx, "{text: }"), SLACK_ETEMPLATE);
    if (rc == 0) rc = slack_delete_said(ctx);
    return rc;
}

static int say_and_update(slack_ctx_t *ctx, void *user_data)
{
    assert_int_equal(slack_update_saidf(ctx, "{text: 'x'}"), SLACK_EINVAL);
    assert_string_equal(slack_ctx_said_ts(ctx), "");
    int rc = slack_say_thenf(ctx, update_it, NULL, "{channel: 'U1', text: 'working…'}");
    return rc;
}

/* The update uses the ts that Slack returned, and its channel instead of the user's id. */
APP_TEST(test_what_was_said_can_be_changed)
{
    slack_on_message(f.app, NULL, say_and_update, NULL);
    fake_slack_answer(f.slack, "chat.postMessage", 200,
                      "{'ok':true,'channel':'D9','ts':'1700000000.000100'}");
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    app_run_until_calls(&f, 3);
    assert_true(was_called("chat.update", "{\"text\":\"done\",\"ts\":\"1700000000.000100\","
                                          "\"channel\":\"D9\"}"));
    assert_true(was_called("chat.delete", "{\"ts\":\"1700000000.000100\",\"channel\":\"D9\"}"));
    app_run_until_idle(&f);
    assert_false(world_logged(&f.world, "failed"));
}

static int speak_in_order(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_say(ctx, "a");
    if (rc == 0) rc = slack_update_saidf(ctx, "{text: 'b'}");
    if (rc == 0) rc = slack_say(ctx, "c");
    if (rc == 0) rc = slack_delete_said(ctx);
    if (rc == 0) rc = slack_say(ctx, "e");
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = slack_view_publishf(ctx, NULL, NULL, "{n: %d}", i);
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = slack_respond(ctx, "%d", i);
    return rc;
}

/* The methods and the texts of the calls whose method begins with a word. */
static const char *calls_of(const char *word)
{
    static char calls[256];
    *calls = '\0';
    for (size_t i = 0; i < fake_slack_count(f.slack); i++) {
        const fake_call_t *call = fake_slack_call(f.slack, i);
        const char *text = slack_json_str(call->args, *word == 'v' ? "/view" : "/text");
        if (strncmp(call->method, word, strlen(word)) == 0)
            snprintf(calls + strlen(calls), sizeof calls - strlen(calls), "%s%s ",
                     call->method + strlen(word), text);
    }
    return calls;
}

APP_TEST(what_a_handler_does_to_one_thing_arrives_in_order)
{
    slack_on_command(f.app, "/order", speak_in_order, NULL);
    for (unsigned i = 0; i < 3; i++)
        fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':true,'channel':'C','ts':'1'}");
    app_ready(&f);
    deliver_command("/order", "");
    app_run_until_calls(&f, 11);
    assert_string_equal(calls_of("chat."),
                        "postMessagea updateb postMessagec delete postMessagee ");
    assert_string_equal(calls_of("views.publish"), "{\"n\":0} {\"n\":1} {\"n\":2} ");
    assert_string_equal(calls_of("hook/"), "0 1 2 ");
}

static unsigned told;

static int take_failure(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    told++;
    assert_string_equal(slack_response_error(response), "is_archived");
    assert_string_equal(slack_response_ts(response), "");
    assert_string_equal(slack_ctx_said_ts(ctx), "");
    return user_data ? slack_response_status(response) : 0;
}

static int say_in_vain(slack_ctx_t *ctx, void *user_data)
{
    return slack_say_thenf(ctx, take_failure, user_data, "{text: 'x'}");
}

/* The callback of a failed message decides by its return value whether the delivery fails. */
APP_TEST(test_what_failed_is_its_callbacks)
{
    told = 0;
    slack_on_command(f.app, "/kept", say_in_vain, NULL);
    slack_on_command(f.app, "/told", say_in_vain, &told);
    for (int i = 0; i < 2; i++)
        fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':false,'error':'is_archived'}");
    app_ready(&f);
    app_deliver(&f, "{'command':'/kept','channel_id':'C1'}", &f.ack);
    app_run_until(&f, &told);
    app_run_until_idle(&f);
    assert_int_equal(
        slack__inspect_counters(f.app)->deliveries[SLACK_KIND_COMMAND][SLACK_RESULT_FAILED], 0);
    app_deliver(&f, "{'command':'/told','channel_id':'C1'}", &f.ack);
    app_run_until_idle(&f);
    assert_int_equal(told, 2);
    assert_int_equal(
        slack__inspect_counters(f.app)->deliveries[SLACK_KIND_COMMAND][SLACK_RESULT_FAILED], 1);
}

static int note_cancel(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    told++;
    assert_int_equal(slack_response_status(response), SLACK_ECANCELED);
    return 0;
}

static int say_for_ever(slack_ctx_t *ctx, void *user_data)
{
    return slack_say_thenf(ctx, note_cancel, NULL, "{text: 'x'}");
}

APP_TEST(test_the_stop_tells_who_waits_for_an_answer)
{
    told = 0;
    slack_on_message(f.app, NULL, say_for_ever, NULL);
    fake_slack_answer(f.slack, "chat.postMessage", 0, "");
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    app_run_until_calls(&f, 1);
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_int_equal(told, 1);
}

static void speak_at_the_end(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    told++;
    assert_int_equal(slack_say_thenf(ctx, note_cancel, NULL, "{text: 'x'}"), SLACK_EALREADY);
}

static int hook(slack_ctx_t *ctx, void *user_data)
{
    return slack_ctx_on_done(ctx, speak_at_the_end, NULL);
}

APP_TEST(test_nobody_waits_after_the_end)
{
    told = 0;
    slack_on_message(f.app, NULL, hook, NULL);
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    assert_int_equal(told, 1);
}

static int done_on_worker(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    *(int *)user_data = slack_response_status(response);
    return slack_update_saidf(ctx, "{text: 'three'}");
}

/* Each call waits for its result; each worker posts its own texts. */
static int speak_on_worker(slack_ctx_t *ctx, void *user_data)
{
    int status = -1;
    int rc = slack_say(ctx, "one");
    if (rc == 0 && strcmp(slack_ctx_said_ts(ctx), "5.1") != 0) rc = SLACK_EMISMATCH;
    if (rc == 0) rc = slack_update_saidf(ctx, "{text: 'two'}");
    if (rc == 0) rc = slack_say_thenf(ctx, done_on_worker, &status, "{text: 'x'}");
    if (rc == 0 && status != 0) rc = SLACK_EMISMATCH;
    if (rc == 0) rc = slack_delete_said(ctx);
    if (rc == 0) {
        rc = slack_view_updatef(ctx, "V1", "h", "{}");
        rc = rc == SLACK_ECONFLICT ? 0 : SLACK_EMISMATCH;
    }
    return rc;
}

APP_TEST(test_what_a_worker_said)
{
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                            .run = SLACK_RUN_WORKER,
                                            .fn = speak_on_worker});
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':true,'channel':'C1','ts':'5.1'}");
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':true,'channel':'C1','ts':'5.2'}");
    fake_slack_answer(f.slack, "views.update", 200, "{'ok':false,'error':'hash_conflict'}");
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
    app_run_until_idle(&f);
    assert_true(was_called("chat.update", "{\"text\":\"two\",\"ts\":\"5.1\",\"channel\":\"C1\"}"));
    assert_true(
        was_called("chat.update", "{\"text\":\"three\",\"ts\":\"5.2\",\"channel\":\"C1\"}"));
    assert_true(was_called("chat.delete", "{\"ts\":\"5.2\",\"channel\":\"C1\"}"));
    assert_int_equal(slack__inspect_counters(f.app)->deliveries[SLACK_KIND_EVENT][SLACK_RESULT_OK],
                     1);
}

/* ---- what an earlier attempt has done ---- */

static int react_again(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_react(ctx, "wave");
    if (rc == 0) rc = slack_unreact(ctx, "eyes");
    return rc ? rc : slack_delete(ctx, "1.6");
}

TEST(what_is_as_wanted_is_no_failure)
{
    for (enum slack_run run = SLACK_RUN_LOOP; run <= SLACK_RUN_WORKER; run++) {
        app_open(&f, NULL);
        slack_listen(f.app,
                     &(slack_listener_t){.kind = SLACK_KIND_EVENT, .run = run, .fn = react_again});
        fake_slack_answer(f.slack, "reactions.add", 200,
                          "{\"ok\":false,\"error\":\"already_reacted\"}");
        fake_slack_answer(f.slack, "reactions.remove", 200,
                          "{\"ok\":false,\"error\":\"no_reaction\"}");
        fake_slack_answer(f.slack, "chat.delete", 200,
                          "{\"ok\":false,\"error\":\"message_not_found\"}");
        app_ready(&f);
        app_ack_t ack;
        app_deliver(&f, APP_MESSAGE("1", "x"), &ack);
        app_run_until_idle(&f);
        assert_int_equal(fake_slack_count(f.slack), 3);
        assert_int_equal(
            slack__inspect_counters(f.app)->deliveries[SLACK_KIND_EVENT][SLACK_RESULT_OK], 1);
        app_close(&f);
    }
}

/* ---- a failure after the ack ---- */

static int ack_and_fail(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack(ctx) ? SLACK_EINVAL : SLACK_EIO;
}

static int respond_and_fail(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack(ctx) || slack_respond(ctx, "mine") ? SLACK_EINVAL : SLACK_EIO;
}

static int respond_and_be_refused(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack(ctx) || slack_respond(ctx, "refused") ? SLACK_EINVAL : 0;
}

static void respond_to_error(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    slack_respond(ctx, "hook");
}

#define REFUSAL "The app could not do that. Please try again later."
#define COMMAND "{'command':'/x',", "response_url", ""

/* The user learns of it once, by the app or by the program. */
TEST(test_a_failure_after_the_ack_is_told_to_the_user)
{
    static const struct {
        enum slack_kind kind;
        const char *head, *member, *tail; /* `member` is the response URL */
        slack_handler_fn fn;
        slack_error_fn hook;
        const char *text; /* NULL: no message */
    } cases[] = {
        {SLACK_KIND_COMMAND, COMMAND, ack_and_fail, NULL, REFUSAL},
        {SLACK_KIND_ACTION, "{'type':'block_actions','actions':[{'action_id':'a'}],",
         "response_url", "", ack_and_fail, NULL, REFUSAL},
        {SLACK_KIND_VIEW_SUBMISSION, "{'type':'view_submission','response_urls':[{", "response_url",
         "]}", ack_and_fail, NULL, REFUSAL},
        {SLACK_KIND_COMMAND, COMMAND, respond_and_fail, NULL, "mine"},
        {SLACK_KIND_COMMAND, COMMAND, respond_and_be_refused, NULL, "refused"},
        {SLACK_KIND_COMMAND, COMMAND, ack_and_fail, respond_to_error, "hook"},
        {SLACK_KIND_COMMAND, COMMAND, app_fail, NULL, NULL}, /* the ack says it */
        {SLACK_KIND_COMMAND, "{'command':'/x',", "no_url", "", ack_and_fail, NULL, NULL},
    };
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        const size_t n = i / 2;
        char body[256];
        app_open(&f, NULL);
        slack_listen(f.app, &(slack_listener_t){.kind = cases[n].kind,
                                                .fn = cases[n].fn,
                                                .run = i % 2 ? SLACK_RUN_WORKER : SLACK_RUN_LOOP});
        slack_on_error(f.app, cases[n].hook, NULL);
        if (cases[n].fn == respond_and_be_refused)
            fake_slack_answer(f.slack, "hook/1", 404, "{'ok':false,'error':'used_url'}");
        app_ready(&f);
        snprintf(body, sizeof body, "%s'%s':'%s'}%s", cases[n].head, cases[n].member,
                 fake_slack_hook_url(f.slack, "1"), cases[n].tail);
        app_deliver(&f, body, &f.ack);
        app_run_until_idle(&f);
        if (fake_slack_count(f.slack) != (cases[n].text != NULL))
            fail_msg("%zu: %s", i, f.world.log);
        if (cases[n].text)
            assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"),
                                cases[n].text);
        assert_int_equal(world_log_count(&f.world, "event=\"delivery failed\""), 1);
        app_close(&f);
    }
}
