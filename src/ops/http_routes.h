/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OPS_HTTP_ROUTES_H
#define SLACK_OPS_HTTP_ROUTES_H

#include <slack/http.h>

#include "net/http_server.h"
#include "net/trusted_proxies.h"

/*
 * What is served beside the request URL. The library's own pages are routes like the program's:
 *
 *     /healthz   200 as long as the loop turns
 *     /readyz    200 when deliveries can come and be stored; 503 from the first word of a stop on
 *     /metrics   metrics.h
 */
#define SLACK_ROUTES_MAX 64

typedef struct slack_http_routes {
    struct slack_page *routes; /* the newest first */
    size_t count;
    slack_link_t visits; /* visit->link: not answered yet */
    size_t visit_count;
    slack_http_server_t *server;     /* of their own port; NULL: there is none, or it is closed */
    slack_trusted_proxies_t trusted; /* by it */
    bool closing;
} slack_http_routes_t;

/* Empty, with the library's own pages. 0, SLACK_ENOMEM. */
int slack__http_routes_init(slack_app_t *app);
void slack__http_routes_done(slack_app_t *app);

/* The host function's work: 0 when the request was taken, with its arena. */
int slack__http_routes_visit(slack_app_t *app, slack_http_request_t *request);

/* The servers are about to close: replies find nobody from now on. */
void slack__http_routes_abandon(slack_app_t *app);

/* admin.c: serve them on a port of their own where options.http_admin_port asks for it, whatever
 * the transports, from before the start is done until the end of the drain: a stranger wants to
 * know of both. 0; SLACK_ECONFIG, SLACK_EIO, SLACK_EINVAL or SLACK_ENOMEM with a sentence in
 * app->error. */
int slack__http_routes_listen(slack_app_t *app);
unsigned slack__http_routes_port(const slack_app_t *app); /* 0 without one */
/* Idempotent. slack__app_idle() follows when pages.server is gone. */
void slack__http_routes_close(slack_app_t *app);

#endif
