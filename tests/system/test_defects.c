/* SPDX-License-Identifier: MIT */
/*
 * Defects of other frameworks for Slack in listeners, middleware, acks, dispatch and errors. Each
 * one has a test here, or in another file, test_….c:
 *
 *     a future timestamp is accepted            signature   window_is_300_s_to_both_sides
 *     a signature is compared in variable time  str         test_equal_ct
 *     ssl_check is taken for a failure          http        ssl_check_is_answered_and_not_followed
 *     malformed JSON raises past middleware     http        malformed_bodies_are_not_sent_again
 *     an unknown top-level type is not acked    ack_wire    test_ack_wire
 *     app_rate_limited is not acked             ack_wire    test_ack_wire
 *     a text ack has no Content-Type            ack_wire    test_ack_wire
 *     Socket Mode acks carry no payload         ack_wire    test_ack_wire
 *     an ack that is too big vanishes           ack_wire    too_big_is_refused_before_the_wire
 *     twice is an error on one wire alone       ack_wire    test_ack_wire
 *     an ack is lost at a reconnect             socket_peer drops_right_behind_the_warning
 *     an old ack goes to the new socket         envelopes   ack_after_reconnect
 *     a refresh leaves the app deaf             socket_peer refreshes_without_a_gap
 *     no ping yet is taken for silence          session     test_pings_and_silence
 *     the backoff's maximum is ignored          backoff     test_ceiling_doubles_up_to_the_cap
 *     the assistant's context is shared         assistant   assistant_context_is_not_shared
 *     the assistant's context is None or stale  assistant   context_is_there_when_the_user_writes
 *     a pattern keeps state between matches     router      test_patterns_capture
 *     a string keyword is a pattern             router      test_contains_is_literal
 *     several lines never match                 router      test_literal_text_and_lines
 *     listeners run in no order                 router      test_others_run_the_first_match
 *                                               router      test_events_run_every_match_in_order
 *     one action of several is looked at        router      test_every_action_of_a_payload
 *     a wrong constraint drops the listener     listeners   test_a_wrong_constraint_is_told
 *     code behind next() runs too early         middleware  test_middleware_of_one_listener
 *     middleware that does not go on: 404       app_middleware
 *                                    test_middleware_that_does_not_go_on_ends_the_chain
 *     busy workers delay a command              worker
 *                                    test_a_full_pool_keeps_no_command_waiting
 *                                    test_an_ack_does_not_wait_for_a_worker
 *     a lost answer's call is repeated          webapi      test_a_lost_answer
 *     what is left runs after the stop          contract    stop_inside_a_delivery
 */

#include "app/inspect.h"
#include "support/app_handlers.h"
#include "support/test.h"
#include "support/wires.h"

static wires_t w;

#define COMMAND(name) "{'command':'" name "','channel_id':'C1'}"
#define ACTION        "{'type':'block_actions','actions':[{'action_id':'a'}]}"
#define EVENT(type)   "{'type':'event_callback','event':{'type':'" type "','text':'abc'}}"

static int ack_text(slack_ctx_t *ctx, void *user_data)
{
    app_append(ctx, user_data);
    return slack_ack_text(ctx, "%s", (const char *)user_data);
}

/* ---- parsing ---- */

/* Bolt for JavaScript compares the whole Content-Type, and answers 400. */
WIRES_TEST(form_with_charset_is_read)
{
    slack_on_command(w.app, "/x", ack_text, "c");
    slack_on_action(w.app, "a", app_append, "a");
    wires_ready(&w);
    const http_reply_t *reply =
        wires_post(&w, SLACK_KIND_COMMAND, COMMAND("/x"), "; charset=utf-8");
    assert_int_equal(reply->status, 200);
    assert_string_equal(reply->body, "c");
    reply = wires_post(&w, SLACK_KIND_ACTION, ACTION, ";charset=UTF-8");
    assert_int_equal(reply->status, 200);
    assert_string_equal(app_order, "ca");
}

/* ---- which listeners run, and when ---- */

/* Bolt for Python runs the next matching listener after three seconds without an ack, and sends
 * that one's ack. */
WIRES_TEST(slow_listener_does_not_have_the_next_one_run)
{
    app_held = NULL;
    slack__inspect_options(w.app)->ack_ms = 5;
    slack_on_command(w.app, "/x", app_hold, "first ");
    slack_on_command(w.app, "/x", ack_text, "second ");
    wires_ready(&w);
    int number = wires_post_begin(&w, SLACK_KIND_COMMAND, COMMAND("/x"));
    while (!http_peer_reply(w.http, number)->done)
        wires_turn(&w);
    assert_non_null(strstr(http_peer_reply(w.http, number)->body, "Still working on it"));
    assert_string_equal(app_order, "first ");
    w.world.mono_us += 4000 * 1000;
    assert_int_equal(slack_ack_text(app_held, "late"), SLACK_ELATE);
    slack_ctx_release(app_held, 0);
    wires_settle(&w);
    assert_string_equal(app_order, "first ");
}

