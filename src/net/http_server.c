/* SPDX-License-Identifier: MIT */
#include "net/http_server.h"

#include <string.h>

#include <slack/error.h>

#include "net/descriptors.h"
#include "net/http_limits.h"
#include "net/http_memory.h"
#include "net/http_parser.h"
#include "net/http_response.h"
#include "net/offenders.h"
#include "net/turns.h"
#include "net/trusted_proxies.h"
#include "util/alloc.h"
#include "util/buf.h"

/* A request's id: a serial number over all connections, and below it the slot of its connection. */
#define SLOT_BITS       16
#define SLOT_MASK       (((uint64_t)1 << SLOT_BITS) - 1)
#define CONNECTIONS_MAX (1u << SLOT_BITS)
#define NO_SLOT         SIZE_MAX
/* Bytes that may have been read when reading is paused. */
#define UNREAD_MAX ((size_t)256 << 10)
/* How often deadlines are checked: a quarter of the shortest, within these limits. */
#define SWEEP_MIN_MS 5u
#define SWEEP_MAX_MS 1000u
#define NEVER        UINT64_MAX
/* How long a drain waits for a connection that is about to send its first request, and for the rest
 * of a stranger's request. */
#define FRESH_MS 1000u
/* How many bytes are hashed in a turn of the loop to check the requests that wait, and for a
 * request that does not; and what a request costs besides its body. */
#define TURN_BYTES  ((size_t)256 << 10)
#define SHORT_BYTES ((size_t)64 << 10)
#define HEAD_COST   1024

enum client_state {
    CLIENT_WAITING,  /* for the first byte of a request */
    CLIENT_READING,  /* a request */
    CLIENT_QUEUED,   /* the request is complete and waits for its turn */
    CLIENT_HANDLING, /* the handler has the request */
    CLIENT_ENDING,   /* the last response is written, or the connection is closing */
    CLIENT_GONE      /* upgraded: the connection left the server; the task frees the client */
};

typedef struct client {
    slack_http_server_t *server;
    slack_conn_t *conn;
    slack_link_t link; /* in server->clients */
    slack_task_t task; /* parses `unread` */
    enum client_state state;
    size_t slot;           /* NO_SLOT once it has left */
    uint64_t first_serial; /* requests with smaller ones belonged to other clients of the slot */
    uint64_t request_id;   /* while handling */
    uint64_t since_ms;     /* when it began to wait for a request */
    uint64_t deadline_ms;
    uint64_t begun_us; /* when the first byte of the request was read */
    unsigned requests;
    unsigned pipelined;              /* requests since the peer last awaited a response */
    bool parsing;                    /* client_parse() is on the stack */
    bool eof;                        /* the peer sends no more */
    bool familiar;                   /* its network had sent a verified request when it came */
    slack_http_holder_t holder;      /* of the request's memory, beyond SLACK_HTTP_SMALL_BYTES */
    slack_turn_t turn;               /* in server->turns while queued, or in server->slowed */
    uint64_t due_ms;                 /* in server->slowed */
    char sender[SLACK_NETWORK_SIZE]; /* of that request, if the peer is a trusted proxy */
    slack_http_parser_t parser;
    slack_buf_t unread; /* bytes behind the request that is being handled */
    slack_slice_t rest; /* the same, while they are in the read buffer */
} client_t;

/* Takes the requests. */
typedef struct server_handler {
    slack_http_request_fn fn;
    slack_http_head_fn head;   /* NULL: heads are not checked */
    slack_http_check_fn check; /* NULL: nor are requests */
    void *user_data;
} server_handler_t;

/* Find the client of a request by the request's id, which is made of a slot and a serial number. */
typedef struct server_slots {
    client_t **clients;
    uint16_t *free;
    size_t free_count;
    uint64_t serial; /* of the last request */
} server_slots_t;

/* The requests of addresses that have sent wrong signatures, until they may wait for their turn. */
typedef struct server_slowed {
    slack_offenders_t offenders;
    slack_link_t queue; /* links client->turn.link, by due_ms */
    slack_timer_t timer;
} server_slowed_t;

