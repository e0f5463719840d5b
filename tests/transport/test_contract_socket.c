/* SPDX-License-Identifier: MIT */
#include "support/contract.h"
#include "support/heap.h"
#include "support/socket_peer.h"
#include "support/test.h"

#include "protocol/kind.h"
#include "transport_socket/socket.h"
#include "webapi/call.h"

#define SENT_MAX  8192
#define CALLS_MAX 64
#define HOLD_MS   2000
#define APP_TOKEN "xapp-1-A1-1-contract"

/* The default limits, with short backoffs. */
static slack_socket_limits_t limits;

typedef struct sent {
    unsigned connection; /* 0: none was open */
    contract_answer_t answer;
    char *body;
} sent_t;

typedef struct call {
    slack_call_fn fn;
    void *user_data;
} call_t;

/* A piece of a message to be sent. */
typedef struct piece {
    unsigned connection;
    unsigned wait; /* turns of the loop */
    size_t len;
    struct piece *next;
    char bytes[];
} piece_t;

typedef struct fixture {
    mock_host_t *host;
    socket_peer_script_t script;
    socket_peer_t *peer;
    unsigned newest; /* the connection to send on */
    sent_t sent[SENT_MAX];
    int count;
    call_t calls[CALLS_MAX];
    unsigned call_count;
    uint64_t hold_ms; /* no call is answered before this time */
    piece_t *pieces;
    uv_idle_t idle; /* answers calls and sends pieces */
    bool *closed;
} fixture_t;

/* ---- apps.connections.open ---- */

static void answer_call(const fixture_t *f, const call_t *call)
{
    heap_pause();
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *json;
    char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%u/link/?ticket=1", socket_peer_port(f->peer));
    assert_int_equal(slack__jsonf(arena, &json, NULL, "{ok: true, url: %s}", url), 0);
    slack_call_t made = {.arena = arena};
    slack__response_fail(&made.response, 0);
    made.response.http_status = 200;
    made.response.json = json;
    heap_resume();
    call->fn(&made.response, call->user_data);
    heap_pause();
    slack__arena_free(arena);
    heap_resume();
}

static int on_call(mock_host_t *mock, const char *method, slack_call_fn fn, void *user_data);

static void send_pieces(fixture_t *f)
{
    while (f->pieces) {
        piece_t *piece = f->pieces;
        if (piece->wait > 0) {
            piece->wait--;
            return;
        }
        socket_peer_bytes(f->peer, piece->connection, piece->bytes, piece->len);
        f->pieces = piece->next;
        free(piece);
    }
}

static void answer_calls(fixture_t *f)
{
    const unsigned calls = f->call_count;
    f->call_count = 0;
    for (unsigned i = 0; i < calls; i++) {
        const call_t call = f->calls[i];
        answer_call(f, &call);
    }
}

static void on_idle(uv_idle_t *idle)
{
    fixture_t *f = idle->data;
    if (uv_now(idle->loop) >= f->hold_ms) answer_calls(f);
    send_pieces(f);
    if (f->call_count == 0 && !f->pieces) uv_idle_stop(idle);
}

static int on_call(mock_host_t *mock, const char *method, slack_call_fn fn, void *user_data)
{
    fixture_t *f = mock->call_data;
    assert_string_equal(method, "apps.connections.open");
    assert_true(f->call_count < CALLS_MAX);
    f->calls[f->call_count++] = (call_t){fn, user_data};
    uv_idle_start(&f->idle, on_idle);
    return 0;
}

/* ---- the peer ---- */

static void on_open(socket_peer_t *peer, unsigned connection, void *user_data)
{
    fixture_t *f = user_data;
    f->newest = connection;
    socket_peer_text(peer, connection, "{\"type\":\"hello\",\"num_connections\":1}");
}

/* {"envelope_id":"e-7"} or {"envelope_id":"e-7","payload":…} */
static void on_frame(socket_peer_t *peer, unsigned connection, enum socket_peer_opcode opcode,
                     const char *data, size_t len, void *user_data)
{
    static const char infix[] = ",\"payload\":";
    fixture_t *f = user_data;
    int number, end = 0;
    if (opcode != SOCKET_PEER_TEXT) return;
    assert_true(len < SLACK_ACK_FRAME_LIMIT);
    assert_int_equal(sscanf(data, "{\"envelope_id\":\"e-%d\"%n", &number, &end), 1);
    assert_true(end > 0 && number < f->count);
    sent_t *sent = &f->sent[number];
    assert_int_equal(sent->answer.what, CONTRACT_OPEN); /* exactly once */
    assert_int_equal(sent->connection, connection);
    sent->answer.what = CONTRACT_ANSWER;
    if (strcmp(data + end, "}") == 0) return;
    assert_int_equal(strncmp(data + end, infix, strlen(infix)), 0);
    const char *body = data + end + strlen(infix);
    sent->body = strndup(body, strlen(body) - 1);
    sent->answer.type = SLACK_ACK_BODY_JSON;
    sent->answer.body = sent->body;
    sent->answer.body_len = strlen(sent->body);
}

static void on_gone(socket_peer_t *peer, unsigned connection, void *user_data)
{
    fixture_t *f = user_data;
    for (int i = 0; i < f->count; i++)
        if (f->sent[i].connection == connection && f->sent[i].answer.what == CONTRACT_OPEN)
            f->sent[i].answer.what = CONTRACT_CLOSED;
}

/* ---- the fixture ---- */

