/* SPDX-License-Identifier: MIT */
#ifndef SIM_PAGE_STATE_H
#define SIM_PAGE_STATE_H

#include "net/http_server.h"
#include "sim/feed.h"
#include "sim/services.h"

/* Respond with a workspace as the page begins with it: everything as of the feed's newest entry,
 * whose id is in it, with the newest SIM_STATE_MESSAGES messages of each channel. Without secrets.
 */
void sim_page_state_request(const sim_services_t *services, const sim_feed_t *feed,
                            slack_http_request_t *request);

#define SIM_STATE_MESSAGES 200
/* Older messages than the newest are left out where all bodies together would be longer. */
#define SIM_STATE_BYTES_MAX ((size_t)8 << 20)

#endif
