/* SPDX-License-Identifier: MIT */
#include "protocol/kind.h"

#include <string.h>

const slack_kind_facts_t slack__kind_facts[SLACK_KINDS] = {
#define KIND(id, ...) [SLACK_KIND_##id] = {__VA_ARGS__},
#include "protocol/kinds.def"
};

static const struct {
    const char *type;
    enum slack_kind kind;
} types[] = {
#define TYPE(id, type) {type, SLACK_KIND_##id},
#include "protocol/kinds.def"
};

static bool body_has(const slack_json_t *body, const char *path, enum slack_json_type type)
{
    return slack_json_type(slack_json_get(body, path)) == type;
}

/* The order of the tests is that of Slack's own SDKs (bolt-js helpers.ts, getTypeAndConversation):
 * a legacy options request is an interactive_message with a `name` and no `actions`. */
enum slack_kind slack__kind_of(const slack_json_t *body)
{
    if (body_has(body, "/event", SLACK_JSON_OBJECT)) return SLACK_KIND_EVENT;
    if (body_has(body, "/command", SLACK_JSON_STRING)) return SLACK_KIND_COMMAND;
    if (body_has(body, "/actions", SLACK_JSON_ARRAY)) return SLACK_KIND_ACTION;
    const char *type = slack_json_str(body, "/type");
    if (body_has(body, "/name", SLACK_JSON_STRING) && strcmp(type, "interactive_message") == 0)
        return SLACK_KIND_OPTIONS;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].type, type) == 0) return types[i].kind;
    return SLACK_KIND_UNKNOWN;
}

const char *slack_kind_name(enum slack_kind kind)
{
    return slack__kind_facts_of(kind)->name;
}

bool slack__kind_takes_ack_body(enum slack_kind kind, const slack_json_t *body)
{
    const char *type = slack_json_str(body, "/type");
    /* The answer to an action of a legacy attachment may be a message. */
    if (kind == SLACK_KIND_ACTION) return strcmp(type, "interactive_message") == 0;
    return slack__kind_facts_of(kind)->takes_body && strcmp(type, "dialog_cancellation") != 0;
}

const char *slack__kind_selector(enum slack_kind kind, const slack_json_t *body,
                                 const slack_json_t *action)
{
    const slack_kind_facts_t *facts = slack__kind_facts_of(kind);
    const char *selector = facts->in_action ? slack_json_str(action, facts->in_action) : "";
    for (size_t i = 0; *selector == '\0' && i < 2 && facts->in_body[i]; i++)
        selector = slack_json_str(body, facts->in_body[i]);
    return selector;
}

bool slack__kind_has_selector(enum slack_kind kind)
{
    return slack__kind_facts_of(kind)->in_body[0] != NULL;
}
