/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OPS_ADMIN_SERVER_H
#define SLACK_OPS_ADMIN_SERVER_H

#include <slack/options.h>

#include "net/trusted_proxies.h"
#include "ops/http_routes.h"

/*
 * The admin port serves the routes on a port of their own, with any transport. So an orchestrator
 * can probe an app that uses Socket Mode alone. The port is open before the app is ready and until
 * the drain is over.
 */
typedef struct slack_admin_server {
    /* The caller sets these before the open; borrowed until the close is done. */
    slack_net_t *net;
    slack_http_routes_t *routes;
    void (*closed_fn)(void *user_data);
    void *closed_data;

    slack_http_server_t *server; /* NULL before the open and after the close */
    slack_trusted_proxies_t trusted;
    bool closing;
} slack_admin_server_t;

/* Listen if options->http_admin_port is set; otherwise do nothing. `passed_socket` is the index of
 * its socket among those that systemd passed. 0; SLACK_ECONFIG, SLACK_EIO, SLACK_EINVAL or
 * SLACK_ENOMEM with a sentence in `error` (SLACK_ERROR_TEXT_MAX bytes). */
int slack__admin_server_open(slack_admin_server_t *admin, const slack_options_t *options,
                             unsigned passed_socket, char *error);
/* The port; 0 if the server does not listen. */
unsigned slack__admin_server_port(const slack_admin_server_t *admin);
/* Idempotent. If the server was open, closed_fn is called once after it is gone. */
void slack__admin_server_close(slack_admin_server_t *admin);

#endif
