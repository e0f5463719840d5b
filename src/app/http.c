/* SPDX-License-Identifier: MIT */
#include "app/app.h"

#include <string.h>

/* The routes that every app has. The program may add others. */

#define METRICS_MAX ((size_t)256 << 10)

#define OWN_PAGES 3

/* Warns of routes of the program in an app that has Socket Mode and no HTTP server. */
void slack__app_warn_of_routes(slack_app_t *app)
{
    bool socket = false;
    if (app->routes.count <= OWN_PAGES || app->admin.server) return;
    for (size_t i = 0; i < app->transports.count; i++) {
        const char *name = app->transports.list[i]->ops->name;
        if (strcmp(name, "http") == 0) return;
        if (strcmp(name, "socket") == 0) socket = true;
    }
    if (socket)
        SLACK_LOG(&app->log, WARN, "routes are served nowhere", "routes=%zu hint=%s",
                  app->routes.count - OWN_PAGES,
                  "Socket Mode has no HTTP server; set SLACK_HTTP_ADMIN_PORT");
}

int slack_http_route(slack_app_t *app, const char *method, const char *path, slack_http_route_fn fn,
                     void *user_data)
{
    int rc = slack__http_routes_add(&app->routes, method, path, fn, user_data);
    if (rc == 0 && app->life.state == SLACK_APP_RUNNING) slack__app_warn_of_routes(app);
    return rc;
}

static int reply_text(slack_http_visit_t *visit, int status, const char *text)
{
    return slack_http_reply(visit, status, "text/plain; charset=utf-8", text, strlen(text));
}

static int show_health(slack_http_visit_t *visit, void *user_data)
{
    return reply_text(visit, 200, "ok\n");
}

static int show_readiness(slack_http_visit_t *visit, void *user_data)
{
    const char *reason = slack__app_unready(user_data);
    return reason ? reply_text(visit, 503, reason) : reply_text(visit, 200, "ready\n");
}

static int show_metrics(slack_http_visit_t *visit, void *user_data)
{
    slack_buf_t text;
    slack__buf_init(&text, METRICS_MAX);
    int rc = slack__app_metrics_write(user_data, &text);
    if (rc == 0)
        rc = slack_http_reply(visit, 200, "text/plain; version=0.0.4; charset=utf-8",
                              slack__buf_ptr(&text), text.len);
    slack__buf_done(&text);
    return rc;
}

int slack__app_add_routes(slack_app_t *app)
{
    int rc = slack_http_route(app, "GET", "/healthz", show_health, app);
    if (rc == 0) rc = slack_http_route(app, "GET", "/readyz", show_readiness, app);
    if (rc == 0) rc = slack_http_route(app, "GET", "/metrics", show_metrics, app);
    return rc;
}
