/* SPDX-License-Identifier: MIT */
/*
 * Every real payload through both transports into the showcase: each is acknowledged, and what the
 * handlers see is the same over both wires.
 */

#include "app/inspect.h"
#include "support/fake_slack.h"
#include "support/http_peer.h"
#include "support/payloads.h"
#include "support/slack_request.h"
#include "support/socket_peer.h"
#include "support/test.h"
#include "util/form.h"

/* The showcase itself, with its main() out of the way. */
int showcase_main(void);
#define main showcase_main
#include "../../examples/showcase.c"
#undef main

/* What an app's handlers saw last. */
typedef struct seen {
    slack_app_t *app;
    bool stopped;
    unsigned count; /* of deliveries in all */
    enum slack_kind kind;
    char *body;
} seen_t;

static struct {
    uv_loop_t loop;
    fake_slack_t *slack;
    socket_peer_t *peer;
    socket_peer_script_t script;
    http_peer_t *http;
    seen_t over_http, over_socket;
    char open_answer[160];
    char acked[128]; /* the envelope_id of the last ack */
    unsigned compared, files;
    uv_timer_t watchdog;
    const char *file;
} t;

/* ---- the loop ---- */

static void bark(uv_timer_t *timer)
{
    fprintf(stderr, "%s: nothing happened for a long time\n", t.file);
    exit(1);
}

static void turn(void)
{
    uv_run(&t.loop, UV_RUN_ONCE);
}

/* What follows is about this file, and does not take for ever. */
static void begin(const char *file)
{
    t.file = file;
    uv_timer_start(&t.watchdog, bark, 20000, 0);
}

/* ---- the two apps ---- */

static int see(slack_ctx_t *ctx, void *user_data)
{
    seen_t *seen = user_data;
    slack_arena_t *arena = slack__arena_new(0, 0);
    char *text = slack__json_text(arena, slack_ctx_body(ctx), NULL);
    assert_non_null(text);
    free(seen->body);
    seen->body = strdup(text);
    seen->kind = slack_ctx_kind(ctx);
    seen->count++;
    slack__arena_free(arena);
    return slack_next(ctx);
}

static void stopped(slack_app_t *app, int status, void *user_data)
{
    assert_int_equal(status, 0);
    ((seen_t *)user_data)->stopped = true;
}

static bool ready(const seen_t *seen, const char *transport)
{
    slack_transport_stats_t stats;
    return slack_app_transport_stats(seen->app, transport, &stats) == 0 &&
           stats.state == SLACK_TRANSPORT_READY;
}

static void no_log(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
}

static uint64_t mono_us(void *user_data)
{
    return slack__mono_us(&slack__clock_system);
}

/* The time at which the requests are signed. */
static int64_t wall_ms(void *user_data)
{
    return atoll(SLACK_REQUEST_TIME) * 1000;
}

static const slack_clock_t at_signing = {mono_us, wall_ms, NULL};

static void start(seen_t *seen, const char *transport)
{
    slack_options_t o = {
        .transport = transport,
        .store = "memory:",
        .bot_token = "xoxb-test",
        .app_token = "xapp-test",
        .signing_secret = SLACK_REQUEST_SECRET,
        .http_host = "127.0.0.1",
        .http_port = "0",
        .socket_connections = 1,
        .api_url = fake_slack_api_url(t.slack),
        .log_level = SLACK_LOG_DEBUG,
        .log_fn = no_log,
        .loop = &t.loop,
    };
    assert_int_equal(slack_app_new(&seen->app, &o), 0);
    slack__inspect_set_clock(seen->app, &at_signing);
    assert_int_equal(slack_use(seen->app, see, seen), 0);
    assert_int_equal(add_listeners(seen->app), 0);
    assert_int_equal(slack_app_start(seen->app, stopped, seen), 0);
    while (!ready(seen, transport))
        turn();
}

static void take_frame(socket_peer_t *peer, unsigned connection, enum socket_peer_opcode opcode,
                       const char *data, size_t len, void *user_data)
{
    const char *id = opcode == SOCKET_PEER_TEXT ? strstr(data, "\"envelope_id\":\"") : NULL;
    if (id) sscanf(id + 15, "%127[^\"]", t.acked);
}

