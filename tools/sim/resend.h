/* SPDX-License-Identifier: MIT */
#ifndef SIM_RESEND_H
#define SIM_RESEND_H

#include "net/http_server.h"
#include "sim/services.h"

/* Takes POST /sim/resend {number, retry}: send a delivery once more, by its number in the feed; 0:
 * the newest. With `retry` an event is redelivered as Slack does: with its event_id, and its retry
 * number. Else the delivery is a new one, which the app handles again: an event gets another
 * event_id, a command or an interaction a new trigger_id, because the old one is used or expired.
 * The body of its ack does what that of the first ack did. The request is answered before. */
void sim_resend_request(const sim_services_t *services, slack_http_request_t *request,
                        const slack_json_t *args);

#endif
