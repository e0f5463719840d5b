/* SPDX-License-Identifier: MIT */
/* Requests of handlers to another service: on the loop and on a worker, whole and streamed. */
#include <slack/fetch.h>

#include "app/inspect.h"
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/peer.h"

static app_fixture_t f;
static peer_t *peer;
static char url[64], answer[4096], got[4096];
static unsigned connection;
static slack_fetch_t request; /* of the handler */
static int event_rc;          /* what the function for events returns for "stop" */
static bool then;             /* the handler on the worker uses slack_fetch_then() */

static void take(peer_t *p, const peer_request_t *seen, void *user_data)
{
    connection = seen->connection;
    assert_null(strstr(seen->text, "xoxb-"));
    peer_send(p, connection, answer);
}

static int see(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    size_t len;
    const char *body = slack_response_body(response, &len);
    assert_ptr_equal(user_data, &f);
    assert_int_equal(strlen(body), len);
    snprintf(got + strlen(got), sizeof got - strlen(got), "[%d %d %s %s]",
             slack_response_status(response), slack_response_http_status(response), body,
             slack_response_str(response, "/a"));
    return slack_response_status(response);
}

static int on_event(const slack_response_t *head, const slack_sse_event_t *event, void *user_data)
{
    assert_int_equal(slack_response_http_status(head), 200);
    snprintf(got + strlen(got), sizeof got - strlen(got), "%s=%s;", event->type, event->data);
    return strcmp(event->data, "stop") == 0 ? event_rc : 0;
}

static int on_data(const slack_response_t *head, const char *data, size_t len, void *user_data)
{
    slack_ctx_t *ctx = *(slack_ctx_t **)user_data;
    snprintf(got + strlen(got), sizeof got - strlen(got), "%.*s", (int)len, data);
    return slack_say(ctx, "%.*s", (int)len, data); /* any function that its thread may call */
}

static int handle_on_loop(slack_ctx_t *ctx, void *user_data)
{
    return slack_fetch_then(ctx, &request, user_data ? see : NULL, &f);
}

static int handle_on_worker(slack_ctx_t *ctx, void *user_data)
{
    const slack_response_t *response = NULL;
    slack_fetch_t here = request;
    if (here.on_data) here.stream_data = &ctx;
    if (then) return slack_fetch_then(ctx, &here, see, &f);
    const int rc = slack_fetch_wait(ctx, &here, &response);
    if (response) see(ctx, response, &f);
    return rc;
}

static void open_all(void)
{
    app_open(&f, NULL);
    peer = peer_open(&f.world.loop, take, NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/secret?hidden", peer_port(peer));
    request = (slack_fetch_t){.url = url};
    *got = *answer = '\0';
    event_rc = 0;
    then = false;
    connection = 0;
}

static int tear_down(void **state)
{
    peer_close(peer);
    peer = NULL;
    assert_false(world_logged(&f.world, "secret"));
    assert_false(world_logged(&f.world, "hidden"));
    return app_teardown(state);
}

static int set_up(void **state)
{
    open_all();
    return 0;
}

#define FETCH_TEST(function) TEST_CASE(function, set_up, tear_down, &f)

/* Commands: /loop, /bare without a function, /worker. */
static void ready(void)
{
    slack_on_command(f.app, "/loop", handle_on_loop, &f);
    slack_on_command(f.app, "/bare", handle_on_loop, NULL);
    slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_COMMAND,
                                            .match = "/worker",
                                            .fn = handle_on_worker,
                                            .run = SLACK_RUN_WORKER});
    slack_use(f.app, app_watch, NULL);
    app_ready(&f);
}

static void run(const char *command)
{
    char body[128];
    snprintf(body, sizeof body, APP_COMMAND("%s", ""), command);
    *got = '\0';
    app_run_through(&f, body, &f.ack);
}

static void answer_with(int status, const char *type, const char *body)
{
    snprintf(answer, sizeof answer,
             "HTTP/1.1 %d X\r\nContent-Length: %zu\r\nContent-Type: %s\r\n\r\n%s", status,
             strlen(body), type, body);
}

