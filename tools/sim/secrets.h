/* SPDX-License-Identifier: MIT */
#ifndef SIM_SECRETS_H
#define SIM_SECRETS_H

#include "net/http_server.h"
#include "protocol/redact_json.h"
#include "sim/json_builder.h"

/* Append the JSON text of a value without its secrets, for a reader of the page: tokens, secrets,
 * codes, trigger_ids and response URLs become placeholders, as in a recording, and so does the
 * secret part of the simulator's own webhooks. 0; SLACK_ETOOBIG (the maximum of the buffer);
 * SLACK_ENOMEM; with `out` unchanged. */
int sim_secrets_write(const slack_redactor_t *redactor, slack_buf_t *out,
                      const slack_json_t *value);

/* Respond to the page with a value that was built with `json`, without its secrets. */
void sim_secrets_respond(const slack_redactor_t *redactor, slack_http_request_t *request,
                         const sim_json_builder_t *json, const slack_json_t *value);

#endif