struct slack_http_server {
    slack_net_t *net;
    slack_http_limits_t limits;
    const slack_trusted_proxies_t *trusted;
    server_handler_t handler;
    slack_listener_socket_t *listener; /* NULL once closed */
    slack_link_t clients;
    server_slots_t slots;
    slack_http_memory_t memory; /* of all clients */
    slack_turns_t turns;
    server_slowed_t slowed;
    slack_handshakes_t handshakes;
    slack_task_t turn_task; /* hands over requests of `turns` */
    uint64_t refused;
    uv_timer_t sweep;
    unsigned sweep_ms;
    slack_buf_t out; /* the response being written */
    bool leaving;    /* every response ends its connection */
    bool draining;
    bool closing;
    bool swept; /* the sweep's handle is closed */
    struct {
        void (*fn)(void *user_data);
        void *user_data;
    } closed;
};

static uint64_t server_now_ms(const slack_http_server_t *server)
{
    return slack__mono_ms(slack__net_clock(server->net));
}

/* --- the end of a connection, and of the server ----------------------------------------------- */

static void free_if_unused(slack_http_server_t *server)
{
    if (!server->swept || !slack__list_empty(&server->clients)) return;
    void (*fn)(void *user_data) = server->closed.fn;
    void *user_data = server->closed.user_data;
    slack__buf_done(&server->out);
    slack__free(server->slots.clients);
    slack__free(server->slots.free);
    slack__free(server);
    if (fn) fn(user_data);
}

/* Late responses to the slot's requests get SLACK_ECLOSED from now on. */
static void client_leave_slot(client_t *client)
{
    slack_http_server_t *server = client->server;
    if (client->slot == NO_SLOT) return;
    server->slots.clients[client->slot] = NULL;
    server->slots.free[server->slots.free_count++] = (uint16_t)client->slot;
    client->slot = NO_SLOT;
}

static void client_hold(client_t *client, size_t bytes)
{
    slack__http_memory_hold(&client->server->memory, &client->holder, bytes);
}

static void client_free(client_t *client)
{
    slack_http_server_t *server = client->server;
    slack__task_cancel(&client->task);
    slack__unlink(&client->link);
    slack__unlink(&client->turn.link);
    client_hold(client, 0);
    slack__http_parser_done(&client->parser);
    slack__buf_done(&client->unread);
    slack__free(client);
    free_if_unused(server);
}

static void client_closed(slack_conn_t *conn, int status, void *user_data)
{
    client_t *client = user_data;
    slack_http_server_t *server = client->server;
    const bool refused = status == SLACK_ETLS || status == SLACK_EBUSY;
    if (refused && client->requests == 0 && *slack__conn_reason(conn))
        SLACK_LOG(slack__net_log(server->net), WARN, "connection refused", "reason=%s peer=%s",
                  slack__conn_reason(conn), slack__conn_peer(conn));
    client_leave_slot(client);
    client_free(client);
}

/* Send what was written, then close. */
static void client_finish(client_t *client)
{
    slack__unlink(&client->turn.link);
    client->state = CLIENT_ENDING;
    client->deadline_ms = NEVER; /* slack__conn_finish() has a deadline of its own */
    slack__conn_finish(client->conn);
}

static void client_close(client_t *client, int status)
{
    slack__unlink(&client->turn.link);
    client->state = CLIENT_ENDING;
    client->deadline_ms = NEVER;
    slack__conn_close(client->conn, status);
}

/* --- responses -------------------------------------------------------------------------------- */

/* After SLACK_EINVAL nothing was sent; after any other failure the connection is closing. */
static int client_respond(client_t *client, const slack_http_response_t *response, bool close)
{
    slack_http_server_t *server = client->server;
    const slack_http_response_context_t context = {
        .head = client->parser.head,
        .http_1_0 = client->parser.http_1_0,
        .close = close,
        .wall_s = slack__wall_ms(slack__net_clock(server->net)) / 1000,
    };
    slack__buf_clear(&server->out);
    int rc = slack__http_response_write(&server->out, response, &context);
    if (rc == SLACK_EINVAL) return rc;
    if (rc == 0)
        rc = slack__conn_write(client->conn, slack__buf_ptr(&server->out), server->out.len);
    if (rc != 0)
        client_close(client, rc);
    else if (close)
        client_finish(client);
    return rc;
}

