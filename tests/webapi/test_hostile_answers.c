/* SPDX-License-Identifier: MIT */
/* Whatever a server does, a call ends once, its failure has a code and a sentence, the next call is
 * answered, and the token goes nowhere else. */
#include "support/heap.h"
#include "support/json.h"
#include "support/webapi_fixture.h"
#include "util/error.h"
#include "webapi/fetch.h"

#define X16(s)    s s s s s s s s s s s s s s s s
#define OK        "{\"ok\":true}"
#define HEAD      "HTTP/1.1 200 OK\r\n"
#define CHUNKED   HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define GZIP      "Content-Encoding: gzip"
#define GZIP_HEAD "\x1f\x8b\x08\0\0\0\0\0\0\x03"

/* A deflate block that begins with some zeros; the same bits again and again are more of them. */
#define ZEROS      "\x62\x18\x05"
#define MORE_ZEROS "\xa3\x60\x14\x8c\x82\x51\x30\x0a\x46\xc1\x28\x18\x05"

typedef struct hostile {
    const char *name;
    int status;
    const char *why, *cure; /* in the sentence; NULL: libcurl's words, and the cure of the status */
    struct {
        const char *bytes;
        size_t len;
    } answer, body /* comes with its Content-Length */, again /* without end */;
    enum { LOST = 1, SLOW = 2, AT_ACCEPT = 4, LARGE = 8 } flags;
} hostile_t;

#define BYTES(s)                                                                                   \
    {                                                                                              \
        (s), sizeof(s) - 1                                                                         \
    }
#define ANSWER(s)  .answer = BYTES(s)
#define BODY(s)    .answer = BYTES(HEAD), .body = BYTES(s)
#define ENDLESS(s) .again = BYTES(s)

static char unclosed[200000], nested[200000];

