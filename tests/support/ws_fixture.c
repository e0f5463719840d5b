/* SPDX-License-Identifier: MIT */
#include "support/ws_fixture.h"
#include "support/test.h"

#include <slack/error.h>

#include "support/certs.h"

/* ---- the ends ---- */

static void maybe_abort(slack_ws_t *ws, bool now)
{
    if (!now) return;
    slack__ws_abort(ws);
    slack__ws_abort(ws);
    assert_int_equal(slack__ws_send(ws, true, "x", 1), SLACK_ECLOSED);
    assert_int_equal(slack__ws_ping(ws, "x", 1), SLACK_ECLOSED);
    slack__ws_close(ws, 1000, NULL);
}

static void on_open(slack_ws_t *ws, void *user_data)
{
    ws_side_t *side = user_data;
    side->opens++;
    maybe_abort(ws, side->abort_at_open);
}

static void on_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
    ws_side_t *side = user_data;
    assert_int_equal(data[len], '\0');
    side->messages++;
    side->text = text;
    side->last_len = len;
    snprintf(side->last, sizeof side->last, "%.*s", len < 190 ? (int)len : 190, data);
    if (side->echo) assert_int_equal(slack__ws_send(ws, text, data, len), 0);
    maybe_abort(ws, side->abort_at_message);
}

static void on_pong(slack_ws_t *ws, const char *data, size_t len, void *user_data)
{
    ws_side_t *side = user_data;
    side->pongs++;
    assert_int_equal(strlen(data), len);
    snprintf(side->pong, sizeof side->pong, "%s", data);
    maybe_abort(ws, side->abort_at_pong);
}

static bool on_closing(slack_ws_t *ws, unsigned code, void *user_data)
{
    ws_side_t *side = user_data;
    side->closings++;
    side->closing_code = code;
    maybe_abort(ws, side->abort_at_closing);
    return side->answers_close;
}

static void on_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    ws_side_t *side = user_data;
    side->closes++;
    side->status = status;
    side->code = code;
    side->http_status = slack__ws_http_status(ws);
    snprintf(side->reason, sizeof side->reason, "%s", slack__ws_reason(ws));
    slack__ws_abort(ws); /* no call has an effect after the close */
    slack__ws_close(ws, 1000, NULL);
    assert_int_equal(slack__ws_send(ws, true, "x", 1), SLACK_ECLOSED);
    side->ws = NULL;
}

const slack_ws_events_t ws_side_events = {
    .open = on_open,
    .message = on_message,
    .pong = on_pong,
    .closing = on_closing,
    .closed = on_closed,
};

/* ---- the server ---- */

static void on_script_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
}

static void on_script_closed(slack_conn_t *conn, int status, void *user_data)
{
}

static void run_script(ws_fixture_t *fixture, uint64_t id)
{
    static const slack_conn_events_t script_events = {.data = on_script_data,
                                                      .closed = on_script_closed};
    slack_conn_t *conn;
    slack_slice_t rest;
    assert_int_equal(slack__http_upgrade(fixture->http, id, &conn, &rest), 0);
    slack__conn_set_events(conn, &script_events, NULL);
    slack__conn_write(conn, fixture->script, strlen(fixture->script));
    slack__conn_finish(conn);
}

static void on_request(slack_http_server_t *http, slack_http_request_t *request, void *user_data)
{
    ws_fixture_t *fixture = user_data;
    fixture->requests++;
    snprintf(fixture->query, sizeof fixture->query, "%s?%s", request->path.ptr, request->query.ptr);
    switch (fixture->manner) {
    case WS_ACCEPT:
    case WS_ACCEPT_AND_SEND:
        fixture->accept_rc = slack__ws_accept(&fixture->server.ws, fixture->world.net, request,
                                              &fixture->options, &fixture->server);
        if (fixture->manner == WS_ACCEPT_AND_SEND)
            slack__ws_send(fixture->server.ws, true, "welcome", 7);
        break;
    case WS_REFUSE:
        slack__http_respond(http, request->id,
                            &(slack_http_response_t){.status = fixture->refuse_status});
        break;
    case WS_SCRIPT: run_script(fixture, request->id); break;
    case WS_KEEP: break;
    }
    slack__arena_free(request->arena);
}

