/* SPDX-License-Identifier: MIT */
#include "sim/site.h"
#include "support/sim_peer.h"
#include "support/test.h"

/* The simulator's deliveries to a request URL, and its control API. sim_receiver_next() checks the
 * signature of every request. */

static sim_peer_t peer;
static sim_receiver_t receiver;
static sim_peer_answer_t answer;

static void setup(void)
{
    sim_peer_open(&peer, NULL);
    sim_receiver_open(&peer, &receiver);
}

static void teardown(void)
{
    sim_receiver_close(&receiver);
    sim_peer_close(&peer);
}

#define VERIFIED(function) TEST_AROUND(function, (setup(), sim_receiver_set(&receiver)), teardown())

#define ALONE(function) TEST_AROUND(function, setup(), teardown())

#define assert_member(json, path, text) assert_string_equal(slack_json_str((json), (path)), (text))

static void assert_header(const slack_http_request_t *request, const char *name, const char *value)
{
    slack_slice_t got = slack__http_header(request, name, NULL);
    if (!slack__slice_eq(got, slack__slice(value)))
        fail_msg("%s: %.*s", name, (int)got.len, got.ptr ? got.ptr : "");
}

static void assert_sent(bool acked)
{
    const slack_json_t *sent = sim_peer_sent(&peer, &answer);
    assert_int_equal(peer.status, 200);
    assert_true(slack_json_bool(sent, "/acked") == acked);
    assert_member(sent, "/wire", "HTTP");
}

#define MESSAGE "{\"kind\":\"message\",\"text\":\"a/b \\u00e9 \\ud83d\\ude00\"}"

/* ---- requests ---- */

VERIFIED(events_are_json_as_php_writes_it)
{
    sim_peer_send(&peer, MESSAGE, &answer);
    const slack_http_request_t *request = sim_receiver_next(&receiver);
    assert_true(slack__slice_eq(request->path, SLACK_SLICE("/slack/events")));
    assert_header(request, "Content-Type", "application/json");
    assert_header(request, "X-Slack-Retry-Num", "");
    assert_non_null(strstr(request->body, "\"text\":\"a\\/b \\u00e9 \\ud83d\\ude00\""));
    const slack_json_t *body = sim_receiver_json(&receiver, request);
    assert_member(body, "/event/text", "a/b \u00e9 \U0001F600");
    sim_receiver_answer(&receiver, request, 200, NULL, "", NULL);
    assert_sent(true);
}

VERIFIED(commands_are_a_form)
{
    sim_peer_send(&peer,
                  "{\"kind\":\"command\",\"command\":\"/echo\",\"text\":\"a & b=c \\u00e9\"}",
                  &answer);
    const slack_http_request_t *request = sim_receiver_next(&receiver);
    assert_header(request, "Content-Type", "application/x-www-form-urlencoded");
    assert_non_null(strstr(request->body, "&command=%2Fecho&text="));
    const slack_json_t *body = sim_receiver_json(&receiver, request);
    assert_member(body, "/text", "a &amp; b=c \u00e9");
    assert_member(body, "/user_name", "ann");
    sim_receiver_answer(&receiver, request, 200, "text/plain", "echoed", NULL);
    assert_sent(true);
    assert_member(answer.body, "/line",
                  "#general  ann runs /echo a &amp; b=c \u00e9 -> bot (only to ann): echoed");
}

VERIFIED(interactions_are_json_in_a_form)
{
    sim_peer_send(&peer, "{'kind':'options','action_id':'x','value':'a/b'}", &answer);
    const slack_http_request_t *request = sim_receiver_next(&receiver);
    assert_int_equal(strncmp(request->body, "payload=%7B%22type%22", 21), 0);
    assert_non_null(strstr(request->body, "a%5C%2Fb"));
    const slack_json_t *body = sim_receiver_json(&receiver, request);
    assert_member(body, "/type", "block_suggestion");
    assert_member(body, "/value", "a/b");
    sim_receiver_answer(&receiver, request, 200, "application/json; charset=utf-8",
                        "{\"options\":[{\"text\":{\"text\":\"one\"}}]}", NULL);
    assert_sent(true);
    assert_member(answer.body, "/line", "ann types \"a/b\" into x -> one");
}

