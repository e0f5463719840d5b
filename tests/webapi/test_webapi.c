/* SPDX-License-Identifier: MIT */
#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/peer.h"
#include "support/test.h"
#include "support/world.h"
#include "util/json.h"
#include "webapi/webapi.h"

#define TOKEN    "xoxb-123456789012-abcdefghijkl"
#define ENDS_MAX 512

/* The responses, in order. */
typedef struct ends {
    unsigned count;
    unsigned marks[ENDS_MAX]; /* user_data of each */
    int statuses[ENDS_MAX];
    char error[256]; /* the last one's other members */
    char text[256];
    int http_status;
    int64_t retry_after_s;
} ends_t;

static world_t world;
static slack_webapi_t *webapi;
static slack_client_t client;
static peer_t *peer;
static ends_t ends;
static bool closed;
static char request_text[8192]; /* the peer's last */

static void *mark(uintptr_t n)
{
    return (void *)n;
}

static void on_end(const slack_response_t *response, void *user_data)
{
    unsigned i = ends.count++ % ENDS_MAX;
    ends.marks[i] = (unsigned)(uintptr_t)user_data;
    ends.statuses[i] = slack_response_status(response);
    ends.http_status = slack_response_http_status(response);
    ends.retry_after_s = slack__response_retry_after_s(response);
    snprintf(ends.error, sizeof ends.error, "%s", slack_response_error(response));
    snprintf(ends.text, sizeof ends.text, "%s", slack_response_str(response, "/text"));
}

static int try_open(unsigned concurrency, unsigned timeout_ms, unsigned port)
{
    char api_url[64];
    snprintf(api_url, sizeof api_url, "http://127.0.0.1:%u/api/", port);
    const slack_webapi_options_t options = {
        .api_url = api_url, .concurrency = concurrency, .timeout_ms = timeout_ms};
    memset(&ends, 0, sizeof ends);
    closed = false;
    int rc = slack__webapi_new(&webapi, world.net, &options);
    if (rc == 0) client = (slack_client_t){.webapi = webapi, .token = TOKEN};
    return rc;
}

static void open_with(unsigned concurrency, unsigned timeout_ms, peer_fn fn)
{
    assert_true(world_open(&world));
    peer = peer_open(&world.loop, fn, NULL);
    assert_int_equal(try_open(concurrency, timeout_ms, peer_port(peer)), 0);
}

static void open_all(peer_fn fn)
{
    open_with(100, 10000, fn);
}

static void close_all(void)
{
    if (webapi) slack__webapi_close(webapi, world_set_flag, &closed);
    webapi = NULL;
    world_until(&world, closed);
    peer_close(peer);
    peer = NULL;
    world_close(&world);
    assert_false(world_logged(&world, "xoxb-"));
}

/* The state of a case is the answer of its peer. */
typedef struct answer {
    peer_fn fn;
} answer_t;

static int set_up(void **state)
{
    open_all(((const answer_t *)*state)->fn);
    return 0;
}

static int tear_down(void **state)
{
    if (webapi) close_all();
    return 0;
}

