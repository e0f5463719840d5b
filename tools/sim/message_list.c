/* SPDX-License-Identifier: MIT */
#include "sim/message_list.h"

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

const slack_json_t *sim_message_list(sim_workspace_t *workspace, sim_json_builder_t *json,
                                     const sim_channel_t *channel, const char *after)
{
    const slack_link_t *list = &workspace->messages.list;
    size_t count = 0;
    bool more = false;
    sim_list_t messages;
    sim_list_begin(json, &messages, '[');
    for (slack_link_t *link = list->next; link != list && !more; link = link->next) {
        const sim_message_t *message = SLACK_CONTAINER(link, const sim_message_t, link);
        if (message->only_for || (channel && message->channel != channel)) continue;
        if (*after && sim_ts_compare(message->ts, after) <= 0) continue;
        more = count++ == SIM_MESSAGE_LIST_PAGE;
        if (!more) sim_list_add(json, &messages, message_json(workspace, json, message));
    }
    return sim_json(json, "{ok: true, messages: %p, more: %p}", sim_list_end(json, &messages),
                    sim_json_bool(json, more));
}
