/* SPDX-License-Identifier: MIT */
/* Slack over Socket Mode, which passes on what a member of the workspace can make it send: events
 * of 7 MiB, one after the other, whether they are acknowledged or not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load/attackers.h"
#include "load/load.h"
#include "net/websocket.h"

#define EVENT_BYTES ((size_t)7 << 20)
#define TICK_MS     5

static struct {
    slack_net_t *net;
    slack_http_server_t *server;
    slack_ws_t *ws; /* the newest */
    uv_timer_t tick;
    char *frame;
    size_t id, len; /* where the frame's number begins; the length of the frame */
    unsigned sent, acked;
} s;

/* Every value costs more memory than its text: a short one most. */
static void make_frame(void)
{
    static const char values[] = ",\"0123456789abcdefghijklmnopqrstuvwxyz\",{\"a\":1}";
    s.frame = malloc(EVENT_BYTES + 1024);
    if (!s.frame) load_die("out of memory");
    s.len =
        (size_t)snprintf(s.frame, 1024,
                         "{\"type\":\"events_api\",\"accepts_response_payload\":false,"
                         "\"envelope_id\":\"00000000\",\"payload\":{\"type\":\"event_callback\","
                         "\"team_id\":\"T1\",\"api_app_id\":\"A1\",\"event_id\":\"Ev00000000\","
                         "\"event\":{\"type\":\"message\",\"user\":\"U2\",\"channel\":\"C2\","
                         "\"ts\":\"1.000001\",\"text\":\"slow\",\"blocks\":[0");
    while (s.len + sizeof values <= EVENT_BYTES)
        for (size_t i = 0; i + 1 < sizeof values; i++)
            s.frame[s.len++] = values[i];
    s.len += (size_t)snprintf(s.frame + s.len, 16, "]}}}");
}

static void number_frame(unsigned number)
{
    char digits[9];
    snprintf(digits, sizeof digits, "%08u", number % 100000000);
    char *at[] = {strstr(s.frame, "\"envelope_id\":\"") + 15, strstr(s.frame, "\"Ev") + 3};
    for (size_t i = 0; i < 2; i++)
        memcpy(at[i], digits, 8);
}

static void on_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
    s.acked++;
}

static void on_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    if (ws == s.ws) s.ws = NULL;
}

static void on_request(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    static const slack_ws_events_t events = {.message = on_message, .closed = on_closed};
    static const slack_ws_options_t options = {
        .events = &events,
        .open_ms = 10000,
        .message_max = (size_t)1 << 20,
        .write_max = 4 * EVENT_BYTES,
    };
    static const char hello[] =
        "{\"type\":\"hello\",\"num_connections\":1,\"connection_info\":{\"app_id\":\"A1\"},"
        "\"debug_info\":{\"host\":\"attack\",\"approximate_connection_time\":18060}}";
    slack_ws_t *ws;
    if (slack__ws_accept(&ws, s.net, request, &options, NULL) == 0) {
        slack__ws_send(ws, true, hello, sizeof hello - 1);
        s.ws = ws;
    }
    slack__arena_free(request->arena);
}

static void on_tick(uv_timer_t *timer)
{
    if (!s.ws || slack__conn_queued(slack__ws_conn(s.ws)) > 0) return;
    number_frame(s.sent);
    if (slack__ws_send(s.ws, true, s.frame, s.len) == 0) s.sent++;
}

static void print_result(void)
{
    printf("# %u events of 7 MiB over Socket Mode, %u acknowledged\n", s.sent, s.acked);
    fflush(stdout);
}

void attack_large_socket(void)
{
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1", .fd = ATTACKERS_FD, .write_max = 4 * EVENT_BYTES},
        .fn = on_request};
    make_frame();
    uv_timer_init(uv_default_loop(), &s.tick);
    if (slack__net_new(&s.net, uv_default_loop(), &slack__clock_system, NULL) != 0 ||
        slack__http_server_open(&s.server, s.net, &options, NULL) != 0)
        load_die("cannot listen");
    uv_timer_start(&s.tick, on_tick, TICK_MS, TICK_MS);
    atexit(print_result);
}
