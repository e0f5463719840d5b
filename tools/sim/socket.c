/* SPDX-License-Identifier: MIT */
#include "sim/socket.h"

#include <stdio.h>
#include <string.h>

#include "sim/sim.h"
#include "util/alloc.h"
#include "util/form.h"

#define HOST        "applink-1"
#define BUILD       127
#define PING_MS     10000
#define LIFE_S      18060 /* what Slack's connections live */
#define LIFE_TEST_S 360   /* with debug_reconnects=true */
/* Between a disconnect message and the end, and between our Close and the end. */
#define LEAVE_MS 10000
#define CLOSE_MS 1000
/* We read more than an app may send, to be able to say so. */
#define MESSAGE_MAX ((size_t)1024 * 1024)
#define WRITE_MAX   ((size_t)16 * 1024 * 1024)
/* Those that were told to go, too. */
#define ALL_MAX (4 * SIM_SOCKETS_MAX)

enum socket_state {
    SOCKET_OPEN,
    SOCKET_LEAVING, /* was told to disconnect; gets envelopes only when no other is open */
    SOCKET_CLOSING  /* we sent Close */
};

typedef struct sim_socket {
    slack_link_t link;
    sim_t *sim;
    slack_ws_t *ws;
    enum socket_state state;
    uint64_t ping_ms;  /* when the next ping is due */
    uint64_t leave_ms; /* when it has to go: the end of its life, of its leave, of its close */
} sim_socket_t;

static sim_socket_t *socket_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, sim_socket_t, link);
}

void sim_sockets_init(sim_sockets_t *sockets)
{
    slack__link_init(&sockets->list);
    sockets->count = 0;
}

static size_t count_in(const sim_t *sim, enum socket_state state)
{
    size_t count = 0;
    for (slack_link_t *link = sim->sockets.list.next; link != &sim->sockets.list; link = link->next)
        count += socket_at(link)->state == state;
    return count;
}

size_t sim_sockets_ready(const sim_t *sim)
{
    size_t open = count_in(sim, SOCKET_OPEN);
    return open > 0 ? open : count_in(sim, SOCKET_LEAVING);
}

/* --- frames out --- */

static int send_json(sim_socket_t *socket, const slack_json_t *json)
{
    slack_buf_t text;
    slack__buf_init(&text, MESSAGE_MAX);
    int rc = sim_write_php(&text, json);
    if (rc == 0) rc = slack__ws_send(socket->ws, true, slack__buf_ptr(&text), text.len);
    slack__buf_done(&text);
    return rc;
}

static void send_hello(sim_socket_t *socket, unsigned life_s)
{
    sim_maker_t make = {slack__arena_new(0, 0), 0};
    if (!make.arena) return;
    const slack_json_t *hello =
        sim_make(&make,
                 "{type: 'hello', num_connections: %zu, debug_info: {host: %s, build_number: %d,"
                 " approximate_connection_time: %u}, connection_info: {app_id: %s}}",
                 count_in(socket->sim, SOCKET_OPEN) + count_in(socket->sim, SOCKET_LEAVING), HOST,
                 BUILD, life_s, SIM_APP_ID);
    if (make.rc == 0) (void)send_json(socket, hello);
    slack__arena_free(make.arena);
}

static void send_disconnect(sim_socket_t *socket, const char *reason)
{
    sim_maker_t make = {slack__arena_new(0, 0), 0};
    if (make.arena) {
        const slack_json_t *message = sim_make(
            &make, "{type: 'disconnect', reason: %s, debug_info: {host: %s}}", reason, HOST);
        if (make.rc == 0) (void)send_json(socket, message);
    }
    slack__arena_free(make.arena);
    socket->state = SOCKET_LEAVING;
    socket->leave_ms = sim_now_ms(socket->sim) + LEAVE_MS;
    sim_wake_at(socket->sim, socket->leave_ms);
}

