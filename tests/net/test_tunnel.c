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

/* A name that no server is asked for: no label is that long. */
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

/* ---- the target ---- */

/* What Slack would say. */
static void answer(fixture_t *f, const slack_http_request_t *request)
{
    char body[200] = "posted";
    if (slack__slice_eq(request->path, SLACK_SLICE("/api/auth.test")))
        snprintf(body, sizeof body, "{\"ok\":true,\"team_id\":\"T1\",\"user_id\":\"U1\"}");
    if (slack__slice_eq(request->path, SLACK_SLICE("/api/apps.connections.open")))
        snprintf(body, sizeof body,
                 "{\"ok\":true,\"url\":\"wss://other.example:%u/link/?ticket=secret\"}",
                 slack__http_server_port(f->http));
    f->posts++;
    slack__http_respond(
        f->http, request->id,
        &(slack_http_response_t){.status = 200, .body = body, .body_len = strlen(body)});
}

static void on_request(slack_http_server_t *http, slack_http_request_t *request, void *user_data)
{
    static const slack_ws_options_t options = {.message_max = WRITE_MAX, .write_max = WRITE_MAX};
    static const char hello[] = "{\"type\":\"hello\",\"num_connections\":1}";
    fixture_t *f = user_data;
    if (request->upgrade) {
        f->peer.echo = true;
        slack__ws_accept(&f->peer.ws, f->world.net, http, request, &options, &ws_side_events,
                         &f->peer);
        if (f->greet) slack__ws_send(f->peer.ws, true, hello, sizeof hello - 1);
    } else {
        answer(f, request);
    }
    slack__arena_free(request->arena);
}

static int open_target(fixture_t *f)
{
    int rc = slack__tls_context_server(&f->server_tls, certs_path("other.pem"),
                                       certs_path("server.key"), NULL);
    if (rc == 0) rc = slack__tls_context_client(&f->client_tls, certs_path("ca.pem"));
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1",
                   .tls = f->server_tls,
                   .open_ms = 10000,
                   .write_max = WRITE_MAX},
        .fn = on_request,
        .user_data = f,
    };
    return rc == 0 ? slack__http_server_open(&f->http, f->world.net, &options, NULL) : rc;
}

static int set_proxy(fixture_t *f, const char *credentials, const char *no_proxy)
{
    char url[100];
    const char *what = "";
    slack__proxy_unref(f->proxy);
    f->proxy = NULL;
    snprintf(url, sizeof url, "http://%s127.0.0.1:%u", credentials, connect_proxy_port(&f->server));
    return slack__proxy_new(&f->proxy, url, no_proxy, &what);
}

static int set_up(fixture_t *f)
{
    memset(f, 0, sizeof *f);
    if (!world_open(&f->world)) return SLACK_ENOMEM;
    connect_proxy_open(&f->server, &f->world.loop);
    int rc = open_target(f);
    return rc == 0 ? set_proxy(f, "", NULL) : rc;
}

static void tear_down(fixture_t *f)
{
    bool http = !f->http, proxy = false, curl = !f->curl;
    ws_side_end(&f->world, &f->client);
    ws_side_end(&f->world, &f->peer);
    if (f->curl) slack__curl_close(f->curl, world_set_flag, &curl);
    if (f->http) slack__http_server_close(f->http, world_set_flag, &http);
    world_until(&f->world, http);
    world_until(&f->world, curl);
    connect_proxy_close(&f->server, &proxy);
    world_until(&f->world, proxy);
    slack__proxy_unref(f->proxy);
    slack__tls_context_unref(f->server_tls);
    slack__tls_context_unref(f->client_tls);
    uv_run(&f->world.loop, UV_RUN_DEFAULT); /* lookups end with their threads */
    world_close(&f->world);
}

static void start(fixture_t *f)
{
    if (!certs_make()) skip();
    assert_int_equal(set_up(f), 0);
}

static int dial(fixture_t *f, const char *host, unsigned port)
{
    char url[200];
    const slack_ws_options_t options = {.tls = f->client_tls,
                                        .proxy = f->proxy,
                                        .open_ms = 10000,
                                        .message_max = WRITE_MAX,
                                        .write_max = WRITE_MAX};
    memset(&f->client, 0, sizeof f->client);
    snprintf(url, sizeof url, "wss://%s:%u/link/?ticket=secret", host, port);
    return slack__ws_connect(&f->client.ws, f->world.net, url, &options, &ws_side_events,
                             &f->client);
}

