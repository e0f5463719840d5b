/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_FORM_H
#define SLACK_UTIL_FORM_H

#include "util/buf.h"
#include "util/json.h"

/* application/x-www-form-urlencoded, both ways. */

/* The most fields that a form may have. */
#define SLACK_FORM_FIELDS_MAX 256

/*
 * Read a form into a JSON object of strings, in order of appearance. '+' is a space, and %XX is a
 * byte; '%' without two hex digits stands for itself. Bytes that are not UTF-8 become U+FFFD. A
 * field without '=' has an empty value; a field without a name is ignored. If several fields have
 * the same name, the first one counts. 0; SLACK_ETOOBIG for too many fields; SLACK_ENOMEM.
 */
int slack__form_parse(slack_arena_t *arena, const char *text, size_t len, const slack_json_t **ret);

/*
 * Append the members of an object as a form: strings, numbers and booleans as text, arrays and
 * objects as JSON text; null is left out. 0; SLACK_EINVAL if `object` is not an object;
 * SLACK_ETOOBIG; SLACK_ENOMEM.
 */
int slack__form_write(slack_buf_t *buf, const slack_json_t *object);

#endif
