/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "app/options.h"
#include "cli/describe.h"
#include "doctor/gather.h"

/* The bot itself, in describe mode: it opens nothing. */

/* The options that the bot has by its program, its environment and the defaults. Those that are
 * secrets are not in a description, and come from the environment. */
static void take_options(const slack_json_t *description, slack_options_t *ret)
{
    const slack_json_t *options = slack_json_get(description, "/options");
    for (const slack_option_t *option = slack__option_table; option->field; option++) {
        char path[80];
        unsigned *number = (unsigned *)((char *)ret + option->offset);
        snprintf(path, sizeof path, "/%s", option->field);
        const slack_json_t *value = slack_json_get(options, path);
        if (!value) continue;
        if (option->type == SLACK_OPTION_TEXT)
            *(const char **)((char *)ret + option->offset) = slack_json_str(value, "");
        else if (option->type == SLACK_OPTION_NUMBER)
            *number = (unsigned)slack_json_int(value, "");
        if (option->type != SLACK_OPTION_WORD) continue;
        slack_slice_t rest = slack__slice(option->text), word;
        for (unsigned n = 1; slack__slice_split(&rest, ',', &word); n++)
            if (slack__slice_eq(slack__slice_trim(word), slack__slice(slack_json_str(value, ""))))
                *number = n;
    }
}

bool doctor_gather_bot(doctor_facts_t *facts, const doctor_request_t *request, slack_arena_t *arena,
                       slack_options_t *ret, const slack_json_t **ret_description)
{
    facts->bot_asked = true;
    if (!cli_describe(request->bot, arena, ret_description, facts->bot_problem)) return false;
    facts->bot_described = true;
    slack_json_iter_t it = {0};
    while (slack_json_next(slack_json_get(*ret_description, "/listeners"), &it))
        facts->listeners++;
    take_options(*ret_description, ret);
    return true;
}

const char *doctor_bot_error(const slack_json_t *description)
{
    if (slack_json_int(description, "/config/status") == 0) return NULL;
    const char *error = slack_json_str(description, "/config/error");
    return *error ? error : slack_strerror((int)slack_json_int(description, "/config/status"));
}
