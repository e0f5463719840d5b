/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HTTP_CREDENTIALS_H
#define SLACK_TRANSPORT_HTTP_CREDENTIALS_H

#include <slack/options.h>

#include "net/loop.h"
#include "protocol/signature.h"
#include "net/tls.h"
#include "net/file_watch.h"

/* The name in the certificate that Slack shows as a client. */
#define SLACK_CLIENT_NAME "platform-tls-client.slack.com"

/*
 * What the receiver is known by and what it knows others by: its certificate and key, the
 * authorities of its clients, and Slack's signing secrets. What comes from files is read when it is
 * made, when a file changes, and when it is asked to. A file that cannot be used leaves everything
 * as it was, and the log says which one and why.
 */
typedef struct slack_credentials {
    slack_net_t *net;
    const char *cert, *key,
        *client_ca;           /* borrowed from the options; NULL: no TLS, and no clients' */
    const char *secret_file;  /* the same; NULL: the secrets come from no file */
    slack_tls_context_t *tls; /* NULL: none */
    slack_signer_t *signer;
    slack_file_watch_t tls_watch, secret_watch;
    unsigned watches; /* that are not closed yet */
    void (*tls_changed)(void *user_data);
    void (*closed)(void *user_data);
    void *user_data;
} slack_credentials_t;

/* Read all of it. `options` is borrowed for its life. 0; SLACK_ECONFIG with a sentence in `error`
 * (SLACK_ERROR_TEXT_MAX bytes); SLACK_ENOMEM. It is to be done in any case. */
int slack__credentials_init(slack_credentials_t *c, slack_net_t *net,
                            const slack_options_t *options, char *error);
/* After its watches have been closed. */
void slack__credentials_done(slack_credentials_t *c);

/* Watch the files. `tls_changed` tells that `tls` has become another; the one that was there is
 * released when that has returned. */
void slack__credentials_watch(slack_credentials_t *c, void (*tls_changed)(void *user_data),
                              void *user_data);
/* Watch them no more. `closed` follows, once; false where nothing was watched. */
bool slack__credentials_close(slack_credentials_t *c, void (*closed)(void *user_data));

/* Read everything again. How many things come from files: 0, 1 or 2. */
unsigned slack__credentials_reload(slack_credentials_t *c);

#endif
