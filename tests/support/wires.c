/* SPDX-License-Identifier: MIT */
#include "support/wires.h"
#include "support/test.h"

#include "app/inspect.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/slack_request.h"

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
    world_wait(&w->world, uv_hrtime(), "anything happens");
}

/* ---- life ---- */

void wires_open(wires_t *w, const slack_options_t *options)
{
    memset(w, 0, sizeof *w);
    *app_order = '\0';
    world_open_loop(&w->world);
    world_run_clock(&w->world);
    w->world.wall_ms = atoll(SLACK_REQUEST_TIME) * 1000; /* the time in the signed requests */
    w->slack = fake_slack_open(&w->world.loop);
    w->script.frame = take_frame;
    w->script.user_data = w;
    w->peer = socket_peer_open(&w->world.loop, &w->script);
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
    if (o.socket_connections == 0) o.socket_connections = 1;
    o.api_url = fake_slack_api_url(w->slack);
    o.log_fn = world_keep_line;
    o.log_user_data = &w->world;
    o.loop = &w->world.loop;
    w->transport = o.transport;
    assert_int_equal(slack_app_new(&w->app, &o), 0);
    slack__inspect_set_clock(w->app, &w->world.clock);
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
    world_until(&w->world, !socket || is_ready(w, "socket", &stats));
    world_until(&w->world, !http || is_ready(w, "http", &stats));
    if (http) w->http = http_peer_open(&w->world.loop, stats.port, true);
}

void wires_close(wires_t *w)
{
    bool slack = false, peer = false, http = w->http == NULL;
    if (w->http) http_peer_close(w->http, &http);
    slack_app_stop(w->app);
    world_until(&w->world, w->stopped);
    slack_app_free(w->app);
    fake_slack_close(w->slack, &slack);
    socket_peer_close(w->peer, &peer);
    world_until(&w->world, slack && peer && http);
    uv_run(&w->world.loop, UV_RUN_DEFAULT);
    world_close(&w->world);
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
    w->world.mono_us += ms * 1000;
    slack__net_clock_moved(slack__inspect_net(w->app));
    for (int i = 0; i < 20; i++)
        uv_run(&w->world.loop, UV_RUN_NOWAIT);
}

void wires_settle(wires_t *w)
{
    world_until(&w->world, slack__inspect_live(w->app) <= (w->holding ? 1 : 0));
}

/* ---- deliveries ---- */

/* Making the request uses the library, too, which is not the app's memory. */
static int post_request(wires_t *w, const signed_request_t *r)
{
    size_t len;
    heap_pause();
    char *request = slack_request_make(r, &len);
    heap_resume();
    int number = http_peer_send(w->http, request, len, (http_pieces_t){0});
    free(request);
    return number;
}

int wires_post_body(wires_t *w, const char *type, const char *body, size_t body_len)
{
    return post_request(w, &(signed_request_t){.type = type, .body = body, .body_len = body_len});
}

static int post(wires_t *w, enum slack_kind kind, const char *json, const char *suffix)
{
    signed_request_t request = {.age_s = ++w->posts % 256};
    char whole[128];
    char *text = quoted(strdup(json));
    heap_pause();
    char *body = slack_request_body(kind, text, &request.body_len, &request.type);
    heap_resume();
    free(text);
    snprintf(whole, sizeof whole, "%s%s", request.type, suffix);
    request.type = whole;
    request.body = body;
    int number = post_request(w, &request);
    free(body);
    return number;
}

int wires_post_begin(wires_t *w, enum slack_kind kind, const char *json)
{
    return post(w, kind, json, "");
}

const http_reply_t *wires_reply(wires_t *w, int number)
{
    const http_reply_t *reply = http_peer_reply(w->http, number);
    world_until(&w->world, reply->done || reply->closed);
    if (!reply->done) fail_msg("the connection was closed");
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
}

void wires_send_envelope(wires_t *w, const char *type, const char *payload, bool accepts)
{
    size_t size = strlen(payload) + 200;
    char *frame = malloc(size);
    assert_non_null(frame);
    snprintf(frame, size,
             "{\"envelope_id\":\"e%u\",\"type\":\"%s\",\"accepts_response_payload\":%s,"
             "\"payload\":%s}",
             ++w->envelopes, type, accepts ? "true" : "false", payload);
    wires_send_frame(w, frame);
    free(frame);
}

void wires_send_begin(wires_t *w, enum slack_kind kind, const char *json, bool accepts)
{
    char *text = quoted(strdup(json));
    wires_send_envelope(w, envelope_type(kind), text, accepts);
    free(text);
}

const char *wires_frame(wires_t *w)
{
    world_until(&w->world, w->frames > 0);
    wires_settle(w);
    assert_int_equal(w->frames, 1);
    return w->frame;
}

const char *wires_send(wires_t *w, enum slack_kind kind, const char *json, bool accepts)
{
    wires_send_begin(w, kind, json, accepts);
    return wires_frame(w);
}
