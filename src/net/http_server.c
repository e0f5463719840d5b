/* SPDX-License-Identifier: MIT */
#include "net/http_server.h"

#include <string.h>

#include <slack/error.h>

#include "net/descriptors.h"
#include "net/http_client.h"
#include "net/http_limits.h"
#include "util/alloc.h"

/* How often deadlines are checked: a quarter of the shortest, within these limits. */
#define SWEEP_MIN_MS 5u
#define SWEEP_MAX_MS 1000u

/* --- connections ------------------------------------------------------------------------------ */

static int client_rank(const slack_http_client_t *client)
{
    return 2 * client->holder.known + client->familiar;
}

/* Find the client to close first among the clients of a network (NULL: all), and count them.
 * Strangers are closed before known peers, those of familiar networks after the others, and among
 * equals the client that has waited longest for a request. */
static slack_http_client_t *first_to_close(const slack_http_server_t *server, const char *network,
                                           unsigned *ret_count)
{
    slack_http_client_t *found = NULL;
    *ret_count = 0;
    for (slack_link_t *link = server->clients.next; link != &server->clients; link = link->next) {
        slack_http_client_t *client = SLACK_CONTAINER(link, slack_http_client_t, link);
        if (client->slot == SLACK_HTTP_NO_SLOT) continue;
        if (network && strcmp(slack__conn_network(client->conn), network) != 0) continue;
        ++*ret_count;
        if (client->state == SLACK_HTTP_HANDLING) continue;
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
    slack_http_client_t *client = first_to_close(server, network, &count);
    if (count < max) return true;
    if (!client) return false;
    slack__http_client_leave_slot(client);
    slack__http_client_close(client, SLACK_EBUSY);
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
        slack_http_client_t *client = first_to_close(server, NULL, &count);
        if (!client || client->holder.known) break;
        slack__http_client_leave_slot(client);
        slack__http_client_close(client, SLACK_EBUSY);
        closed++;
    }
    if (closed > 0)
        SLACK_LOG(slack__net_log(server->net), WARN, "connections closed: descriptors are out",
                  "closed=%u connections=%u hint=%s", closed,
                  slack__http_server_connections(server), "raise the limit of open files");
    return closed > 0;
}

static void server_sweep(uv_timer_t *timer)
{
    slack_http_server_t *server = timer->data;
    const uint64_t now = slack__http_server_now_ms(server);
    slack_link_t *next;
    for (slack_link_t *link = server->clients.next; link != &server->clients; link = next) {
        next = link->next;
        slack_http_client_t *client = SLACK_CONTAINER(link, slack_http_client_t, link);
        if (now < client->deadline_ms) continue;
        if (client->state == SLACK_HTTP_READING)
            slack__http_client_refuse(client, 408, "the request takes too long");
        else
            slack__http_client_finish(client);
    }
    if (slack__list_empty(&server->clients)) uv_timer_stop(&server->sweep);
}

static void server_accepted(slack_conn_t *conn, void *user_data)
{
    slack_http_server_t *server = user_data;
    const char *peer = slack__conn_peer(conn), *network = slack__conn_network(conn);
    const bool trusted =
        server->trusted && slack__trusted_proxies_match(server->trusted, slack__slice(peer));
    const bool room =
        (trusted || server_make_room(server, network, server->limits.connections_per_peer)) &&
        (server->slots.free_count > 0 ||
         server_make_room(server, NULL, server->limits.connections));
    slack_http_client_t *client = room ? slack__http_client_new(server) : NULL;
    if (!client) {
        SLACK_LOG(slack__net_log(server->net), WARN, "connection refused",
                  "reason=%s connections=%u peer=%s", "too many",
                  slack__http_server_connections(server), peer);
        slack__conn_close(conn, SLACK_EBUSY);
        return;
    }
    client->holder.address = network;
    client->holder.many = trusted;
    client->familiar = slack__handshakes_know(&server->handshakes, slack__slice(network));
    client->slot = server->slots.free[--server->slots.free_count];
    client->first_serial = server->slots.serial + 1;
    client->since_ms = slack__http_server_now_ms(server);
    client->deadline_ms = client->since_ms + server->limits.first_byte_ms;
    server->slots.clients[client->slot] = client;
    if (!uv_is_active((const uv_handle_t *)&server->sweep))
        uv_timer_start(&server->sweep, server_sweep, server->sweep_ms, server->sweep_ms);
    slack__list_push(&server->clients, &client->link);
    slack__http_client_read(client, conn);
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
    slack__http_waiting_init(server);
    slack__handshakes_init(&server->handshakes, net, (limits->connections + 1) / 2);
    return server;
}

static void server_sweep_closed(uv_handle_t *handle)
{
    slack_http_server_t *server = handle->data;
    server->swept = true;
    slack__http_server_free_unused(server);
}

int slack__http_server_open(slack_http_server_t **ret, slack_net_t *net,
                            const slack_http_server_options_t *options, int *ret_uv_error)
{
    slack_http_limits_t limits = slack__http_limits(options->limits);
    if (!options->fn || limits.connections > SLACK_HTTP_CONNECTIONS_MAX) return SLACK_EINVAL;
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

static bool is_under_way(const slack_http_client_t *client)
{
    const uint64_t now_ms = slack__http_server_now_ms(client->server);
    switch (client->state) {
    case SLACK_HTTP_READING: return client->holder.known || now_ms < client->deadline_ms;
    case SLACK_HTTP_QUEUED:
    case SLACK_HTTP_HANDLING: return true;
    case SLACK_HTTP_WAITING:
        if (client->unread.len > 0) return true;
        if (client->requests == 0 && now_ms < client->since_ms + SLACK_HTTP_FRESH_MS) return true;
        break;
    case SLACK_HTTP_ENDING: break;
    case SLACK_HTTP_GONE: return false;
    }
    return slack__conn_queued(client->conn) > 0;
}

unsigned slack__http_server_under_way(const slack_http_server_t *server)
{
    unsigned count = 0;
    for (slack_link_t *link = server->clients.next; link != &server->clients; link = link->next)
        count += is_under_way(SLACK_CONTAINER(link, slack_http_client_t, link));
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
        slack_http_client_t *client = SLACK_CONTAINER(link, slack_http_client_t, link);
        /* A client without a request so far may be about to send one. */
        if (client->state == SLACK_HTTP_WAITING && client->unread.len == 0 && client->requests > 0)
            slack__http_client_finish(client);
        const uint64_t end_ms = slack__http_server_now_ms(server) + SLACK_HTTP_FRESH_MS;
        if (client->state == SLACK_HTTP_READING && !client->holder.known &&
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
        slack_http_client_t *client = SLACK_CONTAINER(link, slack_http_client_t, link);
        if (client->state != SLACK_HTTP_GONE) slack__http_client_close(client, 0);
    }
    uv_close((uv_handle_t *)&server->sweep, server_sweep_closed);
}