static const hostile_t cases[] = {
    /* Without end. */
    {"a body", SLACK_ETOOBIG, "larger than 16777216 bytes", NULL, ANSWER(HEAD "\r\n"),
     ENDLESS(X16(X16("        ")))},
    {"a chunked body", SLACK_ETOOBIG, "larger than 16777216 bytes", NULL, ANSWER(CHUNKED),
     ENDLESS("800\r\n" X16(X16("        ")) "\r\n")},
    {"a body of a terabyte", SLACK_ETOOBIG, "larger than 16777216 bytes", NULL,
     ANSWER(HEAD "Content-Length: 1000000000000\r\n\r\n"), ENDLESS(X16(X16("        ")))},
    {"headers", SLACK_EPROTO, "headers of the answer exceed 64 KiB", NULL, ANSWER(HEAD),
     ENDLESS("X-A: " X16(X16("a")) "\r\n")},
    {"small headers", SLACK_EPROTO, "headers of the answer exceed 64 KiB", NULL, ANSWER(HEAD),
     ENDLESS(X16(X16("X:\r\n")))},
    {"one header", SLACK_EPROTO, NULL, NULL, ANSWER(HEAD "X-A: "), ENDLESS(X16(X16("a")))},
    {"a status line", SLACK_EPROTO, NULL, NULL, ANSWER("HTTP/1.1 200 "), ENDLESS(X16(X16("a")))},
    {"letters", SLACK_EPROTO, NULL, NULL, ENDLESS(X16(X16("a")))},
    {"interim answers", SLACK_EPROTO, "headers of the answer exceed 64 KiB", NULL,
     ENDLESS(X16("HTTP/1.1 100 Continue\r\n\r\n"))},
    {"early hints", SLACK_EPROTO, "headers of the answer exceed 64 KiB", NULL,
     ENDLESS(X16("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"))},
    {"trailers", SLACK_EPROTO, "headers of the answer exceed 64 KiB", NULL,
     ANSWER(CHUNKED "b\r\n" OK "\r\n0\r\n"), ENDLESS(X16("T: a\r\n"))},
    {"a chunk's extension", SLACK_ETIMEDOUT, NULL, NULL, ANSWER(CHUNKED "b;"),
     ENDLESS(X16(X16("a"))), SLOW},
    {"a chunk's size", SLACK_EPROTO, NULL, NULL, ANSWER(CHUNKED), ENDLESS(X16("0"))},
    {"a bomb", SLACK_ETOOBIG, "larger than 16777216 bytes", NULL,
     ANSWER(HEAD GZIP "\r\n\r\n" GZIP_HEAD ZEROS), ENDLESS(X16(X16(MORE_ZEROS)))},
    {"a bomb of nothing", SLACK_ETIMEDOUT, NULL, NULL, ANSWER(HEAD GZIP "\r\n\r\n" GZIP_HEAD),
     ENDLESS(X16(X16("\0\0\0\xff\xff"))), SLOW},
    {"a bomb in a bomb", SLACK_EPROTO, "compressed more than once", NULL,
     ANSWER(HEAD GZIP ", gzip\r\n\r\n" GZIP_HEAD ZEROS), ENDLESS(X16(MORE_ZEROS))},
    {"a bomb in two headers", SLACK_EPROTO, "compressed more than once", NULL,
     ANSWER(HEAD GZIP "\r\nTransfer-Encoding: deflate\r\n\r\n"), ENDLESS(X16(MORE_ZEROS))},

    /* Byte by byte. */
    {"a slow status line", SLACK_ETIMEDOUT, NULL, NULL, ANSWER("HTTP/1.1 "), ENDLESS("2"), SLOW},
    {"a slow header", SLACK_ETIMEDOUT, NULL, NULL, ANSWER(HEAD "X: "), ENDLESS("a"), SLOW},
    {"a slow body", SLACK_ETIMEDOUT, NULL, NULL, ANSWER(HEAD "\r\n"), ENDLESS(" "), SLOW},
    {"silence", SLACK_ETIMEDOUT, NULL, NULL, .flags = SLOW},
    {"half a status line", SLACK_ETIMEDOUT, NULL, NULL, ANSWER("HTTP/1.1"), .flags = SLOW},

    /* Not Slack's JSON. */
    {"deep nesting", SLACK_ETOOBIG, "nested deeper than", NULL, .answer = BYTES(HEAD),
     .body = {nested, sizeof nested}},
    {"nesting without end", SLACK_EPROTO, "the answer is not JSON", NULL, .answer = BYTES(HEAD),
     .body = {unclosed, sizeof unclosed}},
    {"invalid UTF-8", SLACK_EPROTO, "the answer is not JSON", NULL,
     BODY("{\"ok\":true,\"a\":\"\xc0\x80\"}")},
    {"a NUL", SLACK_EPROTO, "the answer is not JSON", NULL, BODY("{\"ok\":true\0}")},
    {"a NUL in a string", SLACK_EPROTO, "the answer is not JSON", NULL, BODY("{\"ok\":\"\0\"}")},
    {"two documents", SLACK_EPROTO, "the answer is not JSON", NULL, BODY(OK OK)},
    {"a number out of range", SLACK_EPROTO, "the answer is not JSON", NULL,
     BODY("{\"ok\":true,\"a\":1e999}")},
    {"a comma too many", SLACK_EPROTO, "the answer is not JSON", NULL, BODY("{\"ok\":true,}")},
    {"a control character", SLACK_EPROTO, "the answer is not JSON", NULL,
     BODY("{\"ok\":true,\"a\":\"\x01\"}")},
    {"a byte order mark", SLACK_EPROTO, "the answer is not JSON", NULL, BODY("\xef\xbb\xbf" OK)},
    {"UTF-16", SLACK_EPROTO, "the answer is not JSON", NULL,
     BODY("{\0\"\0o\0k\0\"\0:\0t\0r\0u\0e\0}\0")},
    {"blanks", SLACK_EPROTO, "the answer is not JSON", NULL, BODY(" \r\n ")},
    {"nothing", SLACK_EPROTO, "the answer is empty", NULL, BODY("")},
    {"an array", SLACK_EPROTO, "the answer has no \"ok\"", NULL, BODY("[" OK "]")},
    {"a string", SLACK_EPROTO, "the answer has no \"ok\"", NULL, BODY("\"ok\"")},
    {"null", SLACK_EPROTO, "the answer has no \"ok\"", NULL, BODY("null")},
    {"two answers in one", SLACK_EAPI, "no error named", NULL, BODY("{\"ok\":false,\"ok\":true}")},
    {"half a surrogate", 0, NULL, NULL, BODY("{\"ok\":true,\"a\":\"\\ud800\"}")},
    {"a page", SLACK_EPROTO, "the answer is not JSON", NULL,
     ANSWER(HEAD "Content-Type: text/html\r\n"), .body = BYTES("<html>sign in</html>")},
    {"a page of a proxy", SLACK_EHTTP, "HTTP 503", "try again later",
     ANSWER("HTTP/1.1 503 No\r\nContent-Type: text/html\r\n"), .body = BYTES("<html>")},
    {"JSON that is called a picture", 0, NULL, NULL, ANSWER(HEAD "Content-Type: image/png\r\n"),
     .body = BYTES(OK)},

    /* Not HTTP. */
    {"a short body", SLACK_ECLOSED, NULL, NULL, ANSWER(HEAD "Content-Length: 12\r\n\r\n" OK),
     .flags = LOST},
    {"a long body", 0, NULL, NULL,
     ANSWER(HEAD "Content-Length: 11\r\n\r\n" OK "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")},
    {"a negative length", SLACK_EPROTO, NULL, NULL, ANSWER(HEAD "Content-Length: -1\r\n\r\n" OK)},
    {"a length out of range", SLACK_EPROTO, "no valid Content-Length", NULL,
     ANSWER(HEAD "Content-Length: 9223372036854775808\r\n\r\n" OK), .flags = LOST},
    {"two lengths", SLACK_EPROTO, "no valid Content-Length", NULL,
     ANSWER(HEAD "Content-Length: 99\r\nCONTENT-LENGTH: 11\r\n\r\n" OK), .flags = LOST},
    {"two lengths in one", SLACK_EPROTO, "no valid Content-Length", NULL,
     ANSWER(HEAD "Content-Length: 11, 99\r\n\r\n" OK), .flags = LOST},
    {"the same length twice", 0, NULL, NULL,
     ANSWER(HEAD "Content-Length: 11\r\nContent-Length: 11\r\n\r\n" OK)},
    {"a chunk without a size", SLACK_EPROTO, NULL, NULL, ANSWER(CHUNKED "x\r\n" OK)},
    {"a chunk of a large size", SLACK_EPROTO, NULL, NULL, ANSWER(CHUNKED "fffffffffffffffff\r\n")},
    {"a chunk longer than its size", SLACK_EPROTO, NULL, NULL, ANSWER(CHUNKED "3\r\n" OK "\r\n")},
    {"no last chunk", SLACK_ECLOSED, NULL, NULL, ANSWER(CHUNKED "b\r\n" OK "\r\n"), .flags = LOST},
    {"an unknown transfer encoding", SLACK_EPROTO, NULL, NULL,
     ANSWER(HEAD "Transfer-Encoding: x\r\n\r\n" OK)},
    {"an unknown encoding", SLACK_EPROTO, NULL, NULL, ANSWER(HEAD "Content-Encoding: x\r\n"),
     .body = BYTES(OK)},
    {"no gzip", SLACK_EPROTO, NULL, NULL, ANSWER(HEAD GZIP "\r\n"), .body = BYTES(OK)},
    {"half a gzip", SLACK_EPROTO, NULL, NULL, ANSWER(HEAD GZIP "\r\n"),
     .body = BYTES(GZIP_HEAD ZEROS)},
    {"another protocol", SLACK_EPROTO, NULL, NULL, ANSWER("SSH-2.0-OpenSSH_9.2p1\r\n"),
     .flags = LOST},
    {"no status line", SLACK_EPROTO, NULL, NULL, ANSWER(OK), .flags = LOST},
    {"HTTP/9.9", SLACK_EPROTO, NULL, NULL, ANSWER("HTTP/9.9 200 OK\r\n\r\n" OK)},
    {"status 2000", SLACK_EPROTO, NULL, NULL, ANSWER("HTTP/1.1 2000 OK\r\n\r\n" OK)},
    {"status 204", SLACK_EPROTO, "the answer is empty", NULL,
     ANSWER("HTTP/1.1 204 No Content\r\n\r\n")},
    {"status 407", SLACK_EHTTP, "HTTP 407", NULL,
     ANSWER("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"a\"\r\n"), .body = BYTES("")},

    /* Lost, or early. */
    {"lost at once", SLACK_ECLOSED, NULL, NULL, .flags = AT_ACCEPT | LOST},
    {"lost in the request", SLACK_ECLOSED, NULL, NULL, .flags = AT_ACCEPT | LOST | LARGE},
    {"lost before the answer", SLACK_ECLOSED, NULL, NULL, .flags = LOST},
    {"lost in the status line", SLACK_ECLOSED, NULL, NULL, ANSWER("HTTP/1.1 2"), .flags = LOST},
    {"lost behind an interim answer", SLACK_ECLOSED, NULL, NULL,
     ANSWER("HTTP/1.1 100 Continue\r\n\r\n"), .flags = LOST},
    {"lost in the headers", SLACK_ECLOSED, "closed within the headers", NULL,
     ANSWER(HEAD "X: a\r\nY"), .flags = LOST},
    {"lost between headers", SLACK_ECLOSED, "closed within the headers", NULL,
     ANSWER(HEAD "Content-Length: 11\r\n"), .flags = LOST},
    {"lost behind the headers", SLACK_ECLOSED, NULL, NULL,
     ANSWER(HEAD "Content-Length: 11\r\n\r\n"), .flags = LOST},
    {"lost in a chunk", SLACK_ECLOSED, NULL, NULL, ANSWER(CHUNKED "b\r\n{\"ok\""), .flags = LOST},
    {"continue", 0, NULL, NULL, ANSWER("HTTP/1.1 100 Continue\r\n\r\n" HEAD), .body = BYTES(OK)},
    {"early hints, then an answer", 0, NULL, NULL,
     ANSWER("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" HEAD), .body = BYTES(OK)},
    {"an early answer", 0, NULL, NULL, BODY(OK), .flags = AT_ACCEPT},
    {"an early refusal", SLACK_EHTTP, "HTTP 413", "send less", ANSWER("HTTP/1.1 413 No\r\n"),
     .body = BYTES(""), .flags = AT_ACCEPT | LARGE},
};

