/* SPDX-License-Identifier: MIT */
#ifndef SIM_SCOPES_H
#define SIM_SCOPES_H

#include "sim/api_call.h"
#include "sim/responses.h"

/* The scopes of the bot where the app is installed from the start. */
#define SIM_APP_SCOPES                                                                             \
    "app_mentions:read,assistant:write,channels:history,channels:join,channels:manage,channels:"   \
    "read,chat:write,"                                                                             \
    "commands,files:read,files:write,groups:history,groups:read,groups:write,im:history,im:read,"  \
    "im:write,links:read,links:write,mpim:read,mpim:write,pins:read,pins:write,reactions:read,"    \
    "reactions:write,users:read"

/* The scopes of which a token of a bot, or of a person, needs one for a method; empty: it needs
 * none. False: Slack's method takes no such token. */
bool sim_scopes_needed(const char *method, bool bot, sim_scope_set_t *ret);

/* The headers of the answer to a call. */
sim_scope_headers_t sim_scopes_headers(sim_call_t *call);

/* missing_scope, with the method's scopes as `needed` and the other ones of the token as
 * `provided`; alone for a method that needs no scope. */
const slack_json_t *sim_scopes_missing(sim_call_t *call);

#endif
