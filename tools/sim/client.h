/* SPDX-License-Identifier: MIT */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include "sim/json_builder.h"

/* Calls to a running simulator's control API: one at a time, on a loop of their own, until the
 * answer is there. */

/* Where the simulator is: --port, else SLACKAPP_SIM, else the default port. In the arena. NULL with
 * a sentence in `problem` (256 bytes). */
const char *sim_client_base(slack_arena_t *arena, const char *port, char *problem);

/* Call: GET when `body` is NULL, else POST. The answer lies in the arena of `json`. NULL with a
 * sentence in `problem` when there is no answer, or when it says ok: false. */
const slack_json_t *sim_client_call(sim_json_builder_t *json, const char *base, const char *path,
                                    const slack_json_t *body, char *problem);

#endif
