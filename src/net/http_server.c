/* SPDX-License-Identifier: MIT */
#include "net/http_server.h"

#include <string.h>

#include <slack/error.h>

#include "net/http_response.h"
#include "net/http_parser.h"
#include "net/trusted_proxies.h"
#include "net/log_limit.h"
#include "util/alloc.h"
#include "util/buf.h"

/* An id is a serial number, counted over all connections, above the slot of its connection. */
#define SLOT_BITS       16
#define SLOT_MASK       (((uint64_t)1 << SLOT_BITS) - 1)
#define CONNECTIONS_MAX (1u << SLOT_BITS)
#define NO_SLOT         SIZE_MAX
/* What may have been read already when reading is paused. */
#define PENDING_MAX ((size_t)256 << 10)
/* Deadlines are looked at this often: a quarter of the shortest, within these bounds. */
#define SWEEP_MIN_MS 5u
#define SWEEP_MAX_MS 1000u
#define NEVER        UINT64_MAX
/* How long a connection may take to its first byte, and count as one that is about to ask. */
#define FRESH_MS 1000u

enum state {
    WAITING,  /* for the first byte of a request */
    READING,  /* a request */
    HANDLING, /* it is with the handler */
    ENDING,   /* the last answer is written, or the connection is closing */
    GONE      /* upgraded: the connection has another owner, this is freed by its task */
};

typedef struct client {
    slack_http_server_t *server;
    slack_conn_t *conn;
    slack_link_t link; /* in server->clients */
    slack_task_t task; /* goes on with `pending` */
    enum state state;
    size_t slot;           /* NO_SLOT once it has left */
    uint64_t first_serial; /* requests with smaller ones were other connections' */
    uint64_t request_id;   /* while HANDLING */
    uint64_t since_ms;     /* when it began to keep us waiting for a request, and */
    uint64_t deadline_ms;
    size_t held_bytes; /* of a request that is being read, beyond SLACK_HTTP_SMALL_BYTES */
    uint64_t begun_us; /* when the first byte of the request was read */
    unsigned requests;
    unsigned pipelined; /* since the peer has last awaited an answer */
    bool parsing;       /* advance() is on the stack */
    bool eof;           /* the peer has sent all it will ever send */
    bool known;         /* by slack__http_vouch() */
    slack_http_parser_t parser;
    slack_buf_t pending; /* bytes behind the request that is being handled */
    slack_slice_t rest;  /* the same while they are still in the read buffer */
} client_t;

struct slack_http_server {
    slack_net_t *net;
    slack_http_limits_t limits;
    const slack_trusted_proxies_t *trusted;
    slack_http_request_fn fn;
    void *user_data;
    slack_listener_socket_t *listener; /* NULL once closed */
    slack_link_t clients;
    client_t **slots;
    uint16_t *free_slots;
    size_t free_count;
    size_t held_bytes; /* of all clients */
    uint64_t serial;
    uint64_t refused;
    slack_log_limit_t log_limit; /* of lines about refusals */
    uv_timer_t sweep;
    unsigned sweep_ms;
    slack_buf_t out; /* the answer being composed */
    bool leaving;    /* no connection is kept any more */
    bool draining;
    bool closing;
    bool swept; /* the sweep's handle is closed */
    void (*close_fn)(void *user_data);
    void *close_data;
};

static uint64_t now_ms(const slack_http_server_t *server)
{
    return slack__mono_ms(slack__net_clock(server->net));
}

/* --- what the log is told of those who are turned away -----------------------------------------
 */

/* A flood of them must not flood the log. */
static void tell_left_out(slack_http_server_t *server, bool all)
{
    const uint64_t count = slack__log_limit_left_out(&server->log_limit, now_ms(server), all);
    if (count > 0)
        SLACK_LOG(slack__net_log(server->net), WARN, "requests refused", "count=%llu reason=%s",
                  (unsigned long long)count, "more than are told one by one");
}

/* Whether a line about one more of them may be written. */
static bool may_tell(slack_http_server_t *server)
{
    tell_left_out(server, false);
    return slack__log_limit_take(&server->log_limit, now_ms(server));
}

/* --- the end of a connection, and of the server ----------------------------------------------- */