#define WEBAPI_TEST(function, answer)                                                              \
    static answer_t function##_answer = {answer};                                                  \
    TEST_CASE(function, set_up, tear_down, &function##_answer)
/* The case opens by itself. */
#define CLOSED(function) TEST_CASE(function, NULL, tear_down, NULL)

static void pass_s(unsigned seconds)
{
    world.mono_us += (uint64_t)seconds * 1000000;
    slack__net_clock_moved(world.net);
}

/* Run the clock a thousand times faster until so many calls have ended. */
static void fast_forward(unsigned want)
{
    for (int i = 0; i < 200000 && ends.count < want; i++) {
        pass_s(1);
        uv_run(&world.loop, UV_RUN_NOWAIT);
    }
    if (ends.count < want) fail_msg("%u of %u ended:\n%s", ends.count, want, world.log);
}

static void call(const char *method, uintptr_t n)
{
    assert_int_equal(slack_callf(&client, method, on_end, mark(n), "{n: %d}", (int)n), 0);
}

static unsigned n_of(const peer_request_t *request)
{
    return (unsigned)strtoul(request->body + 2, NULL, 10); /* "n=5" */
}

/* ---- one call ---- */

static void answer_ok(peer_t *p, const peer_request_t *request, void *user_data)
{
    snprintf(request_text, sizeof request_text, "%s", request->text);
    peer_answer(p, request->connection, 200,
                "Content-Type: application/json; charset=utf-8\r\nX-Slack-Req-Id: r1\r\n",
                "{\"ok\":true,\"text\":\"hi\",\"warning\":\"missing_charset\","
                "\"response_metadata\":{\"messages\":[\"[WARN] look\"]}}");
}

WEBAPI_TEST(test_success, answer_ok)
{
    int rc = slack_callf(&client, "chat.postMessage", on_end, mark(7),
                         "{channel: 'C1', text: %s, blocks: [{type: 'x'}], mrkdwn: false, a: null}",
                         "a&b=\xc3\xa4");
    assert_int_equal(rc, 0);
    assert_int_equal(ends.count, 0);
    world_until(&world, ends.count >= 1);
    assert_int_equal(ends.statuses[0], 0);
    assert_int_equal(ends.marks[0], 7);
    assert_int_equal(ends.http_status, 200);
    assert_string_equal(ends.error, "");
    assert_string_equal(ends.text, "hi");

    static const char first[] = "POST /api/chat.postMessage HTTP/1.1\r\n";
    assert_memory_equal(request_text, first, sizeof first - 1);
    assert_non_null(strstr(request_text, "\r\nAuthorization: Bearer " TOKEN "\r\n"));
    assert_non_null(strstr(
        request_text, "\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"));
    assert_non_null(strstr(request_text, "\r\nUser-Agent: slackapp/"));
    assert_string_equal(strstr(request_text, "\r\n\r\n") + 4,
                        "channel=C1&text=a%26b%3D%C3%A4&blocks=%5B%7B%22type%22%3A%22x%22%7D%5D"
                        "&mrkdwn=false");
    assert_non_null(strstr(world.log, "event=call method=chat.postMessage ms=0 tries=1 status=ok"));
    assert_non_null(strstr(world.log, "req_id=r1"));
    assert_non_null(strstr(world.log, "warning=missing_charset"));
    assert_non_null(strstr(world.log, "message=\"[WARN] look\""));
}

WEBAPI_TEST(test_no_arguments_and_no_token, answer_ok)
{
    client.token = "";
    assert_int_equal(slack__webapi_call(&client, "api.test", NULL, on_end, NULL), 0);
    world_until(&world, ends.count >= 1);
    assert_int_equal(ends.statuses[0], 0);
    assert_non_null(strstr(request_text, "\r\nContent-Length: 0\r\n"));
    assert_null(strstr(request_text, "Authorization"));
}

/* The workspace of an organization's token is added for methods that require one. */
WEBAPI_TEST(test_the_team_of_an_org_token, answer_ok)
{
    static const struct {
        const char *method, *args, *body;
    } cases[] = {
        {"conversations.list", "{\"limit\":5}", "limit=5&team_id=T1"},
        {"users.list", "{}", "team_id=T1"},
        {"bots.info", "{\"team_id\":\"T2\"}", "team_id=T2"},
        {"bots.info", "{\"team_id\":null,\"bot\":\"B1\"}", "bot=B1"},
        {"chat.postMessage", "{\"text\":\"x\"}", "text=x"},
        {"admin.users.list", "{\"limit\":5}", "limit=5"},
    };
    client.team_id = "T1";
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_arena_t *arena = slack__arena_new(0, 0);
        const slack_json_t *args;
        assert_int_equal(
            slack__json_parse(arena, cases[i].args, strlen(cases[i].args), &args, NULL), 0);
        assert_int_equal(slack_call(&client, cases[i].method, args, on_end, NULL), 0);
        world_until(&world, ends.count >= i + 1);
        assert_string_equal(strstr(request_text, "\r\n\r\n") + 4, cases[i].body);
        slack__arena_free(arena);
    }
    assert_int_equal(slack_callf(&client, "files.list", on_end, NULL, "{count: 1}"), 0);
    world_until(&world, ends.count >= sizeof cases / sizeof *cases + 1);
    assert_string_equal(strstr(request_text, "\r\n\r\n") + 4, "count=1&team_id=T1");
    client.team_id = NULL;
}

