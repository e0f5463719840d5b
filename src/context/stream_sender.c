/* SPDX-License-Identifier: MIT */
#include "context/stream_sender.h"

#include <stdio.h>
#include <string.h>

#include "util/log.h"
#include "webapi/response.h"

#define PART_UNITS 256  /* that are sent at once; Slack's own helpers wait for as many */
#define PART_MS    250  /* so long a shorter part waits */
#define WORD_MS    1000 /* so long the start of a word waits for its end */
/* The time between two calls of a stream. appendStream has 100 a minute or more (tier 4),
 * chat.update 50 (tier 3), for all streams of a workspace together. */
#define APPEND_MS 650
#define EDIT_MS   1300
#define START_MS                                                                                   \
    3000 /* between two messages: startStream and stopStream have 20 a minute (tier 2) */
#define BUSY_MS    1000
#define CLOSES_MAX 3

static void stream_pump(slack_stream_t *stream);
static void stream_call(slack_stream_t *stream, slack_stream_flight_t flight, size_t end);

static uint64_t stream_now_ms(const slack_stream_t *stream)
{
    return slack__mono_ms(slack__net_clock(stream->streams->net));
}

static bool stream_waits(const slack_stream_t *stream)
{
    return slack__stream_text_waiting(&stream->text) > 0 || stream->chunks.waiting_count > 0;
}

/* ---- the end ---- */

static void stream_run_task(slack_task_t *task)
{
    slack_stream_t *stream = SLACK_CONTAINER(task, slack_stream_t, task);
    slack__stream_text_done(&stream->text);
    slack__stream_chunks_done(&stream->chunks);
    stream->owner->ended(stream);
}

/* Nothing more is sent. The end is reported when no call is under way. */
static void stream_over(slack_stream_t *stream)
{
    if (stream->over) return;
    stream->over = true;
    stream->streams->count--;
    slack__unlink(&stream->link);
    slack__timer_stop(stream->streams->net, &stream->timer);
    if (stream->flight.call == SLACK_STREAM_IDLE)
        slack__task_post(stream->streams->net, &stream->task);
}

static void stream_over_with(slack_stream_t *stream, int status, const char *method,
                             const char *why)
{
    if (stream->fault.status == 0)
        stream->fault = (slack_fault_t){.status = status, .method = method, .why = why};
    const bool open = stream->message.mode == SLACK_STREAM_STREAMING && status != SLACK_ESTOPPED &&
                      status != SLACK_ECANCELED;
    if (open && !stream->over && stream->flight.call == SLACK_STREAM_IDLE) {
        stream->message.mode = SLACK_STREAM_EDITED;
        stream_call(stream, (slack_stream_flight_t){.call = SLACK_STREAM_CLOSE}, 0);
    }
    stream_over(stream);
}

/* ---- calls ---- */

static const char *const methods[] = {
    [SLACK_STREAM_START] = "chat.startStream", [SLACK_STREAM_APPEND] = "chat.appendStream",
    [SLACK_STREAM_STOP] = "chat.stopStream",   [SLACK_STREAM_POST] = "chat.postMessage",
    [SLACK_STREAM_UPDATE] = "chat.update",     [SLACK_STREAM_CLOSE] = "chat.stopStream",
};

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

/* The arguments of a call. NULL: it has no such argument. */
typedef struct call_args {
    const char *ts, *thread_ts, *user_id, *team_id, *mode, *markdown, *text;
    const slack_json_t *chunks, *blocks, *metadata;
} call_args_t;

/* A part of the text: alone if no chunk comes with it. False without memory. */
static bool args_part(const slack_stream_t *stream, slack_arena_t *arena,
                      const slack_stream_part_t *part, call_args_t *args)
{
    const slack_stream_text_t *text = &stream->text;
    if (slack__stream_chunks_in(&stream->chunks, part)) {
        args->chunks = slack__stream_chunks_part(&stream->chunks, arena, text, part);
        return args->chunks != NULL;
    }
    if (part->end == text->sent && *part->close == '\0') return true;
    args->markdown = slack__arena_printf(arena, "%.*s%s", (int)(part->end - text->sent),
                                         slack__buf_ptr(&text->buf) + text->sent, part->close);
    return args->markdown != NULL;
}

