/* SPDX-License-Identifier: MIT */
#ifndef SIM_DELIVERY_H
#define SIM_DELIVERY_H

#include "sim/json_builder.h"
#include "sim/request_url.h"
#include "util/queue.h"

/*
 * What is on its way to the app. A delivery goes over Socket Mode while a socket is open, else to
 * the request URL. The app has three seconds to acknowledge it. An event that is not acknowledged
 * is sent again as Slack does: at once, after one minute, after five; commands and interactions are
 * not.
 */

typedef struct sim sim_t;

enum sim_delivery_kind { SIM_DELIVERY_EVENT, SIM_DELIVERY_COMMAND, SIM_DELIVERY_INTERACTIVE };

/* The most deliveries at once. */
#define SIM_DELIVERIES_MAX 512
#define SIM_ACK_MS         3000

typedef struct sim_answer {
    bool acked;
    const char *wire;  /* "Socket Mode", "HTTP"; "" when there was nowhere to send it */
    const char *error; /* "" when it was acked: "timeout", "http_error 500" … */
    bool timed_out;
    uint64_t took_ms;
    const slack_json_t *body; /* a string, an object, or NULL for none; borrowed until the return */
} sim_answer_t;

/* Told once of the outcome of the first attempt, never before sim_deliver() returned. */
typedef void (*sim_answer_fn)(const sim_answer_t *answer, void *user_data);

typedef struct sim_deliveries {
    slack_link_t list;
    size_t count;
} sim_deliveries_t;

typedef struct sim_delivery_request {
    enum sim_delivery_kind kind;
    const slack_json_t *payload; /* copied */
    bool takes_body;             /* the acknowledgement may say something */
    sim_answer_fn fn;            /* Optional. */
    void *user_data;
} sim_delivery_request_t;

void sim_deliveries_init(sim_deliveries_t *deliveries);

/* Whether there is anywhere to deliver to, or was: what an app misses while it is away comes again.
 */
bool sim_app_reachable(const sim_t *sim);

/* Deliver. 0; SLACK_EBUSY when too much is under way; SLACK_ENOMEM. */
int sim_deliver(sim_t *sim, const sim_delivery_request_t *request);

/* An acknowledgement came in over a socket. */
void sim_delivery_acked(sim_t *sim, const char *envelope_id, const slack_json_t *payload);

void sim_deliveries_tick(sim_t *sim);
/* Tell everybody who waits that it is over. */
void sim_deliveries_close(sim_t *sim);

#endif
