/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HTTP_SIGNING_SECRET_H
#define SLACK_TRANSPORT_HTTP_SIGNING_SECRET_H

#include <slack/options.h>

#include "net/file_watch.h"
#include "net/loop.h"
#include "protocol/signature.h"

/* Slack's signing secrets, from the options or from a file. The file is read again when it changes
 * and on request. If it cannot be used then, the old secrets stay, and the log says why. */
typedef struct slack_signing_secret {
    slack_net_t *net;
    const char *file; /* borrowed from the options; NULL: the options hold the secrets */
    slack_signer_t *signer;
    unsigned version; /* another signer has another one */
    slack_file_watch_t watch;
    void (*closed)(void *user_data);
    void *user_data;
} slack_signing_secret_t;

/* Read the secrets. `options` is borrowed for its life. 0; SLACK_ECONFIG with a sentence in `error`
 * (SLACK_ERROR_TEXT_MAX bytes); SLACK_ENOMEM. Call _done() in any case. */
int slack__signing_secret_init(slack_signing_secret_t *secret, slack_net_t *net,
                               const slack_options_t *options, char *error);
/* Call this after the watch is closed. */
void slack__signing_secret_done(slack_signing_secret_t *secret);

void slack__signing_secret_watch(slack_signing_secret_t *secret);
/* End the watch; `closed` is called once. False: there is nothing to close. */
bool slack__signing_secret_close(slack_signing_secret_t *secret, void (*closed)(void *user_data),
                                 void *user_data);

/* Read the file again. Returns 1 if the secrets come from a file, else 0. */
unsigned slack__signing_secret_reload(slack_signing_secret_t *secret);

#endif
