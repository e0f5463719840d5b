/* SPDX-License-Identifier: MIT */
#include "webapi/args_check.h"

#include <inttypes.h>
#include <string.h>

#include "protocol/message_body.h"
#include "protocol/methods.h"
#include "util/json.h"

/* A sentence that memory may be out for. */
static const char *say(const char *why)
{
    return why ? why : "the arguments are wrong, and memory is out for the reason: try again";
}

/* The fact about an argument of this name; NULL: methods.def lacks it. */
static const slack_arg_t *find_arg(const slack_method_t *method, const char *name)
{
    const slack_arg_t *arg = method->args;
    while (arg->type != SLACK_ARG_NONE && strcmp(arg->name, name) != 0)
        arg++;
    return arg->type == SLACK_ARG_NONE ? NULL : arg;
}

/* Null is not sent. An empty string is no id, and no JSON text; but as an optional list it may take
 * something away. */
static bool has(const slack_json_t *args, const slack_arg_t *arg)
{
    const slack_json_t *value = slack__json_member(args, slack__slice(arg->name));
    const enum slack_json_type type = slack_json_type(value);
    const bool may_be_empty =
        arg->type == SLACK_ARG_STRING || (arg->type == SLACK_ARG_JSON && !arg->required);
    if (type == SLACK_JSON_STRING) return may_be_empty || *slack_json_str(value, "") != '\0';
    return type != SLACK_JSON_NONE && type != SLACK_JSON_NULL;
}

/* ---- arguments that come twice ---- */

/* More than any method takes. */
#define ARGS_MAX 1000

static const char *find_double(slack_arena_t *arena, const slack_json_t *args)
{
    slack_json_iter_t it = {0};
    if (slack_json_count(args, "") > ARGS_MAX)
        return "there are more than 1000 arguments: pass those of the method";
    while (slack_json_next(args, &it))
        if (slack__json_member(args, slack__json_key(&it)) != it.value)
            return say(
                slack__arena_printf(arena, "the argument %.80s comes twice: pass it once", it.key));
    return NULL;
}

/* ---- required arguments ---- */

static const char *find_missing(slack_arena_t *arena, const slack_method_t *method,
                                const slack_json_t *args)
{
    const slack_arg_t *last = NULL;
    const char *names = "";
    unsigned count = 0;
    for (const slack_arg_t *arg = method->args; names && arg->type != SLACK_ARG_NONE; arg++) {
        if (!arg->required || has(args, arg)) continue;
        names = slack__arena_printf(arena, "%s%s%s", names, count++ ? " and " : "", arg->name);
        last = arg;
    }
    if (names == NULL) return say(NULL);
    if (count == 0) return NULL;
    if (count > 1)
        return say(slack__arena_printf(arena, "the arguments %s are missing: pass them", names));
    const bool empty = slack_json_type(slack_json_get(args, last->name)) == SLACK_JSON_STRING;
    return say(slack__arena_printf(arena, "the argument %s is %s", names,
                                   empty ? "empty: pass a value" : "missing: pass it"));
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

static const char *find_choice(const slack_method_t *method, const slack_json_t *args)
{
    const struct choice *choice = choices, *const end = choices + sizeof choices / sizeof *choices;
    while (choice < end && strcmp(choice->method, method->name) != 0)
        choice++;
    if (choice == end || (*choice->names == NULL && slack__message_shows(args))) return NULL;
    for (const char *const *name = choice->names; *name; name++) {
        const slack_arg_t *arg = find_arg(method, *name);
        if (arg && has(args, arg)) return NULL;
    }
    /* An argument that methods.def lacks may be another one that is enough. */
    slack_json_iter_t it = {0};
    while (slack_json_next(args, &it))
        if (find_arg(method, it.key) == NULL) return NULL;
    return choice->why;
}

/* ---- arguments with bounds ---- */

#define METHOD(tag, name, tier, effect, flags, scopes)
#define ARG(tag, type, name)
#define REQUIRED(tag, type, name)
#define UPLOAD(tag, name)
#define BOUNDS(method, name, min, max) {method, #name, min, max},
#define END
#define PAGES(kind, items, max)

static const struct bounds {
    const char *method, *name;
    int64_t min, max;
} bounds[] = {
#include "protocol/methods.def"
};

static const char *check_bounds(slack_arena_t *arena, const struct bounds *row,
                                const slack_json_t *args)
{
    const slack_json_t *value = slack_json_get(args, row->name);
    const int64_t number = slack_json_int(value, "");
    size_t len;
    const char *text = slack_json_strn(value, "", &len);
    int64_t characters = 0;
    for (size_t i = 0; text && i < len; i++)
        characters += (text[i] & 0xC0) != 0x80;
    if (text && characters > row->max)
        return say(slack__arena_printf(
            arena, "the argument %s is too long: pass at most %" PRId64 " characters", row->name,
            row->max));
    if (slack_json_type(value) != SLACK_JSON_NUMBER || (number >= row->min && number <= row->max))
        return NULL;
    if (row->max == INT64_MAX)
        return say(slack__arena_printf(
            arena, "the argument %s is too small: pass at least %" PRId64, row->name, row->min));
    return say(slack__arena_printf(
        arena, "the argument %s is out of range: pass one from %" PRId64 " to %" PRId64, row->name,
        row->min, row->max));
}

const char *slack__args_check(slack_arena_t *arena, const char *method, const slack_json_t *args)
{
    const slack_method_t *known = method ? slack__method(method) : NULL;
    if (slack_json_error(args) != 0 || (args && slack_json_type(args) != SLACK_JSON_OBJECT))
        return NULL;
    const char *why = find_double(arena, args);
    if (why == NULL && known) why = find_missing(arena, known, args);
    if (why == NULL && known) why = find_choice(known, args);
    for (size_t i = 0; why == NULL && known && i < sizeof bounds / sizeof *bounds; i++)
        if (strcmp(bounds[i].method, known->name) == 0) why = check_bounds(arena, &bounds[i], args);
    return why;
}
