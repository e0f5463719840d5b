/* SPDX-License-Identifier: MIT */
#include "net/http_client.h"

#include <slack/error.h>

#include "util/alloc.h"

/* Bytes that may have been read when reading is paused. */
#define UNREAD_MAX ((size_t)256 << 10)

/* In a drain strangers have less time. */
static unsigned client_time_ms(const slack_http_client_t *client, unsigned limit_ms)
{
    const bool hurry = client->server->draining && !client->holder.known;
    return hurry && limit_ms > SLACK_HTTP_FRESH_MS ? SLACK_HTTP_FRESH_MS : limit_ms;
}

/* Feed the parser once and act on the result. Returns how many bytes were used. */
static size_t client_feed(slack_http_client_t *client, const char *data, size_t len)
{
    slack_http_server_t *server = client->server;
    const bool in_body = client->parser.phase == SLACK_HTTP_BODY;
    size_t used;
    if (client->state == SLACK_HTTP_WAITING) {
        client->state = SLACK_HTTP_READING;
        client->begun_us = slack__mono_us(slack__net_clock(server->net));
        client->deadline_ms =
            client->begun_us / 1000 + client_time_ms(client, server->limits.header_ms);
    }
    enum slack_http_parse_result parsed =
        slack__http_parser_feed(&client->parser, data, len, &used);
    if (!in_body && client->parser.phase == SLACK_HTTP_BODY) {
        client->deadline_ms =
            slack__http_server_now_ms(server) + client_time_ms(client, server->limits.body_ms);
        const char *why =
            parsed == SLACK_HTTP_REFUSE || server->handler.head == NULL
                ? NULL
                : server->handler.head(client->parser.request, server->handler.user_data);
        if (why) {
            slack__http_client_refuse(client, 401, why);
            return used;
        }
    }

    /* Large requests are refused while all that are being read take too much memory. */
    const slack_http_request_t *request = client->parser.request;
    const size_t size = request ? slack__arena_size(request->arena) : 0;
    slack__http_client_hold(client,
                            size > SLACK_HTTP_SMALL_BYTES ? size - SLACK_HTTP_SMALL_BYTES : 0);
    slack_http_holder_t *excess;
    while (parsed != SLACK_HTTP_REFUSE &&
           (excess = slack__http_memory_excess(&server->memory, &client->holder)) != NULL)
        slack__http_client_refuse(SLACK_CONTAINER(excess, slack_http_client_t, holder), 503,
                                  "too much is being received");
    if (client->state >= SLACK_HTTP_ENDING) return used;

    switch (parsed) {
    case SLACK_HTTP_MORE: break;
    case SLACK_HTTP_CONTINUE: {
        static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
        int rc = slack__conn_write(client->conn, go_on, sizeof go_on - 1);
        if (rc != 0) slack__http_client_close(client, rc);
        break;
    }
    case SLACK_HTTP_REQUEST:
        client->rest = (slack_slice_t){data + used, len - used};
        slack__http_client_complete(client);
        client->rest = (slack_slice_t){NULL, 0};
        break;
    case SLACK_HTTP_REFUSE:
        slack__http_client_refuse(client, client->parser.refuse, client->parser.reason);
        break;
    }
    return used;
}

/* Parse until a request is handed over or the bytes are used up; returns how many were used. A
 * client hands over one request in a turn of the loop, so that one that sends many leaves time to
 * others. */
static size_t client_parse(slack_http_client_t *client, const char *data, size_t len)
{
    size_t used = 0;
    const unsigned requests = client->requests;
    client->parsing = true;
    while (used < len && client->state <= SLACK_HTTP_READING && client->requests == requests)
        used += client_feed(client, data + used, len - used);
    client->parsing = false;
    return used;
}

/* After the eof an incomplete request stays incomplete. */
static void client_check_eof(slack_http_client_t *client)
{
    if (client->eof && client->state <= SLACK_HTTP_READING) slack__http_client_finish(client);
}

static void client_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
    slack_http_client_t *client = user_data;
    if (client->state == SLACK_HTTP_WAITING) client->pipelined = 0;
    size_t used = client->unread.len == 0 ? client_parse(client, data, len) : 0;
    if (used == len || client->state >= SLACK_HTTP_ENDING) return;

    /* A pipelined request: it waits here, and further bytes wait in the kernel. */
    slack__conn_pause(conn, true);
    int rc = slack__buf_append(&client->unread, data + used, len - used);
    if (rc != 0)
        slack__http_client_close(client, rc);
    else if (client->state ==
             SLACK_HTTP_WAITING) /* the request before it has its response already */
        slack__task_post(client->server->net, &client->task);
}

static void client_got_eof(slack_conn_t *conn, void *user_data)
{
    slack_http_client_t *client = user_data;
    client->eof = true;
    client_check_eof(client);
}

static void client_run_task(slack_task_t *task)
{
    slack_http_client_t *client = SLACK_CONTAINER(task, slack_http_client_t, task);
    if (client->state == SLACK_HTTP_GONE) {
        slack__http_client_free(client);
        return;
    }
    slack__buf_consume(&client->unread,
                       client_parse(client, slack__buf_ptr(&client->unread), client->unread.len));
    if (client->state == SLACK_HTTP_GONE) return; /* the upgrade has posted this task again */
    if (client->unread.len > 0 && client->state == SLACK_HTTP_WAITING)
        slack__task_post(client->server->net, &client->task);
    if (client->unread.len == 0 && client->state < SLACK_HTTP_ENDING) {
        slack__buf_done(&client->unread);
        slack__conn_pause(client->conn, false);
    }
    client_check_eof(client);
}

static void client_closed(slack_conn_t *conn, int status, void *user_data)
{
    slack_http_client_t *client = user_data;
    slack_http_server_t *server = client->server;
    const bool refused = status == SLACK_ETLS || status == SLACK_EBUSY;
    if (refused && client->requests == 0 && *slack__conn_reason(conn))
        SLACK_LOG(slack__net_log(server->net), WARN, "connection refused", "reason=%s peer=%s",
                  slack__conn_reason(conn), slack__conn_peer(conn));
    slack__http_client_leave_slot(client);
    slack__http_client_free(client);
}

slack_http_client_t *slack__http_client_new(slack_http_server_t *server)
{
    slack_http_client_t *client = slack__calloc(1, sizeof *client);
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

void slack__http_client_read(slack_http_client_t *client, slack_conn_t *conn)
{
    static const slack_conn_events_t events = {
        .data = client_data,
        .eof = client_got_eof,
        .closed = client_closed,
    };
    client->conn = conn;
    slack__conn_set_events(conn, &events, client);
}