static const hostile_t kind = {.answer = BYTES(HEAD), .body = BYTES(OK)};
static const hostile_t *now;

static void answer(peer_t *peer, unsigned connection)
{
    char head[256];
    const int len = snprintf(head, sizeof head, "Content-Length: %zu\r\n\r\n", now->body.len);
    peer_send_bytes(peer, connection, now->answer.bytes, now->answer.len, false);
    if (now->body.bytes) {
        peer_send_bytes(peer, connection, head, (size_t)len, false);
        peer_send_bytes(peer, connection, now->body.bytes, now->body.len, false);
    }
    if (now->again.bytes) peer_send_bytes(peer, connection, now->again.bytes, now->again.len, true);
    if (now->flags & LOST) peer_hang_up(peer, connection);
}

static void answer_request(peer_t *peer, const peer_request_t *request, void *user_data)
{
    const bool accepted = request->number == 0;
    if (accepted == ((now->flags & AT_ACCEPT) != 0)) answer(peer, request->connection);
}

/* The log's line about the failed call; "" if it has not failed. */
static const char *sentence(void)
{
    const char *line = strstr(wf.world.log, "event=\"call failed\"");
    return line ? line : "";
}

static void check_sentence(const char *name, int status, const char *why, const char *cure)
{
    char code[64];
    snprintf(code, sizeof code, "method=chat.postMessage error=%s reason=", slack_err_name(status));
    if (cure == NULL) cure = slack__error_cure(status);
    if (!strstr(sentence(), status ? code : "") || !strstr(sentence(), why ? why : "") ||
        !strstr(sentence(), status ? cure : "") || (!status && *sentence()))
        fail_msg("%s: %s", name, sentence());
}

