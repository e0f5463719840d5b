/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"

#include <string.h>

/* What a kind is to the rest of the library: one row each. */
static const struct kind_facts {
    const char *name;
    bool waits_for_ack;
    bool takes_ack_body;
} kinds[] = {
    [SLACK_KIND_UNKNOWN] = {"unknown", false, false},
    [SLACK_KIND_EVENT] = {"event", false, false},
    [SLACK_KIND_COMMAND] = {"command", true, true},
    [SLACK_KIND_ACTION] = {"action", true, false},
    [SLACK_KIND_SHORTCUT] = {"shortcut", true, false},
    [SLACK_KIND_VIEW_SUBMISSION] = {"view_submission", true, true},
    [SLACK_KIND_VIEW_CLOSED] = {"view_closed", true, false},
    [SLACK_KIND_OPTIONS] = {"options", true, true},
    [SLACK_KIND_DIALOG] = {"dialog", true, true},
    [SLACK_KIND_APP_RATE_LIMITED] = {"app_rate_limited", false, false},
    [SLACK_KIND_JOB] = {"job", false, false},
};

static const struct kind_facts *facts(enum slack_kind kind)
{
    size_t i = (size_t)kind;
    return &kinds[i < sizeof kinds / sizeof *kinds ? i : 0];
}

const char *slack_kind_name(enum slack_kind kind)
{
    return facts(kind)->name;
}

bool slack__kind_waits_for_ack(enum slack_kind kind)
{
    return facts(kind)->waits_for_ack;
}

bool slack__takes_ack_body(enum slack_kind kind, const slack_json_t *body)
{
    const char *type = slack_json_str(body, "/type");
    /* The one action whose answer may be a message: a legacy attachment's. */
    if (kind == SLACK_KIND_ACTION) return strcmp(type, "interactive_message") == 0;
    return facts(kind)->takes_ack_body && strcmp(type, "dialog_cancellation") != 0;
}

/* Top-level `type` values, where the type alone decides. */
static const struct {
    const char *type;
    enum slack_kind kind;
} types[] = {
    {"block_suggestion", SLACK_KIND_OPTIONS},
    {"dialog_suggestion", SLACK_KIND_OPTIONS},
    {"dialog_submission", SLACK_KIND_DIALOG},
    {"dialog_cancellation", SLACK_KIND_DIALOG},
    {"block_actions", SLACK_KIND_ACTION},
    {"interactive_message", SLACK_KIND_ACTION},
    {"shortcut", SLACK_KIND_SHORTCUT},
    {"message_action", SLACK_KIND_SHORTCUT},
    {"view_submission", SLACK_KIND_VIEW_SUBMISSION},
    {"view_closed", SLACK_KIND_VIEW_CLOSED},
    {"app_rate_limited", SLACK_KIND_APP_RATE_LIMITED},
};

static enum slack_kind kind_of_type(const char *type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].type, type) == 0) return types[i].kind;
    return SLACK_KIND_UNKNOWN;
}

static bool has(const slack_json_t *body, const char *path, enum slack_json_type type)
{
    return slack_json_type(slack_json_get(body, path)) == type;
}

/* The order of these tests is Slack's own SDKs' (bolt-js helpers.ts, getTypeAndConversation): a
 * legacy options request is an interactive_message with a `name` and no `actions`. */
static enum slack_kind classify(const slack_json_t *body)
{
    if (has(body, "/event", SLACK_JSON_OBJECT)) return SLACK_KIND_EVENT;
    if (has(body, "/command", SLACK_JSON_STRING)) return SLACK_KIND_COMMAND;
    if (has(body, "/actions", SLACK_JSON_ARRAY)) return SLACK_KIND_ACTION;
    const char *type = slack_json_str(body, "/type");
    if (has(body, "/name", SLACK_JSON_STRING) && strcmp(type, "interactive_message") == 0)
        return SLACK_KIND_OPTIONS;
    return kind_of_type(type);
}

/* What tells an event from all others, by its body alone, so over whatever transport it comes: its
 * id and the app that is told of it, of which one process may serve several. False: memory is out.
 */
static bool set_key(slack_delivery_t *d)
{
    slack_slice_t id, app;
    id.ptr = slack_json_strn(d->body, "/event_id", &id.len);
    app.ptr = slack_json_strn(d->body, "/api_app_id", &app.len);
    d->key = id;
    if (id.len == 0 || app.len == 0) return true;
    char *key = slack__arena_alloc(d->arena, id.len + 1 + app.len);
    if (key == NULL) return false;
    memcpy(key, id.ptr, id.len);
    key[id.len] = '@';
    memcpy(key + id.len + 1, app.ptr, app.len);
    d->key = (slack_slice_t){key, id.len + 1 + app.len};
    return true;
}

slack_delivery_t *slack__delivery_new(slack_arena_t *arena, const slack_json_t *body,
                                      uint64_t received_us)
{
    slack_delivery_t *d = slack__arena_calloc(arena, sizeof *d);
    if (d == NULL) return NULL;
    d->arena = arena;
    d->kind = classify(body);
    d->body = body;
    d->app_id = slack_json_str(body, "/api_app_id");
    d->retry_reason = "";
    d->received_us = received_us;
    slack__link_init(&d->link);
    if (d->kind == SLACK_KIND_EVENT && !set_key(d)) return NULL;
    d->body_allowed = slack__takes_ack_body(d->kind, body);
    if (facts(d->kind)->waits_for_ack)
        d->deadline_us = received_us + (uint64_t)SLACK_ACK_DEADLINE_MS * 1000;
    return d;
}

void slack__delivery_free(slack_delivery_t *d)
{
    if (d) slack__arena_free(d->arena);
}
