/* SPDX-License-Identifier: MIT */
#include "sim/socket_mode.h"

#include <stdio.h>
#include <string.h>

#include "sim/responses.h"
#include "sim/socket_faults.h"
#include "sim/team.h"
#include "util/alloc.h"
#include "util/form.h"

#define HOST        "applink-1"
#define BUILD       127
#define PING_MS     10000
#define LIFE_S      18060 /* of Slack's connections */
#define LIFE_TEST_S 360   /* with debug_reconnects=true */
/* From a disconnect message to Close, and from Close to the end of TCP. */
#define LEAVE_MS 10000
#define CLOSE_MS 1000
/* Longer than an app may send, so that a longer frame can be answered with 1009. */
#define MESSAGE_MAX ((size_t)1024 * 1024)
#define WRITE_MAX   ((size_t)16 * 1024 * 1024)
/* Sockets that are leaving included. */
#define ALL_MAX (4 * SIM_SOCKETS_MAX)
/* Late pongs of one socket. */
#define PONGS_MAX 8

enum socket_state {
    SOCKET_GREETING, /* hello is late: a fault */
    SOCKET_OPEN,
    SOCKET_LEAVING, /* has got a disconnect; gets envelopes only while no other socket is open */
    SOCKET_OFF,     /* has got link_disabled; gets no more envelopes */
    SOCKET_CLOSING  /* a Close was sent or received */
};

typedef struct sim_socket {
    slack_link_t link;
    sim_sockets_t *sockets;
    slack_ws_t *ws;
    enum socket_state state;
    unsigned life_s;
    slack_timer_t hello_timer;
    slack_timer_t ping_timer;
    slack_timer_t pong_timer;  /* for the first late pong */
    slack_timer_t leave_timer; /* for the next step to its end, as its state says */
    bool drops;                /* the next step is the end of TCP, without a Close */
    bool half_open;            /* it takes envelopes, and they do not arrive */
    struct {
        uint64_t due_us;
        size_t len;
        char data[125];
    } pongs[PONGS_MAX]; /* late ones, in order */
    size_t pong_count;
} sim_socket_t;

static sim_socket_t *socket_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, sim_socket_t, link);
}

void sim_sockets_init(sim_sockets_t *sockets, const sim_sockets_options_t *options)
{
    memset(sockets, 0, sizeof *sockets);
    sockets->options = *options;
    slack__link_init(&sockets->list);
}

static size_t count_in(const sim_sockets_t *sockets, enum socket_state state)
{
    size_t count = 0;
    for (slack_link_t *link = sockets->list.next; link != &sockets->list; link = link->next)
        count += socket_at(link)->state == state;
    return count;
}

size_t sim_sockets_ready(const sim_sockets_t *sockets)
{
    size_t open = count_in(sockets, SOCKET_OPEN);
    return open > 0 ? open : count_in(sockets, SOCKET_LEAVING);
}

static void socket_leave_in(sim_socket_t *socket, uint64_t ms)
{
    slack__timer_start(socket->sockets->options.net, &socket->leave_timer, ms);
}

static sim_effect_t socket_fault(sim_socket_t *socket, enum sim_point point)
{
    return sim_faults_at(socket->sockets->options.faults, point, "");
}

/* --- frames to the app --- */

static void socket_send_json(sim_socket_t *socket, const slack_json_t *value)
{
    slack_buf_t text;
    slack__buf_init(&text, MESSAGE_MAX);
    if (sim_json_write(&text, value) == 0)
        (void)slack__ws_send(socket->ws, true, slack__buf_ptr(&text), text.len);
    slack__buf_done(&text);
}