static int open_all(void **state)
{
    memset(&t, 0, sizeof t);
    assert_int_equal(uv_loop_init(&t.loop), 0);
    uv_timer_init(&t.loop, &t.watchdog);
    begin("start");
    t.slack = fake_slack_open(&t.loop);
    t.script.frame = take_frame;
    t.peer = socket_peer_open(&t.loop, &t.script);
    snprintf(t.open_answer, sizeof t.open_answer,
             "{\"ok\":true,\"url\":\"ws://127.0.0.1:%u/link\"}", socket_peer_port(t.peer));
    for (int i = 0; i < 4; i++)
        fake_slack_answer(t.slack, "apps.connections.open", 200, t.open_answer);
    start(&t.over_http, "http");
    start(&t.over_socket, "socket");
    slack_transport_stats_t stats;
    slack_app_transport_stats(t.over_http.app, "http", &stats);
    t.http = http_peer_open(&t.loop, stats.port, true);
    return 0;
}

static void stop(seen_t *seen)
{
    slack_app_stop(seen->app);
    while (!seen->stopped)
        turn();
    slack_app_free(seen->app);
    free(seen->body);
}

static int close_all(void **state)
{
    bool slack = false, peer = false, http = false;
    begin("stop");
    http_peer_close(t.http, &http);
    stop(&t.over_http);
    stop(&t.over_socket);
    fake_slack_close(t.slack, &slack);
    socket_peer_close(t.peer, &peer);
    while (!slack || !peer || !http)
        turn();
    uv_close((uv_handle_t *)&t.watchdog, NULL);
    uv_run(&t.loop, UV_RUN_DEFAULT);
    return uv_loop_close(&t.loop);
}

#define PAYLOADS_TEST(function) TEST_CASE(function, open_all, close_all, NULL)

/* Until nothing of a delivery is left. */
static void settle(const seen_t *seen)
{
    while (slack__inspect_live(seen->app) > 0)
        turn();
}

/* ---- the two wires ---- */

/* Post a body, wait for the answer, return its status. */
static int post(const char *type, const char *body, size_t len)
{
    size_t request_len = 0;
    char *request = slack_request_signed(type, "", body, len, &request_len);
    int number = http_peer_send(t.http, request, request_len, (http_pieces_t){0});
    free(request);
    const http_reply_t *reply;
    while (!(reply = http_peer_reply(t.http, number))->done) {
        if (reply->closed) fail_msg("%s: HTTP connection closed", t.file);
        turn();
    }
    int status = reply->status;
    settle(&t.over_http);
    return status;
}

/* Send an envelope and wait for its ack. */
static void send_envelope(const char *type, const char *payload)
{
    char id[32];
    snprintf(id, sizeof id, "e%u", t.files);
    size_t size = strlen(payload) + 200;
    char *frame = malloc(size);
    snprintf(frame, size,
             "{\"envelope_id\":\"%s\",\"type\":\"%s\",\"accepts_response_payload\":true,"
             "\"payload\":%s}",
             id, type, payload);
    *t.acked = '\0';
    socket_peer_text(t.peer, socket_peer_taken(t.peer), frame);
    free(frame);
    while (strcmp(t.acked, id) != 0)
        turn();
    settle(&t.over_socket);
}

/* The same through both wires: acknowledged, and seen alike. */
static void compare(const char *http_type, const char *http_body, size_t http_len,
                    const char *envelope_type, const char *payload, bool event)
{
    unsigned before[2] = {t.over_http.count, t.over_socket.count};
    int status = post(http_type, http_body, http_len);
    if (status != 200 && (event || status != 404)) fail_msg("%s: answered %d", t.file, status);
    send_envelope(envelope_type, payload);
    unsigned over_http = t.over_http.count - before[0];
    assert_in_range(over_http, 0, 1);
    if (over_http != t.over_socket.count - before[1]) fail_msg("%s: seen on one wire only", t.file);
    if (over_http == 0) return; /* known already, the bot's own, or of no kind: alike on both */
    assert_int_equal(t.over_http.kind, t.over_socket.kind);
    assert_string_equal(t.over_http.body, t.over_socket.body);
    t.compared++;
}

