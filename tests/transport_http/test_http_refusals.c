/* SPDX-License-Identifier: MIT */
#include "support/http_bench.h"
#include "support/raw.h"
#include "support/test.h"

/* The log has one line for each refused request, with the reason and the path and nothing else of
 * the request. Of a flood it has the number. */

#define HEAD(line) line " HTTP/1.1\r\nHost: x\r\nCookie: sesame\r\n"
#define BODY       "Content-Length: 6\r\n\r\nsesame"
#define POST       HEAD("POST /slack/events?token=sesame")
#define ZEROS      "0000000000000000000000000000000000000000000000000000000000000000"

static http_bench_t b;

static void start(void)
{
    http_bench_open(&b);
    b.options.http_limits.header_ms = 40;
    b.options.http_limits.target_bytes = 200;
    b.options.http_limits.memory_bytes = 1;
    http_bench_start(&b);
}

TEST(each_status_is_told_once)
{
    static const struct {
        int status;
        const char *bytes;
        const char *reason; /* what follows the status in the log */
    } cases[] = {
        {400, POST "Content-Length: sesame\r\n\r\n", "reason="},
        {400, POST "Transfer-Encoding: chunked\r\n" BODY, "reason="},
        {401, POST BODY, "reason=\"signature or timestamp header is missing\" peer=127.0.0.1"},
        {401,
         POST "X-Slack-Request-Timestamp: " SLACK_REQUEST_TIME "\r\nX-Slack-Signature: v0=" ZEROS
              "\r\n" BODY,
         "reason=\"signature does not match SLACK_SIGNING_SECRET\" peer=127.0.0.1"},
        {404, HEAD("POST /elsewhere?token=sesame") BODY,
         "reason=\"no such path, see SLACK_HTTP_PATH\" peer=127.0.0.1 path=/elsewhere"},
        {405, HEAD("PUT /slack/events?token=sesame") BODY,
         "reason=\"not a POST\" peer=127.0.0.1 path=/slack/events"},
        {408, POST "X: sesame", "reason=\"the request takes too long\" peer=127.0.0.1"},
        {413, POST "Content-Length: 99999999\r\n\r\nsesame",
         "reason=\"body too long\" peer=127.0.0.1"},
        {414, HEAD("POST /sesame" ZEROS ZEROS ZEROS ZEROS) BODY,
         "reason=\"target too long\" peer=127.0.0.1"},
        {417, POST "Expect: sesame\r\n" BODY, "reason=expectation peer=127.0.0.1"},
        {431, NULL, "reason=\"headers too long\" peer=127.0.0.1"},
        {501, HEAD("SESAME /sesame") BODY, "reason="},
        {501, POST "Transfer-Encoding: sesame\r\n\r\n",
         "reason=\"transfer coding\" peer=127.0.0.1"},
        {503, "", "reason=\"too much is being received\" peer=127.0.0.1"},
        {505, "POST /slack/events HTTP/3.7\r\nHost: x\r\n" BODY, "reason="},
    };
    static char long_head[20000], long_body[200000];
    snprintf(long_head, sizeof long_head, POST "X: sesame%17000s", "");
    memset(long_head + strlen(POST "X: sesame"), 'x', 17000);
    int n = snprintf(long_body, sizeof long_body,
                     HEAD("POST /elsewhere") "Content-Length: 199000\r\n\r\nsesame");
    memset(long_body + n, 'x', sizeof long_body - 1 - (size_t)n);
    start();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[200];
        const char *bytes = cases[i].bytes ? cases[i].bytes : long_head;
        world_forget_log(&b.mock.world);
        const uint64_t before = http_bench_stats(&b).refused;
        const http_reply_t *reply = http_bench_say(&b, *bytes ? bytes : long_body);
        snprintf(line, sizeof line, "level=warn event=\"request refused\" status=%d %s",
                 cases[i].status, cases[i].reason);
        if (!reply->done || reply->status != cases[i].status)
            fail_msg("%zu: %d, not %d", i, reply->status, cases[i].status);
        if (world_log_count(&b.mock.world, line) != 1 || world_log_count(&b.mock.world, "") != 1)
            fail_msg("not one %s, but: %s", line, b.mock.world.log);
        assert_int_equal(world_log_count(&b.mock.world, "sesame"), 0);
        assert_int_equal(world_log_count(&b.mock.world, SLACK_REQUEST_SECRET), 0);
        assert_int_equal(http_bench_stats(&b).refused, before + 1);
        b.mock.world.mono_us += SLACK_LOG_LIMIT_SPAN_MS * 1000;
    }
    http_bench_close(&b);
}

