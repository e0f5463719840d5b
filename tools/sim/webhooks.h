/* SPDX-License-Identifier: MIT */
#ifndef SIM_WEBHOOKS_H
#define SIM_WEBHOOKS_H

#include "sim/services.h"

/* Incoming webhooks, /services/TEAM/CHANNEL/KEY, and the trigger of a workflow,
 * /triggers/TEAM/1/KEY: an app posts to one, without a token. Errors are texts with an HTTP status
 * (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors). Each
 * channel has a webhook, with the same key in every run. */
void sim_webhook_request(const sim_services_t *services, slack_http_request_t *request);

/* The URL of a channel's webhook, or of the trigger if `channel` is NULL. "" without memory. */
const char *sim_webhook_url(sim_json_builder_t *json, const sim_services_t *services,
                            const sim_channel_t *channel);

#endif