/* ---- the folders ---- */

static void run_event(const char *name, const char *text, size_t len, void *ctx)
{
    begin(name);
    t.files++;
    if (strstr(text, "\"url_verification\"")) { /* HTTP alone has this, and no handler sees it */
        assert_int_equal(post(SLACK_REQUEST_JSON, text, len), 200);
        return;
    }
    compare(SLACK_REQUEST_JSON, text, len, "events_api", text, true);
}

static void run_interaction(const char *name, const char *text, size_t len, void *ctx)
{
    begin(name);
    t.files++;
    size_t body_len;
    const char *type;
    char *body = slack_request_body(SLACK_KIND_ACTION, text, &body_len, &type);
    compare(type, body, body_len, "interactive", text, false);
    free(body);
}

/* A form as it was caught on the wire; over Socket Mode its fields are an object, or the payload.
 */
static void run_form(const char *name, const char *text, size_t len, void *envelope_type)
{
    begin(name);
    t.files++;
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *form = NULL;
    assert_int_equal(slack__form_parse(arena, text, len, &form), 0);
    if (strcmp(slack_json_str(form, "/ssl_check"), "1") == 0) {
        assert_int_equal(post(SLACK_REQUEST_FORM, text, len), 200);
    } else {
        const char *payload = slack_json_str(form, "/payload");
        if (*payload == '\0') payload = slack__json_text(arena, form, NULL);
        compare(SLACK_REQUEST_FORM, text, len, envelope_type, payload, false);
    }
    slack__arena_free(arena);
}

static void need(size_t files)
{
    if (files == 0) skip();
    assert_int_equal(t.files, files);
}

PAYLOADS_TEST(test_events)
{
    need(payloads_each("events", run_event, NULL));
    assert_true(t.compared > t.files / 2);
}

PAYLOADS_TEST(test_events_wrapped)
{
    need(payloads_each("events_wrapped", run_event, NULL));
    assert_true(t.compared > t.files / 2);
}

PAYLOADS_TEST(test_interactions)
{
    need(payloads_each("interactions", run_interaction, NULL));
    assert_true(t.compared > t.files / 2);
}

PAYLOADS_TEST(test_interactions_wire)
{
    need(payloads_each("interactions_wire", run_form, "interactive"));
    assert_true(t.compared > t.files / 2);
}

PAYLOADS_TEST(test_commands)
{
    need(payloads_each("commands", run_form, "slash_commands"));
    assert_true(t.compared > t.files / 2);
}

/* Frames of Slack's: an envelope's payload goes through both wires; anything else is only survived
 * (a `disconnect` ends the connection, so another one is opened for what follows). */
static void run_frame(const char *name, const char *text, size_t len, void *ctx)
{
    begin(name);
    t.files++;
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *frame = NULL;
    assert_int_equal(slack__json_parse(arena, text, len, &frame, NULL), 0);
    const slack_json_t *payload = slack_json_get(frame, "/payload");
    const char *type = slack_json_str(frame, "/type");
    if (payload == NULL) {
        if (strcmp(type, "disconnect") != 0)
            socket_peer_text(t.peer, socket_peer_taken(t.peer), text);
        slack__arena_free(arena);
        return;
    }
    const char *json = slack__json_text(arena, payload, NULL);
    if (slack_json_count(payload, "") ==
        0) { /* nothing that HTTP could carry: acked all the same */
        send_envelope(type, json);
        slack__arena_free(arena);
        return;
    }
    enum slack_kind kind = strcmp(type, "slash_commands") == 0 ? SLACK_KIND_COMMAND
                           : strcmp(type, "interactive") == 0  ? SLACK_KIND_ACTION
                                                               : SLACK_KIND_EVENT;
    size_t body_len;
    const char *media;
    char *body = slack_request_body(kind, json, &body_len, &media);
    compare(media, body, body_len, type, json, false);
    free(body);
    slack__arena_free(arena);
}

PAYLOADS_TEST(test_socket_frames)
{
    need(payloads_each("socket", run_frame, NULL));
    assert_true(t.compared >= 6);
}
