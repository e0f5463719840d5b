/* SPDX-License-Identifier: MIT */
/*
 * What an event costs in allocations, the whole way from the wire to a handler's end: at most four,
 * once what is kept for reuse is there, and also when the table of known keys doubles. A budget,
 * see docs/performance.md.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <slack/slack.h>

#include "core/app.h"
#include "support/fake_slack.h"
#include "support/heap.h"
#include "support/http_peer.h"
#include "support/slack_request.h"
#include "support/socket_peer.h"

#define ALLOCATIONS_MAX 4
#define WARM_UP         300
#define EVENTS          1000

/* A message as Slack sends them today; %u makes its event_id. */
static const char message_format[] =
    "{\"token\":\"ZZZZZZWSxiZZZ2yIvs3peJ\",\"team_id\":\"T061EG9R6\",\"api_app_id\":\"A0MDYCDME\","
    "\"event\":{\"user\":\"U061F7AUR\",\"type\":\"message\",\"ts\":\"1525215129.000001\","
    "\"client_msg_id\":\"7e9e9c2e-35a1-4d1e-9f7a-0f3b5f8a8f4b\",\"text\":\"Could somebody have a "
    "look at the deployment of the billing service, please?\",\"team\":\"T061EG9R6\",\"blocks\":[{"
    "\"type\":\"rich_text\",\"block_id\":\"zO3pT\",\"elements\":[{\"type\":\"rich_text_section\","
    "\"elements\":[{\"type\":\"text\",\"text\":\"Could somebody have a look at the deployment of "
    "the billing service, please?\"}]}]}],\"channel\":\"C0PNCHHK2\",\"event_ts\":"
    "\"1525215129.000001\",\"channel_type\":\"channel\"},\"type\":\"event_callback\",\"event_id\":"
    "\"Ev%08u\",\"event_time\":1525215129,\"authorizations\":[{\"enterprise_id\":null,\"team_id\":"
    "\"T061EG9R6\",\"user_id\":\"U0BOTBOT1\",\"is_bot\":true,\"is_enterprise_install\":false}],"
    "\"is_ext_shared_channel\":false,\"event_context\":\"4-eyJldCI6Im1lc3NhZ2UifQ\"}";

static struct {
    uv_loop_t loop;
    fake_slack_t *slack;
    slack_app_t *app;
    socket_peer_script_t script;
    socket_peer_t *peer;
    http_peer_t *http;
    char open_answer[160];
    unsigned sent, handled, acked;
    bool stopped;
    uv_timer_t watchdog;
} t;

static void bark(uv_timer_t *timer)
{
    fprintf(stderr, "nothing happened for a long time\n");
    exit(1);
}

static void turn(void)
{
    uv_run(&t.loop, UV_RUN_ONCE);
}

static int on_message(slack_ctx_t *ctx, void *user_data)
{
    t.handled++;
    return 0;
}

static void on_stopped(slack_app_t *app, int status, void *user_data)
{
    assert_int_equal(status, 0);
    t.stopped = true;
}

static void take_frame(socket_peer_t *peer, unsigned connection, enum socket_peer_opcode opcode,
                       const char *data, size_t len, void *user_data)
{
    if (opcode == SOCKET_PEER_TEXT && strstr(data, "\"envelope_id\"")) t.acked++;
}

static uint64_t mono_us(void *user_data)
{
    return slack__mono_us(&slack__clock_system);
}

/* The time at which the requests are signed. */
static int64_t wall_ms(void *user_data)
{
    return atoll(SLACK_REQUEST_TIME) * 1000;
}

static const slack_clock_t at_signing = {mono_us, wall_ms, NULL};

static bool ready(const char *transport, slack_transport_stats_t *stats)
{
    return slack_app_transport_stats(t.app, transport, stats) == 0 &&
           stats->state == SLACK_TRANSPORT_READY;
}

