/* SPDX-License-Identifier: MIT */
/* What Slack is told of authorized and refused deliveries: the same over HTTP and Socket Mode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/app.h"
#include "support/fake_slack.h"
#include "support/http_peer.h"
#include "support/slack_request.h"
#include "support/socket_peer.h"

static struct {
    uv_loop_t loop;
    fake_slack_t *slack;
    slack_app_t *app;
    socket_peer_script_t script;
    socket_peer_t *peer;
    http_peer_t *http;
    char open_answer[160];
    char ack[1024]; /* the last frame that was one */
    slack_authorize_t request;
    bool asked, stopped;
    unsigned sent;
    uv_timer_t watchdog;
} t;

static void bark(uv_timer_t *timer)
{
    fprintf(stderr, "nothing happened for a long time\n");
    exit(1);
}

static void turn(void)
{
    uv_run(&t.loop, UV_RUN_ONCE);
}

/* ---- the app ---- */

static const slack_authorization_t granted = {
    .bot_token = "xoxb-granted", .bot_id = "B1", .bot_user_id = "UBOT"};

/* T0NOW has a token, T0LATER has it later; T0AWAY cannot be looked up, nobody else is known. */
static int look_up(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    t.request = request;
    t.asked = true;
    if (strcmp(tenant->team_id, "T0NOW") == 0) return slack_authorize_grant(request, &granted);
    if (strcmp(tenant->team_id, "T0LATER") == 0) return 0;
    if (strcmp(tenant->team_id, "T0AWAY") == 0) return SLACK_EIO;
    return slack_authorize_refuse(request, "not installed");
}

static int answer_command(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_json(ctx, slack_jsonf(ctx, "{text: %s}", slack_ctx_bot_user(ctx)));
}

static int ack_empty(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack(ctx);
}

static int say(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "hi");
}

static void on_stopped(slack_app_t *app, int status, void *user_data)
{
    assert_int_equal(status, 0);
    t.stopped = true;
}