static void socket_send_hello(sim_socket_t *socket)
{
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    const sim_sockets_t *sockets = socket->sockets;
    const sim_effect_t effect = sim_faults_look(sockets->options.faults, SIM_POINT_PICK, "");
    if (!json.arena) return;
    const slack_json_t *hello = sim_json(
        &json,
        "{type: 'hello', num_connections: %zu, debug_info: {host: %s, build_number: %d,"
        " approximate_connection_time: %u}, connection_info: {app_id: %s}}",
        count_in(sockets, SOCKET_OPEN) + count_in(sockets, SOCKET_LEAVING) + (size_t)effect.ghosts,
        HOST, BUILD, socket->life_s, SIM_APP_ID);
    if (json.rc == 0) socket_send_json(socket, hello);
    slack__arena_free(json.arena);
}

static void socket_send_disconnect(sim_socket_t *socket, const char *reason)
{
    const sim_sockets_t *sockets = socket->sockets;
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (json.arena) {
        const slack_json_t *message = sim_json(
            &json, "{type: 'disconnect', reason: %s, debug_info: {host: %s}}", reason, HOST);
        if (json.rc == 0) socket_send_json(socket, message);
    }
    slack__arena_free(json.arena);
    socket->state = strcmp(reason, "link_disabled") == 0 ? SOCKET_OFF : SOCKET_LEAVING;
    socket_leave_in(socket, LEAVE_MS);
    sockets->options.events->changed(sockets->options.user_data);
}

static void socket_close(sim_socket_t *socket, unsigned code, const char *reason)
{
    if (socket->state == SOCKET_CLOSING) return;
    socket->state = SOCKET_CLOSING;
    socket_leave_in(socket, CLOSE_MS);
    slack__ws_close(socket->ws, code, reason);
}

/* An envelope, padded with blanks. */
static int socket_send_padded(sim_socket_t *socket, const char *text, size_t len, size_t bytes)
{
    static const char blanks[] = "                                                               ";
    slack_buf_t padded;
    slack__buf_init(&padded, bytes > len ? bytes : len);
    int rc = slack__buf_append(&padded, text, len);
    while (rc == 0 && padded.len < bytes) {
        size_t left = bytes - padded.len;
        rc = slack__buf_append(&padded, blanks, left < sizeof blanks ? left : sizeof blanks - 1);
    }
    if (rc == 0) rc = slack__ws_send(socket->ws, true, slack__buf_ptr(&padded), padded.len);
    slack__buf_done(&padded);
    return rc;
}

static int socket_send_envelope(sim_socket_t *socket, const char *text, size_t len)
{
    const sim_effect_t effect = socket_fault(socket, SIM_POINT_ENVELOPE);
    if (socket->half_open || effect.silent) return 0;
    if (effect.fragment_bytes > 0)
        return sim_socket_send_fragments(socket->ws, text, len, (size_t)effect.fragment_bytes);
    if (effect.pad_kib > 0)
        return socket_send_padded(socket, text, len, (size_t)effect.pad_kib * 1024);
    if (effect.twice) (void)slack__ws_send(socket->ws, true, text, len);
    return slack__ws_send(socket->ws, true, text, len);
}

/* Whether this envelope goes to a ghost, among so many sockets. */
static bool ghost_is_next(sim_sockets_t *sockets, size_t count)
{
    sim_faults_t *faults = sockets->options.faults;
    const sim_effect_t effect = sim_faults_look(faults, SIM_POINT_PICK, "");
    if (!effect.acts || count == 0) return false;
    if (sockets->picks++ % (count + effect.ghosts) >= effect.ghosts) return false;
    (void)sim_faults_at(faults, SIM_POINT_PICK, "");
    return true;
}

int sim_sockets_send(sim_sockets_t *sockets, const char *text, size_t len)
{
    enum socket_state wanted = count_in(sockets, SOCKET_OPEN) > 0 ? SOCKET_OPEN : SOCKET_LEAVING;
    if (ghost_is_next(sockets, count_in(sockets, wanted))) return 0;
    for (slack_link_t *link = sockets->list.next; link != &sockets->list; link = link->next) {
        sim_socket_t *socket = socket_at(link);
        if (socket->state != wanted) continue;
        /* To the end of the list: the others come first next time. */
        slack__unlink(link);
        slack__list_push(&sockets->list, link);
        return socket_send_envelope(socket, text, len);
    }
    return SLACK_ENOTFOUND;
}

