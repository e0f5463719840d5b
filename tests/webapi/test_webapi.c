/* SPDX-License-Identifier: MIT */
#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/webapi_fixture.h"
#include "webapi/response.h"
#include "util/json.h"

/* ---- one call ---- */

WEBAPI_TEST(test_success, wf_answer_ok)
{
    int rc = slack_callf(&wf.client, "chat.postMessage", wf_end, (void *)7,
                         "{channel: 'C1', text: %s, blocks: [{type: 'x'}], mrkdwn: false, a: null}",
                         "a&b=\xc3\xa4");
    assert_int_equal(rc, 0);
    assert_int_equal(wf.ends.count, 0);
    world_until(&wf.world, wf.ends.count >= 1);
    assert_int_equal(wf.ends.statuses[0], 0);
    assert_int_equal(wf.ends.marks[0], 7);
    assert_int_equal(wf.ends.http_status, 200);
    assert_string_equal(wf.ends.error, "");
    assert_string_equal(wf.ends.text, "hi");

    static const char first[] = "POST /api/chat.postMessage HTTP/1.1\r\n";
    assert_memory_equal(wf.request, first, sizeof first - 1);
    assert_non_null(strstr(wf.request, "\r\nAuthorization: Bearer " WF_TOKEN "\r\n"));
    assert_non_null(strstr(
        wf.request, "\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"));
    assert_non_null(strstr(wf.request, "\r\nUser-Agent: slackapp/"));
    assert_string_equal(strstr(wf.request, "\r\n\r\n") + 4,
                        "channel=C1&text=a%26b%3D%C3%A4&blocks=%5B%7B%22type%22%3A%22x%22%7D%5D"
                        "&mrkdwn=false");
    assert_non_null(
        strstr(wf.world.log, "event=call method=chat.postMessage ms=0 tries=1 status=ok"));
    assert_non_null(strstr(wf.world.log, "req_id=r1"));
    assert_non_null(strstr(wf.world.log, "warning=\"missing_charset, [WARN] look\""));
}

/* The log has each warning once for each method, and all unknown methods count as one. */
WEBAPI_TEST(test_warnings_are_logged_once, wf_answer_ok)
{
    static const char *const methods[] = {"stars.list", "new.one", "stars.list", "new.two"};
    for (unsigned i = 0; i < 4; i++) {
        wf_call(methods[i], i);
        world_until(&wf.world, wf.ends.count > i);
    }
    assert_int_equal(world_log_count(&wf.world, "level=warn event=\"call warned\""), 2);
    assert_int_equal(world_log_count(&wf.world,
                                     "method=stars.list hint=\"Slack may remove it: see "
                                     "https://docs.slack.dev/reference/methods/stars.list"),
                     1);
}

WEBAPI_TEST(test_no_arguments_and_no_token, wf_answer_ok)
{
    wf.client.token = NULL;
    assert_int_equal(slack__webapi_call(&wf.client, "api.test", NULL, wf_end, NULL), 0);
    world_until(&wf.world, wf.ends.count >= 1);
    assert_int_equal(wf.ends.statuses[0], 0);
    assert_non_null(strstr(wf.request, "\r\nContent-Length: 0\r\n"));
    assert_null(strstr(wf.request, "Authorization"));
}

/* The workspace of an organization's token is added for methods that require one. */
WEBAPI_TEST(test_the_team_of_an_org_token, wf_answer_ok)
{
    static const struct {
        const char *method, *args, *body;
    } cases[] = {
        {"conversations.list", "{\"limit\":5}", "limit=5&team_id=T1"},
        {"users.list", "{}", "team_id=T1"},
        {"bots.info", "{\"team_id\":\"T2\"}", "team_id=T2"},
        {"bots.info", "{\"team_id\":null,\"bot\":\"B1\"}", "bot=B1"},
        {"chat.meMessage", "{\"channel\":1,\"text\":\"x\"}", "channel=1&text=x"},
        {"admin.users.list", "{\"limit\":5}", "limit=5"},
    };
    wf.client.team_id = "T1";
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_arena_t *arena = slack__arena_new(0, 0);
        const slack_json_t *args;
        assert_int_equal(
            slack__json_parse(arena, cases[i].args, strlen(cases[i].args), &args, NULL), 0);
        assert_int_equal(slack_call(&wf.client, slack_request(cases[i].method, args), wf_end, NULL),
                         0);
        world_until(&wf.world, wf.ends.count >= i + 1);
        assert_string_equal(strstr(wf.request, "\r\n\r\n") + 4, cases[i].body);
        slack__arena_free(arena);
    }
    assert_int_equal(slack_callf(&wf.client, "files.list", wf_end, NULL, "{count: 1}"), 0);
    world_until(&wf.world, wf.ends.count >= sizeof cases / sizeof *cases + 1);
    assert_string_equal(strstr(wf.request, "\r\n\r\n") + 4, "count=1&team_id=T1");
    wf.client.team_id = NULL;
}

