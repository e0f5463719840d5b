/* SPDX-License-Identifier: MIT */
#ifndef SIM_WEBAPI_H
#define SIM_WEBAPI_H

#include "sim/services.h"

/* The Web API, /api/METHOD: reads the arguments and the token, runs the method, and answers. */
void sim_webapi_request(const sim_services_t *services, slack_http_request_t *request);

#endif
