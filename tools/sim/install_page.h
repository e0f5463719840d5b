/* SPDX-License-Identifier: MIT */
#ifndef SIM_INSTALL_PAGE_H
#define SIM_INSTALL_PAGE_H

#include "sim/services.h"

/*
 * Takes the requests of browsers to /oauth/v2/authorize, /oauth/v2_user/authorize and
 * /openid/connect/authorize, where an app sends a person: a page asks the person, whose answer
 * sends the browser on to the redirect URI. Also those of apps to /openid/connect/keys and to
 * /.well-known/openid-configuration.
 *
 * The form has a value that a cookie of the browser has, too, so that no other page can press its
 * buttons.
 */
void sim_install_request(const sim_services_t *services, slack_http_request_t *request);

#endif
