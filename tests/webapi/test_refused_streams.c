/* SPDX-License-Identifier: MIT */
/* HTTP/2: a call is repeated only if the server has certainly not processed it. */
#include <unistd.h>

#include "support/certs.h"
#include "support/child.h"
#include "support/npm.h"
#include "support/webapi_fixture.h"

static child_t server;

static int set_up(void **state)
{
    char url[64], cert[256], key[256];
    wf.webapi = NULL; /* then the case is skipped; cmocka skips none from here */
    if (!certs_make()) return 0;
    snprintf(cert, sizeof cert, "%s", certs_path("server.pem"));
    snprintf(key, sizeof key, "%s", certs_path("server.key"));
    assert_true(world_open(&wf.world));
    child_start(&server, &wf.world,
                (const char *const[]){"node", npm_script("h2_peer.js"), cert, key, NULL}, NULL);
    if (!server.started) {
        child_done(&server);
        world_close(&wf.world);
        return 0;
    }
    world_until(&wf.world, server.lines >= 1);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/api/", atoi(server.out));
    const slack_webapi_options_t options = {.api_url = url,
                                            .ca_file = certs_path("ca.pem"),
                                            .concurrency = 256,
                                            .calls_max = 1000,
                                            .timeout_ms = 20000};
    assert_int_equal(slack__webapi_new(&wf.webapi, wf.world.net, &options), 0);
    wf.client = (slack_client_t){.webapi = wf.webapi, .token = "xoxb-1"};
    wf.ends.count = 0;
    wf.closed = false;
    return 0;
}

static int tear_down(void **state)
{
    if (wf.webapi == NULL) return 0;
    slack__webapi_close(wf.webapi, world_set_flag, &wf.closed);
    world_until(&wf.world, wf.closed);
    child_wait(&server);
    child_done(&server);
    world_close(&wf.world);
    return 0;
}

#define STREAM_TEST(function)                                                                      \
    static void function##_body(void);                                                             \
    TEST_CASE(function, set_up, tear_down, NULL)                                                   \
    {                                                                                              \
        if (wf.webapi == NULL) skip();                                                             \
        function##_body();                                                                         \
    }                                                                                              \
    static void function##_body(void)

static unsigned count_requests(const char *method)
{
    char line[64];
    unsigned n = 0;
    int len = snprintf(line, sizeof line, "request /api/%s\n", method);
    for (const char *at = server.out; (at = strstr(at, line)); at += len)
        n++;
    return n;
}

/* Call a method, with a body unless `bare`, and let the pauses pass. */
static void expect(const char *method, bool bare, int want, unsigned requests)
{
    unsigned before = wf.ends.count;
    assert_int_equal(bare ? slack__webapi_call(&wf.client, method, NULL, wf_end, NULL)
                          : slack_callf(&wf.client, method, wf_end, NULL, "{view: {}, a: 1}"),
                     0);
    for (int i = 0; i < 20000 && wf.ends.count == before; i++) {
        if (strstr(wf.world.log, "trying again")) wf.world.mono_us += 10000;
        slack__net_clock_moved(wf.world.net);
        uv_run(&wf.world.loop, UV_RUN_NOWAIT);
        if (wf.ends.count == before) usleep(500);
    }
    if (wf.ends.count == before || wf.ends.statuses[before] != want)
        fail_msg("%s: %s %s\n%s", method, slack_err_name(wf.ends.statuses[before]), wf.ends.error,
                 wf.world.log);
    char line[64];
    snprintf(line, sizeof line, "request /api/%s\n", method);
    for (int i = 0; i < 200 && count_requests(method) < requests; i++) {
        uv_run(&wf.world.loop, UV_RUN_NOWAIT);
        usleep(5000);
    }
    if (count_requests(method) != requests)
        fail_msg("%s: %u requests, not %u\n%s", method, count_requests(method), requests,
                 server.out);
}

STREAM_TEST(test_a_refused_stream_is_sent_again)
{
    expect("refuse", false, 0, 2);
    expect("refuse.refuse.refuse", false, 0, 4);
    expect("ok", false, 0, 1);
    expect("refuse.ok", false, 0, 2); /* on a connection that was used before */
    assert_non_null(strstr(wf.world.log, "reason=\"the server refused the HTTP/2 stream\""));
}

STREAM_TEST(test_a_refused_stream_without_a_body_is_sent_again)
{
    expect("refuse", true, 0, 2);
}

STREAM_TEST(test_a_stream_above_a_goaway_is_sent_again)
{
    expect("ok", false, 0, 1); /* so that there is a stream below */
    expect("below", false, 0, 2);
}

STREAM_TEST(test_refused_for_good)
{
    expect("refuse.always", false, SLACK_ECONNECT, SLACK_CALL_TRIES);
    assert_string_equal(wf.ends.error, "the server refused the HTTP/2 stream");
}

/* Slack may have posted the message. */
STREAM_TEST(test_other_ends_of_a_stream_are_not_repeated)
{
    expect("cancel", false, SLACK_EPROTO, 1);
    expect("die", false, SLACK_ECLOSED, 1);
    expect("above", false, SLACK_ECLOSED, 1);
    expect("partly", false, SLACK_EPROTO, 1);
    expect("reset", false, SLACK_ECLOSED, 1);
}

/* A refusal does not affect the next request, not even one that libcurl repeats by itself. */
/* The server resets a used connection, or closes it. */
STREAM_TEST(test_a_used_connection_that_is_lost)
{
    expect("ok", false, 0, 1);
    expect("reset", false, SLACK_ECLOSED, 1);
    expect("ok", false, 0, 2);
    expect("fin", false, SLACK_ECLOSED, 1);
}

STREAM_TEST(test_a_stream_that_is_lost_after_a_refused_one)
{
    expect("refuse.die", false, SLACK_ECLOSED, 2);
    expect("refuse.cancel", true, SLACK_EPROTO, 2);
}

/* A connection takes many calls, so there are as many places as the client has. */
STREAM_TEST(test_a_flood_leaves_room_for_a_view)
{
    expect("ok", false, 0, 1); /* so that the protocol is known */
    for (uintptr_t n = 1; n <= 300; n++)
        wf_call("hold.always", n);
    for (int i = 0; i < 4000 && count_requests("hold.always") < 224; i++) {
        uv_run(&wf.world.loop, UV_RUN_NOWAIT);
        usleep(500);
    }
    expect("views.open", false, 0, 1);
    assert_int_equal(count_requests("hold.always"), 224);
}