VERIFIED(a_socket_comes_first)
{
    sim_app_t app;
    sim_app_connect(&peer, &app);
    sim_peer_send(&peer, MESSAGE, &answer);
    sim_app_ack(&app, sim_app_next(&app), NULL);
    assert_member(sim_peer_sent(&peer, &answer), "/wire", "Socket Mode");
    sim_app_close(&app);
    sim_peer_send(&peer, MESSAGE, &answer);
    sim_receiver_answer(&receiver, sim_receiver_next(&receiver), 200, NULL, "", NULL);
    assert_sent(true);
}

/* ---- redeliveries ---- */

VERIFIED(failures_come_again)
{
    static const uint64_t waits_ms[] = {0, 60 * 1000, 5 * 60 * 1000};
    sim_peer_send(&peer, MESSAGE, &answer);
    sim_receiver_answer(&receiver, sim_receiver_next(&receiver), 500, NULL, "", NULL);
    assert_sent(false);
    assert_member(answer.body, "/error", "http_error 500");
    for (int i = 0; i < 3; i++) {
        char num[2] = {(char)('1' + i), '\0'};
        if (waits_ms[i] > 0) {
            sim_peer_pass_ms(&peer, waits_ms[i] - 1);
            world_turn(&peer.world);
            assert_int_equal(receiver.count, receiver.taken);
            sim_peer_pass_ms(&peer, 1);
        }
        const slack_http_request_t *request = sim_receiver_next(&receiver);
        assert_header(request, "X-Slack-Retry-Num", num);
        assert_header(request, "X-Slack-Retry-Reason", "http_error");
        sim_receiver_answer(&receiver, request, 404, NULL, "", NULL);
        while (i < 2 && !strstr(peer.world.log, i == 0 ? "redelivery=2" : "redelivery=3"))
            uv_run(&peer.world.loop, UV_RUN_ONCE);
    }
    while (peer.sim->deliveries.count > 0)
        uv_run(&peer.world.loop, UV_RUN_ONCE);
}

VERIFIED(no_retry_is_honoured)
{
    const slack_http_header_t no_retry = {SLACK_SLICE("X-Slack-No-Retry"), SLACK_SLICE("1")};
    sim_peer_send(&peer, MESSAGE, &answer);
    sim_receiver_answer(&receiver, sim_receiver_next(&receiver), 500, NULL, "", &no_retry);
    assert_sent(false);
    assert_int_equal(peer.sim->deliveries.count, 0);
}

VERIFIED(commands_do_not_come_again)
{
    sim_peer_send(&peer, "{'kind':'command','command':'/x'}", &answer);
    sim_receiver_answer(&receiver, sim_receiver_next(&receiver), 500, NULL, "", NULL);
    assert_sent(false);
    assert_member(answer.body, "/line", "#general  ann runs /x -> dispatch_failed");
    assert_int_equal(peer.sim->deliveries.count, 0);
}

VERIFIED(an_app_that_went_away_is_noticed)
{
    sim_receiver_close(&receiver);
    sim_peer_send(&peer, "{'kind':'command','command':'/x'}", &answer);
    assert_sent(false);
    assert_member(answer.body, "/error", "connection_failed");
    sim_receiver_open(&peer, &receiver);
}

VERIFIED(a_slow_app_is_too_late)
{
    sim_peer_send(&peer, "{'kind':'command','command':'/x'}", &answer);
    sim_receiver_next(&receiver); /* no answer within three seconds of real time */
    assert_sent(false);
    assert_member(answer.body, "/error", "http_timeout");
    assert_member(answer.body, "/line", "#general  ann runs /x -> operation_timeout");
}

/* ---- url_verification ---- */

static const char *url_body(void)
{
    return slack__arena_printf(peer.arena, "{'url':'%s'}", receiver.url);
}

static void set_url(void)
{
    const sim_peer_request_t set = {"POST", "/sim/request-url", NULL, "application/json",
                                    url_body()};
    sim_peer_start(&peer, &set, &answer);
}

