/* SPDX-License-Identifier: MIT */
#include "app/app.h"

#include "net/listen_address.h"

/*
 * The port that pages have to themselves. It is the app's and no transport's: an orchestrator asks
 * an app with Socket Mode alone how it is, too.
 */

#define DEFAULT_HOST "127.0.0.1"
#define WRITE_MAX    ((size_t)2 << 20)
#define OPEN_MS      10000

static void on_request(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    slack_app_t *app = user_data;
    slack_arena_t *arena = request->arena;
    slack__trusted_proxies_name_client(&app->pages.trusted, request);
    int rc = slack__http_routes_visit(app, request);
    if (rc == 0) return;
    if (rc == SLACK_ENOTFOUND)
        slack__http_refuse(request, 404, NULL, "no such page");
    else
        slack__http_refuse(request, 503, NULL, "out of memory");
    slack__arena_free(arena);
}

/* The first of the sockets that were passed is a transport's, where one takes it. */
static unsigned passed_socket(const slack_app_t *app)
{
    for (size_t i = 0; i < app->transport_count; i++)
        if (app->transports[i]->ops->listens) return 1;
    return 0;
}

static int read_address(slack_app_t *app, slack_listen_address_t *ret)
{
    const slack_options_t *o = &app->options;
    const bool host = o->http_admin_host && *o->http_admin_host;
    int rc = slack__listen_address_init(ret, "SLACK_HTTP_ADMIN",
                                        host ? o->http_admin_host : DEFAULT_HOST,
                                        o->http_admin_port, app->error);
    if (rc == 0) rc = slack__listen_address_inherit(ret, passed_socket(app), app->error);
    if (rc == 0)
        rc = slack__trusted_proxies_read(&app->pages.trusted, o->http_trusted_proxies, app->error);
    return rc;
}

int slack__http_routes_listen(slack_app_t *app)
{
    const slack_options_t *o = &app->options;
    slack_listen_address_t address;
    if (!o->http_admin_port || !*o->http_admin_port) return 0;
    int rc = read_address(app, &address), uv_error = 0;
    if (rc != 0) return rc;
    const slack_http_server_options_t options = {
        .listen = {.host = address.host,
                   .port = address.port,
                   .reuse_port = o->http_reuse_port > 0,
                   .fd = address.fd,
                   .open_ms = OPEN_MS,
                   .write_max = WRITE_MAX},
        .limits = &o->http_limits,
        .trusted = &app->pages.trusted,
        .fn = on_request,
        .user_data = app,
    };
    rc = slack__http_server_open(&app->pages.server, app->net, &options, &uv_error);
    if (rc != 0) {
        slack__listen_address_explain(&address, rc, uv_error, app->error);
        return rc;
    }
    if (address.fd)
        SLACK_LOG(&app->log, INFO, "http listening for pages", "fd=%d port=%u", address.fd,
                  slack__http_routes_port(app));
    else
        SLACK_LOG(&app->log, INFO, "http listening for pages", "host=%s port=%u", address.host,
                  slack__http_routes_port(app));
    return 0;
}

unsigned slack__http_routes_port(const slack_app_t *app)
{
    return app->pages.server ? slack__http_server_port(app->pages.server) : 0;
}

static void on_closed(void *user_data)
{
    slack_app_t *app = user_data;
    app->pages.server = NULL;
    slack__app_idle(app);
}

void slack__http_routes_close(slack_app_t *app)
{
    if (!app->pages.server || app->pages.closing) return;
    app->pages.closing = true;
    slack__http_server_close(app->pages.server, on_closed, app);
}
