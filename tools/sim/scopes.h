/* SPDX-License-Identifier: MIT */
#ifndef SIM_SCOPES_H
#define SIM_SCOPES_H

#include "sim/api_call.h"

/* The scopes of the simulated app's bot token. */
#define SIM_APP_SCOPES                                                                             \
    "app_mentions:read,channels:history,channels:join,channels:manage,channels:read,chat:write,"   \
    "commands,files:read,files:write,groups:history,groups:read,groups:write,im:history,im:read,"  \
    "im:write,mpim:read,mpim:write,pins:read,pins:write,reactions:read,reactions:write,users:read"

/* missing_scope, with the method's scopes as `needed` and the app's other ones as `provided`; alone
 * for a method that needs no scope. */
const slack_json_t *sim_scopes_missing(sim_call_t *call);

#endif
