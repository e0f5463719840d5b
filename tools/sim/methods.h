/* SPDX-License-Identifier: MIT */
#ifndef SIM_METHODS_H
#define SIM_METHODS_H

#include "sim/callers.h"

/* The methods of the Web API: one file and one table for each family. */

typedef struct sim_method {
    const char *name;
    enum sim_token_kind token; /* the kind of token that it takes */
    /* Returns the answer, `ok` included; NULL without memory. */
    const slack_json_t *(*run)(sim_call_t *call);
} sim_method_t;

/* Each ends with a row whose name is NULL. */
extern const sim_method_t sim_methods_apps[];
extern const sim_method_t sim_methods_assistant[];
extern const sim_method_t sim_methods_auth[];
extern const sim_method_t sim_methods_chat[];
extern const sim_method_t sim_methods_conversations[];
extern const sim_method_t sim_methods_files[];
extern const sim_method_t sim_methods_functions[];
extern const sim_method_t sim_methods_history[];
extern const sim_method_t sim_methods_items[];
extern const sim_method_t sim_methods_members[];
extern const sim_method_t sim_methods_oauth[];
extern const sim_method_t sim_methods_scheduled[];
extern const sim_method_t sim_methods_streams[];
extern const sim_method_t sim_methods_teams[];
extern const sim_method_t sim_methods_users[];
extern const sim_method_t sim_methods_views[];

/* NULL if the simulator has no such method. */
const sim_method_t *sim_method_find(const char *name);

#endif