static void end_if_all_gone(slack_http_server_t *server)
{
    if (!server->swept || !slack__list_empty(&server->clients)) return;
    void (*fn)(void *user_data) = server->close_fn;
    void *user_data = server->close_data;
    slack__buf_done(&server->out);
    slack__free(server->slots);
    slack__free(server->free_slots);
    slack__free(server);
    if (fn) fn(user_data);
}

/* Late answers to the slot's requests find nothing any more. */
static void leave_slot(client_t *client)
{
    slack_http_server_t *server = client->server;
    if (client->slot == NO_SLOT) return;
    server->slots[client->slot] = NULL;
    server->free_slots[server->free_count++] = (uint16_t)client->slot;
    client->slot = NO_SLOT;
}

static void set_held(client_t *client, size_t bytes)
{
    client->server->held_bytes += bytes - client->held_bytes;
    client->held_bytes = bytes;
}

static void client_free(client_t *client)
{
    slack_http_server_t *server = client->server;
    slack__task_cancel(&client->task);
    slack__unlink(&client->link);
    set_held(client, 0);
    slack__http_parser_done(&client->parser);
    slack__buf_done(&client->pending);
    slack__free(client);
    end_if_all_gone(server);
}

static void on_closed(slack_conn_t *conn, int status, void *user_data)
{
    client_t *client = user_data;
    slack_http_server_t *server = client->server;
    if (status == SLACK_ETLS && client->requests == 0 && may_tell(server))
        SLACK_LOG(slack__net_log(server->net), WARN, "connection refused", "reason=%s peer=%s",
                  slack__conn_reason(conn), slack__conn_peer(conn));
    leave_slot(client);
    client_free(client);
}

/* Send what was written, then close. */
static void finish(client_t *client)
{
    client->state = ENDING;
    client->deadline_ms = NEVER; /* the connection has one of its own */
    slack__conn_finish(client->conn);
}

static void close_now(client_t *client, int status)
{
    client->state = ENDING;
    client->deadline_ms = NEVER;
    slack__conn_close(client->conn, status);
}

/* --- answers ---------------------------------------------------------------------------------- */

/* SLACK_EINVAL leaves the request unanswered; after any other failure the connection is closing. */
static int write_answer(client_t *client, const slack_http_response_t *answer, bool close)
{
    slack_http_server_t *server = client->server;
    const slack_http_response_context_t context = {
        .head = client->parser.head,
        .http_1_0 = client->parser.http_1_0,
        .close = close,
        .wall_s = slack__wall_ms(slack__net_clock(server->net)) / 1000,
    };
    slack__buf_clear(&server->out);
    int rc = slack__http_response_write(&server->out, answer, &context);
    if (rc == SLACK_EINVAL) return rc;
    if (rc == 0)
        rc = slack__conn_write(client->conn, slack__buf_ptr(&server->out), server->out.len);
    if (rc != 0)
        close_now(client, rc);
    else if (close)
        finish(client);
    return rc;
}

/* Answer what is no request, or none that anybody wants. */
static void refuse(client_t *client, int status, const char *reason)
{
    slack_http_server_t *server = client->server;
    server->refused++;
    if (may_tell(server))
        SLACK_LOG(slack__net_log(server->net), WARN, "request refused",
                  "status=%d reason=%s peer=%s", status, reason, slack__conn_peer(client->conn));
    write_answer(client, &(slack_http_response_t){.status = status}, true);
}

static client_t *find(const slack_http_server_t *server, uint64_t id, int *ret_rc)
{
    const size_t slot = (size_t)(id & SLOT_MASK);
    client_t *client = slot < server->limits.connections ? server->slots[slot] : NULL;
    if (client && client->state == HANDLING && client->request_id == id) return client;
    const bool gone =
        !client || client->state >= ENDING || (id >> SLOT_BITS) < client->first_serial;
    *ret_rc = gone ? SLACK_ECLOSED : SLACK_EINVAL;
    return NULL;
}

/* Whether this answer is the connection's last. */
static bool is_last(const client_t *client)
{
    const slack_http_server_t *server = client->server;
    const unsigned max = server->limits.requests;
    if (!client->parser.keep_alive || client->parser.connect || server->leaving) return true;
    if (max && client->requests >= max) return true;
    if (client->pipelined >= server->limits.pipelined) return true;
    if (slack__conn_queued(client->conn) > 0) return true; /* the answer before was not read yet */
    return client->eof; /* no request waits behind this one: reading would have paused before */
}

