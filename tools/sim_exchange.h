/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_EXCHANGE_H
#define TOOLS_SIM_EXCHANGE_H

#include "net/curl.h"
#include "util/arena.h"

/* One HTTP request of a command line, on a loop of its own. */

typedef struct sim_exchange {
    slack_arena_t *arena; /* Required. Of the texts below. */
    int http_status;
    const char *head; /* the lines of the headers, each with CRLF; "" if they are not kept */
    const char *body;
    size_t body_len;
} sim_exchange_t;

/* Send a request, and wait for the response. 0; SLACK_EIO without a loop; else a status of
 * slack_curl_result_t or an error of slack__curl_send(). */
int sim_exchange_run(sim_exchange_t *exchange, const slack_curl_request_t *request);

#endif
