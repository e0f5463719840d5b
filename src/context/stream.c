/* SPDX-License-Identifier: MIT */
#include "context/stream.h"

#include <stdio.h>
#include <string.h>

#include "context/stream_sender.h"
#include "protocol/payload.h"
#include "util/json_make.h"

/* The streams of handlers and of clients: who learns of their end, and who waits for it. */

typedef struct slack_owned_stream {
    slack_stream_t stream;
    slack_ctx_t *ctx;                /* NULL: a client's */
    struct slack_owned_stream *next; /* in ctx->streams */
    slack_stream_fn fn;
    void *user_data;
    bool held;     /* the delivery waits for the end */
    bool ended;    /* the end was reported */
    bool reported; /* the program has learned of the failure */

    struct slack_call_wait wait; /* of a worker, for room or for the end */
    struct request *waiting;     /* of this worker; NULL: none waits */
} owned_t;

/* A question of a public function to the loop. */
struct request {
    owned_t *owned;
    bool waits; /* a worker asks, and can wait for the answer */
    const char *text;
    const slack_json_t *chunk, *blocks, *metadata;
    const char *ts;      /* the answer to a question for it */
    slack_fault_t fault; /* of the stream, if the answer is an error */
};

static owned_t *owned_of(slack_stream_t *stream)
{
    return SLACK_CONTAINER(stream, owned_t, stream);
}

/* ---- the owner's side ---- */

static void owned_called(slack_stream_t *stream)
{
    if (owned_of(stream)->ctx) owned_of(stream)->ctx->calls++;
}

static void owned_answered(slack_stream_t *stream, const slack_response_t *response)
{
    const slack_fault_t none = {0};
    if (owned_of(stream)->ctx) slack__ctx_call_ended(owned_of(stream)->ctx, &none);
}

/* Lets the worker go on that waits. */
static void waiter_answer(owned_t *owned, int rc)
{
    slack_work_t *work = owned->wait.work;
    struct request *request = owned->waiting;
    owned->waiting = NULL;
    if (work == NULL) return;
    if (rc != 0) request->fault = owned->stream.fault;
    owned->wait.work = NULL;
    work->wait = NULL;
    slack__pool_answer(owned->ctx->services->pool, &work->ask, rc);
}

static int put(const struct request *request)
{
    slack_stream_t *stream = &request->owned->stream;
    return request->text ? slack__stream_put_text(stream, request->text)
                         : slack__stream_put_chunk(stream, request->chunk);
}

static void owned_room(slack_stream_t *stream)
{
    owned_t *owned = owned_of(stream);
    const struct request *request = owned->waiting;
    if (owned->wait.work == NULL || (request->text == NULL && request->chunk == NULL)) return;
    const int rc = put(request);
    if (rc != SLACK_EBUSY) waiter_answer(owned, rc);
}

static void ctx_learns(owned_t *owned)
{
    slack_ctx_t *ctx = owned->ctx;
    const slack_fault_t none = {0};
    if (owned->fn) {
        ctx->voice.fault = owned->stream.fault;
        const slack_visit_t visit = slack__ctx_visit_begin(ctx);
        const int rc = slack__ctx_returned(
            ctx, owned->fn(&owned->stream, owned->stream.fault.status, owned->user_data));
        slack__ctx_visit_end(ctx, &visit);
        owned->reported = true;
        if (rc != 0 && ctx->phase == SLACK_CTX_RUNNING) {
            const slack_fault_t fault =
                slack__fault_returned(ctx, &ctx->voice, rc, "the function of the stream");
            slack__failure_note(ctx, &fault);
        }
    }
    if (owned->held) slack__ctx_call_ended(ctx, &none);
}

static void owned_ended(slack_stream_t *stream)
{
    owned_t *owned = owned_of(stream);
    owned->ended = true;
    if (owned->wait.work) {
        owned->reported = true;
        waiter_answer(owned, stream->fault.status);
    }
    if (owned->ctx) {
        ctx_learns(owned);
        return;
    }
    slack_net_t *net = stream->streams->net;
    const uint64_t since_us = slack__net_now_us(net);
    owned->fn(stream, stream->fault.status, owned->user_data);
    slack__net_note_blocking(net, since_us, "stream", stream->place.channel);
    slack__stream_free(stream);
}

static const slack_stream_owner_t owner = {owned_called, owned_answered, owned_room, owned_ended};

/* ---- deliveries ---- */

static void hold_until_end(owned_t *owned)
{
    if (owned->held || owned->ended) return;
    owned->held = true;
    owned->ctx->calls++;
}