/* The whole message. False without memory. */
static bool args_whole(const slack_stream_t *stream, slack_arena_t *arena,
                       const slack_stream_part_t *part, call_args_t *args)
{
    const char *s = part->end > 0 ? slack__buf_ptr(&stream->text.buf) : "";
    args->text = slack__arena_printf(arena, "%.*s%s", (int)part->end, s, part->close);
    if (args->text == NULL) return false;
    args->blocks =
        slack__stream_chunks_whole(&stream->chunks, arena, args->text, part, args->blocks);
    return args->blocks != NULL;
}

/* The arguments of a call that sends the text up to `end`. NULL without memory. */
static const slack_json_t *call_args(const slack_stream_t *stream, slack_arena_t *arena,
                                     slack_stream_flight_t flight, size_t end)
{
    const slack_stream_place_t *place = &stream->place;
    const bool starts = flight.call == SLACK_STREAM_START;
    const bool posts = flight.call == SLACK_STREAM_POST;
    const bool edits = posts || flight.call == SLACK_STREAM_UPDATE;
    slack_stream_fence_t fence = {"", ""};
    if (flight.rolls) fence = slack__stream_text_fence(&stream->text, end);
    const slack_stream_part_t part = {end, flight.rolls, fence.close};
    call_args_t args = {
        .ts = starts || posts ? NULL : stream->message.ts,
        .thread_ts = starts || posts ? or_null(place->thread_ts) : NULL,
        .user_id = starts ? or_null(place->user_id) : NULL,
        .team_id = starts ? or_null(place->team_id) : NULL,
        .mode = starts && place->plan ? "plan" : NULL,
        .blocks = flight.last ? stream->end.blocks : NULL,
        .metadata = flight.last ? stream->end.metadata : NULL,
    };
    bool made = flight.call == SLACK_STREAM_CLOSE;
    if (!made)
        made = edits ? args_whole(stream, arena, &part, &args)
                     : args_part(stream, arena, &part, &args);
    const slack_json_t *value = NULL;
    if (!made || slack__jsonf(arena, &value, NULL,
                              "{channel: %s, ts?: %s, thread_ts?: %s, recipient_user_id?: %s,"
                              " recipient_team_id?: %s, task_display_mode?: %s, markdown_text?: %s,"
                              " text?: %s, chunks?: %p, blocks?: %p, metadata?: %p}",
                              place->channel, args.ts, args.thread_ts, args.user_id, args.team_id,
                              args.mode, args.markdown, args.text, (const void *)args.chunks,
                              (const void *)args.blocks, (const void *)args.metadata) != 0)
        return NULL;
    return value;
}

static void stream_answered(const slack_response_t *response, void *user_data);

/* Makes a call that sends the text up to `end`. What is sent counts as Slack's from now on; if the
 * call fails, the message is `dirty`. */
static void stream_call(slack_stream_t *stream, slack_stream_flight_t flight, size_t end)
{
    const char *method = methods[flight.call];
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *args = arena ? call_args(stream, arena, flight, end) : NULL;
    int rc = args ? slack__webapi_call(stream->client, method, args, stream_answered, stream)
                  : SLACK_ENOMEM;
    slack__arena_free(arena);
    if (rc == SLACK_EBUSY && !stream->over) {
        slack__timer_start(stream->streams->net, &stream->timer, BUSY_MS);
        return;
    }
    if (rc != 0) {
        stream_over_with(stream, rc, method, slack__webapi_refusal(stream->client, method, rc));
        return;
    }
    stream->flight = flight;
    stream->called_ms = stream->since_ms = stream_now_ms(stream);
    if (flight.call == SLACK_STREAM_START) stream->started_ms = stream->called_ms;
    if (flight.call != SLACK_STREAM_CLOSE) {
        slack__stream_chunks_sent(&stream->chunks, end);
        stream->text.sent = end;
        stream->message.dirty = false;
    }
    stream->owner->called(stream);
}

/* ---- answers ---- */