/* A flood causes a limited number of lines, then one with the number of the rest. */
TEST(flood_is_a_number)
{
    start();
    world_forget_log(&b.mock.world);
    for (int i = 0; i < 500; i++)
        http_bench_say(&b, i % 2 ? "NOT HTTP\r\n\r\n" : HEAD("GET /") "\r\n");
    assert_int_equal(world_log_count(&b.mock.world, "event=\"request refused\""),
                     SLACK_LOG_LIMIT_LINES);
    assert_int_equal(world_log_count(&b.mock.world, ""), SLACK_LOG_LIMIT_LINES);
    assert_int_equal(http_bench_stats(&b).refused, 500);
    b.mock.world.mono_us += SLACK_LOG_LIMIT_SPAN_MS * 1000;
    slack__log_left_out(&b.mock.world.logger, false);
    assert_int_equal(world_log_count(&b.mock.world, "of=\"request refused\" count=480 "), 1);
    assert_int_equal(world_log_count(&b.mock.world, ""), SLACK_LOG_LIMIT_LINES + 1);
    http_bench_close(&b);
}

/* The same for connections beyond the limit. */
TEST(crowd_is_a_number)
{
    http_bench_open(&b);
    b.options.http_limits.connections = 1;
    b.mock.script = MOCK_KEEP;
    http_bench_start(&b);
    /* A connection with a request under way is not closed for a new one. */
    size_t len;
    char *bytes = slack_request_make(&(signed_request_t){.body = "{\"event\":{}}"}, &len);
    http_peer_send(b.slack, bytes, len, (http_pieces_t){0});
    free(bytes);
    mock_run_until_count(&b.mock, 1);
    world_forget_log(&b.mock.world);
    for (int i = 0; i < 100; i++)
        assert_true(http_bench_say(&b, HEAD("GET /") "\r\n")->closed);
    assert_int_equal(world_log_count(&b.mock.world,
                                     "event=\"connection refused\" reason=\"too many\" "
                                     "connections=1 peer=127.0.0.1"),
                     SLACK_LOG_LIMIT_LINES);
    assert_int_equal(world_log_count(&b.mock.world, ""), SLACK_LOG_LIMIT_LINES);
    http_bench_close(&b);
    slack__log_left_out(&b.mock.world.logger, true);
    assert_int_equal(world_log_count(&b.mock.world, "of=\"connection refused\" count=80 "), 1);
}

/* A stranger makes room before a peer that has sent a verified request, however long that peer has
 * been idle. A request that has arrived before, or of which nobody knows that, may have been
 * captured, and makes no peer known. */
TEST(a_captured_request_is_a_strangers)
{
    static const struct {
        const char *body;
        bool known, captured;
    } cases[] = {
        {"{\"event\":{}}", false, false},
        {"{\"event\":{}}", true, true},
        {"{\"type\":\"block_suggestion\"}", false, true},
        {"{\"type\":\"dialog_suggestion\"}", false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bool captured = cases[i].captured;
        raw_t sender, stranger, next;
        size_t len;
        http_bench_open(&b);
        b.options.http_limits.connections = 2;
        b.mock.script = MOCK_KEEP;
        http_bench_start(&b);
        char *bytes = slack_request_make(&(signed_request_t){.body = cases[i].body}, &len);
        raw_connect(&sender, &b.mock.world, http_bench_stats(&b).port);
        raw_send(&sender, bytes, len);
        free(bytes);
        mock_run_until_count(&b.mock, 1);
        b.mock.deliveries[0].d->known = cases[i].known;
        assert_int_equal(mock_ack(&b.mock, 0, SLACK_ACK_OK, SLACK_ACK_BODY_NONE, NULL), 0);
        raw_until(&sender, "200");
        b.mock.world.mono_us += 1000;
        raw_connect(&stranger, &b.mock.world, http_bench_stats(&b).port);
        world_until(&b.mock.world, http_bench_stats(&b).connections == 2);
        raw_connect(&next, &b.mock.world, http_bench_stats(&b).port);
        raw_until_eof(captured ? &sender : &stranger);
        raw_close(&sender);
        raw_close(&stranger);
        raw_close(&next);
        http_bench_close(&b);
    }
}