static void start(const char *transport)
{
    slack_transport_stats_t stats;
    slack_options_t o = {
        .transport = transport,
        .bot_token = "xoxb-test",
        .app_token = "xapp-test",
        .signing_secret = SLACK_REQUEST_SECRET,
        .http_host = "127.0.0.1",
        .http_port = "0",
        .socket_connections = 1,
        .store = "memory:",
        .log_level = SLACK_LOG_WARN,
        .loop = &t.loop,
    };
    memset(&t, 0, sizeof t);
    assert_int_equal(uv_loop_init(&t.loop), 0);
    uv_timer_init(&t.loop, &t.watchdog);
    uv_timer_start(&t.watchdog, bark, 60000, 0);
    uv_unref((uv_handle_t *)&t.watchdog);
    t.slack = fake_slack_open(&t.loop);
    t.script.frame = take_frame;
    t.peer = socket_peer_open(&t.loop, &t.script);
    snprintf(t.open_answer, sizeof t.open_answer,
             "{\"ok\":true,\"url\":\"ws://127.0.0.1:%u/link\"}", socket_peer_port(t.peer));
    fake_slack_answer(t.slack, "apps.connections.open", 200, t.open_answer);
    o.api_url = fake_slack_api_url(t.slack);
    assert_int_equal(slack_app_new(&t.app, &o), 0);
    slack__app_set_clock(t.app, &at_signing);
    assert_int_equal(slack_on_message(t.app, NULL, on_message, NULL), 0);
    assert_int_equal(slack_app_start(t.app, on_stopped, NULL), 0);
    while (!ready(transport, &stats))
        turn();
    t.http = http_peer_open(&t.loop, stats.port, true);
}

static void stop(void)
{
    bool slack = false, peer = false, http = false;
    http_peer_close(t.http, &http);
    slack_app_stop(t.app);
    while (!t.stopped || !http)
        turn();
    slack_app_free(t.app);
    fake_slack_close(t.slack, &slack);
    socket_peer_close(t.peer, &peer);
    while (!slack || !peer)
        turn();
    uv_close((uv_handle_t *)&t.watchdog, NULL);
    uv_run(&t.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&t.loop), 0);
}

/* ---- the two wires ---- */

/* The event's request is made by the library, too: that does not count. */
static void post(const char *body)
{
    size_t len;
    heap_pause();
    char *request = slack_request_signed(SLACK_REQUEST_JSON, "", body, strlen(body), &len);
    heap_resume();
    int number = http_peer_send(t.http, request, len, (http_pieces_t){0});
    free(request);
    const http_reply_t *reply;
    while (!(reply = http_peer_reply(t.http, number))->done)
        turn();
    assert_int_equal(reply->status, 200);
}

static void send_envelope(const char *body)
{
    char frame[2048];
    const unsigned before = t.acked;
    snprintf(frame, sizeof frame,
             "{\"envelope_id\":\"1d3b79ab-0ffb-41f3-a080-%012u\",\"payload\":%s,"
             "\"type\":\"events_api\",\"accepts_response_payload\":false,\"retry_attempt\":0,"
             "\"retry_reason\":\"\"}",
             t.sent, body);
    socket_peer_text(t.peer, socket_peer_taken(t.peer), frame);
    while (t.acked == before)
        turn();
}

/* Events one after the other, each to its end. Returns how many allocations the worst of them took,
 * and in *ret_all those of all. */
static size_t run(void (*send)(const char *body), unsigned count, size_t *ret_all)
{
    const size_t begun = heap_count();
    size_t worst = 0;
    for (unsigned i = 0; i < count; i++) {
        char body[1536];
        const size_t before = heap_count();
        snprintf(body, sizeof body, message_format, ++t.sent);
        send(body);
        while (t.app->live_count > 0)
            turn();
        if (heap_count() - before > worst) worst = heap_count() - before;
    }
    *ret_all = heap_count() - begun;
    assert_int_equal(t.handled, t.sent);
    return worst;
}

static void check(const char *transport, void (*send)(const char *body))
{
    size_t all;
    start(transport);
    run(send, WARM_UP, &all);
    size_t worst = run(send, EVENTS, &all);
    print_message("# %s: %zu allocations for %d events, %zu for one at most\n", transport, all,
                  EVENTS, worst);
    assert_in_range(worst, 1, ALLOCATIONS_MAX);
    stop();
    assert_int_equal(heap_live(), 0);
}

static void test_http(void **state)
{
    check("http", post);
}

static void test_socket(void **state)
{
    check("socket", send_envelope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http),
        cmocka_unit_test(test_socket),
    };
    heap_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
