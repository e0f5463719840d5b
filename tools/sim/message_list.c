/* SPDX-License-Identifier: MIT */
#include "sim/message_list.h"

#include <string.h>

#include "sim/transcript_text.h"

static const slack_json_t *message_json(sim_workspace_t *workspace, sim_json_builder_t *json,
                                        const sim_message_t *message)
{
    const char *line = slack__arena_printf(
        json->arena, "%s  %s: %s",
        sim_text_place(json->arena, message->channel, *message->thread_ts), message->author->name,
        sim_text_message(json->arena, &workspace->channels, message->body));
    if (!line) json->rc = SLACK_ENOMEM;
    return sim_json(json, "{line: %s, channel: %s, ts: %s, message: %p}", line,
                    message->channel->id, message->ts,
                    sim_message_shown(&workspace->messages, json, message, ""));
}

static bool query_has(const sim_message_query_t *query, const sim_message_t *message)
{
    const char *thread = *message->thread_ts ? message->thread_ts : message->ts;
    if (message->only_for || (query->channel && message->channel != query->channel)) return false;
    if (*query->thread && strcmp(query->thread, thread) != 0) return false;
    if (*query->after && sim_ts_compare(message->ts, query->after) <= 0) return false;
    return !*query->before || sim_ts_compare(message->ts, query->before) < 0;
}

/* How many messages come before the last `limit` ones. */
static uint64_t count_before(const sim_workspace_t *workspace, const sim_message_query_t *query)
{
    const slack_link_t *list = &workspace->messages.list;
    uint64_t count = 0;
    for (slack_link_t *link = list->next; link != list; link = link->next)
        count += query_has(query, SLACK_CONTAINER(link, const sim_message_t, link));
    return count > query->limit ? count - query->limit : 0;
}

const slack_json_t *sim_message_list(sim_workspace_t *workspace, sim_json_builder_t *json,
                                     const sim_message_query_t *query)
{
    const slack_link_t *list = &workspace->messages.list;
    const uint64_t from = *query->before ? count_before(workspace, query) : 0;
    uint64_t count = 0;
    sim_list_t messages;
    sim_list_begin(json, &messages, '[');
    for (slack_link_t *link = list->next; link != list && count <= from + query->limit;
         link = link->next) {
        const sim_message_t *message = SLACK_CONTAINER(link, const sim_message_t, link);
        if (!query_has(query, message) || count++ < from) continue;
        if (count <= from + query->limit)
            sim_list_add(json, &messages, message_json(workspace, json, message));
    }
    const bool more = *query->before ? from > 0 : count > query->limit;
    return sim_json(json, "{ok: true, messages: %p, more: %p}", sim_list_end(json, &messages),
                    sim_json_bool(json, more));
}
