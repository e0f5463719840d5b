/* SPDX-License-Identifier: MIT */
#include "context/streams.h"

#include <string.h>

#include "context/stream_sender.h"

static const char WHY_CANCELED[] = "the app stops: the text is not complete";

static slack_stream_t *stream_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_stream_t, link);
}

void slack__streams_init(slack_streams_t *streams)
{
    *streams = (slack_streams_t){0};
    slack__link_init(&streams->open);
}

void slack__streams_stop(slack_streams_t *streams)
{
    for (slack_link_t *link = streams->open.next, *next; link != &streams->open; link = next) {
        slack_stream_t *stream = stream_at(link);
        next = link->next;
        if (stream->end.asked) continue;
        stream->end.by_app = true;
        stream->fault = (slack_fault_t){.status = SLACK_ECANCELED, .why = WHY_CANCELED};
        (void)slack__stream_finish(stream, NULL, NULL);
    }
}

void slack__streams_close(slack_streams_t *streams)
{
    while (streams->count > 0)
        slack__stream_fail(stream_at(streams->open.next), SLACK_ECANCELED, WHY_CANCELED);
}

/* Whether the event names the stream's message. */
static bool event_names(const slack_json_t *event, const slack_stream_t *stream)
{
    slack_json_iter_t it = {0};
    if (strcmp(slack_json_str(event, "/channel"), stream->place.channel) != 0) return false;
    while (slack_json_next(slack_json_get(event, "/streaming_message_ts"), &it))
        if (*stream->message.ts && strcmp(slack_json_str(it.value, ""), stream->message.ts) == 0)
            return true;
    return false;
}

void slack__streams_stopped(slack_streams_t *streams, const slack_json_t *event)
{
    if (strcmp(slack_json_str(event, "/type"), "agent_session_stopped") != 0) return;
    for (slack_link_t *link = streams->open.next, *next; link != &streams->open; link = next) {
        next = link->next;
        if (event_names(event, stream_at(link)))
            slack__stream_fail(stream_at(link), SLACK_ESTOPPED, SLACK_STREAM_WHY_STOPPED);
    }
}