static void end_stream(owned_t *owned)
{
    slack_ctx_t *ctx = owned->ctx;
    slack_stream_t *stream = &owned->stream;
    hold_until_end(owned);
    if (!stream->over && !stream->end.asked) (void)slack__stream_finish(stream, NULL, NULL);
    const bool failed = stream->fault.status != 0 && stream->fault.status != SLACK_ESTOPPED;
    if (!owned->ended || owned->reported || !failed) return;
    owned->reported = true;
    slack__failure_note(ctx, &stream->fault);
}

void slack__ctx_end_streams(slack_ctx_t *ctx)
{
    if (ctx->phase != SLACK_CTX_RUNNING) return;
    for (owned_t *owned = ctx->streams; owned; owned = owned->next)
        end_stream(owned);
}

void slack__ctx_free_streams(slack_ctx_t *ctx)
{
    owned_t *owned = ctx->streams;
    ctx->streams = NULL;
    while (owned) {
        owned_t *next = owned->next;
        slack__stream_free(&owned->stream);
        owned = next;
    }
}

/* ---- the begin ---- */

/* The place of a stream that answers a delivery. */
static slack_stream_place_t ctx_place(const slack_ctx_t *ctx, const slack_stream_options_t *options)
{
    const char *thread = slack_ctx_thread_ts(ctx), *here = slack_ctx_channel(ctx);
    const char *user = slack_ctx_actor_user(ctx), *team = slack_ctx_actor_team(ctx);
    const char *channel = options->channel ? options->channel : here;
    if (*thread == '\0') thread = slack_ctx_ts(ctx);
    if (strcmp(channel, here) != 0) thread = ""; /* timestamps belong to one channel */
    if (*user == '\0') user = slack_ctx_user(ctx);
    if (*team == '\0') team = slack_ctx_team(ctx);
    return (slack_stream_place_t){
        .channel = channel,
        .thread_ts = options->thread_ts ? options->thread_ts : thread,
        .user_id = options->user_id ? options->user_id : user,
        .team_id = options->team_id ? options->team_id : team,
        .plan = options->plan,
    };
}

static owned_t *owned_new(slack_streams_t *streams, slack_client_t *client,
                          const slack_stream_place_t *place, const slack_stream_options_t *options)
{
    slack_stream_t *stream = slack__stream_new(streams, client, place, sizeof(owned_t));
    if (stream == NULL) return NULL;
    stream->owner = &owner;
    owned_t *owned = owned_of(stream);
    owned->fn = options->fn;
    owned->user_data = options->user_data;
    return owned;
}

static const char too_many[] =
    "slack_stream: too many streams are open: stop one, or begin this one later";

struct begin {
    const slack_stream_options_t *options;
    owned_t *owned;
};

static int begin_here(slack_ctx_t *ctx, void *args)
{
    struct begin *begin = args;
    const slack_stream_place_t place = ctx_place(ctx, begin->options);
    if (ctx->phase != SLACK_CTX_RUNNING) return SLACK_EALREADY;
    owned_t *owned =
        owned_new(&ctx->services->streams, slack__ctx_client(ctx), &place, begin->options);
    if (owned == NULL) return SLACK_ENOMEM;
    owned->ctx = ctx;
    owned->next = ctx->streams;
    ctx->streams = owned;
    begin->owned = owned;
    if (*place.channel == '\0')
        slack__stream_fail(&owned->stream, SLACK_EINVAL,
                           "slack_stream: the delivery has no channel: name one in the options");
    else if (ctx->services->streams.count > SLACK_STREAMS_MAX)
        slack__stream_fail(&owned->stream, SLACK_EBUSY, too_many);
    return 0;
}

slack_stream_t *slack_stream(slack_ctx_t *ctx, const slack_stream_options_t *options)
{
    static const slack_stream_options_t defaults;
    SLACK_CTX_ACT_OR(ctx, NULL);
    struct begin begin = {options ? options : &defaults, NULL};
    const int rc = slack__ctx_on_loop(ctx, begin_here, &begin);
    if (rc != 0)
        slack__failure_leave(ctx, rc,
                             rc == SLACK_EALREADY
                                 ? "slack_stream: the delivery has ended: use slack_client_stream()"
                                 : slack_strerror(rc));
    return begin.owned ? &begin.owned->stream : NULL;
}

