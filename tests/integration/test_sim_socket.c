/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/sim_peer.h"

/* The simulator's Socket Mode, with our own WebSocket client as the app; and what people do, told
 * and acknowledged over it. */

static sim_peer_t peer;
static sim_app_t app;
static sim_peer_answer_t answer;

static int setup(void **state)
{
    sim_peer_open(&peer, NULL);
    return 0;
}

static int teardown(void **state)
{
    sim_peer_close(&peer);
    return 0;
}

static int setup_connected(void **state)
{
    setup(state);
    sim_app_connect(&peer, &app);
    return 0;
}

static int teardown_connected(void **state)
{
    sim_app_close(&app);
    return teardown(state);
}

#define assert_member(json, path, text) assert_string_equal(slack_json_str((json), (path)), (text))

static void assert_sent(bool acked)
{
    const slack_json_t *sent = sim_peer_sent(&peer, &answer);
    assert_int_equal(peer.status, 200);
    assert_true(slack_json_bool(sent, "/acked") == acked);
}

/* --- the session --- */

static void hello_comes_first(void **state)
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

static void a_ticket_is_for_one_connection(void **state)
{
    const sim_peer_request_t open = {
        .method = "POST", .target = "/api/apps.connections.open", .token = SIM_PEER_APP_TOKEN};
    const char *url = slack_json_str(sim_peer_call(&peer, &open), "/url");
    sim_app_t second;
    sim_app_dial(&peer, &app, url);
    world_until(&peer.world, &app.opened);
    sim_app_dial(&peer, &second, url);
    world_until(&peer.world, &second.closed);
    assert_int_equal(second.status, SLACK_EHTTP);
    assert_int_equal(second.http_status, 403);
    sim_app_close(&app);
}

static void debug_reconnects_shortens_the_life(void **state)
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
    world_until(&peer.world, &app.closed);
    assert_int_equal(app.code, 1000);
}

static void the_eleventh_is_one_too_many(void **state)
{
    sim_app_t apps[SIM_SOCKETS_MAX], eleventh;
    for (int i = 0; i < SIM_SOCKETS_MAX; i++)
        assert_member(sim_app_connect(&peer, &apps[i]), "/type", "hello");
    const slack_json_t *message = sim_app_connect(&peer, &eleventh);
    assert_member(message, "/type", "disconnect");
    assert_member(message, "/reason", "too_many_websockets");
    world_until(&peer.world, &eleventh.closed);
    for (int i = 0; i < SIM_SOCKETS_MAX; i++)
        sim_app_close(&apps[i]);
}

static void pings_keep_it_alive(void **state)
{
    uint64_t before_ms = slack__ws_last_read_ms(app.ws);
    sim_peer_pass_ms(&peer, 10 * 1000);
    while (slack__ws_last_read_ms(app.ws) == before_ms)
        uv_run(&peer.world.loop, UV_RUN_ONCE);
}

static void an_overlong_frame_closes_it(void **state)
{
    static char frame[SIM_FRAME_MAX + 1];
    memset(frame, ' ', sizeof frame);
    assert_int_equal(slack__ws_send(app.ws, true, frame, SIM_FRAME_MAX), 0);
    sim_peer_control(&peer, "/sim/status", NULL);
    assert_false(app.closed);
    assert_int_equal(slack__ws_send(app.ws, true, frame, SIM_FRAME_MAX + 1), 0);
    world_until(&peer.world, &app.closed);
    assert_int_equal(app.code, 1009);
}

static void what_is_no_acknowledgement_is_passed_over(void **state)
{
    static const char *const frames[] = {"", "\n", "hello?", "[]", "{\"envelope_id\":\"x\"}"};
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        assert_int_equal(slack__ws_send(app.ws, true, frames[i], strlen(frames[i])), 0);
    assert_int_equal(slack__ws_send(app.ws, false, "\0\1", 2), 0);
    sim_peer_send(&peer, "{\"kind\":\"message\",\"text\":\"hi\"}", &answer);
    sim_app_ack(&app, sim_app_next(&app), NULL);
    assert_sent(true);
}