FETCH_TEST(test_the_delivery_waits_for_the_response)
{
    ready();
    for (int i = 0; i < 3; i++) {
        then = i == 2;
        answer_with(200, "application/json", "{\"a\":\"b\"}");
        run(i == 0 ? "/loop" : "/worker");
        assert_string_equal(got, "[0 200 {\"a\":\"b\"} b]");
        assert_int_equal(app_done.status, 0);
        answer_with(404, "text/plain", "none");
        run(i == 0 ? "/loop" : "/worker");
        assert_string_equal(got, "[-20016 404 none ]");
        assert_int_equal(app_done.status, SLACK_EHTTP);
        assert_true(world_logged(&f.world, "HTTP 404: check the URL and the request"));
    }
}

FETCH_TEST(test_a_failure_without_a_function_fails_the_delivery)
{
    ready();
    answer_with(500, "text/plain", "");
    run("/bare");
    assert_int_equal(app_done.status, SLACK_EHTTP);
    answer_with(200, "text/plain", "");
    run("/bare");
    assert_int_equal(app_done.status, 0);
}

FETCH_TEST(test_a_request_that_is_not_sent)
{
    ready();
    static const char *const commands[] = {"/loop", "/bare", "/worker"};
    const slack_fetch_t with_user = {.url = "https://ada:secret@example.com/hidden"};
    const slack_fetch_t with_token = {.url = url, .body = "t=xoxb%2Dtest", .body_len = 13};
    for (int i = 0; i < 6; i++) {
        request = i < 3 ? with_user : with_token;
        world_forget_log(&f.world);
        run(commands[i % 3]);
        assert_int_equal(app_done.status, SLACK_EINVAL);
        assert_true(world_logged(&f.world, i < 3 ? "not sent: the URL has a user"
                                                 : "not sent: the body holds a token of the app"));
        assert_string_equal(got, "");
    }
    assert_int_equal(slack_fetch(f.app, &with_token, NULL, NULL), SLACK_EINVAL);
}

#define EVENTS "text/event-stream"

FETCH_TEST(test_events)
{
    static const struct {
        const char *body;
        int rc, status;
        const char *got, *why;
    } cases[] = {
        {"data: a\n\nevent: b\ndata: c\n\n", 0, 0, "message=a;b=c;[0 200  ]", ""},
        {"", 0, 0, "[0 200  ]", ""},
        {"data: a\n\ndata: stop\n\ndata: b\n\n", SLACK_EIO, SLACK_EIO, "message=a;message=stop;",
         ".on_event has ended it"},
        {"data: stop\n\n", SLACK_ETOOBIG, SLACK_ETOOBIG, "message=stop;", ".on_event has ended it"},
        {"data: stop\n\n", 7, SLACK_EINVAL, "message=stop;",
         ".on_event returned a positive number"},
        {"data: 01234567890123456789012345678901234567890\n\n", 0, SLACK_ETOOBIG, "",
         "an event is larger than .answer_max: raise it"},
    };
    ready();
    request.on_event = on_event;
    request.answer_max = 40;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int worker = 0; worker < 2; worker++) {
            answer_with(200, EVENTS, cases[i].body);
            event_rc = cases[i].rc;
            world_forget_log(&f.world);
            run(worker ? "/worker" : "/loop");
            assert_int_equal(app_done.status, cases[i].status);
            if (!world_logged(&f.world, cases[i].why)) fail_msg("%s", f.world.log);
            assert_memory_equal(got, cases[i].got, strlen(cases[i].got));
        }
    answer_with(200, "text/html", "data: a\n\n");
    run("/worker");
    assert_int_equal(app_done.status, SLACK_EPROTO);
    answer_with(401, EVENTS, "{\"error\":1}");
    run("/worker");
    assert_string_equal(got, "[-20016 401 {\"error\":1} ]");
}

