/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"

#include <string.h>

#include "protocol/message_body.h"
#include "protocol/payload.h"
#include "util/json.h"
#include "webapi/response.h"

/* Makes {"text": …} of a printf format, for the public function `caller`. */
static int SLACK_PRINTF(4, 0)
    message_of_text(slack_ctx_t *ctx, const char *caller, const slack_json_t **ret,
                    const char *format, va_list ap)
{
    slack_arena_t *arena = slack__ctx_scratch(ctx);
    const char *text = slack__ctx_text(ctx, caller, arena, format, ap);
    return text ? slack__jsonf(arena, ret, NULL, "{text: %s}", text) : slack__ctx_failed(ctx);
}

/* Slack answers no_text to such a message, or shows nothing. */
static int fail_empty(slack_ctx_t *ctx, const char *caller)
{
    return slack__ctx_fail(ctx, SLACK_EINVAL,
                           "%s: the message has no text, no blocks and no attachments: give it one "
                           "of them",
                           caller);
}

/* A message with members that it may leave out. */
static int with_defaults(slack_ctx_t *ctx, const slack_json_t *message,
                         const slack_json_t *defaults, const slack_json_t **ret)
{
    const int rc = slack__json_with_defaults(slack__ctx_scratch(ctx), message, defaults, ret);
    if (rc != SLACK_EINVAL) return rc;
    return slack__ctx_fail(ctx, rc, "the message is not a JSON object, such as {text: 'hello'}");
}

/* ---- say ---- */

/* Makes the arguments of a call from a message. A message that names no channel gets the channel of
 * the delivery and `thread` ("" outside a thread). A message to another channel gets no thread,
 * because thread timestamps belong to one channel. */
static int message_args(slack_ctx_t *ctx, const slack_json_t *message, const char *thread,
                        const slack_json_t **ret)
{
    const int wrong = slack__ctx_required(ctx, message);
    if (wrong != 0) return wrong;
    const char *channel = slack__payload_channel(ctx->delivery->body);
    bool elsewhere = *slack_json_str(message, "/channel") != '\0';
    if (*channel == '\0' && !elsewhere)
        return slack__ctx_fail(ctx, SLACK_EINVAL,
                               "%s has no channel: name one in the message, as slack_say_json() "
                               "takes it",
                               slack__ctx_what(ctx));
    slack_arena_t *arena = slack__ctx_scratch(ctx);
    const slack_json_t *defaults = NULL;
    int rc = slack__jsonf(arena, &defaults, NULL, "{channel: %s, thread_ts: %s}", channel,
                          elsewhere || *thread == '\0' ? NULL : thread);
    return rc ? rc : with_defaults(ctx, message, defaults, ret);
}

static int message_call(slack_ctx_t *ctx, const char *method, const slack_json_t *message,
                        const char *thread)
{
    const slack_json_t *args = NULL;
    int rc = message_args(ctx, message, thread, &args);
    return rc ? rc : slack__ctx_call(ctx, method, args);
}

/* A message in flight. */
typedef struct slack_saying {
    slack_then_t then;
    struct said_change *changes; /* of this message, in order; they wait for its answer */
} saying_t;

struct said_change {
    struct said_change *next;
    const char *method;
    const slack_json_t *change; /* NULL: the message is deleted */
};

/* slack_update_said() and its like change the last message. If that has failed, there is no message
 * to change. */
static void remember_said(slack_ctx_t *ctx, const slack_response_t *response)
{
    slack_voice_t *voice = slack__ctx_voice(ctx);
    voice->ts = voice->channel = NULL;
    if (response->status != 0) return;
    const char *ts = slack__arena_strdup(slack__ctx_arena(ctx), slack_response_ts(response));
    const char *channel =
        slack__arena_strdup(slack__ctx_arena(ctx), slack_response_channel(response));
    if (ts == NULL || channel == NULL) return;
    voice->ts = ts;
    voice->channel = channel;
}

/* Changes a message: sends `change` with the channel and the timestamp of the message. */
static int change_message(slack_ctx_t *ctx, const char *ts, const char *channel, const char *method,
                          const slack_json_t *change)
{
    slack_arena_t *arena = slack__ctx_scratch(ctx);
    const slack_json_t *which = NULL, *args = NULL;
    int rc = slack__jsonf(arena, &which, NULL, "{ts: %s, channel: %s}", ts, channel);
    if (rc == 0 && change) rc = with_defaults(ctx, change, which, &args);
    return rc ? rc : slack__ctx_call(ctx, method, change ? args : which);
}

