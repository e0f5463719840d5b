/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_HTTP_MEMORY_H
#define SLACK_NET_HTTP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "util/queue.h"

/*
 * Who may hold memory for the requests that a server reads. Strangers, who have sent no verified
 * request, may hold half of it together, and those of one address a quarter; the other half is a
 * reserve for known peers. Beyond a limit the largest stranger loses its request, so that a peer
 * that holds much cannot keep out those that need little. A single stranger may exceed the two
 * limits of strangers. No I/O and no clock.
 */
typedef struct slack_http_memory {
    size_t max;
    size_t held;          /* by all */
    size_t strangers;     /* of it */
    slack_link_t holders; /* those with bytes */
} slack_http_memory_t;

typedef struct slack_http_holder {
    slack_link_t link;
    size_t bytes;
    const char *address; /* borrowed */
    bool many;           /* a trusted proxy: its address stands for many peers */
    bool known;          /* changes only while `bytes` is 0 */
} slack_http_holder_t;

void slack__http_memory_init(slack_http_memory_t *memory, size_t max);
/* Sets what a holder holds. */
void slack__http_memory_hold(slack_http_memory_t *memory, slack_http_holder_t *holder,
                             size_t bytes);
/* The holder that has to give up its request because `newest` holds more than before; NULL: the
 * limits are kept. The caller asks again when that one holds nothing. */
slack_http_holder_t *slack__http_memory_excess(const slack_http_memory_t *memory,
                                               slack_http_holder_t *newest);

#endif