/* In slack-morphism a running handler blocks its connection. */
WIRES_TEST(handler_that_takes_long_keeps_nothing_waiting)
{
    app_held = NULL;
    slack_on_command(w.app, "/slow", app_hold, "slow ");
    slack_on_command(w.app, "/x", ack_text, "x ");
    wires_ready(&w);
    w.holding = true;
    int number = wires_post_begin(&w, SLACK_KIND_COMMAND, COMMAND("/slow"));
    world_until(&w.world, app_held);
    for (int i = 0; i < 3; i++) {
        assert_non_null(strstr(wires_send(&w, SLACK_KIND_COMMAND, COMMAND("/x"), true), "\"x \""));
        assert_string_equal(wires_post(&w, SLACK_KIND_COMMAND, COMMAND("/x"), "")->body, "x ");
    }
    assert_false(http_peer_reply(w.http, number)->done);
    w.holding = false;
    slack_ctx_release(app_held, 0);
    wires_settle(&w);
    assert_string_equal(app_order, "slow x x x x x x ");
}

/* In Bolt for Java two patterns are never equal, so that a listener cannot be replaced. */
WIRES_TEST(same_pattern_can_be_replaced)
{
    slack_listener_t l = {.kind = SLACK_KIND_COMMAND,
                          .match = "^/(x|y)$",
                          .how = SLACK_MATCH_REGEX,
                          .fn = ack_text,
                          .user_data = "old "};
    assert_int_equal(slack_listen(w.app, &l), 0);
    assert_int_equal(slack_unlisten(w.app, "command:^/(x|y)$"), 0);
    l.user_data = "new ";
    assert_int_equal(slack_listen(w.app, &l), 0);
    wires_ready(&w);
    for (int i = 0; i < 2; i++)
        wires_post(&w, SLACK_KIND_COMMAND, i ? COMMAND("/x") : COMMAND("/y"), "");
    assert_string_equal(app_order, "new new ");
}

/* ---- no listener ---- */

/* Bolt for Python answers 404, so that Slack sends the event three more times; over Socket Mode it
 * never acks. */
WIRES_TEST(event_that_nobody_takes_is_acked)
{
    wires_ready(&w);
    assert_int_equal(wires_post(&w, SLACK_KIND_EVENT, EVENT("message"), "")->status, 200);
    assert_string_equal(wires_send(&w, SLACK_KIND_EVENT, EVENT("not_known_yet"), true),
                        "{\"envelope_id\":\"e1\"}");
}

/* Bolt for JavaScript answers 404 after three seconds. Over Socket Mode Slack shows its error to
 * the person if no ack comes; an empty ack would leave the person with silence. */
WIRES_TEST(action_that_nobody_takes_is_refused_at_once)
{
    wires_ready(&w);
    const http_reply_t *reply = wires_post(&w, SLACK_KIND_ACTION, ACTION, "");
    assert_int_equal(reply->status, 404);
    assert_true(http_reply_has(reply, "X-Slack-No-Retry", "1"));
    wires_send_begin(&w, SLACK_KIND_ACTION, ACTION, true);
    assert_string_equal(wires_send(&w, SLACK_KIND_EVENT, EVENT("message"), true),
                        "{\"envelope_id\":\"e2\"}");
    assert_int_equal(slack__inspect_counters(w.app)->default_acks,
                     0); /* a default ack would come later */
    assert_true(world_logged(&w.world, "add='slack_on_action(app, \"a\", handler, NULL);'"));
}

/* ---- errors ---- */

/* One listener's error does not change the ack of an event, and the other listeners still run.
 * slack-morphism answers 400; Bolt for JavaScript rejects. */
WIRES_TEST(error_of_a_listener_stays_its_own)
{
    slack__inspect_options(w.app)->max_attempts = 1;
    slack_on_event(w.app, "message", app_append_and_fail, "bad ");
    slack_on_event(w.app, "message", app_append, "good ");
    slack_on_command(w.app, "/x", app_append_and_fail, "command ");
    wires_ready(&w);
    assert_int_equal(wires_post(&w, SLACK_KIND_EVENT, EVENT("message"), "")->status, 200);
    assert_string_equal(wires_send(&w, SLACK_KIND_EVENT, EVENT("message"), true),
                        "{\"envelope_id\":\"e1\"}");
    assert_string_equal(app_order, "bad good bad good ");
    /* The person reads the same text on both wires. */
    assert_int_equal(wires_post(&w, SLACK_KIND_COMMAND, COMMAND("/x"), "")->status, 200);
    assert_non_null(strstr(wires_send(&w, SLACK_KIND_COMMAND, COMMAND("/x"), true),
                           "\"text\":\"The app could not do that. Please try again later.\""));
    assert_true(world_logged(&w.world, "event=\"delivery failed\" transport=http kind=command "
                                       "listener=command:/x method=\"\" error=SLACK_EIO reason="));
}

static int say(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "x");
}

/* In Bolt for JavaScript the retry options of its Socket Mode client also apply to its listeners'
 * calls, so that a message may be posted a hundred times. */
WIRES_TEST(call_is_made_as_often_from_either_wire)
{
    slack_on_command(w.app, "/x", say, NULL);
    wires_ready(&w);
    size_t before = fake_slack_count(w.slack);
    for (int i = 0; i < 2; i++) {
        fake_slack_answer(w.slack, "chat.postMessage", 500, "");
        if (i == 0)
            wires_post(&w, SLACK_KIND_COMMAND, COMMAND("/x"), "");
        else
            wires_send(&w, SLACK_KIND_COMMAND, COMMAND("/x"), true);
    }
    wires_pass_ms(&w, 600000);
    assert_int_equal(fake_slack_count(w.slack), before + 2);
}
