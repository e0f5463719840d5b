/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_ARGS_H
#define SLACK_WEBAPI_ARGS_H

#include "util/json.h"

/*
 * Read a call's arguments back from its form: as strings, except arrays and objects, which the form
 * carries as JSON text. A message's `text` is always a string. 0; SLACK_EINVAL for a malformed
 * form; SLACK_ETOOBIG; SLACK_ENOMEM.
 */
int slack__args_read(slack_arena_t *arena, const char *form, size_t len, const slack_json_t **ret);

#endif
