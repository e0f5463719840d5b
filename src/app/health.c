/* SPDX-License-Identifier: MIT */
#include "app/app.h"

#include <string.h>

/* The pages that every app has: /healthz, /readyz and /metrics. */

#define METRICS_MAX ((size_t)256 << 10)

const char *slack__app_unready(const slack_app_t *app)
{
    if (app->life.state < SLACK_APP_RUNNING) return "starting\n";
    if (app->life.state > SLACK_APP_RUNNING) return "stopping\n";
    if (app->queue.store_failing) return slack__store_cause_line(app->queue.store->cause);
    /* A distributed app goes on to serve the other workspaces. */
    if (app->identity.refused && !app->identity.distributed) return "Slack refuses the token\n";
    if (app->options.role != SLACK_ROLE_WORK && !slack__transports_ready(&app->transports))
        return "a transport is not ready\n";
    return NULL;
}

static int reply_text(slack_http_visit_t *visit, int status, const char *text)
{
    return slack_http_reply(visit, status, "text/plain; charset=utf-8", text, strlen(text));
}

static int show_health(slack_http_visit_t *visit, void *user_data)
{
    return reply_text(visit, 200, "ok\n");
}

/* The app is ready only because other processes have the connections. */
static bool stands_by(const slack_app_t *app)
{
    bool standby = false;
    for (size_t i = 0; i < app->transports.count; i++) {
        const slack_transport_t *t = app->transports.list[i];
        if (t != app->transports.catch_up && !t->standby) return false;
        standby = standby || t->standby;
    }
    return standby;
}

static int show_readiness(slack_http_visit_t *visit, void *user_data)
{
    const char *reason = slack__app_unready(user_data);
    if (reason) return reply_text(visit, 503, reason);
    return reply_text(visit, 200, stands_by(user_data) ? "standby\n" : "ready\n");
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

int slack__app_add_pages(slack_app_t *app)
{
    int rc = slack_http_route(app, "GET", "/healthz", show_health, app);
    if (rc == 0) rc = slack_http_route(app, "GET", "/readyz", show_readiness, app);
    if (rc == 0) rc = slack_http_route(app, "GET", "/metrics", show_metrics, app);
    return rc;
}
