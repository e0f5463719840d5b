/* SPDX-License-Identifier: MIT */
#include "sim/say.h"

#include <string.h>

#include "sim/payloads.h"
#include "sim/transcript_text.h"

#define TEXT_MAX        40000
#define ATTACHMENTS_MAX 100

/* A member that is JSON, or, out of a form, JSON text. False for text that is no JSON; *ret is NULL
 * where there is nothing. */
static bool nested(sim_json_builder_t *json, const slack_json_t *from, const char *path,
                   const slack_json_t **ret)
{
    const slack_json_t *value = slack_json_get(from, path);
    const char *text = slack_json_str(value, "");
    *ret = NULL;
    if (slack_json_type(value) == SLACK_JSON_NULL) return true;
    if (slack_json_type(value) != SLACK_JSON_STRING) {
        *ret = value;
        return true;
    }
    if (!*text) return true;
    return slack__json_parse(json->arena, text, strlen(text), ret, NULL) == 0;
}

static const char *check_blocks(const slack_json_t *blocks, char *problem)
{
    if (slack_json_type(blocks) != SLACK_JSON_ARRAY) return "invalid_blocks_format";
    return sim_blocks_check(blocks, SIM_MESSAGE_BLOCKS_MAX, problem) ? NULL : "invalid_blocks";
}

static const char *check_metadata(const slack_json_t *metadata)
{
    if (slack_json_type(metadata) != SLACK_JSON_OBJECT) return "invalid_metadata_format";
    if (!*slack_json_str(metadata, "/event_type") ||
        slack_json_type(slack_json_get(metadata, "/event_payload")) != SLACK_JSON_OBJECT)
        return "invalid_metadata_schema";
    return NULL;
}

/* The longest beginning of at most TEXT_MAX characters: Slack cuts off the rest. */
static size_t text_len(const char *text)
{
    size_t len = 0;
    for (size_t characters = 0; text[len]; len++)
        if ((text[len] & 0xC0) != 0x80 && ++characters > TEXT_MAX) break;
    return len;
}

const char *sim_content(sim_json_builder_t *json, const slack_json_t *from,
                        const slack_json_t **ret, char problem[SIM_PROBLEM_SIZE])
{
    const slack_json_t *blocks, *attachments, *metadata;
    const char *text = slack_json_str(from, "/text"), *error = NULL;
    const char *markdown = slack_json_str(from, "/markdown_text");
    *problem = '\0';
    if (!nested(json, from, "/blocks", &blocks)) return "invalid_blocks_format";
    if (!nested(json, from, "/attachments", &attachments)) return "invalid_attachments";
    if (!nested(json, from, "/metadata", &metadata)) return "invalid_metadata_format";
    if (*markdown && (*text || blocks)) return "markdown_text_conflict";
    if (*markdown) text = markdown;
    if (!*text && slack_json_count(blocks, "") == 0 && slack_json_count(attachments, "") == 0)
        return blocks && slack_json_type(blocks) != SLACK_JSON_ARRAY ? "invalid_blocks_format"
                                                                     : "no_text";
    if (blocks) error = check_blocks(blocks, problem);
    if (!error && metadata) error = check_metadata(metadata);
    if (!error && slack_json_count(attachments, "") > ATTACHMENTS_MAX)
        error = "too_many_attachments";
    if (error) return error;

    const slack_json_t *content = sim_json(json, "{text: %.*s}", (int)text_len(text), text);
    if (blocks)
        content = sim_json_merged(json, content,
                                  sim_json(json, "{blocks: %p}", sim_blocks_named(json, blocks)));
    if (attachments)
        content = sim_json_merged(json, content, sim_json(json, "{attachments: %p}", attachments));
    if (metadata)
        content = sim_json_merged(json, content, sim_json(json, "{metadata: %p}", metadata));
    *ret = content;
    return NULL;
}

const slack_json_t *sim_assistant_content(sim_json_builder_t *json, const char *title)
{
    return sim_json(json,
                    "{subtype: 'assistant_app_thread', text: 'New Assistant Thread',"
                    " assistant_app_thread: {title: %s, title_blocks: [], artifacts: []}}",
                    title);
}

void sim_tell(sim_t *sim, sim_json_builder_t *json, const slack_json_t *event)
{
    if (!sim_app_reachable(sim)) return;
    const slack_json_t *payload = sim_payload_event(&sim->workspace.ids, json, event);
    /* An event that there is no room for is lost, as Slack's own are under load. */
    if (json->rc == 0)
        (void)sim_deliver(
            sim, &(sim_delivery_request_t){SIM_DELIVERY_EVENT, payload, false, NULL, NULL});
}

/* A line of the transcript about a message. */
static void note(sim_t *sim, sim_json_builder_t *json, const sim_message_t *message,
                 const char *verb)
{
    const char *place = sim_text_place(json->arena, message->channel, *message->thread_ts);
    const char *words = sim_text_message(json->arena, message->body);
    const char *who = message->author->name;
    if (message->only_for) {
        who = slack__arena_printf(json->arena, "%s (only to %s)", who, message->only_for->name);
        if (!who) who = message->author->name;
    }
    sim_transcript_add(&sim->workspace.transcript, SIM_ENTRY_MESSAGE, false, place, who, "%s%s",
                       verb, words);
}

int sim_say(sim_t *sim, const sim_message_draft_t *draft, sim_message_t **ret)
{
    sim_message_draft_t own = *draft;
    sim_message_t *message = NULL;
    own.author = sim_user_bot();
    int rc = sim_message_add(&sim->workspace.messages, &own, &message);
    if (rc != 0) return rc;
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (json.arena) {
        note(sim, &json, message, "");
        if (!message->only_for) sim_tell(sim, &json, sim_event_message(&json, message));
    }
    slack__arena_free(json.arena);
    if (ret) *ret = message;
    return 0;
}

int sim_say_instead(sim_t *sim, sim_message_t *message, const slack_json_t *content)
{
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (!json.arena) return SLACK_ENOMEM;
    const slack_json_t *before = sim_json_copy(&json, message->body);
    int rc = json.rc != 0 ? json.rc : sim_message_edit(&sim->workspace.messages, message, content);
    if (rc == 0) {
        note(sim, &json, message, "(edited) ");
        if (!message->only_for)
            sim_tell(sim, &json, sim_event_changed(&sim->workspace.ids, &json, message, before));
    }
    slack__arena_free(json.arena);
    return rc;
}

void sim_unsay(sim_t *sim, sim_message_t *message)
{
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (json.arena) {
        note(sim, &json, message, "(deleted) ");
        if (!message->only_for)
            sim_tell(sim, &json, sim_event_deleted(&sim->workspace.ids, &json, message));
    }
    slack__arena_free(json.arena);
    sim_message_remove(&sim->workspace.messages, message);
}
