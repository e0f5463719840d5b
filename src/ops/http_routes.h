/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OPS_HTTP_ROUTES_H
#define SLACK_OPS_HTTP_ROUTES_H

#include <slack/http.h>

#include "net/http_server.h"

/*
 * The program's own pages, which the server offers beside the request URL (slack/http.h). A visit
 * is a request that a route has taken and not answered yet.
 */
#define SLACK_ROUTES_MAX 64

typedef struct slack_http_routes {
    struct slack_http_route *routes; /* the newest first */
    size_t count;
    slack_link_t visits; /* visit->link */
    size_t visit_count;
} slack_http_routes_t;

void slack__http_routes_init(slack_http_routes_t *routes);
/* Remove all routes. All visits must have ended or be abandoned. */
void slack__http_routes_done(slack_http_routes_t *routes);

/* Add a route: see slack_http_route(). */
int slack__http_routes_add(slack_http_routes_t *routes, const char *method, const char *path,
                           slack_http_route_fn fn, void *user_data);

/* The path is for everybody: if the pages have a port of their own, it stays on the public one. */
void slack__http_routes_publish(slack_http_routes_t *routes, const char *path);
bool slack__http_routes_published(const slack_http_routes_t *routes, slack_slice_t path);

/* Pass a request to its route. 0: the routes own the request and its arena now, and the server of
 * the request must live until the visit has ended or was abandoned. SLACK_ENOTFOUND if no route has
 * this path, and SLACK_ENOMEM: the request stays with the caller. */
int slack__http_routes_visit(slack_http_routes_t *routes, slack_http_request_t *request);

/* A visit that is held stays valid after its reply, until it is released. */
void slack__http_visit_hold(slack_http_visit_t *visit);
void slack__http_visit_release(slack_http_visit_t *visit);
bool slack__http_visit_is_answered(const slack_http_visit_t *visit);

/* The servers are about to close: replies to the visits that are left return SLACK_ECLOSED. */
void slack__http_routes_abandon(slack_http_routes_t *routes);

#endif