int ws_open_tls(ws_fixture_t *fixture)
{
    const char *cert = certs_path("server.pem"), *key = certs_path("server.key");
    int rc = slack__tls_context_server(&fixture->server_tls, cert, key, NULL);
    if (rc == 0) rc = slack__tls_context_client(&fixture->client_tls, certs_path("ca.pem"));
    return rc;
}

int ws_open_http(ws_fixture_t *fixture)
{
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1",
                   .tls = fixture->server_tls,
                   .open_ms = 10000,
                   .write_max = WRITE_MAX},
        .fn = on_request,
        .user_data = fixture,
    };
    return slack__http_server_open(&fixture->http, fixture->world.net, &options, NULL);
}

void ws_set_up(ws_fixture_t *fixture, bool tls)
{
    memset(fixture, 0, sizeof *fixture);
    assert_true(world_open(&fixture->world));
    if (tls) assert_int_equal(ws_open_tls(fixture), 0);
    fixture->options = (slack_ws_options_t){
        .events = &ws_side_events,
        .tls = fixture->client_tls,
        .open_ms = 10000,
        .message_max = MESSAGE_MAX,
        .write_max = WRITE_MAX,
    };
    assert_int_equal(ws_open_http(fixture), 0);
}

void ws_until_closed(ws_fixture_t *fixture, ws_side_t *side)
{
    world_until(&fixture->world, side->closes >= 1);
}

void ws_until_both_closed(ws_fixture_t *fixture)
{
    ws_until_closed(fixture, &fixture->client);
    ws_until_closed(fixture, &fixture->server);
}

void ws_side_end(world_t *world, ws_side_t *side)
{
    if (!side->ws) return;
    slack__ws_abort(side->ws);
    world_until(world, side->closes >= 1);
}

void ws_tear_down(ws_fixture_t *fixture)
{
    ws_side_end(&fixture->world, &fixture->client);
    ws_side_end(&fixture->world, &fixture->server);
    slack__http_server_close(fixture->http, world_set_flag, &fixture->http_gone);
    world_until(&fixture->world, fixture->http_gone);
    fixture->http = NULL;
    slack__tls_context_unref(fixture->server_tls);
    slack__tls_context_unref(fixture->client_tls);
    uv_run(&fixture->world.loop, UV_RUN_DEFAULT); /* scripts and lookups end */
    assert_true(fixture->client.closes <= 1 && fixture->server.closes <= 1);
    world_close(&fixture->world);
}

int ws_dial(ws_fixture_t *fixture)
{
    char url[100];
    snprintf(url, sizeof url, "%s:%u/link/?ticket=a%%2Fb&app_id=c",
             fixture->client_tls ? "wss://localhost" : "ws://127.0.0.1",
             slack__http_server_port(fixture->http));
    slack_ws_options_t options = fixture->options;
    options.url = url;
    return slack__ws_connect(&fixture->client.ws, fixture->world.net, &options, &fixture->client);
}

void ws_join(ws_fixture_t *fixture, bool tls)
{
    ws_set_up(fixture, tls);
    assert_int_equal(ws_dial(fixture), 0);
    world_until(&fixture->world, fixture->client.opens >= 1);
    assert_non_null(fixture->server.ws);
}

int ws_serve(void **state)
{
    ws_set_up(*state, false);
    return 0;
}

int ws_serve_and_join(void **state)
{
    ws_join(*state, false);
    return 0;
}

int ws_end(void **state)
{
    ws_fixture_t *fixture = *state;
    if (fixture->http) ws_tear_down(fixture);
    return 0;
}

void ws_dial_raw(ws_fixture_t *f, raw_t *raw)
{
    raw_connect(raw, &f->world, slack__http_server_port(f->http));
    raw_say(raw, WS_HANDSHAKE);
    raw_until(raw, "\r\n\r\n");
    raw_forget(raw);
}