static void disconnect_on_request(void **state)
{
    sim_app_t second;
    sim_app_connect(&peer, &second);
    const slack_json_t *told =
        sim_peer_control(&peer, "/sim/disconnect", "{\"reason\":\"warning\"}");
    assert_int_equal(slack_json_int(told, "/sockets"), 2);
    assert_member(sim_app_next(&app), "/reason", "warning");
    /* While no other is there, envelopes still come. */
    sim_peer_send(&peer, "{\"kind\":\"message\",\"text\":\"hi\"}", &answer);
    const slack_json_t *envelope = sim_app_next(&app);
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    sim_app_t third;
    sim_app_connect(&peer, &third);
    sim_peer_send(&peer, "{\"kind\":\"message\",\"text\":\"hi\"}", &answer);
    sim_app_ack(&third, sim_app_next(&third), NULL);
    assert_sent(true);
    sim_peer_pass_ms(&peer, 10 * 1000);
    world_until(&peer.world, &app.closed);
    world_until(&peer.world, &second.closed);
    assert_false(third.closed);
    sim_app_close(&third);
}

/* It may acknowledge what it was given, and is given nothing more: Socket Mode is off. */
static void link_disabled(void **state)
{
    sim_peer_send(&peer, "{\"kind\":\"message\",\"text\":\"hi\"}", &answer);
    const slack_json_t *envelope = sim_app_next(&app);
    sim_peer_control(&peer, "/sim/fault", "{\"name\":\"link-disabled\",\"args\":[]}");
    assert_member(sim_app_next(&app), "/reason", "link_disabled");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    sim_peer_send(&peer, "{\"kind\":\"command\",\"command\":\"/echo\"}", &answer);
    assert_sent(false);
    assert_member(answer.body, "/error", "no app is connected");
    sim_peer_pass_ms(&peer, 10 * 1000);
    world_until(&peer.world, &app.closed);
    assert_int_equal(app.count, app.taken);
}

