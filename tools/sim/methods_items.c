/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "sim/bot_messages.h"
#include "sim/event_payloads.h"
#include "sim/methods.h"
#include "sim/transcript_text.h"

/* Reactions and pins: what is attached to messages. */

#define PINS_MAX 100 /* in a channel, as Slack limits them */

/* The message in the arguments. NULL with the answer in *ret_failure. */
static sim_message_t *call_item(sim_call_t *call, const slack_json_t **ret_failure)
{
    const char *ts = sim_call_arg(call, "timestamp");
    if (!*sim_call_arg(call, "channel") || !*ts) {
        *ret_failure = sim_call_error(call, "no_item_specified");
        return NULL;
    }
    const sim_channel_t *channel = sim_call_own_channel(call, "channel", ret_failure);
    if (!channel) return NULL;
    sim_message_t *message = sim_message_find(&call->services->workspace->messages, channel, ts);
    if (message && !message->only_for) return message;
    *ret_failure = sim_call_error(call, sim_is_ts(ts) ? "message_not_found" : "bad_timestamp");
    return NULL;
}

/* The message as these methods show it. */
static const slack_json_t *item_json(sim_call_t *call, const sim_message_t *message)
{
    const sim_services_t *services = call->services;
    char digits[SIM_TS_SIZE];
    const size_t seconds = strcspn(message->ts, ".");
    snprintf(digits, sizeof digits, "%.*s%s", (int)seconds, message->ts, message->ts + seconds + 1);
    return sim_json_merged(
        call->json, sim_message_shown(&services->workspace->messages, call->json, message, ""),
        sim_json(call->json, "{permalink: '%s/archives/%s/p%s'}", services->env->base_url,
                 message->channel->id, digits));
}

static void item_to_transcript(sim_call_t *call, const sim_message_t *message, const char *what)
{
    slack_arena_t *arena = call->json->arena;
    sim_workspace_t *workspace = call->services->workspace;
    uint64_t number = sim_transcript_add(
        &workspace->transcript, SIM_ENTRY_ITEM, false,
        sim_text_place(arena, message->channel, *message->thread_ts), sim_call_actor(call)->name,
        "%s: %s", what, sim_text_message(arena, &workspace->channels, message->body));
    sim_transcript_detail(&workspace->transcript, number, sim_message_detail(call->json, message));
}

/* --- reactions --- */

static const slack_json_t *change_reaction(sim_call_t *call, bool add)
{
    const slack_json_t *failure = NULL;
    const char *name = sim_call_arg(call, "name");
    sim_message_t *message = call_item(call, &failure);
    if (!message) return failure;
    const char *error = sim_message_react(&call->services->workspace->messages, message, name,
                                          sim_call_actor(call), add);
    if (error) return sim_call_error(call, error);
    const char *what = slack__arena_printf(
        call->json->arena, add ? "reacts with :%s: to" : "takes back :%s: from", name);
    if (what) item_to_transcript(call, message, what);
    sim_event_send(call->services, call->json,
                   sim_event_reaction(call->json, message, name, sim_call_actor(call), add));
    return sim_json(call->json, "{ok: true}");
}

static const slack_json_t *reactions_add(sim_call_t *call)
{
    return change_reaction(call, true);
}

static const slack_json_t *reactions_remove(sim_call_t *call)
{
    return change_reaction(call, false);
}

static const slack_json_t *reactions_get(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const sim_message_t *message = call_item(call, &failure);
    if (!message) return failure;
    return sim_json(call->json, "{ok: true, type: 'message', channel: %s, message: %p}",
                    message->channel->id, item_json(call, message));
}

/* --- pins --- */

static size_t count_pins(const sim_messages_t *messages, const sim_channel_t *channel)
{
    size_t count = 0;
    for (slack_link_t *link = messages->list.next; link != &messages->list; link = link->next) {
        const sim_message_t *message = SLACK_CONTAINER(link, sim_message_t, link);
        count += message->channel == channel && message->pinned_s;
    }
    return count;
}

static const slack_json_t *pin_json(sim_call_t *call, const sim_message_t *message)
{
    return sim_json(call->json,
                    "{type: 'message', channel: %s, created: %" PRId64 ", created_by: %s,"
                    " message: %p}",
                    message->channel->id, message->pinned_s, call->services->team->bot->id,
                    item_json(call, message));
}

static const slack_json_t *change_pin(sim_call_t *call, bool add)
{
    const slack_json_t *failure = NULL;
    sim_workspace_t *workspace = call->services->workspace;
    sim_message_t *message = call_item(call, &failure);
    if (!message) return failure;
    const size_t count = count_pins(&workspace->messages, message->channel);
    if (add && message->pinned_s) return sim_call_error(call, "already_pinned");
    if (!add && !message->pinned_s) return sim_call_error(call, "no_pin");
    if (add && count == PINS_MAX) return sim_call_error(call, "too_many_pins");
    const int64_t now_s = slack__wall_ms(workspace->ids->clock) / 1000;
    if (add) sim_message_pin(&workspace->messages, message, now_s);
    const slack_json_t *pin = pin_json(call, message);
    if (!add) sim_message_pin(&workspace->messages, message, 0);
    const size_t left = add ? count + 1 : count - 1;
    item_to_transcript(call, message, add ? "pins" : "unpins");
    sim_event_send(call->services, call->json,
                   sim_json(call->json,
                            "{type: %s, user: %s, channel_id: %s, item: %p, item_user: %s,"
                            " pin_count: %zu, has_pins: %p}",
                            add ? "pin_added" : "pin_removed", call->services->team->bot->id,
                            message->channel->id, pin, message->author->id, left,
                            sim_json_bool(call->json, left > 0)));
    return sim_json(call->json, "{ok: true}");
}

static const slack_json_t *pins_add(sim_call_t *call)
{
    return change_pin(call, true);
}

static const slack_json_t *pins_remove(sim_call_t *call)
{
    return change_pin(call, false);
}

static const slack_json_t *pins_list(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const sim_messages_t *messages = &call->services->workspace->messages;
    const sim_channel_t *channel = sim_call_own_channel(call, "channel", &failure);
    sim_list_t items;
    if (!channel) return failure;
    sim_list_begin(call->json, &items, '[');
    for (slack_link_t *link = messages->list.prev; link != &messages->list; link = link->prev) {
        const sim_message_t *message = SLACK_CONTAINER(link, sim_message_t, link);
        if (message->channel == channel && message->pinned_s)
            sim_list_add(call->json, &items, pin_json(call, message));
    }
    return sim_json(call->json, "{ok: true, items: %p}", sim_list_end(call->json, &items));
}

const sim_method_t sim_methods_items[] = {
    {"reactions.add", SIM_TOKEN_BOT, reactions_add},
    {"reactions.remove", SIM_TOKEN_BOT, reactions_remove},
    {"reactions.get", SIM_TOKEN_BOT, reactions_get},
    {"pins.add", SIM_TOKEN_BOT, pins_add},
    {"pins.remove", SIM_TOKEN_BOT, pins_remove},
    {"pins.list", SIM_TOKEN_BOT, pins_list},
    {NULL, 0, NULL},
};
