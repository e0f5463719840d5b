/* SPDX-License-Identifier: MIT */
#ifndef SIM_API_CALL_H
#define SIM_API_CALL_H

#include "sim/services.h"

/* A call of a Web API method: its arguments, and the answers that every method may give. */
typedef struct sim_call {
    const sim_services_t *services;
    sim_json_builder_t *json; /* of the answer */
    const char *method;
    const slack_json_t *args;    /* an object, never NULL; the values of a form are strings */
    slack_slice_t authorization; /* the header; its `ptr` is NULL if there is none */
    const sim_token_t *token; /* of a workspace, an organization or a person; NULL: another one */
    const sim_step_t *step;   /* the workflow step whose token was used, or NULL */
    const sim_org_t *org;     /* the organization whose token was used, or NULL */
    uint64_t retry_after_s;   /* 0: no rate limit has refused the call */
} sim_call_t;

/* An argument as text; "" if it is missing. Numbers and booleans of a JSON body become text, too.
 */
const char *sim_call_arg(const sim_call_t *call, const char *name);
bool sim_call_bool(const sim_call_t *call, const char *name);
/* A whole number from 1 to max; `fallback` if it is missing. False for anything else. */
bool sim_call_count(const sim_call_t *call, const char *name, size_t fallback, size_t max,
                    size_t *ret);
/* JSON, or JSON text as a form carries it; NULL if it is missing. False for malformed text. */
bool sim_call_json(const sim_call_t *call, const char *name, const slack_json_t **ret);

/* The user who acts: the person whose token is used, else the bot. */
const sim_user_t *sim_call_actor(const sim_call_t *call);

/* The channel that an argument names. The actor must be able to see it; for an own channel the
 * actor must be a member. Otherwise NULL, with the answer in *ret_failure. */
sim_channel_t *sim_call_channel(sim_call_t *call, const char *name,
                                const slack_json_t **ret_failure);
sim_channel_t *sim_call_own_channel(sim_call_t *call, const char *name,
                                    const slack_json_t **ret_failure);

/* {ok: false, error: …} */
const slack_json_t *sim_call_error(sim_call_t *call, const char *error);
/* The same, with a sentence in response_metadata.messages as Slack explains a bad argument. */
const slack_json_t *sim_call_error_with(sim_call_t *call, const char *error, const char *format,
                                        ...) SLACK_PRINTF(3, 4);
const slack_json_t *sim_call_missing(sim_call_t *call, const char *name);

#endif
