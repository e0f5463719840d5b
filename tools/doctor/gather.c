/* SPDX-License-Identifier: MIT */
#include "doctor/gather.h"

#include <stdio.h>
#include <string.h>

#include "app/options.h"
#include "protocol/token_kind.h"
#include "util/str.h"

static void note_options(doctor_facts_t *facts, const slack_options_t *options)
{
    const char *transport = options->transport ? options->transport : "";
    const char *token = options->app_token;
    const char *kind = token ? slack__token_kind(token) : NULL;
    facts->http = slack__list_has(transport, "http");
    facts->socket = slack__list_has(transport, "socket");
    facts->has_bot_token = options->bot_token != NULL;
    facts->has_app_token = token != NULL;
    facts->app_token_fits = token && slack__token_is(token, SLACK_TOKEN_OF_APP);
    snprintf(facts->app_token_kind, sizeof facts->app_token_kind, "%s", kind ? kind : "");
    snprintf(facts->port, sizeof facts->port, "%.15s", options->http_port);
    facts->connections = options->http_limits.connections;
    facts->drain_ms = options->drain_ms;
    facts->drain_delay_ms = options->drain_delay_ms;
}

void doctor_gather(doctor_facts_t *ret, const doctor_request_t *request)
{
    slack_options_t options;
    *ret = (doctor_facts_t){.grace_s = request->grace_s};
    doctor_gather_names(ret);
    const int rc = slack__options_resolve(&options, NULL, true, ret->configuration_error);
    ret->configured = rc == 0;
    if (rc != 0 && ret->configuration_error[0] == '\0')
        snprintf(ret->configuration_error, sizeof ret->configuration_error, "%s",
                 slack_strerror(rc));
    if (rc != 0) return;
    note_options(ret, &options);
    doctor_gather_machine(ret, &options);
    doctor_gather_slack(ret, &options, request);
    doctor_gather_request_url(ret, &options, request);
    slack_options_done(&options);
}