static void stream_succeeded(slack_stream_t *stream, slack_stream_flight_t flight,
                             const slack_response_t *response)
{
    slack_stream_message_t *message = &stream->message;
    if (flight.call == SLACK_STREAM_START || flight.call == SLACK_STREAM_POST) {
        snprintf(message->ts, sizeof message->ts, "%s", slack_response_ts(response));
        message->mode =
            flight.call == SLACK_STREAM_START ? SLACK_STREAM_STREAMING : SLACK_STREAM_EDITED;
        message->began_ms = stream->started_ms;
    }
    if (flight.last) {
        stream_over(stream);
    } else if (flight.rolls) { /* the message is complete: what follows goes into another one */
        const size_t end = stream->text.sent;
        const slack_stream_fence_t fence = slack__stream_text_fence(&stream->text, end);
        const int rc = slack__stream_text_roll(&stream->text, end, fence.open);
        slack__stream_chunks_roll(&stream->chunks, end, strlen(fence.open));
        *message = (slack_stream_message_t){.mode = SLACK_STREAM_NONE};
        if (rc != 0) stream_over_with(stream, rc, NULL, NULL);
    }
}

static bool is_word(const slack_response_t *response, const char *word)
{
    return response->status == SLACK_EAPI && strcmp(response->error, word) == 0;
}

static void stream_close(slack_stream_t *stream)
{
    stream->message.closes++;
    stream_call(stream, (slack_stream_flight_t){.call = SLACK_STREAM_CLOSE}, 0);
}

static void stream_failed(slack_stream_t *stream, slack_stream_flight_t flight,
                          const slack_response_t *response)
{
    slack_stream_message_t *message = &stream->message;
    const slack_logger_t *log = slack__net_log(stream->streams->net);
    message->dirty = true;
    if (is_word(response, "stopped_by_user")) {
        stream_over_with(stream, SLACK_ESTOPPED, methods[flight.call], SLACK_STREAM_WHY_STOPPED);
        return;
    }
    /* The text goes on without the chunks that Slack refuses, and the end reports them. */
    if (is_word(response, "invalid_chunks") && stream->fault.status == 0)
        stream->fault = slack__fault_of_call(stream->arena, response);
    if (flight.call == SLACK_STREAM_START && response->status == SLACK_EAPI) {
        stream->refused = true; /* no message was begun */
        stream->called_ms = 0;
        SLACK_LOG(log, INFO, "streaming is refused, a message is edited in its place",
                  "channel=%s error=%s", stream->place.channel, response->error);
        return;
    }
    const bool streams = flight.call == SLACK_STREAM_APPEND || flight.call == SLACK_STREAM_STOP;
    /* Only a message that does not stream can be edited. */
    if (flight.call == SLACK_STREAM_UPDATE && is_word(response, "streaming_state_conflict") &&
        message->closes < CLOSES_MAX) {
        stream_close(stream);
        return;
    }
    if (streams && response->status != SLACK_ECANCELED) {
        SLACK_LOG(log, INFO, "the stream broke off, its message is edited from now on",
                  "channel=%s ts=%s error=%s", stream->place.channel, message->ts, response->error);
        message->mode = SLACK_STREAM_EDITED;
        if (!is_word(response, "message_not_in_streaming_state")) stream_close(stream);
        return;
    }
    if (stream->fault.status == 0) stream->fault = slack__fault_of_call(stream->arena, response);
    if (flight.last && stream->end.blocks && response->status == SLACK_EAPI) {
        stream->end.blocks = NULL; /* the text is not lost with blocks that Slack refuses */
        return;
    }
    stream_over(stream);
}

static void stream_answered(const slack_response_t *response, void *user_data)
{
    slack_stream_t *stream = user_data;
    const slack_stream_flight_t flight = stream->flight;
    stream->flight = (slack_stream_flight_t){.call = SLACK_STREAM_IDLE};
    if (stream->over)
        slack__task_post(stream->streams->net, &stream->task);
    else if (response->status == 0)
        stream_succeeded(stream, flight, response);
    else if (flight.call != SLACK_STREAM_CLOSE)
        stream_failed(stream, flight, response);
    stream->owner->answered(stream, response);
    if (!stream->over) stream->owner->room(stream);
    stream_pump(stream);
}

/* ---- what comes next ---- */