static void wait_for_request(client_t *client)
{
    client->state = WAITING;
    client->since_ms = now_ms(client->server);
    client->deadline_ms = client->since_ms + client->server->limits.idle_ms;
    /* A request that waits is not handed over from within the answer to the one before. */
    if (client->pending.len > 0 && !client->parsing)
        slack__task_post(client->server->net, &client->task);
}

int slack__http_respond(slack_http_server_t *server, uint64_t request_id,
                        const slack_http_response_t *answer)
{
    int rc = SLACK_ECLOSED;
    client_t *client = find(server, request_id, &rc);
    if (!client) return rc;
    rc = write_answer(client, answer, answer->close || is_last(client));
    if (rc == 0 && client->state == HANDLING) wait_for_request(client);
    return rc;
}

void slack__http_refuse(const slack_http_request_t *request, int status,
                        const slack_http_header_t *header, const char *reason)
{
    slack_http_server_t *server = request->server;
    server->refused++;
    if (may_tell(server))
        SLACK_LOG(slack__net_log(server->net), WARN, "request refused",
                  "status=%d reason=%s peer=%s path=%s", status, reason, request->peer,
                  request->path.ptr);
    slack__http_respond(server, request->id,
                        &(slack_http_response_t){
                            .status = status, .headers = header, .header_count = header ? 1 : 0});
}

void slack__http_vouch(slack_http_server_t *server, uint64_t request_id)
{
    int rc;
    client_t *client = find(server, request_id, &rc);
    if (client) client->known = true;
}

/* --- requests --------------------------------------------------------------------------------- */

static void hand_over(client_t *client)
{
    slack_http_server_t *server = client->server;
    const char *peer =
        slack__arena_strdup(client->parser.request->arena, slack__conn_peer(client->conn));
    if (!peer) {
        refuse(client, 503, "out of memory");
        return;
    }
    slack_http_request_t *request = slack__http_parser_take(&client->parser);
    set_held(client, 0);
    request->server = server;
    request->id = ++server->serial << SLOT_BITS | client->slot;
    request->peer = peer;
    request->received_us = client->begun_us;
    client->request_id = request->id;
    client->requests++;
    client->pipelined++;
    client->state = HANDLING;
    client->deadline_ms = NEVER;
    server->fn(server, request, server->user_data);
}

/* Past what all requests may hold that are being read, the large ones have to wait. */
static bool takes_too_much(client_t *client)
{
    const slack_http_request_t *request = client->parser.request;
    const size_t size = request ? slack__arena_size(request->arena) : 0;
    set_held(client, size > SLACK_HTTP_SMALL_BYTES ? size - SLACK_HTTP_SMALL_BYTES : 0);
    return client->held_bytes > 0 &&
           client->server->held_bytes > client->server->limits.memory_bytes;
}

/* One step of the parser, and what follows from it. Returns how many bytes it used. */
static size_t step(client_t *client, const char *data, size_t len)
{
    slack_http_server_t *server = client->server;
    const bool in_body = client->parser.phase == SLACK_HTTP_BODY;
    size_t used;
    if (client->state == WAITING) {
        client->state = READING;
        client->begun_us = slack__mono_us(slack__net_clock(server->net));
        client->deadline_ms = client->begun_us / 1000 + server->limits.header_ms;
    }
    enum slack_http_parse_result next = slack__http_parser_feed(&client->parser, data, len, &used);
    if (!in_body && client->parser.phase == SLACK_HTTP_BODY)
        client->deadline_ms = now_ms(server) + server->limits.body_ms;
    if (next != SLACK_HTTP_REFUSE && takes_too_much(client)) {
        refuse(client, 503, "too much is being received");
        return used;
    }

    switch (next) {
    case SLACK_HTTP_MORE: break;
    case SLACK_HTTP_CONTINUE: {
        static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
        int rc = slack__conn_write(client->conn, go_on, sizeof go_on - 1);
        if (rc != 0) close_now(client, rc);
        break;
    }
    case SLACK_HTTP_REQUEST:
        client->rest = (slack_slice_t){data + used, len - used};
        hand_over(client);
        client->rest = (slack_slice_t){NULL, 0};
        break;
    case SLACK_HTTP_REFUSE: refuse(client, client->parser.refuse, client->parser.reason); break;
    }
    return used;
}

