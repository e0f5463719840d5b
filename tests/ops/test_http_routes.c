/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/http_peer.h"
#include "support/slack_request.h"
#include "support/test.h"
#include "util/alloc.h"

#define MESSAGE                                                                                    \
    "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"app_mention\"}}"

static app_fixture_t f;
static http_peer_t *browser, *admin; /* clients of the port for Slack, and of the admin port */

static slack_transport_stats_t http_stats(void)
{
    slack_transport_stats_t stats = {0};
    assert_int_equal(slack_app_transport_stats(f.app, "http", &stats), 0);
    return stats;
}

static void open_with(const slack_options_t *extra)
{
    slack_options_t o = *extra;
    o.transport = "http,memory";
    o.http_host = "127.0.0.1";
    o.http_port = "0";
    o.signing_secret = SLACK_REQUEST_SECRET;
    app_open(&f, &o);
}

static void go(void)
{
    app_ready(&f);
    world_until(&f.world, http_stats().state == SLACK_TRANSPORT_READY);
    browser = http_peer_open(&f.world.loop, http_stats().port, false);
    admin = http_stats().admin_port ? http_peer_open(&f.world.loop, http_stats().admin_port, false)
                                    : NULL;
}

static void close_peer(http_peer_t *peer)
{
    bool closed = false;
    http_peer_close(peer, &closed);
    world_until(&f.world, closed);
}

static void close_all(void)
{
    close_peer(browser);
    if (admin) close_peer(admin);
    app_close(&f);
    assert_int_equal(heap_live(), 0);
}

#define PAGES_TEST(function) TEST_AROUND(function, open_with(&(slack_options_t){0}), close_all())

static const http_reply_t *wait_for(http_peer_t *peer, int number)
{
    const http_reply_t *reply;
    do {
        app_turn(&f);
        reply = http_peer_reply(peer, number);
    } while (!reply->done && !reply->closed);
    return reply;
}

static int ask(http_peer_t *peer, const char *line)
{
    char request[300];
    int len = snprintf(request, sizeof request, "%s HTTP/1.1\r\nHost: x\r\n\r\n", line);
    return http_peer_send(peer, request, (size_t)len, (http_pieces_t){0});
}

static const http_reply_t *get(http_peer_t *peer, const char *line)
{
    return wait_for(peer, ask(peer, line));
}

static void check_text(const http_reply_t *reply, int status, const char *text)
{
    assert_true(reply->done);
    assert_int_equal(reply->status, status);
    assert_string_equal(reply->body, text);
}

/* ---- the library's pages ---- */

PAGES_TEST(health_and_readiness)
{
    go();
    check_text(get(browser, "GET /healthz"), 200, "ok\n");
    check_text(get(browser, "GET /readyz"), 200, "ready\n");
    check_text(get(browser, "GET /readyz?x=y"), 200, "ready\n");
    const http_reply_t *reply = get(browser, "POST /readyz");
    check_text(reply, 405, "");
    assert_true(http_reply_has(reply, "Allow", "GET, HEAD"));
    check_text(get(browser, "GET /nothing"), 404, "");
    slack__inspect_set_store_failing(f.app, true);
    check_text(get(browser, "GET /readyz"), 503, "the store fails\n");
    slack__inspect_set_store_failing(f.app, false);
}

/* A transport that is switched off at Slack does not count if another one is ready. */
PAGES_TEST(readiness_of_two_transports)
{
    static const struct {
        enum slack_transport_state memory, http;
        bool off;
        int status;
    } rows[] = {
        {SLACK_TRANSPORT_DEGRADED, SLACK_TRANSPORT_READY, false, 503},
        {SLACK_TRANSPORT_DEGRADED, SLACK_TRANSPORT_READY, true, 200},
        {SLACK_TRANSPORT_DEGRADED, SLACK_TRANSPORT_DEGRADED, true, 503},
        {SLACK_TRANSPORT_READY, SLACK_TRANSPORT_DEGRADED, false, 503},
        {SLACK_TRANSPORT_READY, SLACK_TRANSPORT_READY, false, 200},
    };
    go();
    slack_transport_t *memory = slack__inspect_transport(f.app, "memory");
    slack_transport_t *http = slack__inspect_transport(f.app, "http");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memory->state = rows[i].memory;
        http->state = rows[i].http;
        memory->switched_off = rows[i].off;
        check_text(get(browser, "GET /readyz"), rows[i].status,
                   rows[i].status == 200 ? "ready\n" : "a transport is not ready\n");
    }
}

