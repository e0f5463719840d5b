/* SPDX-License-Identifier: MIT */
#include "kill/kill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- acks ---- */

static void event_acked(unsigned n)
{
    if (n >= t.sent) return;
    event_t *e = &t.events[n];
    if (t.deaf && e->first_ms > t.fault_ms) t.unsound++;
    if (!e->acked) {
        const uint64_t since = uv_now(t.loop) - t.healed_ms;
        if (t.healed_ms > 0 && since > t.resumed_ms) t.resumed_ms = since;
        t.healed_ms = 0;
        t.progress_ms = uv_now(t.loop);
        t.acks++;
        e->acked_at = ++t.turns;
    }
    e->acked = true;
    while (t.oldest < t.sent && t.events[t.oldest].acked)
        t.oldest++;
}

static void on_event_answer(const slack_curl_result_t *result, void *user_data)
{
    if (result->status != 0) return;
    if (result->http_status == 200) event_acked((unsigned)(uintptr_t)user_data);
    if (result->http_status == 503 && t.deaf) t.later++;
}

/* A command has the time at which it was sent for its number. */
static void command_answered(unsigned sent_ms)
{
    const unsigned took_ms = (unsigned)uv_now(t.loop) - sent_ms;
    t.answered++;
    if (took_ms > t.slowest_ms) t.slowest_ms = took_ms;
}

static void on_command_answer(const slack_curl_result_t *result, void *user_data)
{
    if (result->status == 0 && result->http_status == 200)
        command_answered((unsigned)(uintptr_t)user_data);
}

/* ---- sending ---- */

/* A bot that gets HTTP requests; NULL: there is none at this moment. */
static const bot_t *any_serving(void)
{
    const unsigned first = (unsigned)rand() % BOTS_MAX;
    for (unsigned i = 0; i < BOTS_MAX; i++) {
        const bot_t *bot = &t.bots[(first + i) % BOTS_MAX];
        if (bot->serves) return bot;
    }
    return NULL;
}

static void send_http(const char *type, const char *body, slack_curl_fn answered, unsigned n)
{
    const bot_t *bot = any_serving();
    if (!bot) return;
    char time_line[64], sign_line[128], type_line[64], url[64], stamp[24];
    char signature[SLACK_SIGNATURE_LEN + 1];
    snprintf(stamp, sizeof stamp, "%lld", (long long)(slack__wall_ms(&slack__clock_system) / 1000));
    if (slack__signature_make(t.signer, slack__slice(stamp), slack__slice(body), signature) != 0)
        die("out of memory");
    snprintf(type_line, sizeof type_line, "Content-Type: application/%s", type);
    snprintf(time_line, sizeof time_line, "X-Slack-Request-Timestamp: %s", stamp);
    snprintf(sign_line, sizeof sign_line, "X-Slack-Signature: %s", signature);
    snprintf(url, sizeof url, "http://%s:%u/slack/events", t.host, bot->port);
    const char *headers[] = {type_line, time_line, sign_line, NULL};
    const slack_curl_request_t request = {.method = "POST",
                                          .url = url,
                                          .headers = headers,
                                          .body = body,
                                          .body_len = strlen(body),
                                          .timeout_ms = 3000,
                                          .body_max = 4096};
    slack__curl_send(t.curl, &request, answered, (void *)(uintptr_t)n);
}

static void send_socket(const char *type, char letter, unsigned n, unsigned tries, const char *body)
{
    char frame[1024];
    int len = snprintf(frame, sizeof frame,
                       "{\"envelope_id\":\"%c-%u\",\"payload\":%s,\"type\":\"%s\","
                       "\"accepts_response_payload\":%s,\"retry_attempt\":%u,"
                       "\"retry_reason\":\"\"}",
                       letter, n, body, type, letter == 'e' ? "false" : "true", tries);
    slack__ws_send(t.sockets[(unsigned)rand() % t.socket_count], true, frame, (size_t)len);
}

void send_event(unsigned n)
{
    event_t *e = &t.events[n];
    char body[512], channel[16] = "C1", text[32] = "hello", ts[32];
    e->sent_ms = uv_now(t.loop);
    if (e->tries == 0) {
        e->first_ms = e->sent_ms;
        e->sent_at = ++t.turns;
        e->channel = t.orders ? (unsigned)rand() % t.orders->channels : 0;
    }
    snprintf(ts, sizeof ts, "%lld.%06u", (long long)t.begun_s, n);
    if (t.orders) {
        snprintf(channel, sizeof channel, "C%u", e->channel);
        snprintf(text, sizeof text, "order %u", n);
    }
    snprintf(body, sizeof body,
             "{\"type\":\"event_callback\",\"event_id\":\"Ev%u\",\"team_id\":\"T1\","
             "\"event\":{\"type\":\"message\",\"channel\":\"%s\",\"user\":\"U%u\","
             "\"ts\":\"%s\",\"text\":\"%s\"}}",
             n, channel, n, ts, text);
    if (t.socket_count > 0 && rand() % 2)
        send_socket("events_api", 'e', n, e->tries, body);
    else
        send_http("json", body, on_event_answer, n);
    e->tries++;
}