static void respond(unsigned ends)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/response", peer_port(wf.peer));
    const slack_post_t message = {SLACK_RESPONSE_URL, url, json_of("{'text':'x'}"), false};
    assert_int_equal(slack__webapi_post(&wf.client, &message, wf_end, NULL), 0);
    world_until(&wf.world, wf.ends.count == ends);
}

static void check(const hostile_t *row)
{
    static char text[900000];
    memset(text, 'x', sizeof text - 1);
    now = row;
    wf_open(100, row->flags & SLOW ? 50 : 10000, answer_request);
    peer_on_accept(wf.peer, answer_request);
    assert_int_equal(slack_callf(&wf.client, "chat.postMessage", NULL, NULL,
                                 "{channel: 1, text: %s}", row->flags & LARGE ? text : "hi"),
                     0);
    world_until(&wf.world, slack__webapi_under_way(wf.webapi) == 0);
    check_sentence(row->name, row->status, row->why, row->cure);
    assert_int_equal(peer_connections(wf.peer), 1);
    now = &kind;
    wf_call("chat.postMessage", 1);
    world_until(&wf.world, wf.ends.count == 1);
    assert_int_equal(wf.ends.statuses[0], 0);
    if (row->status == SLACK_ECLOSED && !(row->flags & AT_ACCEPT)) {
        now = row; /* an empty answer of a response URL would be a success */
        respond(2);
        assert_int_equal(wf.ends.statuses[1], SLACK_ECLOSED);
    }
    wf_close();
}