ALONE(the_challenge_has_three_forms)
{
    static const struct {
        const char *type, *before, *behind;
        int status;
    } forms[] = {
        {"text/plain", "", "", 200},
        {"application/x-www-form-urlencoded", "challenge=", "", 200},
        {"application/json", "{\"challenge\":\"", "\"}", 200},
        {"application/json", "{\"challenge\":\"", "\\u0000\"}", 409},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char body[100];
        set_url();
        const slack_http_request_t *request = sim_receiver_next(&receiver);
        const slack_json_t *challenge = sim_receiver_json(&receiver, request);
        assert_member(challenge, "/type", "url_verification");
        snprintf(body, sizeof body, "%s%s%s", forms[i].before,
                 slack_json_str(challenge, "/challenge"), forms[i].behind);
        sim_receiver_answer(&receiver, request, 200, forms[i].type, body, NULL);
        sim_peer_sent(&peer, &answer);
        assert_int_equal(peer.status, forms[i].status);
    }
}

ALONE(an_url_that_does_not_answer_is_not_taken)
{
    set_url();
    sim_receiver_answer(&receiver, sim_receiver_next(&receiver), 200, "text/plain", "what?", NULL);
    sim_peer_sent(&peer, &answer);
    assert_int_equal(peer.status, 409);
    assert_member(answer.body, "/error",
                  "the request URL did not answer url_verification with the challenge");
    set_url();
    sim_receiver_answer(&receiver, sim_receiver_next(&receiver), 404, "text/plain", "", NULL);
    sim_peer_sent(&peer, &answer);
    assert_member(answer.body, "/error",
                  "the request URL did not answer url_verification: http_error 404");
    sim_peer_control(&peer, "/sim/request-url", "{'url':'http://example.com/'}");
    assert_int_equal(peer.status, 400);
}

ALONE(a_delivery_asks_again)
{
    set_url();
    sim_receiver_answer(&receiver, sim_receiver_next(&receiver), 503, NULL, "", NULL);
    sim_peer_sent(&peer, &answer);
    sim_peer_send(&peer, MESSAGE, &answer);
    const slack_http_request_t *request = sim_receiver_next(&receiver);
    const slack_json_t *challenge = sim_receiver_json(&receiver, request);
    sim_receiver_answer(&receiver, request, 200, "text/plain",
                        slack_json_str(challenge, "/challenge"), NULL);
    request = sim_receiver_next(&receiver);
    assert_member(sim_receiver_json(&receiver, request), "/type", "event_callback");
    sim_receiver_answer(&receiver, request, 200, NULL, "", NULL);
    assert_sent(true);
}

/* ---- the control API ---- */

ALONE(nobody_is_there)
{
    sim_peer_send(&peer, MESSAGE, &answer);
    sim_peer_sent(&peer, &answer);
    assert_int_equal(peer.status, 400);
    assert_int_equal(strncmp(slack_json_str(answer.body, "/error"), "no app is connected", 19), 0);
    assert_string_equal(sim_peer_transcript(&peer), "");
}

ALONE(status_tells_what_a_bot_needs)
{
    const slack_json_t *status = sim_peer_control(&peer, "/sim/status", NULL);
    assert_false(slack_json_bool(status, "/app_is_there"));
    assert_member(status, "/env/SLACK_BOT_TOKEN", SIM_PEER_BOT_TOKEN);
    assert_member(status, "/env/SLACK_APP_TOKEN", SIM_PEER_APP_TOKEN);
    assert_member(status, "/env/SLACK_SIGNING_SECRET", SIM_PEER_SECRET);
    assert_member(status, "/env/SLACK_API_URL",
                  slack__arena_printf(peer.arena, "%s/api/", peer.sim->env.base_url));
    const sim_peer_request_t wait = {"GET", "/sim/status?wait=1", NULL, NULL, NULL};
    sim_peer_start(&peer, &wait, &answer);
    sim_receiver_set(&receiver);
    assert_true(slack_json_bool(sim_peer_sent(&peer, &answer), "/app_is_there"));
}

