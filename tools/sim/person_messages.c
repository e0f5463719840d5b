/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "net/url.h"
#include "sim/ack_outcomes.h"
#include "sim/event_payloads.h"
#include "sim/interaction_payloads.h"
#include "sim/person.h"
#include "sim/transcript_text.h"
#include "sim/typed_text.h"
#include "util/base64.h"

/* --- new messages --- */

/* False with a reason: the person cannot write there. */
static bool can_write(sim_act_t *act)
{
    const char *thread_ts = sim_act_ts(act, "thread");
    if (!sim_channel_has_bot(act->channel))
        return sim_act_cannot(act, "the bot is not in #%s and would not get the message",
                              act->channel->name);
    if (*thread_ts &&
        !sim_message_find(&act->services->workspace->messages, act->channel, thread_ts))
        return sim_act_cannot(act, "there is no message %.40s in that channel", thread_ts);
    return true;
}

/* Post a message with that text, and the members of `more`, and send its events. */
static bool post(sim_act_t *act, const char *text, const slack_json_t *more, sim_message_t **ret)
{
    sim_workspace_t *workspace = act->services->workspace;
    slack_arena_t *arena = act->json.arena;
    char bot[SIM_ID_SIZE * 2];
    sim_message_t *message = NULL;
    const slack_json_t *content =
        *text ? sim_typed_content(&act->json, text) : sim_json(&act->json, "{text: ''}");
    const sim_message_draft_t draft = {
        .channel = act->channel,
        .author = act->user,
        .thread_ts = sim_act_ts(act, "thread"),
        .content = sim_json_merged(&act->json, content, more),
    };
    if (act->json.rc != 0 || sim_message_add(&workspace->messages, &draft, &message) != 0)
        return sim_act_cannot(act, "%s", slack_strerror(SLACK_ENOMEM));
    *ret = message;
    snprintf(act->message_ts, sizeof act->message_ts, "%s", message->ts);
    sim_act_entry(act, SIM_ENTRY_MESSAGE, sim_text_place(arena, act->channel, *message->thread_ts),
                  "%s", sim_text_message(arena, &workspace->channels, message->body));
    sim_transcript_detail(&workspace->transcript, act->entry,
                          sim_message_detail(&act->json, message));
    snprintf(bot, sizeof bot, "<@%s>", act->services->team->bot->id);
    const bool good = sim_act_deliver_event(act, sim_event_message(&act->json, message));
    /* In a direct message Slack sends no app_mention. */
    if (!good || !strstr(text, bot) || act->channel->kind == SIM_CHANNEL_IM) return good;
    return sim_act_deliver_event(act, sim_event_mention(&act->json, message));
}

/* The argument `text` in Slack's markup. NULL with a reason. */
static const char *act_text(sim_act_t *act)
{
    const char *text = sim_typed_markup(act->json.arena, &act->services->workspace->channels,
                                        sim_act_arg(act, "text"));
    if (!text) sim_act_cannot(act, "the text is too long");
    return text;
}

static bool act_message(sim_act_t *act)
{
    const char *text = act_text(act);
    char bot[SIM_ID_SIZE * 2];
    sim_message_t *message;
    if (!text) return false;
    if (!*text) return sim_act_cannot(act, "a message needs a text");
    snprintf(bot, sizeof bot, "<@%s>", act->services->team->bot->id);
    if (strcmp(sim_act_arg(act, "kind"), "mention") == 0 && !strstr(text, bot))
        text = slack__arena_printf(act->json.arena, "%s %s", bot, text);
    if (!text) return sim_act_cannot(act, "%s", slack_strerror(SLACK_ENOMEM));
    return can_write(act) && post(act, text, sim_json(&act->json, "{}"), &message);
}

/* A message with a link of the app: Slack asks the app to unfurl it. */
static bool act_link(sim_act_t *act)
{
    const char *url = sim_act_arg(act, "url"), *text = act_text(act);
    slack_url_t parts;
    sim_message_t *message;
    if (!text) return false;
    if (slack__url_parse(&parts, url) != 0 || strpbrk(url, "<>| "))
        return sim_act_cannot(act, "a link begins with https:// or http://");
    text = slack__arena_printf(act->json.arena, "%s%s<%s>", text, *text ? " " : "", url);
    if (!text) return sim_act_cannot(act, "%s", slack_strerror(SLACK_ENOMEM));
    return can_write(act) && post(act, text, sim_json(&act->json, "{}"), &message) &&
           sim_act_deliver_event(act, sim_event_link_shared(&act->json, message, url, parts.host));
}

/* Keep the bytes in `data`, which are base64. NULL with a reason. */
static sim_file_t *upload(sim_act_t *act)
{
    sim_files_t *files = &act->services->workspace->files;
    const char *name = sim_act_arg(act, "name");
    const slack_slice_t data = slack__slice(sim_act_arg(act, "data"));
    char *bytes = slack__arena_alloc(act->json.arena, data.len + 1);
    size_t len = 0;
    if (!bytes) {
        sim_act_cannot(act, "%s", slack_strerror(SLACK_ENOMEM));
        return NULL;
    }
    if (!*name || !slack__base64_decode(SLACK_BASE64, data, bytes, data.len, &len) || len == 0) {
        sim_act_cannot(act, "a file has a `name`, and its bytes in `data`, as base64");
        return NULL;
    }
    sim_file_t *file = sim_file_new(files, name, len);
    file->user = act->user;
    file->uploaded = file->completed = true;
    if (sim_file_keep(files, file, bytes) == 0) return file;
    sim_act_cannot(act, "%s", slack_strerror(SLACK_ENOMEM));
    return NULL;
}