void send_command(unsigned n)
{
    char body[256];
    const unsigned now_ms = (unsigned)uv_now(t.loop);
    const bool socket = t.socket_count > 0 && rand() % 2;
    snprintf(body, sizeof body,
             socket ? "{\"command\":\"/status\",\"text\":\"%u\",\"team_id\":\"T1\","
                      "\"channel_id\":\"C1\",\"user_id\":\"U1\"}"
                    : "command=%%2Fstatus&text=%u&team_id=T1&channel_id=C1&user_id=U1",
             n);
    t.commands++;
    if (socket)
        send_socket("slash_commands", 's', now_ms, 0, body);
    else
        send_http("x-www-form-urlencoded", body, on_command_answer, now_ms);
}

/* ---- connections ---- */

static void on_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
    unsigned n;
    const char *id = strstr(data, "\"envelope_id\":\"");
    if (!id) return;
    id += strlen("\"envelope_id\":\"");
    if (sscanf(id, "e-%u\"", &n) == 1)
        event_acked(n);
    else if (sscanf(id, "s-%u\"", &n) == 1)
        command_answered(n);
}

static void on_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    for (unsigned i = 0; i < t.socket_count; i++)
        if (t.sockets[i] == ws) t.sockets[i--] = t.sockets[--t.socket_count];
}

static void accept_socket(slack_http_request_t *request)
{
    static const slack_ws_events_t events = {.message = on_message, .closed = on_closed};
    static const slack_ws_options_t options = {
        .events = &events, .open_ms = 10000, .message_max = 1 << 20, .write_max = 1 << 20};
    static const char hello[] = "{\"type\":\"hello\",\"num_connections\":1}";
    slack_ws_t *ws;
    if (slack__ws_accept(&ws, t.net, request, &options, NULL) != 0) return;
    slack__ws_send(ws, true, hello, sizeof hello - 1);
    if (t.socket_count < SOCKETS_MAX) t.sockets[t.socket_count++] = ws;
}

/* ---- calls ---- */

void SLACK_PRINTF(1, 2) log_line(const char *format, ...)
{
    FILE *log = fopen(t.log, "a");
    if (!log) die("cannot write the log");
    va_list ap;
    va_start(ap, format);
    vfprintf(log, format, ap);
    va_end(ap);
    fclose(log);
}

/* A greeting shows the event that was handled, by its user. */
static void observe(const slack_http_request_t *request)
{
    char text[1024];
    unsigned n, run;
    if (sscanf(request->path.ptr, "/%u/api/chat.postMessage", &run) != 1) return;
    snprintf(text, sizeof text, "%.*s", (int)request->body_len, request->body);
    const char *who = strstr(text, "%3C%40U");
    if (!who || sscanf(who, "%%3C%%40U%u", &n) != 1) return;
    log_line("B Ev%u %u\nE Ev%u %u\n", n, run, n, run);
}

static void conn_gone(slack_conn_t *conn, int status, void *user_data)
{
}

/* Ends the connection of a request without an answer. */
static void cut(const slack_http_request_t *request)
{
    static const slack_conn_events_t events = {.closed = conn_gone};
    slack_conn_t *conn;
    slack_slice_t rest;
    if (slack__http_upgrade(request->server, request->id, &conn, &rest) != 0) return;
    slack__conn_set_events(conn, &events, NULL);
    slack__conn_close(conn, 0);
}

static void respond(const slack_http_request_t *request, int status, const char *body)
{
    const slack_http_header_t wait = {SLACK_SLICE("Retry-After"), SLACK_SLICE("1")};
    const slack_http_response_t response = {.status = status,
                                            .content_type = "application/json",
                                            .headers = &wait,
                                            .header_count = status == 429,
                                            .body = body,
                                            .body_len = strlen(body)};
    slack__http_respond(request->server, request->id, &response);
}

/* The answer to a call, in the arena of its request. */
typedef struct call {
    slack_timer_t timer;
    slack_http_request_t *request;
    order_answer_t answer;
} call_t;

static void call_answer(slack_timer_t *timer)
{
    const call_t *call = SLACK_CONTAINER(timer, call_t, timer);
    if (call->answer.status != 0)
        respond(call->request, call->answer.status, call->answer.body);
    else
        cut(call->request);
    slack__arena_free(call->request->arena);
}

static void call_take(slack_http_request_t *request)
{
    call_t *call = slack__arena_calloc(request->arena, sizeof *call);
    if (!call) die("out of memory");
    call->request = request;
    call->answer = orders_take(t.orders, request);
    slack__timer_init(&call->timer, call_answer);
    slack__timer_start(t.net, &call->timer, call->answer.late_ms);
}

static void on_request(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    const char *path = request->path.ptr;
    t.progress_ms = uv_now(t.loop);
    if (t.outside && !request->upgrade) observe(request);
    if (request->upgrade) {
        accept_socket(request);
    } else if (strstr(path, "connections.open")) {
        char link[128];
        snprintf(link, sizeof link, "{\"ok\":true,\"url\":\"ws://127.0.0.1:%u/link/?ticket=1\"}",
                 slack__http_server_port(server));
        respond(request, 200, link);
    } else if (t.orders && !strstr(path, "auth.test")) {
        call_take(request);
        return;
    } else {
        respond(request, 200,
                "{\"ok\":true,\"team_id\":\"T1\",\"user_id\":\"UB\",\"bot_id\":\"BB\"}");
    }
    slack__arena_free(request->arena);
}

void slack_open(void)
{
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1", .open_ms = 5000, .write_max = 1 << 20}, .fn = on_request};
    if (slack__http_server_open(&t.server, t.net, &options, NULL) != 0) die("cannot listen");
}