TEST(test_refused_submissions)
{
    wf_open(1, 10000, wf_answer_ok);
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *object, *array;
    assert_int_equal(slack__jsonf(arena, &object, NULL, "{}"), 0);
    assert_int_equal(slack__jsonf(arena, &array, NULL, "[]"), 0);

    char name[130] = "";
    memset(name, 'a', 129);
    const char *const bad[] = {
        NULL, "", "chat/x", "chat.postMessage?x", "a b", "../x", "a\r\nb", name, ".", "..", "a."};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(slack_call(&wf.client, slack_request(bad[i], object), wf_end, NULL),
                         SLACK_EINVAL);
    assert_int_equal(slack_call(NULL, slack_request("api.test", object), wf_end, NULL),
                     SLACK_EINVAL);
    assert_int_equal(slack_call(&wf.client, slack_request("api.test", NULL), wf_end, NULL),
                     SLACK_EINVAL);
    assert_int_equal(slack_call(&wf.client, slack_request("api.test", array), wf_end, NULL),
                     SLACK_EINVAL);
    wf.client.log = &wf.world.logger;
    assert_int_equal(slack_callf(&wf.client, "api.test", wf_end, NULL, "{a: }"), SLACK_ETEMPLATE);
    assert_non_null(strstr(wf.world.log, "a value is missing, at offset 4: correct the template"));
    const slack_json_t *bad_value = slack__json_failed(arena, SLACK_ETOOBIG, "it nests too deeply");
    assert_int_equal(slack_callf(&wf.client, "api.test", wf_end, NULL, "{a: %p}", bad_value),
                     SLACK_ETOOBIG);
    assert_true(world_logged(&wf.world, "reason=\"it nests too deeply\""));
    wf.client.log = NULL;
    static const char *const tokens[] = {"a\r\nX: y", "a b", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        wf.client.token = tokens[i];
        assert_int_equal(slack_call(&wf.client, slack_request("api.test", object), wf_end, NULL),
                         SLACK_EAUTH);
    }
    wf.client.token = "";
    assert_int_equal(slack_call(&wf.client, slack_request("api.test", object), wf_end, NULL),
                     SLACK_EAUTH);

    wf.client.token = WF_TOKEN;
    name[128] = '\0';
    assert_int_equal(slack_call(&wf.client, slack_request(name, object), wf_end, NULL), 0);
    assert_int_equal(slack_call(&wf.client, slack_request("api.test", object), wf_end, NULL),
                     SLACK_EBUSY);
    world_until(&wf.world, wf.ends.count >= 1);
    slack__arena_free(arena);
    wf_close();
    assert_int_equal(wf.ends.count, 1);
}

TEST(test_api_urls)
{
    static const char *const bad[] = {NULL, "", "http://slack.com/api/", "https://slack.com/api",
                                      "slack.com/api/"};
    assert_true(world_open(&wf.world));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const slack_webapi_options_t options = {
            .api_url = bad[i], .concurrency = 1, .timeout_ms = 1000};
        assert_int_equal(slack__webapi_new(&wf.webapi, wf.world.net, &options), SLACK_EINVAL);
    }
    world_close(&wf.world);
}

/* ---- failures ---- */

static const char *answer_body;
static int answer_status;

static void answer_fixed(peer_t *p, const peer_request_t *request, void *user_data)
{
    peer_answer(p, request->connection, answer_status, "", answer_body);
}

