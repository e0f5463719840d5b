/* SPDX-License-Identifier: MIT */
#include "ops/admin_server.h"

#include "net/listen_address.h"

#define WRITE_MAX ((size_t)2 << 20)
#define OPEN_MS   10000

static void admin_requested(slack_http_server_t *server, slack_http_request_t *request,
                            void *user_data)
{
    slack_admin_server_t *admin = user_data;
    slack_arena_t *arena = request->arena;
    slack__trusted_proxies_name_client(&admin->trusted, request);
    int rc = slack__http_routes_visit(admin->routes, request);
    if (rc == 0) return;
    if (rc == SLACK_ENOTFOUND)
        slack__http_refuse(request, 404, NULL, "no such page");
    else
        slack__http_refuse(request, 503, NULL, "out of memory");
    slack__arena_free(arena);
}

int slack__admin_server_open(slack_admin_server_t *admin, const slack_options_t *options,
                             unsigned passed_socket, char *error)
{
    slack_listen_address_t address;
    if (!options->http_admin_port || !*options->http_admin_port) return 0;
    int uv_error = 0;
    int rc = slack__listen_address_init(&address, "SLACK_HTTP_ADMIN", options->http_admin_host,
                                        options->http_admin_port, error);
    if (rc == 0)
        rc = slack__listen_address_permit(&address, options->http_unix_mode,
                                          options->http_unix_group, error);
    if (rc == 0) rc = slack__listen_address_inherit(&address, passed_socket, error);
    if (rc == 0)
        rc = slack__trusted_proxies_read(&admin->trusted, options->http_trusted_proxies, error);
    if (rc != 0) return rc;
    const slack_http_server_options_t server = {
        .listen = {.host = address.host,
                   .port = address.port,
                   .reuse_port = options->http_reuse_port > 0,
                   .file = &address.file,
                   .fd = address.fd,
                   .open_ms = OPEN_MS,
                   .write_max = WRITE_MAX},
        .limits = &options->http_limits,
        .trusted = &admin->trusted,
        .fn = admin_requested,
        .user_data = admin,
    };
    rc = slack__http_server_open(&admin->server, admin->net, &server, &uv_error);
    if (rc != 0) {
        slack__listen_address_explain(&address, rc, uv_error, error);
        return rc;
    }
    const slack_logger_t *log = slack__net_log(admin->net);
    const unsigned port = slack__admin_server_port(admin);
    if (address.fd)
        SLACK_LOG(log, INFO, "admin server listening", "fd=%d port=%u", address.fd, port);
    else
        SLACK_LOG(log, INFO, "admin server listening", "host=%s port=%u", address.host, port);
    return 0;
}

unsigned slack__admin_server_port(const slack_admin_server_t *admin)
{
    return admin->server ? slack__http_server_port(admin->server) : 0;
}

static void admin_closed(void *user_data)
{
    slack_admin_server_t *admin = user_data;
    admin->server = NULL;
    admin->closed_fn(admin->closed_data);
}

void slack__admin_server_close(slack_admin_server_t *admin)
{
    if (!admin->server || admin->closing) return;
    admin->closing = true;
    slack__http_server_close(admin->server, admin_closed, admin);
}
