/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_TRANSPORTS_H
#define SLACK_TRANSPORT_TRANSPORTS_H

#include "transport/catch_up.h"

/* The transports of an app. */

/* Each of the table once, and catch-up. */
#define SLACK_TRANSPORTS_MAX 4

typedef struct slack_transports {
    struct slack_transport_host host; /* of all transports */
    slack_transport_t *list[SLACK_TRANSPORTS_MAX];
    size_t count;
    slack_transport_t *catch_up; /* one of them; NULL: the app does not catch up */
    uint64_t deliveries;         /* how many have arrived; numbers them */
    slack_transport_t none; /* stands for a transport that a row names and the app no longer has */
} slack_transports_t;

void slack__transports_init(slack_transports_t *transports);
/* Creates the transports that `options->transport` names. `types` ends with NULL. 0; SLACK_ECONFIG
 * with a sentence in `error`; SLACK_ENOMEM. */
int slack__transports_create(slack_transports_t *transports,
                             const slack_transport_type_t *const *types,
                             const slack_options_t *options, char *error);
void slack__transports_destroy(slack_transports_t *transports);

/* The transport of that name; NULL if the app has none. */
slack_transport_t *slack__transports_find(const slack_transports_t *transports, slack_slice_t name);
/* The transport that a row of the store names; `none` if the app does not have it any more. */
slack_transport_t *slack__transports_of_row(const slack_transports_t *transports,
                                            slack_slice_t name);

/* Each calls the operation of its name (leave, drain, stop) of every transport that runs. */
void slack__transports_leave(slack_transports_t *transports);
void slack__transports_drain(slack_transports_t *transports);
void slack__transports_stop(slack_transports_t *transports);
/* Calls `reload` of every transport. Returns how many secrets and certificates come from files. */
unsigned slack__transports_reload(slack_transports_t *transports);

/* Whether deliveries arrive over every transport that Slack uses. */
bool slack__transports_ready(const slack_transports_t *transports);
bool slack__transports_stopped(const slack_transports_t *transports); /* or never started */
/* Whether a transport has requests that are not deliveries yet, or acks that are not sent yet. */
bool slack__transports_busy(const slack_transports_t *transports);

#endif