static void each_envelope_goes_to_one_in_turn(void **state)
{
    sim_app_t second;
    sim_app_connect(&peer, &second);
    for (unsigned i = 0; i < 6; i++) {
        sim_peer_send(&peer, "{\"kind\":\"message\",\"text\":\"hi\"}", &answer);
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

/* --- envelopes --- */

static void a_message_is_an_event(void **state)
{
    sim_peer_send(&peer, "{\"kind\":\"message\",\"text\":\"a & b for @ben in #random\"}", &answer);
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
    assert_false(answer.done);
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_member(answer.body, "/wire", "Socket Mode");
    assert_member(answer.body, "/line", "#general  ann: a & b for @ben in #random");
}

static void a_mention_is_two_events(void **state)
{
    sim_peer_send(&peer, "{\"kind\":\"mention\",\"text\":\"hi\",\"user\":\"ben\"}", &answer);
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
    /* A direct message is one event, whoever is mentioned in it. */
    sim_peer_send(&peer, "{\"kind\":\"mention\",\"text\":\"hi\",\"channel\":\"@ben\"}", &answer);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/event/channel_type", "im");
    assert_member(envelope, "/payload/event/user", "U0BEN00001");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_string_equal(sim_peer_transcript(&peer), "#general  ben: @bot hi\n"
                                                    "DM with ben  ben: @bot hi\n");
}

static void the_apps_own_messages_are_events_too(void **state)
{
    char body[256];
    const slack_json_t *posted =
        sim_peer_api(&peer, "chat.postMessage", "{\"channel\":\"C0GENERAL1\",\"text\":\"one\"}");
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/event/bot_id", "B0BOT00001");
    sim_app_ack(&app, envelope, NULL);
    snprintf(body, sizeof body, "{\"channel\":\"C0GENERAL1\",\"text\":\"two\",\"ts\":\"%s\"}",
             slack_json_str(posted, "/ts"));
    sim_peer_api(&peer, "chat.update", body);
    envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/event/subtype", "message_changed");
    assert_member(envelope, "/payload/event/message/text", "two");
    assert_member(envelope, "/payload/event/previous_message/text", "one");
    sim_app_ack(&app, envelope, NULL);
}

static void unacknowledged_events_come_again(void **state)
{
    static const uint64_t waits_ms[] = {0, 60 * 1000, 5 * 60 * 1000};
    sim_peer_send(&peer, "{\"kind\":\"message\",\"text\":\"hi\"}", &answer);
    const slack_json_t *first = sim_app_next(&app);
    sim_peer_pass_ms(&peer, 2999);
    assert_false(answer.done);
    sim_peer_pass_ms(&peer, 1);
    assert_sent(false);
    assert_member(answer.body, "/error", "no acknowledgement within 3 s");
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
    /* Nobody in the workspace sees anything of it. */
    assert_string_equal(sim_peer_transcript(&peer), "#general  ann: hi\n");
    /* That was the last attempt. */
    sim_peer_pass_ms(&peer, 60 * 60 * 1000);
    assert_int_equal(peer.sim->deliveries.count, 0);
}

static void commands_and_interactions_come_once(void **state)
{
    sim_peer_send(&peer, "{\"kind\":\"command\",\"command\":\"/x\",\"text\":\"\"}", &answer);
    sim_app_next(&app);
    sim_peer_pass_ms(&peer, 3000);
    assert_sent(false);
    assert_member(answer.body, "/line", "#general  ann runs /x -> operation_timeout");
    assert_int_equal(peer.sim->deliveries.count, 0);
}

static void an_ack_may_come_over_another_socket(void **state)
{
    sim_app_t second;
    sim_app_connect(&peer, &second);
    sim_peer_send(&peer, "{\"kind\":\"message\",\"text\":\"hi\"}", &answer);
    while (app.count + second.count < 3)
        uv_run(&peer.world.loop, UV_RUN_ONCE);
    sim_app_t *got = app.count > app.taken ? &app : &second;
    sim_app_t *other = got == &app ? &second : &app;
    sim_app_ack(other, sim_app_next(got), NULL);
    assert_sent(true);
    sim_app_close(&second);
}

/* --- commands --- */

static const slack_json_t *run_command(const char *text)
{
    const char *body = slack__arena_printf(
        peer.arena, "{\"kind\":\"command\",\"command\":\"/echo\",\"text\":\"%s\"}", text);
    sim_peer_send(&peer, body, &answer);
    return sim_app_next(&app);
}

static void a_command_has_the_fields_of_a_form(void **state)
{
    const slack_json_t *envelope = run_command("a  b");
    assert_member(envelope, "/type", "slash_commands");
    assert_true(slack_json_bool(envelope, "/accepts_response_payload"));
    assert_null(slack_json_get(envelope, "/retry_attempt"));
    assert_member(envelope, "/payload/command", "/echo");
    assert_member(envelope, "/payload/text", "a  b");
    assert_member(envelope, "/payload/channel_name", "general");
    assert_member(envelope, "/payload/is_enterprise_install", "false");
    slack_json_iter_t it = {0};
    while (slack_json_next(slack_json_get(envelope, "/payload"), &it))
        assert_int_equal(slack_json_type(it.value), SLACK_JSON_STRING);
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
}

static void an_acknowledged_command_may_say_something(void **state)
{
    static const struct {
        const char *payload;
        const char *outcome;
    } cases[] = {
        {NULL, ""},
        {"{}", ""},
        {"\"hi\"", " -> bot (only to ann): hi"},
        {"{\"text\":\"hi\"}", " -> bot (only to ann): hi"},
        {"{\"text\":\"hi\",\"response_type\":\"in_channel\"}", " -> bot (in the channel): hi"},
        {"{\"response_type\":\"in_channel\"}", " -> shown in the channel"},
        {"{\"blocks\":[1]}", " -> a message that Slack refuses: invalid_blocks must be an object "
                             "[json-pointer:/blocks/0]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_json_t *envelope = run_command("");
        sim_app_ack(&app, envelope, cases[i].payload);
        assert_sent(true);
        assert_member(
            answer.body, "/line",
            slack__arena_printf(peer.arena, "#general  ann runs /echo%s", cases[i].outcome));
        /* What everybody sees is a message as any other, for the app too. */
        if (strstr(cases[i].outcome, "(in the channel)"))
            sim_app_ack(&app, sim_app_next(&app), NULL);
    }
}

static void a_response_url_works(void **state)
{
    const slack_json_t *envelope = run_command("");
    const sim_peer_request_t respond = {"POST", slack_json_str(envelope, "/payload/response_url"),
                                        NULL, "application/json", "{\"text\":\"later\"}"};
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_true(slack_json_bool(sim_peer_call(&peer, &respond), "/ok"));
    assert_string_equal(sim_peer_transcript(&peer), "#general  ann runs /echo\n"
                                                    "#general  bot (only to ann): later\n");
}

/* --- interactions --- */

#define BUTTONS                                                                                    \
    "[{\"type\":\"actions\",\"block_id\":\"b\",\"elements\":["                                     \
    "{\"type\":\"button\",\"action_id\":\"go\",\"value\":\"v\",\"text\":{\"type\":"                \
    "\"plain_text\",\"text\":\"Go\"}},"                                                            \
    "{\"type\":\"static_select\",\"action_id\":\"pick\",\"options\":[{\"value\":\"1\",\"text\":{"  \
    "\"type\":\"plain_text\",\"text\":\"One\"}}]},"                                                \
    "{\"type\":\"external_select\",\"action_id\":\"ext\"}]}]"

static void post_buttons(void)
{
    sim_peer_api(&peer, "chat.postMessage", "{\"channel\":\"general\",\"blocks\":" BUTTONS "}");
    sim_app_ack(&app, sim_app_next(&app), NULL);
}

static void a_click_tells_where_it_was(void **state)
{
    post_buttons();
    sim_peer_send(&peer, "{\"kind\":\"click\",\"action_id\":\"go\"}", &answer);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/type", "interactive");
    assert_member(envelope, "/payload/type", "block_actions");
    assert_member(envelope, "/payload/user/id", "U0ANN00001");
    assert_member(envelope, "/payload/container/type", "message");
    assert_member(envelope, "/payload/container/message_ts",
                  slack_json_str(envelope, "/payload/message/ts"));
    assert_member(envelope, "/payload/channel/id", "C0GENERAL1");
    assert_member(envelope, "/payload/actions/0/action_id", "go");
    assert_member(envelope, "/payload/actions/0/block_id", "b");
    assert_member(envelope, "/payload/actions/0/value", "v");
    assert_member(envelope, "/payload/actions/0/text/text", "Go");
    assert_string_not_equal(slack_json_str(envelope, "/payload/trigger_id"), "");
    assert_string_not_equal(slack_json_str(envelope, "/payload/response_url"), "");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_member(answer.body, "/line", "ann clicks go");

    sim_peer_send(&peer, "{\"kind\":\"click\",\"action_id\":\"pick\",\"value\":\"One\"}", &answer);
    envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/actions/0/selected_option/value", "1");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_member(answer.body, "/line", "ann clicks pick: One");
}

static void what_cannot_be_done_is_said(void **state)
{
    static const struct {
        const char *body;
        const char *error;
    } cases[] = {
        {"{\"kind\":\"nonsense\"}", "nothing of the kind \"nonsense\" can be sent"},
        {"{\"kind\":\"message\",\"text\":\"\"}", "a message needs a text"},
        {"{\"kind\":\"message\",\"text\":\"x\",\"user\":\"bot\"}",
         "there is no person \"bot\"; there are ann, ben and cleo"},
        {"{\"kind\":\"message\",\"text\":\"x\",\"channel\":\"lounge\"}",
         "the bot is not in #lounge: it would hear nothing"},
        {"{\"kind\":\"message\",\"text\":\"x\",\"thread\":\"1.2\"}",
         "there is no message 1.2 in that channel"},
        {"{\"kind\":\"command\",\"command\":\"echo\"}", "a command begins with a slash"},
        {"{\"kind\":\"click\",\"action_id\":\"nope\"}",
         "there is nothing with the action_id \"nope\" in a message or an open view"},
        {"{\"kind\":\"click\",\"action_id\":\"pick\",\"value\":\"Two\"}",
         "pick has no option \"Two\""},
        {"{\"kind\":\"submit\"}", "ann has no modal open"},
        {"{\"kind\":\"close-view\"}", "ann has no modal open"},
        {"{\"kind\":\"shortcut\",\"callback_id\":\"x\",\"message\":\"1.2\"}",
         "there is no message 1.2"},
        {"{\"kind\":\"event\",\"event\":{}}", "an event is a JSON object with a type"},
    };
    post_buttons();
    const char *before = sim_peer_transcript(&peer);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sim_peer_send(&peer, cases[i].body, &answer);
        sim_peer_sent(&peer, &answer);
        assert_int_equal(peer.status, 400);
        assert_member(answer.body, "/error", cases[i].error);
    }
    assert_string_equal(sim_peer_transcript(&peer), before);
    assert_int_equal(app.count, app.taken);
}

static void options_are_asked_for(void **state)
{
    post_buttons();
    sim_peer_send(&peer, "{\"kind\":\"options\",\"action_id\":\"ext\",\"value\":\"ap\"}", &answer);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_true(slack_json_bool(envelope, "/accepts_response_payload"));
    assert_member(envelope, "/payload/type", "block_suggestion");
    assert_member(envelope, "/payload/action_id", "ext");
    assert_member(envelope, "/payload/block_id", "b");
    assert_member(envelope, "/payload/value", "ap");
    sim_app_ack(&app, envelope,
                "{\"options\":[{\"text\":{\"text\":\"apple\"}},{\"text\":{\"text\":\"plum\"}}]}");
    assert_sent(true);
    assert_member(answer.body, "/line", "ann types \"ap\" into ext -> apple, plum");

    /* Also where no select asks for them yet. */
    sim_peer_send(&peer, "{\"kind\":\"options\",\"action_id\":\"none\",\"value\":\"\"}", &answer);
    sim_app_ack(
        &app, sim_app_next(&app),
        "{\"option_groups\":[{\"label\":{\"text\":\"A\"},\"options\":[{\"text\":{\"text\":"
        "\"a\"}}]},{\"label\":{\"text\":\"B\"},\"options\":[{\"text\":{\"text\":\"b\"}}]}]}");
    assert_sent(true);
    assert_member(answer.body, "/line", "ann types \"\" into none -> A: a; B: b");
    sim_peer_send(&peer, "{\"kind\":\"options\",\"action_id\":\"none\",\"value\":\"x\"}", &answer);
    sim_app_ack(&app, sim_app_next(&app), "{\"options\":[]}");
    assert_sent(true);
    assert_member(answer.body, "/line", "ann types \"x\" into none -> no options");
}

static void shortcuts_are_global_or_on_a_message(void **state)
{
    post_buttons();
    sim_peer_send(&peer, "{\"kind\":\"shortcut\",\"callback_id\":\"s\"}", &answer);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/type", "shortcut");
    assert_member(envelope, "/payload/callback_id", "s");
    assert_null(slack_json_get(envelope, "/payload/channel"));
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);

    const slack_json_t *history =
        sim_peer_api(&peer, "conversations.history", "{\"channel\":\"C0GENERAL1\"}");
    const char *ts = slack_json_str(history, "/messages/0/ts");
    sim_peer_send(
        &peer,
        slack__arena_printf(peer.arena,
                            "{\"kind\":\"shortcut\",\"callback_id\":\"m\",\"message\":\"%s\"}", ts),
        &answer);
    envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/type", "message_action");
    assert_member(envelope, "/payload/message_ts", ts);
    assert_member(envelope, "/payload/channel/name", "general");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
}

static void any_event_can_be_caused(void **state)
{
    sim_peer_send(&peer, "{\"kind\":\"event\",\"event\":{\"type\":\"team_join\",\"user\":\"U1\"}}",
                  &answer);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/event/type", "team_join");
    assert_string_not_equal(slack_json_str(envelope, "/payload/event/event_ts"), "");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    sim_peer_send(&peer, "{\"kind\":\"event\",\"event\":{\"type\":\"app_rate_limited\"}}", &answer);
    envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/type", "app_rate_limited");
    assert_null(slack_json_get(envelope, "/payload/event"));
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    sim_peer_send(&peer,
                  "{\"kind\":\"event\",\"event\":{\"type\":\"event_callback\",\"event_id\":\"Ev1\","
                  "\"event\":{\"type\":\"x\"}}}",
                  &answer);
    envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/event_id", "Ev1");
    assert_member(envelope, "/payload/event/type", "x");
    assert_member(envelope, "/payload/team_id", "T0SIM00001");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
}

/* --- modals --- */

#define FORM(title)                                                                                \
    "{\"type\":\"modal\",\"callback_id\":\"form\",\"notify_on_close\":true,\"title\":{\"type\":"   \
    "\"plain_text\",\"text\":\"" title "\"},\"submit\":{\"type\":\"plain_text\",\"text\":\"Go\"}," \
    "\"blocks\":[{\"type\":\"input\",\"block_id\":\"name\",\"label\":{\"type\":\"plain_text\","    \
    "\"text\":\"Name\"},\"element\":{\"type\":\"plain_text_input\",\"action_id\":\"value\"}}]}"

static void open_form(void)
{
    sim_peer_send(&peer, "{\"kind\":\"shortcut\",\"callback_id\":\"s\"}", &answer);
    const slack_json_t *envelope = sim_app_next(&app);
    const slack_json_t *opened = sim_peer_api(
        &peer, "views.open",
        slack__arena_printf(peer.arena, "{\"trigger_id\":\"%s\",\"view\":" FORM("A form") "}",
                            slack_json_str(envelope, "/payload/trigger_id")));
    assert_true(slack_json_bool(opened, "/ok"));
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
}

static const slack_json_t *submit(const char *values)
{
    sim_peer_send(&peer,
                  slack__arena_printf(peer.arena, "{\"kind\":\"submit\",\"values\":[%s]}", values),
                  &answer);
    return sim_app_next(&app);
}

static void a_submission_carries_the_state(void **state)
{
    open_form();
    const slack_json_t *envelope = submit("\"name/value=Ada=\"");
    assert_true(slack_json_bool(envelope, "/accepts_response_payload"));
    assert_member(envelope, "/payload/type", "view_submission");
    assert_member(envelope, "/payload/view/callback_id", "form");
    assert_member(envelope, "/payload/view/state/values/name/value/type", "plain_text_input");
    assert_member(envelope, "/payload/view/state/values/name/value/value", "Ada=");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_member(answer.body, "/line", "ann submits form with name/value=Ada= -> closed");
    sim_peer_send(&peer, "{\"kind\":\"submit\"}", &answer);
    sim_peer_sent(&peer, &answer);
    assert_member(answer.body, "/error", "ann has no modal open");
}

static void what_is_filled_in_has_to_fit(void **state)
{
    static const struct {
        const char *body;
        const char *error;
    } cases[] = {
        {"{\"kind\":\"submit\"}", "a value is required: name/value=VALUE"},
        {"{\"kind\":\"submit\",\"values\":[\"value=\"]}", "a value is required: name/value=VALUE"},
        {"{\"kind\":\"submit\",\"values\":[\"nonsense\"]}",
         "\"nonsense\" is not BLOCK/ACTION=VALUE"},
        {"{\"kind\":\"submit\",\"values\":[\"x/y=1\"]}",
         "the open view has no input \"x/y\"; its inputs: name/value"},
        {"{\"kind\":\"submit\",\"callback_id\":\"x\"}", "the open modal is \"form\", not \"x\""},
    };
    open_form();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sim_peer_send(&peer, cases[i].body, &answer);
        sim_peer_sent(&peer, &answer);
        assert_int_equal(peer.status, 400);
        assert_member(answer.body, "/error", cases[i].error);
    }
}

