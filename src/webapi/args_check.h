/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_ARGS_CHECK_H
#define SLACK_WEBAPI_ARGS_CHECK_H

#include <slack/json.h>

#include "util/arena.h"

/*
 * Checks the arguments of a call: none comes twice; and against what methods.def and Slack's
 * reference say of the method, the required ones, those of which it needs one, and the bounds. Any
 * thread.
 *
 * NULL: Slack may accept them; it may accept anything for a method that is not in methods.def.
 * Otherwise a sentence in the arena: the cause, the cure.
 */
const char *slack__args_check(slack_arena_t *arena, const char *method, const slack_json_t *args);

#endif
