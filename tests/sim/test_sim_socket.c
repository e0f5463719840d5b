/* SPDX-License-Identifier: MIT */
#include "support/sim_case.h"
#include "support/test.h"

/* The simulator's Socket Mode. The app is the library's own WebSocket client. */

/* ---- the session ---- */

ALONE(hello_comes_first)
{
    sim_app_t second;
    const slack_json_t *hello = sim_app_connect(&peer, &app);
    assert_member(hello, "/type", "hello");
    assert_int_equal(slack_json_int(hello, "/num_connections"), 1);
    assert_member(hello, "/connection_info/app_id", "A0SIM00001");
    assert_int_equal(slack_json_int(hello, "/debug_info/approximate_connection_time"), 18060);
    hello = sim_app_connect(&peer, &second);
    assert_int_equal(slack_json_int(hello, "/num_connections"), 2);
    sim_app_close(&second);
    sim_app_close(&app);
    assert_int_equal(app.status, 0);
    assert_int_equal(app.code, 1000);
}

ALONE(a_ticket_is_for_one_connection)
{
    const sim_peer_request_t open = {
        .method = "POST", .target = "/api/apps.connections.open", .token = SIM_PEER_APP_TOKEN};
    const char *url = slack_json_str(sim_peer_call(&peer, &open), "/url");
    sim_app_t second;
    sim_app_dial(&peer, &app, url);
    world_until(&peer.world, app.opened);
    sim_app_dial(&peer, &second, url);
    world_until(&peer.world, second.closed);
    assert_int_equal(second.status, SLACK_EHTTP);
    assert_int_equal(second.http_status, 403);
    sim_app_close(&app);
}

ALONE(debug_reconnects_shortens_the_life)
{
    char url[300];
    const sim_peer_request_t open = {
        .method = "POST", .target = "/api/apps.connections.open", .token = SIM_PEER_APP_TOKEN};
    snprintf(url, sizeof url, "%s&debug_reconnects=true",
             slack_json_str(sim_peer_call(&peer, &open), "/url"));
    sim_app_dial(&peer, &app, url);
    const slack_json_t *hello = sim_app_next(&app);
    assert_int_equal(slack_json_int(hello, "/debug_info/approximate_connection_time"), 360);
    sim_peer_pass_ms(&peer, 360 * 1000);
    const slack_json_t *message = sim_app_next(&app);
    assert_member(message, "/type", "disconnect");
    assert_member(message, "/reason", "refresh_requested");
    sim_peer_pass_ms(&peer, 10 * 1000);
    world_until(&peer.world, app.closed);
    assert_int_equal(app.code, 1000);
}

ALONE(the_eleventh_is_one_too_many)
{
    sim_app_t apps[SIM_SOCKETS_MAX], eleventh;
    for (int i = 0; i < SIM_SOCKETS_MAX; i++)
        assert_member(sim_app_connect(&peer, &apps[i]), "/type", "hello");
    const slack_json_t *message = sim_app_connect(&peer, &eleventh);
    assert_member(message, "/type", "disconnect");
    assert_member(message, "/reason", "too_many_websockets");
    world_until(&peer.world, eleventh.closed);
    for (int i = 0; i < SIM_SOCKETS_MAX; i++)
        sim_app_close(&apps[i]);
}

CONNECTED(pings_keep_it_alive)
{
    uint64_t before_ms = slack__ws_last_read_ms(app.ws);
    sim_peer_pass_ms(&peer, 10 * 1000);
    while (slack__ws_last_read_ms(app.ws) == before_ms)
        uv_run(&peer.world.loop, UV_RUN_ONCE);
}

CONNECTED(an_overlong_frame_closes_it)
{
    static char frame[SIM_FRAME_MAX + 1];
    memset(frame, ' ', sizeof frame);
    assert_int_equal(slack__ws_send(app.ws, true, frame, SIM_FRAME_MAX), 0);
    sim_peer_control(&peer, "/sim/status", NULL);
    assert_false(app.closed);
    assert_int_equal(slack__ws_send(app.ws, true, frame, SIM_FRAME_MAX + 1), 0);
    world_until(&peer.world, app.closed);
    assert_int_equal(app.code, 1009);
}

CONNECTED(what_is_no_acknowledgement_is_passed_over)
{
    static const char *const frames[] = {"", "\n", "hello?", "[]", "{'envelope_id':'x'}"};
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        assert_int_equal(slack__ws_send(app.ws, true, frames[i], strlen(frames[i])), 0);
    assert_int_equal(slack__ws_send(app.ws, false, "\0\1", 2), 0);
    sim_peer_send(&peer, "{'kind':'message','text':'hi'}", &outcome);
    sim_app_ack(&app, sim_app_next(&app), NULL);
    assert_sent(true);
}

