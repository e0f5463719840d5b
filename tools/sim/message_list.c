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

/* A page holds as many messages as fit, or a single long one. */
typedef struct room {
    uint64_t count;
    size_t bytes;
} room_t;

static bool room_take(room_t *room, const sim_message_t *message)
{
    const size_t size = slack__arena_size(message->arena);
    if (room->count == 0 || (size > room->bytes && room->bytes < SIM_MESSAGE_LIST_BYTES_MAX))
        return false;
    room->count--;
    room->bytes -= size < room->bytes ? size : room->bytes;
    return true;
}

/* The first of the newest messages that are wanted, and whether there are older ones. */
static slack_link_t *first_before(sim_workspace_t *workspace, const sim_message_query_t *query,
                                  bool *ret_more)
{
    slack_link_t *list = &workspace->messages.list, *first = list;
    room_t room = {query->limit, SIM_MESSAGE_LIST_BYTES_MAX};
    for (slack_link_t *link = list->prev; link != list && !*ret_more; link = link->prev) {
        const sim_message_t *message = SLACK_CONTAINER(link, const sim_message_t, link);
        if (!query_has(query, message)) continue;
        *ret_more = !room_take(&room, message);
        if (!*ret_more) first = link;
    }
    return first;
}

const slack_json_t *sim_message_list(sim_workspace_t *workspace, sim_json_builder_t *json,
                                     const sim_message_query_t *query)
{
    slack_link_t *list = &workspace->messages.list, *link = list->next;
    room_t room = {query->limit, SIM_MESSAGE_LIST_BYTES_MAX};
    bool more = false, full = false;
    sim_list_t messages;
    if (*query->before) link = first_before(workspace, query, &more);
    sim_list_begin(json, &messages, '[');
    for (; link != list && !full; link = link->next) {
        const sim_message_t *message = SLACK_CONTAINER(link, const sim_message_t, link);
        if (!query_has(query, message)) continue;
        full = !room_take(&room, message);
        if (!full) sim_list_add(json, &messages, message_json(workspace, json, message));
    }
    return sim_json(json, "{ok: true, messages: %p, more: %p}", sim_list_end(json, &messages),
                    sim_json_bool(json, more || full));
}
