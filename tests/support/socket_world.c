/* SPDX-License-Identifier: MIT */
#include "support/socket_world.h"
#include "support/test.h"

#define TOKEN   "xapp-1-A0SOCKET-1-d0c5secret"
#define TICKET  "0a1b2c3d-ticket"
#define STEP_MS 500

/* ---- Slack ---- */

static void on_request(peer_t *api, const peer_request_t *request, void *user_data)
{
    socket_world_t *w = user_data;
    if (w->no_api) {
        peer_hang_up(api, request->connection);
        return;
    }
    assert_non_null(strstr(request->text, "POST /api/apps.connections.open HTTP/1.1\r\n"));
    assert_non_null(strstr(request->text, "Content-Length: 0\r\n"));
    assert_non_null(strstr(request->text, "Authorization: Bearer " TOKEN "\r\n"));
    w->calls++;
    w->call_ms = socket_world_now_ms(w);
    if (w->answer_count > 0) {
        const socket_world_answer_t *answer = w->answers++;
        w->answer_count--;
        if (answer->status != 0) {
            peer_answer(api, request->connection, answer->status,
                        answer->headers ? answer->headers : "", answer->body ? answer->body : "");
            return;
        }
    }
    char body[512], url[128];
    snprintf(url, sizeof url, "ws:\\/\\/127.0.0.1:%u\\/link\\/?ticket=" TICKET "-%u&app_id=f00",
             socket_peer_port(w->peer), w->calls);
    snprintf(body, sizeof body, "{\"ok\":true,\"url\":\"%s\"}", w->url ? w->url : url);
    peer_answer(api, request->connection, 200, "Content-Type: application/json\r\n", body);
}

static void on_open(socket_peer_t *peer, unsigned connection, void *user_data)
{
    socket_world_t *w = user_data;
    char hello[160];
    snprintf(hello, sizeof hello, "{\"type\":\"hello\",\"num_connections\":%u}",
             socket_peer_live(peer));
    w->last_hello = connection;
    socket_peer_text(peer, connection, hello);
}

static void on_frame(socket_peer_t *peer, unsigned connection, enum socket_peer_opcode opcode,
                     const char *data, size_t len, void *user_data)
{
    socket_world_t *w = user_data;
    if (opcode == SOCKET_PEER_CLOSE) {
        w->closes++;
        w->close_code =
            len >= 2 ? (unsigned)(unsigned char)data[0] << 8 | (unsigned char)data[1] : 0;
    }
    if (opcode != SOCKET_PEER_TEXT) return;
    w->ack_count++;
    if (w->ack_len + len + 2 > sizeof w->acks) w->ack_len = 0;
    memcpy(w->acks + w->ack_len, data, len);
    w->ack_len += len;
    w->acks[w->ack_len++] = '\n';
    w->acks[w->ack_len] = '\0';
}

/* ---- the host ---- */

static int on_call(mock_host_t *mock, const char *method, slack_call_fn fn, void *user_data)
{
    socket_world_t *w = mock->call_data;
    slack_client_t client = {
        .webapi = w->no_route ? w->nowhere : w->webapi, .token = TOKEN, .once = true};
    return slack__webapi_call(&client, method, NULL, fn, user_data);
}

void socket_world_open(socket_world_t *w)
{
    char api_url[64];
    memset(w, 0, sizeof *w);
    mock_host_open(&w->mock);
    w->mock.call = on_call;
    w->mock.call_data = w;
    w->mock.script = MOCK_ACK;
    w->limits = slack__socket_limits_default;
    w->script = (socket_peer_script_t){.open = on_open, .frame = on_frame, .user_data = w};
    w->peer = socket_peer_open(&w->mock.world.loop, &w->script);
    w->api = peer_open(&w->mock.world.loop, on_request, w);
    const slack_webapi_options_t options = {
        .api_url = api_url, .concurrency = 32, .timeout_ms = 10000};
    snprintf(api_url, sizeof api_url, "http://127.0.0.1:%u/api/", peer_port(w->api));
    assert_int_equal(slack__webapi_new(&w->webapi, w->mock.world.net, &options), 0);
    snprintf(api_url, sizeof api_url, "http://127.0.0.1:1/api/");
    assert_int_equal(slack__webapi_new(&w->nowhere, w->mock.world.net, &options), 0);
}

void socket_world_start(socket_world_t *w, unsigned connections)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    const slack_options_t options = {.app_token = TOKEN, .socket_connections = connections};
    assert_int_equal(slack__socket_create(&w->t, &w->mock.host, &options, &w->limits, error), 0);
    assert_int_equal(mock_start(&w->mock, w->t), 0);
}

void socket_world_connect(socket_world_t *w, unsigned connections)
{
    socket_world_start(w, connections);
    socket_world_until_connections(w, connections);
    mock_run_until_state(&w->mock, SLACK_TRANSPORT_READY);
}