static void *fixture_open(mock_host_t *host, slack_transport_t **ret)
{
    slack_options_t options = {.app_token = APP_TOKEN, .socket_connections = 1};
    char error[SLACK_ERROR_TEXT_MAX];
    if (slack__socket_create(ret, &host->host, &options, &limits, error) != 0) return NULL;
    fixture_t *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->host = host;
    f->script =
        (socket_peer_script_t){.open = on_open, .frame = on_frame, .gone = on_gone, .user_data = f};
    f->peer = socket_peer_open(&host->world.loop, &f->script);
    f->idle.data = f;
    assert_int_equal(uv_idle_init(&host->world.loop, &f->idle), 0);
    host->call = on_call;
    host->call_data = f;
    return f;
}

static char *envelope(const contract_message_t *message, int number, size_t *ret_len)
{
    const char *type = message->kind == SLACK_KIND_COMMAND        ? "slash_commands"
                       : slack__kind_waits_for_ack(message->kind) ? "interactive"
                       : message->kind == SLACK_KIND_UNKNOWN      ? "telepathy"
                                                                  : "events_api";
    char retry[96] = "";
    if (message->retry_num > 0)
        snprintf(retry, sizeof retry, ",\"retry_attempt\":%d,\"retry_reason\":\"%s\"",
                 message->retry_num, message->retry_reason);
    size_t size = strlen(message->json) + 512;
    char *frame = malloc(size);
    assert_non_null(frame);
    char *text = frame + 10;
    size_t len =
        (size_t)snprintf(text, size - 10,
                         "{\"envelope_id\":\"e-%d\",\"payload\":%s,\"type\":\"%s\",\"accepts_"
                         "response_payload\":%s%s}",
                         number, message->json, type,
                         slack__kind_takes_ack_body(message->kind, NULL) ? "true" : "false", retry);
    unsigned char head[10];
    size_t head_len = socket_peer_head(head, 0x80 | SOCKET_PEER_TEXT, len);
    memcpy(text - head_len, head, head_len);
    memmove(frame, text - head_len, head_len + len);
    *ret_len = head_len + len;
    return frame;
}

static void add_piece(fixture_t *f, unsigned connection, const char *bytes, size_t len)
{
    piece_t **end = &f->pieces;
    while (*end)
        end = &(*end)->next;
    piece_t *piece = malloc(sizeof *piece + len);
    assert_non_null(piece);
    *piece = (piece_t){.connection = connection, .wait = 2, .len = len};
    memcpy(piece->bytes, bytes, len);
    *end = piece;
    uv_idle_start(&f->idle, on_idle);
}

static int fixture_send(void *fixture, const contract_message_t *message)
{
    fixture_t *f = fixture;
    assert_true(f->count < SENT_MAX);
    int number = f->count++;
    sent_t *sent = &f->sent[number];
    if (!socket_peer_is_open(f->peer, f->newest)) {
        sent->answer.what = CONTRACT_CLOSED;
        return number;
    }
    sent->connection = f->newest;
    size_t len, first;
    char *bytes = envelope(message, number, &len);
    first = message->bytewise ? 1 : message->split ? message->split : len;
    socket_peer_bytes(f->peer, f->newest, bytes, first);
    for (size_t step = message->bytewise ? 1 : len; first < len; first += step)
        add_piece(f, f->newest, bytes + first, step < len - first ? step : len - first);
    free(bytes);
    return number;
}

static size_t fixture_wire_bytes(void *fixture, const contract_message_t *message)
{
    fixture_t *f = fixture;
    size_t len;
    free(envelope(message, f->count, &len));
    return len;
}

static void fixture_answer(void *fixture, int number, contract_answer_t *ret)
{
    const fixture_t *f = fixture;
    *ret = f->sent[number].answer;
}

static void fixture_drop(void *fixture, int number)
{
    fixture_t *f = fixture;
    /* No new connection during the test, or the ack would go there. */
    f->hold_ms = uv_now(&f->host->world.loop) + HOLD_MS;
    socket_peer_reset(f->peer, f->sent[number].connection);
}

static void on_peer_closed(uv_handle_t *handle)
{
    fixture_t *f = handle->data;
    for (int i = 0; i < f->count; i++)
        free(f->sent[i].body);
    while (f->pieces) {
        piece_t *piece = f->pieces;
        f->pieces = piece->next;
        free(piece);
    }
    socket_peer_close(f->peer, f->closed);
    /* The peer is closed first, since its script is in `f`. */
    free(f);
}

static void fixture_close(void *fixture, bool *closed)
{
    fixture_t *f = fixture;
    assert_int_equal(f->call_count, 0);
    f->closed = closed;
    uv_close((uv_handle_t *)&f->idle, on_peer_closed);
}

static const contract_fixture_t fixture = {
    .name = "socket",
    .traits = CONTRACT_LATER_IS_SILENCE | CONTRACT_REFUSE_IS_SILENCE | CONTRACT_TEXT_IS_JSON |
              CONTRACT_PEER_SHARES_HEAP /* an envelope that ran out of memory gets no ack */,
    .open = fixture_open,
    .send = fixture_send,
    .wire_bytes = fixture_wire_bytes,
    .answer = fixture_answer,
    .drop = fixture_drop,
    .close = fixture_close,
};

int main(void)
{
    limits = slack__socket_limits_default;
    for (unsigned i = SLACK_BACKOFF_RETRY; i <= SLACK_BACKOFF_UNREACHED; i++) {
        limits.backoff[i].base_ms = 1;
        limits.backoff[i].cap_ms = 10;
    }
    limits.stagger_ms = limits.pace_ms = 1;
    limits.burst = 1000000;
    return contract_main(&fixture);
}
