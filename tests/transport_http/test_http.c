/* SPDX-License-Identifier: MIT */
#include "net/offenders.h"
#include "support/heap.h"
#include "support/http_bench.h"
#include "support/test.h"
#include "transport_http/http.h"

#define EVENT                                                                                      \
    "{\"type\":\"event_callback\",\"team_id\":\"T1\",\"event_id\":\"Ev1\",\"event\":{\"type\":"    \
    "\"app_mention\",\"user\":\"U1\",\"channel\":\"C1\",\"text\":\"Hey sesame\"}}"

/* The limit of heap allocations for each delivered event. */
#define ALLOCATIONS_MAX 4

static http_bench_t b;

static void open_bench(void)
{
    http_bench_open(&b);
    b.mock.world.logger.level = SLACK_LOG_DEBUG;
    b.keep_alive = true;
    b.options.signing_secret = "another," SLACK_REQUEST_SECRET;
    http_bench_start(&b);
}

#define BENCH_TEST(function) TEST_AROUND(function, open_bench(), http_bench_close(&b))

static const http_reply_t *exchange_signed(const char *type, const char *headers, const char *body)
{
    return http_bench_ask(&b, &(signed_request_t){.type = type, .headers = headers, .body = body});
}

/* A request with these headers only, and none of Slack's. */
static const http_reply_t *exchange_plain(const char *line, const char *headers, const char *body)
{
    char request[4096];
    int len = snprintf(request, sizeof request,
                       "%s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n%s\r\n%s", line,
                       strlen(body), headers, body);
    assert_true(len > 0 && (size_t)len < sizeof request);
    b.mock.world.mono_us += SLACK_OFFENDER_QUIET_MS * UINT64_C(1000);
    return http_bench_say(&b, request);
}

static void check_empty(const http_reply_t *reply, int status)
{
    size_t len;
    assert_true(reply->done);
    assert_int_equal(reply->status, status);
    assert_int_equal(reply->body_len, 0);
    assert_null(http_reply_header(reply, "Content-Type", &len));
}

/* ---- paths and methods ---- */

