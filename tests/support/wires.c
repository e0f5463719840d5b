/* SPDX-License-Identifier: MIT */
#include "support/wires.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/app.h"
#include "support/slack_request.h"

static void bark(uv_timer_t *timer)
{
    const wires_t *w = timer->data;
    fprintf(stderr, "nothing happened for a long time\n%s\n", w->log);
    exit(1);
}

static void take_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    wires_t *w = user_data;
    size_t used = strlen(w->log);
    if (used + len + 2 <= sizeof w->log)
        snprintf(w->log + used, sizeof w->log - used, "%.*s\n", (int)len, line);
}

static uint64_t mono_us(void *user_data)
{
    return slack__mono_us(&slack__clock_system) + ((wires_t *)user_data)->skew_us;
}

/* The time at which the requests are signed. */
static int64_t wall_ms(void *user_data)
{
    return atoll(SLACK_REQUEST_TIME) * 1000;
}

static slack_clock_t at_signing = {mono_us, wall_ms, NULL};

static void take_frame(socket_peer_t *peer, unsigned connection, enum socket_peer_opcode opcode,
                       const char *data, size_t len, void *user_data)
{
    wires_t *w = user_data;
    if (opcode != SOCKET_PEER_TEXT) return;
    assert_true(len < sizeof w->frame);
    memcpy(w->frame, data, len + 1);
    w->frames++;
}

void wires_turn(wires_t *w)
{
    uv_run(&w->loop, UV_RUN_ONCE);
}

/* ---- life ---- */

void wires_open(wires_t *w)
{
    memset(w, 0, sizeof *w);
    assert_int_equal(uv_loop_init(&w->loop), 0);
    uv_timer_init(&w->loop, &w->watchdog);
    w->watchdog.data = w;
    uv_timer_start(&w->watchdog, bark, 20000, 0);
    w->slack = fake_slack_open(&w->loop);
    w->script.frame = take_frame;
    w->script.user_data = w;
    w->peer = socket_peer_open(&w->loop, &w->script);
    snprintf(w->open_answer, sizeof w->open_answer,
             "{\"ok\":true,\"url\":\"ws://127.0.0.1:%u/link\"}", socket_peer_port(w->peer));
    for (int i = 0; i < 4; i++)
        fake_slack_answer(w->slack, "apps.connections.open", 200, w->open_answer);
    slack_options_t o = {
        .transport = "http,socket",
        .store = "memory:",
        .bot_token = "xoxb-test",
        .app_token = "xapp-test",
        .signing_secret = SLACK_REQUEST_SECRET,
        .http_host = "127.0.0.1",
        .http_port = "0",
        .socket_connections = 1,
        .api_url = fake_slack_api_url(w->slack),
        .log_level = SLACK_LOG_DEBUG,
        .log_fn = take_line,
        .log_user_data = w,
        .loop = &w->loop,
    };
    assert_int_equal(slack_app_new(&w->app, &o), 0);
    at_signing.user_data = w;
    slack__app_set_clock(w->app, &at_signing);
}

static void stopped(slack_app_t *app, int status, void *user_data)
{
    assert_int_equal(status, 0);
    ((wires_t *)user_data)->stopped = true;
}

static bool is_ready(const wires_t *w, const char *transport, slack_transport_stats_t *stats)
{
    return slack_app_transport_stats(w->app, transport, stats) == 0 &&
           stats->state == SLACK_TRANSPORT_READY;
}

void wires_ready(wires_t *w)
{
    slack_transport_stats_t http, socket;
    assert_int_equal(slack_app_start(w->app, stopped, w), 0);
    while (!is_ready(w, "http", &http) || !is_ready(w, "socket", &socket))
        wires_turn(w);
    w->http = http_peer_open(&w->loop, http.port, true);
}

void wires_close(wires_t *w)
{
    bool slack = false, peer = false, http = false;
    uv_timer_start(&w->watchdog, bark, 20000, 0);
    http_peer_close(w->http, &http);
    slack_app_stop(w->app);
    while (!w->stopped)
        wires_turn(w);
    slack_app_free(w->app);
    fake_slack_close(w->slack, &slack);
    socket_peer_close(w->peer, &peer);
    while (!slack || !peer || !http)
        wires_turn(w);
    uv_close((uv_handle_t *)&w->watchdog, NULL);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&w->loop), 0);
}

void wires_settle(wires_t *w)
{
    while (w->app->live_count > (w->holding ? 1 : 0))
        wires_turn(w);
}

/* ---- deliveries ---- */

static int post(wires_t *w, enum slack_kind kind, const char *json, const char *suffix)
{
    size_t body_len, len;
    const char *type;
    char *body = slack_request_body(kind, json, &body_len, &type);
    char whole[128];
    snprintf(whole, sizeof whole, "%s%s", type, suffix);
    char *request = slack_request_signed(whole, "", body, body_len, &len);
    int number = http_peer_send(w->http, request, len, (http_pieces_t){0});
    free(request);
    free(body);
    uv_timer_start(&w->watchdog, bark, 20000, 0);
    return number;
}

int wires_post_begin(wires_t *w, enum slack_kind kind, const char *json)
{
    return post(w, kind, json, "");
}

const http_reply_t *wires_post(wires_t *w, enum slack_kind kind, const char *json,
                               const char *suffix)
{
    int number = post(w, kind, json, suffix);
    const http_reply_t *reply;
    while (!(reply = http_peer_reply(w->http, number))->done) {
        if (reply->closed) fail_msg("the connection was closed: %s", json);
        wires_turn(w);
    }
    wires_settle(w);
    return reply;
}

static const char *envelope_type(enum slack_kind kind)
{
    switch (kind) {
    case SLACK_KIND_EVENT:
    case SLACK_KIND_APP_RATE_LIMITED:
    case SLACK_KIND_UNKNOWN: return "events_api";
    case SLACK_KIND_COMMAND: return "slash_commands";
    default: return "interactive";
    }
}

const char *wires_send(wires_t *w, enum slack_kind kind, const char *json, bool accepts)
{
    const unsigned before = w->frames;
    size_t size = strlen(json) + 200;
    char *frame = malloc(size);
    assert_non_null(frame);
    snprintf(frame, size,
             "{\"envelope_id\":\"e%u\",\"type\":\"%s\",\"accepts_response_payload\":%s,"
             "\"payload\":%s}",
             ++w->envelopes, envelope_type(kind), accepts ? "true" : "false", json);
    socket_peer_text(w->peer, socket_peer_taken(w->peer), frame);
    free(frame);
    uv_timer_start(&w->watchdog, bark, 20000, 0);
    while (w->frames == before)
        wires_turn(w);
    wires_settle(w);
    assert_int_equal(w->frames, before + 1);
    return w->frame;
}