static void join(fixture_t *f)
{
    assert_int_equal(dial(f, "other.example", slack__http_server_port(f->http)), 0);
    world_until(&f->world, f->client.opens >= 1);
}

static void say(fixture_t *f, const char *text)
{
    const unsigned before = f->client.messages;
    assert_int_equal(slack__ws_send(f->client.ws, true, text, strlen(text)), 0);
    world_until(&f->world, f->client.messages >= before + 1);
    assert_string_equal(f->client.last, text);
}

static void assert_closed(fixture_t *f, int status, const char *reason)
{
    world_until(&f->world, f->client.closes >= 1);
    assert_int_equal(f->client.status, status);
    assert_string_equal(f->client.reason, reason);
    assert_int_equal(f->client.http_status, 0);
    assert_int_equal(f->client.opens, 0);
}

/* ---- sockets ---- */

static void test_socket(void **state)
{
    for (int bytewise = 0; bytewise < 2; bytewise++) {
        fixture_t f;
        char want[100];
        start(&f);
        f.server.bytewise = bytewise;
        join(&f);
        say(&f, "hello");
        snprintf(want, sizeof want, "CONNECT other.example:%u HTTP/1.1\r\n",
                 slack__http_server_port(f.http));
        assert_memory_equal(f.server.request, want, strlen(want));
        assert_null(strstr(f.server.request, "secret"));
        assert_null(strstr(f.server.request, "Authorization"));
        assert_int_equal(f.server.tunnels, 1);
        tear_down(&f);
    }
}

static void test_socket_with_credentials(void **state)
{
    fixture_t f;
    start(&f);
    f.server.credentials = "bWU6cEBzcw=="; /* me:p@ss */
    assert_int_equal(set_proxy(&f, "me:p%40ss@", NULL), 0);
    join(&f);
    say(&f, "hello");
    tear_down(&f);

    start(&f);
    f.server.credentials = "bWU6cEBzcw==";
    assert_int_equal(set_proxy(&f, "me:hunter2@", NULL), 0);
    assert_int_equal(dial(&f, "other.example", 443), 0);
    assert_closed(&f, SLACK_EHTTP,
                  "the proxy: requires other credentials: 407 Proxy Authentication Required");
    tear_down(&f);
}

static void test_socket_that_is_refused(void **state)
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
        fixture_t f;
        start(&f);
        f.server.answer = cases[i].answer;
        assert_int_equal(dial(&f, "other.example", 443), 0);
        assert_closed(&f, cases[i].status, cases[i].reason);
        assert_int_equal(f.server.requests, 1); /* nothing is repeated here */
        tear_down(&f);
    }
}

/* The conn's timer and the WebSocket's run for the same time; whichever is first. */
static void run_out(uv_handle_t *handle, void *arg)
{
    uv_timer_t *timer = (uv_timer_t *)handle;
    if (handle->type == UV_TIMER && uv_is_active(handle) && timer->data == arg)
        uv_timer_start(timer, timer->timer_cb, 0, 0);
}

static void test_proxy_that_goes_wrong(void **state)
{
    fixture_t f;
    start(&f);
    f.server.mute = true;
    assert_int_equal(dial(&f, "other.example", 443), 0);
    world_until(&f.world, f.server.requests >= 1);
    uv_walk(&f.world.loop, run_out, slack__ws_conn(f.client.ws));
    assert_closed(&f, SLACK_ETIMEDOUT, "the proxy: no answer in time");

    assert_int_equal(dial(&f, "other.example", 443), 0);
    world_until(&f.world, f.server.requests >= 2);
    connect_proxy_drop(&f.server);
    assert_closed(&f, SLACK_ECLOSED, "the proxy: closed without an answer");

    /* Nobody listens there. */
    const char *what;
    blackhole_t hole;
    char url[100];
    if (!blackhole_open(&hole, "127.0.0.1", 0)) skip();
    snprintf(url, sizeof url, "127.0.0.1:%u", blackhole_port(&hole));
    slack__proxy_unref(f.proxy);
    assert_int_equal(slack__proxy_new(&f.proxy, url, NULL, &what), 0);
    assert_int_equal(dial(&f, "other.example", 443), 0);
    world_turn(&f.world);
    uv_walk(&f.world.loop, run_out, slack__ws_conn(f.client.ws));
    assert_closed(&f, SLACK_ETIMEDOUT, "the proxy: no connection in time");
    blackhole_close(&hole);
    assert_int_equal(dial(&f, "other.example", 443), 0);
    assert_closed(&f, SLACK_ECONNECT, "the proxy: connection refused");
    tear_down(&f);
}

