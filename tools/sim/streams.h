/* SPDX-License-Identifier: MIT */
#ifndef SIM_STREAMS_H
#define SIM_STREAMS_H

#include "sim/services.h"

/*
 * The messages that the app streams. Slack closes a stream about five minutes after its start,
 * however often the app appends to it (https://github.com/slackapi/node-slack-sdk/issues/2702).
 * Slack's documentation says nothing of that time, nor of the length that a stream may have in all:
 * apps report that longer ones are refused (msg_too_long).
 */

#define SIM_STREAM_OPEN_MS  ((uint64_t)5 * 60 * 1000)
#define SIM_STREAM_TEXT_MAX 12000 /* in characters */
#define SIM_STREAMS_MAX     64

/* A stream that is open, or that a person has stopped. */
typedef struct sim_stream {
    slack_link_t link;
    slack_timer_t timer; /* of the end by Slack */
    sim_streams_t *streams;
    const sim_channel_t *channel;
    char ts[SIM_TS_SIZE];
    char thread_ts[SIM_TS_SIZE];
    uint64_t entry;               /* in the transcript, where it shows the text so far */
    slack_buf_t text;             /* so far */
    size_t characters;            /* of the text */
    const sim_user_t *stopped_by; /* NULL: the stream is open */
} sim_stream_t;

struct sim_streams {
    const sim_services_t *services;
    slack_net_t *net;
    unsigned time_scale; /* how much faster than Slack's the time passes */
    slack_link_t list;   /* oldest first */
    size_t count;
};

/* Both are borrowed. */
void sim_streams_init(sim_streams_t *streams, const sim_services_t *services, slack_net_t *net,
                      unsigned time_scale);
void sim_streams_done(sim_streams_t *streams);

/* Begin a stream with an empty message. 0; SLACK_EBUSY at SIM_STREAMS_MAX; SLACK_ENOMEM. */
int sim_stream_begin(sim_streams_t *streams, const sim_message_draft_t *draft, sim_stream_t **ret);
/* The stream of the message at this time. NULL if it is none, or has ended otherwise than by a
 * person. */
sim_stream_t *sim_stream_find(sim_streams_t *streams, const sim_channel_t *channel, const char *ts);
/* Whether the app may append to the message. */
bool sim_stream_is_open(sim_streams_t *streams, const sim_message_t *message);
/* Whether the text fits into a stream; NULL: a new one. */
bool sim_stream_has_room(const sim_stream_t *stream, const char *text);
/* Append a text for which there is room, and what chunks (NULL: none) are besides texts. 0;
 * SLACK_ENOMEM. */
int sim_stream_append(sim_stream_t *stream, const char *text, const slack_json_t *chunks);
/* The app ends the stream. `own`, NULL for nothing, has the blocks that follow the message's, and
 * its metadata. Frees the stream. 0; SLACK_ENOMEM: the stream goes on. */
int sim_stream_stop(sim_stream_t *stream, const slack_json_t *own);
/* The thread of the newest open stream in the channel, or in that thread of it unless it is "". ""
 * if there is no such stream. */
const char *sim_streams_thread(const sim_streams_t *streams, const sim_channel_t *channel,
                               const char *thread_ts);
/* A person stops the open streams of a thread. Returns an array of the messages' timestamps. */
const slack_json_t *sim_streams_stop(sim_streams_t *streams, const sim_channel_t *channel,
                                     const char *thread_ts, const sim_user_t *user,
                                     sim_json_builder_t *json);

#endif