ALONE(a_transcript_can_be_waited_for)
{
    const sim_peer_request_t wait = {"GET", "/sim/transcript?wait=2", NULL, NULL, NULL};
    sim_peer_answer_t polled;
    sim_peer_start(&peer, &wait, &polled);
    sim_transcript_add(&peer.sim->services->workspace->transcript, SIM_ENTRY_MESSAGE, false,
                       "#general", "ann", "one");
    uint64_t pending = sim_transcript_add(&peer.sim->services->workspace->transcript,
                                          SIM_ENTRY_COMMAND, true, "#general", "ann", "runs /x");
    sim_transcript_add(&peer.sim->services->workspace->transcript, SIM_ENTRY_MESSAGE, false,
                       "#general", "bot", "three");
    sim_peer_control(&peer, "/sim/status", NULL);
    assert_false(polled.done); /* a pending entry does not count, nor does one behind it */
    sim_transcript_outcome(&peer.sim->services->workspace->transcript, pending, "done");
    const slack_json_t *got = sim_peer_sent(&peer, &polled);
    assert_true(slack_json_bool(got, "/complete"));
    assert_int_equal(slack_json_count(got, "/entries"), 3);
    assert_member(got, "/entries/1/outcome", "done");
    assert_member(got, "/entries/1/line", "#general  ann runs /x -> done");

    sim_peer_control(&peer, "/sim/transcript/clear", "{}");
    assert_string_equal(sim_peer_transcript(&peer), "");
    sim_peer_start(&peer, &wait, &polled);
    sim_peer_control(&peer, "/sim/status", NULL);
    sim_peer_pass_ms(&peer, 10 * 1000);
    assert_false(slack_json_bool(sim_peer_sent(&peer, &polled), "/complete"));
}

ALONE(a_list_of_faults_starts_whole_or_not_at_all)
{
    static const struct {
        const char *body;
        int status;
    } cases[] = {
        {"{\"faults\":\"no-ping; drop\"}", 409}, /* no socket is open */
        {"{\"faults\":\"60% lost-ack; no-ping; 50% lost-ack\"}", 409},
        {"{\"faults\":\"no-ping\\nnope\"}", 400},
        {"{\"faults\":\"no-ping; 60% lost-ack\"}", 200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_json_t *got = sim_peer_control(&peer, "/sim/fault", cases[i].body);
        assert_int_equal(peer.status, cases[i].status);
        const size_t count = cases[i].status == 200 ? 2 : 0;
        assert_int_equal(slack_json_count(got, "/faults"), count);
        assert_int_equal(peer.sim->faults.count, count);
    }
}

TEST(pages_of_other_origins_are_strangers)
{
    static const struct {
        const char *host, *origin;
        bool foreign;
    } cases[] = {
        {"127.0.0.1:4390", NULL, false}, /* a program */
        {"127.0.0.1:4390", "http://127.0.0.1:4390", false},
        {"localhost:4390", "http://LOCALHOST:4390", false},
        {"[::1]:4390", "http://[::1]:4390", false},
        {"127.0.0.1:4390", "https://evil.example", true},
        {"127.0.0.1:4390", "http://127.0.0.1:8000", true},
        {"127.0.0.1:4390", "http://127.0.0.1", true},
        {"127.0.0.1:4390", "http://localhost:4390", true},
        {"127.0.0.1:4390", "https://127.0.0.1:4390", true},
        {"127.0.0.1:4390", "null", true}, /* of a sandbox, or of a file */
        {"127.0.0.1:4390", "", true},
        {"evil.example:4390", "http://evil.example:4390", true}, /* its name leads here */
        {NULL, "http://127.0.0.1:4390", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_http_header_t headers[2];
        size_t count = 0;
        if (cases[i].host)
            headers[count++] =
                (slack_http_header_t){SLACK_SLICE("Host"), slack__slice(cases[i].host)};
        if (cases[i].origin)
            headers[count++] =
                (slack_http_header_t){SLACK_SLICE("Origin"), slack__slice(cases[i].origin)};
        const slack_http_request_t request = {.headers = headers, .header_count = count};
        if (sim_site_is_foreign(&request) != cases[i].foreign)
            fail_msg("%s at %s", cases[i].origin, cases[i].host);
    }
}

ALONE(the_control_api_is_not_for_web_pages)
{
    const sim_peer_request_t plain = {"POST", "/sim/send", NULL, "text/plain", MESSAGE};
    sim_peer_call(&peer, &plain);
    assert_int_equal(peer.status, 415);
    sim_peer_control(&peer, "/sim/send", "[]");
    assert_int_equal(peer.status, 400);
    sim_peer_control(&peer, "/sim/nothing", NULL);
    assert_int_equal(peer.status, 404);
    sim_peer_control(&peer, "/nothing", NULL);
    assert_int_equal(peer.status, 404);
}