/* The message has its answer: make the changes that waited for it. */
static void make_changes(const saying_t *saying, const slack_response_t *response)
{
    slack_ctx_t *ctx = saying->then.ctx;
    ctx->client.place = slack__webapi_number(response); /* before the calls made since then */
    for (const struct said_change *c = saying->changes; c; c = c->next) {
        slack_fault_t fault = {0};
        int rc = 0;
        if (response->status != 0)
            fault = slack__fault_of_call(ctx->delivery->arena, response);
        else if (ctx->phase == SLACK_CTX_RUNNING)
            rc = change_message(ctx, slack_response_ts(response), slack_response_channel(response),
                                c->method, c->change);
        if (rc != 0) fault = slack__fault_returned(ctx, &ctx->voice, rc, c->method);
        slack__ctx_call_ended(ctx, &fault);
    }
    ctx->client.place = 0;
}

static int wait_to_change(saying_t *saying, const char *method, const slack_json_t *change)
{
    slack_ctx_t *ctx = saying->then.ctx;
    struct said_change *waits = slack__arena_alloc(ctx->delivery->arena, sizeof *waits);
    if (waits == NULL) return SLACK_ENOMEM;
    *waits = (struct said_change){.method = method, .change = change};
    struct said_change **end = &saying->changes;
    while (*end)
        end = &(*end)->next;
    *end = waits;
    ctx->calls++;
    return 0;
}

static void said_answered(slack_then_t *then, const slack_response_t *response)
{
    const saying_t *saying = SLACK_CONTAINER(then, saying_t, then);
    slack_ctx_t *ctx = then->ctx;
    if (slack__on_worker(ctx)) {
        remember_said(ctx, response);
        return;
    }
    if (saying == ctx->voice.pending) {
        ctx->voice.pending = NULL;
        remember_said(ctx, response);
    }
    make_changes(saying, response);
}

/* Posts a message for the public function `caller`. Sets then.answered. */
static int say_in(const char *caller, const slack_json_t *message, const char *thread,
                  slack_then_t then)
{
    slack_ctx_t *ctx = then.ctx;
    const slack_json_t *args = NULL;
    if (slack__json_required(message) == 0 && !slack__message_shows(message))
        return fail_empty(ctx, caller);
    int rc = message_args(ctx, message, thread, &args);
    if (rc != 0) return rc;
    saying_t here = {.then = then};
    here.then.answered = said_answered;
    if (slack__on_worker(ctx))
        return slack__ctx_call_then(ctx, "chat.postMessage", args, &here.then);
    saying_t *saying = slack__arena_alloc(ctx->delivery->arena, sizeof *saying);
    if (saying == NULL) return SLACK_ENOMEM;
    *saying = here;
    rc = slack__ctx_call_then(ctx, "chat.postMessage", args, &saying->then);
    if (rc == 0 && ctx->phase == SLACK_CTX_RUNNING) ctx->voice.pending = saying;
    return rc;
}

static int say(const char *caller, const slack_json_t *message, slack_then_t then)
{
    return say_in(caller, message, slack__payload_thread_ts(then.ctx->delivery->body), then);
}

int slack_say_then(slack_ctx_t *ctx, const slack_json_t *message, slack_then_fn fn, void *user_data)
{
    SLACK_CTX_REQUIRE(ctx);
    return say(__func__, message, (slack_then_t){.ctx = ctx, .fn = fn, .user_data = user_data});
}

int slack_say_json(slack_ctx_t *ctx, const slack_json_t *message)
{
    SLACK_CTX_REQUIRE(ctx);
    return say(__func__, message, (slack_then_t){.ctx = ctx});
}

int slack_say(slack_ctx_t *ctx, const char *format, ...)
{
    SLACK_CTX_REQUIRE(ctx);
    const slack_json_t *message = NULL;
    va_list ap;
    va_start(ap, format);
    int rc = message_of_text(ctx, __func__, &message, format, ap);
    va_end(ap);
    return rc ? rc : say(__func__, message, (slack_then_t){.ctx = ctx});
}

static int reply(slack_ctx_t *ctx, const char *caller, const slack_json_t *message)
{
    const char *thread = slack_ctx_thread_ts(ctx);
    if (*thread == '\0') thread = slack_ctx_ts(ctx);
    if (*thread == '\0')
        return slack__ctx_fail(ctx, SLACK_EINVAL, "%s: %s is about no message: use slack_say()",
                               caller, slack__ctx_what(ctx));
    return say_in(caller, message, thread, (slack_then_t){.ctx = ctx});
}

int slack_reply_json(slack_ctx_t *ctx, const slack_json_t *message)
{
    SLACK_CTX_REQUIRE(ctx);
    return reply(ctx, __func__, message);
}

int slack_reply(slack_ctx_t *ctx, const char *format, ...)
{
    SLACK_CTX_REQUIRE(ctx);
    const slack_json_t *message = NULL;
    va_list ap;
    va_start(ap, format);
    int rc = message_of_text(ctx, __func__, &message, format, ap);
    va_end(ap);
    return rc ? rc : reply(ctx, __func__, message);
}