ARENA_TEST(test_each_ends_with_its_sentence)
{
    static const char begin[] = "{\"ok\":true,\"a\":";
    memset(unclosed, '[', sizeof unclosed);
    memcpy(unclosed, begin, sizeof begin - 1);
    memset(nested, ']', sizeof nested);
    memcpy(nested, unclosed, sizeof nested / 2 + sizeof begin / 2 - 1);
    nested[sizeof nested - 1] = '}';
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

/* ---- fetches ---- */

static int fetched; /* the status with which a fetch ended; 1: it has not */
static size_t taken;

static void end_fetch(const slack_response_t *response, void *user_data)
{
    assert_int_equal(fetched, 1);
    fetched = slack_response_status(response);
    assert_true(fetched == 0 || *slack_response_error(response));
}

static int take_some(const slack_response_t *response, const char *data, size_t len, void *user)
{
    taken += len;
    return taken > 1 << 20 ? SLACK_EMISMATCH : 0;
}

static int take_event(const slack_response_t *response, const slack_sse_event_t *event, void *user)
{
    fail_msg("an event: %s", event->data);
    return 0;
}

/* Whole, as a stream of bytes, and as one of events, which none of these answers is. */
static void check_fetch(const hostile_t *row, slack_fetch_t request)
{
    static char text[900000];
    char url[64];
    const char *why;
    bool closed = false;
    slack_fetcher_t *fetcher;
    now = row;
    wf_open(100, 10000, answer_request);
    peer_on_accept(wf.peer, answer_request);
    assert_int_equal(slack__fetcher_new(&fetcher, wf.world.net, &(slack_fetcher_options_t){0}), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", peer_port(wf.peer));
    request.url = url;
    request.body = text;
    request.body_len = row->flags & LARGE ? sizeof text : 1;
    request.timeout_ms = row->flags & SLOW ? 50 : 10000;
    fetched = 1;
    taken = 0;
    const slack_fetch_caller_t caller = {.fn = end_fetch};
    assert_int_equal(slack__fetch(fetcher, &request, &caller, NULL, &why), 0);
    world_until(&wf.world, fetched != 1);
    const bool cut = row->status == SLACK_ECLOSED || row->status == SLACK_ETIMEDOUT ||
                     (row->again.bytes && !(row->flags & SLOW));
    if (fetched == 0 ? cut || request.on_event : fetched == SLACK_EMISMATCH && !row->again.bytes)
        fail_msg("%s: %s", row->name, slack_err_name(fetched));
    if (row->status == SLACK_EHTTP) assert_int_equal(fetched, SLACK_EHTTP);
    slack__fetcher_close(fetcher, world_set_flag, &closed);
    world_until(&wf.world, closed);
    assert_int_equal(peer_connections(wf.peer), 1);
    wf_close();
}

TEST(test_each_ends_a_fetch)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_fetch(&cases[i], (slack_fetch_t){0});
        check_fetch(&cases[i], (slack_fetch_t){.on_data = take_some});
        check_fetch(&cases[i], (slack_fetch_t){.on_event = take_event});
    }
}

