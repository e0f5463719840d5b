/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HTTP_CERTIFICATE_H
#define SLACK_TRANSPORT_HTTP_CERTIFICATE_H

#include <slack/options.h>

#include "net/file_watch.h"
#include "net/loop.h"
#include "net/tls.h"

/* The app's own certificate with its key, and the authorities by which it verifies the certificates
 * of its clients. All come from files, which are read again when one of them changes and on
 * request. If a file cannot be used then, the old certificates stay, and the log says why. */
typedef struct slack_certificate {
    slack_net_t *net;
    const char *cert, *key;   /* borrowed from the options; NULL: plain HTTP */
    const char *client_ca;    /* the same; NULL: clients need no certificate */
    slack_tls_context_t *tls; /* NULL: plain HTTP */
    slack_file_watch_t watch;
    void (*changed)(void *user_data);
    void (*closed)(void *user_data);
    void *user_data;
} slack_certificate_t;

/* The name in the certificate that Slack presents as a client. */
#define SLACK_CLIENT_NAME "platform-tls-client.slack.com"

/* Read the files. `options` is borrowed for its life. 0; SLACK_ECONFIG with a sentence in `error`
 * (SLACK_ERROR_TEXT_MAX bytes); SLACK_ENOMEM; SLACK_ETLS. Call _done() in any case. */
int slack__certificate_init(slack_certificate_t *certificate, slack_net_t *net,
                            const slack_options_t *options, char *error);
/* Call this after the watch is closed. */
void slack__certificate_done(slack_certificate_t *certificate);

/* Watch the files. `changed` is called after `tls` became another context. The old context is
 * released when `changed` returns. */
void slack__certificate_watch(slack_certificate_t *certificate, void (*changed)(void *user_data),
                              void *user_data);
/* End the watch; `closed` is called once. False: there is nothing to close. */
bool slack__certificate_close(slack_certificate_t *certificate, void (*closed)(void *user_data),
                              void *user_data);

/* Read the files again. Returns 1 if the certificate comes from a file, else 0. */
unsigned slack__certificate_reload(slack_certificate_t *certificate);

#endif
