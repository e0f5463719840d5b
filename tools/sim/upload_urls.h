/* SPDX-License-Identifier: MIT */
#ifndef SIM_UPLOAD_URLS_H
#define SIM_UPLOAD_URLS_H

#include "sim/services.h"

/* Takes a request to /upload/v1/KEY: the bytes of a file, as they are or as a part of a form. */
void sim_upload_request(const sim_services_t *services, slack_http_request_t *request);

#endif
