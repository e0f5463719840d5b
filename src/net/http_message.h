/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_MESSAGE_H
#define SLACK_NET_HTTP_MESSAGE_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/http_header.h"

typedef struct slack_http_server slack_http_server_t;

/* A complete request. Everything in it lies in `arena`. */
typedef struct slack_http_request {
    slack_http_server_t *server;
    uint64_t id;          /* for the response; never 0, never used twice */
    slack_arena_t *arena; /* owned by the request's owner */
    slack_slice_t method; /* "POST" */
    slack_slice_t path;   /* up to '?', decoded (http_path.h), NUL-terminated */
    slack_slice_t query;  /* behind '?', NUL-terminated; empty without one */
    const slack_http_header_t *headers;
    size_t header_count;
    char *body; /* NUL-terminated, SLACK_JSON_PADDING bytes behind; may be changed in place */
    size_t body_len;
    const char *peer;     /* address as text */
    uint64_t received_us; /* monotonic: when its first byte was read */
    void *checked;        /* what slack_http_check_fn knows of it, in `arena`; NULL: nothing */
    bool upgrade;         /* asks for another protocol: slack__http_upgrade() */
} slack_http_request_t;

/* slack__http_header_find() in a request. */
static inline slack_slice_t slack__http_header(const slack_http_request_t *request,
                                               const char *name, unsigned *ret_count)
{
    return slack__http_header_find(request->headers, request->header_count, name, ret_count);
}

/* A response. The server adds Content-Length, Date and Connection. */
typedef struct slack_http_response {
    int status;
    const char *content_type;           /* NULL: no such header */
    const slack_http_header_t *headers; /* without line breaks; NULL: no headers */
    size_t header_count;
    const char *body;
    size_t body_len;
    bool close; /* close the connection after it */
} slack_http_response_t;

#endif
