/* SPDX-License-Identifier: MIT */
/*
 * Every real payload goes through both transports into the showcase. Each is acknowledged, and the
 * handlers see the same over both wires.
 */

#include "support/payloads.h"
#include "support/slack_request.h"
#include "support/test.h"
#include "support/wires.h"
#include "util/form.h"

/* The showcase, with its main() renamed. */
int showcase_main(void);
#define main showcase_main
#include "examples/showcase.c"
#undef main

/* An app on one of the wires, and the last delivery that its handlers saw. */
typedef struct seen {
    wires_t wires;
    unsigned count; /* number of deliveries */
    enum slack_kind kind;
    char *body;
} seen_t;

static seen_t over_http, over_socket;
static unsigned compared, files;

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

static void start(seen_t *seen, const char *transport)
{
    memset(seen, 0, sizeof *seen);
    wires_open(&seen->wires, &(slack_options_t){.transport = transport});
    assert_int_equal(slack_use(seen->wires.app, see, seen), 0);
    assert_int_equal(add_listeners(seen->wires.app), 0);
    wires_ready(&seen->wires);
}

static int open_all(void **state)
{
    compared = files = 0;
    start(&over_http, "http");
    start(&over_socket, "socket");
    return 0;
}

static int close_all(void **state)
{
    wires_close(&over_http.wires);
    wires_close(&over_socket.wires);
    free(over_http.body);
    free(over_socket.body);
    return 0;
}

#define PAYLOADS_TEST(function) TEST_CASE(function, open_all, close_all, NULL)

/* ---- the two wires ---- */

static int post(const char *type, const char *body, size_t len)
{
    wires_t *w = &over_http.wires;
    const http_reply_t *reply = wires_reply(w, wires_post_body(w, type, body, len));
    wires_settle(w);
    return reply->status;
}

/* Send an envelope and wait for its ack. */
static void send_envelope(const char *type, const char *payload)
{
    char id[64];
    wires_send_envelope(&over_socket.wires, type, payload, true);
    snprintf(id, sizeof id, "\"envelope_id\":\"e%u\"", over_socket.wires.envelopes);
    assert_non_null(strstr(wires_frame(&over_socket.wires), id));
}

/* Sends a delivery over both wires. It is acknowledged, and the handlers see the same. */
static void compare(const char *name, const char *http_type, const char *http_body, size_t http_len,
                    const char *envelope_type, const char *payload, bool event)
{
    unsigned before[2] = {over_http.count, over_socket.count};
    int status = post(http_type, http_body, http_len);
    if (status != 200 && (event || status != 404)) fail_msg("%s: answered %d", name, status);
    if (status == 404) { /* Slack shows its error on both wires */
        wires_send_envelope(&over_socket.wires, envelope_type, payload, true);
        world_until(&over_socket.wires.world,
                    over_socket.count - before[1] == over_http.count - before[0]);
    } else {
        send_envelope(envelope_type, payload);
    }
    unsigned times = over_http.count - before[0];
    assert_in_range(times, 0, 1);
    if (times != over_socket.count - before[1]) fail_msg("%s: seen on one wire only", name);
    if (times == 0)
        return; /* no handler on either wire: a duplicate, the bot's own event, or an unknown type
                 */
    assert_int_equal(over_http.kind, over_socket.kind);
    assert_string_equal(over_http.body, over_socket.body);
    compared++;
}

/* ---- the folders ---- */

static void run_event(const char *name, const char *text, size_t len, void *ctx)
{
    files++;
    if (strstr(text, "\"url_verification\"")) { /* only HTTP has it, and no handler sees it */
        assert_int_equal(post(SLACK_REQUEST_JSON, text, len), 200);
        return;
    }
    compare(name, SLACK_REQUEST_JSON, text, len, "events_api", text, true);
}

static void run_interaction(const char *name, const char *text, size_t len, void *ctx)
{
    files++;
    size_t body_len;
    const char *type;
    char *body = slack_request_body(SLACK_KIND_ACTION, text, &body_len, &type);
    compare(name, type, body, body_len, "interactive", text, false);
    free(body);
}

/* Sends a form as it was on the wire. Over Socket Mode its fields are a JSON object, or its payload
 * field is. */
static void run_form(const char *name, const char *text, size_t len, void *envelope_type)
{
    files++;
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *form = NULL;
    assert_int_equal(slack__form_parse(arena, text, len, &form), 0);
    if (strcmp(slack_json_str(form, "/ssl_check"), "1") == 0) {
        assert_int_equal(post(SLACK_REQUEST_FORM, text, len), 200);
    } else {
        const char *payload = slack_json_str(form, "/payload");
        if (*payload == '\0') payload = slack__json_text(arena, form, NULL);
        compare(name, SLACK_REQUEST_FORM, text, len, envelope_type, payload, false);
    }
    slack__arena_free(arena);
}

/* Checks that all files of the folder were sent. */
static void need(size_t count)
{
    if (count == 0) skip();
    assert_int_equal(files, count);
}

PAYLOADS_TEST(test_events)
{
    need(payloads_each("events", run_event, NULL));
    assert_true(compared > files / 2);
}

PAYLOADS_TEST(test_events_wrapped)
{
    need(payloads_each("events_wrapped", run_event, NULL));
    assert_true(compared > files / 2);
}

PAYLOADS_TEST(test_interactions)
{
    need(payloads_each("interactions", run_interaction, NULL));
    assert_true(compared > files / 2);
}

PAYLOADS_TEST(test_interactions_wire)
{
    need(payloads_each("interactions_wire", run_form, "interactive"));
    assert_true(compared > files / 2);
}

PAYLOADS_TEST(test_commands)
{
    need(payloads_each("commands", run_form, "slash_commands"));
    assert_true(compared > files / 2);
}

/* A real frame: the payload of an envelope goes over both wires. Other frames go over Socket Mode
 * only, except a disconnect, which would end the connection. */
static void run_frame(const char *name, const char *text, size_t len, void *ctx)
{
    files++;
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *frame = NULL;
    assert_int_equal(slack__json_parse(arena, text, len, &frame, NULL), 0);
    const slack_json_t *payload = slack_json_get(frame, "/payload");
    const char *type = slack_json_str(frame, "/type");
    if (payload == NULL) {
        if (strcmp(type, "disconnect") != 0) wires_send_frame(&over_socket.wires, text);
        slack__arena_free(arena);
        return;
    }
    const char *json = slack__json_text(arena, payload, NULL);
    if (slack_json_count(payload, "") == 0) { /* HTTP cannot carry it, Socket Mode acks it */
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
    compare(name, media, body, body_len, type, json, false);
    free(body);
    slack__arena_free(arena);
}

PAYLOADS_TEST(test_socket_frames)
{
    need(payloads_each("socket", run_frame, NULL));
    assert_true(compared >= 6);
}
