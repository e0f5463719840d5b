/* SPDX-License-Identifier: MIT */
#ifndef SIM_WEBAPI_H
#define SIM_WEBAPI_H

#include "sim/sim.h"

/*
 * Web API methods. A method takes a call and returns its answer, `ok` included; NULL when memory is
 * out.
 */

typedef struct sim_call {
    sim_t *sim;
    sim_json_builder_t *json;
    const char *method;
    const slack_json_t *args; /* an object, never NULL; values of a form are strings */
    const sim_step_t *step;   /* whose token it came with; NULL for none */
} sim_call_t;

enum sim_token { SIM_TOKEN_BOT = 1, SIM_TOKEN_APP = 2 };

typedef struct sim_method {
    const char *name;
    enum sim_token token; /* the kind that it takes */
    const slack_json_t *(*run)(sim_call_t *call);
} sim_method_t;

/* NULL-named row at the end. */
extern const sim_method_t sim_methods_basic[]; /* auth.test, apps.connections.open, users.info */
extern const sim_method_t sim_methods_assistant[];
extern const sim_method_t sim_methods_chat[];
extern const sim_method_t sim_methods_conversations[];
extern const sim_method_t sim_methods_steps[];
extern const sim_method_t sim_methods_views[];

/* {ok: false, error: …} */
const slack_json_t *sim_fail(sim_call_t *call, const char *error);
/* The same with a sentence in response_metadata.messages, as Slack explains a bad argument. */
const slack_json_t *sim_fail_with(sim_call_t *call, const char *error, const char *format, ...)
    SLACK_PRINTF(3, 4);
const slack_json_t *sim_fail_missing(sim_call_t *call, const char *name);

/* Arguments: "" where there is none. Numbers and booleans of a JSON body as text. */
const char *sim_arg(const sim_call_t *call, const char *name);
bool sim_arg_bool(const sim_call_t *call, const char *name);
/* A whole number from 1 to max; `fallback` where there is none. False for anything else. */
bool sim_arg_count(const sim_call_t *call, const char *name, size_t fallback, size_t max,
                   size_t *ret);
/* JSON, or JSON text as a form carries it; NULL where there is none. False for malformed text. */
bool sim_arg_json(const sim_call_t *call, const char *name, const slack_json_t **ret);

#endif
