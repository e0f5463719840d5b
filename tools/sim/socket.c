/* SPDX-License-Identifier: MIT */
#include "sim/socket.h"

#include <stdio.h>
#include <string.h>

#include "sim/team.h"
#include "sim/sim.h"
#include "sim/socket_raw.h"
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
/* The pings of one connection that may wait for their pong. */
#define PONGS_MAX 8

enum socket_state {
    SOCKET_GREETING, /* hello is still to be said, at hello_ms */
    SOCKET_OPEN,
    SOCKET_LEAVING, /* was told to disconnect; gets envelopes only when no other is open */
    SOCKET_OFF,     /* was told that Socket Mode is switched off; gets none any more */
    SOCKET_CLOSING  /* we sent Close */
};

typedef struct sim_socket {
    slack_link_t link;
    sim_t *sim;
    slack_ws_t *ws;
    enum socket_state state;
    uint64_t ping_ms;  /* when the next ping is due */
    uint64_t leave_ms; /* when it has to go: the end of its life, of its leave, of its close */
    unsigned life_s;
    uint64_t hello_ms;
    bool drops; /* at leave_ms TCP ends, with no Close */
    bool dead;  /* half-open: takes envelopes, and nothing of them arrives */
    struct {
        uint64_t due_ms;
        size_t len;
        char data[125];
    } pongs[PONGS_MAX]; /* that are late, in order */
    size_t pong_count;
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

static int send_json(sim_socket_t *socket, const slack_json_t *value)
{
    slack_buf_t text;
    slack__buf_init(&text, MESSAGE_MAX);
    int rc = sim_json_write(&text, value);
    if (rc == 0) rc = slack__ws_send(socket->ws, true, slack__buf_ptr(&text), text.len);
    slack__buf_done(&text);
    return rc;
}

static void send_hello(sim_socket_t *socket)
{
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    sim_t *sim = socket->sim;
    size_t ghosts = (size_t)sim_faults_look(&sim->faults, SIM_POINT_ROUTE, "").ghosts;
    if (!json.arena) return;
    const slack_json_t *hello =
        sim_json(&json,
                 "{type: 'hello', num_connections: %zu, debug_info: {host: %s, build_number: %d,"
                 " approximate_connection_time: %u}, connection_info: {app_id: %s}}",
                 count_in(sim, SOCKET_OPEN) + count_in(sim, SOCKET_LEAVING) + ghosts, HOST, BUILD,
                 socket->life_s, SIM_APP_ID);
    if (json.rc == 0) (void)send_json(socket, hello);
    slack__arena_free(json.arena);
}

static void send_disconnect(sim_socket_t *socket, const char *reason)
{
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (json.arena) {
        const slack_json_t *message = sim_json(
            &json, "{type: 'disconnect', reason: %s, debug_info: {host: %s}}", reason, HOST);
        if (json.rc == 0) (void)send_json(socket, message);
    }
    slack__arena_free(json.arena);
    socket->state = strcmp(reason, "link_disabled") == 0 ? SOCKET_OFF : SOCKET_LEAVING;
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

/* An envelope, padded with blanks. */
static int send_padded(sim_socket_t *socket, const char *text, size_t len, size_t bytes)
{
    slack_buf_t padded;
    slack__buf_init(&padded, bytes > len ? bytes : len);
    int rc = slack__buf_append(&padded, text, len);
    while (rc == 0 && padded.len < bytes) {
        static const char blanks[] =
            "                                                               ";
        size_t left = bytes - padded.len;
        rc =
            slack__buf_append(&padded, blanks, left < sizeof blanks - 1 ? left : sizeof blanks - 1);
    }
    if (rc == 0) rc = slack__ws_send(socket->ws, true, slack__buf_ptr(&padded), padded.len);
    slack__buf_done(&padded);
    return rc;
}

static int send_envelope(sim_socket_t *socket, const char *text, size_t len)
{
    const sim_effect_t effect = sim_faults_at(&socket->sim->faults, SIM_POINT_ENVELOPE, "");
    if (socket->dead || effect.silent) return 0;
    if (effect.fragment_bytes > 0)
        return sim_raw_fragments(socket->ws, text, len, (size_t)effect.fragment_bytes);
    if (effect.pad_kib > 0) return send_padded(socket, text, len, (size_t)effect.pad_kib * 1024);
    if (effect.twice) (void)slack__ws_send(socket->ws, true, text, len);
    return slack__ws_send(socket->ws, true, text, len);
}

/* Whether it is a ghost's turn, among so many connections. */
static bool ghosts_turn(sim_t *sim, size_t connections)
{
    const sim_effect_t effect = sim_faults_look(&sim->faults, SIM_POINT_ROUTE, "");
    if (!effect.acts || connections == 0) return false;
    if (sim->sockets.turn++ % (connections + effect.ghosts) >= effect.ghosts) return false;
    (void)sim_faults_at(&sim->faults, SIM_POINT_ROUTE, "");
    return true;
}

int sim_socket_send(sim_t *sim, const char *text, size_t len)
{
    enum socket_state wanted = count_in(sim, SOCKET_OPEN) > 0 ? SOCKET_OPEN : SOCKET_LEAVING;
    if (ghosts_turn(sim, count_in(sim, wanted))) return 0;
    for (slack_link_t *link = sim->sockets.list.next; link != &sim->sockets.list;
         link = link->next) {
        sim_socket_t *socket = socket_at(link);
        if (socket->state != wanted) continue;
        /* To the end of the list: the others' turn comes first. */
        slack__unlink(link);
        slack__list_push(&sim->sockets.list, link);
        return send_envelope(socket, text, len);
    }
    return SLACK_ENOTFOUND;
}

/* --- faults that happen at once --- */

static void half_open(sim_socket_t *socket, uint64_t notice_ms)
{
    socket->dead = true;
    slack__conn_pause(slack__ws_conn(socket->ws), true);
    if (notice_ms > 0) socket->leave_ms = sim_now_ms(socket->sim) + notice_ms;
    sim_wake_at(socket->sim, socket->leave_ms);
}

static void hit(sim_socket_t *socket, const sim_effect_t *effect)
{
    if (effect->half_open) half_open(socket, effect->delay_ms);
    if (effect->garbage) sim_raw_garbage(socket->ws);
    if (effect->bad_frame) sim_raw_bad_frame(socket->ws);
    if (*effect->disconnect) send_disconnect(socket, effect->disconnect);
    if (!effect->drop) return;
    socket->state = SOCKET_LEAVING;
    socket->drops = true;
    socket->leave_ms = sim_now_ms(socket->sim) + effect->delay_ms;
    sim_wake_at(socket->sim, socket->leave_ms);
}

size_t sim_sockets_fault(sim_t *sim, const sim_effect_t *effect, uint64_t count)
{
    size_t done = 0;
    for (slack_link_t *link = sim->sockets.list.next; link != &sim->sockets.list;
         link = link->next) {
        sim_socket_t *socket = socket_at(link);
        if (socket->state != SOCKET_OPEN || socket->dead) continue;
        hit(socket, effect);
        if (++done == count) break;
    }
    return done;
}

size_t sim_sockets_disconnect(sim_t *sim, const char *reason)
{
    sim_effect_t effect = {.acts = true};
    snprintf(effect.disconnect, sizeof effect.disconnect, "%s", reason);
    return sim_sockets_fault(sim, &effect, 0);
}

size_t sim_sockets_bury(sim_t *sim)
{
    size_t count = 0;
    for (slack_link_t *link = sim->sockets.list.next; link != &sim->sockets.list;
         link = link->next) {
        if (!socket_at(link)->dead) continue;
        slack__ws_abort(socket_at(link)->ws);
        count++;
    }
    return count;
}

/* --- frames in --- */

static void on_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
    sim_socket_t *socket = user_data;
    const slack_json_t *value = NULL;
    if (len > SIM_FRAME_MAX) {
        begin_close(socket, 1009, "Max frame length of 20480 has been exceeded.");
        return;
    }
    slack_arena_t *arena = slack__arena_new(0, 0);
    /* What is no acknowledgement is passed over, as Slack does. */
    if (arena && text && slack__json_parse(arena, data, len, &value, NULL) == 0) {
        const char *envelope_id = slack_json_str(value, "/envelope_id");
        if (*envelope_id)
            sim_delivery_acked(socket->sim, envelope_id, slack_json_get(value, "/payload"));
    }
    slack__arena_free(arena);
}

/* A ping that is not to be answered at once. */
static bool on_ping(slack_ws_t *ws, const char *data, size_t len, void *user_data)
{
    sim_socket_t *socket = user_data;
    const sim_effect_t effect = sim_faults_at(&socket->sim->faults, SIM_POINT_PONG, "");
    if (!effect.acts) return false;
    if (effect.silent || socket->pong_count == PONGS_MAX) return true;
    socket->pongs[socket->pong_count].due_ms = sim_now_ms(socket->sim) + effect.delay_ms;
    socket->pongs[socket->pong_count].len = len;
    memcpy(socket->pongs[socket->pong_count].data, data, len);
    sim_wake_at(socket->sim, socket->pongs[socket->pong_count++].due_ms);
    return true;
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
    const sim_key_t *ticket = sim_key_new(&sim->workspace.keys, SIM_KEY_TICKET);
    /* Slack's own app_id in the URL is a hash as well, not the A… id. */
    return slack__arena_printf(arena, "ws%s/link/?ticket=%s&app_id=%s", sim->base + strlen("http"),
                               ticket->text,
                               "5f0e7c1c2b1a4d3e9a8b7c6d5e4f30213f2e1d0c9b8a7968574635241302f1e0");
}

static int accept_socket(sim_t *sim, const slack_http_request_t *request, sim_socket_t **ret)
{
    static const slack_ws_events_t events = {
        .message = on_message,
        .ping = on_ping,
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

static void greet(sim_socket_t *socket)
{
    sim_t *sim = socket->sim;
    socket->state = SOCKET_OPEN;
    socket->leave_ms = sim_now_ms(sim) + (uint64_t)socket->life_s * 1000;
    send_hello(socket);
    sim->sockets.taken++;
    sim_wake_at(sim, sim_now_ms(sim)); /* somebody may be waiting for it */
    SLACK_LOG(slack__net_log(sim->net), INFO, "app connected over Socket Mode", "connections=%zu",
              sim_sockets_ready(sim));
}

static void begin(sim_socket_t *socket, const slack_json_t *query)
{
    sim_t *sim = socket->sim;
    const char *debug = slack_json_str(query, "/debug_reconnects");
    const sim_effect_t effect = sim_faults_at(&sim->faults, SIM_POINT_HELLO, "");
    const char *reason = effect.disconnect;
    size_t others = count_in(sim, SOCKET_OPEN) + count_in(sim, SOCKET_GREETING) - 1;
    socket->life_s = strcmp(debug, "true") == 0 ? LIFE_TEST_S : LIFE_S;
    socket->ping_ms = sim_now_ms(sim) + PING_MS;
    socket->hello_ms = sim_now_ms(sim) + effect.delay_ms;
    socket->leave_ms = UINT64_MAX;
    sim_wake_at(sim, socket->ping_ms);
    sim_wake_at(sim, socket->hello_ms);
    if (others >= SIM_SOCKETS_MAX) reason = "too_many_websockets";
    if (*reason) {
        send_disconnect(socket, reason);
        begin_close(socket, 1000, "");
    } else if (effect.delay_ms == 0) {
        greet(socket);
    }
}

void sim_socket_request(sim_t *sim, slack_http_request_t *request)
{
    const slack_json_t *query = NULL;
    const sim_key_t *ticket = NULL;
    sim_socket_t *socket = NULL;
    if (slack__form_parse(request->arena, request->query.ptr ? request->query.ptr : "",
                          request->query.len, &query) != 0 ||
        sim_key_use(&sim->workspace.keys, SIM_KEY_TICKET, slack_json_str(query, "/ticket"),
                    &ticket) != SIM_KEY_GOOD) {
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
    const sim_effect_t effect = sim_faults_at(&sim->faults, SIM_POINT_UPGRADE, "");
    if (effect.acts) {
        sim_raw_upgrade(sim, request, &effect);
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

/* False when that was its end. */
static bool leave(sim_socket_t *socket)
{
    if (socket->drops || socket->dead || socket->state == SOCKET_CLOSING) {
        slack__ws_abort(socket->ws);
        return false;
    }
    if (socket->state == SOCKET_OPEN)
        send_disconnect(socket, "refresh_requested");
    else if (socket->state == SOCKET_LEAVING || socket->state == SOCKET_OFF)
        begin_close(socket, 1000, "");
    return true;
}

static void send_late_pongs(sim_socket_t *socket, uint64_t now_ms)
{
    size_t sent = 0;
    while (sent < socket->pong_count && now_ms >= socket->pongs[sent].due_ms) {
        (void)slack__ws_pong(socket->ws, socket->pongs[sent].data, socket->pongs[sent].len);
        sent++;
    }
    socket->pong_count -= sent;
    memmove(socket->pongs, socket->pongs + sent, socket->pong_count * sizeof *socket->pongs);
    if (socket->pong_count > 0) sim_wake_at(socket->sim, socket->pongs[0].due_ms);
}

static void send_ping(sim_socket_t *socket, uint64_t now_ms)
{
    static const char data[] = "Ping from " HOST;
    socket->ping_ms = now_ms + PING_MS;
    if (sim_faults_at(&socket->sim->faults, SIM_POINT_PING, "").silent) return;
    (void)slack__ws_ping(socket->ws, data, sizeof data - 1);
}

static void socket_tick(sim_socket_t *socket, uint64_t now_ms)
{
    sim_t *sim = socket->sim;
    if (socket->state == SOCKET_GREETING && now_ms >= socket->hello_ms) greet(socket);
    if (now_ms >= socket->leave_ms && !leave(socket)) return;
    if (socket->state != SOCKET_CLOSING && !socket->dead) {
        send_late_pongs(socket, now_ms);
        if (now_ms >= socket->ping_ms) send_ping(socket, now_ms);
        sim_wake_at(sim, socket->ping_ms);
    }
    if (socket->state == SOCKET_GREETING) sim_wake_at(sim, socket->hello_ms);
    sim_wake_at(sim, socket->leave_ms);
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
    (void)sim_sockets_bury(sim);
    for (slack_link_t *link = sim->sockets.list.next; link != &sim->sockets.list; link = link->next)
        begin_close(socket_at(link), 1001, "the simulator ends");
}
