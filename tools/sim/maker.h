/* SPDX-License-Identifier: MIT */
#ifndef SIM_MAKER_H
#define SIM_MAKER_H

#include "util/json.h"

/*
 * Making JSON in an arena with a sticky error: make what you like out of what you made, then look
 * at `rc` once. After the first failure everything is NULL, so nothing half made is ever taken for
 * whole by who looks.
 */
typedef struct sim_maker {
    slack_arena_t *arena;
    int rc; /* 0, or what went wrong first */
} sim_maker_t;

/* A value by template, see slack_jsonf(). A macro, since its %p takes JSON values, and pedantic
 * compilers want to hear of that that it is an extension. */
#define sim_make(...) (__extension__ sim_make_value(__VA_ARGS__))
const slack_json_t *sim_make_value(sim_maker_t *make, const char *template_, ...)
    SLACK_PRINTF(2, 3);

const slack_json_t *sim_make_bool(sim_maker_t *make, bool value);
/* The value of a JSON text. */
const slack_json_t *sim_make_parsed(sim_maker_t *make, const char *text, size_t len);
/* A copy of a value that lives in another arena. */
const slack_json_t *sim_make_copy(sim_maker_t *make, const slack_json_t *value);
/* `object`, and those members of `defaults` whose names it does not have. */
const slack_json_t *sim_make_merged(sim_maker_t *make, const slack_json_t *object,
                                    const slack_json_t *defaults);

/* An array or object that grows by one element at a time. */
typedef struct sim_list {
    slack_buf_t text;
    char close;
} sim_list_t;

void sim_list_begin(sim_maker_t *make, sim_list_t *list, char open); /* '[' or '{' */
void sim_list_add(sim_maker_t *make, sim_list_t *list, const slack_json_t *value);
void sim_list_put(sim_maker_t *make, sim_list_t *list, const char *key, const slack_json_t *value);
/* Ends the list, also after a failure. */
const slack_json_t *sim_list_end(sim_maker_t *make, sim_list_t *list);

/* Append JSON as Slack writes it (PHP's json_encode): every slash and everything beyond ASCII is
 * escaped. */
int sim_write_php(slack_buf_t *buf, const slack_json_t *value);

#endif
