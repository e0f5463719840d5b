/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_REQUEST_H
#define SLACK_WEBAPI_REQUEST_H

#include <slack/request.h>

#include "util/arena.h"

/*
 * The arguments of a request as a JSON object in the arena, for slack__args_check(). A failed value
 * if an argument is a failed value, or if the program was compiled with the headers of another
 * library. NULL if a request by name has no arguments.
 */
const slack_json_t *slack__request_args(slack_arena_t *arena, slack_request_t request);

#endif
