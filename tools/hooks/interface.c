/* SPDX-License-Identifier: MIT */
#include "hooks/hook.h"

#include <string.h>

#include "util/library_faults.h"

/* The CLI cuts a command into words at every blank of Unicode, and joins them with single spaces,
 * quotes or not. Only single spaces survive that. */
static bool survives(const char *text)
{
    for (size_t len; *text; text += len) {
        len = slack__blank_len(text);
        if (len > 0 && (*text != ' ' || slack__blank_len(text + 1) > 0)) return false;
        if (len == 0) len = 1;
    }
    return true;
}

/* Append " --name VALUE" to a command. False with a sentence; a NULL value appends nothing. */
static bool add_option(sim_json_builder_t *json, const char **command, const char *name,
                       const char *value, char problem[CLI_PROBLEM_SIZE])
{
    if (!value) return true;
    const char *word = cli_shell_word(json->arena, value);
    if (word && !survives(word)) {
        snprintf(problem, CLI_PROBLEM_SIZE,
                 "%s \"%.120s\": the Slack CLI keeps no two blanks in a row, tabs and line breaks "
                 "of a hook: put the command into a script",
                 name, value);
        return false;
    }
    *command = word ? slack__arena_printf(json->arena, "%s %s %s", *command, name, word) : NULL;
    if (!*command) snprintf(problem, CLI_PROBLEM_SIZE, "out of memory");
    return *command != NULL;
}

const slack_json_t *hook_interface(sim_json_builder_t *json, const hook_request_t *request,
                                   char problem[CLI_PROBLEM_SIZE])
{
    static const struct interface_hook {
        const char *name;
        bool has_bot, has_build, has_deploy;
    } hooks[] = {
        {"get-manifest", true, true, false}, {"start", true, true, false},
        {"doctor", true, false, false},      {"check-update", true, false, false},
        {"deploy", false, false, true},
    };
    const char *self = cli_shell_word(json->arena, request->self);
    if (self && !survives(self)) {
        snprintf(problem, CLI_PROBLEM_SIZE,
                 "the path of this program, \"%.120s\", has two blanks in a row, a tab or a line "
                 "break, which the Slack CLI does not keep: move the program",
                 request->self);
        return NULL;
    }
    sim_list_t list;
    bool good = true;
    sim_list_begin(json, &list, '{');
    for (size_t i = 0; good && i < sizeof hooks / sizeof *hooks; i++) {
        const struct interface_hook *hook = &hooks[i];
        /* Without this hook the CLI says that there is none, before it changes an app at Slack. */
        if (hook->has_deploy && !request->deploy) continue;
        /* With "exec", the signals of the CLI reach the bot, and no shell in between. */
        const char *command =
            self ? slack__arena_printf(json->arena, "exec %s hooks %s", self, hook->name) : NULL;
        if (hook->has_bot) good = add_option(json, &command, "--bot", request->bot, problem);
        if (hook->has_build && good)
            good = add_option(json, &command, "--build", request->build, problem);
        if (hook->has_deploy)
            good = add_option(json, &command, "--deploy", request->deploy, problem);
        if (good) sim_list_put(json, &list, hook->name, sim_json(json, "%s", command));
    }
    const slack_json_t *commands = sim_list_end(json, &list);
    if (!good) return NULL;
    /* The filter is a regular expression of Go. A build writes no file of these names, unless it
     * makes sources. */
    return sim_json(json,
                    "{runtime: 'c', hooks: %p, config: {"
                    " protocol-version: ['message-boundaries', 'default'],"
                    " sdk-managed-connection-enabled: true,"
                    " watch: {manifest: {paths: ['manifest.json']},"
                    " app: {paths: ['.'], filter-regex: %s}}}}",
                    commands, "\\.(c|h|cc|cpp|cxx|hh|hpp|inc|def)$");
}

/* The first number of a version that an incompatible change raises: the first, or the second one
 * while the first is 0. https://semver.org */
static bool is_breaking(const char *from, const char *to)
{
    const unsigned major = slack__slice_number(slack__slice(from));
    if (major != slack__slice_number(slack__slice(to))) return true;
    if (major > 0) return false;
    const char *from_dot = strchr(from, '.'), *to_dot = strchr(to, '.');
    return slack__slice_number(slack__slice(from_dot ? from_dot + 1 : "")) !=
           slack__slice_number(slack__slice(to_dot ? to_dot + 1 : ""));
}

const slack_json_t *hook_release(sim_json_builder_t *json, const char *current,
                                 const char *installed, const char *error)
{
    const int order = current && installed ? slack__version_compare(current, installed) : 0;
    const bool update = order < 0;
    const char *message = NULL;
    if (error)
        message = NULL;
    else if (update)
        message = "The bot runs with an older version than the installed one: build it again.";
    else if (order > 0)
        message = "The bot runs with a newer version than the installed one.";
    else
        message = "The bot runs with the installed version. No server was asked for a newer one.";
    /* The CLI shows a difference of the two as an advice, and so they differ for an update only. An
     * error is an object: the CLI refuses the string of its documentation. */
    return sim_json(json,
                    "{name: 'slackapp', current?: %s, latest?: %s, update: !!%d, breaking: !!%d,"
                    " message?: %s, error?: %p}",
                    current, order > 0 ? current : installed, update,
                    update && is_breaking(current, installed), message,
                    error ? sim_json(json, "{message: %s}", error) : NULL);
}