/* When the rates of Slack leave room for the next part. */
static uint64_t free_ms(const slack_stream_t *stream)
{
    const bool edits = stream->refused || stream->message.mode == SLACK_STREAM_EDITED;
    const bool starts = !edits && stream->message.mode == SLACK_STREAM_NONE;
    const uint64_t last_ms = starts ? stream->started_ms : stream->called_ms;
    const uint64_t gap_ms = edits ? EDIT_MS : starts ? START_MS : APPEND_MS;
    return last_ms > 0 ? last_ms + gap_ms * stream->streams->count : 0;
}

/* When a part that has waited for `wait_ms` may be sent. */
static uint64_t due_ms(const slack_stream_t *stream, uint64_t wait_ms)
{
    const uint64_t free = free_ms(stream), ripe = stream->since_ms + wait_ms;
    return free > ripe ? free : ripe;
}

static slack_stream_cut_t next_cut(const slack_stream_t *stream, uint64_t now_ms)
{
    const bool all = stream->end.asked || now_ms >= due_ms(stream, WORD_MS);
    slack_stream_cut_t cut = slack__stream_text_cut(&stream->text, all);
    if (!cut.rolls) { /* a chunk stands between two words */
        const size_t last = slack__stream_chunks_last(&stream->chunks, cut.end);
        if (last > cut.end) cut.end = last;
    }
    const bool streams_too_long = stream->message.mode == SLACK_STREAM_STREAMING &&
                                  now_ms >= stream->message.began_ms + SLACK_STREAM_OPEN_MS;
    cut.rolls = cut.rolls || streams_too_long;
    return cut;
}

/* Wakes the stream when its next part is due, or its message has streamed long enough. */
static void stream_wait(slack_stream_t *stream, uint64_t wake_ms, uint64_t now_ms)
{
    if (stream->message.mode == SLACK_STREAM_STREAMING) {
        const uint64_t old_ms = stream->message.began_ms + SLACK_STREAM_OPEN_MS;
        if (old_ms < wake_ms) wake_ms = old_ms;
    }
    if (wake_ms == UINT64_MAX)
        slack__timer_stop(stream->streams->net, &stream->timer);
    else
        slack__timer_start(stream->streams->net, &stream->timer,
                           wake_ms > now_ms ? wake_ms - now_ms : 0);
}

/* How a message in that state is sent; *flight says whether it ends. */
static enum slack_stream_call next_call(const slack_stream_t *stream, slack_stream_flight_t *flight)
{
    switch (stream->message.mode) {
    case SLACK_STREAM_NONE:
        if (stream->refused) return SLACK_STREAM_POST;
        flight->rolls = flight->last = false; /* its stop follows */
        return SLACK_STREAM_START;
    case SLACK_STREAM_STREAMING:
        return flight->rolls || flight->last ? SLACK_STREAM_STOP : SLACK_STREAM_APPEND;
    default: return SLACK_STREAM_UPDATE;
    }
}

static void stream_pump(slack_stream_t *stream)
{
    const uint64_t now_ms = stream_now_ms(stream);
    if (stream->over || stream->flight.call != SLACK_STREAM_IDLE) return;
    const slack_stream_cut_t cut = next_cut(stream, now_ms);
    const bool hurries = stream->end.asked || cut.rolls;
    const bool adds =
        stream->end.asked && !cut.rolls && (stream->end.blocks || stream->end.metadata);
    const bool nothing = cut.end == stream->text.sent && !stream->message.dirty &&
                         !slack__stream_chunks_wait(&stream->chunks, cut.end);
    slack_stream_flight_t flight = {.rolls = cut.rolls, .last = stream->end.asked && !cut.rolls};
    flight.call = next_call(stream, &flight);

    const bool needed = !nothing || adds || flight.rolls || flight.call == SLACK_STREAM_STOP;
    if (!needed && stream->end.asked) {
        stream_over(stream);
        return;
    }
    const bool large = slack__stream_text_waiting(&stream->text) >= PART_UNITS ||
                       stream->chunks.waiting_count > 0 || stream->message.dirty;
    /* With nothing to send, only the start of a word may wait. */
    uint64_t due = due_ms(stream, nothing ? WORD_MS : large ? 0 : PART_MS);
    if (hurries) due = stream->message.mode == SLACK_STREAM_NONE ? free_ms(stream) : 0;
    if (needed && now_ms >= due)
        stream_call(stream, flight, cut.end);
    else
        stream_wait(stream, needed || stream_waits(stream) ? due : UINT64_MAX, now_ms);
}

