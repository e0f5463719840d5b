/* SPDX-License-Identifier: MIT */
#ifndef CLI_DESCRIBE_H
#define CLI_DESCRIBE_H

#include "cli/command_line.h"
#include <slack/json.h>

/*
 * Run a bot in describe mode (docs/describe.md). Its standard output goes to standard error. `argv`
 * ends with NULL; the first word is a path, or a name in PATH. The description lives in the arena.
 * True; false with a sentence in `problem`: the bot cannot be started, ends without a description,
 * or takes longer than CLI_DESCRIBE_MS, and then it is killed.
 */
#define CLI_DESCRIBE_MS 10000
bool cli_describe(const char *const *argv, slack_arena_t *arena, const slack_json_t **ret,
                  char problem[CLI_PROBLEM_SIZE]);

#endif
