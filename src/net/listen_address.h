/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_LISTEN_ADDRESS_H
#define SLACK_NET_LISTEN_ADDRESS_H

#include "net/listen.h"

/* The address at which a server listens, and the sentences that say why it cannot. */
typedef struct slack_listen_address {
    const char *variables; /* the prefix of its variables: "SLACK_HTTP" */
    const char *host;      /* borrowed from the options: "127.0.0.1", "::", "unix:/run/x.sock" */
    unsigned port;
    slack_socket_file_t file;
    int fd; /* a listening socket passed to this process; 0: listen on host and port */
} slack_listen_address_t;

/* `text` is the port. 0; SLACK_ECONFIG with a sentence in `error` (SLACK_ERROR_TEXT_MAX bytes). */
int slack__listen_address_init(slack_listen_address_t *address, const char *variables,
                               const char *host, const char *text, char *error);

/* Set who may connect to a Unix socket: `mode` is octal, `group` a name or a number; both may be
 * NULL. 0; SLACK_ECONFIG with a sentence; SLACK_ENOMEM. */
int slack__listen_address_permit(slack_listen_address_t *address, const char *mode,
                                 const char *group, char *error);

/* Use the nth socket that systemd passes, from 0, if there is one. 0; SLACK_ECONFIG with a
 * sentence. */
int slack__listen_address_inherit(slack_listen_address_t *address, unsigned n, char *error);

/* Why slack__listen() failed, and the remedy: "cannot listen on 127.0.0.1:3000: the port is in use;
 * set SLACK_HTTP_PORT to another". `error` as above. */
void slack__listen_address_explain(const slack_listen_address_t *address, int rc, int uv_error,
                                   char *error);

#endif
