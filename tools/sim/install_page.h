/* SPDX-License-Identifier: MIT */
#ifndef SIM_INSTALL_PAGE_H
#define SIM_INSTALL_PAGE_H

#include "sim/services.h"

/* Takes a request to /oauth/v2/authorize, where an app sends a browser to be installed. There is no
 * page: ann has agreed at once, and the browser goes on to the redirect_uri with a code. */
void sim_install_request(const sim_services_t *services, slack_http_request_t *request);

#endif