CONNECTED(disconnect_on_request)
{
    sim_app_t second;
    sim_app_connect(&peer, &second);
    const slack_json_t *answer = sim_peer_control(&peer, "/sim/disconnect", "{'reason':'warning'}");
    assert_int_equal(slack_json_int(answer, "/sockets"), 2);
    assert_member(sim_app_next(&app), "/reason", "warning");
    /* A leaving socket gets envelopes while no other is open. */
    sim_peer_send(&peer, "{'kind':'message','text':'hi'}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    sim_app_t third;
    sim_app_connect(&peer, &third);
    sim_peer_send(&peer, "{'kind':'message','text':'hi'}", &outcome);
    sim_app_ack(&third, sim_app_next(&third), NULL);
    assert_sent(true);
    sim_peer_pass_ms(&peer, 10 * 1000);
    world_until(&peer.world, app.closed);
    world_until(&peer.world, second.closed);
    assert_false(third.closed);
    sim_app_close(&third);
}

/* Socket Mode is off: the socket may still ack, and gets no more envelopes. */
CONNECTED(link_disabled)
{
    sim_peer_send(&peer, "{'kind':'message','text':'hi'}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    sim_peer_fault(&peer, "link-disabled");
    assert_member(sim_app_next(&app), "/reason", "link_disabled");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    sim_peer_send(&peer, "{'kind':'command','command':'/echo'}", &outcome);
    assert_sent(false);
    assert_member(outcome.body, "/error", "no app is connected");
    sim_peer_pass_ms(&peer, 10 * 1000);
    world_until(&peer.world, app.closed);
    assert_int_equal(app.count, app.taken);
}

CONNECTED(each_envelope_goes_to_one_in_turn)
{
    sim_app_t second;
    sim_app_connect(&peer, &second);
    for (unsigned i = 0; i < 6; i++) {
        sim_peer_send(&peer, "{'kind':'message','text':'hi'}", &outcome);
        while (app.count + second.count < 3 + i)
            uv_run(&peer.world.loop, UV_RUN_ONCE);
        sim_app_t *got = app.count > app.taken ? &app : &second;
        sim_app_ack(got, sim_app_next(got), NULL);
        assert_sent(true);
    }
    assert_int_equal(app.count, 4);
    assert_int_equal(second.count, 4);
    sim_app_close(&second);
}

/* ---- envelopes ---- */

CONNECTED(a_message_is_an_event)
{
    sim_peer_send(&peer, "{'kind':'message','text':'a & b for @ben in #random'}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/type", "events_api");
    assert_false(slack_json_bool(envelope, "/accepts_response_payload"));
    assert_int_equal(slack_json_int(envelope, "/retry_attempt"), 0);
    assert_member(envelope, "/retry_reason", "");
    assert_member(envelope, "/payload/type", "event_callback");
    assert_member(envelope, "/payload/team_id", "T0SIM00001");
    assert_int_equal(strncmp(slack_json_str(envelope, "/payload/event_id"), "Ev", 2), 0);
    assert_member(envelope, "/payload/event/type", "message");
    assert_member(envelope, "/payload/event/channel_type", "channel");
    assert_member(envelope, "/payload/event/user", "U0ANN00001");
    assert_member(envelope, "/payload/event/text",
                  "a &amp; b for <@U0BEN00001> in <#C0RANDOM01|random>");
    assert_member(envelope, "/payload/event/blocks/0/elements/0/elements/1/user_id", "U0BEN00001");
    assert_false(outcome.done);
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_member(outcome.body, "/wire", "Socket Mode");
    assert_member(outcome.body, "/line", "#general  ann: a &amp; b for @ben in #random");
}

CONNECTED(a_mention_is_two_events)
{
    sim_peer_send(&peer, "{'kind':'mention','text':'hi','user':'ben'}", &outcome);
    const slack_json_t *first = sim_app_next(&app), *second = sim_app_next(&app);
    assert_member(first, "/payload/event/type", "message");
    assert_member(second, "/payload/event/type", "app_mention");
    assert_member(second, "/payload/event/text", "<@U0BOT00001> hi");
    assert_member(second, "/payload/event/ts", slack_json_str(first, "/payload/event/ts"));
    assert_null(slack_json_get(second, "/payload/event/channel_type"));
    assert_string_not_equal(slack_json_str(first, "/payload/event_id"),
                            slack_json_str(second, "/payload/event_id"));
    sim_app_ack(&app, second, NULL);
    sim_app_ack(&app, first, NULL);
    assert_sent(true);
    /* In a direct message there is no app_mention. */
    sim_peer_send(&peer, "{'kind':'mention','text':'hi','channel':'@ben'}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/event/channel_type", "im");
    assert_member(envelope, "/payload/event/user", "U0BEN00001");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_string_equal(sim_peer_transcript(&peer), "#general  ben: @bot hi\n"
                                                    "DM with ben  ben: @bot hi\n");
}

CONNECTED(the_apps_own_messages_are_events_too)
{
    char body[256];
    const slack_json_t *posted =
        sim_peer_api(&peer, "chat.postMessage", "{'channel':'C0GENERAL1','text':'one'}");
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/event/bot_id", "B0BOT00001");
    sim_app_ack(&app, envelope, NULL);
    snprintf(body, sizeof body, "{'channel':'C0GENERAL1','text':'two','ts':'%s'}",
             slack_json_str(posted, "/ts"));
    sim_peer_api(&peer, "chat.update", body);
    envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/event/subtype", "message_changed");
    assert_member(envelope, "/payload/event/message/text", "two");
    assert_member(envelope, "/payload/event/previous_message/text", "one");
    sim_app_ack(&app, envelope, NULL);
}

CONNECTED(unacknowledged_events_come_again)
{
    static const uint64_t waits_ms[] = {0, 60 * 1000, 5 * 60 * 1000};
    sim_peer_send(&peer, "{'kind':'message','text':'hi'}", &outcome);
    const slack_json_t *first = sim_app_next(&app);
    sim_peer_pass_ms(&peer, 2999);
    assert_false(outcome.done);
    sim_peer_pass_ms(&peer, 1);
    assert_sent(false);
    assert_member(outcome.body, "/error", "no ack within 3 s");
    for (int i = 0; i < 3; i++) {
        if (waits_ms[i] > 0) {
            sim_peer_pass_ms(&peer, waits_ms[i] - 1);
            world_turn(&peer.world);
            assert_int_equal(app.count, app.taken);
            sim_peer_pass_ms(&peer, 1);
        }
        const slack_json_t *again = sim_app_next(&app);
        assert_int_equal(slack_json_int(again, "/retry_attempt"), i + 1);
        assert_member(again, "/retry_reason", "timeout");
        assert_member(again, "/payload/event_id", slack_json_str(first, "/payload/event_id"));
        sim_peer_pass_ms(&peer, 3000);
    }
    /* People see nothing of a failed event. */
    assert_string_equal(sim_peer_transcript(&peer), "#general  ann: hi\n");
    /* That was the last redelivery. */
    sim_peer_pass_ms(&peer, 60 * 60 * 1000);
    assert_int_equal(peer.sim->deliveries.count, 0);
}

CONNECTED(commands_and_interactions_come_once)
{
    sim_peer_send(&peer, "{'kind':'command','command':'/x','text':''}", &outcome);
    sim_app_next(&app);
    sim_peer_pass_ms(&peer, 3000);
    assert_sent(false);
    assert_member(outcome.body, "/line", "#general  ann runs /x -> operation_timeout");
    assert_int_equal(peer.sim->deliveries.count, 0);
}

CONNECTED(an_ack_may_come_over_another_socket)
{
    sim_app_t second;
    sim_app_connect(&peer, &second);
    sim_peer_send(&peer, "{'kind':'message','text':'hi'}", &outcome);
    while (app.count + second.count < 3)
        uv_run(&peer.world.loop, UV_RUN_ONCE);
    sim_app_t *got = app.count > app.taken ? &app : &second;
    sim_app_t *other = got == &app ? &second : &app;
    sim_app_ack(other, sim_app_next(got), NULL);
    assert_sent(true);
    sim_app_close(&second);
}

/* ---- the end ---- */

TEST_CASE(an_end_in_the_middle_answers_everybody, sim_case_open, NULL, NULL)
{
    sim_peer_answer_t sent, transcript, status;
    sim_app_connect(&peer, &app);
    sim_peer_send(&peer, "{'kind':'message','text':'hi'}", &sent);
    sim_app_next(&app);
    const sim_peer_request_t wait = {"GET", "/sim/transcript?wait=99", NULL, NULL, NULL};
    sim_peer_start(&peer, &wait, &transcript);
    const sim_peer_request_t get = {"GET", "/sim/status", NULL, NULL, NULL};
    sim_peer_start(&peer, &get, &status);
    world_until(&peer.world, status.done);

    bool sim_closed = false, curl_closed = false;
    sim_close(peer.sim, world_set_flag, &sim_closed);
    world_until(&peer.world, sim_closed);
    world_until(&peer.world, app.closed);
    assert_int_equal(app.code, 1001);
    world_until(&peer.world, sent.done);
    world_until(&peer.world, transcript.done);
    assert_member(sent.body, "/error", "the simulator ends");
    assert_false(slack_json_bool(transcript.body, "/complete"));
    slack__curl_close(peer.curl, world_set_flag, &curl_closed);
    world_until(&peer.world, curl_closed);
    world_close(&peer.world);
    slack__arena_free(peer.arena);
}