/* Without `share` the file is for an input of a view. */
static bool act_upload(sim_act_t *act)
{
    sim_json_builder_t *json = &act->json;
    const slack_json_t *share = slack_json_get(act->args, "/share");
    const bool alone = share && !slack_json_bool(share, "");
    const char *text = act_text(act), *base_url = act->services->env->base_url;
    sim_message_t *message;
    if (!text || (!alone && !can_write(act))) return false;
    sim_file_t *file = upload(act);
    if (!file) return false;
    act->file = sim_file_json(json, file, base_url);
    if (alone) return json->rc == 0;
    const bool good = post(
        act, text, sim_json(json, "{subtype: 'file_share', upload: true, files: [%p]}", act->file),
        &message);
    if (!good) return false;
    sim_file_share(file, act->channel, message->ts, message->thread_ts);
    return sim_act_deliver_event(act,
                                 sim_event_file_shared(json, file->id, act->user, act->channel));
}

/* --- messages that exist --- */

/* The message in the arguments; without one the newest. NULL with a reason. */
static sim_message_t *act_old_message(sim_act_t *act)
{
    const bool newest = !*sim_act_arg(act, "message");
    const char *ts = newest ? sim_act_newest(act) : sim_act_ts(act, "message");
    sim_message_t *message = sim_message_find(&act->services->workspace->messages, NULL, ts);
    if (message && !message->only_for) return message;
    sim_act_cannot(act, "there is no message %.40s", ts);
    return NULL;
}

static bool is_own(const sim_act_t *act, const sim_message_t *message)
{
    return message->author == act->user && !message->by_app;
}

/* The same, of the person. */
static sim_message_t *act_own_message(sim_act_t *act)
{
    const slack_link_t *list = &act->services->workspace->messages.list;
    if (!*sim_act_arg(act, "message"))
        for (slack_link_t *link = list->prev; link != list; link = link->prev) {
            sim_message_t *newest = SLACK_CONTAINER(link, sim_message_t, link);
            if (is_own(act, newest)) return newest;
        }
    sim_message_t *message = act_old_message(act);
    if (!message || is_own(act, message)) return message;
    sim_act_cannot(act, "%s has not written that message, but %s has", act->user->name,
                   message->author->name);
    return NULL;
}

static void entry_of_change(sim_act_t *act, const sim_message_t *message, const char *what)
{
    slack_arena_t *arena = act->json.arena;
    sim_act_entry(act, SIM_ENTRY_MESSAGE,
                  sim_text_place(arena, message->channel, *message->thread_ts), "(%s) %s", what,
                  sim_text_message(arena, &act->services->workspace->channels, message->body));
    sim_transcript_detail(&act->services->workspace->transcript, act->entry,
                          sim_message_detail(&act->json, message));
}

static bool act_edit(sim_act_t *act)
{
    sim_workspace_t *workspace = act->services->workspace;
    sim_json_builder_t *json = &act->json;
    const char *text = act_text(act);
    sim_message_t *message = text ? act_own_message(act) : NULL;
    if (!message) return false;
    const slack_json_t *before = sim_json_copy(json, message->body);
    const slack_json_t *files = slack_json_get(before, "/files");
    if (!*text && !files) return sim_act_cannot(act, "a message needs a text");
    const slack_json_t *content =
        *text ? sim_typed_content(json, text) : sim_json(json, "{text: ''}");
    if (files)
        content = sim_json_merged(
            json, content,
            sim_json(json, "{subtype: 'file_share', upload: true, files: %p}", files));
    if (json->rc != 0 || sim_message_edit(&workspace->messages, message, content) != 0)
        return sim_act_cannot(act, "%s", slack_strerror(SLACK_ENOMEM));
    entry_of_change(act, message, "edited");
    return sim_act_deliver_event(act, sim_event_changed(workspace->ids, json, message, before));
}

static bool act_delete(sim_act_t *act)
{
    sim_workspace_t *workspace = act->services->workspace;
    sim_message_t *message = act_own_message(act);
    if (!message) return false;
    const slack_json_t *event = sim_event_deleted(workspace->ids, &act->json, message);
    entry_of_change(act, message, "deleted");
    const bool good = sim_act_deliver_event(act, event);
    sim_message_remove(&workspace->messages, message);
    return good;
}

static bool change_reaction(sim_act_t *act, bool add)
{
    sim_workspace_t *workspace = act->services->workspace;
    slack_arena_t *arena = act->json.arena;
    const char *name = sim_act_arg(act, "name");
    sim_message_t *message = act_old_message(act);
    if (!message) return false;
    const char *error = sim_message_react(&workspace->messages, message, name, act->user, add);
    if (error) return sim_act_cannot(act, "%s :%.60s:: %s", act->user->name, name, error);
    sim_act_entry(act, SIM_ENTRY_EVENT,
                  sim_text_place(arena, message->channel, *message->thread_ts),
                  add ? "reacts with :%s: to: %s" : "takes back :%s: from: %s", name,
                  sim_text_message(arena, &workspace->channels, message->body));
    return sim_act_deliver_event(act,
                                 sim_event_reaction(&act->json, message, name, act->user, add));
}

static bool act_react(sim_act_t *act)
{
    return change_reaction(act, true);
}

static bool act_unreact(sim_act_t *act)
{
    return change_reaction(act, false);
}

/* --- commands --- */

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

const sim_act_kind_t sim_person_messages[] = {
    {"message", act_message}, {"mention", act_message},
    {"link", act_link},       {"upload", act_upload},
    {"edit", act_edit},       {"delete", act_delete},
    {"react", act_react},     {"unreact", act_unreact},
    {"command", act_command}, {NULL, NULL},
};
