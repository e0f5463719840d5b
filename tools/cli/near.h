/* SPDX-License-Identifier: MIT */
#ifndef CLI_NEAR_H
#define CLI_NEAR_H

/* The name that a mistyped word stands for: begin with {.word = …} and offer every name. */
#define CLI_NEAR_NAME_MAX 63
typedef struct cli_near {
    const char *word;
    const char *name; /* the nearest so far; NULL: none is near */
    unsigned edits;   /* characters that are more, less or other in it than in the word */
} cli_near_t;

/* A name of more than CLI_NEAR_NAME_MAX bytes is not near. */
void cli_near_offer(cli_near_t *near, const char *name);

#endif