/* Parse until a request was handed over, or the bytes are used up. Returns how many were. One
 * request in a turn of the loop: whoever sends many at once takes no more of it than others. */
static size_t advance(client_t *client, const char *data, size_t len)
{
    size_t used = 0;
    const unsigned requests = client->requests;
    client->parsing = true;
    while (used < len && client->state <= READING && client->requests == requests)
        used += step(client, data + used, len - used);
    client->parsing = false;
    return used;
}

/* Where no more will come, whatever is not a whole request yet never will be. */
static void check_eof(client_t *client)
{
    if (client->eof && client->state <= READING) finish(client);
}

static void on_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
    client_t *client = user_data;
    if (client->state == WAITING) client->pipelined = 0;
    size_t used = client->pending.len == 0 ? advance(client, data, len) : 0;
    if (used == len || client->state >= ENDING) return;

    /* A pipelined request: it waits here, and what is behind it in the kernel. */
    slack__conn_pause(conn, true);
    int rc = slack__buf_append(&client->pending, data + used, len - used);
    if (rc != 0)
        close_now(client, rc);
    else if (client->state == WAITING) /* the request before it was answered meanwhile */
        slack__task_post(client->server->net, &client->task);
}

static void on_eof(slack_conn_t *conn, void *user_data)
{
    client_t *client = user_data;
    client->eof = true;
    check_eof(client);
}

static void run_task(slack_task_t *task)
{
    client_t *client = SLACK_CONTAINER(task, client_t, task);
    if (client->state == GONE) {
        client_free(client);
        return;
    }
    slack__buf_consume(&client->pending,
                       advance(client, slack__buf_ptr(&client->pending), client->pending.len));
    if (client->state == GONE) return; /* freed by the task that was posted then */
    if (client->pending.len > 0 && client->state == WAITING)
        slack__task_post(client->server->net, &client->task);
    if (client->pending.len == 0 && client->state < ENDING) {
        slack__buf_done(&client->pending);
        slack__conn_pause(client->conn, false);
    }
    check_eof(client);
}

int slack__http_upgrade(slack_http_server_t *server, uint64_t request_id, slack_conn_t **ret_conn,
                        slack_slice_t *ret_rest)
{
    int rc = SLACK_ECLOSED;
    client_t *client = find(server, request_id, &rc);
    if (!client) return rc;
    *ret_conn = client->conn;
    *ret_rest = client->rest;
    if (!client->parsing)
        *ret_rest = (slack_slice_t){slack__buf_ptr(&client->pending), client->pending.len};
    leave_slot(client);
    client->state = GONE;
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
    client->task.run = run_task;
    slack__link_init(&client->task.link);
    slack__link_init(&client->link);
    slack__buf_init(&client->pending, PENDING_MAX);
    return client;
}

/* Whether `a` has to go before `b` does, where somebody has to: strangers first, and of each kind
 * who has kept us waiting longest for a request. */
static bool goes_before(const client_t *a, const client_t *b)
{
    return a->known != b->known ? b->known : a->since_ms < b->since_ms;
}

/* The client among those of `peer` (NULL: of all) that has to go first, and how many of them there
 * are. */
static client_t *first_to_go(const slack_http_server_t *server, const char *peer,
                             unsigned *ret_count)
{
    client_t *found = NULL;
    *ret_count = 0;
    for (slack_link_t *link = server->clients.next; link != &server->clients; link = link->next) {
        client_t *client = SLACK_CONTAINER(link, client_t, link);
        if (client->slot == NO_SLOT) continue;
        if (peer && strcmp(slack__conn_peer(client->conn), peer) != 0) continue;
        ++*ret_count;
        if (client->state != HANDLING && (!found || goes_before(client, found))) found = client;
    }
    return found;
}

/* Have one of at most `max` places for a new connection, be it for another's that waits. */
static bool make_room(slack_http_server_t *server, const char *peer, unsigned max)
{
    unsigned count;
    client_t *client = first_to_go(server, peer, &count);
    if (count < max) return true;
    if (!client) return false;
    leave_slot(client);
    close_now(client, SLACK_EBUSY);
    return true;
}