/* Refuse what is not a valid request, or has no room, free it, and close. */
static void client_refuse(client_t *client, int status, const char *reason)
{
    slack_http_server_t *server = client->server;
    server->refused++;
    slack__http_parser_done(&client->parser);
    client_hold(client, 0);
    SLACK_LOG(slack__net_log(server->net), WARN, "request refused", "status=%d reason=%s peer=%s",
              status, reason, slack__conn_peer(client->conn));
    client_respond(client, &(slack_http_response_t){.status = status}, true);
}

static client_t *client_find(const slack_http_server_t *server, uint64_t id, int *ret_rc)
{
    const size_t slot = (size_t)(id & SLOT_MASK);
    client_t *client = slot < server->limits.connections ? server->slots.clients[slot] : NULL;
    if (client && client->state == CLIENT_HANDLING && client->request_id == id) return client;
    const bool gone =
        !client || client->state >= CLIENT_ENDING || (id >> SLOT_BITS) < client->first_serial;
    *ret_rc = gone ? SLACK_ECLOSED : SLACK_EINVAL;
    return NULL;
}

/* Whether the next response is the last one of the connection. */
static bool is_last(const client_t *client)
{
    const slack_http_server_t *server = client->server;
    const unsigned max = server->limits.requests;
    if (!client->parser.keep_alive || client->parser.connect || server->leaving) return true;
    if (max && client->requests >= max) return true;
    if (client->pipelined >= server->limits.pipelined) return true;
    if (slack__conn_queued(client->conn) > 0) return true; /* the peer does not read responses */
    return client
        ->eof; /* no request is behind this one: reading would have paused before the eof */
}

int slack__http_respond(slack_http_server_t *server, uint64_t request_id,
                        const slack_http_response_t *response)
{
    int rc = SLACK_ECLOSED;
    client_t *client = client_find(server, request_id, &rc);
    if (!client) return rc;
    rc = client_respond(client, response, response->close || is_last(client));
    if (rc != 0 || client->state != CLIENT_HANDLING) return rc;
    client->state = CLIENT_WAITING;
    client->since_ms = server_now_ms(server);
    client->deadline_ms = client->since_ms + server->limits.idle_ms;
    /* The next request is not handed over from within the response to this one. */
    if (client->unread.len > 0 && !client->parsing) slack__task_post(server->net, &client->task);
    return 0;
}

void slack__http_refuse(const slack_http_request_t *request, int status,
                        const slack_http_header_t *header, const char *reason)
{
    slack_http_server_t *server = request->server;
    const slack_slice_t peer = slack__slice(request->peer);
    server->refused++;
    /* A trusted proxy that does not name its client offends nobody: its address stands for many. */
    if (status == 401 &&
        !(server->trusted && slack__trusted_proxies_match(server->trusted, peer))) {
        char network[SLACK_NETWORK_SIZE];
        slack__net_network(peer, network);
        slack__offenders_note(&server->slowed.offenders, slack__slice(network),
                              server_now_ms(server));
    }
    SLACK_LOG(slack__net_log(server->net), WARN, "request refused",
              "status=%d reason=%s peer=%s path=%s", status, reason, request->peer,
              request->path.ptr);
    slack__http_respond(server, request->id,
                        &(slack_http_response_t){.status = status,
                                                 .headers = header,
                                                 .header_count = header ? 1 : 0,
                                                 .close = status == 401});
}

void slack__http_vouch(slack_http_server_t *server, uint64_t request_id)
{
    int rc;
    client_t *client = client_find(server, request_id, &rc);
    if (!client || client->holder.known) return;
    client->holder.known = true;
    slack__handshakes_remember(&server->handshakes, slack__conn_network(client->conn));
}

/* --- requests --------------------------------------------------------------------------------- */

static void hand_over(client_t *client)
{
    slack_http_server_t *server = client->server;
    slack_http_request_t *request = slack__http_parser_take(&client->parser);
    client_hold(client, 0);
    request->server = server;
    request->id = ++server->slots.serial << SLOT_BITS | client->slot;
    request->received_us = client->begun_us;
    client->request_id = request->id;
    client->requests++;
    client->pipelined++;
    client->state = CLIENT_HANDLING;
    client->deadline_ms = NEVER;
    server->handler.fn(server, request, server->handler.user_data);
}