/* ---- redirects ---- */

static char head[256];

static void redirect(peer_t *peer, const peer_request_t *request, void *user_data)
{
    peer_send(peer, request->connection, head);
}

/* Redirects to another server are failures, and no byte arrives there. */
ARENA_TEST(test_redirects_are_not_followed)
{
    static const unsigned statuses[] = {300, 301, 302, 303, 307, 308};
    static const char *const places[] = {
        "http://127.0.0.1:", "http://localhost:",  "http://slack.com@127.0.0.1:",
        "//127.0.0.1:",      "https://127.0.0.1:", "https://slack.com.localhost:",
    };
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses * 6; i++) {
        char place[128], why[32];
        wf_open(100, 10000, redirect);
        peer_t *elsewhere = peer_open(&wf.world.loop, redirect, NULL);
        snprintf(place, sizeof place, "%s%u/x", places[i % 6], peer_port(elsewhere));
        snprintf(head, sizeof head,
                 "HTTP/1.1 %u Elsewhere\r\nLocation: %s\r\nContent-Length: 11\r\n\r\n" OK,
                 statuses[i / 6], place);
        snprintf(why, sizeof why, "HTTP %u: it redirects", statuses[i / 6]);
        assert_int_equal(
            slack_callf(&wf.client, "chat.postMessage", NULL, NULL, "{channel: 1, text: 1}"), 0);
        world_until(&wf.world, *sentence());
        check_sentence(place, SLACK_EHTTP, why, "check SLACK_API_URL");

        respond(1);
        assert_int_equal(wf.ends.http_status, (int)statuses[i / 6]);
        assert_int_equal(peer_requests(wf.peer), 2);
        assert_int_equal(peer_connections(elsewhere), 0);
        peer_close(elsewhere);
        wf_close();
    }
}

/* ---- a stop ---- */

#define CALLS WF_CALLS_MAX

static unsigned char ends[CALLS];

static void count_end(const slack_response_t *response, void *user_data)
{
    assert_int_equal(slack_response_status(response), SLACK_ECANCELED);
    ends[(uintptr_t)user_data]++;
}

static void limit_one_method(peer_t *peer, const peer_request_t *request, void *user_data)
{
    if (strstr(request->text, "/api/slow.method "))
        peer_answer(peer, request->connection, 429, "Retry-After: 30\r\n", WF_LIMITED);
}

/* Of the calls, some wait behind a pause, some for their turn, some for an answer. */
static void stop_calls(enum slack_pace pace, unsigned concurrency)
{
    static const char *const methods[] = {"slow.method", "fast.method", "users.list",
                                          "chat.postMessage"};
    memset(ends, 0, sizeof ends);
    wf.pace = pace;
    wf_open(concurrency, 10000, limit_one_method);
    for (uintptr_t i = 0; i < CALLS; i++) {
        assert_int_equal(slack_callf(&wf.client, methods[i % 4], count_end, (void *)i,
                                     "{channel: 'C%d', text: 'x'}", (int)i % 100),
                         0);
        if (i == 0) world_until(&wf.world, world_logged(&wf.world, "rate limited"));
    }
    assert_int_equal(slack_callf(&wf.client, "fast.method", count_end, NULL, "{a: 1}"),
                     SLACK_EBUSY);
    world_turn(&wf.world);
    wf_close();
    for (size_t i = 0; i < CALLS; i++)
        assert_int_equal(ends[i], 1);
}

TEST(test_a_stop_cancels_each_of_ten_thousand_calls_once)
{
    const size_t live = heap_live();
    stop_calls(0, CALLS);
    stop_calls(SLACK_PACE_INTERNAL, 256);
    assert_int_equal(heap_live(), live);
}