static void begin_close(sim_socket_t *socket, unsigned code, const char *reason)
{
    if (socket->state == SOCKET_CLOSING) return;
    socket->state = SOCKET_CLOSING;
    socket->leave_ms = sim_now_ms(socket->sim) + CLOSE_MS;
    sim_wake_at(socket->sim, socket->leave_ms);
    slack__ws_close(socket->ws, code, reason);
}

int sim_socket_send(sim_t *sim, const char *text, size_t len)
{
    enum socket_state wanted = count_in(sim, SOCKET_OPEN) > 0 ? SOCKET_OPEN : SOCKET_LEAVING;
    for (slack_link_t *link = sim->sockets.list.next; link != &sim->sockets.list;
         link = link->next) {
        sim_socket_t *socket = socket_at(link);
        if (socket->state != wanted) continue;
        /* To the end of the list: the others' turn comes first. */
        slack__unlink(link);
        slack__list_push(&sim->sockets.list, link);
        return slack__ws_send(socket->ws, true, text, len);
    }
    return SLACK_ENOTFOUND;
}

size_t sim_sockets_disconnect(sim_t *sim, const char *reason)
{
    size_t count = 0;
    for (slack_link_t *link = sim->sockets.list.next; link != &sim->sockets.list;
         link = link->next) {
        if (socket_at(link)->state != SOCKET_OPEN) continue;
        send_disconnect(socket_at(link), reason);
        count++;
    }
    return count;
}

/* --- frames in --- */

static void on_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
    sim_socket_t *socket = user_data;
    const slack_json_t *json = NULL;
    if (len > SIM_FRAME_MAX) {
        begin_close(socket, 1009, "Max frame length of 20480 has been exceeded.");
        return;
    }
    slack_arena_t *arena = slack__arena_new(0, 0);
    /* What is no acknowledgement is passed over, as Slack does. */
    if (arena && text && slack__json_parse(arena, data, len, &json, NULL) == 0) {
        const char *envelope_id = slack_json_str(json, "/envelope_id");
        if (*envelope_id)
            sim_delivery_acked(socket->sim, envelope_id, slack_json_get(json, "/payload"));
    }
    slack__arena_free(arena);
}

static void on_closing(slack_ws_t *ws, unsigned code, void *user_data)
{
    sim_socket_t *socket = user_data;
    socket->state = SOCKET_CLOSING;
    socket->leave_ms = sim_now_ms(socket->sim) + CLOSE_MS;
    sim_wake_at(socket->sim, socket->leave_ms);
}

static void on_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    sim_socket_t *socket = user_data;
    sim_t *sim = socket->sim;
    slack__unlink(&socket->link);
    sim->sockets.count--;
    slack__free(socket);
    SLACK_LOG(slack__net_log(sim->net), INFO, "socket closed", "code=%u left=%zu", code,
              sim_sockets_ready(sim));
}

/* --- connections --- */

const char *sim_socket_url(sim_t *sim, slack_arena_t *arena)
{
    const sim_grant_t *ticket = sim_grant_new(&sim->grants, SIM_GRANT_TICKET);
    /* Slack's own app_id in the URL is a hash as well, not the A… id. */
    return slack__arena_printf(arena, "ws%s/link/?ticket=%s&app_id=%s", sim->base + strlen("http"),
                               ticket->key,
                               "5f0e7c1c2b1a4d3e9a8b7c6d5e4f30213f2e1d0c9b8a7968574635241302f1e0");
}

static int accept_socket(sim_t *sim, const slack_http_request_t *request, sim_socket_t **ret)
{
    static const slack_ws_events_t events = {
        .message = on_message,
        .closing = on_closing,
        .closed = on_closed,
    };
    const slack_ws_options_t options = {
        .open_ms = 10000,
        .message_max = MESSAGE_MAX,
        .write_max = WRITE_MAX,
    };
    sim_socket_t *socket = slack__calloc(1, sizeof *socket);
    if (!socket) return SLACK_ENOMEM;
    socket->sim = sim;
    int rc =
        slack__ws_accept(&socket->ws, sim->net, sim->server, request, &options, &events, socket);
    if (rc != 0) {
        slack__free(socket);
        return rc;
    }
    slack__list_push(&sim->sockets.list, &socket->link);
    sim->sockets.count++;
    *ret = socket;
    return 0;
}

