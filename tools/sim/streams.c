/* SPDX-License-Identifier: MIT */
#include "sim/streams.h"

#include <stdio.h>
#include <string.h>

#include "sim/bot_messages.h"
#include "sim/event_payloads.h"
#include "sim/stream_chunks.h"
#include "sim/transcript_text.h"
#include "util/alloc.h"

static sim_stream_t *stream_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, sim_stream_t, link);
}

void sim_streams_init(sim_streams_t *streams, const sim_services_t *services, slack_net_t *net,
                      unsigned time_scale)
{
    *streams = (sim_streams_t){.services = services, .net = net, .time_scale = time_scale};
    slack__link_init(&streams->list);
}

static void stream_free(sim_stream_t *stream)
{
    slack__timer_stop(stream->streams->net, &stream->timer);
    slack__unlink(&stream->link);
    stream->streams->count--;
    sim_transcript_show(&stream->streams->services->workspace->transcript, stream->entry, "");
    slack__buf_done(&stream->text);
    slack__free(stream);
}

void sim_streams_done(sim_streams_t *streams)
{
    while (streams->count > 0)
        stream_free(stream_at(streams->list.next));
}

static sim_message_t *stream_message(const sim_stream_t *stream)
{
    return sim_message_find(&stream->streams->services->workspace->messages, stream->channel,
                            stream->ts);
}

/* Gives the message its text so far, with `own` (NULL: nothing) in place of the members that it
 * has. */
static int stream_set(sim_stream_t *stream, sim_json_builder_t *json, const slack_json_t *own)
{
    sim_message_t *message = stream_message(stream);
    if (!message) return 0; /* the app has deleted it, or it is forgotten */
    const slack_json_t *content = sim_json(
        json, "{text: %s, blocks: %p, metadata: %p}", slack__buf_ptr(&stream->text),
        slack_json_get(message->body, "/blocks"), slack_json_get(message->body, "/metadata"));
    if (own) content = sim_json_merged(json, own, content);
    if (json->rc != 0) return json->rc;
    return sim_message_set(&stream->streams->services->workspace->messages, message, content);
}

/* Tells the transcript and the app of the end; `how` is for the line. */
static void stream_ended(sim_stream_t *stream, sim_json_builder_t *json, const char *how)
{
    const sim_services_t *services = stream->streams->services;
    sim_message_t *message = stream_message(stream);
    slack__timer_stop(stream->streams->net, &stream->timer);
    sim_transcript_show(&services->workspace->transcript, stream->entry, "");
    if (!message) return;
    sim_message_streamed(&services->workspace->messages, message);
    sim_bot_message_streamed(services, json, message, how);
}

static void stream_closed_by_slack(slack_timer_t *timer)
{
    sim_stream_t *stream = SLACK_CONTAINER(timer, sim_stream_t, timer);
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (json.arena) stream_ended(stream, &json, ", closed by Slack");
    slack__arena_free(json.arena);
    stream_free(stream);
}

/* At the limit, the oldest stream that a person has stopped is forgotten. */
static bool streams_have_room(sim_streams_t *streams)
{
    if (streams->count < SIM_STREAMS_MAX) return true;
    for (slack_link_t *link = streams->list.next; link != &streams->list; link = link->next)
        if (stream_at(link)->stopped_by) {
            stream_free(stream_at(link));
            return true;
        }
    return false;
}

int sim_stream_begin(sim_streams_t *streams, const sim_message_draft_t *draft, sim_stream_t **ret)
{
    sim_workspace_t *workspace = streams->services->workspace;
    sim_message_draft_t own = *draft;
    sim_message_t *message = NULL;
    own.streaming = own.markdown = true;
    if (!streams_have_room(streams)) return SLACK_EBUSY;
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    sim_stream_t *stream = slack__calloc(1, sizeof *stream);
    int rc =
        stream && json.arena ? sim_message_add(&workspace->messages, &own, &message) : SLACK_ENOMEM;
    if (rc != 0) {
        slack__arena_free(json.arena);
        slack__free(stream);
        return rc;
    }
    sim_assistants_posted(&workspace->assistants, draft->channel->id, message->thread_ts);
    stream->streams = streams;
    stream->channel = draft->channel;
    snprintf(stream->ts, sizeof stream->ts, "%s", message->ts);
    snprintf(stream->thread_ts, sizeof stream->thread_ts, "%s", message->thread_ts);
    slack__buf_init(&stream->text, (size_t)SIM_STREAM_TEXT_MAX * 4 + 1);
    slack__timer_init(&stream->timer, stream_closed_by_slack);
    slack__timer_start(streams->net, &stream->timer, SIM_STREAM_OPEN_MS / streams->time_scale);
    slack__list_push(&streams->list, &stream->link);
    streams->count++;
    stream->entry =
        sim_transcript_add(&workspace->transcript, SIM_ENTRY_STREAM, false,
                           sim_text_place(json.arena, draft->channel, *message->thread_ts),
                           draft->author->name, "begins to stream");
    sim_event_send(streams->services, &json, sim_event_message(&json, message));
    slack__arena_free(json.arena);
    *ret = stream;
    return 0;
}