static bool has_room(slack_http_server_t *server, const slack_conn_t *conn)
{
    const char *peer = slack__conn_peer(conn);
    const bool trusted =
        server->trusted && slack__trusted_proxies_match(server->trusted, slack__slice(peer));
    if (!trusted && !make_room(server, peer, server->limits.connections_per_peer)) return false;
    return server->free_count > 0 || make_room(server, NULL, server->limits.connections);
}

static void on_sweep(uv_timer_t *timer);

static void on_accept(slack_conn_t *conn, void *user_data)
{
    static const slack_conn_events_t events = {
        .data = on_data,
        .eof = on_eof,
        .closed = on_closed,
    };
    slack_http_server_t *server = user_data;
    client_t *client = has_room(server, conn) ? client_new(server) : NULL;
    if (!client) {
        if (may_tell(server))
            SLACK_LOG(slack__net_log(server->net), WARN, "connection refused",
                      "reason=%s connections=%u peer=%s", "too many",
                      slack__http_server_connections(server), slack__conn_peer(conn));
        slack__conn_close(conn, SLACK_EBUSY);
        return;
    }
    client->conn = conn;
    client->slot = server->free_slots[--server->free_count];
    client->first_serial = server->serial + 1;
    client->since_ms = now_ms(server);
    client->deadline_ms = client->since_ms + server->limits.first_byte_ms;
    server->slots[client->slot] = client;
    if (!uv_is_active((const uv_handle_t *)&server->sweep))
        uv_timer_start(&server->sweep, on_sweep, server->sweep_ms, server->sweep_ms);
    slack__list_push(&server->clients, &client->link);
    slack__conn_set_events(conn, &events, client);
}

/* A peer of which not one byte came is not answered. */
static void expire(client_t *client)
{
    if (client->state == READING)
        refuse(client, 408, "the request takes too long");
    else
        finish(client);
}

static void on_sweep(uv_timer_t *timer)
{
    slack_http_server_t *server = timer->data;
    const uint64_t now = now_ms(server);
    slack_link_t *next;
    for (slack_link_t *link = server->clients.next; link != &server->clients; link = next) {
        next = link->next;
        client_t *client = SLACK_CONTAINER(link, client_t, link);
        if (now >= client->deadline_ms) expire(client);
    }
    tell_left_out(server, false);
    if (slack__list_empty(&server->clients) && server->log_limit.left_out == 0)
        uv_timer_stop(&server->sweep);
}

/* --- the server ------------------------------------------------------------------------------- */

static unsigned sweep_interval(const slack_http_limits_t *limits)
{
    unsigned shortest = limits->header_ms;
    if (limits->first_byte_ms < shortest) shortest = limits->first_byte_ms;
    if (limits->body_ms < shortest) shortest = limits->body_ms;
    if (limits->idle_ms < shortest) shortest = limits->idle_ms;
    unsigned interval = shortest / 4;
    if (interval < SWEEP_MIN_MS) return SWEEP_MIN_MS;
    return interval < SWEEP_MAX_MS ? interval : SWEEP_MAX_MS;
}

static unsigned or_default(unsigned set, unsigned preset)
{
    return set ? set : preset;
}

slack_http_limits_t slack__http_limits(const slack_http_limits_t *set)
{
    const slack_http_limits_t none = {0};
    const slack_http_limits_t *s = set ? set : &none;
    return (slack_http_limits_t){
        .connections = or_default(s->connections, SLACK_HTTP_CONNECTIONS_DEFAULT),
        .connections_per_peer =
            or_default(s->connections_per_peer, SLACK_HTTP_CONNECTIONS_PER_PEER_DEFAULT),
        .target_bytes = or_default(s->target_bytes, SLACK_HTTP_TARGET_BYTES_DEFAULT),
        .header_bytes = or_default(s->header_bytes, SLACK_HTTP_HEADER_BYTES_DEFAULT),
        .header_count = or_default(s->header_count, SLACK_HTTP_HEADER_COUNT_DEFAULT),
        .body_bytes = or_default(s->body_bytes, SLACK_HTTP_BODY_BYTES_DEFAULT),
        .memory_bytes = or_default(s->memory_bytes, SLACK_HTTP_MEMORY_BYTES_DEFAULT),
        .first_byte_ms = or_default(s->first_byte_ms, SLACK_HTTP_FIRST_BYTE_MS_DEFAULT),
        .header_ms = or_default(s->header_ms, SLACK_HTTP_HEADER_MS_DEFAULT),
        .body_ms = or_default(s->body_ms, SLACK_HTTP_BODY_MS_DEFAULT),
        .idle_ms = or_default(s->idle_ms, SLACK_HTTP_IDLE_MS_DEFAULT),
        .pipelined = or_default(s->pipelined, SLACK_HTTP_PIPELINED_DEFAULT),
        .requests = s->requests,
    };
}