int slack_say_ephemeral(slack_ctx_t *ctx, const char *format, ...)
{
    SLACK_CTX_REQUIRE(ctx);
    const slack_json_t *message = NULL, *user = NULL, *whole = NULL;
    slack_arena_t *arena = slack__ctx_scratch(ctx);
    if (*slack_ctx_user(ctx) == '\0')
        return slack__ctx_fail(
            ctx, SLACK_EINVAL,
            "slack_say_ephemeral: %s has no user: call chat.postEphemeral with one",
            slack__ctx_what(ctx));
    va_list ap;
    va_start(ap, format);
    int rc = message_of_text(ctx, __func__, &message, format, ap);
    va_end(ap);
    if (rc == 0 && !slack__message_shows(message)) return fail_empty(ctx, __func__);
    if (rc == 0) rc = slack__jsonf(arena, &user, NULL, "{user: %s}", slack_ctx_user(ctx));
    if (rc == 0) rc = with_defaults(ctx, message, user, &whole);
    return rc ? rc
              : message_call(ctx, "chat.postEphemeral", whole,
                             slack__payload_thread_ts(ctx->delivery->body));
}

/* ---- existing messages ---- */

const char *slack_ctx_said_ts(slack_ctx_t *ctx)
{
    SLACK_CTX_ACT_OR(ctx, "");
    const char *ts = slack__ctx_voice(ctx)->ts;
    return ts ? ts : "";
}

const char *slack_ctx_said_channel(slack_ctx_t *ctx)
{
    SLACK_CTX_ACT_OR(ctx, "");
    const char *channel = slack__ctx_voice(ctx)->channel;
    return channel ? channel : "";
}

static int call_said(slack_ctx_t *ctx, const char *method, const slack_json_t *change)
{
    const slack_voice_t *voice = slack__ctx_voice(ctx);
    if (voice->pending) return wait_to_change(voice->pending, method, change);
    if (voice->ts == NULL)
        return slack__ctx_fail(ctx, SLACK_EINVAL,
                               "%s: the delivery has posted no message: post one with slack_say() "
                               "first",
                               method);
    return change_message(ctx, voice->ts, voice->channel, method, change);
}

int slack_update_said(slack_ctx_t *ctx, const slack_json_t *message)
{
    SLACK_CTX_REQUIRE(ctx);
    int rc = slack__ctx_required(ctx, message);
    return rc ? rc : call_said(ctx, "chat.update", message);
}

int slack_delete_said(slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE(ctx);
    return call_said(ctx, "chat.delete", NULL);
}

static int fail_ts(slack_ctx_t *ctx, const char *caller)
{
    return slack__ctx_fail(ctx, SLACK_EINVAL,
                           "%s: no timestamp: pass the `ts` of a message, such as slack_ctx_ts()",
                           caller);
}

int slack_update(slack_ctx_t *ctx, const char *ts, const slack_json_t *message)
{
    SLACK_CTX_REQUIRE(ctx);
    if (ts == NULL || *ts == '\0') return fail_ts(ctx, "slack_update");
    const int wrong = slack__ctx_required(ctx, message);
    if (wrong != 0) return wrong;
    slack_arena_t *arena = slack__ctx_scratch(ctx);
    const slack_json_t *which = NULL, *whole = NULL;
    int rc = slack__jsonf(arena, &which, NULL, "{ts: %s}", ts);
    if (rc == 0) rc = with_defaults(ctx, message, which, &whole);
    return rc ? rc : message_call(ctx, "chat.update", whole, "");
}

int slack_delete(slack_ctx_t *ctx, const char *ts)
{
    SLACK_CTX_REQUIRE(ctx);
    if (ts == NULL || *ts == '\0') return fail_ts(ctx, "slack_delete");
    const slack_json_t *which = NULL;
    int rc = slack__jsonf(slack__ctx_scratch(ctx), &which, NULL, "{ts: %s}", ts);
    return rc ? rc : message_call(ctx, "chat.delete", which, "");
}

static int call_reaction(slack_ctx_t *ctx, const char *method, const char *emoji)
{
    const char *ts = slack_ctx_ts(ctx);
    if (emoji == NULL || *emoji == '\0')
        return slack__ctx_fail(ctx, SLACK_EINVAL,
                               "%s: no emoji was named: pass one such as \"eyes\"", method);
    if (*ts == '\0')
        return slack__ctx_fail(ctx, SLACK_EINVAL,
                               "%s: %s is about no message: call the method with a timestamp",
                               method, slack__ctx_what(ctx));
    const slack_json_t *args = NULL;
    int rc =
        slack__jsonf(slack__ctx_scratch(ctx), &args, NULL, "{timestamp: %s, name: %s}", ts, emoji);
    return rc ? rc : message_call(ctx, method, args, "");
}