int socket_world_set_up(void **state)
{
    socket_world_open(*state);
    return 0;
}

int socket_world_set_up_one(void **state)
{
    socket_world_open(*state);
    socket_world_connect(*state, 1);
    return 0;
}

int socket_world_tear_down(void **state)
{
    socket_world_close(*state);
    return 0;
}

void socket_world_close(socket_world_t *w)
{
    bool calls_closed = false, nowhere_closed = false, peer_closed = false;
    if (w->mock.state != SLACK_TRANSPORT_STOPPED) mock_stop(&w->mock);
    while (w->mock.state != SLACK_TRANSPORT_STOPPED)
        socket_world_pass(w, STEP_MS);
    slack__webapi_close(w->webapi, world_set_flag, &calls_closed);
    slack__webapi_close(w->nowhere, world_set_flag, &nowhere_closed);
    world_until(&w->mock.world, calls_closed);
    world_until(&w->mock.world, nowhere_closed);
    mock_destroy(&w->mock, w->t);
    peer_close(w->api);
    socket_peer_close(w->peer, &peer_closed);
    world_until(&w->mock.world, peer_closed);
    mock_host_close(&w->mock);
    assert_null(strstr(w->mock.world.log, TOKEN));
    assert_null(strstr(w->mock.world.log, TICKET));
    assert_null(strstr(w->mock.error, TOKEN));
}

/* ---- time ---- */

uint64_t socket_world_now_ms(const socket_world_t *w)
{
    return slack__mono_ms(&w->mock.world.clock);
}

void socket_world_settle(socket_world_t *w)
{
    world_settle(&w->mock.world);
}

void socket_world_jump(socket_world_t *w, uint64_t ms)
{
    world_hurry_ms(&w->mock.world, ms);
    socket_world_settle(w);
}

void socket_world_pass(socket_world_t *w, uint64_t ms)
{
    for (; ms > STEP_MS; ms -= STEP_MS)
        socket_world_jump(w, STEP_MS);
    socket_world_jump(w, ms);
}

void socket_world_until_acks(socket_world_t *w, unsigned count)
{
    world_until(&w->mock.world, w->ack_count >= count);
}

void socket_world_until_calls(socket_world_t *w, unsigned count)
{
    world_until(&w->mock.world, w->calls >= count);
}

void socket_world_until_taken(socket_world_t *w, unsigned connections)
{
    world_until(&w->mock.world, socket_peer_taken(w->peer) >= connections);
}

void socket_world_until_live(socket_world_t *w, unsigned connections)
{
    world_until(&w->mock.world, socket_peer_live(w->peer) == connections);
}

/* The next step of a wait, which fails after a little more than half an hour of the clock. */
static void pass_step(socket_world_t *w, unsigned nth)
{
    socket_world_pass(w, STEP_MS);
    if (nth > 4000) fail_msg("waited in vain:\n%s", w->mock.world.log);
}

void socket_world_pass_until_calls(socket_world_t *w, unsigned count)
{
    for (unsigned i = 0; w->calls < count; i++)
        pass_step(w, i);
}

void socket_world_until_connections(socket_world_t *w, unsigned count)
{
    for (unsigned i = 0; socket_world_stats(w).connections < count; i++)
        pass_step(w, i);
}

/* ---- what was sent and logged ---- */

slack_transport_stats_t socket_world_stats(const socket_world_t *w)
{
    slack_transport_stats_t stats;
    w->t->ops->stats(w->t, &stats);
    return stats;
}

void socket_world_event(socket_world_t *w, unsigned connection, unsigned n)
{
    char text[512];
    snprintf(text, sizeof text,
             "{\"envelope_id\":\"e-%u\",\"type\":\"events_api\",\"accepts_response_payload\":false,"
             "\"payload\":{\"type\":\"event_callback\",\"event_id\":\"Ev-%u\","
             "\"event\":{\"type\":\"message\",\"text\":\"hello\"}}}",
             n, n);
    socket_peer_text(w->peer, connection, text);
}

bool socket_world_acked(const socket_world_t *w, unsigned n)
{
    char ack[64];
    snprintf(ack, sizeof ack, "{\"envelope_id\":\"e-%u\"}\n", n);
    return strstr(w->acks, ack) != NULL;
}

void socket_world_assert_alive(socket_world_t *w, unsigned connection, unsigned n)
{
    socket_world_event(w, connection, n);
    socket_world_settle(w);
    assert_true(socket_world_acked(w, n));
    assert_int_equal(w->mock.state, SLACK_TRANSPORT_READY);
}

void socket_world_disconnect(socket_world_t *w, unsigned connection, const char *reason)
{
    char text[128];
    snprintf(text, sizeof text, "{\"type\":\"disconnect\",\"reason\":\"%s\"}", reason);
    socket_peer_text(w->peer, connection, text);
    socket_world_settle(w);
}
