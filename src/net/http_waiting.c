/* SPDX-License-Identifier: MIT */
#include "net/http_client.h"

/* How many bytes are hashed in a turn of the loop to check the requests that wait, and for a
 * request that does not; and what a request costs besides its body. */
#define TURN_BYTES  ((size_t)256 << 10)
#define SHORT_BYTES ((size_t)64 << 10)
#define HEAD_COST   1024

static void hand_over(slack_http_client_t *client)
{
    slack_http_server_t *server = client->server;
    slack_http_request_t *request = slack__http_parser_take(&client->parser);
    slack__http_client_hold(client, 0);
    request->server = server;
    request->id = ++server->slots.serial << SLACK_HTTP_SLOT_BITS | client->slot;
    request->received_us = client->begun_us;
    client->request_id = request->id;
    client->requests++;
    client->pipelined++;
    client->state = SLACK_HTTP_HANDLING;
    client->deadline_ms = SLACK_HTTP_NEVER;
    server->handler.fn(server, request, server->handler.user_data);
}

static bool is_checked(const slack_http_client_t *client, size_t *budget)
{
    const slack_http_handler_t *handler = &client->server->handler;
    return !handler->check || handler->check(client->parser.request, budget, handler->user_data);
}

static void server_take_turns(slack_task_t *task)
{
    slack_http_server_t *server = SLACK_CONTAINER(task, slack_http_server_t, turn_task);
    slack_turn_t *turn;
    size_t budget = TURN_BYTES;
    while (budget > 0 && (turn = slack__turns_next(&server->turns)) != NULL) {
        slack_http_client_t *client = SLACK_CONTAINER(turn, slack_http_client_t, turn);
        if (!is_checked(client, &budget)) break;
        budget -= budget < HEAD_COST ? budget : HEAD_COST;
        slack__turns_take(&server->turns);
        hand_over(client);
    }
    if (slack__turns_next(&server->turns)) slack__task_post(server->net, task);
}

static void client_queue(slack_http_client_t *client)
{
    slack_http_server_t *server = client->server;
    slack__turns_add(&server->turns, &client->turn);
    slack__task_post(server->net, &server->turn_task);
}

static void server_end_waits(slack_timer_t *timer)
{
    slack_http_server_t *server = SLACK_CONTAINER(timer, slack_http_server_t, slowed.timer);
    slack_link_t *queue = &server->slowed.queue;
    const uint64_t now = slack__http_server_now_ms(server);
    while (!slack__list_empty(queue)) {
        slack_http_client_t *client = SLACK_CONTAINER(queue->next, slack_http_client_t, turn.link);
        if (client->due_ms > now) {
            slack__timer_start(server->net, timer, client->due_ms - now);
            return;
        }
        slack__unlink(&client->turn.link);
        client_queue(client);
    }
}

static void client_wait(slack_http_client_t *client, unsigned wait_ms)
{
    slack_http_slowed_t *slowed = &client->server->slowed;
    slack_link_t *at = &slowed->queue;
    client->due_ms = slack__http_server_now_ms(client->server) + wait_ms;
    while (at->prev != &slowed->queue &&
           SLACK_CONTAINER(at->prev, slack_http_client_t, turn.link)->due_ms > client->due_ms)
        at = at->prev;
    slack__list_push(at, &client->turn.link); /* at the end, or before `at` */
    if (slowed->queue.next == &client->turn.link)
        slack__timer_start(client->server->net, &slowed->timer, wait_ms);
}

void slack__http_client_complete(slack_http_client_t *client)
{
    slack_http_server_t *server = client->server;
    slack_http_request_t *request = client->parser.request;
    const bool known = client->holder.known && !client->holder.many;
    size_t budget = SHORT_BYTES;
    request->peer = slack__arena_strdup(request->arena, slack__conn_peer(client->conn));
    if (!request->peer) {
        slack__http_client_refuse(client, 503, "out of memory");
        return;
    }
    if (known && is_checked(client, &budget)) {
        hand_over(client);
        return;
    }
    client->state = SLACK_HTTP_QUEUED;
    client->deadline_ms = SLACK_HTTP_NEVER;
    client->turn.cost = known ? 0 : request->body_len + HEAD_COST;
    client->turn.address = slack__slice(client->holder.address);
    if (client->holder.many) {
        slack__net_network(slack__trusted_proxies_client(server->trusted, request), client->sender);
        client->turn.address = slack__slice(client->sender);
    }
    const unsigned wait_ms =
        known ? 0
              : slack__offenders_wait_ms(&server->slowed.offenders, client->turn.address,
                                         slack__http_server_now_ms(server));
    if (wait_ms > 0)
        client_wait(client, wait_ms);
    else
        client_queue(client);
}

void slack__http_waiting_init(slack_http_server_t *server)
{
    slack__turns_init(&server->turns);
    slack__link_init(&server->slowed.queue);
    slack__timer_init(&server->slowed.timer, server_end_waits);
    server->turn_task.run = server_take_turns;
    slack__link_init(&server->turn_task.link);
}