static bool is_checked(const client_t *client, size_t *budget)
{
    const server_handler_t *handler = &client->server->handler;
    return !handler->check || handler->check(client->parser.request, budget, handler->user_data);
}

static void server_take_turns(slack_task_t *task)
{
    slack_http_server_t *server = SLACK_CONTAINER(task, slack_http_server_t, turn_task);
    slack_turn_t *turn;
    size_t budget = TURN_BYTES;
    while (budget > 0 && (turn = slack__turns_next(&server->turns)) != NULL) {
        client_t *client = SLACK_CONTAINER(turn, client_t, turn);
        if (!is_checked(client, &budget)) break;
        budget -= budget < HEAD_COST ? budget : HEAD_COST;
        slack__turns_take(&server->turns);
        hand_over(client);
    }
    if (slack__turns_next(&server->turns)) slack__task_post(server->net, task);
}

static void client_queue(client_t *client)
{
    slack_http_server_t *server = client->server;
    slack__turns_add(&server->turns, &client->turn);
    slack__task_post(server->net, &server->turn_task);
}

static void server_end_waits(slack_timer_t *timer)
{
    slack_http_server_t *server = SLACK_CONTAINER(timer, slack_http_server_t, slowed.timer);
    slack_link_t *queue = &server->slowed.queue;
    const uint64_t now = server_now_ms(server);
    while (!slack__list_empty(queue)) {
        client_t *client = SLACK_CONTAINER(queue->next, client_t, turn.link);
        if (client->due_ms > now) {
            slack__timer_start(server->net, timer, client->due_ms - now);
            return;
        }
        slack__unlink(&client->turn.link);
        client_queue(client);
    }
}

static void client_wait(client_t *client, unsigned wait_ms)
{
    server_slowed_t *slowed = &client->server->slowed;
    slack_link_t *at = &slowed->queue;
    client->due_ms = server_now_ms(client->server) + wait_ms;
    while (at->prev != &slowed->queue &&
           SLACK_CONTAINER(at->prev, client_t, turn.link)->due_ms > client->due_ms)
        at = at->prev;
    slack__list_push(at, &client->turn.link); /* at the end, or before `at` */
    if (slowed->queue.next == &client->turn.link)
        slack__timer_start(client->server->net, &slowed->timer, wait_ms);
}

/* Requests of known peers are handed over at once if their check is short, others in their turn.
 * Strangers may share the connection of a proxy with known peers. */
static void client_complete(client_t *client)
{
    slack_http_server_t *server = client->server;
    slack_http_request_t *request = client->parser.request;
    const bool known = client->holder.known && !client->holder.many;
    size_t budget = SHORT_BYTES;
    request->peer = slack__arena_strdup(request->arena, slack__conn_peer(client->conn));
    if (!request->peer) {
        client_refuse(client, 503, "out of memory");
        return;
    }
    if (known && is_checked(client, &budget)) {
        hand_over(client);
        return;
    }
    client->state = CLIENT_QUEUED;
    client->deadline_ms = NEVER;
    client->turn.cost = known ? 0 : request->body_len + HEAD_COST;
    client->turn.address = slack__slice(client->holder.address);
    if (client->holder.many) {
        slack__net_network(slack__trusted_proxies_client(server->trusted, request), client->sender);
        client->turn.address = slack__slice(client->sender);
    }
    const unsigned wait_ms =
        known ? 0
              : slack__offenders_wait_ms(&server->slowed.offenders, client->turn.address,
                                         server_now_ms(server));
    if (wait_ms > 0)
        client_wait(client, wait_ms);
    else
        client_queue(client);
}

/* In a drain strangers have less time. */
static unsigned client_time_ms(const client_t *client, unsigned limit_ms)
{
    const bool hurry = client->server->draining && !client->holder.known;
    return hurry && limit_ms > FRESH_MS ? FRESH_MS : limit_ms;
}