PAGES_TEST(metrics_count)
{
    app_ack_t acks[4] = {0};
    slack_on_event(f.app, "app_mention", app_nothing, NULL);
    go();
    app_inject(&f, MESSAGE, &acks[0]);
    app_run_until(&f, &acks[0].count);
    app_inject(&f, MESSAGE, &acks[1]);
    app_run_until(&f, &acks[1].count);
    app_inject(&f, "{\"command\":\"/none\"}", &acks[2]);
    app_run_until(&f, &acks[2].count);
    app_spin(&f);
    const http_reply_t *reply = get(browser, "GET /metrics");
    assert_int_equal(reply->status, 200);
    assert_true(http_reply_has(reply, "Content-Type", "text/plain; version=0.0.4; charset=utf-8"));
    static const char *const lines[] = {
        "\nslackapp_deliveries_total{kind=\"event\",result=\"ok\"} 1\n",
        "\nslackapp_deliveries_total{kind=\"event\",result=\"duplicate\"} 1\n",
        "\nslackapp_deliveries_total{kind=\"command\",result=\"unmatched\"} 1\n",
        "\nslackapp_duplicates_total 1\n",
        "\nslackapp_redeliveries_total 0\n",
        "\n# TYPE slackapp_ack_seconds histogram\n",
        "\nslackapp_ack_seconds_bucket{le=\"+Inf\"} 3\n",
        "\nslackapp_ack_seconds_count 3\n",
        "\nslackapp_calls_total{method=\"auth.test\",result=\"ok\"} 1\n",
        "\nslackapp_transport_ready{transport=\"http\"} 1\n",
        "\nslackapp_transport_connections{transport=\"http\"} 1\n",
        "\nslackapp_deliveries_under_way 0\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(reply->body, lines[i])) fail_msg("no%s in%s", lines[i], reply->body);
}

TEST(port_of_their_own)
{
    open_with(&(slack_options_t){.http_admin_port = "0"});
    go();
    static const char *const pages[] = {
        "GET /healthz",   "GET /readyz",    "GET /metrics",
        "GET /metrics?x", "GET /%6detrics", "GET /metrics/",
    };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        check_text(get(browser, pages[i]), 404, "");
        assert_int_equal(get(admin, pages[i])->status, i < 5 ? 200 : 404);
    }
    check_text(get(browser, "POST /slack/events"), 401, "");
    check_text(get(admin, "POST /slack/events"), 404, "");
    close_all();
}

/* The start fails, and the port for Slack is closed again. */
TEST(port_of_their_own_is_taken)
{
    struct sockaddr_in address;
    char port[16];
    uv_tcp_t other;
    int len = sizeof address;
    open_with(&(slack_options_t){0});
    uv_tcp_init(&f.world.loop, &other);
    uv_ip4_addr("127.0.0.1", 0, &address);
    assert_int_equal(uv_tcp_bind(&other, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&other, 1, NULL), 0);
    uv_tcp_getsockname(&other, (struct sockaddr *)&address, &len);
    snprintf(port, sizeof port, "%u", ntohs(address.sin_port));
    slack_options_t *options = slack__inspect_options(f.app);
    options->http_admin_port = slack__strdup(port);
    assert_int_equal(app_start_fails(&f), SLACK_EIO);
    assert_non_null(
        strstr(slack_app_error(f.app), "the port is in use; set SLACK_HTTP_ADMIN_PORT to another"));
    uv_close((uv_handle_t *)&other, NULL);
    app_close(&f);
    assert_int_equal(heap_live(), 0);
}

static slack_http_visit_t *kept;
static unsigned visits;

