/* SPDX-License-Identifier: MIT */
#include "app/app.h"

#include <string.h>

/* Routes of the program, and of the install flow. A process that only works leaves them to those
 * that receive: it serves them on its admin port, if it has one. */

/* Socket Mode alone has no server. */
static bool has_no_server(const slack_app_t *app)
{
    bool socket = false, http = app->admin.server != NULL;
    for (size_t i = 0; i < app->transports.count; i++) {
        const char *name = app->transports.list[i]->ops->name;
        http = http || strcmp(name, "http") == 0;
        socket = socket || strcmp(name, "socket") == 0;
    }
    return socket && !http;
}

static void warn_of_routes(const slack_app_t *app)
{
    if (app->options.role == SLACK_ROLE_WORK) return;
    if (app->routes.count > SLACK_APP_PAGES && has_no_server(app))
        SLACK_LOG(&app->log, WARN, "no server serves the routes", "routes=%zu hint=%s",
                  app->routes.count - SLACK_APP_PAGES,
                  app->install_flow.start
                      ? "nobody can install the app: Socket Mode has no HTTP server; set "
                        "SLACK_HTTP_ADMIN_PORT"
                      : "Socket Mode has no HTTP server; set SLACK_HTTP_ADMIN_PORT");
}

void slack__app_tell_of_routes(const slack_app_t *app)
{
    warn_of_routes(app);
    if (app->options.role == SLACK_ROLE_WORK) return;
    if (app->install_flow.start && !has_no_server(app))
        SLACK_LOG(&app->log, INFO, "people can install the app", "at=%s", app->install_flow.start);
}

int slack_http_route(slack_app_t *app, const char *method, const char *path, slack_http_route_fn fn,
                     void *user_data)
{
    SLACK_APP_REQUIRE(app);
    int rc = slack__http_routes_add(&app->routes, method, path, fn, user_data);
    if (rc == 0 && app->life.state == SLACK_APP_RUNNING) warn_of_routes(app);
    if (rc == 0) return 0;
    return slack__app_fail(
        app, rc, "the route %s %s: %s", method ? method : "NULL", path ? path : "NULL",
        rc == SLACK_EINVAL ? "it needs a method, a function, and a path that begins with a slash"
        : rc == SLACK_EALREADY ? "there is such a route: choose another path"
                               : slack_strerror(rc));
}
