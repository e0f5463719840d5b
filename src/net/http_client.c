/* SPDX-License-Identifier: MIT */
#include "net/http_client.h"

#include <slack/error.h>

#include "net/http_response.h"
#include "util/alloc.h"

/* --- the end of a client ---------------------------------------------------------------------- */

void slack__http_server_free_unused(slack_http_server_t *server)
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

void slack__http_client_leave_slot(slack_http_client_t *client)
{
    slack_http_server_t *server = client->server;
    if (client->slot == SLACK_HTTP_NO_SLOT) return;
    server->slots.clients[client->slot] = NULL;
    server->slots.free[server->slots.free_count++] = (uint16_t)client->slot;
    client->slot = SLACK_HTTP_NO_SLOT;
}

void slack__http_client_hold(slack_http_client_t *client, size_t bytes)
{
    slack__http_memory_hold(&client->server->memory, &client->holder, bytes);
}

void slack__http_client_free(slack_http_client_t *client)
{
    slack_http_server_t *server = client->server;
    slack__task_cancel(&client->task);
    slack__unlink(&client->link);
    slack__unlink(&client->turn.link);
    slack__http_client_hold(client, 0);
    slack__http_parser_done(&client->parser);
    slack__buf_done(&client->unread);
    slack__free(client);
    slack__http_server_free_unused(server);
}

void slack__http_client_finish(slack_http_client_t *client)
{
    slack__unlink(&client->turn.link);
    client->state = SLACK_HTTP_ENDING;
    client->deadline_ms = SLACK_HTTP_NEVER; /* slack__conn_finish() has a deadline of its own */
    slack__conn_finish(client->conn);
}

void slack__http_client_close(slack_http_client_t *client, int status)
{
    slack__unlink(&client->turn.link);
    client->state = SLACK_HTTP_ENDING;
    client->deadline_ms = SLACK_HTTP_NEVER;
    slack__conn_close(client->conn, status);
}

/* --- responses -------------------------------------------------------------------------------- */

/* After SLACK_EINVAL nothing was sent; after any other failure the connection is closing. */
static int client_respond(slack_http_client_t *client, const slack_http_response_t *response,
                          bool close)
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
        slack__http_client_close(client, rc);
    else if (close)
        slack__http_client_finish(client);
    return rc;
}

void slack__http_client_refuse(slack_http_client_t *client, int status, const char *reason)
{
    slack_http_server_t *server = client->server;
    server->refused++;
    slack__http_parser_done(&client->parser);
    slack__http_client_hold(client, 0);
    SLACK_LOG(slack__net_log(server->net), WARN, "request refused", "status=%d reason=%s peer=%s",
              status, reason, slack__conn_peer(client->conn));
    client_respond(client, &(slack_http_response_t){.status = status}, true);
}

static slack_http_client_t *client_find(const slack_http_server_t *server, uint64_t id, int *ret_rc)
{
    const size_t slot = (size_t)(id & SLACK_HTTP_SLOT_MASK);
    slack_http_client_t *client =
        slot < server->limits.connections ? server->slots.clients[slot] : NULL;
    if (client && client->state == SLACK_HTTP_HANDLING && client->request_id == id) return client;
    const bool gone = !client || client->state >= SLACK_HTTP_ENDING ||
                      (id >> SLACK_HTTP_SLOT_BITS) < client->first_serial;
    *ret_rc = gone ? SLACK_ECLOSED : SLACK_EINVAL;
    return NULL;
}

/* Whether the next response is the last one of the connection. */
static bool is_last(const slack_http_client_t *client)
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
    slack_http_client_t *client = client_find(server, request_id, &rc);
    if (!client) return rc;
    rc = client_respond(client, response, response->close || is_last(client));
    if (rc != 0 || client->state != SLACK_HTTP_HANDLING) return rc;
    client->state = SLACK_HTTP_WAITING;
    client->since_ms = slack__http_server_now_ms(server);
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
                              slack__http_server_now_ms(server));
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
    slack_http_client_t *client = client_find(server, request_id, &rc);
    if (!client || client->holder.known) return;
    client->holder.known = true;
    slack__handshakes_remember(&server->handshakes, slack__conn_network(client->conn));
}

int slack__http_upgrade(slack_http_server_t *server, uint64_t request_id, slack_conn_t **ret_conn,
                        slack_slice_t *ret_rest)
{
    int rc = SLACK_ECLOSED;
    slack_http_client_t *client = client_find(server, request_id, &rc);
    if (!client) return rc;
    *ret_conn = client->conn;
    *ret_rest = client->rest;
    if (!client->parsing)
        *ret_rest = (slack_slice_t){slack__buf_ptr(&client->unread), client->unread.len};
    slack__http_client_leave_slot(client);
    client->state = SLACK_HTTP_GONE;
    client->deadline_ms = SLACK_HTTP_NEVER;
    slack__conn_pause(client->conn, false);
    slack__task_post(server->net, &client->task);
    return 0;
}