static int keep(slack_http_visit_t *visit, void *user_data)
{
    kept = visit;
    visits++;
    return 0;
}

/* ---- an app without HTTP ---- */

static slack_transport_stats_t stats_of(const char *name)
{
    slack_transport_stats_t stats = {0};
    assert_int_equal(slack_app_transport_stats(f.app, name, &stats), 0);
    return stats;
}

static void open_without_http(const char *transport, const slack_options_t *extra)
{
    slack_options_t o = *extra;
    o.transport = transport;
    o.app_token = "xapp-1-test";
    o.http_admin_port = "0";
    app_open(&f, &o);
}

static void close_without_http(void)
{
    close_peer(admin);
    app_close(&f);
    assert_int_equal(heap_live(), 0);
}

/* The pages answer from before the start is done. */
TEST(socket_mode_has_pages)
{
    open_without_http("socket", &(slack_options_t){0});
    app_start(&f);
    unsigned port = 0; /* it listens before auth.test has an answer */
    const char *line = strstr(f.world.log, "event=\"admin server listening\" host=127.0.0.1 port=");
    assert_non_null(line);
    assert_int_equal(sscanf(strstr(line, " port="), " port=%u", &port), 1);
    admin = http_peer_open(&f.world.loop, port, false);
    check_text(get(admin, "GET /healthz"), 200, "ok\n");
    world_until(&f.world, slack__inspect_is(f.app, "running"));
    check_text(get(admin, "GET /readyz"), 503, "a transport is not ready\n");
    assert_int_equal(stats_of("socket").admin_port, port);
    const http_reply_t *reply = get(admin, "GET /metrics");
    assert_int_equal(reply->status, 200);
    assert_non_null(strstr(reply->body, "\nslackapp_transport_ready{transport=\"socket\"} 0\n"));
    assert_non_null(
        strstr(reply->body, "\nslackapp_transport_reconnects_total{transport=\"socket\"} 0\n"));
    check_text(get(admin, "GET /none"), 404, "");
    check_text(get(admin, "POST /slack/events"), 404, "");
    assert_true(world_logged(&f.world,
                             "event=\"request refused\" status=404 reason=\"no such page\" "
                             "peer=127.0.0.1 path=/none"));
    close_without_http();
}

/* /readyz answers while auth.test is retried, which may take long without a network. */
TEST(starting_is_told)
{
    open_without_http("memory", &(slack_options_t){0});
    fake_slack_answer(f.slack, "auth.test", 500, "");
    app_start(&f);
    admin = http_peer_open(&f.world.loop, stats_of("memory").admin_port, false);
    world_until(&f.world, strstr(f.world.log, "auth.test failed"));
    check_text(get(admin, "GET /readyz"), 503, "starting\n");
    check_text(get(admin, "GET /healthz"), 200, "ok\n");
    close_without_http();
}

/* /readyz answers 503 during the whole stop, and every request gets an answer. */
TEST(drain_is_told_without_http)
{
    open_without_http("memory", &(slack_options_t){.drain_delay_ms = 100});
    slack_http_route(f.app, "GET", "/keep", keep, NULL);
    app_ready(&f);
    admin = http_peer_open(&f.world.loop, stats_of("memory").admin_port, false);
    check_text(get(admin, "GET /readyz"), 200, "ready\n");
    visits = 0;
    int number = ask(admin, "GET /keep");
    app_run_until(&f, &visits);
    slack_app_stop(f.app);
    app_spin(&f);
    assert_string_equal(slack__inspect_state(f.app), "leaving");
    check_text(get(admin, "GET /readyz"), 503, "stopping\n");
    world_until(&f.world, !slack__inspect_is(f.app, "leaving"));
    assert_string_equal(slack__inspect_state(f.app), "draining");
    check_text(get(admin, "GET /readyz"), 503, "stopping\n");
    check_text(get(admin, "GET /healthz"), 200, "ok\n");
    assert_false(f.stopped);
    assert_int_equal(slack_http_reply(kept, 200, NULL, "bye", 3), 0);
    check_text(wait_for(admin, number), 200, "bye");
    app_run_until_stopped(&f);
    assert_int_equal(f.status, 0);
    close_without_http();
}