int slack_react(slack_ctx_t *ctx, const char *emoji)
{
    SLACK_CTX_REQUIRE(ctx);
    return call_reaction(ctx, "reactions.add", emoji);
}

int slack_unreact(slack_ctx_t *ctx, const char *emoji)
{
    SLACK_CTX_REQUIRE(ctx);
    return call_reaction(ctx, "reactions.remove", emoji);
}

/* ---- respond ---- */

/* A response URL takes 5 messages within 30 minutes
 * (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses). */
#define RESPONSES_MAX 5
#define RESPONSE_S    (30 * 60)

/* Without a thread_ts the response to a message in a thread is posted outside of the thread. One
 * that replaces a message stays where that is, and does so by default for legacy attachments. */
static int respond_in_thread(slack_ctx_t *ctx, const slack_json_t **message)
{
    const slack_json_t *defaults = NULL, *body = ctx->delivery->body;
    const char *thread = slack_ctx_thread_ts(ctx);
    if (*thread == '\0' || slack_json_bool(*message, "/replace_original") ||
        slack_json_bool(*message, "/delete_original") ||
        strcmp(slack_json_str(body, "/type"), "interactive_message") == 0)
        return 0;
    slack_arena_t *arena = slack__ctx_scratch(ctx);
    int rc = slack__jsonf(arena, &defaults, NULL, "{thread_ts: %s}", thread);
    return rc ? rc : with_defaults(ctx, *message, defaults, message);
}

static unsigned responses_left(const slack_ctx_t *ctx)
{
    const uint64_t over_us = ctx->delivery->received_us + (uint64_t)RESPONSE_S * 1000000;
    return slack__ctx_now_us(ctx) > over_us ? 0 : RESPONSES_MAX - ctx->responses;
}

static int respond(slack_ctx_t *ctx, const char *caller, const slack_json_t *message)
{
    const int wrong = slack__ctx_required(ctx, message);
    if (wrong != 0) return wrong;
    if (!slack__message_shows(message) && !slack_json_bool(message, "/delete_original"))
        return fail_empty(ctx, caller);
    const char *url = slack__payload_response_url(ctx->delivery->body);
    if (*url == '\0')
        return slack__ctx_fail(ctx, SLACK_EINVAL, "%s: %s has no response URL: use slack_say()",
                               caller, slack__ctx_what(ctx));
    if (responses_left(ctx) == 0)
        return slack__ctx_fail(ctx, SLACK_ESPENT,
                               "%s: %u responses were sent; the URL takes %d within %d minutes: "
                               "use slack_say()",
                               caller, ctx->responses, RESPONSES_MAX, RESPONSE_S / 60);
    int rc = respond_in_thread(ctx, &message);
    if (rc == 0) rc = slack__ctx_check_call(ctx, "response_url", message);
    if (rc == 0) rc = slack__ctx_refuse_ended(ctx, "response_url");
    if (rc != 0) return rc;
    const slack_post_t post = {SLACK_RESPONSE_URL, url, message, false};
    rc = slack__on_worker(ctx) ? slack__worker_call(ctx, SLACK_RESPONSE_URL, url, message, NULL)
                               : slack__webapi_post(slack__ctx_client(ctx), &post, NULL, NULL);
    if (rc != 0 && !slack__on_worker(ctx)) slack__ctx_fail_call(ctx, rc, SLACK_RESPONSE_URL);
    if (rc == 0 || slack__on_worker(ctx)) ctx->responses++; /* Slack may have taken a failed one */
    return rc;
}

void slack__respond_refusal(slack_ctx_t *ctx)
{
    const slack_json_t *message = NULL;
    const bool usable = *slack__payload_response_url(ctx->delivery->body) != '\0';
    if (!usable || responses_left(ctx) < RESPONSES_MAX) return;
    if (slack__jsonf(slack__ctx_scratch(ctx), &message, NULL,
                     "{response_type: 'ephemeral', replace_original: false, text: %s}",
                     SLACK_REFUSAL_TEXT) == 0)
        respond(ctx, "slack_respond", message);
}

int slack_respond_json(slack_ctx_t *ctx, const slack_json_t *message)
{
    SLACK_CTX_REQUIRE(ctx);
    return respond(ctx, __func__, message);
}

int slack_respond(slack_ctx_t *ctx, const char *format, ...)
{
    SLACK_CTX_REQUIRE(ctx);
    const slack_json_t *message = NULL;
    va_list ap;
    va_start(ap, format);
    int rc = message_of_text(ctx, __func__, &message, format, ap);
    va_end(ap);
    return rc ? rc : respond(ctx, __func__, message);
}
