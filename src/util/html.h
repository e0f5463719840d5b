/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_HTML_H
#define SLACK_UTIL_HTML_H

#include "util/arena.h"

/* The text with the characters that mean something in HTML as references; it fits into an attribute
 * with quotes. Control characters and bytes that are not UTF-8 become U+FFFD. NULL: memory is out.
 */
const char *slack__html_escape(slack_arena_t *arena, const char *text);

#endif
