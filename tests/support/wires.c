/* SPDX-License-Identifier: MIT */
#include "support/wires.h"
#include "support/test.h"

#include "app/inspect.h"
#include "support/app_handlers.h"
#include "support/heap.h"
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

void wires_open(wires_t *w, const slack_options_t *options)
{
    memset(w, 0, sizeof *w);
    *app_order = '\0';
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
    slack_options_t o = options ? *options : (slack_options_t){0};
    if (!o.transport) o.transport = "http,socket";
    if (!o.bot_token) o.bot_token = "xoxb-test";
    if (!*o.bot_token) o.bot_token = NULL;
    if (!o.log_level) o.log_level = SLACK_LOG_DEBUG;
    if (!o.store) o.store = "memory:";
    o.app_token = "xapp-test";
    o.signing_secret = SLACK_REQUEST_SECRET;
    o.http_host = "127.0.0.1";
    o.http_port = "0";
    o.socket_connections = 1;
    o.api_url = fake_slack_api_url(w->slack);
    o.log_fn = take_line;
    o.log_user_data = w;
    o.loop = &w->loop;
    w->transport = o.transport;
    assert_int_equal(slack_app_new(&w->app, &o), 0);
    at_signing.user_data = w;
    slack__inspect_set_clock(w->app, &at_signing);
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
    const bool http = strstr(w->transport, "http"), socket = strstr(w->transport, "socket");
    slack_transport_stats_t stats;
    assert_int_equal(slack_app_start(w->app, stopped, w), 0);
    while (socket && !is_ready(w, "socket", &stats))
        wires_turn(w);
    while (http && !is_ready(w, "http", &stats))
        wires_turn(w);
    if (http) w->http = http_peer_open(&w->loop, stats.port, true);
}

void wires_close(wires_t *w)
{
    bool slack = false, peer = false, http = w->http == NULL;
    uv_timer_start(&w->watchdog, bark, 20000, 0);
    if (w->http) http_peer_close(w->http, &http);
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

int wires_setup(void **state)
{
    wires_open(*state, NULL);
    return 0;
}

int wires_teardown(void **state)
{
    wires_close(*state);
    return heap_live() == 0 ? 0 : -1;
}

void wires_pass_ms(wires_t *w, uint64_t ms)
{
    w->skew_us += ms * 1000;
    slack__net_clock_moved(slack__inspect_net(w->app));
    for (int i = 0; i < 20; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
}

void wires_settle(wires_t *w)
{
    while (slack__inspect_live(w->app) > (w->holding ? 1 : 0))
        wires_turn(w);
}

/* ---- deliveries ---- */

/* The request is made by the library, too: that is no doing of the app's. */
static int post(wires_t *w, enum slack_kind kind, const char *json, const char *suffix)
{
    size_t body_len, len;
    const char *type;
    heap_pause();
    char *body = slack_request_body(kind, json, &body_len, &type);
    char whole[128];
    snprintf(whole, sizeof whole, "%s%s", type, suffix);
    char *request = slack_request_signed(whole, "", body, body_len, &len);
    heap_resume();
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

const http_reply_t *wires_reply(wires_t *w, int number)
{
    const http_reply_t *reply;
    while (!(reply = http_peer_reply(w->http, number))->done) {
        if (reply->closed) fail_msg("the connection was closed");
        wires_turn(w);
    }
    return reply;
}

const http_reply_t *wires_post(wires_t *w, enum slack_kind kind, const char *json,
                               const char *suffix)
{
    const http_reply_t *reply = wires_reply(w, post(w, kind, json, suffix));
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

void wires_send_frame(wires_t *w, const char *frame)
{
    w->frames = 0;
    socket_peer_text(w->peer, socket_peer_taken(w->peer), frame);
    uv_timer_start(&w->watchdog, bark, 20000, 0);
}

void wires_send_begin(wires_t *w, enum slack_kind kind, const char *json, bool accepts)
{
    size_t size = strlen(json) + 200;
    char *frame = malloc(size);
    assert_non_null(frame);
    snprintf(frame, size,
             "{\"envelope_id\":\"e%u\",\"type\":\"%s\",\"accepts_response_payload\":%s,"
             "\"payload\":%s}",
             ++w->envelopes, envelope_type(kind), accepts ? "true" : "false", json);
    wires_send_frame(w, frame);
    free(frame);
}

const char *wires_frame(wires_t *w)
{
    while (w->frames == 0)
        wires_turn(w);
    wires_settle(w);
    assert_int_equal(w->frames, 1);
    return w->frame;
}

const char *wires_send(wires_t *w, enum slack_kind kind, const char *json, bool accepts)
{
    wires_send_begin(w, kind, json, accepts);
    return wires_frame(w);
}