sim_stream_t *sim_stream_find(sim_streams_t *streams, const sim_channel_t *channel, const char *ts)
{
    for (slack_link_t *link = streams->list.next; link != &streams->list; link = link->next)
        if (stream_at(link)->channel == channel && strcmp(stream_at(link)->ts, ts) == 0)
            return stream_at(link);
    return NULL;
}

bool sim_stream_is_open(sim_streams_t *streams, const sim_message_t *message)
{
    const sim_stream_t *stream = sim_stream_find(streams, message->channel, message->ts);
    return stream && !stream->stopped_by;
}

static size_t characters_of(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += (*text & 0xC0) != 0x80;
    return count;
}

bool sim_stream_has_room(const sim_stream_t *stream, const char *text)
{
    return (stream ? stream->characters : 0) + characters_of(text) <= SIM_STREAM_TEXT_MAX;
}

int sim_stream_append(sim_stream_t *stream, const char *text, const slack_json_t *chunks)
{
    const sim_message_t *message = stream_message(stream);
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    int rc = json.arena ? slack__buf_append_slice(&stream->text, slack__slice(text)) : SLACK_ENOMEM;
    if (rc == 0) {
        const slack_json_t *blocks = message ? slack_json_get(message->body, "/blocks") : NULL;
        blocks = sim_chunks_blocks(&json, blocks, chunks);
        stream->characters += characters_of(text);
        rc = stream_set(stream, &json, blocks ? sim_json(&json, "{blocks: %p}", blocks) : NULL);
    }
    sim_transcript_show(&stream->streams->services->workspace->transcript, stream->entry,
                        slack__buf_ptr(&stream->text));
    slack__arena_free(json.arena);
    return rc;
}

int sim_stream_stop(sim_stream_t *stream, const slack_json_t *own)
{
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    const sim_message_t *message = stream_message(stream);
    const slack_json_t *blocks = slack_json_get(own, "/blocks");
    if (!json.arena) return SLACK_ENOMEM;
    if (blocks && message)
        own = sim_json_merged(
            &json,
            sim_json(&json, "{blocks: %p}",
                     sim_chunks_blocks(&json, slack_json_get(message->body, "/blocks"),
                                       sim_json(&json, "[{type: 'blocks', blocks: %p}]", blocks))),
            own);
    const int rc = stream_set(stream, &json, own);
    if (rc == 0) {
        stream_ended(stream, &json, "");
        stream_free(stream);
    }
    slack__arena_free(json.arena);
    return rc;
}

/* Whether the stream is open, in that channel and thread ("": in any). */
static bool stream_is_in(const sim_stream_t *stream, const sim_channel_t *channel,
                         const char *thread_ts)
{
    return !stream->stopped_by && stream->channel == channel &&
           (!*thread_ts || strcmp(stream->thread_ts, thread_ts) == 0);
}

const char *sim_streams_thread(const sim_streams_t *streams, const sim_channel_t *channel,
                               const char *thread_ts)
{
    for (slack_link_t *link = streams->list.prev; link != &streams->list; link = link->prev)
        if (stream_is_in(stream_at(link), channel, thread_ts)) return stream_at(link)->thread_ts;
    return "";
}

const slack_json_t *sim_streams_stop(sim_streams_t *streams, const sim_channel_t *channel,
                                     const char *thread_ts, const sim_user_t *user,
                                     sim_json_builder_t *json)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (slack_link_t *link = streams->list.next; link != &streams->list; link = link->next) {
        sim_stream_t *stream = stream_at(link);
        if (!stream_is_in(stream, channel, thread_ts)) continue;
        stream->stopped_by = user;
        sim_list_add(json, &list, sim_json(json, "%s", stream->ts));
        stream_ended(stream, json, ", stopped by a person");
    }
    return sim_list_end(json, &list);
}