/* Through the proxy, TLS is with the target: its name is what counts. */
static void test_name_of_the_target(void **state)
{
    fixture_t f;
    start(&f);
    assert_int_equal(dial(&f, "another.example", slack__http_server_port(f.http)), 0);
    assert_closed(&f, SLACK_ETLS, "the certificate is not for another.example");
    tear_down(&f);
}

static void test_targets_without_proxy(void **state)
{
    fixture_t f;
    start(&f);
    /* The certificate is for another host: what counts is that the proxy hears nothing. */
    assert_int_equal(dial(&f, "localhost", slack__http_server_port(f.http)), 0);
    assert_closed(&f, SLACK_ETLS, "the certificate is not for localhost");
    assert_int_equal(set_proxy(&f, "", "a.example, 192.0.2.0/24,test"), 0);
    assert_int_equal(dial(&f, NOBODY, 443), 0);
    world_until(&f.world, f.client.closes >= 1);
    assert_int_equal(f.client.status, SLACK_ECONNECT);
    assert_int_equal(f.server.connections, 0);
    tear_down(&f);
}

/* The owner leaves at every point of the way. */
static void test_abort(void **state)
{
    for (int turns = 0; turns < 12; turns++) {
        fixture_t f;
        start(&f);
        assert_int_equal(dial(&f, "other.example", slack__http_server_port(f.http)), 0);
        for (int i = 0; i < turns; i++)
            uv_run(&f.world.loop, UV_RUN_NOWAIT);
        slack__ws_abort(f.client.ws);
        world_until(&f.world, f.client.closes >= 1);
        assert_int_equal(f.client.status, 0);
        tear_down(&f);
    }
}

static int join_once(void *ctx)
{
    fixture_t f;
    int rc = set_up(&f);
    if (rc == 0) rc = dial(&f, "other.example", slack__http_server_port(f.http));
    if (rc == 0) {
        while (!f.client.opens && !f.client.closes)
            uv_run(&f.world.loop, UV_RUN_ONCE);
        rc = f.client.status;
        /* The server's end runs out of memory too, and then just goes. */
        if (rc != 0) rc = SLACK_ENOMEM;
    }
    if (f.world.net) tear_down(&f);
    return rc;
}

static void test_out_of_memory(void **state)
{
    if (!certs_make()) skip();
    assert_true(alloc_fail_each(join_once, NULL) > 10);
}

/* ---- calls ---- */

static void on_result(const slack_curl_result_t *result, void *user_data)
{
    fixture_t *f = user_data;
    f->answers++;
    f->result = *result;
    snprintf(f->body, sizeof f->body, "%s", result->body);
    snprintf(f->reason, sizeof f->reason, "%s", result->reason);
}

static void open_curl(fixture_t *f)
{
    const slack_curl_options_t options = {.ca_file = certs_path("ca.pem"),
                                          .user_agent = "test/1",
                                          .proxy = f->proxy,
                                          .concurrency = 4};
    bool closed = !f->curl;
    if (f->curl) slack__curl_close(f->curl, world_set_flag, &closed);
    world_until(&f->world, closed);
    assert_int_equal(slack__curl_new(&f->curl, f->world.net, &options), 0);
}

static void post(fixture_t *f, const char *host, unsigned port)
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
    f->answers = 0;
    assert_int_equal(slack__curl_send(f->curl, &request, on_result, f), 0);
    world_until(&f->world, f->answers >= 1);
}

static void test_call(void **state)
{
    fixture_t f;
    start(&f);
    f.server.credentials = "bWU6cEBzcw==";
    assert_int_equal(set_proxy(&f, "me:p%40ss@", NULL), 0);
    open_curl(&f);
    for (int i = 0; i < 2; i++) {
        post(&f, "other.example", slack__http_server_port(f.http));
        assert_int_equal(f.result.status, 0);
        assert_int_equal(f.result.http_status, 200);
        assert_string_equal(f.body, "posted");
    }
    assert_int_equal(f.posts, 2);
    assert_int_equal(f.server.tunnels, 1); /* it is used again */
    assert_null(strstr(f.server.request, "xoxb"));
    tear_down(&f);
}

static void test_call_that_is_refused(void **state)
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
        fixture_t f;
        start(&f);
        assert_int_equal(set_proxy(&f, "me:hunter2@", NULL), 0);
        f.server.answer = cases[i].answer;
        open_curl(&f);
        post(&f, "other.example", 443);
        assert_int_equal(f.result.status, cases[i].status);
        assert_string_equal(f.reason, cases[i].reason);
        assert_int_equal(f.result.http_status, 0);
        assert_int_equal(f.result.retry_after_s, -1);
        assert_true(f.result.unsent);
        assert_string_equal(f.body, "");
        assert_int_equal(f.server.requests, 1);
        tear_down(&f);
    }
}

