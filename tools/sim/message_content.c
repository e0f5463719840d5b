/* SPDX-License-Identifier: MIT */
#include "sim/message_content.h"

#include <string.h>

#define TEXT_MAX        40000
#define ATTACHMENTS_MAX 100

/* A member that is JSON, or JSON text as a form carries it. False for malformed text. *ret is NULL
 * for no member, null and "". */
static bool nested_json(sim_json_builder_t *json, const slack_json_t *from, const char *path,
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
    return sim_json_given(json->arena, slack__slice(text), ret) == 0;
}

static const char *check_metadata(const slack_json_t *metadata)
{
    if (slack_json_type(metadata) != SLACK_JSON_OBJECT) return "invalid_metadata_format";
    if (!*slack_json_str(metadata, "/event_type") ||
        slack_json_type(slack_json_get(metadata, "/event_payload")) != SLACK_JSON_OBJECT)
        return "invalid_metadata_schema";
    return NULL;
}

/* The length of the first TEXT_MAX characters; Slack cuts off the rest. */
static size_t text_len(const char *text)
{
    size_t len = 0;
    for (size_t characters = 0; text[len]; len++)
        if ((text[len] & 0xC0) != 0x80 && ++characters > TEXT_MAX) break;
    return len;
}

const char *sim_message_content(sim_json_builder_t *json, const slack_json_t *from,
                                const slack_json_t **ret, char problem[SIM_PROBLEM_SIZE])
{
    const slack_json_t *blocks, *attachments, *metadata;
    const char *text = slack_json_str(from, "/text"), *error = NULL;
    const char *markdown = slack_json_str(from, "/markdown_text");
    *problem = '\0';
    if (!nested_json(json, from, "/blocks", &blocks)) return "invalid_blocks_format";
    if (!nested_json(json, from, "/attachments", &attachments)) return "invalid_attachments";
    if (!nested_json(json, from, "/metadata", &metadata)) return "invalid_metadata_format";
    if (*markdown && (*text || blocks)) return "markdown_text_conflict";
    if (*markdown) text = markdown;
    if (!*text && slack_json_count(blocks, "") == 0 && slack_json_count(attachments, "") == 0)
        return blocks && slack_json_type(blocks) != SLACK_JSON_ARRAY ? "invalid_blocks_format"
                                                                     : "no_text";
    const slack_json_t *shown =
        sim_json(json, "{blocks?: %p, attachments?: %p}", blocks, attachments);
    if (blocks && slack_json_type(blocks) != SLACK_JSON_ARRAY)
        error = "invalid_blocks_format";
    else if (slack_json_count(attachments, "") > ATTACHMENTS_MAX)
        error = "too_many_attachments";
    else if (!sim_blocks_check(shown, problem))
        error =
            strstr(problem, "json-pointer:/attachments") ? "invalid_attachments" : "invalid_blocks";
    else if (metadata)
        error = check_metadata(metadata);
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
