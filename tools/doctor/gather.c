/* SPDX-License-Identifier: MIT */
#include "doctor/gather.h"

#include <stdio.h>
#include <string.h>

#include "app/options.h"
#include "cli/store_place.h"
#include "doctor/scopes.h"
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
    facts->sockets = facts->socket ? options->socket_connections : 0;
    facts->role = options->role;
    facts->checks_clients = options->http_tls_client_ca != NULL;
    facts->has_store_key = options->store_key != NULL;
    facts->installs = options->client_id != NULL;
    facts->drain_ms = options->drain_ms;
    facts->drain_delay_ms = options->drain_delay_ms;
}

/* An app that is given no store names it after its program. Without a bot, that is the one store in
 * this folder. `ret` borrows `place`. */
static void choose_store(slack_options_t *ret, const doctor_request_t *request,
                         store_place_t *place)
{
    char error[SLACK_ERROR_TEXT_MAX], problem[CLI_PROBLEM_SIZE];
    slack_options_t environment = {0};
    if (slack_options_from_env(&environment, error) != 0) return;
    const bool named = environment.store != NULL;
    slack_options_done(&environment);
    if (named) return;
    if (request->bot) {
        const char *slash = strrchr(request->bot[0], '/');
        snprintf(place->url, sizeof place->url, "sqlite:%.200s.db",
                 slash ? slash + 1 : request->bot[0]);
        ret->store = place->url;
    } else if (store_place_here(place, problem) == CLI_OK) {
        ret->store = place->url;
    }
}

static void explain(doctor_facts_t *facts, int rc, const char *error)
{
    facts->configured = rc == 0 && !error;
    if (!facts->configured && facts->configuration_error[0] == '\0')
        snprintf(facts->configuration_error, sizeof facts->configuration_error, "%s",
                 error ? error : slack_strerror(rc));
}

/* The token's scopes; for an app that others install, those that it asks them for. */
static void compare_scopes(doctor_facts_t *facts, const slack_json_t *description,
                           const slack_options_t *options)
{
    const char *granted = facts->auth.ok && facts->auth.has_scopes ? facts->auth.scopes : NULL;
    facts->scopes_asked = granted == NULL && options->client_id != NULL;
    if (facts->scopes_asked) granted = options->scopes ? options->scopes : "";
    if (granted) doctor_compare_scopes(description, granted, &facts->scopes);
}

static void gather_all(doctor_facts_t *facts, const slack_options_t *options,
                       const doctor_request_t *request, const slack_json_t *description)
{
    note_options(facts, options);
    doctor_gather_machine(facts, options, request);
    doctor_progress("looking at the store");
    doctor_gather_store(facts, options);
    doctor_progress("asking Slack");
    doctor_gather_slack(facts, options, request);
    doctor_progress("asking the request URL");
    doctor_gather_request_url(facts, options, request);
    if (description) compare_scopes(facts, description, options);
}

void doctor_gather(doctor_facts_t *ret, const doctor_request_t *request)
{
    slack_options_t options, given = {0};
    store_place_t place;
    const slack_json_t *description = NULL;
    slack_arena_t *arena = slack__arena_new(0, 0);
    const char *error = NULL;
    *ret = (doctor_facts_t){.grace_s = request->grace_s, .accepted = request->accept};
    doctor_gather_names(ret);
    doctor_progress("starting the bot in describe mode");
    if (arena && request->bot && doctor_gather_bot(ret, request, arena, &given, &description))
        error = doctor_bot_error(description);
    choose_store(&given, request, &place);
    const int rc = arena ? slack__options_resolve(&options, &given, true, ret->configuration_error)
                         : SLACK_ENOMEM;
    explain(ret, rc, error);
    if (rc == 0 && ret->configured) gather_all(ret, &options, request, description);
    if (rc == 0) slack_options_done(&options);
    slack__arena_free(arena);
}
