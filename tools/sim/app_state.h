/* SPDX-License-Identifier: MIT */
#ifndef SIM_APP_STATE_H
#define SIM_APP_STATE_H

#include "sim/services.h"

/* The app's side, as the page shows it. */

/* {connected, transport, connections, request_url, request_url_verified, events_off, user_agent,
 * installed_in}. `transport` is "Socket Mode", "HTTP" or null, `installed_in` the ids of
 * workspaces. */
const slack_json_t *sim_app_json(const sim_services_t *services, sim_json_builder_t *json);
/* Write it into the feed. */
void sim_app_changed(const sim_services_t *services);
/* Remember the User-Agent of a call. */
void sim_app_called(const sim_services_t *services, slack_slice_t user_agent);

#endif