TEST(test_refused_submissions)
{
    open_with(1, 10000, answer_ok);
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *object, *array;
    assert_int_equal(slack__jsonf(arena, &object, NULL, "{}"), 0);
    assert_int_equal(slack__jsonf(arena, &array, NULL, "[]"), 0);

    char name[130] = "";
    memset(name, 'a', 129);
    const char *const bad[] = {NULL,  "",     "chat/x", "chat.postMessage?x",
                               "a b", "../x", "a\r\nb", name};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(slack_call(&client, bad[i], object, on_end, NULL), SLACK_EINVAL);
    assert_int_equal(slack_call(NULL, "api.test", object, on_end, NULL), SLACK_EINVAL);
    assert_int_equal(slack_call(&client, "api.test", NULL, on_end, NULL), SLACK_EINVAL);
    assert_int_equal(slack_call(&client, "api.test", array, on_end, NULL), SLACK_EINVAL);
    client.log = &world.logger;
    assert_int_equal(slack_callf(&client, "api.test", on_end, NULL, "{a: }"), SLACK_ETEMPLATE);
    assert_non_null(strstr(world.log, "at offset 4: correct the template"));
    client.log = NULL;
    static const char *const tokens[] = {"a\r\nX: y", "a b", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        client.token = tokens[i];
        assert_int_equal(slack_call(&client, "api.test", object, on_end, NULL), SLACK_EAUTH);
    }
    client.token = NULL;
    assert_int_equal(slack_call(&client, "api.test", object, on_end, NULL), SLACK_EAUTH);

    client.token = TOKEN;
    name[128] = '\0';
    assert_int_equal(slack_call(&client, name, object, on_end, NULL), 0);
    assert_int_equal(slack_call(&client, "api.test", object, on_end, NULL), SLACK_EBUSY);
    world_until(&world, ends.count >= 1);
    slack__arena_free(arena);
    close_all();
    assert_int_equal(ends.count, 1);
}

TEST(test_api_urls)
{
    static const char *const bad[] = {NULL, "", "http://slack.com/api/", "https://slack.com/api",
                                      "slack.com/api/"};
    assert_true(world_open(&world));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const slack_webapi_options_t options = {
            .api_url = bad[i], .concurrency = 1, .timeout_ms = 1000};
        assert_int_equal(slack__webapi_new(&webapi, world.net, &options), SLACK_EINVAL);
    }
    world_close(&world);
}

/* ---- failures ---- */

static const char *answer_body;
static int answer_status;

static void answer_fixed(peer_t *p, const peer_request_t *request, void *user_data)
{
    peer_answer(p, request->connection, answer_status, "", answer_body);
}

static void expect_failure(int http_status, const char *body, int status, const char *error)
{
    answer_status = http_status;
    answer_body = body;
    open_all(answer_fixed);
    call("chat.postMessage", 1);
    world_until(&world, ends.count >= 1);
    assert_int_equal(ends.statuses[0], status);
    assert_int_equal(ends.http_status, http_status);
    assert_string_equal(ends.error, error);
    assert_int_equal(peer_requests(peer), 1); /* none of these is repeated */
    close_all();
}

TEST(test_failures)
{
    expect_failure(200, "{\"ok\":false,\"error\":\"channel_not_found\"}", SLACK_EAPI,
                   "channel_not_found");
    expect_failure(200, "{\"ok\":false,\"error\":\"internal_error\"}", SLACK_EAPI,
                   "internal_error");
    expect_failure(500, "<html>oops</html>", SLACK_EHTTP, "HTTP 500");
    expect_failure(200, "", SLACK_EPROTO, "the answer is empty");
    expect_failure(200, "{\"ok\":tr", SLACK_EPROTO, "the answer is not JSON");
}