/* A way that opens and a target that then is not what it should be: nothing was sent to it. */
static void test_call_to_another_name(void **state)
{
    fixture_t f;
    start(&f);
    open_curl(&f);
    post(&f, "another.example", slack__http_server_port(f.http));
    assert_int_equal(f.result.status, SLACK_ETLS);
    assert_true(f.result.unsent);
    assert_int_equal(f.posts, 0);
    tear_down(&f);
}

/* Neither what NO_PROXY names, nor loopback; and libcurl looks at no variable of its own. */
static void test_calls_without_proxy(void **state)
{
    fixture_t f;
    char elsewhere[100];
    start(&f);
    snprintf(elsewhere, sizeof elsewhere, "http://127.0.0.1:%u", connect_proxy_port(&f.server));
    setenv("https_proxy", elsewhere, 1);
    setenv("ALL_PROXY", elsewhere, 1);
    open_curl(&f);
    post(&f, "localhost", slack__http_server_port(f.http));
    assert_int_equal(f.result.status, SLACK_ETLS); /* it was reached, and is other.example */
    assert_int_equal(set_proxy(&f, "", NOBODY), 0);
    open_curl(&f);
    post(&f, NOBODY, 443);
    assert_int_equal(f.result.status, SLACK_ECONNECT);
    assert_int_equal(f.server.connections, 0);
    unsetenv("https_proxy");
    unsetenv("ALL_PROXY");

    setenv("no_proxy", "*", 1);
    assert_int_equal(set_proxy(&f, "", NULL), 0);
    open_curl(&f);
    post(&f, "other.example", slack__http_server_port(f.http));
    assert_string_equal(f.body, "posted");
    assert_int_equal(f.server.tunnels, 1);
    unsetenv("no_proxy");
    tear_down(&f);
}

/* ---- a network that goes and comes back ---- */

/* The short form of tests/network/outage.sh: what is asked for while nothing is forwarded has its
 * answer when it is again, and what is open lives on. */
static void test_freeze(void **state)
{
    fixture_t f;
    start(&f);
    join(&f);
    connect_proxy_freeze(&f.server, true);
    assert_int_equal(slack__ws_send(f.client.ws, true, "later", 5), 0);
    world_turn(&f.world);
    assert_int_equal(f.client.messages, 0);
    connect_proxy_freeze(&f.server, false);
    world_until(&f.world, f.client.messages >= 1);
    assert_string_equal(f.client.last, "later");
    tear_down(&f);

    start(&f);
    connect_proxy_freeze(&f.server, true);
    assert_int_equal(dial(&f, "other.example", slack__http_server_port(f.http)), 0);
    world_until(&f.world, f.server.connections >= 1);
    world_turn(&f.world);
    assert_int_equal(f.client.opens, 0);
    connect_proxy_freeze(&f.server, false);
    world_until(&f.world, f.client.opens >= 1);
    tear_down(&f);
}

/* ---- an app ---- */

typedef struct life {
    bool ready, stopped;
    char log[16384];
} life_t;

static void on_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    life_t *life = user_data;
    const size_t at = strlen(life->log);
    snprintf(life->log + at, sizeof life->log - at, "%.*s\n", (int)len, line);
}

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

/* The options lead calls and sockets through the same proxy, and no line tells the password. */
static void test_app(void **state)
{
    fixture_t f;
    slack_app_t *app = NULL;
    static life_t life;
    char api[100], proxy[100];
    start(&f);
    life = (life_t){0};
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
        .log_fn = on_line,
        .log_user_data = &life,
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
    assert_null(strstr(life.log, "p@ss"));
    assert_null(strstr(life.log, "p%40ss"));
    assert_null(strstr(life.log, "bWU6"));
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_socket),
        cmocka_unit_test(test_socket_with_credentials),
        cmocka_unit_test(test_socket_that_is_refused),
        cmocka_unit_test(test_proxy_that_goes_wrong),
        cmocka_unit_test(test_name_of_the_target),
        cmocka_unit_test(test_targets_without_proxy),
        cmocka_unit_test(test_abort),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_call),
        cmocka_unit_test(test_call_that_is_refused),
        cmocka_unit_test(test_call_to_another_name),
        cmocka_unit_test(test_calls_without_proxy),
        cmocka_unit_test(test_freeze),
        cmocka_unit_test(test_app),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