/* --- faults that act at once --- */

static void socket_hit(sim_socket_t *socket, const sim_effect_t *effect)
{
    if (effect->half_open) {
        socket->half_open = true;
        slack__conn_pause(slack__ws_conn(socket->ws), true);
        if (effect->delay_ms > 0) socket_leave_in(socket, effect->delay_ms);
    }
    if (effect->garbage) sim_socket_send_garbage(socket->ws);
    if (effect->bad_frame) sim_socket_send_bad_frame(socket->ws);
    if (*effect->disconnect) socket_send_disconnect(socket, effect->disconnect);
    if (effect->drop) {
        socket->state = SOCKET_LEAVING;
        socket->drops = true;
        socket_leave_in(socket, effect->delay_ms);
    }
}

size_t sim_sockets_fault(sim_sockets_t *sockets, const sim_effect_t *effect, uint64_t count)
{
    size_t done = 0;
    for (slack_link_t *link = sockets->list.next; link != &sockets->list; link = link->next) {
        sim_socket_t *socket = socket_at(link);
        if (socket->state != SOCKET_OPEN || socket->half_open) continue;
        socket_hit(socket, effect);
        if (++done == count) break;
    }
    return done;
}

size_t sim_sockets_disconnect(sim_sockets_t *sockets, const char *reason)
{
    sim_effect_t effect = {.acts = true};
    snprintf(effect.disconnect, sizeof effect.disconnect, "%s", reason);
    return sim_sockets_fault(sockets, &effect, 0);
}

size_t sim_sockets_drop_half_open(sim_sockets_t *sockets)
{
    size_t count = 0;
    for (slack_link_t *link = sockets->list.next; link != &sockets->list; link = link->next) {
        if (!socket_at(link)->half_open) continue;
        slack__ws_abort(socket_at(link)->ws);
        count++;
    }
    return count;
}

/* --- frames from the app --- */

static void socket_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
    sim_socket_t *socket = user_data;
    const sim_sockets_options_t *options = &socket->sockets->options;
    const slack_json_t *message = NULL;
    if (len > SIM_FRAME_MAX) {
        socket_close(socket, 1009, "Max frame length of 20480 has been exceeded.");
        return;
    }
    slack_arena_t *arena = slack__arena_new(0, 0);
    /* Slack ignores every message that is not an ack. */
    if (arena && text && sim_json_given(arena, (slack_slice_t){data, len}, &message) == 0) {
        const char *envelope_id = slack_json_str(message, "/envelope_id");
        if (*envelope_id)
            options->events->acked(envelope_id, slack_json_get(message, "/payload"),
                                   options->user_data);
    }
    slack__arena_free(arena);
}

/* True for a ping that the WebSocket must not answer by itself. */
static bool socket_pinged(slack_ws_t *ws, const char *data, size_t len, void *user_data)
{
    sim_socket_t *socket = user_data;
    slack_net_t *net = socket->sockets->options.net;
    const sim_effect_t effect = socket_fault(socket, SIM_POINT_PONG);
    if (!effect.acts) return false;
    if (effect.silent || socket->pong_count == PONGS_MAX) return true;
    size_t i = socket->pong_count++;
    socket->pongs[i].due_us = slack__mono_us(net->clock) + effect.delay_ms * 1000;
    socket->pongs[i].len = len;
    memcpy(socket->pongs[i].data, data, len);
    if (i == 0) slack__timer_start_at(net, &socket->pong_timer, socket->pongs[0].due_us);
    return true;
}

static bool socket_peer_closes(slack_ws_t *ws, unsigned code, void *user_data)
{
    sim_socket_t *socket = user_data;
    socket->state = SOCKET_CLOSING;
    socket_leave_in(socket, CLOSE_MS);
    return false;
}

