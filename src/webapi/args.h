/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_ARGS_H
#define SLACK_WEBAPI_ARGS_H

#include "util/json.h"

/*
 * A call's arguments, read back out of the form that carries them: strings, but with arrays and
 * objects, which travel as JSON text, read as what they are. A message's text is itself, whatever
 * it looks like. 0; SLACK_EINVAL for what is no form; SLACK_ETOOBIG; SLACK_ENOMEM.
 */
int slack__args_read(slack_arena_t *arena, const char *form, size_t len, const slack_json_t **ret);

#endif
