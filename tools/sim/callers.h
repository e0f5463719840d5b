/* SPDX-License-Identifier: MIT */
#ifndef SIM_CALLERS_H
#define SIM_CALLERS_H

#include "sim/api_call.h"

/* The workspace that a call of the app is for: that of its token, or one of the organization. */

/* A method that takes a bot's token takes a person's too, if Slack's does. */
enum sim_token_kind { SIM_TOKEN_NONE, SIM_TOKEN_BOT, SIM_TOKEN_USER, SIM_TOKEN_APP };

typedef struct sim_caller {
    enum sim_token_kind kind;
    const sim_services_t *services; /* of the token's workspace; NULL: it is org-wide */
    const sim_step_t *step;         /* the workflow step whose token it is, or NULL */
    const sim_token_t *token;       /* NULL for a step's */
} sim_caller_t;

/* The token in an Authorization header; its `ptr` is NULL if there is none. At Slack "Bearer" is
 * case-sensitive. */
slack_slice_t sim_bearer(slack_slice_t authorization);

/* The caller with that token. NULL for success, else Slack's word for the error. */
const char *sim_caller_find(const sim_services_t *any, slack_slice_t token, sim_caller_t *ret);

/* Whether the caller may see what is in the workspace. */
bool sim_caller_sees(const sim_caller_t *caller, const sim_services_t *services);

/* Set the services of a call with that caller. The workspace of an org-wide call is the one that
 * `team_id` names, else the one that has what the arguments name. NULL for success, else Slack's
 * word for the error. */
const char *sim_caller_act(const sim_caller_t *caller, sim_call_t *call);

#endif
