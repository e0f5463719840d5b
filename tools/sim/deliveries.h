/* SPDX-License-Identifier: MIT */
#ifndef SIM_DELIVERIES_H
#define SIM_DELIVERIES_H

#include "sim/feed.h"
#include "sim/request_url.h"
#include "sim/seen.h"
#include "sim/socket_mode.h"

/*
 * Deliveries on their way to the app: over Socket Mode while a socket is ready, else to the request
 * URL. The app has three seconds for its ack. An event without an ack is redelivered on Slack's
 * schedule: at once, after one minute, after five. Commands and interactions are sent once.
 */

#define SIM_DELIVERIES_MAX 8192
/* So many deliveries that have ended, and bytes of them, are kept to be sent again. */
#define SIM_SENT_MAX       1000
#define SIM_SENT_BYTES_MAX ((size_t)16 << 20)

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
    sim_seen_t *seen;
    unsigned time_scale; /* how much faster than Slack's the redeliveries come */
} sim_deliveries_options_t;

typedef struct sim_deliveries {
    sim_deliveries_options_t options;
    slack_link_t list;
    size_t count;
    uint64_t last_number;
    slack_link_t sent; /* those that have ended, oldest first */
    size_t sent_count;
    size_t sent_bytes;
    bool closing;
} sim_deliveries_t;

void sim_deliveries_init(sim_deliveries_t *deliveries, const sim_deliveries_options_t *options);
void sim_deliveries_done(sim_deliveries_t *deliveries);

/* Whether an app is, or was, connected. An app that is away gets redeliveries later. */
bool sim_deliveries_possible(const sim_deliveries_t *deliveries);

typedef struct sim_delivery_request {
    const sim_feed_writer_t *feed; /* of the workspace that it comes from */
    enum sim_delivery_kind kind;
    const slack_json_t *payload; /* copied */
    bool takes_body;             /* the ack may have a body */
    sim_delivery_fn fn;          /* Optional. Called once, never before sim_deliver() returned. */
    void *user_data;
    uint64_t number;    /* of the delivery that it repeats; 0: it is a new one */
    unsigned retry_num; /* 0: it does not say that it is a redelivery */
} sim_delivery_request_t;

/* 0; SLACK_EBUSY at SIM_DELIVERIES_MAX; SLACK_ECANCELED after sim_deliveries_close();
 * SLACK_ENOMEM. */
int sim_deliver(sim_deliveries_t *deliveries, const sim_delivery_request_t *request);

/* A delivery as it can be sent again. Its payload is borrowed until the next sim_deliver(). */
typedef struct sim_sent {
    enum sim_delivery_kind kind;
    const sim_feed_writer_t *feed;
    const slack_json_t *payload;
    bool takes_body;
    unsigned retry_num; /* of its last attempt */
} sim_sent_t;
/* The delivery with that number, under way or ended. False: there is none, or it is forgotten. */
bool sim_deliveries_find(const sim_deliveries_t *deliveries, uint64_t number, sim_sent_t *ret);

/* An ack arrived on a socket. */
void sim_deliveries_acked(sim_deliveries_t *deliveries, const char *envelope_id,
                          const slack_json_t *payload);

/* Report to every sender that the simulator ends. A delivery that libcurl still sends ends when
 * libcurl is closed. */
void sim_deliveries_close(sim_deliveries_t *deliveries);

#endif