/* Feed the parser once and act on the result. Returns how many bytes were used. */
static size_t client_feed(client_t *client, const char *data, size_t len)
{
    slack_http_server_t *server = client->server;
    const bool in_body = client->parser.phase == SLACK_HTTP_BODY;
    size_t used;
    if (client->state == CLIENT_WAITING) {
        client->state = CLIENT_READING;
        client->begun_us = slack__mono_us(slack__net_clock(server->net));
        client->deadline_ms =
            client->begun_us / 1000 + client_time_ms(client, server->limits.header_ms);
    }
    enum slack_http_parse_result parsed =
        slack__http_parser_feed(&client->parser, data, len, &used);
    if (!in_body && client->parser.phase == SLACK_HTTP_BODY) {
        client->deadline_ms =
            server_now_ms(server) + client_time_ms(client, server->limits.body_ms);
        const char *why =
            parsed == SLACK_HTTP_REFUSE || server->handler.head == NULL
                ? NULL
                : server->handler.head(client->parser.request, server->handler.user_data);
        if (why) {
            client_refuse(client, 401, why);
            return used;
        }
    }

    /* Large requests are refused while all that are being read take too much memory. */
    const slack_http_request_t *request = client->parser.request;
    const size_t size = request ? slack__arena_size(request->arena) : 0;
    client_hold(client, size > SLACK_HTTP_SMALL_BYTES ? size - SLACK_HTTP_SMALL_BYTES : 0);
    slack_http_holder_t *excess;
    while (parsed != SLACK_HTTP_REFUSE &&
           (excess = slack__http_memory_excess(&server->memory, &client->holder)) != NULL)
        client_refuse(SLACK_CONTAINER(excess, client_t, holder), 503, "too much is being received");
    if (client->state >= CLIENT_ENDING) return used;

    switch (parsed) {
    case SLACK_HTTP_MORE: break;
    case SLACK_HTTP_CONTINUE: {
        static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
        int rc = slack__conn_write(client->conn, go_on, sizeof go_on - 1);
        if (rc != 0) client_close(client, rc);
        break;
    }
    case SLACK_HTTP_REQUEST:
        client->rest = (slack_slice_t){data + used, len - used};
        client_complete(client);
        client->rest = (slack_slice_t){NULL, 0};
        break;
    case SLACK_HTTP_REFUSE:
        client_refuse(client, client->parser.refuse, client->parser.reason);
        break;
    }
    return used;
}

/* Parse until a request is handed over or the bytes are used up; returns how many were used. A
 * client hands over one request in a turn of the loop, so that one that sends many leaves time to
 * others. */
static size_t client_parse(client_t *client, const char *data, size_t len)
{
    size_t used = 0;
    const unsigned requests = client->requests;
    client->parsing = true;
    while (used < len && client->state <= CLIENT_READING && client->requests == requests)
        used += client_feed(client, data + used, len - used);
    client->parsing = false;
    return used;
}

/* After the eof an incomplete request stays incomplete. */
static void client_check_eof(client_t *client)
{
    if (client->eof && client->state <= CLIENT_READING) client_finish(client);
}

static void client_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
    client_t *client = user_data;
    if (client->state == CLIENT_WAITING) client->pipelined = 0;
    size_t used = client->unread.len == 0 ? client_parse(client, data, len) : 0;
    if (used == len || client->state >= CLIENT_ENDING) return;

    /* A pipelined request: it waits here, and further bytes wait in the kernel. */
    slack__conn_pause(conn, true);
    int rc = slack__buf_append(&client->unread, data + used, len - used);
    if (rc != 0)
        client_close(client, rc);
    else if (client->state == CLIENT_WAITING) /* the request before it has its response already */
        slack__task_post(client->server->net, &client->task);
}

static void client_got_eof(slack_conn_t *conn, void *user_data)
{
    client_t *client = user_data;
    client->eof = true;
    client_check_eof(client);
}

static void client_run_task(slack_task_t *task)
{
    client_t *client = SLACK_CONTAINER(task, client_t, task);
    if (client->state == CLIENT_GONE) {
        client_free(client);
        return;
    }
    slack__buf_consume(&client->unread,
                       client_parse(client, slack__buf_ptr(&client->unread), client->unread.len));
    if (client->state == CLIENT_GONE) return; /* the upgrade has posted this task again */
    if (client->unread.len > 0 && client->state == CLIENT_WAITING)
        slack__task_post(client->server->net, &client->task);
    if (client->unread.len == 0 && client->state < CLIENT_ENDING) {
        slack__buf_done(&client->unread);
        slack__conn_pause(client->conn, false);
    }
    client_check_eof(client);
}

