/* SPDX-License-Identifier: MIT */
#ifndef SIM_JSON_BUILDER_H
#define SIM_JSON_BUILDER_H

#include "util/json.h"

/*
 * Builds JSON values in an arena and remembers the first failure. A caller builds a whole value out
 * of parts and checks `rc` once. After a failure every function returns NULL, so no caller mistakes
 * a half-built value for a whole one.
 */
typedef struct sim_json_builder {
    slack_arena_t *arena;
    int rc; /* 0, or the first error */
} sim_json_builder_t;

/* A value from a template, as slack_jsonf() takes it. The macro keeps pedantic compilers quiet
 * about JSON values as arguments of %p. */
#define sim_json(...) (__extension__ sim_json_value(__VA_ARGS__))
const slack_json_t *sim_json_value(sim_json_builder_t *json, const char *template_, ...)
    SLACK_PRINTF(2, 3);

const slack_json_t *sim_json_bool(sim_json_builder_t *json, bool value);
const slack_json_t *sim_json_parsed(sim_json_builder_t *json, const char *text, size_t len);

/* Values of clients are less deep than the parser allows: what the simulator puts around them, as
 * an event in its envelope or a page of the history, must not be too deep for a reader. Slack's own
 * limit is not public. */
#define SIM_JSON_GIVEN_DEPTH_MAX 100
/* Read what an app or a person has sent. 0; SLACK_EJSON; SLACK_ETOOBIG (too deep, too long);
 * SLACK_ENOMEM; then *ret is NULL. */
int sim_json_given(slack_arena_t *arena, slack_slice_t text, const slack_json_t **ret);

/* A copy of a value that lives in another arena. */
const slack_json_t *sim_json_copy(sim_json_builder_t *json, const slack_json_t *value);
/* `object`, with the members of `defaults` that it lacks. */
const slack_json_t *sim_json_merged(sim_json_builder_t *json, const slack_json_t *object,
                                    const slack_json_t *defaults);

/* An array or an object that grows by one element at a time. */
typedef struct sim_list {
    slack_buf_t text;
    char close;
} sim_list_t;

void sim_list_begin(sim_json_builder_t *json, sim_list_t *list, char open); /* '[' or '{' */
void sim_list_add(sim_json_builder_t *json, sim_list_t *list, const slack_json_t *value);
void sim_list_put(sim_json_builder_t *json, sim_list_t *list, const char *key,
                  const slack_json_t *value);
/* Returns the list and frees its buffer. Call it after a failure, too. */
const slack_json_t *sim_list_end(sim_json_builder_t *json, sim_list_t *list);

/* Append JSON as Slack writes it, with PHP's json_encode: slashes and characters beyond ASCII are
 * escaped. */
int sim_json_write(slack_buf_t *buf, const slack_json_t *value);

#endif