static void a_submission_is_answered(void **state)
{
    static const struct {
        const char *payload;
        const char *outcome;
        size_t open; /* modals after it */
    } cases[] = {
        {"{\"response_action\":\"errors\",\"errors\":{\"name\":\"too short\"}}",
         "errors: name: too short", 1},
        {"{\"response_action\":\"errors\",\"errors\":{\"x\":\"y\"}}",
         "an answer that Slack refuses: there is no input block \"x\"", 1},
        {"{\"response_action\":\"errors\"}", "an answer that Slack refuses: no errors in it", 1},
        {"{\"response_action\":\"dance\"}", "an answer that Slack refuses: no such response_action",
         1},
        {"{\"response_action\":\"update\",\"view\":{}}",
         "a view that Slack refuses: invalid_arguments missing required field: type "
         "[json-pointer:/view]",
         1},
        {"{\"response_action\":\"update\",\"view\":" FORM("Two") "}",
         "becomes form \"Two\" [name/value]", 1},
        {"{\"response_action\":\"push\",\"view\":" FORM("Three") "}",
         "pushes form \"Three\" [name/value]", 2},
        {NULL, "closed", 1},
        {"{\"response_action\":\"push\",\"view\":" FORM("Three") "}",
         "pushes form \"Three\" [name/value]", 2},
        {"{\"response_action\":\"clear\"}", "all closed", 0},
    };
    open_form();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_json_t *envelope = submit("\"value=x\"");
        sim_app_ack(&app, envelope, cases[i].payload);
        assert_sent(true);
        assert_member(answer.body, "/line",
                      slack__arena_printf(peer.arena, "ann submits form with value=x -> %s",
                                          cases[i].outcome));
        size_t open = 0;
        for (slack_link_t *link = peer.sim->views.list.next; link != &peer.sim->views.list;
             link = link->next)
            open++;
        assert_int_equal(open, cases[i].open);
    }
}

