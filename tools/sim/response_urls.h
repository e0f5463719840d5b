/* SPDX-License-Identifier: MIT */
#ifndef SIM_RESPONSE_URLS_H
#define SIM_RESPONSE_URLS_H

#include "sim/services.h"

/* Response URLs, /commands/KEY and /actions/KEY: an app posts a message to one, without a token,
 * five times within 30 minutes. An error has an HTTP status, as with all webhooks of Slack. */
void sim_response_url_request(const sim_services_t *services, slack_http_request_t *request);

#endif
