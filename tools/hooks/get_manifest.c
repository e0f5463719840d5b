/* SPDX-License-Identifier: MIT */
#include "hooks/hook.h"

#include <string.h>

#include "cli/describe.h"
#include "manifest/merge.h"

#define NOTES_MAX ((size_t)1 << 20)

/* Of a bot over HTTP whose manifest has no URL yet. */
#define ANY_URL "https://bot.example.com"

/* The manifest of the bot, from its listeners, merged into the file's, which may be NULL. NULL with
 * a sentence, or after a failure of the builder. */
static const slack_json_t *make(sim_json_builder_t *json, const char *bot, const slack_json_t *file,
                                char problem[CLI_PROBLEM_SIZE])
{
    const char *const argv[] = {bot, NULL};
    const slack_json_t *description = NULL;
    if (!cli_describe(argv, json->arena, &description, problem)) return NULL;
    const char *transport = slack_json_str(description, "/options/transport");
    manifest_choices_t choices = {.name = strrchr(bot, '/') + 1, .url = ANY_URL};
    choices.http = strstr(transport, "http") != NULL;
    choices.socket = !choices.http || strstr(transport, "socket") != NULL;
    manifest_needs_t needs;
    manifest_scopes_t has;
    slack_buf_t notes;
    slack__buf_init(&notes, NOTES_MAX);
    json->rc = manifest_scopes_of(json->arena, file, &has)
                   ? manifest_find_needs(description, &has, &needs, &notes)
                   : SLACK_ENOMEM;
    if (notes.len > 0) fwrite(slack__buf_ptr(&notes), 1, notes.len, stderr);
    slack__buf_done(&notes);
    if (json->rc != 0) return NULL;
    const slack_json_t *made = manifest_make(json, description, &needs, &choices);
    const manifest_merging_t merging = {.json = json, .needs = &needs};
    return file ? manifest_merge(&merging, made, file) : made;
}

int hook_get_manifest(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE])
{
    sim_json_builder_t json = {request->arena, 0};
    const slack_json_t *manifest = NULL;
    const int file = hook_read_json(request->arena, "manifest.json", &manifest, problem);
    if (file < 0) return CLI_FAILED;
    if (!request->bot && file == 0) {
        snprintf(problem, CLI_PROBLEM_SIZE,
                 "there is no manifest.json, and no bot to make it from: add --bot, with the path "
                 "of its program, to the command of get-hooks in .slack/hooks.json");
        return CLI_FAILED;
    }
    if (request->bot) {
        const int status = hook_build(request, problem);
        if (status != CLI_OK) return status;
        const slack_json_t *made = make(&json, request->bot, file > 0 ? manifest : NULL, problem);
        if (!made && json.rc == 0) return CLI_FAILED;
        manifest = made;
    }
    return hook_answer(request, &json, manifest, problem);
}
