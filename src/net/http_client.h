/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_CLIENT_H
#define SLACK_NET_HTTP_CLIENT_H

#include "net/handshakes.h"
#include "net/http_memory.h"
#include "net/http_parser.h"
#include "net/http_server.h"
#include "net/offenders.h"
#include "net/trusted_proxies.h"
#include "net/turns.h"
#include "util/buf.h"

/*
 * The state of an HTTP server and of its clients, each of which is a connection. Four files share
 * it: http_server.c accepts and closes connections, http_reading.c parses what they send,
 * http_waiting.c decides when a complete request is handed over, and http_client.c responds and
 * ends a client. Each of them calls only those behind it.
 */

/* A request's id: a serial number over all connections, and below it the slot of its connection. */
#define SLACK_HTTP_SLOT_BITS       16
#define SLACK_HTTP_SLOT_MASK       (((uint64_t)1 << SLACK_HTTP_SLOT_BITS) - 1)
#define SLACK_HTTP_CONNECTIONS_MAX (1u << SLACK_HTTP_SLOT_BITS)
#define SLACK_HTTP_NO_SLOT         SIZE_MAX
#define SLACK_HTTP_NEVER           UINT64_MAX
/* How long a drain waits for a connection that is about to send its first request, and for the rest
 * of a stranger's request. */
#define SLACK_HTTP_FRESH_MS 1000u

enum slack_http_client_state {
    SLACK_HTTP_WAITING,  /* for the first byte of a request */
    SLACK_HTTP_READING,  /* a request */
    SLACK_HTTP_QUEUED,   /* the request is complete and waits for its turn */
    SLACK_HTTP_HANDLING, /* the handler has the request */
    SLACK_HTTP_ENDING,   /* the last response is written, or the connection is closing */
    SLACK_HTTP_GONE      /* upgraded: the connection left the server; the task frees the client */
};

typedef struct slack_http_client {
    slack_http_server_t *server;
    slack_conn_t *conn;
    slack_link_t link; /* in server->clients */
    slack_task_t task; /* parses `unread` */
    enum slack_http_client_state state;
    size_t slot;           /* SLACK_HTTP_NO_SLOT once it has left */
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
} slack_http_client_t;

/* Takes the requests. */
typedef struct slack_http_handler {
    slack_http_request_fn fn;
    slack_http_head_fn head;   /* NULL: heads are not checked */
    slack_http_check_fn check; /* NULL: nor are requests */
    void *user_data;
} slack_http_handler_t;

/* Find the client of a request by the request's id, which is made of a slot and a serial number. */
typedef struct slack_http_slots {
    slack_http_client_t **clients;
    uint16_t *free;
    size_t free_count;
    uint64_t serial; /* of the last request */
} slack_http_slots_t;

/* The requests of addresses that have sent wrong signatures, until they may wait for their turn. */
typedef struct slack_http_slowed {
    slack_offenders_t offenders;
    slack_link_t queue; /* links client->turn.link, by due_ms */
    slack_timer_t timer;
} slack_http_slowed_t;

struct slack_http_server {
    slack_net_t *net;
    slack_http_limits_t limits;
    const slack_trusted_proxies_t *trusted;
    slack_http_handler_t handler;
    slack_listener_socket_t *listener; /* NULL once closed */
    slack_link_t clients;
    slack_http_slots_t slots;
    slack_http_memory_t memory; /* of all clients */
    slack_turns_t turns;
    slack_http_slowed_t slowed;
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

static inline uint64_t slack__http_server_now_ms(const slack_http_server_t *server)
{
    return slack__mono_ms(slack__net_clock(server->net));
}

/* http_client.c */

/* Late responses to the slot's requests get SLACK_ECLOSED from now on. */
void slack__http_client_leave_slot(slack_http_client_t *client);
/* Count the memory of the client's request. */
void slack__http_client_hold(slack_http_client_t *client, size_t bytes);
/* Send what was written, then close. */
void slack__http_client_finish(slack_http_client_t *client);
void slack__http_client_close(slack_http_client_t *client, int status);
/* Refuse what is not a valid request, or has no room, free it, and close. */
void slack__http_client_refuse(slack_http_client_t *client, int status, const char *reason);
void slack__http_client_free(slack_http_client_t *client);
/* Free a server that is closed and has no clients. */
void slack__http_server_free_unused(slack_http_server_t *server);

/* http_waiting.c */

void slack__http_waiting_init(slack_http_server_t *server);
/* The client's request is complete. Requests of known peers are handed over at once if their check
 * is short, others in their turn. Strangers may share the connection of a proxy with known peers.
 */
void slack__http_client_complete(slack_http_client_t *client);

/* http_reading.c */

/* A client without a connection. NULL: memory is out. */
slack_http_client_t *slack__http_client_new(slack_http_server_t *server);
/* From now on the client reads from this connection. */
void slack__http_client_read(slack_http_client_t *client, slack_conn_t *conn);

#endif