static void a_closed_modal_is_told(void **state)
{
    open_form();
    sim_peer_send(&peer, "{\"kind\":\"close-view\"}", &answer);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/type", "view_closed");
    assert_member(envelope, "/payload/view/callback_id", "form");
    assert_false(slack_json_bool(envelope, "/payload/is_cleared"));
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_member(answer.body, "/line", "ann closes form");
}

/* --- the end --- */

static void an_end_in_the_middle_answers_everybody(void **state)
{
    sim_peer_answer_t sent, transcript, status;
    sim_app_connect(&peer, &app);
    sim_peer_send(&peer, "{\"kind\":\"message\",\"text\":\"hi\"}", &sent);
    sim_app_next(&app);
    const sim_peer_request_t wait = {"GET", "/sim/transcript?wait=99", NULL, NULL, NULL};
    sim_peer_start(&peer, &wait, &transcript);
    const sim_peer_request_t get = {"GET", "/sim/status", NULL, NULL, NULL};
    sim_peer_start(&peer, &get, &status);
    world_until(&peer.world, &status.done);

    bool sim_closed = false, curl_closed = false;
    sim_close(peer.sim, world_set_flag, &sim_closed);
    world_until(&peer.world, &sim_closed);
    world_until(&peer.world, &app.closed);
    assert_int_equal(app.code, 1001);
    world_until(&peer.world, &sent.done);
    world_until(&peer.world, &transcript.done);
    assert_member(sent.body, "/error", "the simulator ends");
    assert_false(slack_json_bool(transcript.body, "/complete"));
    slack__curl_close(peer.curl, world_set_flag, &curl_closed);
    world_until(&peer.world, &curl_closed);
    world_close(&peer.world);
    slack__arena_free(peer.arena);
}

