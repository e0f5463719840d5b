/* SPDX-License-Identifier: MIT */
/* Sockets and calls through a proxy. The target is other.example, a host that only the proxy knows.
 */

#include <slack/app.h>
#include <slack/error.h>

#include "net/curl.h"
#include "support/alloc_fail.h"
#include "support/blackhole.h"
#include "support/certs.h"
#include "support/connect_proxy.h"
#include "support/test.h"
#include "support/ws_fixture.h"

/* A name that is never looked up: the label is too long. */
#define TEN    "aaaaaaaaaa"
#define NOBODY TEN TEN TEN TEN TEN TEN TEN ".test"

typedef struct fixture {
    world_t world;
    slack_tls_context_t *server_tls, *client_tls;
    slack_http_server_t *http;
    connect_proxy_t server; /* the proxy */
    slack_proxy_t *proxy;   /* the setting */
    ws_side_t client, peer;
    slack_curl_t *curl;
    unsigned answers, posts;
    bool greet; /* the target says hello on a socket */
    slack_curl_result_t result;
    char body[100], reason[200];
} fixture_t;

static fixture_t f;

/* ---- the target ---- */

/* Answer as Slack does. */
static void answer(const slack_http_request_t *request)
{
    char body[200] = "posted";
    if (slack__slice_eq(request->path, SLACK_SLICE("/api/auth.test")))
        snprintf(body, sizeof body, "{\"ok\":true,\"team_id\":\"T1\",\"user_id\":\"U1\"}");
    if (slack__slice_eq(request->path, SLACK_SLICE("/api/apps.connections.open")))
        snprintf(body, sizeof body,
                 "{\"ok\":true,\"url\":\"wss://other.example:%u/link/?ticket=secret\"}",
                 slack__http_server_port(f.http));
    f.posts++;
    slack__http_respond(
        f.http, request->id,
        &(slack_http_response_t){.status = 200, .body = body, .body_len = strlen(body)});
}

static void on_request(slack_http_server_t *http, slack_http_request_t *request, void *user_data)
{
    static const slack_ws_options_t options = {
        .events = &ws_side_events, .message_max = WRITE_MAX, .write_max = WRITE_MAX};
    static const char hello[] = "{\"type\":\"hello\",\"num_connections\":1}";
    if (request->upgrade) {
        f.peer.echo = true;
        slack__ws_accept(&f.peer.ws, f.world.net, request, &options, &f.peer);
        if (f.greet) slack__ws_send(f.peer.ws, true, hello, sizeof hello - 1);
    } else {
        answer(request);
    }
    slack__arena_free(request->arena);
}

static int open_target(void)
{
    int rc = slack__tls_context_server(&f.server_tls, certs_path("other.pem"),
                                       certs_path("server.key"), NULL);
    if (rc == 0) rc = slack__tls_context_client(&f.client_tls, certs_path("ca.pem"));
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1",
                   .tls = f.server_tls,
                   .open_ms = 10000,
                   .write_max = WRITE_MAX},
        .fn = on_request,
    };
    return rc == 0 ? slack__http_server_open(&f.http, f.world.net, &options, NULL) : rc;
}

static int set_proxy(const char *credentials, const char *no_proxy)
{
    char url[100];
    const char *what = "";
    slack__proxy_unref(f.proxy);
    f.proxy = NULL;
    snprintf(url, sizeof url, "http://%s127.0.0.1:%u", credentials, connect_proxy_port(&f.server));
    return slack__proxy_new(&f.proxy, url, no_proxy, &what);
}

static int set_up(void)
{
    memset(&f, 0, sizeof f);
    if (!world_open(&f.world)) return SLACK_ENOMEM;
    connect_proxy_open(&f.server, &f.world.loop);
    int rc = open_target();
    return rc == 0 ? set_proxy("", NULL) : rc;
}