static void begin(sim_socket_t *socket, const slack_json_t *query)
{
    sim_t *sim = socket->sim;
    unsigned life_s = LIFE_S;
    if (strcmp(slack_json_str(query, "/debug_reconnects"), "true") == 0) life_s = LIFE_TEST_S;
    socket->ping_ms = sim_now_ms(sim) + PING_MS;
    socket->leave_ms = sim_now_ms(sim) + (uint64_t)life_s * 1000;
    sim_wake_at(sim, socket->ping_ms);
    if (count_in(sim, SOCKET_OPEN) > SIM_SOCKETS_MAX) {
        send_disconnect(socket, "too_many_websockets");
        begin_close(socket, 1000, "");
        return;
    }
    send_hello(socket, life_s);
    sim_wake_at(sim, sim_now_ms(sim)); /* somebody may be waiting for it */
    SLACK_LOG(slack__net_log(sim->net), INFO, "app connected over Socket Mode", "connections=%zu",
              sim_sockets_ready(sim));
}

void sim_socket_request(sim_t *sim, slack_http_request_t *request)
{
    const slack_json_t *query = NULL;
    const sim_grant_t *ticket = NULL;
    sim_socket_t *socket = NULL;
    if (slack__form_parse(request->arena, request->query.ptr ? request->query.ptr : "",
                          request->query.len, &query) != 0 ||
        sim_grant_use(&sim->grants, SIM_GRANT_TICKET, slack_json_str(query, "/ticket"), &ticket) !=
            SIM_GRANT_GOOD) {
        sim_answer_text(sim, request, 403, "this ticket is unknown, used or expired\n");
        return;
    }
    if (sim->sockets.count >= ALL_MAX || sim->closing) {
        sim_answer_text(sim, request, 503, "too many connections\n");
        return;
    }
    if (!request->upgrade) {
        sim_answer_text(sim, request, 426, "this is a WebSocket URL\n");
        return;
    }
    int rc = accept_socket(sim, request, &socket);
    if (rc == SLACK_ENOMEM) {
        sim_answer_text(sim, request, 503, "out of memory\n");
        return;
    }
    if (rc == 0) begin(socket, query);
    slack__arena_free(request->arena);
}

/* --- time --- */

static void socket_tick(sim_socket_t *socket, uint64_t now_ms)
{
    if (now_ms >= socket->leave_ms) {
        switch (socket->state) {
        case SOCKET_OPEN: send_disconnect(socket, "refresh_requested"); break;
        case SOCKET_LEAVING: begin_close(socket, 1000, ""); break;
        case SOCKET_CLOSING: slack__ws_abort(socket->ws); return;
        }
    }
    if (socket->state != SOCKET_CLOSING && now_ms >= socket->ping_ms) {
        static const char data[] = "Ping from " HOST;
        (void)slack__ws_ping(socket->ws, data, sizeof data - 1);
        socket->ping_ms = now_ms + PING_MS;
    }
    if (socket->state != SOCKET_CLOSING) sim_wake_at(socket->sim, socket->ping_ms);
    sim_wake_at(socket->sim, socket->leave_ms);
}

void sim_sockets_tick(sim_t *sim)
{
    const uint64_t now_ms = sim_now_ms(sim);
    slack_link_t *link = sim->sockets.list.next;
    while (link != &sim->sockets.list) {
        sim_socket_t *socket = socket_at(link);
        link = link->next;
        socket_tick(socket, now_ms);
    }
}

void sim_sockets_close(sim_t *sim)
{
    for (slack_link_t *link = sim->sockets.list.next; link != &sim->sockets.list; link = link->next)
        begin_close(socket_at(link), 1001, "the simulator ends");
}