static void stream_timer_fired(slack_timer_t *timer)
{
    stream_pump(SLACK_CONTAINER(timer, slack_stream_t, timer));
}

/* ---- life ---- */

static void place_copy(slack_arena_t *arena, const char **text)
{
    *text = *text ? slack__arena_strdup(arena, *text) : "";
}

slack_stream_t *slack__stream_new(slack_streams_t *streams, slack_client_t *client,
                                  const slack_stream_place_t *place, size_t bytes)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_stream_t *stream = arena ? slack__arena_calloc(arena, bytes) : NULL;
    if (stream == NULL) goto fail;
    stream->place = *place;
    place_copy(arena, &stream->place.channel);
    place_copy(arena, &stream->place.thread_ts);
    place_copy(arena, &stream->place.user_id);
    place_copy(arena, &stream->place.team_id);
    if (!stream->place.channel || !stream->place.thread_ts || !stream->place.user_id ||
        !stream->place.team_id)
        goto fail;
    stream->arena = arena;
    stream->streams = streams;
    stream->client = client;
    slack__stream_text_init(&stream->text);
    slack__stream_chunks_init(&stream->chunks);
    slack__timer_init(&stream->timer, stream_timer_fired);
    slack__link_init(&stream->task.link);
    stream->task.run = stream_run_task;
    slack__list_push(&streams->open, &stream->link);
    streams->count++;
    return stream;

fail:
    slack__arena_free(arena);
    return NULL;
}

void slack__stream_free(slack_stream_t *stream)
{
    if (!stream->over) {
        stream->streams->count--;
        slack__unlink(&stream->link);
    }
    slack__task_cancel(&stream->task);
    slack__stream_text_done(&stream->text);
    slack__stream_chunks_done(&stream->chunks);
    slack__arena_free(stream->arena);
}

/* ---- what the program appends ---- */

static void stream_appended(slack_stream_t *stream, bool waited)
{
    if (!waited) stream->since_ms = stream_now_ms(stream);
    stream_pump(stream);
}

int slack__stream_put_text(slack_stream_t *stream, const char *text)
{
    const size_t len = strlen(text);
    const bool waited = stream_waits(stream);
    /* The longest message, and the rest of one, have room together. */
    if (len > SLACK_STREAM_TEXT_MAX / 2) return SLACK_ETOOBIG;
    if (slack__stream_text_waiting(&stream->text) + len > SLACK_STREAM_TEXT_MAX / 2)
        return SLACK_EBUSY;
    if (len == 0) return 0;
    const int rc = slack__buf_append(&stream->text.buf, text, len);
    if (rc == SLACK_ETOOBIG) return SLACK_EBUSY;
    if (rc == 0) stream_appended(stream, waited);
    return rc;
}

int slack__stream_put_chunk(slack_stream_t *stream, const slack_json_t *chunk)
{
    const bool waited = stream_waits(stream);
    const int rc =
        slack__stream_chunks_add(&stream->chunks, chunk, slack__stream_text_whole(&stream->text));
    if (rc == 0) stream_appended(stream, waited);
    return rc;
}

static int copy_end(slack_stream_t *stream, const slack_json_t *value, const slack_json_t **ret)
{
    return value ? slack__jsonf(stream->arena, ret, NULL, "%p", (const void *)value) : 0;
}

void slack__stream_fail(slack_stream_t *stream, int status, const char *why)
{
    stream_over_with(stream, status, NULL, why);
}

int slack__stream_finish(slack_stream_t *stream, const slack_json_t *blocks,
                         const slack_json_t *metadata)
{
    int rc = copy_end(stream, blocks, &stream->end.blocks);
    if (rc == 0) rc = copy_end(stream, metadata, &stream->end.metadata);
    if (rc != 0) return rc;
    stream->end.asked = true;
    stream_pump(stream);
    return 0;
}