/* None of these calls is repeated. */
TEST(test_failures)
{
    static const struct {
        int http_status;
        const char *body;
        int status;
        const char *error;
    } cases[] = {
        {200, "{\"ok\":false,\"error\":\"channel_not_found\"}", SLACK_EAPI, "channel_not_found"},
        {200, "{\"ok\":false,\"error\":\"internal_error\"}", SLACK_EAPI, "internal_error"},
        {500, "<html>oops</html>", SLACK_EHTTP, "HTTP 500"},
        {200, "", SLACK_EPROTO, "the answer is empty"},
        {200, "{\"ok\":tr", SLACK_EPROTO, "the answer is not JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        answer_status = cases[i].http_status;
        answer_body = cases[i].body;
        wf_open(100, 10000, answer_fixed);
        wf_call("chat.postMessage", 1);
        world_until(&wf.world, wf.ends.count >= 1);
        assert_int_equal(wf.ends.statuses[0], cases[i].status);
        assert_int_equal(wf.ends.http_status, cases[i].http_status);
        assert_string_equal(wf.ends.error, cases[i].error);
        assert_int_equal(peer_requests(wf.peer), 1);
        wf_close();
    }
}

TEST(test_an_oversize_answer)
{
    char *body = malloc(((size_t)16 << 20) + 2);
    assert_non_null(body);
    memset(body, ' ', ((size_t)16 << 20) + 1);
    body[((size_t)16 << 20) + 1] = '\0';
    answer_status = 200;
    answer_body = body;
    wf_open(100, 10000, answer_fixed);
    wf_call("users.list", 1);
    world_until(&wf.world, wf.ends.count >= 1);
    assert_int_equal(wf.ends.statuses[0], SLACK_ETOOBIG);
    assert_int_equal(peer_requests(wf.peer), 1);
    wf_close();
    free(body);
}

static void answer_nothing(peer_t *p, const peer_request_t *request, void *user_data)
{
}

CLOSED(test_a_slow_answer)
{
    wf_open(10, 50, answer_nothing);
    wf_call("chat.postMessage", 1);
    world_until(&wf.world, wf.ends.count >= 1);
    assert_int_equal(wf.ends.statuses[0], SLACK_ETIMEDOUT);
    assert_int_equal(peer_requests(wf.peer), 1); /* the message may have been posted */
}

static void answer_hang_up(peer_t *p, const peer_request_t *request, void *user_data)
{
    peer_hang_up(p, request->connection);
}

WEBAPI_TEST(test_a_lost_answer, answer_hang_up)
{
    wf_call("chat.postMessage", 1);
    world_until(&wf.world, wf.ends.count >= 1);
    assert_int_equal(wf.ends.statuses[0], SLACK_ECLOSED);
    assert_int_equal(peer_requests(wf.peer), 1);
}

WEBAPI_TEST(test_connection_refused, answer_nothing)
{
    peer_close(wf.peer);
    wf.peer = NULL;
    world_turn(&wf.world);
    wf_call("chat.postMessage", 1);
    wf_fast_forward(1);
    assert_int_equal(wf.ends.statuses[0], SLACK_ECONNECT);
    assert_int_equal(wf.ends.http_status, 0);
    assert_int_equal(world_log_count(&wf.world, "trying again"), SLACK_CALL_TRIES - 1);
    assert_non_null(strstr(wf.world.log, "tries=5 status=SLACK_ECONNECT"));
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
    wf_open(100, 10000, answer_fixed);
    begun = ended = 0;
    wf.client.begin = begin;
    wf.client.end = end;
    assert_int_equal(slack_callf(&wf.client, "chat.postMessage", NULL, NULL, "{channel: 1, a: 1}"),
                     0);
    assert_int_equal(begun, 1);
    assert_int_equal(ended, 0);
    assert_int_equal(slack_callf(&wf.client, "no/method", NULL, NULL, "{}"), SLACK_EINVAL);
    wf_call("chat.postMessage", 1); /* has a callback: not the client's business */
    world_until(&wf.world, ended >= 1);
    world_until(&wf.world, wf.ends.count >= 1);
    assert_int_equal(begun, 1);
    assert_int_equal(ended, 1);
    assert_int_equal(end_status, SLACK_EAPI);
    assert_null(strstr(wf.world.log, "call failed"));

    wf.client.begin = NULL;
    assert_int_equal(slack_callf(&wf.client, "chat.postMessage", NULL, NULL, "{channel: 1, a: 1}"),
                     0);
    world_until(&wf.world, world_logged(&wf.world, "call failed"));
    assert_non_null(strstr(
        wf.world.log, "level=warn event=\"call failed\" method=chat.postMessage error=SLACK_EAPI "
                      "reason=\"not_in_channel: invite the bot to the channel\""));
    assert_int_equal(ended, 1);
}

/* ---- response URLs ---- */

static int respond(const char *path)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", peer_port(wf.peer), path);
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *message;
    assert_int_equal(slack__jsonf(arena, &message, NULL, "{text: 'h\xc3\xa4'}"), 0);
    int rc = slack__webapi_post(
        &wf.client, &(slack_post_t){SLACK_RESPONSE_URL, url, message, false}, wf_end, NULL);
    slack__arena_free(arena);
    return rc;
}