int slack__http_upgrade(slack_http_server_t *server, uint64_t request_id, slack_conn_t **ret_conn,
                        slack_slice_t *ret_rest)
{
    int rc = SLACK_ECLOSED;
    client_t *client = client_find(server, request_id, &rc);
    if (!client) return rc;
    *ret_conn = client->conn;
    *ret_rest = client->rest;
    if (!client->parsing)
        *ret_rest = (slack_slice_t){slack__buf_ptr(&client->unread), client->unread.len};
    client_leave_slot(client);
    client->state = CLIENT_GONE;
    client->deadline_ms = NEVER;
    slack__conn_pause(client->conn, false);
    slack__task_post(server->net, &client->task);
    return 0;
}

/* --- connections ------------------------------------------------------------------------------ */

static client_t *client_new(slack_http_server_t *server)
{
    client_t *client = slack__calloc(1, sizeof *client);
    if (!client) return NULL;
    if (slack__http_parser_init(&client->parser, &server->limits) != 0) {
        slack__free(client);
        return NULL;
    }
    client->server = server;
    client->task.run = client_run_task;
    slack__link_init(&client->task.link);
    slack__link_init(&client->link);
    slack__link_init(&client->holder.link);
    slack__link_init(&client->turn.link);
    slack__buf_init(&client->unread, UNREAD_MAX);
    return client;
}

static int client_rank(const client_t *client)
{
    return 2 * client->holder.known + client->familiar;
}

/* Find the client to close first among the clients of a network (NULL: all), and count them.
 * Strangers are closed before known peers, those of familiar networks after the others, and among
 * equals the client that has waited longest for a request. */
static client_t *first_to_close(const slack_http_server_t *server, const char *network,
                                unsigned *ret_count)
{
    client_t *found = NULL;
    *ret_count = 0;
    for (slack_link_t *link = server->clients.next; link != &server->clients; link = link->next) {
        client_t *client = SLACK_CONTAINER(link, client_t, link);
        if (client->slot == NO_SLOT) continue;
        if (network && strcmp(slack__conn_network(client->conn), network) != 0) continue;
        ++*ret_count;
        if (client->state == CLIENT_HANDLING) continue;
        if (!found || client_rank(client) < client_rank(found) ||
            (client_rank(client) == client_rank(found) && client->since_ms < found->since_ms))
            found = client;
    }
    return found;
}

/* Make room for one more of at most `max` connections, of a network or of all. False: none can be
 * closed. */
static bool server_make_room(slack_http_server_t *server, const char *network, unsigned max)
{
    unsigned count;
    client_t *client = first_to_close(server, network, &count);
    if (count < max) return true;
    if (!client) return false;
    client_leave_slot(client);
    client_close(client, SLACK_EBUSY);
    return true;
}

/* How many to close when descriptors are out: more than one, so that calls to Slack and the store
 * find descriptors too. */
#define ROOM_FOR_OTHERS 16

static bool server_give_descriptors(void *user_data)
{
    slack_http_server_t *server = user_data;
    unsigned closed = 0, count;
    while (closed < ROOM_FOR_OTHERS) {
        client_t *client = first_to_close(server, NULL, &count);
        if (!client || client->holder.known) break;
        client_leave_slot(client);
        client_close(client, SLACK_EBUSY);
        closed++;
    }
    if (closed > 0)
        SLACK_LOG(slack__net_log(server->net), WARN, "connections closed: descriptors are out",
                  "closed=%u connections=%u hint=%s", closed,
                  slack__http_server_connections(server), "raise the limit of open files");
    return closed > 0;
}

static void server_sweep(uv_timer_t *timer);

