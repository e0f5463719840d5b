/* SPDX-License-Identifier: MIT */
#ifndef SIM_DELIVERIES_H
#define SIM_DELIVERIES_H

#include "sim/request_url.h"
#include "sim/socket_mode.h"

/*
 * Deliveries on their way to the app: over Socket Mode while a socket is ready, else to the request
 * URL. The app has three seconds for its ack. An event without an ack is redelivered on Slack's
 * schedule: at once, after one minute, after five. Commands and interactions are sent once.
 */

#define SIM_DELIVERIES_MAX 8192

enum sim_delivery_kind { SIM_DELIVERY_EVENT, SIM_DELIVERY_COMMAND, SIM_DELIVERY_INTERACTION };

/* How a delivery ended; redeliveries have no result. */
typedef struct sim_delivery_result {
    bool acked;
    const char *wire;  /* "Socket Mode", "HTTP"; "" when no app could be reached */
    const char *error; /* "" when it was acked; else "http_error 500" … */
    bool timed_out;
    uint64_t took_ms;
    const slack_json_t *body; /* of the ack: a string, an object, or NULL; borrowed until the
                                 return */
} sim_delivery_result_t;

typedef void (*sim_delivery_fn)(const sim_delivery_result_t *result, void *user_data);

/* All pointers are borrowed. */
typedef struct sim_deliveries_options {
    slack_net_t *net;
    sim_faults_t *faults;
    sim_sockets_t *sockets;
    sim_request_url_t *request_url;
    unsigned time_scale; /* how much faster than Slack's the redeliveries come */
} sim_deliveries_options_t;

typedef struct sim_deliveries {
    sim_deliveries_options_t options;
    slack_link_t list;
    size_t count;
    bool closing;
} sim_deliveries_t;

void sim_deliveries_init(sim_deliveries_t *deliveries, const sim_deliveries_options_t *options);

/* Whether an app is, or was, connected. An app that is away gets redeliveries later. */
bool sim_deliveries_possible(const sim_deliveries_t *deliveries);

typedef struct sim_delivery_request {
    enum sim_delivery_kind kind;
    const slack_json_t *payload; /* copied */
    bool takes_body;             /* the ack may have a body */
    sim_delivery_fn fn;          /* Optional. Called once, never before sim_deliver() returned. */
    void *user_data;
} sim_delivery_request_t;

/* 0; SLACK_EBUSY at SIM_DELIVERIES_MAX; SLACK_ECANCELED after sim_deliveries_close();
 * SLACK_ENOMEM. */
int sim_deliver(sim_deliveries_t *deliveries, const sim_delivery_request_t *request);

/* An ack arrived on a socket. */
void sim_deliveries_acked(sim_deliveries_t *deliveries, const char *envelope_id,
                          const slack_json_t *payload);

/* Report to every sender that the simulator ends. A delivery that libcurl still sends ends when
 * libcurl is closed. */
void sim_deliveries_close(sim_deliveries_t *deliveries);

#endif
