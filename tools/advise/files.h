/* SPDX-License-Identifier: MIT */
#ifndef ADVISE_FILES_H
#define ADVISE_FILES_H

#include "advise/plan.h"
#include "cli/write_files.h"
#include "util/arena.h"

/* The files of a deployment, made from tools/advise/templates/ by the figures of the plan. Pure. */

#define ADVISE_FILES_MAX 12

/* The files live in the arena; the last row has no path. False with a sentence: memory is out, or a
 * template has a mark that nobody knows. */
bool advise_files(const advise_case_t *the_case, const advise_plan_t *plan, slack_arena_t *arena,
                  cli_file_t ret[ADVISE_FILES_MAX + 1], char problem[CLI_PROBLEM_SIZE]);

#endif