TEST(test_an_oversize_answer)
{
    char *body = malloc(((size_t)16 << 20) + 2);
    assert_non_null(body);
    memset(body, ' ', ((size_t)16 << 20) + 1);
    body[((size_t)16 << 20) + 1] = '\0';
    answer_status = 200;
    answer_body = body;
    open_all(answer_fixed);
    call("users.list", 1);
    world_until(&world, ends.count >= 1);
    assert_int_equal(ends.statuses[0], SLACK_ETOOBIG);
    assert_int_equal(peer_requests(peer), 1);
    close_all();
    free(body);
}

static void answer_nothing(peer_t *p, const peer_request_t *request, void *user_data)
{
}

CLOSED(test_a_slow_answer)
{
    open_with(10, 50, answer_nothing);
    call("chat.postMessage", 1);
    world_until(&world, ends.count >= 1);
    assert_int_equal(ends.statuses[0], SLACK_ETIMEDOUT);
    assert_int_equal(peer_requests(peer), 1); /* the message may have been posted */
}

static void answer_hang_up(peer_t *p, const peer_request_t *request, void *user_data)
{
    peer_hang_up(p, request->connection);
}

WEBAPI_TEST(test_a_lost_answer, answer_hang_up)
{
    call("chat.postMessage", 1);
    world_until(&world, ends.count >= 1);
    assert_int_equal(ends.statuses[0], SLACK_ECLOSED);
    assert_int_equal(peer_requests(peer), 1);
}

WEBAPI_TEST(test_connection_refused, answer_nothing)
{
    peer_close(peer);
    peer = NULL;
    world_turn(&world);
    call("chat.postMessage", 1);
    fast_forward(1);
    assert_int_equal(ends.statuses[0], SLACK_ECONNECT);
    assert_int_equal(ends.http_status, 0);
    assert_int_equal(world_log_count(&world, "trying again"), SLACK_CALL_TRIES - 1);
    assert_non_null(strstr(world.log, "tries=5 status=SLACK_ECONNECT"));
}

/* ---- limits ---- */

#define LIMITED "{\"ok\":false,\"error\":\"ratelimited\"}"

/* Refuses the first call of "slow.method". */
static void answer_limited_once(peer_t *p, const peer_request_t *request, void *user_data)
{
    static bool refused;
    if (request->number == 1) refused = false;
    if (!refused && strstr(request->text, "/api/slow.method ")) {
        refused = true;
        peer_answer(p, request->connection, 429, "Retry-After: 30\r\n", LIMITED);
    } else {
        answer_ok(p, request, user_data);
    }
}

WEBAPI_TEST(test_retry_after, answer_limited_once)
{
    call("slow.method", 1);
    world_until(&world, world_logged(&world, "rate limited"));

    /* Another method, and the method with another token, are not delayed. */
    call("fast.method", 2);
    slack_client_t other = {.webapi = webapi, .token = "xoxb-other"};
    assert_int_equal(slack_callf(&other, "slow.method", on_end, mark(3), "{n: 3}"), 0);
    world_until(&world, ends.count >= 2);
    assert_int_equal(peer_requests(peer), 3);

    call("slow.method", 4); /* it waits behind the first */
    pass_s(29);
    world_turn(&world);
    assert_int_equal(peer_requests(peer), 3);
    pass_s(1);
    world_until(&world, ends.count >= 4);
    assert_int_equal(ends.marks[2], 1);
    assert_int_equal(ends.marks[3], 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ends.statuses[i], 0);
    assert_int_equal(peer_requests(peer), 5);

    call("slow.method", 5); /* the lane is gone: the call is sent at once */
    world_until(&world, ends.count >= 5);
}

/* The clock stands still: the number of requests at 0 s, 1 s, ... */
static void expect_requests(unsigned second, unsigned requests)
{
    for (int i = 0; i < 20; i++)
        world_turn(&world);
    if (peer_requests(peer) != requests)
        fail_msg("second %u: %u requests, not %u", second, peer_requests(peer), requests);
}

static const char *retry_after_line, *retry_after_body;
static int retry_after_status;

static void answer_later(peer_t *p, const peer_request_t *request, void *user_data)
{
    peer_answer(p, request->connection, retry_after_status, retry_after_line, retry_after_body);
}

