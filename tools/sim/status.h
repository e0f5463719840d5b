/* SPDX-License-Identifier: MIT */
#ifndef SIM_STATUS_H
#define SIM_STATUS_H

#include "sim/services.h"

/* The state of the simulator, as the control API shows it. */

/* Whether an app is connected: by a socket, or by a verified request URL. */
bool sim_app_is_there(const sim_services_t *services);

/* Everything of all workspaces, and the people and channels of one. */
const slack_json_t *sim_status_json(const sim_services_t *services, sim_json_builder_t *json);

#endif