static void socket_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    sim_socket_t *socket = user_data;
    sim_sockets_t *sockets = socket->sockets;
    slack_net_t *net = sockets->options.net;
    slack__timer_stop(net, &socket->hello_timer);
    slack__timer_stop(net, &socket->ping_timer);
    slack__timer_stop(net, &socket->pong_timer);
    slack__timer_stop(net, &socket->leave_timer);
    slack__unlink(&socket->link);
    sockets->count--;
    slack__free(socket);
    SLACK_LOG(net->log, INFO, "socket closed", "code=%u left=%zu", code,
              sim_sockets_ready(sockets));
    sockets->options.events->changed(sockets->options.user_data);
    if (sockets->closing && sockets->count == 0)
        sockets->options.events->closed(sockets->options.user_data);
}

/* --- timers --- */

static void socket_greet(sim_socket_t *socket)
{
    sim_sockets_t *sockets = socket->sockets;
    socket->state = SOCKET_OPEN;
    socket_leave_in(socket, (uint64_t)socket->life_s * 1000);
    socket_send_hello(socket);
    sockets->greeted++;
    SLACK_LOG(sockets->options.net->log, INFO, "app connected over Socket Mode", "connections=%zu",
              sim_sockets_ready(sockets));
    sockets->options.events->changed(sockets->options.user_data);
}

static void socket_hello_due(slack_timer_t *timer)
{
    sim_socket_t *socket = SLACK_CONTAINER(timer, sim_socket_t, hello_timer);
    if (socket->state == SOCKET_GREETING) socket_greet(socket);
}

static void socket_ping_due(slack_timer_t *timer)
{
    static const char data[] = "Ping from " HOST;
    sim_socket_t *socket = SLACK_CONTAINER(timer, sim_socket_t, ping_timer);
    if (socket->state == SOCKET_CLOSING || socket->half_open) return;
    slack__timer_start(socket->sockets->options.net, timer, PING_MS);
    if (!socket_fault(socket, SIM_POINT_PING).silent)
        (void)slack__ws_ping(socket->ws, data, sizeof data - 1);
}

static void socket_pong_due(slack_timer_t *timer)
{
    sim_socket_t *socket = SLACK_CONTAINER(timer, sim_socket_t, pong_timer);
    slack_net_t *net = socket->sockets->options.net;
    const uint64_t now_us = slack__mono_us(net->clock);
    size_t sent = 0;
    if (socket->state == SOCKET_CLOSING || socket->half_open) return;
    while (sent < socket->pong_count && now_us >= socket->pongs[sent].due_us) {
        (void)slack__ws_pong(socket->ws, socket->pongs[sent].data, socket->pongs[sent].len);
        sent++;
    }
    socket->pong_count -= sent;
    memmove(socket->pongs, socket->pongs + sent, socket->pong_count * sizeof *socket->pongs);
    if (socket->pong_count > 0) slack__timer_start_at(net, timer, socket->pongs[0].due_us);
}

static void socket_leave_due(slack_timer_t *timer)
{
    sim_socket_t *socket = SLACK_CONTAINER(timer, sim_socket_t, leave_timer);
    if (socket->drops || socket->half_open || socket->state == SOCKET_CLOSING)
        slack__ws_abort(socket->ws);
    else if (socket->state == SOCKET_OPEN)
        socket_send_disconnect(socket, "refresh_requested");
    else
        socket_close(socket, 1000, "");
}

/* --- connections --- */

const char *sim_sockets_url(sim_sockets_t *sockets, slack_arena_t *arena)
{
    const sim_key_t *ticket = sim_key_new(sockets->options.keys, SIM_KEY_TICKET);
    /* In Slack's URL, too, the app_id is a hash and not the app's A… id. */
    return slack__arena_printf(arena, "ws%s/link/?ticket=%s&app_id=%s",
                               sockets->options.base_url + strlen("http"), ticket->text,
                               "5f0e7c1c2b1a4d3e9a8b7c6d5e4f30213f2e1d0c9b8a7968574635241302f1e0");
}

