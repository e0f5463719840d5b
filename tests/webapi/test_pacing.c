/* SPDX-License-Identifier: MIT */
/* Calls that wait for their turn, on a virtual clock and against a peer that counts. */
#include <slack/files.h>

#include "support/json.h"
#include "support/webapi_fixture.h"

#define EACH 500
#define RATE 20 /* of users.list, a minute */

static struct {
    unsigned next[3], refused, opened; /* requests before the view; 0: not yet */
    uint64_t at_us[3][EACH];
} seen;

/* Slack, without any mercy: 20 a minute for each token. */
static void answer_tier(peer_t *p, const peer_request_t *request, void *user_data)
{
    const char *token = strstr(request->text, "Bearer xoxb-");
    const unsigned i = token ? (unsigned)(token[12] - '0') : 0;
    const uint64_t now_us = wf.world.mono_us;
    if (strstr(request->text, "/api/views.open ")) {
        seen.opened = seen.next[0] + seen.next[1] + seen.next[2];
        peer_answer(p, request->connection, 200, "", "{\"ok\":true}");
        return;
    }
    const unsigned n = seen.next[i];
    if (n >= RATE && now_us - seen.at_us[i][n - RATE] < 60000000) seen.refused++;
    if (strtoul(request->body + 2, NULL, 10) != n) fail_msg("%s is not n=%u", request->body, n);
    seen.at_us[i][seen.next[i]++] = now_us;
    peer_answer(p, request->connection, 200, "", "{\"ok\":true}");
}

