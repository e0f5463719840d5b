/* SPDX-License-Identifier: MIT */
/* Failures of apps.connections.open and of the upgrade, by scripted servers on loopback. */

#include "support/socket_world.h"
#include "support/test.h"

static socket_world_t w;

/* ---- apps.connections.open ---- */

#define NOT_OK(error)                                                                              \
    {                                                                                              \
        200, NULL, "{\"ok\":false,\"error\":\"" error "\"}"                                        \
    }
#define URL(url)                                                                                   \
    {                                                                                              \
        200, NULL, "{\"ok\":true,\"url\":" url "}"                                                 \
    }

/* After each answer the transport tries again, not earlier than `wait_ms` later. */
static struct bad_answers {
    const char *name;
    unsigned count;
    socket_world_answer_t answers[3];
    uint64_t wait_ms;
} bad_answers[] = {
    {"open_429_with_retry_after_3", 1, {{429, "Retry-After: 3\r\n", "{\"ok\":false}"}}, 3 * SECOND},
    {"open_500_html", 1, {{500, "Content-Type: text/html\r\n", "<html>Oops</html>"}}, 0},
    {"open_internal_error_then_ok", 1, {NOT_OK("internal_error")}, 0},
    {"open_ok_without_url", 2, {{200, NULL, "{\"ok\":true}"}, URL("null")}, 0},
    {"open_empty_body", 1, {{200, NULL, ""}}, 0},
    {"open_408", 1, {{408, NULL, "stream timeout"}}, 0},
    {"open_url_that_may_not_be_dialed",
     3,
     {URL("\"ws://192.0.2.1/link\""), URL("\"http://127.0.0.1/\""), URL("\"nonsense\"")},
     0},
};

TEST_EACH(gets_over, bad_answers)
{
    const struct bad_answers *bad = *state;
    socket_world_open(&w);
    w.answers = bad->answers;
    w.answer_count = bad->count;
    socket_world_start(&w, 1);
    socket_world_until_calls(&w, 1);
    const uint64_t first = w.call_ms;
    socket_world_until_connections(&w, 1);
    assert_int_equal(w.calls, bad->count + 1);
    assert_true(w.call_ms - first >= bad->wait_ms);
    socket_world_assert_alive(&w, 1, 1);
    socket_world_close(&w);
}

OPENED(open_invalid_auth_stops)
{
    static const socket_world_answer_t answers[] = {NOT_OK("invalid_auth")};
    w.answers = answers;
    w.answer_count = 1;
    socket_world_start(&w, 2);
    mock_run_until_state(&w.mock, SLACK_TRANSPORT_STOPPED);
    assert_int_equal(w.mock.reason, SLACK_EAUTH);
    assert_non_null(strstr(w.mock.error, "SLACK_APP_TOKEN"));
    assert_non_null(strstr(w.mock.error, "invalid_auth"));
    assert_int_equal(w.calls, 1);
}

OPENED(open_cannot_be_reached)
{
    w.no_api = true;
    socket_world_start(&w, 1);
    socket_world_pass(&w, 20 * SECOND);
    w.no_api = false;
    socket_world_until_connections(&w, 1);
    socket_world_assert_alive(&w, 1, 1);
}

/* .invalid will never be a top-level domain (RFC 2606), and no name begins with a hyphen: the
 * resolver fails without asking a server. */
OPENED(dns_failure)
{
    w.url = "wss:\\/\\/-no-such-host.invalid\\/link\\/?ticket=0a1b2c3d-ticket";
    socket_world_start(&w, 1);
    socket_world_pass_until_calls(&w, 2);
    w.url = NULL;
    socket_world_until_connections(&w, 1);
    socket_world_assert_alive(&w, 1, 1);
}

/* ---- the upgrade ---- */

/* Sent in place of the first 101. The transport asks for a new URL and follows no redirect. */
static struct bad_upgrade {
    const char *name, *answer;
} bad_upgrades[] = {
    {"upgrade_408", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"},
    {"upgrade_503", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nedge"},
    {"upgrade_200_html", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n"
                         "<html></html>"},
    {"upgrade_with_a_wrong_accept",
     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"},
    {"upgrade_302_is_not_followed",
     "HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"},
};

static const char *first_answer;

static const char *answer_badly(socket_peer_t *peer, unsigned connection, const char *request,
                                void *user_data)
{
    assert_null(strstr(request, "Sec-WebSocket-Extensions"));
    assert_null(strstr(request, "Authorization"));
    return connection == 1 ? first_answer : NULL;
}

static void expect_a_new_url(void)
{
    socket_world_start(&w, 1);
    socket_world_until_connections(&w, 1);
    assert_int_equal(w.calls, 2);
    assert_int_equal(socket_peer_taken(w.peer), 2);
    socket_world_assert_alive(&w, 2, 1);
}

TEST_EACH(asks_for_a_new_url, bad_upgrades)
{
    first_answer = ((const struct bad_upgrade *)*state)->answer;
    socket_world_open(&w);
    w.script.upgrade = answer_badly;
    expect_a_new_url();
    socket_world_close(&w);
}

static const char *answer_with_extension(socket_peer_t *peer, unsigned connection,
                                         const char *request, void *user_data)
{
    static char answer[512];
    if (connection > 1) return NULL;
    socket_peer_accept(request, answer, sizeof answer,
                       "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    return answer;
}

OPENED(upgrade_with_an_extension_that_was_not_offered)
{
    w.script.upgrade = answer_with_extension;
    expect_a_new_url();
}

/* Without a connection the transport does not wait for the 15 s of the dial. */
OPENED(upgrade_is_never_answered)
{
    first_answer = "";
    w.script.upgrade = answer_badly;
    socket_world_start(&w, 1);
    socket_world_until_taken(&w, 1);
    const uint64_t start = socket_world_now_ms(&w);
    socket_world_pass(&w, 2 * SECOND);
    assert_int_equal(w.calls, 1);
    socket_world_until_connections(&w, 1);
    assert_true(socket_world_now_ms(&w) - start <= 5 * SECOND);
    assert_int_equal(w.calls, 2);
    socket_world_assert_alive(&w, 2, 1);
    assert_false(socket_peer_is_live(w.peer, 1));
}
