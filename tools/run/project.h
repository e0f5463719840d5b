/* SPDX-License-Identifier: MIT */
#ifndef RUN_PROJECT_H
#define RUN_PROJECT_H

#include <stdbool.h>

#include "cli/command_line.h"
#include "util/arena.h"

/* The project that a bot belongs to: the command that builds it, and the folder of its sources. */
typedef struct run_project {
    const char *build;   /* for a shell; NULL: nothing builds the bot */
    const char *sources; /* the folder to watch; NULL without `build` */
    const char
        *output; /* a folder in `sources` that only the build writes to; NULL: there is none */
} run_project_t;

/*
 * Look for the project of a program, which need not exist yet, in its folder and in those above:
 * a build folder of Meson or CMake, or a folder with a Makefile. The first one counts. The strings
 * live in the arena. True, also if there is no project; false with a sentence in `problem`.
 */
bool run_project_find(const char *bot, slack_arena_t *arena, run_project_t *ret,
                      char problem[CLI_PROBLEM_SIZE]);

#endif
