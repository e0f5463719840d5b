/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_FORM_H
#define SLACK_UTIL_FORM_H

#include "util/buf.h"
#include "util/json.h"

/* application/x-www-form-urlencoded, both ways. */

/* The most fields that are read. */
#define SLACK_FORM_FIELDS_MAX 256

/*
 * Read a form into a JSON object of strings, in order of appearance. '+' is a space, %XX a byte; a
 * per cent sign that no two hex digits follow stands for itself; bytes that are not UTF-8 become
 * U+FFFD; a field without '=' has an empty value; of fields with the same name the first counts; an
 * empty name is passed over. 0, SLACK_ETOOBIG past the bound, SLACK_ENOMEM.
 */
int slack__form_parse(slack_arena_t *arena, const char *text, size_t len, const slack_json_t **ret);

/*
 * Append the members of an object as a form: strings as they are, numbers and booleans as text,
 * arrays and objects as JSON text, null left out. 0, SLACK_EINVAL when `object` is none,
 * SLACK_ETOOBIG, SLACK_ENOMEM.
 */
int slack__form_write(slack_buf_t *buf, const slack_json_t *object);

#endif