static void run_until(unsigned ends)
{
    for (unsigned i = 0; i < 100000 && wf.ends.count < ends; i++) {
        if (i % 8 == 0) wf_pass_s(1);
        uv_run(&wf.world.loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(wf.ends.count, ends);
}

/* No call is refused, none is overtaken, and no workspace waits for another. */
CLOSED(test_three_workspaces)
{
    char tokens[3][8];
    memset(&seen, 0, sizeof seen);
    wf.pace = SLACK_PACE_INTERNAL;
    wf_open(100, 10000, answer_tier);
    for (unsigned i = 0; i < 3; i++) {
        snprintf(tokens[i], sizeof tokens[i], "xoxb-%u", i);
        wf.client.token = tokens[i];
        for (uintptr_t n = 0; n < EACH; n++)
            wf_call("users.list", n);
    }
    run_until(600);
    wf_call("views.open", 0);
    run_until(3 * EACH + 1);
    assert_int_equal(seen.refused, 0);
    assert_in_range(seen.opened, 600, 610);
    for (unsigned n = 0; n < EACH; n++)
        for (unsigned i = 1; i < 3; i++)
            assert_in_range(seen.at_us[i][n] + 3000000 - seen.at_us[0][n], 0, 6000000);
}

static unsigned ended, canceled;

static void note(const slack_response_t *response, void *user_data)
{
    ended++;
    canceled += slack_response_status(response) == SLACK_ECANCELED;
}

/* The delivery of the client has not ended. */
static void begin(slack_client_t *client)
{
}

/* Those that are on their way, those that wait for their turn, and those behind another. */
TEST(test_a_stop)
{
    ended = canceled = 0;
    wf.pace = SLACK_PACE_INTERNAL;
    wf_open(100, 10000, answer_tier);
    wf.client.order = &wf;
    wf.client.begin = begin;
    for (unsigned n = 0; n < 10000; n++)
        assert_int_equal(slack_callf(&wf.client, n % 2 ? "users.list" : "chat.postMessage", note,
                                     NULL, n % 6 ? "{channel: 1, n: 1}" : "{channel: 'C1', n: 1}"),
                         0);
    assert_true(slack__webapi_waiting(wf.webapi) > 6000);
    wf_close();
    assert_int_equal(ended, 10000);
    assert_int_equal(canceled, 10000);
}

/* A call that waits too long ends with a sentence, and a full queue takes no more. */
CLOSED(test_bounds)
{
    memset(&seen, 0, sizeof seen);
    wf.pace = SLACK_PACE_INTERNAL;
    wf_open(10, 10000, answer_tier);
    wf.client.log = &wf.world.logger;
    for (uintptr_t n = 0; n < WF_CALLS_MAX; n++)
        wf_call("users.list", n);
    assert_int_equal(slack_callf(&wf.client, "users.list", wf_end, NULL, "{}"), SLACK_EBUSY);
    assert_true(world_logged(
        &wf.world, "reason=\"10000 calls are under way, all that slack_options_t.max_calls allows: "
                   "do less at once, or raise it\""));
    world_until(&wf.world, wf.ends.count >= 4); /* the first ones have their answers */
    wf_pass_s(WF_WAIT_S);
    world_until(&wf.world, wf.ends.count == WF_CALLS_MAX);
    assert_string_equal(wf.ends.error,
                        "users.list waited 7200 s for its turn, because Slack limits its rate: "
                        "call it less often, or raise SLACK_CALL_WAIT_MS");
}

static void answer_the_first_later(peer_t *p, const peer_request_t *request, void *user_data)
{
    if (request->number > 1) wf_answer_ok(p, request, NULL);
}

/* A call that expires behind another one does not let those behind it overtake. */
CLOSED(test_a_deadline_in_an_order)
{
    wf.pace = SLACK_PACE_INTERNAL;
    wf_open(10, 30000, answer_the_first_later);
    wf.client.order = &wf;
    wf.client.begin = begin;
    static const unsigned then_s[] = {0, 0, 1, WF_WAIT_S - 1};
    for (uintptr_t n = 1; n <= 3; wf_pass_s(then_s[n++]))
        assert_int_equal(slack_callf(&wf.client, "chat.postMessage", wf_end, (void *)n,
                                     "{channel: 'C1', n: %d}", (int)n),
                         0);
    world_until(&wf.world, wf.ends.count == 1);
    assert_int_equal(wf.ends.marks[0], 2);
    assert_int_equal(wf.ends.statuses[0], SLACK_ETIMEDOUT);
    world_turn(&wf.world);
    assert_int_equal(peer_requests(wf.peer), 1);
    peer_answer(wf.peer, 1, 200, "", "{\"ok\":true}");
    world_until(&wf.world, wf.ends.count == 3);
    assert_int_equal(wf.ends.marks[2], 3);
}

static struct {
    const char *quick;                        /* the path whose requests are answered at once */
    unsigned connections[WF_ENDS_MAX], count; /* of the others */
} held;

static void answer_quick(peer_t *p, const peer_request_t *request, void *user_data)
{
    if (strstr(request->text, held.quick))
        wf_answer_ok(p, request, NULL);
    else
        held.connections[held.count++] = request->connection;
}

/* Calls /api/METHOD, or posts to the response URL /METHOD. */
static void send_to(const char *path, uintptr_t n)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", peer_port(wf.peer), path);
    const slack_post_t post = {SLACK_RESPONSE_URL, url, json_of("{'text': 'x'}"), false};
    if (strncmp(path, "/api/", 5) == 0)
        wf_call(path + 5, n);
    else
        assert_int_equal(slack__webapi_post(&wf.client, &post, wf_end, (void *)n), 0);
}

/* Over HTTP/1.1 libcurl opens 64 connections, and a call takes one. 300 calls of one class, which
 * get no answer, leave some to the other class. */
TEST_AROUND(test_a_connection_is_left, arena_open(NULL), arena_close(NULL))
{
    static const char *const cases[][2] = {{"/api/users.info", "/api/views.open"},
                                           {"/api/users.info", "/response"},
                                           {"/api/functions.completeSuccess", "/api/users.info"},
                                           {"/response", "/api/users.info"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        held.count = 0;
        held.quick = cases[i][1];
        wf.pace = SLACK_PACE_OFF;
        wf_open(256, 60000, answer_quick);
        for (unsigned n = 1; n <= 300; n++)
            send_to(cases[i][0], n);
        world_until(&wf.world, held.count == 56);
        send_to(cases[i][1], 0);
        world_until(&wf.world, wf.ends.count == 1);
        assert_int_equal(wf.ends.marks[0], 0);
        for (unsigned n = 0; n < 300; n++) {
            world_until(&wf.world, held.count > n);
            peer_answer(wf.peer, held.connections[n], 200, "", "{\"ok\":true}");
        }
        world_until(&wf.world, wf.ends.count == 301);
        assert_in_range(peer_connections(wf.peer), 56, 64);
        wf_close();
    }
}

static int take_bytes(const void *bytes, size_t len, uint64_t offset, void *user_data)
{
    return 0;
}

static void note_status(const slack_downloaded_t *file, void *user_data)
{
    *(int *)user_data = file->status;
}

/* Calls take none of the places of uploads and downloads. */
CLOSED(test_a_file_needs_no_place_of_a_call)
{
    char url[64];
    int status = 1;
    held.count = 0;
    held.quick = "/files/x";
    wf.pace = SLACK_PACE_OFF;
    wf_open(10, 60000, answer_quick);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/files/x", peer_port(wf.peer));
    for (unsigned n = 0; n < 20; n++)
        wf_call(n % 2 ? "users.info" : "views.open", n);
    world_until(&wf.world, held.count == 10);
    const slack_download_t download = {.url = url, .write = take_bytes};
    assert_int_equal(slack_download(&wf.client, &download, note_status, &status), 0);
    world_until(&wf.world, status <= 0);
    assert_int_equal(status, 0);
}

static unsigned refusals;

static void answer_limited(peer_t *p, const peer_request_t *request, void *user_data)
{
    if (request->number <= refusals)
        peer_answer(p, request->connection, 429, "Retry-After: 30\r\n", WF_LIMITED);
    else
        wf_answer_ok(p, request, NULL);
}

/* Other calls of the method wait after a 429, also when the refused one is not tried again. */
CLOSED(test_a_refusal_without_another_try)
{
    for (int once = 0; once < 2; once++) {
        refusals = once ? 1 : SLACK_CALL_TRIES;
        wf.pace = SLACK_PACE_OFF;
        wf_open(10, 60000, answer_limited);
        wf.client.once = once;
        wf_call("users.info", 1);
        wf_fast_forward(1);
        assert_int_equal(wf.ends.statuses[0], SLACK_EAPI);
        wf_call("users.info", 2);
        assert_int_equal(slack__webapi_waiting(wf.webapi), 1);
        wf_call("users.list", 3); /* another method does not wait */
        assert_int_equal(slack__webapi_waiting(wf.webapi), 1);
        wf_pass_s(30);
        world_until(&wf.world, wf.ends.count == 3);
        assert_int_equal(peer_requests(wf.peer), refusals + 2);
        wf_close();
    }
}
