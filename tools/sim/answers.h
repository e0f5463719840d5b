/* SPDX-License-Identifier: MIT */
#ifndef SIM_ANSWERS_H
#define SIM_ANSWERS_H

#include "sim/responses.h"
#include "sim/services.h"

/* The answer to what an app calls: a method, or a URL that takes messages. A fault may act on it.
 */
typedef struct sim_answer {
    const sim_services_t *services; /* of the workspace that it is for */
    slack_http_request_t *request;
    uint64_t number; /* of the call */
    const char *method;
    const slack_json_t *args; /* of the call; NULL: none, or malformed */
    uint64_t began_ms;
    sim_effect_t effect;      /* the fault's that acts on the call */
    int status;               /* HTTP status without a fault */
    const slack_json_t *json; /* NULL without memory; unused if there is a text */
    const char *text;         /* NULL: JSON */
    sim_scope_headers_t scopes;
    uint64_t retry_after_s; /* 0: no rate limit has refused the call */
} sim_answer_t;

/* Begin the answer to a call of `method`: ask for faults. True: the caller acts on the call and
 * completes the answer. */
bool sim_answer_begin(sim_answer_t *answer, const sim_services_t *services,
                      slack_http_request_t *request, const char *method);
/* Send it, at once or late, and free the request. */
void sim_answer_send(const sim_answer_t *answer);

#endif