/* A Retry-After that is not a time in the future is ignored: the pause starts at one second and
 * doubles. */
TEST(test_a_retry_after_that_names_no_time)
{
    static const char *const lines[] = {
        "Retry-After: 0\r\n",   "Retry-After:\r\n",      "Retry-After: NaN\r\n",
        "Retry-After: -30\r\n", "retry-after: soon\r\n", "",
    };
    static const unsigned requests[] = {1, 2, 2, 3, 3, 3, 3, 4, 4};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        retry_after_line = lines[i];
        retry_after_status = *lines[i] ? 200 : 429;
        retry_after_body = "{\"ok\":false,\"error\":\"rate_limited\"}";
        open_all(answer_later);
        call("chat.postMessage", 1);
        for (unsigned s = 0; s < sizeof requests / sizeof *requests; s++) {
            world_until(&world, peer_requests(peer) >= requests[s]);
            expect_requests(s, requests[s]);
            pass_s(1);
        }
        fast_forward(1);
        assert_int_equal(ends.statuses[0], SLACK_EAPI);
        assert_int_equal(peer_requests(peer), SLACK_CALL_TRIES);
        close_all();
    }
}

/* The call is not lost in a pause of days or of an overflow. */
TEST(test_a_huge_retry_after)
{
    static const char *const lines[] = {
        "Retry-After: 86400\r\n",
        "Retry-After: 99999999999999999999\r\n",
        "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        retry_after_line = lines[i];
        retry_after_status = 429;
        retry_after_body = "";
        open_all(answer_later);
        call("chat.postMessage", 1);
        world_until(&world, world_logged(&world, "wait_s=3600"));
        pass_s(3599);
        expect_requests(3599, 1);
        pass_s(1);
        world_until(&world, peer_requests(peer) >= 2);
        close_all();
    }
}

static void answer_always_limited(peer_t *p, const peer_request_t *request, void *user_data)
{
    peer_answer(p, request->connection, 429, "", "rate limited");
}

WEBAPI_TEST(test_limited_for_good, answer_always_limited)
{
    call("chat.postMessage", 1);
    call("chat.update", 2);
    fast_forward(2);
    assert_int_equal(ends.statuses[0], SLACK_EHTTP);
    assert_string_equal(ends.error, "HTTP 429");
    assert_int_equal(ends.retry_after_s, -1);
    assert_int_equal(peer_requests(peer), 2 * SLACK_CALL_TRIES);
}

/* A transport has pauses of its own, so its call fails at once. */
WEBAPI_TEST(test_once, answer_always_limited)
{
    client.once = true;
    call("apps.connections.open", 1);
    world_until(&world, ends.count >= 1);
    assert_int_equal(ends.statuses[0], SLACK_EHTTP);
    assert_int_equal(peer_requests(peer), 1);
}

/* One message per second, the limit of a channel; everything more is refused. */
static unsigned order[64], order_count;

static void answer_one_per_second(peer_t *p, const peer_request_t *request, void *user_data)
{
    static uint64_t free_at_us;
    if (request->number == 1) {
        free_at_us = 0;
        order_count = 0;
    }
    if (world.mono_us < free_at_us) {
        peer_answer(p, request->connection, 429, "Retry-After: 1\r\n", LIMITED);
        return;
    }
    free_at_us = world.mono_us + 1000000;
    order[order_count++ % 64] = n_of(request);
    peer_answer(p, request->connection, 200, "", "{\"ok\":true}");
}

