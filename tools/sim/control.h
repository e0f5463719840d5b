/* SPDX-License-Identifier: MIT */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "sim/feed.h"
#include "sim/services.h"

/*
 * The control API under /sim/, with which tests and `slackapp sim` drive the simulator. It takes
 * and returns JSON; an error is {ok: false, error: SENTENCE} with an HTTP status. Slack has no such
 * API. A request acts in the workspace that `workspace` names by its id or domain, in the body of a
 * POST or the query of a GET; without one, in the first.
 *
 * It takes no token: the simulator listens on loopback only. To keep out web pages that run in a
 * browser of this machine, a request has to carry JSON, which a page cannot send to another origin
 * unasked; and sim_request() refuses hosts that are not loopback, and pages of other origins.
 */

typedef struct sim_control {
    const sim_services_t *services; /* of the first workspace */
    sim_feed_t *feed;
    slack_net_t *net;
    const char *bot_log; /* a path; NULL: unknown */
    slack_link_t waits;  /* requests that wait for transcript entries or for an app */
    size_t wait_count;
    slack_task_t look; /* checks the waits */
    bool closing;
} sim_control_t;

/* All are borrowed. */
void sim_control_init(sim_control_t *control, const sim_services_t *services, sim_feed_t *feed,
                      slack_net_t *net);
void sim_control_request(sim_control_t *control, slack_http_request_t *request);

/* Report that the transcript has grown or an app has connected. Requests that wait for this are
 * answered soon. */
void sim_control_changed(sim_control_t *control);
/* Answer all requests that wait. */
void sim_control_close(sim_control_t *control);

#endif