slack_stream_t *slack_client_stream(slack_client_t *client, const slack_stream_options_t *options)
{
    if (slack__webapi_act(client, __func__) != 0 || client == NULL) return NULL;
    const char *channel = options && options->channel ? options->channel : "";
    owned_t *owned = NULL;
    int rc = SLACK_EINVAL;
    const char *why = "slack_client_stream: there is no channel: name one in the options";
    if (client->streams == NULL)
        why = "slack_client_stream: a client of a delivery: use slack_stream()";
    else if (client->streams->net == NULL)
        rc = SLACK_ECANCELED, why = "slack_client_stream: the app does not run";
    else if (client->streams->count >= SLACK_STREAMS_MAX)
        rc = SLACK_EBUSY, why = too_many;
    else if (options && options->fn == NULL)
        why = "slack_client_stream: there is no function for the end: set fn in the options";
    else if (*channel)
        rc = 0;
    if (rc == 0) {
        const slack_stream_place_t place = {
            .channel = channel,
            .thread_ts = options->thread_ts,
            .user_id = options->user_id,
            .team_id = options->team_id,
            .plan = options->plan,
        };
        owned = owned_new(client->streams, client, &place, options);
        if (owned == NULL) rc = SLACK_ENOMEM, why = NULL;
    }
    slack__webapi_refuse(client, "chat.startStream", rc, why);
    return owned ? &owned->stream : NULL;
}

/* ---- what the program does with a stream ---- */

/* 0 if the program may use the stream in `function`, here and now. */
static int stream_act(slack_stream_t *stream, const char *function)
{
    if (stream == NULL) return SLACK_ENOMEM;
    owned_t *owned = owned_of(stream);
    return owned->ctx ? slack__ctx_act(owned->ctx, function)
                      : slack__webapi_act(stream->client, function);
}

/* The first line of a function with a stream. */
#define STREAM_REQUIRE(stream)                                                                     \
    do {                                                                                           \
        const int unusable = stream_act(stream, __func__);                                         \
        if (unusable != 0) return unusable;                                                        \
    } while (0)

/* Returns an error to the program, with its sentence: that of the stream if it has failed so, else
 * `why`. */
static int stream_refuse(const struct request *request, int rc, const char *why)
{
    const slack_fault_t *fault = &request->fault;
    slack_ctx_t *ctx = request->owned->ctx;
    if (rc == 0 || ctx == NULL) return rc; /* the end of a client's stream has the sentence */
    if (fault->status != rc) return slack__ctx_fail(ctx, rc, "%s", why ? why : slack_strerror(rc));
    return slack__ctx_fail(ctx, rc, "%s%s%s", fault->method ? fault->method : "",
                           fault->method ? ": " : "", slack__fault_why(fault));
}

/* The error that an append gets; 0: the stream takes more. On the loop. */
static int stream_closed(struct request *request)
{
    const slack_stream_t *stream = &request->owned->stream;
    if (!stream->over && !stream->end.asked) return 0;
    if (stream->fault.status == 0) return SLACK_EALREADY;
    request->owned->reported = true;
    request->fault = stream->fault;
    return stream->fault.status;
}

static int on_loop(struct request *request, int (*fn)(slack_ctx_t *ctx, void *args))
{
    slack_ctx_t *ctx = request->owned->ctx;
    request->waits = ctx && slack__on_worker(ctx);
    return ctx ? slack__ctx_on_loop(ctx, fn, request) : fn(NULL, request);
}

/* A worker waits for room, or for the end. */
static int wait_for_stream(struct request *request)
{
    owned_t *owned = request->owned;
    owned->waiting = request;
    owned->wait.work = owned->ctx->works;
    owned->wait.work->wait = &owned->wait;
    return SLACK_POOL_LATER;
}

static int append_here(slack_ctx_t *ctx, void *args)
{
    struct request *request = args;
    int rc = stream_closed(request);
    if (rc == 0) rc = put(request);
    return rc == SLACK_EBUSY && request->waits ? wait_for_stream(request) : rc;
}

static int append(struct request *request)
{
    const int rc = on_loop(request, append_here);
    return stream_refuse(request, rc,
                         rc == SLACK_EBUSY
                             ? "the stream is full: append it again when Slack has "
                               "taken a part, or run the handler on a worker, which waits"
                         : rc == SLACK_EALREADY ? "the stream is stopped: begin another one"
                                                : NULL);
}

int slack_stream_append(slack_stream_t *stream, const char *text)
{
    STREAM_REQUIRE(stream);
    struct request request = {.owned = owned_of(stream), .text = text ? text : ""};
    return append(&request);
}

