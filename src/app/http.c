/* SPDX-License-Identifier: MIT */
#include "app/app.h"

#include <string.h>

/* Routes of the program. */

void slack__app_warn_of_routes(slack_app_t *app)
{
    bool socket = false;
    if (app->routes.count <= SLACK_APP_PAGES || app->admin.server) return;
    for (size_t i = 0; i < app->transports.count; i++) {
        const char *name = app->transports.list[i]->ops->name;
        if (strcmp(name, "http") == 0) return;
        if (strcmp(name, "socket") == 0) socket = true;
    }
    if (socket)
        SLACK_LOG(&app->log, WARN, "no server serves the routes", "routes=%zu hint=%s",
                  app->routes.count - SLACK_APP_PAGES,
                  "Socket Mode has no HTTP server; set SLACK_HTTP_ADMIN_PORT");
}

int slack_http_route(slack_app_t *app, const char *method, const char *path, slack_http_route_fn fn,
                     void *user_data)
{
    SLACK_APP_REQUIRE(app);
    int rc = slack__http_routes_add(&app->routes, method, path, fn, user_data);
    if (rc == 0 && app->life.state == SLACK_APP_RUNNING) slack__app_warn_of_routes(app);
    if (rc == 0) return 0;
    return slack__app_fail(
        app, rc, "the route %s %s: %s", method ? method : "NULL", path ? path : "NULL",
        rc == SLACK_EINVAL ? "it needs a method, a function, and a path that begins with a slash"
        : rc == SLACK_EALREADY ? "there is such a route: choose another path"
                               : slack_strerror(rc));
}
