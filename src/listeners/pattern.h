/* SPDX-License-Identifier: MIT */
#ifndef SLACK_LISTENERS_PATTERN_H
#define SLACK_LISTENERS_PATTERN_H

#include "util/arena.h"

/*
 * A regular expression (PCRE2), compiled once. The work and the memory of one match are limited, so
 * that no pattern and no text blocks the loop. For the loop's thread only.
 */
typedef struct slack_pattern slack_pattern_t;

/* Compiles a pattern. 0; SLACK_EINVAL with the place and the reason in `error`
 * (SLACK_ERROR_TEXT_MAX bytes, optional); SLACK_ENOMEM. */
int slack__pattern_new(slack_pattern_t **ret, const char *pattern, char *error);
void slack__pattern_free(slack_pattern_t *pattern);

/* Copies of the texts that the groups of a pattern captured. The first is the whole match. "" for a
 * group that is not part of the match. */
typedef struct slack_captures {
    const char **items;
    size_t count;
} slack_captures_t;

/* Finds the pattern in `text`. 0 with the captures in the arena (`ret` is optional);
 * SLACK_ENOTFOUND; SLACK_ETOOBIG if a limit ended the search; SLACK_ENOMEM. */
int slack__pattern_find(slack_pattern_t *pattern, const char *text, slack_arena_t *arena,
                        slack_captures_t *ret);

#endif