static void server_accepted(slack_conn_t *conn, void *user_data)
{
    static const slack_conn_events_t events = {
        .data = client_data,
        .eof = client_got_eof,
        .closed = client_closed,
    };
    slack_http_server_t *server = user_data;
    const char *peer = slack__conn_peer(conn), *network = slack__conn_network(conn);
    const bool trusted =
        server->trusted && slack__trusted_proxies_match(server->trusted, slack__slice(peer));
    const bool room =
        (trusted || server_make_room(server, network, server->limits.connections_per_peer)) &&
        (server->slots.free_count > 0 ||
         server_make_room(server, NULL, server->limits.connections));
    client_t *client = room ? client_new(server) : NULL;
    if (!client) {
        SLACK_LOG(slack__net_log(server->net), WARN, "connection refused",
                  "reason=%s connections=%u peer=%s", "too many",
                  slack__http_server_connections(server), peer);
        slack__conn_close(conn, SLACK_EBUSY);
        return;
    }
    client->conn = conn;
    client->holder.address = network;
    client->holder.many = trusted;
    client->familiar = slack__handshakes_know(&server->handshakes, slack__slice(network));
    client->slot = server->slots.free[--server->slots.free_count];
    client->first_serial = server->slots.serial + 1;
    client->since_ms = server_now_ms(server);
    client->deadline_ms = client->since_ms + server->limits.first_byte_ms;
    server->slots.clients[client->slot] = client;
    if (!uv_is_active((const uv_handle_t *)&server->sweep))
        uv_timer_start(&server->sweep, server_sweep, server->sweep_ms, server->sweep_ms);
    slack__list_push(&server->clients, &client->link);
    slack__conn_set_events(conn, &events, client);
}

static void server_sweep(uv_timer_t *timer)
{
    slack_http_server_t *server = timer->data;
    const uint64_t now = server_now_ms(server);
    slack_link_t *next;
    for (slack_link_t *link = server->clients.next; link != &server->clients; link = next) {
        next = link->next;
        client_t *client = SLACK_CONTAINER(link, client_t, link);
        if (now < client->deadline_ms) continue;
        if (client->state == CLIENT_READING)
            client_refuse(client, 408, "the request takes too long");
        else
            client_finish(client);
    }
    if (slack__list_empty(&server->clients)) uv_timer_stop(&server->sweep);
}

/* --- the server ------------------------------------------------------------------------------- */

static slack_http_server_t *server_new(slack_net_t *net, const slack_http_limits_t *limits)
{
    slack_http_server_t *server = slack__calloc(1, sizeof *server);
    if (!server) return NULL;
    server->slots.clients = slack__calloc(limits->connections, sizeof *server->slots.clients);
    server->slots.free = slack__calloc(limits->connections, sizeof *server->slots.free);
    if (!server->slots.clients || !server->slots.free) {
        slack__free(server->slots.clients);
        slack__free(server->slots.free);
        slack__free(server);
        return NULL;
    }
    server->net = net;
    server->limits = *limits;
    const unsigned times[] = {limits->first_byte_ms, limits->header_ms, limits->body_ms,
                              limits->idle_ms};
    server->sweep_ms = SWEEP_MAX_MS;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (times[i] / 4 < server->sweep_ms) server->sweep_ms = times[i] / 4;
    if (server->sweep_ms < SWEEP_MIN_MS) server->sweep_ms = SWEEP_MIN_MS;
    /* The lowest slot is on top. */
    while (server->slots.free_count < limits->connections) {
        server->slots.free[server->slots.free_count] =
            (uint16_t)(limits->connections - 1 - server->slots.free_count);
        server->slots.free_count++;
    }
    slack__link_init(&server->clients);
    slack__http_memory_init(&server->memory, limits->memory_bytes);
    slack__turns_init(&server->turns);
    slack__link_init(&server->slowed.queue);
    slack__timer_init(&server->slowed.timer, server_end_waits);
    slack__handshakes_init(&server->handshakes, net, (limits->connections + 1) / 2);
    server->turn_task.run = server_take_turns;
    slack__link_init(&server->turn_task.link);
    return server;
}

static void server_sweep_closed(uv_handle_t *handle)
{
    slack_http_server_t *server = handle->data;
    server->swept = true;
    free_if_unused(server);
}

