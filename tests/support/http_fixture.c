/* SPDX-License-Identifier: MIT */
#include "support/http_fixture.h"
#include "net/trusted_proxies.h"
#include "support/test.h"

static int echo(http_fixture_t *fixture, uint64_t id, const slack_http_request_t *request)
{
    const slack_http_response_t answer = {
        .status = 200,
        .content_type = "text/plain",
        .body = request->body_len ? request->body : request->path.ptr,
        .body_len = request->body_len ? request->body_len : request->path.len,
    };
    return slack__http_respond(fixture->server, id, &answer);
}

static void on_taken_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
    slack__conn_write(conn, data, len);
}

static void on_taken_closed(slack_conn_t *conn, int status, void *user_data)
{
    http_fixture_t *fixture = user_data;
    fixture->taken = NULL;
    fixture->taken_closed++;
}

void fixture_take_connection(http_fixture_t *fixture, uint64_t id)
{
    static const slack_conn_events_t events = {.data = on_taken_data, .closed = on_taken_closed};
    slack_slice_t rest;
    assert_int_equal(slack__http_upgrade(fixture->server, id, &fixture->taken, &rest), 0);
    slack__conn_set_events(fixture->taken, &events, fixture);
    snprintf(fixture->taken_rest, sizeof fixture->taken_rest, "%.*s", (int)rest.len,
             rest.len ? rest.ptr : "");
}

void fixture_on_request(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    http_fixture_t *fixture = user_data;
    fixture->requests++;
    fixture->received_us = request->received_us;
    snprintf(fixture->last, sizeof fixture->last, "%.*s %s", (int)request->method.len,
             request->method.ptr, request->path.ptr);
    assert_string_equal(request->peer, "127.0.0.1");
    assert_true(request->id != 0);
    switch (fixture->manner) {
    case ANSWER: echo(fixture, request->id, request); break;
    case KEEP:
        assert_true(fixture->held_count < FIXTURE_HELD_MAX);
        fixture->held[fixture->held_count++] = request->id;
        break;
    case REFUSE:
        if (fixture->trusted) slack__trusted_proxies_name_client(fixture->trusted, request);
        slack__http_refuse(request, 401, NULL, "wrong");
        break;
    case TAKE_CONNECTION: fixture_take_connection(fixture, request->id); break;
    case CLOSE_SERVER:
        slack__http_server_close(server, world_set_flag, &fixture->server_gone);
        break;
    }
    slack__arena_free(request->arena);
}

static int listen_with(http_fixture_t *fixture, const slack_http_limits_t *limits,
                       slack_tls_context_t *tls)
{
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1",
                   .tls = tls,
                   .open_ms = 10000,
                   .write_max = FIXTURE_WRITE_MAX},
        .limits = limits,
        .trusted = fixture->trusted,
        .fn = fixture_on_request,
        .check = fixture->check,
        .user_data = fixture,
    };
    return slack__http_server_open(&fixture->server, fixture->world.net, &options, NULL);
}

int fixture_listen(http_fixture_t *fixture, const slack_http_limits_t *limits)
{
    return listen_with(fixture, limits, NULL);
}

void fixture_open_tls(http_fixture_t *fixture, slack_tls_context_t *tls,
                      const slack_http_limits_t *limits)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->client.fd = -1;
    assert_true(world_open(&fixture->world));
    assert_int_equal(listen_with(fixture, limits, tls), 0);
    slack__tls_context_unref(tls);
}

void fixture_open_behind(http_fixture_t *fixture, const slack_http_limits_t *limits,
                         const struct slack_trusted_proxies *proxies)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->client.fd = -1;
    fixture->trusted = proxies;
    assert_true(world_open(&fixture->world));
    assert_int_equal(fixture_listen(fixture, limits), 0);
}

void fixture_open_checked(http_fixture_t *fixture, slack_http_check_fn check)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->client.fd = -1;
    fixture->check = check;
    assert_true(world_open(&fixture->world));
    assert_int_equal(fixture_listen(fixture, NULL), 0);
}

void fixture_open_limited(http_fixture_t *fixture, const slack_http_limits_t *limits)
{
    fixture_open_behind(fixture, limits, NULL);
}

void fixture_open(http_fixture_t *fixture)
{
    fixture_open_limited(fixture, NULL);
}

void fixture_close(http_fixture_t *fixture)
{
    raw_close(&fixture->client);
    if (fixture->manner != CLOSE_SERVER) {
        slack__http_server_close(fixture->server, world_set_flag, &fixture->server_gone);
        assert_false(
            fixture->server_gone); /* never before slack__http_server_close() has returned */
    }
    world_until(&fixture->world, fixture->server_gone);
    fixture->server = NULL;
    world_close(&fixture->world);
}

int fixture_serve(void **state)
{
    fixture_open(*state);
    return 0;
}

int fixture_serve_and_dial(void **state)
{
    http_fixture_t *fixture = *state;
    fixture_open(fixture);
    fixture_dial(fixture, &fixture->client);
    return 0;
}

int fixture_end(void **state)
{
    http_fixture_t *fixture = *state;
    if (fixture->server) fixture_close(fixture);
    return 0;
}

void fixture_dial(http_fixture_t *fixture, raw_t *raw)
{
    raw_connect(raw, &fixture->world, slack__http_server_port(fixture->server));
}

int fixture_answer(http_fixture_t *fixture, uint64_t id, int status)
{
    return slack__http_respond(fixture->server, id, &(slack_http_response_t){.status = status});
}

void fixture_until_requests(http_fixture_t *fixture, unsigned want)
{
    world_until(&fixture->world, fixture->requests >= want);
}

void fixture_until_connections(http_fixture_t *fixture, unsigned want)
{
    world_until(&fixture->world, slack__http_server_connections(fixture->server) == want);
}

void fixture_pass_ms(http_fixture_t *fixture, uint64_t ms)
{
    fixture->world.mono_us += ms * 1000;
    slack__net_clock_moved(fixture->world.net);
}