#define ALONE(fn)     cmocka_unit_test_setup_teardown(fn, setup, teardown)
#define CONNECTED(fn) cmocka_unit_test_setup_teardown(fn, setup_connected, teardown_connected)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(hello_comes_first),
        ALONE(a_ticket_is_for_one_connection),
        ALONE(debug_reconnects_shortens_the_life),
        ALONE(the_eleventh_is_one_too_many),
        CONNECTED(pings_keep_it_alive),
        CONNECTED(an_overlong_frame_closes_it),
        CONNECTED(what_is_no_acknowledgement_is_passed_over),
        CONNECTED(disconnect_on_request),
        CONNECTED(link_disabled),
        CONNECTED(each_envelope_goes_to_one_in_turn),
        CONNECTED(a_message_is_an_event),
        CONNECTED(a_mention_is_two_events),
        CONNECTED(the_apps_own_messages_are_events_too),
        CONNECTED(unacknowledged_events_come_again),
        CONNECTED(commands_and_interactions_come_once),
        CONNECTED(an_ack_may_come_over_another_socket),
        CONNECTED(a_command_has_the_fields_of_a_form),
        CONNECTED(an_acknowledged_command_may_say_something),
        CONNECTED(a_response_url_works),
        CONNECTED(a_click_tells_where_it_was),
        CONNECTED(what_cannot_be_done_is_said),
        CONNECTED(options_are_asked_for),
        CONNECTED(shortcuts_are_global_or_on_a_message),
        CONNECTED(any_event_can_be_caused),
        CONNECTED(a_submission_carries_the_state),
        CONNECTED(what_is_filled_in_has_to_fit),
        CONNECTED(a_submission_is_answered),
        CONNECTED(a_closed_modal_is_told),
        cmocka_unit_test_setup(an_end_in_the_middle_answers_everybody, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
