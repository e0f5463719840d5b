/* SPDX-License-Identifier: MIT */
#ifndef SIM_SEEN_H
#define SIM_SEEN_H

#include "sim/json_builder.h"

/* The app's User-Agent, and the commands and shortcuts that it has acked: the simulator does not
 * know the app's settings. Pure. */

#define SIM_SEEN_MAX  64 /* names of each kind; any more are ignored */
#define SIM_SEEN_SIZE 128

typedef struct sim_names {
    size_t count;
    char list[SIM_SEEN_MAX][SIM_SEEN_SIZE];
} sim_names_t;

typedef struct sim_seen {
    char user_agent[SIM_SEEN_SIZE]; /* "": no call had one */
    sim_names_t commands;           /* "/order" */
    sim_names_t shortcuts;          /* callback_ids, of global ones */
    sim_names_t message_shortcuts;
} sim_seen_t;

/* The app has acked a command or an interaction with that payload. */
void sim_seen_acked(sim_seen_t *seen, const slack_json_t *payload);
/* An array of strings. */
const slack_json_t *sim_names_json(sim_json_builder_t *json, const sim_names_t *names);

#endif
