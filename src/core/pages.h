/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CORE_PAGES_H
#define SLACK_CORE_PAGES_H

#include <slack/http.h>

#include "net/http_server.h"

/*
 * What is served beside the request URL. The library's own pages are routes like the program's:
 *
 *     /healthz   200 as long as the loop turns
 *     /readyz    200 when deliveries can come and be stored; 503 from the first word of a stop on
 *     /metrics   metrics.h
 */
#define SLACK_ROUTES_MAX 64

typedef struct slack_pages {
    struct slack_page *routes; /* the newest first */
    size_t count;
    slack_link_t visits; /* visit->link: not answered yet */
    size_t visit_count;
} slack_pages_t;

/* Empty, with the library's own pages. 0, SLACK_ENOMEM. */
int slack__pages_init(slack_app_t *app);
void slack__pages_done(slack_app_t *app);

/* The host function's work: 0 when the request was taken, with its arena. */
int slack__pages_visit(slack_app_t *app, slack_http_request_t *request);

/* The servers are about to close: replies find nobody from now on. */
void slack__pages_abandon(slack_app_t *app);

#endif
