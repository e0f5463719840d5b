/* SPDX-License-Identifier: MIT */
#include "protocol/message_body.h"

#include <string.h>

/* A list may also be JSON text, and any other value counts as its text, as in arguments of calls.
 */
static bool shows(const slack_json_t *message, const char *path)
{
    const slack_json_t *member = slack_json_get(message, path);
    switch (slack_json_type(member)) {
    case SLACK_JSON_STRING: return *slack_json_str(member, "") != '\0';
    case SLACK_JSON_NUMBER:
    case SLACK_JSON_BOOL:
    case SLACK_JSON_OBJECT: return true;
    case SLACK_JSON_ARRAY: return slack_json_count(member, "") > 0;
    default: return false;
    }
}

bool slack__message_shows(const slack_json_t *message)
{
    return shows(message, "/text") || shows(message, "/blocks") || shows(message, "/attachments") ||
           shows(message, "/markdown_text");
}

static const char *message_fault(const slack_json_t *body)
{
    const char *type = slack_json_str(body, "/response_type");
    const bool in_channel = strcmp(type, "in_channel") == 0;
    if (*type && !in_channel && strcmp(type, "ephemeral") != 0)
        return "the response_type is neither ephemeral nor in_channel";
    /* in_channel alone shows what the user typed. */
    if (in_channel || slack_json_bool(body, "/delete_original") || slack__message_shows(body))
        return NULL;
    return "the message has no text, no blocks and no attachments";
}

static const char *view_fault(const slack_json_t *body)
{
    const char *action = slack_json_str(body, "/response_action");
    if (strcmp(action, "clear") == 0) return NULL;
    if (strcmp(action, "errors") == 0) {
        const slack_json_t *errors = slack_json_get(body, "/errors");
        if (slack_json_type(errors) != SLACK_JSON_OBJECT || slack_json_count(errors, "") == 0)
            return "`errors` is an object with a text for each block_id";
        slack_json_iter_t it = {0};
        while (slack_json_next(errors, &it))
            if (*slack_json_str(it.value, "") == '\0') return "an error without a text";
        return NULL;
    }
    if (strcmp(action, "update") != 0 && strcmp(action, "push") != 0)
        return "the response_action is none of errors, update, push and clear";
    return slack_json_type(slack_json_get(body, "/view")) == SLACK_JSON_OBJECT
               ? NULL
               : "the response_action needs a `view`";
}

static bool has_array(const slack_json_t *body, const char *path)
{
    return slack_json_type(slack_json_get(body, path)) == SLACK_JSON_ARRAY;
}

const char *slack__ack_body_fault(enum slack_kind kind, const slack_json_t *body)
{
    if (slack_json_type(body) != SLACK_JSON_OBJECT) return "the body is not a JSON object";
    if (slack_json_count(body, "") == 0) return NULL; /* an empty ack */
    switch (kind) {
    case SLACK_KIND_COMMAND:
    case SLACK_KIND_ACTION: return message_fault(body);
    case SLACK_KIND_VIEW_SUBMISSION: return view_fault(body);
    case SLACK_KIND_OPTIONS:
        return has_array(body, "/options") || has_array(body, "/option_groups")
                   ? NULL
                   : "the body has neither `options` nor `option_groups`";
    case SLACK_KIND_DIALOG:
        return has_array(body, "/errors") && slack_json_count(body, "/errors") > 0
                   ? NULL
                   : "the body has no `errors`";
    default: return "the kind takes an empty ack only";
    }
}
