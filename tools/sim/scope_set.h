/* SPDX-License-Identifier: MIT */
#ifndef SIM_SCOPE_SET_H
#define SIM_SCOPE_SET_H

#include "sim/json_builder.h"

/* Sets of Slack's scopes (https://docs.slack.dev/reference/scopes). Pure. */

#define SIM_SCOPE_WORDS 3

typedef struct sim_scope_set {
    uint64_t words[SIM_SCOPE_WORDS];
} sim_scope_set_t;

/* Add the scopes of a list to the set: commas, spaces or plus signs lie between them. False at the
 * first scope that Slack does not have, which is in *ret_unknown. */
bool sim_scope_set_read(sim_scope_set_t *set, slack_slice_t list, slack_slice_t *ret_unknown);

bool sim_scope_set_empty(const sim_scope_set_t *set);
bool sim_scope_set_has(const sim_scope_set_t *set, const char *scope);
void sim_scope_set_add(sim_scope_set_t *set, const sim_scope_set_t *more);
void sim_scope_set_remove(sim_scope_set_t *set, const sim_scope_set_t *less);
/* Whether they have a scope in common. */
bool sim_scope_set_meet(const sim_scope_set_t *a, const sim_scope_set_t *b);

/* The scopes in alphabetical order, with commas between them. */
const char *sim_scope_set_text(sim_json_builder_t *json, const sim_scope_set_t *set);

#endif
