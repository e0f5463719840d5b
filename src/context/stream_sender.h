/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_STREAM_SENDER_H
#define SLACK_CONTEXT_STREAM_SENDER_H

#include "context/failure.h"
#include "context/stream_chunks.h"
#include "context/streams.h"
#include "net/loop.h"
#include "webapi/webapi.h"

/*
 * Sends a stream to Slack: one call at a time, and what comes meanwhile waits for the next one.
 *
 *   no message -> chat.startStream -> streaming -> chat.appendStream … -> chat.stopStream -> end
 *       ^   `---> chat.postMessage -> edited ----> chat.update … -----------------------> end
 *       |                               ^ after a failed call             | full, or four minutes
 *       `---------------------------------------------------------------- ' old
 *
 * Slack has a message that is edited whole, whatever became of an earlier call. So a call whose
 * answer was lost neither loses a text nor shows it twice.
 */

typedef struct slack_stream slack_stream_t;

/* How long a message streams. Slack ends it after about five minutes. */
#define SLACK_STREAM_OPEN_MS 240000

#define SLACK_STREAM_WHY_STOPPED "a user has stopped the message: end what makes the text"

enum slack_stream_call {
    SLACK_STREAM_IDLE, /* no call is under way */
    SLACK_STREAM_START,
    SLACK_STREAM_APPEND,
    SLACK_STREAM_STOP,
    SLACK_STREAM_POST,
    SLACK_STREAM_UPDATE,
    SLACK_STREAM_CLOSE /* chat.stopStream after a failure: nobody waits for its answer */
};

enum slack_stream_mode { SLACK_STREAM_NONE, SLACK_STREAM_STREAMING, SLACK_STREAM_EDITED };

/* The place of a stream. Its strings are copied into the arena; NULL or "": none. */
typedef struct slack_stream_place {
    const char *channel, *thread_ts, *user_id, *team_id;
    bool plan; /* task_display_mode */
} slack_stream_place_t;

/* The message that the text goes into. */
typedef struct slack_stream_message {
    enum slack_stream_mode mode;
    char ts[32];       /* "" before the answer to the first call */
    uint64_t began_ms; /* when it began to stream */
    bool dirty;        /* Slack may lack a part that was sent */
    unsigned closes;   /* how often it was closed after a failure */
} slack_stream_message_t;

/* The call under way. */
typedef struct slack_stream_flight {
    enum slack_stream_call call;
    bool rolls; /* it ends the message, and another one follows */
    bool last;  /* it ends the stream */
} slack_stream_flight_t;

/* The end that the program asks for. */
typedef struct slack_stream_end {
    bool asked;
    bool by_app;                           /* which stops */
    const slack_json_t *blocks, *metadata; /* in the stream's arena; NULL: none */
} slack_stream_end_t;

/* The reports of a stream to its owner. */
typedef struct slack_stream_owner {
    void (*called)(slack_stream_t *stream); /* a call has begun */
    /* The call has its answer. */
    void (*answered)(slack_stream_t *stream, const slack_response_t *response);
    void (*room)(slack_stream_t *stream);  /* parts of the text were sent */
    void (*ended)(slack_stream_t *stream); /* once, from a task: no call is under way any more */
} slack_stream_owner_t;

struct slack_stream {
    slack_link_t link; /* in streams->open, until it is over */
    slack_streams_t *streams;
    slack_arena_t *arena;
    slack_client_t *client;
    const slack_stream_owner_t *owner;
    slack_stream_place_t place;
    slack_stream_text_t text;
    slack_stream_chunks_t chunks;
    slack_stream_message_t message;
    slack_stream_flight_t flight;
    slack_stream_end_t end;
    slack_fault_t fault; /* with which the stream ends, or has ended; in its arena */
    uint64_t called_ms;  /* when the last call began; 0: none has */
    uint64_t started_ms; /* the same of chat.startStream */
    uint64_t since_ms;   /* since when something waits */
    slack_timer_t timer;
    slack_task_t task; /* reports the end */
    bool refused;      /* Slack refuses to stream here */
    bool over;         /* nothing more is sent */
};

/* A stream at the start of `bytes` in an arena of its own; the caller sets `owner`. `place` is
 * copied. NULL without memory. */
slack_stream_t *slack__stream_new(slack_streams_t *streams, slack_client_t *client,
                                  const slack_stream_place_t *place, size_t bytes);
/* After the report of its end, or before anything was appended. */
void slack__stream_free(slack_stream_t *stream);

/* 0; SLACK_EBUSY: there is no room now; SLACK_ETOOBIG: there never will be; SLACK_ENOMEM. */
int slack__stream_put_text(slack_stream_t *stream, const char *text);
int slack__stream_put_chunk(slack_stream_t *stream, const slack_json_t *chunk);
/* Ends the stream with an error, for which `why` is static text. */
void slack__stream_fail(slack_stream_t *stream, int status, const char *why);
/* Ends the stream when all is sent. Blocks and metadata may be NULL. 0; SLACK_ENOMEM. */
int slack__stream_finish(slack_stream_t *stream, const slack_json_t *blocks,
                         const slack_json_t *metadata);

#endif
