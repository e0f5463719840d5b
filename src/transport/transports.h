/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_TRANSPORTS_H
#define SLACK_TRANSPORT_TRANSPORTS_H

#include "transport/transport.h"

/* The transports of an app. */

#define SLACK_TRANSPORTS_MAX 4

typedef struct slack_transports {
    struct slack_transport_host host; /* what every one of them has */
    slack_transport_t *list[SLACK_TRANSPORTS_MAX];
    size_t count;
    uint64_t deliveries;    /* how many there were */
    slack_transport_t none; /* the transport of rows whose own is not used any more */
} slack_transports_t;

void slack__transports_init(slack_transports_t *transports);
/* Create those that `options->transport` names, out of a table that ends with NULL. On failure a
 * sentence in `error`. 0; SLACK_ECONFIG; SLACK_ENOMEM. */
int slack__transports_create(slack_transports_t *transports,
                             const slack_transport_type_t *const *types,
                             const slack_options_t *options, char *error);
void slack__transports_destroy(slack_transports_t *transports);

/* NULL: there is no transport of that name. */
slack_transport_t *slack__transports_find(const slack_transports_t *transports, slack_slice_t name);
/* The transport that a row of the store names; `none` where that is not used any more. */
slack_transport_t *slack__transports_of_row(const slack_transports_t *transports,
                                            slack_slice_t name);

/* Call the function of this name of each transport that was started. */
void slack__transports_leave(slack_transports_t *transports);
void slack__transports_drain(slack_transports_t *transports);
void slack__transports_stop(slack_transports_t *transports);
/* Call `reload` of each. How many things come from files. */
unsigned slack__transports_reload(slack_transports_t *transports);

bool slack__transports_ready(const slack_transports_t *transports);
bool slack__transports_stopped(const slack_transports_t *transports); /* or never started */
/* Requests that are not deliveries yet, and acks that are not sent yet. */
bool slack__transports_busy(const slack_transports_t *transports);

#endif
