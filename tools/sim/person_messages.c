/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "sim/ack_outcomes.h"
#include "sim/event_payloads.h"
#include "sim/interaction_payloads.h"
#include "sim/person.h"
#include "sim/transcript_text.h"
#include "sim/typed_text.h"

static bool act_message(sim_act_t *act)
{
    sim_messages_t *messages = &act->services->workspace->messages;
    sim_channels_t *channels = &act->services->workspace->channels;
    slack_arena_t *arena = act->json.arena;
    const char *thread_ts = sim_act_ts(act, "thread");
    const char *text = sim_typed_markup(arena, channels, sim_act_arg(act, "text"));
    char bot[SIM_ID_SIZE * 2];
    sim_message_t *message = NULL;
    if (!text) return sim_act_cannot(act, "the text is too long");
    if (!*text) return sim_act_cannot(act, "a message needs a text");
    if (!sim_channel_has_bot(act->channel))
        return sim_act_cannot(act, "the bot is not in #%s and would not get the message",
                              act->channel->name);
    if (*thread_ts && !sim_message_find(messages, act->channel, thread_ts))
        return sim_act_cannot(act, "there is no message %.40s in that channel", thread_ts);
    snprintf(bot, sizeof bot, "<@%s>", act->services->team->bot->id);
    if (strcmp(sim_act_arg(act, "kind"), "mention") == 0 && !strstr(text, bot))
        text = slack__arena_printf(arena, "%s %s", bot, text);

    const slack_json_t *content = text ? sim_typed_content(&act->json, text) : NULL;
    const sim_message_draft_t draft = {
        .channel = act->channel, .author = act->user, .thread_ts = thread_ts, .content = content};
    if (!content || sim_message_add(messages, &draft, &message) != 0)
        return sim_act_cannot(act, "%s", slack_strerror(SLACK_ENOMEM));
    snprintf(act->message_ts, sizeof act->message_ts, "%s", message->ts);
    sim_act_entry(act, SIM_ENTRY_MESSAGE, sim_text_place(arena, act->channel, *message->thread_ts),
                  "%s", sim_text_plain(arena, channels, text));
    sim_transcript_detail(&act->services->workspace->transcript, act->entry,
                          sim_message_detail(&act->json, message));
    bool good = sim_act_deliver_event(act, sim_event_message(&act->json, message));
    /* In a direct message Slack sends no app_mention. */
    if (!good || !strstr(text, bot) || act->channel->kind == SIM_CHANNEL_IM) return good;
    return sim_act_deliver_event(act, sim_event_mention(&act->json, message));
}

static bool act_command(sim_act_t *act)
{
    const char *name = sim_act_arg(act, "command");
    sim_channels_t *channels = &act->services->workspace->channels;
    const char *text = sim_typed_markup(act->json.arena, channels, sim_act_arg(act, "text"));
    if (!text) return sim_act_cannot(act, "the text is too long");
    if (name[0] != '/' || !name[1]) return sim_act_cannot(act, "a command begins with a slash");
    const slack_json_t *response_url = sim_act_response_url(act, "commands", NULL);
    const sim_command_t command = {
        .user = act->user,
        .channel = act->channel,
        .name = name,
        .text = text,
        .response_url = slack_json_str(response_url, ""),
        .trigger_id = sim_act_trigger(act, NULL),
    };
    sim_act_entry(act, SIM_ENTRY_COMMAND, sim_text_place(act->json.arena, act->channel, false),
                  "runs %s%s%s", name, *text ? " " : "",
                  sim_text_plain(act->json.arena, channels, text));
    act->outcome = sim_ack_outcome_command;
    return sim_act_deliver(act, SIM_DELIVERY_COMMAND, sim_command_payload(&act->json, &command),
                           true);
}

static bool act_react(sim_act_t *act)
{
    sim_workspace_t *workspace = act->services->workspace;
    slack_arena_t *arena = act->json.arena;
    const bool newest = !*sim_act_arg(act, "message");
    const char *ts = newest ? sim_act_newest(act) : sim_act_ts(act, "message");
    const char *name = sim_act_arg(act, "name");
    sim_message_t *message = sim_message_find(&workspace->messages, NULL, ts);
    if (!message || message->only_for) return sim_act_cannot(act, "there is no message %.40s", ts);
    const char *error = sim_message_react(&workspace->messages, message, name, act->user, true);
    if (error) return sim_act_cannot(act, "%s :%.60s:: %s", act->user->name, name, error);
    sim_act_entry(act, SIM_ENTRY_EVENT,
                  sim_text_place(arena, message->channel, *message->thread_ts),
                  "reacts with :%s: to: %s", name,
                  sim_text_message(arena, &workspace->channels, message->body));
    return sim_act_deliver_event(act,
                                 sim_event_reaction(&act->json, message, name, act->user, true));
}

const sim_act_kind_t sim_person_messages[] = {
    {"message", act_message},
    {"mention", act_message},
    {"command", act_command},
    {"react", act_react},
    {NULL, NULL},
};