TEST(wrong_places_are_named)
{
    static const struct {
        slack_options_t options;
        int rc;
        const char *sentence;
    } cases[] = {
        {{.http_admin_port = "x"}, SLACK_ECONFIG, "SLACK_HTTP_ADMIN_PORT is \"x\""},
        {{.http_admin_port = "0", .http_admin_host = "nowhere"},
         SLACK_EINVAL,
         "cannot listen on nowhere:0: that is no address of this machine; see "
         "SLACK_HTTP_ADMIN_HOST"},
        {{.http_admin_port = "0", .http_trusted_proxies = "everybody"},
         SLACK_ECONFIG,
         "SLACK_HTTP_TRUSTED_PROXIES is \"everybody\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        app_open(&f, &cases[i].options);
        assert_int_equal(app_start_fails(&f), cases[i].rc);
        assert_non_null(strstr(slack_app_error(f.app), cases[i].sentence));
        app_close(&f);
        assert_int_equal(heap_live(), 0);
    }
}

/* ---- the program's routes ---- */

static int show(slack_http_visit_t *visit, void *user_data)
{
    size_t len;
    visits++;
    assert_string_equal(slack_http_method(visit), "PUT");
    assert_string_equal(slack_http_path(visit), "/mine");
    assert_string_equal(slack_http_query(visit), "a=b");
    assert_string_equal(slack_http_peer(visit), "127.0.0.1");
    assert_string_equal(slack_http_get_header(visit, "host"), "x");
    assert_string_equal(slack_http_get_header(visit, "cookie"), "");
    assert_string_equal(slack_http_body(visit, &len), "");
    assert_int_equal(len, 0);
    assert_int_equal(slack_http_set_header(visit, "A", "b\r\nc"), SLACK_EINVAL);
    assert_int_equal(slack_http_set_header(visit, "A:", "b"), SLACK_EINVAL);
    assert_int_equal(slack_http_set_header(visit, "Location", "/there"), 0);
    assert_int_equal(slack_http_reply(visit, 99, NULL, NULL, 0), SLACK_EINVAL);
    assert_int_equal(slack_http_reply(visit, 302, "text/plain", "go", 2), 0);
    assert_int_equal(slack_http_reply(visit, 200, NULL, NULL, 0), SLACK_EALREADY);
    return 0;
}

static int say_path(slack_http_visit_t *visit, void *user_data)
{
    const char *path = slack_http_path(visit);
    return slack_http_reply(visit, 200, NULL, path, strlen(path));
}

static int fail_it(slack_http_visit_t *visit, void *user_data)
{
    slack_http_set_header(visit, "A", "b");
    f.world.mono_us += 250 * 1000;
    return SLACK_EIO;
}

PAGES_TEST(routes_of_the_program)
{
    assert_int_equal(slack_http_route(f.app, "PUT", "/mine", show, NULL), 0);
    assert_int_equal(slack_http_route(f.app, "PUT", "/mine", show, NULL), SLACK_EALREADY);
    assert_int_equal(slack_http_route(f.app, "GET", "/healthz", show, NULL), SLACK_EALREADY);
    assert_int_equal(slack_http_route(f.app, "GET", "mine", show, NULL), SLACK_EINVAL);
    assert_non_null(strstr(slack_app_error(f.app), "the route GET mine: it needs"));
    assert_int_equal(slack_http_route(f.app, "", "/mine", show, NULL), SLACK_EINVAL);
    assert_int_equal(slack_http_route(f.app, "PUT", "/%6dine", show, NULL), SLACK_EALREADY);
    assert_int_equal(slack_http_route(f.app, "GET", "/100%", show, NULL), SLACK_EINVAL);
    assert_int_equal(slack_http_route(f.app, "GET", "/caf%c3%a9", say_path, NULL), 0);
    assert_int_equal(slack_http_route(f.app, "GET", "/a%2fb", say_path, NULL), 0);
    assert_int_equal(slack_http_route(f.app, "GET", "/mine", NULL, NULL), SLACK_EINVAL);
    assert_int_equal(slack_http_route(f.app, "GET", "/fail", fail_it, NULL), 0);
    assert_int_equal(slack_http_route(f.app, "GET", "/keep", keep, NULL), 0);
    go();
    const http_reply_t *reply = get(browser, "PUT /mine?a=b");
    check_text(reply, 302, "go");
    assert_true(http_reply_has(reply, "Location", "/there"));
    check_text(get(browser, "GET /fail"), 500, "");
    assert_true(world_logged(&f.world, "event=\"loop blocked\" kind=route listener=/fail ms=25"));
    check_text(get(browser, "PUT /%6Di%6ee?a=b"), 302, "go");
    check_text(get(browser, "GET /c%61f%C3%A9?%zz"), 200, "/caf\xc3\xa9");
    check_text(get(browser, "GET /a%2Fb"), 200, "/a%2Fb");
    check_text(get(browser, "GET /a/b"), 404, "");
    check_text(get(browser, "GET http://x/a%2fb"), 200, "/a%2Fb");

    visits = 0;
    int number = ask(browser, "GET /keep");
    app_run_until(&f, &visits);
    assert_int_equal(slack_http_reply(kept, 200, NULL, "later", 5), 0);
    check_text(wait_for(browser, number), 200, "later");

    visits = 0;
    number = ask(browser, "GET /keep");
    app_run_until(&f, &visits);
    http_peer_drop(browser, number);
    world_until(&f.world, http_stats().connections == 0);
    assert_int_equal(slack_http_reply(kept, 200, NULL, "later", 5), SLACK_ECLOSED);
}

static int read_fields(slack_http_visit_t *visit, void *user_data)
{
    char text[200];
    snprintf(text, sizeof text, "%s|%s|%s|%s|%s|%s", slack_http_query_field(visit, "code"),
             slack_http_query_field(visit, "none"), slack_http_form_field(visit, "state"),
             slack_http_cookie(visit, "state"), slack_http_cookie(visit, "s"),
             slack_http_cookie(visit, "none"));
    return slack_http_reply(visit, 200, NULL, text, strlen(text));
}

static int redirect(slack_http_visit_t *visit, void *user_data)
{
    assert_int_equal(slack_http_redirect(visit, NULL), SLACK_EINVAL);
    assert_int_equal(slack_http_redirect(visit, ""), SLACK_EINVAL);
    assert_int_equal(slack_http_redirect(visit, "/a\r\nSet-Cookie: x=y"), SLACK_EINVAL);
    return slack_http_redirect(visit, "https://slack.com/oauth/v2/authorize?state=1");
}

PAGES_TEST(fields_cookies_and_redirects)
{
    static const char post[] = "POST /fields?code=a%2Bb+c&code=2&x HTTP/1.1\r\nHost: x\r\n"
                               "Cookie: xstate=no; state=abc; s=1=2\r\nContent-Length: 14\r\n\r\n"
                               "a=1&state=%C3%A9";
    slack_http_route(f.app, "POST", "/fields", read_fields, NULL);
    slack_http_route(f.app, "GET", "/fields", read_fields, NULL);
    slack_http_route(f.app, "GET", "/go", redirect, NULL);
    go();
    char request[sizeof post];
    memcpy(request, post, sizeof post);
    memcpy(strstr(request, "Length: 14") + 8, "16", 2);
    int number = http_peer_send(browser, request, sizeof post - 1, (http_pieces_t){0});
    check_text(wait_for(browser, number), 200, "a+b c||\xc3\xa9|abc|1=2|");
    check_text(get(browser, "GET /fields"), 200, "|||||");
    const http_reply_t *reply = get(browser, "GET /go");
    check_text(reply, 303, "");
    assert_true(http_reply_has(reply, "Location", "https://slack.com/oauth/v2/authorize?state=1"));
}

static int return_one(slack_http_visit_t *visit, void *user_data)
{
    return 1;
}

/* A route that fails or never replies still gets a status and a line in the log, and delays no
 * other request. */
PAGES_TEST(routes_that_fail)
{
    slack_http_route(f.app, "GET", "/fail", fail_it, NULL);
    slack_http_route(f.app, "GET", "/one", return_one, NULL);
    slack_http_route(f.app, "GET", "/keep", keep, NULL);
    go();
    check_text(get(browser, "GET /fail"), 500, "");
    assert_true(world_logged(&f.world, "status=500 reason=\"the route returned SLACK_EIO\""));
    assert_true(world_logged(&f.world, "path=/fail"));
    check_text(get(browser, "GET /one"), 500, "");
    assert_true(world_logged(&f.world, "the route returned 1; 0 or a negative"));
    visits = 0;
    int number = ask(browser, "GET /keep");
    app_run_until(&f, &visits);
    app_pass_ms(&f, 61000);
    check_text(wait_for(browser, number), 504, "");
    assert_true(world_logged(
        &f.world, "status=504 reason=\"the route sent no slack_http_reply() within 60 s"));
    assert_true(world_logged(&f.world, "path=/keep"));
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_false(world_logged(&f.world, "time is up"));
    assert_int_equal(slack_http_reply(kept, 200, NULL, "late", 4), SLACK_ECLOSED);
}

static void start_socket_mode(void)
{
    app_start(&f);
    world_until(&f.world, slack__inspect_is(f.app, "running"));
}

TEST(pages_of_installations_that_are_served_nowhere)
{
    slack_options_t o = {.transport = "socket",
                         .app_token = "xapp-1-test",
                         .client_id = "1.2",
                         .client_secret = "s",
                         .scopes = "a"};
    app_open(&f, &o);
    start_socket_mode();
    assert_true(world_logged(&f.world, "nobody can install the app"));
    app_close(&f);
    o.http_admin_port = "0";
    app_open(&f, &o);
    start_socket_mode();
    assert_false(world_logged(&f.world, "nobody can install the app"));
    assert_true(world_logged(&f.world, "at=/slack/install/start"));
    app_close(&f);
}

TEST(routes_that_are_served_nowhere)
{
    slack_options_t o = {.transport = "socket", .app_token = "xapp-1-test"};
    app_open(&f, &o);
    slack_http_route(f.app, "GET", "/keep", keep, NULL);
    start_socket_mode();
    assert_int_equal(world_log_count(&f.world, "no server serves the routes"), 1);
    assert_true(world_logged(&f.world, "SLACK_HTTP_ADMIN_PORT"));
    slack_http_route(f.app, "GET", "/later", keep, NULL);
    assert_int_equal(world_log_count(&f.world, "no server serves the routes"), 2);
    app_close(&f);
    open_without_http("socket", &(slack_options_t){0}); /* with the admin port */
    slack_http_route(f.app, "GET", "/keep", keep, NULL);
    start_socket_mode();
    assert_int_equal(world_log_count(&f.world, "no server serves the routes"), 0);
    app_close(&f);
    assert_int_equal(heap_live(), 0);
}

PAGES_TEST(routes_are_bounded)
{
    char path[16];
    int rc = 0;
    for (unsigned i = 0; rc == 0; i++) {
        snprintf(path, sizeof path, "/%u", i);
        rc = slack_http_route(f.app, "GET", path, keep, NULL);
    }
    assert_int_equal(rc, SLACK_ETOOBIG);
    go();
}

/* A stop waits for the reply, but not longer than drain_ms; a later reply returns SLACK_ECLOSED. */
PAGES_TEST(stop_waits_for_replies)
{
    slack_http_route(f.app, "GET", "/keep", keep, NULL);
    go();
    visits = 0;
    int number = ask(browser, "GET /keep");
    app_run_until(&f, &visits);
    slack_app_stop(f.app);
    app_spin(&f);
    assert_false(f.stopped);
    assert_int_equal(slack_http_reply(kept, 200, NULL, "bye", 3), 0);
    const http_reply_t *reply = wait_for(browser, number);
    check_text(reply, 200, "bye");
    assert_true(http_reply_has(reply, "Connection", "close"));
    app_run_until_stopped(&f);
    close_all();

    open_with(&(slack_options_t){.drain_ms = 1});
    slack_http_route(f.app, "GET", "/keep", keep, NULL);
    go();
    visits = 0;
    ask(browser, "GET /keep");
    app_run_until(&f, &visits);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_int_equal(slack_http_reply(kept, 200, NULL, NULL, 0), SLACK_ECLOSED);
}

/* ---- leaving ---- */

TEST(balancer_is_told_first)
{
    open_with(&(slack_options_t){.drain_delay_ms = 300, .http_admin_port = "0"});
    go();
    check_text(get(admin, "GET /readyz"), 200, "ready\n");
    slack_app_stop(f.app);
    app_spin(&f);
    check_text(get(admin, "GET /readyz"), 503, "stopping\n");
    check_text(get(admin, "GET /healthz"), 200, "ok\n");
    check_text(get(browser, "POST /slack/events"), 401, ""); /* it still listens */
    app_run_until_stopped(&f);
    assert_int_equal(f.status, 0);
    close_all();
}

TEST(second_stop_does_not_wait)
{
    open_with(&(slack_options_t){.drain_delay_ms = 600000});
    go();
    slack_app_stop(f.app);
    app_spin(&f);
    assert_false(f.stopped);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_int_equal(f.status, 0);
    close_all();
}

/* ---- out of memory ---- */

TEST(pages_without_memory)
{
    open_with(&(slack_options_t){.log_level = SLACK_LOG_ERROR});
    f.world.hurries = true;
    go();
    check_text(get(browser, "GET /healthz"), 200, "ok\n");
    const char *const lines[] = {"GET /metrics", "PUT /metrics", "GET /none"};
    for (size_t i = 0; i < 3; i++) {
        bool failed = true;
        for (size_t n = 0; failed; n++) {
            heap_fail_at(n, false);
            const http_reply_t *reply = get(browser, lines[i]);
            failed = heap_heal();
            if (!failed) assert_true(reply->done);
        }
    }
    check_text(get(browser, "GET /healthz"), 200, "ok\n");
    heap_fail_at(0, true);
    assert_int_equal(slack_http_route(f.app, "GET", "/mine", keep, NULL), SLACK_ENOMEM);
    heap_heal();
    check_text(get(browser, "GET /mine"), 404, "");
    assert_int_equal(slack_http_route(f.app, "GET", "/mine", say_path, NULL), 0);
    check_text(get(browser, "GET /mine"), 200, "/mine");
    close_all();
}

/* Start with an admin port while the nth allocation fails: the app runs, or it has stopped with an
 * error. Returns true if an allocation failed. */
static bool start_with_failure(size_t nth)
{
    open_without_http("memory", &(slack_options_t){.log_level = SLACK_LOG_ERROR});
    f.world.hurries = true;
    heap_fail_at(nth, false);
    int rc = slack_app_start(f.app, NULL, NULL);
    while (!slack__inspect_is(f.app, "new") && !slack__inspect_is(f.app, "running") &&
           !slack__inspect_is(f.app, "stopped"))
        app_turn(&f);
    const bool failed = heap_heal();
    if (!failed) assert_string_equal(slack__inspect_state(f.app), "running");
    assert_int_equal(rc == 0, !slack__inspect_is(f.app, "new"));
    if (slack__inspect_is(f.app, "stopped"))
        assert_int_equal(slack__inspect_status(f.app), SLACK_ENOMEM);
    if (slack__inspect_is(f.app, "running")) assert_int_not_equal(stats_of("memory").admin_port, 0);
    slack_app_stop(f.app);
    world_until(&f.world, slack__inspect_is(f.app, "new") || slack__inspect_is(f.app, "stopped"));
    app_close(&f);
    assert_int_equal(heap_live(), 0);
    return failed;
}

TEST(start_without_memory)
{
    size_t nth = 0;
    while (start_with_failure(nth))
        nth++;
    assert_true(nth > 10);
}
