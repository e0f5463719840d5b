/* SPDX-License-Identifier: MIT */
#ifndef SIM_MISHAPS_H
#define SIM_MISHAPS_H

#include "net/http_server.h"
#include "sim/services.h"

/*
 * What happens to the app because people want it: faults, time passes, the rate limits change, the
 * app comes back to a workspace that had uninstalled it. These are requests of the control API:
 *
 *     GET  /sim/fault    every kind of fault, those in force, the rate limits, the time that passed
 *     POST /sim/fault    {faults}: start these, as `slackapp sim fault` takes them
 *     POST /sim/fault/clear  {name}: end those of that kind, or all
 *     POST /sim/limits   {limits: "none" | "tiers" | "distributed"}, in all workspaces
 *     POST /sim/clock    {ms}: so much time passes
 *     POST /sim/install  the workspace installs the app again, with its first token
 */

/* Answer the request. False: it is another one. */
bool sim_mishap_request(const sim_services_t *services, slack_http_request_t *request,
                        const slack_json_t *args);

#endif