static slack_http_server_t *server_new(slack_net_t *net, const slack_http_limits_t *limits)
{
    slack_http_server_t *server = slack__calloc(1, sizeof *server);
    if (!server) return NULL;
    server->slots = slack__calloc(limits->connections, sizeof *server->slots);
    server->free_slots = slack__calloc(limits->connections, sizeof *server->free_slots);
    if (!server->slots || !server->free_slots) {
        slack__free(server->slots);
        slack__free(server->free_slots);
        slack__free(server);
        return NULL;
    }
    server->net = net;
    server->limits = *limits;
    server->sweep_ms = sweep_interval(limits);
    /* The lowest slot on top. */
    while (server->free_count < limits->connections) {
        server->free_slots[server->free_count] =
            (uint16_t)(limits->connections - 1 - server->free_count);
        server->free_count++;
    }
    slack__link_init(&server->clients);
    return server;
}

static void on_sweep_closed(uv_handle_t *handle)
{
    slack_http_server_t *server = handle->data;
    server->swept = true;
    end_if_all_gone(server);
}

int slack__http_server_open(slack_http_server_t **ret, slack_net_t *net,
                            const slack_http_server_options_t *options, int *ret_uv_error)
{
    const slack_http_limits_t limits = slack__http_limits(options->limits);
    if (!options->fn || limits.connections > CONNECTIONS_MAX) return SLACK_EINVAL;
    slack_http_server_t *server = server_new(net, &limits);
    if (!server) return SLACK_ENOMEM;
    server->trusted = options->trusted;
    server->fn = options->fn;
    server->user_data = options->user_data;
    slack__buf_init(&server->out, options->listen.write_max);
    uv_timer_init(slack__net_loop(net), &server->sweep);
    server->sweep.data = server;

    int rc =
        slack__listen(&server->listener, net, &options->listen, on_accept, server, ret_uv_error);
    if (rc != 0) {
        slack__http_server_close(server, NULL, NULL);
        return rc;
    }
    *ret = server;
    return 0;
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
    return server->limits.connections - (unsigned)server->free_count;
}

static bool is_fresh(const client_t *client)
{
    return client->state == WAITING && client->requests == 0 &&
           now_ms(client->server) < client->since_ms + FRESH_MS;
}

unsigned slack__http_server_under_way(const slack_http_server_t *server)
{
    unsigned count = 0;
    for (slack_link_t *link = server->clients.next; link != &server->clients; link = link->next) {
        const client_t *client = SLACK_CONTAINER(link, client_t, link);
        if (client->state == GONE) continue;
        count += client->state == READING || client->state == HANDLING ||
                 (client->state == WAITING && client->pending.len > 0) || is_fresh(client) ||
                 slack__conn_queued(client->conn) > 0;
    }
    return count;
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
        /* One that has said nothing yet may be about to: its request is not to be lost. */
        if (client->state == WAITING && client->pending.len == 0 && client->requests > 0)
            finish(client);
    }
}

void slack__http_server_close(slack_http_server_t *server, void (*fn)(void *user_data),
                              void *user_data)
{
    if (!server || server->closing) return;
    server->closing = true;
    tell_left_out(server, true);
    server->close_fn = fn;
    server->close_data = user_data;
    if (server->listener) slack__listen_close(server->listener);
    server->listener = NULL;
    for (slack_link_t *link = server->clients.next; link != &server->clients; link = link->next) {
        client_t *client = SLACK_CONTAINER(link, client_t, link);
        if (client->state != GONE) close_now(client, 0);
    }
    uv_close((uv_handle_t *)&server->sweep, on_sweep_closed);
}