static void answer_url(peer_t *p, const peer_request_t *request, void *user_data)
{
    snprintf(wf.request, sizeof wf.request, "%s", request->text);
    if (strstr(request->text, "/used"))
        peer_answer(p, request->connection, 404, "", "{\"ok\":false,\"error\":\"used_url\"}");
    else if (strstr(request->text, "/busy") && request->number == 3)
        peer_answer(p, request->connection, 429, "Retry-After: 5\r\n", "");
    else
        peer_answer(p, request->connection, 200, "", "ok");
}

TEST(test_respond)
{
    wf_open(100, 10000, answer_url);
    assert_int_equal(respond("/response/secret"), 0);
    world_until(&wf.world, wf.ends.count >= 1);
    assert_int_equal(wf.ends.statuses[0], 0);
    assert_memory_equal(wf.request, "POST /response/secret HTTP/1.1\r\n", 32);
    assert_null(strstr(wf.request, "Authorization"));
    assert_non_null(strstr(wf.request, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
    assert_string_equal(strstr(wf.request, "\r\n\r\n") + 4, "{\"text\":\"h\xc3\xa4\"}");

    assert_int_equal(respond("/response/used"), 0);
    world_until(&wf.world, wf.ends.count >= 2);
    assert_int_equal(wf.ends.statuses[1], SLACK_ESPENT);
    assert_int_equal(wf.ends.http_status, 404);
    assert_string_equal(wf.ends.error, "used_url");

    assert_int_equal(respond("/response/busy"), 0);
    wf_fast_forward(3);
    assert_int_equal(wf.ends.statuses[2], 0);
    assert_int_equal(peer_requests(wf.peer), 4);

    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *message;
    assert_int_equal(slack__jsonf(arena, &message, NULL, "{}"), 0);
    assert_int_equal(slack__webapi_post(
                         &wf.client,
                         &(slack_post_t){SLACK_RESPONSE_URL, "https://evil.test/", message, false},
                         wf_end, NULL),
                     SLACK_EINVAL);
    assert_int_equal(slack__webapi_post(&wf.client,
                                        &(slack_post_t){SLACK_RESPONSE_URL, NULL, message, false},
                                        wf_end, NULL),
                     SLACK_EINVAL);
    assert_int_equal(slack__webapi_post(&wf.client,
                                        &(slack_post_t){SLACK_RESPONSE_URL,
                                                        "https://hooks.slack.com/x", NULL, false},
                                        wf_end, NULL),
                     SLACK_EINVAL);
    slack__arena_free(arena);
    assert_null(strstr(wf.world.log, "/response/"));
    wf_close();
    assert_int_equal(wf.ends.count, 3);
}

/* ---- many, and the end ---- */

WEBAPI_TEST(test_concurrent, wf_answer_ok)
{
    for (unsigned n = 0; n < 100; n++)
        wf_call("chat.postMessage", n);
    world_until(&wf.world, wf.ends.count >= 100);
    bool told[100] = {false};
    for (int i = 0; i < 100; i++) {
        assert_int_equal(wf.ends.statuses[i], 0);
        assert_false(told[wf.ends.marks[i]]);
        told[wf.ends.marks[i]] = true;
    }
    assert_int_equal(peer_requests(wf.peer), 100);
}

/* Calls in flight and queued calls all end, and none inside the close. */
TEST(test_close_cancels)
{
    wf_open(100, 10000, wf_answer_limited_once);
    wf_call("slow.method", 0);
    world_until(&wf.world, world_logged(&wf.world, "rate limited"));
    for (unsigned n = 1; n < 5; n++)
        wf_call("slow.method", n);
    for (unsigned n = 5; n < 10; n++)
        wf_call("fast.method", n);
    begun = ended = 0;
    for (unsigned n = 0; n < 30; n++)
        slack_callf(&wf.client, n % 2 ? "fast.method" : "slow.method", NULL, NULL, "{}");
    wf.client.begin = begin;
    wf.client.end = end;
    assert_int_equal(slack_callf(&wf.client, "slow.method", NULL, NULL, "{}"), 0);
    slack__webapi_close(wf.webapi, world_set_flag, &wf.closed);
    assert_int_equal(wf.ends.count, 0);
    assert_int_equal(slack_callf(&wf.client, "fast.method", wf_end, NULL, "{}"), SLACK_ECANCELED);
    wf.webapi = NULL;
    wf_close();
    assert_int_equal(wf.ends.count, 10);
    for (int i = 0; i < 10; i++)
        assert_int_equal(wf.ends.statuses[i], SLACK_ECANCELED);
    assert_int_equal(ended, 1);
    assert_int_equal(end_status, SLACK_ECANCELED);
    assert_true(world_logged(&wf.world, "event=\"calls dropped at the stop\" count=30"));
}

static void call_and_close(const slack_response_t *response, void *user_data)
{
    wf_end(response, user_data);
    if (!wf.webapi) return;
    wf_call("fast.method", 99);
    slack__webapi_close(wf.webapi, world_set_flag, &wf.closed);
    wf.webapi = NULL;
}

TEST(test_close_inside_a_callback)
{
    wf_open(100, 10000, wf_answer_ok);
    for (uintptr_t n = 0; n < 5; n++)
        assert_int_equal(slack_callf(&wf.client, "a.b", call_and_close, (void *)n, "{n: 1}"), 0);
    world_until(&wf.world, wf.closed);
    wf_close();
    assert_int_equal(wf.ends.count, 6);
}

/* At the limit, a call inside the callback has room again. */
static void call_again(const slack_response_t *response, void *user_data)
{
    wf_end(response, user_data);
    if (wf.ends.count < 50)
        assert_int_equal(slack_callf(&wf.client, "a.b", call_again, NULL, "{n: 1}"), 0);
}

CLOSED(test_a_chain_of_calls)
{
    wf_open(1, 10000, wf_answer_ok);
    assert_int_equal(slack_callf(&wf.client, "a.b", call_again, NULL, "{n: 1}"), 0);
    world_until(&wf.world, wf.ends.count >= 50);
    assert_int_equal(peer_connections(wf.peer), 1);
}

/* ---- memory ---- */

static void answer_busy_then_ok(peer_t *p, const peer_request_t *request, void *user_data)
{
    if (request->number % 2)
        peer_answer(p, request->connection, 429, "Retry-After: 1\r\n", WF_LIMITED);
    else
        wf_answer_ok(p, request, user_data);
}

static int call_once(void *ctx)
{
    if (!world_open(&wf.world)) return SLACK_ENOMEM;
    wf.peer = peer_open(&wf.world.loop, answer_busy_then_ok, NULL);
    int rc = wf_try_open(10, 10000, peer_port(wf.peer));
    if (rc != 0) {
        peer_close(wf.peer);
        world_close(&wf.world);
        return rc;
    }
    rc = slack_callf(&wf.client, "chat.meMessage", wf_end, NULL, "{channel: 1, text: %s}", "hi");
    if (rc == 0) {
        wf_fast_forward(1);
        rc = wf.ends.statuses[0];
    }
    wf_close();
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

static const char *scope_headers, *scope_answer;
static char why[256];

static void answer_scopes(peer_t *p, const peer_request_t *request, void *user_data)
{
    peer_answer(p, request->connection, 200, scope_headers, scope_answer);
}

static void explain(const slack_response_t *response, void *user_data)
{
    snprintf(why, sizeof why, "%s", slack__response_why(response, slack__webapi_arena(response)));
    wf_end(response, user_data);
}

/* The members of the answer count; without them, the headers. */
WEBAPI_TEST(test_the_scopes_of_a_refusal, answer_scopes)
{
#define MISSING "{\"ok\":false,\"error\":\"missing_scope\""
#define HEADERS "X-OAuth-Scopes: chat:write,files:read\r\nX-Accepted-OAuth-Scopes: users:read\r\n"
    static const struct {
        const char *headers, *answer, *why;
    } cases[] = {
        {HEADERS, MISSING "}",
         "missing_scope, needs users:read, the token has chat:write,files:read:"},
        {HEADERS, MISSING ",\"needed\":\"a:b\"}",
         "missing_scope, needs a:b, the token has chat:write,files:read:"},
        {"X-OAuth-Scopes: \r\n", MISSING ",\"needed\":\"a:b\",\"provided\":\"c:d\"}",
         "missing_scope, needs a:b, the token has c:d:"},
        {"", MISSING "}", "missing_scope: add the scope to the app and install it again"},
        {HEADERS, "{\"ok\":false,\"error\":\"not_in_channel\"}", "not_in_channel: "},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        scope_headers = cases[i].headers;
        scope_answer = cases[i].answer;
        assert_int_equal(slack_callf(&wf.client, "users.info", explain, NULL, "{user: 'U1'}"), 0);
        world_until(&wf.world, wf.ends.count > i);
        if (strncmp(why, cases[i].why, strlen(cases[i].why)) != 0) fail_msg("%s", why);
    }
}