static void take_frame(socket_peer_t *peer, unsigned connection, enum socket_peer_opcode opcode,
                       const char *data, size_t len, void *user_data)
{
    if (opcode == SOCKET_PEER_TEXT) snprintf(t.ack, sizeof t.ack, "%s", data);
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

static bool ready(const char *transport, slack_transport_stats_t *stats)
{
    return slack_app_transport_stats(t.app, transport, stats) == 0 &&
           stats->state == SLACK_TRANSPORT_READY;
}

static void no_log(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
}

static int open_all(void **state)
{
    slack_transport_stats_t stats;
    memset(&t, 0, sizeof t);
    assert_int_equal(uv_loop_init(&t.loop), 0);
    uv_timer_init(&t.loop, &t.watchdog);
    uv_timer_start(&t.watchdog, bark, 20000, 0);
    uv_unref((uv_handle_t *)&t.watchdog);
    t.slack = fake_slack_open(&t.loop);
    t.script.frame = take_frame;
    t.peer = socket_peer_open(&t.loop, &t.script);
    snprintf(t.open_answer, sizeof t.open_answer,
             "{\"ok\":true,\"url\":\"ws://127.0.0.1:%u/link\"}", socket_peer_port(t.peer));
    fake_slack_answer(t.slack, "apps.connections.open", 200, t.open_answer);
    slack_options_t o = {
        .transport = "http,socket",
        .app_token = "xapp-test",
        .signing_secret = SLACK_REQUEST_SECRET,
        .http_host = "127.0.0.1",
        .http_port = "0",
        .socket_connections = 1,
        .store = "memory:",
        .api_url = fake_slack_api_url(t.slack),
        .log_fn = no_log,
        .loop = &t.loop,
    };
    const slack_authorizer_t how = {.fn = look_up, .refusal = "Install me."};
    unsetenv("SLACK_BOT_TOKEN");
    assert_int_equal(slack_app_new(&t.app, &o), 0);
    slack__app_set_clock(t.app, &at_signing);
    assert_int_equal(slack_app_authorize(t.app, &how), 0);
    assert_int_equal(slack_on_command(t.app, "/x", answer_command, NULL), 0);
    assert_int_equal(slack_on_action(t.app, "a", ack_empty, NULL), 0);
    assert_int_equal(slack_on_message(t.app, NULL, say, NULL), 0);
    assert_int_equal(slack_app_start(t.app, on_stopped, NULL), 0);
    while (!ready("http", &stats) || !ready("socket", &stats))
        turn();
    slack_app_transport_stats(t.app, "http", &stats);
    t.http = http_peer_open(&t.loop, stats.port, true);
    return 0;
}

static int close_all(void **state)
{
    bool slack = false, peer = false, http = false;
    http_peer_close(t.http, &http);
    slack_app_stop(t.app);
    slack_app_stop(t.app);
    while (!t.stopped || !http)
        turn();
    slack_app_free(t.app);
    fake_slack_close(t.slack, &slack);
    socket_peer_close(t.peer, &peer);
    while (!slack || !peer)
        turn();
    uv_close((uv_handle_t *)&t.watchdog, NULL);
    uv_run(&t.loop, UV_RUN_DEFAULT);
    return uv_loop_close(&t.loop);
}

/* ---- the two wires ---- */

/* Answer what is asked later, once it is. */
static void answer_later(bool later)
{
    if (!later) return;
    while (!t.asked)
        turn();
    assert_int_equal(slack_authorize_grant(t.request, &granted), 0);
    t.asked = false;
}

static const http_reply_t *over_http(enum slack_kind kind, const char *json, bool later)
{
    size_t len, body_len;
    const char *type;
    char *body = slack_request_body(kind, json, &body_len, &type);
    char *request = slack_request_signed(type, "", body, body_len, &len);
    t.asked = false;
    int number = http_peer_send(t.http, request, len, (http_pieces_t){0});
    free(request);
    free(body);
    answer_later(later);
    const http_reply_t *reply;
    while (!(reply = http_peer_reply(t.http, number))->done)
        turn();
    return reply;
}

static void over_socket(enum slack_kind kind, const char *json, bool later)
{
    const char *type = kind == SLACK_KIND_EVENT     ? "events_api"
                       : kind == SLACK_KIND_COMMAND ? "slash_commands"
                                                    : "interactive";
    char frame[1024], id[32];
    snprintf(id, sizeof id, "\"envelope_id\":\"e%u\"", ++t.sent);
    snprintf(frame, sizeof frame,
             "{%s,\"type\":\"%s\",\"accepts_response_payload\":%s,\"payload\":%s}", id, type,
             kind == SLACK_KIND_COMMAND ? "true" : "false", json);
    *t.ack = '\0';
    t.asked = false;
    socket_peer_text(t.peer, socket_peer_taken(t.peer), frame);
    answer_later(later);
    while (strstr(t.ack, id) == NULL)
        turn();
}

#define COMMAND(team) "{\"command\":\"/x\",\"team_id\":\"" team "\",\"user_id\":\"U1\"}"
#define ACTION(team)                                                                               \
    "{\"type\":\"block_actions\",\"team\":{\"id\":\"" team "\"},\"user\":{\"id\":\"U1\"},"         \
    "\"actions\":[{\"action_id\":\"a\"}]}"
#define EVENT(team, id)                                                                            \
    "{\"type\":\"event_callback\",\"event_id\":\"" id "\",\"team_id\":\"" team "\",\"event\":{"    \
    "\"type\":\"message\",\"user\":\"U1\",\"channel\":\"C1\",\"text\":\"x\"}}"

static void told_alike(void **state)
{
    static const struct {
        enum slack_kind kind;
        const char *over_http, *over_socket;
        int status;
        const char *body; /* "" for none */
        bool later;
    } rows[] = {
        {SLACK_KIND_COMMAND, COMMAND("T0NOW"), COMMAND("T0NOW"), 200, "{\"text\":\"UBOT\"}", false},
        {SLACK_KIND_COMMAND, COMMAND("T0LATER"), NULL, 200, "{\"text\":\"UBOT\"}", true},
        {SLACK_KIND_COMMAND, NULL, COMMAND("T0LATER"), 200, "{\"text\":\"UBOT\"}", true},
        {SLACK_KIND_COMMAND, COMMAND("T0NEW"), COMMAND("T0NEW"), 200,
         "{\"response_type\":\"ephemeral\",\"text\":\"Install me.\"}", false},
        {SLACK_KIND_COMMAND, COMMAND("T0AWAY"), COMMAND("T0AWAY"), 404, "", false},
        {SLACK_KIND_ACTION, ACTION("T0NOW"), ACTION("T0NOW"), 200, "", false},
        {SLACK_KIND_ACTION, ACTION("T0NEW"), ACTION("T0NEW"), 200, "", false},
        {SLACK_KIND_EVENT, EVENT("T0NEW", "Ev1"), EVENT("T0NEW", "Ev2"), 200, "", false},
        {SLACK_KIND_EVENT, EVENT("T0AWAY", "Ev3"), EVENT("T0AWAY", "Ev4"), 200, "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        slack_app_forget(t.app, NULL);
        if (rows[i].over_http) {
            const http_reply_t *reply = over_http(rows[i].kind, rows[i].over_http, rows[i].later);
            assert_int_equal(reply->status, rows[i].status);
            assert_string_equal(reply->body, rows[i].body);
        }
        slack_app_forget(t.app, NULL);
        if (rows[i].over_socket) {
            over_socket(rows[i].kind, rows[i].over_socket, rows[i].later);
            if (*rows[i].body)
                assert_non_null(strstr(t.ack, rows[i].body));
            else
                assert_null(strstr(t.ack, "payload"));
        }
    }
    assert_int_equal(fake_slack_count(t.slack), 1); /* apps.connections.open */
}

static void said_with_the_tenants_token(void **state)
{
    const size_t before = fake_slack_count(t.slack);
    assert_int_equal(over_http(SLACK_KIND_EVENT, EVENT("T0NOW", "Ev1"), false)->status, 200);
    over_socket(SLACK_KIND_EVENT, EVENT("T0NOW", "Ev2"), false);
    while (fake_slack_count(t.slack) < before + 2)
        turn();
    for (size_t i = before; i < before + 2; i++) {
        assert_string_equal(fake_slack_call(t.slack, i)->method, "chat.postMessage");
        assert_string_equal(fake_slack_call(t.slack, i)->token, "xoxb-granted");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(told_alike, open_all, close_all),
        cmocka_unit_test_setup_teardown(said_with_the_tenants_token, open_all, close_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