WEBAPI_TEST(test_a_burst_comes_through, answer_one_per_second)
{
    for (unsigned n = 0; n < 40; n++)
        call("chat.postMessage", n);
    for (int i = 0; i < 20000 && ends.count < 40; i++) {
        if (i % 20 == 0) pass_s(1); /* so that responses arrive between two seconds */
        uv_run(&world.loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(ends.count, 40);
    for (int i = 0; i < 40; i++)
        assert_int_equal(ends.statuses[i], 0);
    for (unsigned i = 2; i < 40; i++) /* from now on in order */
        assert_true(order[i] > order[i - 1]);
}

/* ---- who is told ---- */

static unsigned begun, ended;
static int end_status;

static void begin(slack_client_t *c)
{
    begun++;
}

static void end(slack_client_t *c, const slack_response_t *response)
{
    ended++;
    end_status = slack_response_status(response);
}

CLOSED(test_calls_without_a_callback)
{
    answer_status = 200;
    answer_body = "{\"ok\":false,\"error\":\"not_in_channel\"}";
    open_all(answer_fixed);
    begun = ended = 0;
    client.begin = begin;
    client.end = end;
    assert_int_equal(slack_callf(&client, "chat.postMessage", NULL, NULL, "{a: 1}"), 0);
    assert_int_equal(begun, 1);
    assert_int_equal(ended, 0);
    assert_int_equal(slack_callf(&client, "no/method", NULL, NULL, "{}"), SLACK_EINVAL);
    call("chat.postMessage", 1); /* has a callback: not the client's business */
    world_until(&world, ended >= 1);
    world_until(&world, ends.count >= 1);
    assert_int_equal(begun, 1);
    assert_int_equal(ended, 1);
    assert_int_equal(end_status, SLACK_EAPI);
    assert_null(strstr(world.log, "call failed"));

    client.begin = NULL;
    assert_int_equal(slack_callf(&client, "chat.postMessage", NULL, NULL, "{a: 1}"), 0);
    world_until(&world, world_logged(&world, "call failed"));
    assert_non_null(strstr(
        world.log, "level=warn event=\"call failed\" method=chat.postMessage error=SLACK_EAPI "
                   "reason=\"not_in_channel: invite the bot to the channel\""));
    assert_int_equal(ended, 1);
}

/* ---- response URLs ---- */

static int respond(const char *path)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", peer_port(peer), path);
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *message;
    assert_int_equal(slack__jsonf(arena, &message, NULL, "{text: 'h\xc3\xa4'}"), 0);
    int rc = slack__webapi_respond(&client, url, message, on_end, NULL);
    slack__arena_free(arena);
    return rc;
}

static void answer_url(peer_t *p, const peer_request_t *request, void *user_data)
{
    snprintf(request_text, sizeof request_text, "%s", request->text);
    if (strstr(request->text, "/used"))
        peer_answer(p, request->connection, 404, "", "{\"ok\":false,\"error\":\"used_url\"}");
    else if (strstr(request->text, "/busy") && request->number == 3)
        peer_answer(p, request->connection, 429, "Retry-After: 5\r\n", "");
    else
        peer_answer(p, request->connection, 200, "", "ok");
}

TEST(test_respond)
{
    open_all(answer_url);
    assert_int_equal(respond("/response/secret"), 0);
    world_until(&world, ends.count >= 1);
    assert_int_equal(ends.statuses[0], 0);
    assert_memory_equal(request_text, "POST /response/secret HTTP/1.1\r\n", 32);
    assert_null(strstr(request_text, "Authorization"));
    assert_non_null(strstr(request_text, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
    assert_string_equal(strstr(request_text, "\r\n\r\n") + 4, "{\"text\":\"h\xc3\xa4\"}");

    assert_int_equal(respond("/response/used"), 0);
    world_until(&world, ends.count >= 2);
    assert_int_equal(ends.statuses[1], SLACK_ESPENT);
    assert_int_equal(ends.http_status, 404);
    assert_string_equal(ends.error, "used_url");

    assert_int_equal(respond("/response/busy"), 0);
    fast_forward(3);
    assert_int_equal(ends.statuses[2], 0);
    assert_int_equal(peer_requests(peer), 4);

    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *message;
    assert_int_equal(slack__jsonf(arena, &message, NULL, "{}"), 0);
    assert_int_equal(slack__webapi_respond(&client, "https://evil.test/", message, on_end, NULL),
                     SLACK_EINVAL);
    assert_int_equal(slack__webapi_respond(&client, NULL, message, on_end, NULL), SLACK_EINVAL);
    assert_int_equal(
        slack__webapi_respond(&client, "https://hooks.slack.com/x", NULL, on_end, NULL),
        SLACK_EINVAL);
    slack__arena_free(arena);
    assert_null(strstr(world.log, "/response/"));
    close_all();
    assert_int_equal(ends.count, 3);
}

/* ---- many, and the end ---- */

WEBAPI_TEST(test_concurrent, answer_ok)
{
    for (unsigned n = 0; n < 100; n++)
        call("chat.postMessage", n);
    world_until(&world, ends.count >= 100);
    bool told[100] = {false};
    for (int i = 0; i < 100; i++) {
        assert_int_equal(ends.statuses[i], 0);
        assert_false(told[ends.marks[i]]);
        told[ends.marks[i]] = true;
    }
    assert_int_equal(peer_requests(peer), 100);
}

/* Calls in flight and queued calls all end, and none inside the close. */
TEST(test_close_cancels)
{
    open_all(answer_limited_once);
    call("slow.method", 0);
    world_until(&world, world_logged(&world, "rate limited"));
    for (unsigned n = 1; n < 5; n++)
        call("slow.method", n);
    for (unsigned n = 5; n < 10; n++)
        call("fast.method", n);
    begun = ended = 0;
    client.begin = begin;
    client.end = end;
    assert_int_equal(slack_callf(&client, "slow.method", NULL, NULL, "{}"), 0);
    slack__webapi_close(webapi, world_set_flag, &closed);
    assert_int_equal(ends.count, 0);
    assert_int_equal(slack_callf(&client, "fast.method", on_end, NULL, "{}"), SLACK_ECANCELED);
    webapi = NULL;
    close_all();
    assert_int_equal(ends.count, 10);
    for (int i = 0; i < 10; i++)
        assert_int_equal(ends.statuses[i], SLACK_ECANCELED);
    assert_int_equal(ended, 1);
    assert_int_equal(end_status, SLACK_ECANCELED);
}

static void call_and_close(const slack_response_t *response, void *user_data)
{
    on_end(response, user_data);
    if (!webapi) return;
    call("fast.method", 99);
    slack__webapi_close(webapi, world_set_flag, &closed);
    webapi = NULL;
}

TEST(test_close_inside_a_callback)
{
    open_all(answer_ok);
    for (uintptr_t n = 0; n < 5; n++)
        assert_int_equal(slack_callf(&client, "a.b", call_and_close, mark(n), "{n: 1}"), 0);
    world_until(&world, closed);
    close_all();
    assert_int_equal(ends.count, 6);
}

/* At the limit, a call inside the callback has room again. */
static void call_again(const slack_response_t *response, void *user_data)
{
    on_end(response, user_data);
    if (ends.count < 50)
        assert_int_equal(slack_callf(&client, "a.b", call_again, NULL, "{n: 1}"), 0);
}

CLOSED(test_a_chain_of_calls)
{
    open_with(1, 10000, answer_ok);
    assert_int_equal(slack_callf(&client, "a.b", call_again, NULL, "{n: 1}"), 0);
    world_until(&world, ends.count >= 50);
    assert_int_equal(peer_connections(peer), 1);
}

/* ---- memory ---- */

static void answer_busy_then_ok(peer_t *p, const peer_request_t *request, void *user_data)
{
    if (request->number % 2)
        peer_answer(p, request->connection, 429, "Retry-After: 1\r\n", LIMITED);
    else
        answer_ok(p, request, user_data);
}

static int call_once(void *ctx)
{
    if (!world_open(&world)) return SLACK_ENOMEM;
    peer = peer_open(&world.loop, answer_busy_then_ok, NULL);
    int rc = try_open(10, 10000, peer_port(peer));
    if (rc != 0) {
        peer_close(peer);
        world_close(&world);
        return rc;
    }
    rc = slack_callf(&client, "chat.postMessage", on_end, NULL, "{text: %s}", "hi");
    if (rc == 0) {
        fast_forward(1);
        rc = ends.statuses[0];
    }
    close_all();
    return rc;
}

TEST(test_allocations)
{
    assert_true(alloc_fail_each(call_once, NULL) > 5);
}

TEST(test_secrets_are_wiped)
{
    heap_watch("abcdefghijkl"); /* of the token */
    assert_int_equal(call_once(NULL), 0);
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
}