static void tear_down(void)
{
    bool http = !f.http, proxy = false, curl = !f.curl;
    ws_side_end(&f.world, &f.client);
    ws_side_end(&f.world, &f.peer);
    if (f.curl) slack__curl_close(f.curl, world_set_flag, &curl);
    if (f.http) slack__http_server_close(f.http, world_set_flag, &http);
    world_until(&f.world, http);
    world_until(&f.world, curl);
    connect_proxy_close(&f.server, &proxy);
    world_until(&f.world, proxy);
    slack__proxy_unref(f.proxy);
    slack__tls_context_unref(f.server_tls);
    slack__tls_context_unref(f.client_tls);
    uv_run(&f.world.loop, UV_RUN_DEFAULT); /* lookups end */
    world_close(&f.world);
}

static void restart(void)
{
    tear_down();
    assert_int_equal(set_up(), 0);
}

/* Runs a case with the fixture open. */
typedef struct tunnel_case {
    void (*fn)(void **state);
} tunnel_case_t;

static void run_case(void **state)
{
    if (!certs_make()) skip();
    assert_int_equal(set_up(), 0);
    ((const tunnel_case_t *)*state)->fn(state);
    tear_down();
}

#define TUNNEL_TEST(function)                                                                      \
    static void function(void **state);                                                            \
    static tunnel_case_t function##_case = {function};                                             \
    TEST_ADD(function, #function, run_case, NULL, NULL, &function##_case)                          \
    static void function(void **state)

static int dial(const char *host, unsigned port)
{
    char url[200];
    const slack_ws_options_t options = {.url = url,
                                        .events = &ws_side_events,
                                        .tls = f.client_tls,
                                        .proxy = f.proxy,
                                        .open_ms = 10000,
                                        .message_max = WRITE_MAX,
                                        .write_max = WRITE_MAX};
    memset(&f.client, 0, sizeof f.client);
    snprintf(url, sizeof url, "wss://%s:%u/link/?ticket=secret", host, port);
    return slack__ws_connect(&f.client.ws, f.world.net, &options, &f.client);
}

static void join(void)
{
    assert_int_equal(dial("other.example", slack__http_server_port(f.http)), 0);
    world_until(&f.world, f.client.opens >= 1);
}

static void say(const char *text)
{
    const unsigned before = f.client.messages;
    assert_int_equal(slack__ws_send(f.client.ws, true, text, strlen(text)), 0);
    world_until(&f.world, f.client.messages >= before + 1);
    assert_string_equal(f.client.last, text);
}

static void assert_closed(int status, const char *reason)
{
    world_until(&f.world, f.client.closes >= 1);
    assert_int_equal(f.client.status, status);
    assert_string_equal(f.client.reason, reason);
    assert_int_equal(f.client.http_status, 0);
    assert_int_equal(f.client.opens, 0);
}

/* ---- sockets ---- */

TUNNEL_TEST(test_socket)
{
    for (int bytewise = 0; bytewise < 2; bytewise++) {
        char want[100];
        restart();
        f.server.bytewise = bytewise;
        join();
        say("hello");
        snprintf(want, sizeof want, "CONNECT other.example:%u HTTP/1.1\r\n",
                 slack__http_server_port(f.http));
        assert_memory_equal(f.server.request, want, strlen(want));
        assert_null(strstr(f.server.request, "secret"));
        assert_null(strstr(f.server.request, "Authorization"));
        assert_int_equal(f.server.tunnels, 1);
    }
}

TUNNEL_TEST(test_socket_with_credentials)
{
    f.server.credentials = "bWU6cEBzcw=="; /* me:p@ss */
    assert_int_equal(set_proxy("me:p%40ss@", NULL), 0);
    join();
    say("hello");
    restart();
    f.server.credentials = "bWU6cEBzcw==";
    assert_int_equal(set_proxy("me:hunter2@", NULL), 0);
    assert_int_equal(dial("other.example", 443), 0);
    assert_closed(SLACK_EHTTP,
                  "the proxy: requires other credentials: 407 Proxy Authentication Required");
}

TUNNEL_TEST(test_socket_that_is_refused)
{
    static const struct {
        const char *answer;
        int status;
        const char *reason;
    } cases[] = {
        {"HTTP/1.1 403 Filtered\r\n\r\n", SLACK_EHTTP,
         "the proxy: refused to connect: 403 Filtered"},
        {"HTTP/1.1 503 Down\r\n\r\n", SLACK_ECONNECT, "the proxy: could not connect: 503 Down"},
        {"SSH-2.0-x\r\n", SLACK_EPROTO, "the proxy: did not answer in HTTP"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        restart();
        f.server.answer = cases[i].answer;
        assert_int_equal(dial("other.example", 443), 0);
        assert_closed(cases[i].status, cases[i].reason);
        assert_int_equal(f.server.requests, 1); /* it is not repeated */
    }
}

/* Let the timers of the conn and of its WebSocket fire now; they run for the same time. */
static void run_out(uv_handle_t *handle, void *arg)
{
    uv_timer_t *timer = (uv_timer_t *)handle;
    if (handle->type == UV_TIMER && uv_is_active(handle) && timer->data == arg)
        uv_timer_start(timer, timer->timer_cb, 0, 0);
}

TUNNEL_TEST(test_proxy_that_goes_wrong)
{
    f.server.mute = true;
    assert_int_equal(dial("other.example", 443), 0);
    world_until(&f.world, f.server.requests >= 1);
    uv_walk(&f.world.loop, run_out, slack__ws_conn(f.client.ws));
    assert_closed(SLACK_ETIMEDOUT, "the proxy: no answer in time");

    assert_int_equal(dial("other.example", 443), 0);
    world_until(&f.world, f.server.requests >= 2);
    connect_proxy_drop(&f.server);
    assert_closed(SLACK_ECLOSED, "the proxy: closed without an answer");

    /* A port without a listener. */
    const char *what;
    blackhole_t hole;
    char url[100];
    if (!blackhole_open(&hole, "127.0.0.1", 0)) skip();
    snprintf(url, sizeof url, "127.0.0.1:%u", blackhole_port(&hole));
    slack__proxy_unref(f.proxy);
    assert_int_equal(slack__proxy_new(&f.proxy, url, NULL, &what), 0);
    assert_int_equal(dial("other.example", 443), 0);
    world_turn(&f.world);
    uv_walk(&f.world.loop, run_out, slack__ws_conn(f.client.ws));
    assert_closed(SLACK_ETIMEDOUT, "the proxy: no connection in time");
    blackhole_close(&hole);
    assert_int_equal(dial("other.example", 443), 0);
    assert_closed(SLACK_ECONNECT, "the proxy: connection refused");
}

/* TLS is with the target behind the proxy: the certificate is checked against its name. */
TUNNEL_TEST(test_name_of_the_target)
{
    assert_int_equal(dial("another.example", slack__http_server_port(f.http)), 0);
    assert_closed(SLACK_ETLS, "the certificate is not for another.example");
}

TUNNEL_TEST(test_targets_without_proxy)
{
    /* The certificate is for another host, which does not matter: the proxy is not asked. */
    assert_int_equal(dial("localhost", slack__http_server_port(f.http)), 0);
    assert_closed(SLACK_ETLS, "the certificate is not for localhost");
    assert_int_equal(set_proxy("", "a.example, 192.0.2.0/24,test"), 0);
    assert_int_equal(dial(NOBODY, 443), 0);
    world_until(&f.world, f.client.closes >= 1);
    assert_int_equal(f.client.status, SLACK_ECONNECT);
    assert_int_equal(f.server.connections, 0);
}

/* The owner aborts at every stage. */
TUNNEL_TEST(test_abort)
{
    for (int turns = 0; turns < 12; turns++) {
        restart();
        assert_int_equal(dial("other.example", slack__http_server_port(f.http)), 0);
        for (int i = 0; i < turns; i++)
            uv_run(&f.world.loop, UV_RUN_NOWAIT);
        slack__ws_abort(f.client.ws);
        world_until(&f.world, f.client.closes >= 1);
        assert_int_equal(f.client.status, 0);
    }
}

static int join_once(void *ctx)
{
    int rc = set_up();
    if (rc == 0) rc = dial("other.example", slack__http_server_port(f.http));
    if (rc == 0) {
        world_until(&f.world, f.client.opens || f.client.closes);
        rc = f.client.status;
        /* The server's end can run out of memory too, and closes then. */
        if (rc != 0) rc = SLACK_ENOMEM;
    }
    if (f.world.net) tear_down();
    return rc;
}

TEST(test_out_of_memory)
{
    if (!certs_make()) skip();
    assert_true(alloc_fail_each(join_once, NULL) > 10);
}

/* ---- calls ---- */

static void on_result(const slack_curl_result_t *result, void *user_data)
{
    f.answers++;
    f.result = *result;
    snprintf(f.body, sizeof f.body, "%s", result->body);
    snprintf(f.reason, sizeof f.reason, "%s", result->reason);
}

static void open_curl(void)
{
    const slack_curl_options_t options = {.ca_file = certs_path("ca.pem"),
                                          .user_agent = "test/1",
                                          .proxy = f.proxy,
                                          .concurrency = 4};
    bool closed = !f.curl;
    if (f.curl) slack__curl_close(f.curl, world_set_flag, &closed);
    world_until(&f.world, closed);
    assert_int_equal(slack__curl_new(&f.curl, f.world.net, &options), 0);
}

static void post(const char *host, unsigned port)
{
    static const char *const headers[] = {"Authorization: Bearer xoxb-1", NULL};
    char url[200];
    snprintf(url, sizeof url, "https://%s:%u/api/x", host, port);
    const slack_curl_request_t request = {.method = "POST",
                                          .url = url,
                                          .headers = headers,
                                          .body = "a=b",
                                          .body_len = 3,
                                          .timeout_ms = 10000,
                                          .body_max = 1000};
    f.answers = 0;
    assert_int_equal(slack__curl_send(f.curl, &request, on_result, NULL), 0);
    world_until(&f.world, f.answers >= 1);
}

TUNNEL_TEST(test_call)
{
    f.server.credentials = "bWU6cEBzcw==";
    assert_int_equal(set_proxy("me:p%40ss@", NULL), 0);
    open_curl();
    for (int i = 0; i < 2; i++) {
        post("other.example", slack__http_server_port(f.http));
        assert_int_equal(f.result.status, 0);
        assert_int_equal(f.result.http_status, 200);
        assert_string_equal(f.body, "posted");
    }
    assert_int_equal(f.posts, 2);
    assert_int_equal(f.server.tunnels, 1); /* the tunnel is reused */
    assert_null(strstr(f.server.request, "xoxb"));
}

TUNNEL_TEST(test_call_that_is_refused)
{
    static const struct {
        const char *answer;
        int status;
        const char *reason;
    } cases[] = {
        {"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
         SLACK_EHTTP, "the proxy requires other credentials: 407"},
        {"HTTP/1.1 403 Filtered\r\nRetry-After: 9\r\nContent-Length: 2\r\n\r\nno", SLACK_EHTTP,
         "the proxy refused to connect: 403"},
        {"HTTP/1.1 502 Down\r\nContent-Length: 0\r\n\r\n", SLACK_ECONNECT,
         "the proxy could not connect: 502"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        restart();
        assert_int_equal(set_proxy("me:hunter2@", NULL), 0);
        f.server.answer = cases[i].answer;
        open_curl();
        post("other.example", 443);
        assert_int_equal(f.result.status, cases[i].status);
        assert_string_equal(f.reason, cases[i].reason);
        assert_int_equal(f.result.http_status, 0);
        assert_int_equal(f.result.retry_after_s, -1);
        assert_true(f.result.unsent);
        assert_string_equal(f.body, "");
        assert_int_equal(f.server.requests, 1);
    }
}

/* The tunnel opens, and the certificate is for another name: nothing is sent. */
TUNNEL_TEST(test_call_to_another_name)
{
    open_curl();
    post("another.example", slack__http_server_port(f.http));
    assert_int_equal(f.result.status, SLACK_ETLS);
    assert_true(f.result.unsent);
    assert_int_equal(f.posts, 0);
}

/* NO_PROXY and loopback go without the proxy; libcurl ignores its own variables. */
TUNNEL_TEST(test_calls_without_proxy)
{
    char elsewhere[100];
    snprintf(elsewhere, sizeof elsewhere, "http://127.0.0.1:%u", connect_proxy_port(&f.server));
    setenv("https_proxy", elsewhere, 1);
    setenv("ALL_PROXY", elsewhere, 1);
    open_curl();
    post("localhost", slack__http_server_port(f.http));
    assert_int_equal(f.result.status, SLACK_ETLS); /* it was reached, and is other.example */
    assert_int_equal(set_proxy("", NOBODY), 0);
    open_curl();
    post(NOBODY, 443);
    assert_int_equal(f.result.status, SLACK_ECONNECT);
    assert_int_equal(f.server.connections, 0);
    unsetenv("https_proxy");
    unsetenv("ALL_PROXY");

    setenv("no_proxy", "*", 1);
    assert_int_equal(set_proxy("", NULL), 0);
    open_curl();
    post("other.example", slack__http_server_port(f.http));
    assert_string_equal(f.body, "posted");
    assert_int_equal(f.server.tunnels, 1);
    unsetenv("no_proxy");
}

/* ---- a network that goes and comes back ---- */

/* The short form of tests/network/outage.sh: while the network is away, nothing is lost; messages
 * and dials complete when it is back, and open sockets stay open. */
TUNNEL_TEST(test_freeze)
{
    join();
    connect_proxy_freeze(&f.server, true);
    assert_int_equal(slack__ws_send(f.client.ws, true, "later", 5), 0);
    world_turn(&f.world);
    assert_int_equal(f.client.messages, 0);
    connect_proxy_freeze(&f.server, false);
    world_until(&f.world, f.client.messages >= 1);
    assert_string_equal(f.client.last, "later");
    restart();
    connect_proxy_freeze(&f.server, true);
    assert_int_equal(dial("other.example", slack__http_server_port(f.http)), 0);
    world_until(&f.world, f.server.connections >= 1);
    world_turn(&f.world);
    assert_int_equal(f.client.opens, 0);
    connect_proxy_freeze(&f.server, false);
    world_until(&f.world, f.client.opens >= 1);
}

/* ---- an app ---- */

typedef struct life {
    bool ready, stopped;
} life_t;

static void on_state(slack_app_t *app, const char *transport, enum slack_transport_state state,
                     int reason, void *user_data)
{
    life_t *life = user_data;
    life->ready |= state == SLACK_TRANSPORT_READY;
}

static void on_stopped(slack_app_t *app, int status, void *user_data)
{
    life_t *life = user_data;
    assert_int_equal(status, 0);
    life->stopped = true;
}

/* The options lead calls and sockets through the same proxy. The log never contains the password.
 */
TUNNEL_TEST(test_app)
{
    slack_app_t *app = NULL;
    life_t life = {0};
    char api[100], proxy[100];
    f.greet = true;
    f.server.credentials = "bWU6cEBzcw==";
    snprintf(api, sizeof api, "https://other.example:%u/api/", slack__http_server_port(f.http));
    snprintf(proxy, sizeof proxy, "http://me:p%%40ss@127.0.0.1:%u", connect_proxy_port(&f.server));
    const slack_options_t options = {
        .transport = "socket",
        .bot_token = "xoxb-1",
        .app_token = "xapp-1",
        .socket_connections = 1,
        .store = "memory:",
        .api_url = api,
        .ca_file = certs_path("ca.pem"),
        .proxy = proxy,
        .no_proxy = "elsewhere.example",
        .log_level = SLACK_LOG_DEBUG,
        .log_fn = world_keep_line,
        .log_user_data = &f.world,
        .loop = &f.world.loop,
    };
    assert_int_equal(slack_app_new(&app, &options), 0);
    slack_on_state(app, on_state, &life);
    assert_int_equal(slack_app_start(app, on_stopped, &life), 0);
    world_until(&f.world, life.ready);
    assert_int_equal(f.posts, 2); /* auth.test, apps.connections.open */
    assert_non_null(f.peer.ws);
    assert_int_equal(f.server.tunnels, 2); /* the calls' and the socket's */
    assert_int_equal(f.server.connections, 2);
    slack_app_stop(app);
    world_until(&f.world, life.stopped);
    slack_app_free(app);
    assert_false(world_logged(&f.world, "p@ss"));
    assert_false(world_logged(&f.world, "p%40ss"));
    assert_false(world_logged(&f.world, "bWU6"));
}