int slack__http_server_open(slack_http_server_t **ret, slack_net_t *net,
                            const slack_http_server_options_t *options, int *ret_uv_error)
{
    slack_http_limits_t limits = slack__http_limits(options->limits);
    if (!options->fn || limits.connections > CONNECTIONS_MAX) return SLACK_EINVAL;
    const unsigned wanted = limits.connections;
    limits.connections = slack__descriptors_for_connections(wanted);
    if (limits.connections < wanted)
        SLACK_LOG(slack__net_log(net), INFO, "descriptors limit the connections",
                  "connections=%u wanted=%u hint=%s", limits.connections, wanted,
                  "raise the limit of open files");
    slack_http_server_t *server = server_new(net, &limits);
    if (!server) return SLACK_ENOMEM;
    server->trusted = options->trusted;
    server->handler.fn = options->fn;
    server->handler.head = options->head;
    server->handler.check = options->check;
    server->handler.user_data = options->user_data;
    slack__buf_init(&server->out, options->listen.write_max);
    uv_timer_init(slack__net_loop(net), &server->sweep);
    server->sweep.data = server;

    slack_listen_options_t listen = options->listen;
    listen.handshakes = &server->handshakes;
    listen.fn = server_accepted;
    listen.make_room = server_give_descriptors;
    listen.user_data = server;
    int rc = slack__listen(&server->listener, net, &listen, ret_uv_error);
    if (rc != 0) {
        slack__http_server_close(server, NULL, NULL);
        return rc;
    }
    *ret = server;
    return 0;
}

slack_net_t *slack__http_server_net(const slack_http_server_t *server)
{
    return server->net;
}

unsigned slack__http_server_port(const slack_http_server_t *server)
{
    return server->listener ? slack__listen_port(server->listener) : 0;
}

void slack__http_server_set_tls(slack_http_server_t *server, slack_tls_context_t *tls)
{
    if (server->listener) slack__listen_set_tls(server->listener, tls);
}

unsigned slack__http_server_connections(const slack_http_server_t *server)
{
    return server->limits.connections - (unsigned)server->slots.free_count;
}

static bool is_under_way(const client_t *client)
{
    const uint64_t now_ms = server_now_ms(client->server);
    switch (client->state) {
    case CLIENT_READING: return client->holder.known || now_ms < client->deadline_ms;
    case CLIENT_QUEUED:
    case CLIENT_HANDLING: return true;
    case CLIENT_WAITING:
        if (client->unread.len > 0) return true;
        if (client->requests == 0 && now_ms < client->since_ms + FRESH_MS) return true;
        break;
    case CLIENT_ENDING: break;
    case CLIENT_GONE: return false;
    }
    return slack__conn_queued(client->conn) > 0;
}

unsigned slack__http_server_under_way(const slack_http_server_t *server)
{
    unsigned count = 0;
    for (slack_link_t *link = server->clients.next; link != &server->clients; link = link->next)
        count += is_under_way(SLACK_CONTAINER(link, client_t, link));
    return count;
}

const slack_handshakes_t *slack__http_server_handshakes(const slack_http_server_t *server)
{
    return &server->handshakes;
}

uint64_t slack__http_server_refused(const slack_http_server_t *server)
{
    return server->refused;
}

void slack__http_server_leave(slack_http_server_t *server)
{
    server->leaving = true;
}

void slack__http_server_drain(slack_http_server_t *server)
{
    if (server->draining) return;
    server->leaving = server->draining = true;
    slack__listen_take_all(server->listener);
    if (server->listener) slack__listen_close(server->listener);
    server->listener = NULL;
    for (slack_link_t *link = server->clients.next; link != &server->clients; link = link->next) {
        client_t *client = SLACK_CONTAINER(link, client_t, link);
        /* A client without a request so far may be about to send one. */
        if (client->state == CLIENT_WAITING && client->unread.len == 0 && client->requests > 0)
            client_finish(client);
        const uint64_t end_ms = server_now_ms(server) + FRESH_MS;
        if (client->state == CLIENT_READING && !client->holder.known &&
            client->deadline_ms > end_ms)
            client->deadline_ms = end_ms;
    }
}

void slack__http_server_close(slack_http_server_t *server, void (*fn)(void *user_data),
                              void *user_data)
{
    if (!server || server->closing) return;
    server->closing = true;
    slack__task_cancel(&server->turn_task);
    slack__timer_stop(server->net, &server->slowed.timer);
    server->closed.fn = fn;
    server->closed.user_data = user_data;
    if (server->listener) slack__listen_close(server->listener);
    server->listener = NULL;
    for (slack_link_t *link = server->clients.next; link != &server->clients; link = link->next) {
        client_t *client = SLACK_CONTAINER(link, client_t, link);
        if (client->state != CLIENT_GONE) client_close(client, 0);
    }
    uv_close((uv_handle_t *)&server->sweep, server_sweep_closed);
}
