/* SPDX-License-Identifier: MIT */
#include "webapi/args_check.h"

#include <string.h>

#include "protocol/message_body.h"
#include "protocol/methods.h"
#include "util/json.h"

static const char no_memory[] = "the arguments are wrong, and memory is out for the reason";

/* Null is not sent. */
static bool has(const slack_json_t *args, const char *name)
{
    const enum slack_json_type type = slack_json_type(slack_json_get(args, name));
    return type != SLACK_JSON_NONE && type != SLACK_JSON_NULL;
}

/* ---- methods that need one argument of several ---- */

#define NO_MESSAGE "the message is empty: pass text, blocks, attachments or markdown_text"
#define NO_TRIGGER                                                                                 \
    "the view has no trigger: pass the trigger_id or the interactivity_pointer of the delivery"

/* Slack's reference says of each that it needs one of them
 * (https://docs.slack.dev/reference/methods). Without names: what slack__message_shows(). */
static const struct choice {
    const char *method, *names[9], *why;
} choices[] = {
    {"chat.postEphemeral", {NULL}, NO_MESSAGE},
    {"chat.postMessage", {NULL}, NO_MESSAGE},
    {"chat.scheduleMessage", {NULL}, NO_MESSAGE},
    /* An empty value takes something out of the message. */
    {"chat.update",
     {"text", "blocks", "attachments", "markdown_text", "metadata", "file_ids",
      "unfurled_attachments", "reply_broadcast"},
     "nothing of the message would change: pass text, blocks, attachments or markdown_text"},
    {"conversations.open", {"channel", "users"}, "nobody is named: pass channel or users"},
    {"views.open", {"trigger_id", "interactivity_pointer"}, NO_TRIGGER},
    {"views.push", {"trigger_id", "interactivity_pointer"}, NO_TRIGGER},
    {"views.update", {"view_id", "external_id"}, "no view is named: pass view_id or external_id"},
};

/* An argument that methods.def lacks may be another one that is enough. */
static bool has_unknown(const slack_method_t *method, const slack_json_t *args)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(args, &it)) {
        const slack_arg_t *arg = method->args;
        while (arg->type != SLACK_ARG_NONE && strcmp(arg->name, it.key) != 0)
            arg++;
        if (arg->type == SLACK_ARG_NONE) return true;
    }
    return false;
}

static bool has_one_of(const struct choice *choice, const slack_json_t *args)
{
    if (*choice->names == NULL) return slack__message_shows(args);
    for (const char *const *name = choice->names; *name; name++)
        if (has(args, *name)) return true;
    return false;
}

static const char *find_choice(const slack_method_t *method, const slack_json_t *args)
{
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (strcmp(choices[i].method, method->name) == 0 && !has_one_of(&choices[i], args) &&
            !has_unknown(method, args))
            return choices[i].why;
    return NULL;
}

/* ---- the size of a page ---- */

/* Slack publishes a minimum and a maximum for these methods. Its "under 1000" of the others is
 * advice, and 0 is the default of some. */
#define ADVISED_MAX 999

static const char *check_size(slack_arena_t *arena, const slack_method_t *method,
                              const slack_json_t *args)
{
    static const char *const names[] = {"limit", "count"};
    if (method->pages != SLACK_PAGES_CURSOR || method->page_max == 0 ||
        method->page_max == ADVISED_MAX)
        return NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const slack_json_t *size = slack_json_get(args, names[i]);
        const int64_t number = slack_json_int(size, "");
        if (slack_json_type(size) != SLACK_JSON_NUMBER ||
            (number > 0 && number <= method->page_max))
            continue;
        const char *why =
            slack__arena_printf(arena, "the argument %s is out of range: pass one from 1 to %u",
                                names[i], (unsigned)method->page_max);
        return why ? why : no_memory;
    }
    return NULL;
}

const char *slack__args_check(slack_arena_t *arena, const char *method, const slack_json_t *args)
{
    const slack_method_t *known = method ? slack__method(method) : NULL;
    if (known == NULL || slack_json_error(args) != 0 ||
        (args && slack_json_type(args) != SLACK_JSON_OBJECT))
        return NULL;
    const char *why = find_choice(known, args);
    return why ? why : check_size(arena, known, args);
}
