/* SPDX-License-Identifier: MIT */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "sim/services.h"

/*
 * The control API under /sim/, by which tests and `slackapp sim` drive the simulator: JSON in, JSON
 * out, and {ok: false, error: SENTENCE} with an HTTP status for an error. Slack has nothing like
 * it.
 *
 * It takes no token: the simulator listens on loopback only. To keep out web pages that run in a
 * browser of this machine, a request has to name a loopback host and to carry JSON, which a page
 * cannot send to another origin unasked.
 */

typedef struct sim_control {
    const sim_services_t *services;
    slack_net_t *net;
    slack_link_t waits; /* requests that wait for transcript entries or for an app */
    size_t wait_count;
    slack_task_t look; /* checks the waits */
    bool closing;
} sim_control_t;

/* Both are borrowed. */
void sim_control_init(sim_control_t *control, const sim_services_t *services, slack_net_t *net);
void sim_control_request(sim_control_t *control, slack_http_request_t *request);

/* The transcript grew, or an app connected: answer those who wait for it, soon. */
void sim_control_changed(sim_control_t *control);
/* Answer everyone who waits. */
void sim_control_close(sim_control_t *control);

#endif