static int socket_accept(sim_sockets_t *sockets, const slack_http_request_t *request,
                         sim_socket_t **ret)
{
    static const slack_ws_events_t events = {
        .message = socket_message,
        .ping = socket_pinged,
        .closing = socket_peer_closes,
        .closed = socket_closed,
    };
    const slack_ws_options_t options = {
        .events = &events,
        .open_ms = 10000,
        .message_max = MESSAGE_MAX,
        .write_max = WRITE_MAX,
    };
    sim_socket_t *socket = slack__calloc(1, sizeof *socket);
    if (!socket) return SLACK_ENOMEM;
    socket->sockets = sockets;
    slack__timer_init(&socket->hello_timer, socket_hello_due);
    slack__timer_init(&socket->ping_timer, socket_ping_due);
    slack__timer_init(&socket->pong_timer, socket_pong_due);
    slack__timer_init(&socket->leave_timer, socket_leave_due);
    int rc = slack__ws_accept(&socket->ws, sockets->options.net, request, &options, socket);
    if (rc != 0) {
        slack__free(socket);
        return rc;
    }
    slack__list_push(&sockets->list, &socket->link);
    sockets->count++;
    *ret = socket;
    return 0;
}

static void socket_begin(sim_socket_t *socket, const slack_json_t *query)
{
    const sim_sockets_t *sockets = socket->sockets;
    slack_net_t *net = sockets->options.net;
    const sim_effect_t effect = socket_fault(socket, SIM_POINT_HELLO);
    const char *reason = effect.disconnect;
    size_t others = count_in(sockets, SOCKET_OPEN) + count_in(sockets, SOCKET_GREETING) - 1;
    bool test = strcmp(slack_json_str(query, "/debug_reconnects"), "true") == 0;
    socket->life_s = test ? LIFE_TEST_S : LIFE_S;
    slack__timer_start(net, &socket->ping_timer, PING_MS);
    if (others >= SIM_SOCKETS_MAX) reason = "too_many_websockets";
    if (*reason) {
        socket_send_disconnect(socket, reason);
        socket_close(socket, 1000, "");
    } else if (effect.delay_ms > 0) {
        slack__timer_start(net, &socket->hello_timer, effect.delay_ms);
    } else {
        socket_greet(socket);
    }
}

void sim_sockets_request(sim_sockets_t *sockets, slack_http_request_t *request)
{
    const slack_json_t *query = NULL;
    const sim_key_t *ticket = NULL;
    sim_socket_t *socket = NULL;
    if (slack__form_parse(request->arena, request->query.ptr ? request->query.ptr : "",
                          request->query.len, &query) != 0 ||
        sim_key_use(sockets->options.keys, SIM_KEY_TICKET, slack_json_str(query, "/ticket"),
                    &ticket) != SIM_KEY_GOOD) {
        sim_respond_text(request, 403, "this ticket is unknown, used or expired\n");
        return;
    }
    if (sockets->count >= ALL_MAX || sockets->closing) {
        sim_respond_text(request, 503, "too many connections\n");
        return;
    }
    if (!request->upgrade) {
        sim_respond_text(request, 426, "this is a WebSocket URL\n");
        return;
    }
    const sim_effect_t effect = sim_faults_at(sockets->options.faults, SIM_POINT_UPGRADE, "");
    if (effect.acts) {
        sim_socket_refuse_upgrade(request, &effect, sockets->options.base_url);
        return;
    }
    int rc = socket_accept(sockets, request, &socket);
    if (rc == SLACK_ENOMEM) {
        sim_respond_text(request, 503, "out of memory\n");
        return;
    }
    if (rc == 0) socket_begin(socket, query);
    slack__arena_free(request->arena);
}

void sim_sockets_close(sim_sockets_t *sockets)
{
    sockets->closing = true;
    (void)sim_sockets_drop_half_open(sockets);
    for (slack_link_t *link = sockets->list.next; link != &sockets->list; link = link->next)
        socket_close(socket_at(link), 1001, "the simulator ends");
    if (sockets->count == 0) sockets->options.events->closed(sockets->options.user_data);
}