BENCH_TEST(only_the_path_exists)
{
    static const char *const paths[] = {
        "POST /", "POST /slack/events/", "POST /slack/event",    "POST /Slack/events",
        "GET /",  "POST //slack/events", "POST /slack%2Fevents",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        check_empty(exchange_plain(paths[i], "", ""), 404);
    assert_true(world_logged(&b.mock.world, "level=warn event=\"request refused\" status=404"));
    assert_int_equal(http_bench_stats(&b).refused, sizeof paths / sizeof *paths);
}

BENCH_TEST(only_post_is_allowed)
{
    static const char *const lines[] = {"GET /slack/events", "PUT /slack/events?x=y",
                                        "OPTIONS /slack/events", "DELETE /slack/events"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const http_reply_t *reply = exchange_plain(lines[i], "", "");
        check_empty(reply, 405);
        assert_true(http_reply_has(reply, "Allow", "POST"));
    }
}

BENCH_TEST(query_does_not_matter)
{
    check_empty(exchange_plain("POST /slack/events?a=b", "", "ssl_check=1"), 200);
    check_empty(exchange_plain("POST /slack/events?%zz#", "", "ssl_check=1"), 400); /* for the # */
    check_empty(exchange_plain("POST /slack/events?%zz", "", "ssl_check=1"), 200);
}

BENCH_TEST(paths_are_compared_decoded)
{
    static const struct {
        const char *line;
        int status;
    } cases[] = {
        {"POST /slack/%65vents", 200},         {"POST /%73lack/events?%65", 200},
        {"POST http://x/slack/event%73", 200}, {"POST /slack%2Fevents", 404},
        {"POST /slack/events%2F", 404},        {"POST /slack/%2565vents", 404},
        {"POST /a/%2e%2e/slack/events", 404},  {"POST /slack/events%", 400},
        {"POST /slack/events%00", 400},        {"POST /slack/events%0a", 400},
        {"POST /slack/%GGvents", 400},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_empty(exchange_plain(cases[i].line, "", "ssl_check=1"), cases[i].status);
    assert_int_equal(b.mock.count, 0);
}

/* ---- signature ---- */

BENCH_TEST(unsigned_requests_are_refused)
{
    static const char *const headers[] = {
        "",
        "X-Slack-Request-Timestamp: 1531420618\r\n",
        "X-Slack-Signature: v0=0000000000000000000000000000000000000000000000000000000000000000"
        "\r\n",
        "X-Slack-Request-Timestamp: 1531420618\r\nX-Slack-Signature: "
        "v0=0000000000000000000000000000000000000000000000000000000000000000\r\n",
        "X-Slack-Request-Timestamp: 1531420618\r\nX-Slack-Signature: v0=\r\n",
    };
    /* Without a valid signature the transport does not look at these bodies. */
    static const char *const bodies[] = {
        EVENT,         "",
        "{",           "{\"type\":\"url_verification\",\"challenge\":\"sesame\"}",
        "payload=%7B", "ssl_check=0&command=/x",
        "command=/x",
    };
    unsigned sent = 0;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        for (size_t k = 0; k < sizeof bodies / sizeof *bodies; k++, sent++)
            check_empty(exchange_plain("POST /slack/events", headers[i], bodies[k]), 401);
    assert_int_equal(b.mock.count, 0);
    assert_int_equal(http_bench_stats(&b).refused, sent);
    assert_true(world_logged(&b.mock.world,
                             "status=401 reason=\"signature or timestamp header is missing\""
                             " peer=127.0.0.1"));
    assert_false(world_logged(&b.mock.world, "sesame"));
}

BENCH_TEST(duplicate_signature_headers_are_refused)
{
    check_empty(exchange_signed(SLACK_REQUEST_JSON, "X-Slack-Signature: v0=0\r\n", EVENT), 401);
    check_empty(exchange_signed(SLACK_REQUEST_JSON,
                                "x-slack-request-timestamp: " SLACK_REQUEST_TIME "\r\n", EVENT),
                401);
    assert_int_equal(b.mock.count, 0);
}

BENCH_TEST(window_follows_the_wall_clock)
{
    static const struct {
        int64_t late_s;
        int status;
    } cases[] = {{299, 200}, {301, 401}, {-299, 200}, {-301, 401}, {0, 200}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        b.mock.world.wall_ms = ((int64_t)MOCK_WALL_S + cases[i].late_s) * 1000;
        check_empty(exchange_signed(SLACK_REQUEST_JSON, "", EVENT), cases[i].status);
    }
    assert_int_equal(b.mock.count, 3);
}

/* ---- bodies ---- */

BENCH_TEST(ssl_check_is_answered_and_not_followed)
{
    static const char *const bodies[] = {
        "ssl_check=1&token=x",
        "ssl_check=1",
        "token=x&command=%2Fsmuggled&ssl_check=1",
        "ssl_check=1&payload=%7B%22type%22%3A%22block_actions%22%2C%22actions%22%3A%5B%5D%7D",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        check_empty(exchange_plain("POST /slack/events", "Content-Type: " SLACK_REQUEST_FORM "\r\n",
                                   bodies[i]),
                    200);
        check_empty(exchange_signed(SLACK_REQUEST_FORM, "", bodies[i]), 200);
    }
    assert_int_equal(b.mock.count, 0);
    assert_int_equal(http_bench_stats(&b).refused, 0);
}

BENCH_TEST(challenge_is_answered)
{
    static const struct {
        const char *body;
        const char *answer;
    } cases[] = {
        {"{\"token\":\"t\",\"challenge\":\"3eZbrw1aB\",\"type\":\"url_verification\"}",
         "{\"challenge\":\"3eZbrw1aB\"}"},
        {"{\"type\":\"url_verification\",\"challenge\":\"\\\"\\u00e9\\n\\u0000\"}",
         "{\"challenge\":\"\\\"\xc3\xa9\\n\\u0000\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const http_reply_t *reply =
            exchange_signed(SLACK_REQUEST_JSON "; charset=utf-8", "", cases[i].body);
        assert_int_equal(reply->status, 200);
        assert_true(http_reply_has(reply, "Content-Type", "application/json; charset=utf-8"));
        assert_string_equal(reply->body, cases[i].answer);
    }
    assert_int_equal(b.mock.count, 0);
}

BENCH_TEST(malformed_bodies_are_not_sent_again)
{
    static const struct {
        const char *type;
        const char *body;
    } cases[] = {
        {SLACK_REQUEST_JSON, ""},
        {SLACK_REQUEST_JSON, "{"},
        {SLACK_REQUEST_JSON, "[]"},
        {SLACK_REQUEST_JSON, "{\"text\":\"\xff\"}"},
        {SLACK_REQUEST_JSON, "command=/x"},
        {SLACK_REQUEST_FORM, "payload=sesame"},
        {SLACK_REQUEST_FORM, ""},
        {SLACK_REQUEST_JSON, "{\"type\":\"url_verification\"}"},
        {SLACK_REQUEST_JSON, "{\"type\":\"url_verification\",\"challenge\":1}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const http_reply_t *reply = exchange_signed(cases[i].type, "", cases[i].body);
        check_empty(reply, 400);
        assert_true(http_reply_has(reply, "X-Slack-No-Retry", "1"));
    }
    assert_int_equal(b.mock.count, 0);
    assert_int_equal(http_bench_stats(&b).refused, sizeof cases / sizeof *cases);
    assert_false(world_logged(&b.mock.world, "sesame"));
}

BENCH_TEST(odd_retry_headers_count_as_a_first_time)
{
    static const struct {
        const char *headers;
        int num;
        const char *reason;
    } cases[] = {
        {"X-Slack-Retry-Num: 3\r\nX-Slack-Retry-Reason: http_timeout\r\n", 3, "http_timeout"},
        {"x-slack-retry-num: 1\r\n", 1, ""},
        {"X-Slack-Retry-Num: 0\r\nX-Slack-Retry-Reason: http_error\r\n", 0, ""},
        {"X-Slack-Retry-Num: -1\r\n", 0, ""},
        {"X-Slack-Retry-Num: 99999999999999999999\r\n", 0, ""},
        {"X-Slack-Retry-Num: two\r\nX-Slack-Retry-Reason: http_error\r\n", 0, ""},
        {"X-Slack-Retry-Num:\r\n", 0, ""},
        {"X-Slack-Retry-Reason: http_error\r\n", 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_empty(exchange_signed(SLACK_REQUEST_JSON, cases[i].headers, EVENT), 200);
        assert_int_equal(b.mock.count, i + 1);
        assert_int_equal(b.mock.deliveries[i].retry_num, cases[i].num);
        assert_string_equal(b.mock.deliveries[i].retry_reason, cases[i].reason);
    }
}

BENCH_TEST(later_tells_when)
{
    b.mock.ack.outcome = SLACK_ACK_LATER;
    const http_reply_t *reply = exchange_signed(SLACK_REQUEST_JSON, "", EVENT);
    check_empty(reply, 503);
    assert_true(http_reply_has(reply, "Retry-After", "1"));
    size_t len;
    assert_null(http_reply_header(reply, "X-Slack-No-Retry", &len));
}

/* ---- allocations, and the end ---- */

BENCH_TEST(event_takes_few_allocations)
{
    check_empty(exchange_signed(SLACK_REQUEST_JSON, "", EVENT), 200); /* opens the connection */
    size_t len;
    char *request = slack_request_signed(SLACK_REQUEST_JSON, "", EVENT, strlen(EVENT), &len);
    for (int i = 0; i < 10; i++) {
        size_t before = heap_count();
        check_empty(http_bench_send(&b, request, len, (http_pieces_t){0}), 200);
        assert_in_range(heap_count() - before, 1, ALLOCATIONS_MAX);
    }
    free(request);
    assert_int_equal(http_bench_stats(&b).connections, 1);
    assert_int_equal(http_bench_stats(&b).delivered, 11);
    assert_int_equal(http_bench_stats(&b).acked, 11);
}

BENCH_TEST(drain_refuses_what_is_new)
{
    b.mock.script = MOCK_KEEP;
    size_t len;
    char *request = slack_request_signed(SLACK_REQUEST_JSON, "", EVENT, strlen(EVENT), &len);
    int taken = http_peer_send(b.slack, request, len, (http_pieces_t){0});
    mock_run_until_count(&b.mock, 1);
    mock_drain(&b.mock);
    assert_true(http_bench_send(&b, request, len, (http_pieces_t){0})->closed);
    assert_int_equal(b.mock.count, 1);
    assert_int_equal(mock_ack(&b.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), 0);
    const http_reply_t *reply = http_bench_wait(&b, taken);
    check_empty(reply, 200);
    assert_true(http_reply_has(reply, "Connection", "close"));
    free(request);
}

BENCH_TEST(figures_outlive_the_stop)
{
    http_bench_say(&b, "NOT HTTP\r\n\r\n");
    check_empty(exchange_plain("POST /", "", ""), 404);
    check_empty(exchange_signed(SLACK_REQUEST_JSON, "", EVENT), 200);
    slack_transport_stats_t before = http_bench_stats(&b);
    assert_int_equal(before.refused, 2);
    mock_stop(&b.mock);
    mock_run_until_state(&b.mock, SLACK_TRANSPORT_STOPPED);
    slack_transport_stats_t after = http_bench_stats(&b);
    assert_int_equal(after.refused, 2);
    assert_int_equal(after.delivered, before.delivered);
    assert_int_equal(after.acked, before.acked);
    assert_int_equal(after.connections, 0);
}

/* ---- options ---- */

BENCH_TEST(wrong_options_are_named)
{
    const slack_options_t good = b.options;
    slack_options_t options[15];
    static const char *const sentences[] = {
        "SLACK_SIGNING_SECRET is not set; the http transport needs it",
        "SLACK_SIGNING_SECRET is not set; the http transport needs it",
        "SLACK_SIGNING_SECRET is blank, has an empty secret",
        "SLACK_SIGNING_SECRET is blank, has an empty secret",
        "SLACK_SIGNING_SECRET holds a token, not the signing secret",
        "SLACK_SIGNING_SECRET holds a token, not the signing secret",
        "SLACK_HTTP_PORT (or PORT) is \"65536\"",
        "SLACK_HTTP_PORT (or PORT) is \"-1\"",
        "SLACK_HTTP_PORT (or PORT) is \"3000x\"",
        "SLACK_HTTP_PORT (or PORT) is \" \"",
        "SLACK_HTTP_PATH is \"slack/events\"",
        "SLACK_HTTP_PATH is \"/a b\"",
        "SLACK_HTTP_PATH is \"/a?b\"",
        "SLACK_HTTP_PATH is \"/\xc3\xa9\"",
        "SLACK_HTTP_PATH is \"/100%\"",
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        options[i] = good;
    options[0].signing_secret = NULL;
    options[1].signing_secret = "";
    options[2].signing_secret = " ";
    options[3].signing_secret = "sesame,";
    options[4].signing_secret = "xoxb-sesame";
    options[5].signing_secret = "xapp-1-sesame";
    options[6].http_port = "65536";
    options[7].http_port = "-1";
    options[8].http_port = "3000x";
    options[9].http_port = " ";
    options[10].http_path = "slack/events";
    options[11].http_path = "/a b";
    options[12].http_path = "/a?b";
    options[13].http_path = "/\xc3\xa9";
    options[14].http_path = "/100%";
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        slack_transport_t *t = NULL;
        char error[SLACK_ERROR_TEXT_MAX] = "";
        assert_int_equal(slack__transport_http.create(&t, &b.mock.host, &options[i], error),
                         SLACK_ECONFIG);
        assert_null(t);
        if (strncmp(error, sentences[i], strlen(sentences[i])) != 0) fail_msg("%s", error);
        assert_null(strstr(error, "sesame"));
    }
}

/* A second transport with these options does not start. */
static void check_no_start(const char *host, const char *port, int rc, const char *sentence)
{
    slack_options_t options = b.options;
    options.http_host = host;
    options.http_port = port;
    slack_transport_t *t;
    char error[SLACK_ERROR_TEXT_MAX];
    mock_host_t other;
    mock_host_open(&other);
    assert_int_equal(slack__transport_http.create(&t, &other.host, &options, error), 0);
    assert_int_equal(mock_start(&other, t), rc);
    assert_string_equal(other.error, sentence);
    mock_turns(&other, 10);
    assert_int_equal(other.states, 0);
    mock_destroy(&other, t);
    mock_host_close(&other);
}

BENCH_TEST(unusable_ports_are_named)
{
    char port[16], sentence[128];
    snprintf(port, sizeof port, "%u", http_bench_stats(&b).port);
    snprintf(sentence, sizeof sentence,
             "cannot listen on 127.0.0.1:%s: the port is in use; set SLACK_HTTP_PORT to another",
             port);
    check_no_start("127.0.0.1", port, SLACK_EIO, sentence);
    check_no_start("no address", "3000", SLACK_EINVAL,
                   "cannot listen on no address:3000: that is no address of this machine; see "
                   "SLACK_HTTP_HOST");
    check_no_start("192.0.2.1", "3000", SLACK_EIO,
                   "cannot listen on 192.0.2.1:3000: that is no address of this machine; see "
                   "SLACK_HTTP_HOST");
}

BENCH_TEST(second_start_is_refused)
{
    assert_int_equal(mock_start(&b.mock, b.t), SLACK_EALREADY);
}
