/* SPDX-License-Identifier: MIT */
#ifndef RUN_ENV_H
#define RUN_ENV_H

#include "util/arena.h"
#include <slack/json.h>

/*
 * The environment of a bot beside the simulator: `inherited` (NULL at its end), without the
 * variables that the simulator gives, and with those of `given`, which is an object of strings.
 * An app that others install (`distributed`) gets the client's id and secret and no token of a bot;
 * any other gets the token alone. NULL at the end, in the arena. NULL: memory is out.
 */
const char **run_env(slack_arena_t *arena, const char *const *inherited, const slack_json_t *given,
                     const char *transport, bool distributed);

#endif