/* A worker takes a piece, and waits for an answer of Slack, before the next piece is read. */
FETCH_TEST(test_a_worker_sets_the_pace)
{
    ready();
    request.on_data = on_data;
    snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
    app_inject(&f, APP_COMMAND("/worker", ""), &f.ack);
    static const char *const pieces[] = {"one", "two"};
    for (size_t i = 0; i < 2; i++) {
        while (connection == 0)
            app_turn(&f);
        peer_send(peer, connection, pieces[i]);
        const slack_json_t *args = app_call_args(&f, i, "chat.postMessage");
        assert_string_equal(slack_json_str(args, "/text"), pieces[i]);
    }
    app_run_until_done(&f);
    assert_string_equal(got, "onetwo[0 200  ]");
    assert_int_equal(app_done.status, 0);
}

/* The stop ends what is under way, whoever waits for it. */
FETCH_TEST(test_a_stop_ends_requests)
{
    static const char *const commands[] = {"/loop", "/worker", "/worker"};
    for (size_t i = 0; i < 3; i++) {
        if (i > 0) open_all();
        ready();
        app_done = (slack_done_t){0};
        if (i == 2) request.on_event = on_event;
        if (i == 2)
            snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Type: " EVENTS "\r\n\r\n");
        char body[128];
        snprintf(body, sizeof body, APP_COMMAND("%s", ""), commands[i]);
        app_inject(&f, body, &f.ack);
        while (connection == 0)
            app_turn(&f);
        assert_int_equal(slack_fetch(f.app, &request, NULL, NULL), 0);
        slack_app_stop(f.app);
        slack_app_stop(f.app);
        app_run_until_stopped(&f);
        assert_true(world_logged(&f.world, "event=\"fetches dropped at the stop\" count=1"));
        assert_int_equal(f.status, 0);
        if (i < 2) tear_down((void *[]){&f});
    }
}

/* A silent service holds a stop up as long as any delivery may: for SLACK_DRAIN_MS. */
FETCH_TEST(test_a_silent_stream_ends_with_the_drain)
{
    for (size_t i = 0; i < 2; i++) {
        if (i > 0) open_all();
        ready();
        request.on_event = on_event;
        snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Type: " EVENTS "\r\n\r\n");
        app_inject(&f, i ? APP_COMMAND("/worker", "") : APP_COMMAND("/loop", ""), &f.ack);
        while (connection == 0)
            app_turn(&f);
        const unsigned drain_ms = slack__inspect_options(f.app)->drain_ms;
        slack_app_stop(f.app);
        for (int turns = 0; turns < 30; turns++)
            app_turn(&f);
        assert_int_equal(f.stopped, 0);
        app_pass_ms(&f, drain_ms);
        app_run_until_stopped(&f);
        assert_true(world_logged(&f.world, "drain timed out"));
        if (i < 1) tear_down((void *[]){&f});
    }
}

static void see_alone(const slack_response_t *response, void *user_data)
{
    see(NULL, response, user_data);
}

FETCH_TEST(test_without_a_delivery)
{
    assert_int_equal(slack_fetch(NULL, &request, see_alone, &f), SLACK_EINVAL);
    assert_int_equal(slack_fetch(f.app, &request, see_alone, &f), SLACK_ECANCELED);
    assert_non_null(strstr(slack_app_error(f.app), "the app does not run: call it between"));
    ready();
    answer_with(200, "text/plain", "hello");
    assert_int_equal(slack_fetch(f.app, &request, see_alone, &f), 0);
    assert_string_equal(got, "");
    while (*got == '\0')
        app_turn(&f);
    assert_string_equal(got, "[0 200 hello ]");
    request.url = NULL;
    assert_int_equal(slack_fetch(f.app, &request, see_alone, &f), SLACK_EINVAL);
    assert_true(world_logged(&f.world, "request not sent"));
    assert_int_equal(slack_fetch_wait(NULL, &request, NULL), SLACK_EINVAL);
}