/* 0 if the blocks in the arguments may be sent. */
static int check_blocks(const struct request *request, slack_arena_t *arena, const char *method,
                        const slack_json_t *args)
{
    const char *why =
        slack__webapi_check_blocks(request->owned->stream.client, arena, method, args);
    if (why == NULL) return 0;
    return stream_refuse(request, SLACK_EINVAL,
                         slack__arena_printf(arena, "%s was not called: %s", method, why));
}

/* A chunk of text is a text, whose length counts. */
static int append_chunk(owned_t *owned, slack_arena_t *arena, const slack_json_t *chunk)
{
    const char *type = slack_json_str(chunk, "/type");
    struct request request = {.owned = owned, .chunk = chunk};
    const slack_json_t *args = NULL;
    int rc = slack_json_error(chunk);
    if (rc != 0) return stream_refuse(&request, rc, slack_json_reason(chunk));
    if (*type == '\0')
        return stream_refuse(&request, SLACK_EINVAL,
                             "slack_stream_chunkf: the chunk has no type: task_update, "
                             "plan_update and blocks are types");
    if (strcmp(type, "markdown_text") == 0)
        return slack_stream_append(&owned->stream, slack_json_str(chunk, "/text"));
    rc = slack__jsonf(arena, &args, NULL, "{chunks: [%p]}", (const void *)chunk);
    if (rc == 0) rc = check_blocks(&request, arena, "chat.appendStream", args);
    return rc ? rc : append(&request);
}

int(slack_stream_chunkf)(slack_stream_t *stream, const char *chunk_template, ...)
{
    STREAM_REQUIRE(stream);
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (arena == NULL) return SLACK_ENOMEM;
    va_list ap;
    va_start(ap, chunk_template);
    const slack_json_t *chunk = slack__make_jsonf(arena, "slack_stream_chunkf", chunk_template, ap);
    va_end(ap);
    const int rc = append_chunk(owned_of(stream), arena, chunk);
    slack__arena_free(arena);
    return rc;
}

static int stop_here(slack_ctx_t *ctx, void *args)
{
    struct request *request = args;
    owned_t *owned = request->owned;
    int rc = stream_closed(request);
    if (rc == 0) rc = slack__stream_finish(&owned->stream, request->blocks, request->metadata);
    if (rc != 0) return rc;
    if (request->waits) return wait_for_stream(request);
    if (ctx) hold_until_end(owned);
    return 0;
}

static int check_last_blocks(const struct request *request)
{
    const slack_json_t *args = NULL;
    if (request->blocks == NULL) return 0;
    slack_arena_t *arena = slack__arena_new(0, 0);
    int rc = arena ? slack__jsonf(arena, &args, NULL, "{blocks: %p}", (const void *)request->blocks)
                   : SLACK_ENOMEM;
    if (rc == 0) rc = check_blocks(request, arena, "chat.stopStream", args);
    slack__arena_free(arena);
    return rc;
}

int slack_stream_stop(slack_stream_t *stream, const slack_json_t *blocks,
                      const slack_json_t *metadata)
{
    STREAM_REQUIRE(stream);
    struct request request = {.owned = owned_of(stream), .blocks = blocks, .metadata = metadata};
    const slack_json_t *const values[] = {blocks, metadata};
    for (size_t i = 0; i < 2; i++)
        if (values[i] && slack_json_error(values[i]) != 0)
            return stream_refuse(&request, slack_json_error(values[i]),
                                 slack_json_reason(values[i]));
    int rc = check_last_blocks(&request);
    if (rc != 0) return rc;
    rc = on_loop(&request, stop_here);
    return stream_refuse(
        &request, rc, rc == SLACK_EALREADY ? "the stream is stopped already: stop it once" : NULL);
}

static int status_here(slack_ctx_t *ctx, void *args)
{
    const struct request *request = args;
    return request->owned->stream.fault.status;
}

int slack_stream_status(slack_stream_t *stream)
{
    STREAM_REQUIRE(stream);
    struct request request = {.owned = owned_of(stream)};
    return on_loop(&request, status_here);
}

/* A worker gets a copy, as the loop may change the message. */
static int ts_here(slack_ctx_t *ctx, void *args)
{
    struct request *request = args;
    const char *ts = request->owned->stream.message.ts;
    request->ts =
        ctx ? slack__arena_strdup(request->waits ? ctx->works->arena : ctx->delivery->arena, ts)
            : ts;
    return 0;
}

const char *slack_stream_ts(slack_stream_t *stream)
{
    if (stream_act(stream, __func__) != 0) return "";
    struct request request = {.owned = owned_of(stream)};
    (void)on_loop(&request, ts_here);
    return request.ts ? request.ts : "";
}
