/* SPDX-License-Identifier: MIT */
#ifndef HOOKS_HOOK_H
#define HOOKS_HOOK_H

#include "cli/command_line.h"
#include "sim/json_builder.h"

/*
 * A hook is a call of the Slack CLI: a line of a shell, run in the project, which prints its answer
 * as one JSON value. https://docs.slack.dev/tools/slack-cli/reference/hooks
 *
 * The CLI takes all of standard output for the answer (protocol "default"), or what stands between
 * two copies of a word that it passes as --boundary (protocol "message-boundaries"). Here standard
 * output has the answer alone, and all else goes to standard error, so that one way serves both.
 */

typedef struct hook_request {
    slack_arena_t *arena;
    const char *self;     /* the path of this program */
    const char *bot;      /* the path of the bot's program; NULL: none is named */
    const char *build;    /* how to build it, for a shell; NULL: as its project says */
    const char *deploy;   /* how to deploy it, for a shell; NULL: not known */
    const char *boundary; /* NULL: the protocol "default" */
} hook_request_t;

/* The hooks. Each returns an exit status; unless that is CLI_OK, with a sentence in `problem`. The
 * working directory is the folder of the project. */
int hook_get_hooks(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE]);
int hook_get_manifest(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE]);
int hook_start(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE]);
int hook_doctor(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE]);
int hook_check_update(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE]);
int hook_deploy(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE]);

/* Print the answer of a hook. `json` is its builder: a failure there is one of the hook. */
int hook_answer(const hook_request_t *request, const sim_json_builder_t *json,
                const slack_json_t *answer, char problem[CLI_PROBLEM_SIZE]);

/* Whether a bot is named; else a sentence says how to name it. */
bool hook_has_bot(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE]);

/* Build the bot, if there is a command for it. Builds of one project run one after the other, as
 * the CLI may call two hooks at once. The output of the build goes to standard error. A signal that
 * asks this program to end first ends the build. CLI_OK; CLI_FAILED with a sentence. */
int hook_build(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE]);

/* Read a JSON file of the project, into the arena. 1; 0: there is no such file; -1 with a
 * sentence. */
int hook_read_json(slack_arena_t *arena, const char *path, const slack_json_t **ret,
                   char problem[CLI_PROBLEM_SIZE]);

/* ---- pure ---- */

/* What get-hooks answers: the commands of the hooks, and settings of the CLI. NULL with a sentence:
 * a word cannot be passed through the CLI, or memory is out. */
const slack_json_t *hook_interface(sim_json_builder_t *json, const hook_request_t *request,
                                   char problem[CLI_PROBLEM_SIZE]);

/* A release as check-update reports it: of what runs, and of what is installed. A version is NULL
 * if it is not known, and then `error` says why. */
const slack_json_t *hook_release(sim_json_builder_t *json, const char *current,
                                 const char *installed, const char *error);

#endif
