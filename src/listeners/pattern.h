/* SPDX-License-Identifier: MIT */
#ifndef SLACK_LISTENERS_PATTERN_H
#define SLACK_LISTENERS_PATTERN_H

#include "util/arena.h"

/*
 * A regular expression (PCRE2), compiled once. The work and the memory of a search are limited, so
 * that no text blocks the loop. For the loop's thread only.
 */
typedef struct slack_pattern slack_pattern_t;

/* The steps that all patterns together may take for one delivery: milliseconds. A step is a
 * character that the search passes; each item of the pattern that it tries counts as several steps.
 * */
#define SLACK_PATTERN_STEPS_MAX 1000000u
/* A longer text is not searched. Slack cuts a message after 40,000 characters of at most 4 bytes.
 */
#define SLACK_PATTERN_TEXT_MAX ((size_t)160000)

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

/* Finds the pattern in `text`, in at most half of `*steps_left` steps: so it leaves steps for the
 * patterns behind it. Subtracts the steps that it took. 0 with the captures in the arena (`ret` is
 * optional); SLACK_ENOTFOUND; SLACK_ETOOBIG if a limit ended the search; SLACK_ENOMEM. */
int slack__pattern_find(slack_pattern_t *pattern, const char *text, unsigned *steps_left,
                        slack_arena_t *arena, slack_captures_t *ret);

#endif
