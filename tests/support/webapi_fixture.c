/* SPDX-License-Identifier: MIT */
#include "support/webapi_fixture.h"

struct webapi_fixture wf;

void wf_end(const slack_response_t *response, void *user_data)
{
    const unsigned i = wf.ends.count++ % WF_ENDS_MAX;
    wf.ends.marks[i] = (unsigned)(uintptr_t)user_data;
    wf.ends.statuses[i] = slack_response_status(response);
    wf.ends.http_status = slack_response_http_status(response);
    wf.ends.retry_after_s = slack__response_retry_after_s(response);
    snprintf(wf.ends.error, sizeof wf.ends.error, "%s", slack_response_error(response));
    snprintf(wf.ends.text, sizeof wf.ends.text, "%s", slack_response_str(response, "/text"));
}

int wf_try_open(unsigned concurrency, unsigned timeout_ms, unsigned port)
{
    char api_url[64];
    snprintf(api_url, sizeof api_url, "http://127.0.0.1:%u/api/", port);
    const slack_webapi_options_t options = {.api_url = api_url,
                                            .concurrency = concurrency,
                                            .timeout_ms = timeout_ms,
                                            .budget = wf.budget,
                                            .calls_max = wf.pace ? WF_CALLS_MAX : 0,
                                            .wait_ms = wf.pace ? WF_WAIT_S * 1000 : 0,
                                            .pace = wf.pace};
    wf.pace = 0;
    memset(&wf.ends, 0, sizeof wf.ends);
    wf.closed = false;
    int rc = slack__webapi_new(&wf.webapi, wf.world.net, &options);
    if (rc == 0) wf.client = (slack_client_t){.webapi = wf.webapi, .token = WF_TOKEN};
    return rc;
}

void wf_open(unsigned concurrency, unsigned timeout_ms, peer_fn fn)
{
    assert_true(world_open(&wf.world));
    wf.peer = peer_open(&wf.world.loop, fn, NULL);
    assert_int_equal(wf_try_open(concurrency, timeout_ms, peer_port(wf.peer)), 0);
}

void wf_close(void)
{
    if (wf.webapi) slack__webapi_close(wf.webapi, world_set_flag, &wf.closed);
    wf.webapi = NULL;
    world_until(&wf.world, wf.closed);
    peer_close(wf.peer);
    wf.peer = NULL;
    world_close(&wf.world);
    assert_false(world_logged(&wf.world, "xoxb-"));
}

void wf_pass_s(unsigned seconds)
{
    wf.world.mono_us += (uint64_t)seconds * 1000000;
    slack__net_clock_moved(wf.world.net);
}

void wf_fast_forward(unsigned want)
{
    /* libcurl's time-outs are in real time, in which an idle machine turns the loop very often. */
    const uint64_t since_ns = uv_hrtime();
    while (wf.ends.count < want && uv_hrtime() - since_ns < UINT64_C(20000000000)) {
        wf_pass_s(1);
        uv_run(&wf.world.loop, UV_RUN_NOWAIT);
    }
    if (wf.ends.count < want) fail_msg("%u of %u ended:\n%s", wf.ends.count, want, wf.world.log);
}

void wf_call(const char *method, uintptr_t n)
{
    assert_int_equal(slack_callf(&wf.client, method, wf_end, (void *)n,
                                 "{n: %d, channel: 'C1', user: 'U1', ts: '1.2', view: {}, "
                                 "function_execution_id: 'Fx', outputs: {}}",
                                 (int)n),
                     0);
}

void wf_answer_ok(peer_t *peer, const peer_request_t *request, void *user_data)
{
    snprintf(wf.request, sizeof wf.request, "%s", request->text);
    peer_answer(peer, request->connection, 200,
                "Content-Type: application/json; charset=utf-8\r\nX-Slack-Req-Id: r1\r\n",
                "{\"ok\":true,\"text\":\"hi\",\"warning\":\"missing_charset\","
                "\"response_metadata\":{\"messages\":[\"[WARN] look\"]}}");
}

void wf_answer_limited_once(peer_t *peer, const peer_request_t *request, void *user_data)
{
    static bool refused;
    if (request->number == 1) refused = false;
    if (!refused && strstr(request->text, "/api/slow.method ")) {
        refused = true;
        peer_answer(peer, request->connection, 429, "Retry-After: 30\r\n", WF_LIMITED);
    } else {
        wf_answer_ok(peer, request, user_data);
    }
}
