/* SPDX-License-Identifier: MIT */
#include "core/ctx.h"

#include "core/lookup.h"

/* ---- calls that the delivery waits for ---- */

static void call_begin(slack_client_t *client)
{
    SLACK_CONTAINER(client, slack_ctx_t, client)->calls++;
}

static void call_end(slack_client_t *client, const slack_response_t *response)
{
    slack_ctx_t *ctx = SLACK_CONTAINER(client, slack_ctx_t, client);
    ctx->calls--;
    int status = slack_response_status(response);
    if (status != 0)
        SLACK_LOG(&ctx->app->log, ERROR, "call failed", "transport=%s kind=%s error=%s reason=%s",
                  ctx->d->transport->ops->name, slack_kind_name(ctx->d->kind),
                  slack_err_name(status), slack_response_error(response));
    if (ctx->state != CTX_RUNNING) return; /* ended by the stop */
    slack__attempt_step_failed(ctx, status, slack_response_error(response));
    if (ctx->calls == 0) slack__task_post(ctx->app->net, &ctx->task);
}

void slack__ctx_init_client(slack_ctx_t *ctx)
{
    ctx->client = ctx->app->client;
    /* A step of a workflow sees the channels that its own token sees. */
    const char *token = slack__lookup_workflow_token(ctx->d->body);
    if (*token) ctx->client.token = token;
    ctx->client.begin = call_begin;
    ctx->client.end = call_end;
}

slack_client_t *slack_ctx_client(slack_ctx_t *ctx)
{
    return &ctx->client;
}

/* ---- templates ---- */

struct bad_template {
    const char *text;
    const slack_json_error_t *error;
};

static int log_template(slack_ctx_t *ctx, void *args)
{
    const struct bad_template *bad = args;
    SLACK_LOG(&ctx->app->log, ERROR, "malformed JSON template",
              "error=%s offset=%zu what=%s template=%s", slack_err_name(bad->error->code),
              bad->error->offset, bad->error->what ? bad->error->what : "", bad->text);
    return 0;
}

const slack_json_t *(slack_jsonf)(slack_ctx_t *ctx, const char *template_, ...)
{
    const slack_json_t *value = NULL;
    slack_json_error_t error = {0};
    va_list ap;
    va_start(ap, template_);
    int rc = slack__vjsonf(slack__ctx_arena(ctx), &value, &error, template_, ap);
    va_end(ap);
    *slack__ctx_json_error(ctx) = rc;
    if (rc == 0) return value;
    struct bad_template bad = {template_, &error};
    slack__ctx_on_loop(ctx, log_template, &bad);
    return NULL;
}

const slack_json_t *slack_json_array(slack_ctx_t *ctx, const slack_json_t *const *items,
                                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (items[i] == NULL) return NULL; /* json_error tells why */
    const slack_json_t *array = NULL;
    int rc = slack__json_array(slack__ctx_arena(ctx), items, count, &array);
    *slack__ctx_json_error(ctx) = rc;
    return rc == 0 ? array : NULL;
}

int slack__ctx_call(slack_ctx_t *ctx, const char *method, const slack_json_t *args)
{
    return slack__on_worker(ctx) ? slack__worker_call(ctx, method, NULL, args, NULL)
                                 : slack__webapi_call(&ctx->client, method, args, NULL, NULL);
}

int slack__ctx_no_json(slack_ctx_t *ctx)
{
    int rc = *slack__ctx_json_error(ctx);
    return rc ? rc : SLACK_EINVAL;
}

/* {"text": …} of a printf format. */
static int SLACK_PRINTF(3, 0)
    text_message(slack_ctx_t *ctx, const slack_json_t **ret, const char *format, va_list ap)
{
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const char *text = slack__arena_vprintf(arena, format, ap);
    return text ? slack__jsonf(arena, ret, NULL, "{text: %s}", text) : SLACK_ENOMEM;
}

/* ---- say ---- */

/* Make a call of a message: channel and `thread` ("" for none) are filled in where it names no
 * channel of its own. */
static int post(slack_ctx_t *ctx, const char *method, const slack_json_t *message,
                const char *thread)
{
    if (message == NULL) return slack__ctx_no_json(ctx);
    const char *channel = slack__lookup_channel(ctx->d->body);
    bool elsewhere = *slack_json_str(message, "/channel") != '\0';
    if (*channel == '\0' && !elsewhere) return SLACK_EINVAL;
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const slack_json_t *defaults = NULL, *args = NULL;
    int rc = slack__jsonf(arena, &defaults, NULL, "{channel: %s, thread_ts: %s}", channel,
                          elsewhere || *thread == '\0' ? NULL : thread);
    if (rc == 0) rc = slack__json_with_defaults(arena, message, defaults, &args);
    return rc ? rc : slack__ctx_call(ctx, method, args);
}

int slack_say_json(slack_ctx_t *ctx, const slack_json_t *message)
{
    return post(ctx, "chat.postMessage", message, slack_ctx_thread_ts(ctx));
}

int slack_say(slack_ctx_t *ctx, const char *format, ...)
{
    const slack_json_t *message = NULL;
    va_list ap;
    va_start(ap, format);
    int rc = text_message(ctx, &message, format, ap);
    va_end(ap);
    return rc ? rc : slack_say_json(ctx, message);
}

int slack_reply(slack_ctx_t *ctx, const char *format, ...)
{
    const slack_json_t *message = NULL;
    va_list ap;
    va_start(ap, format);
    int rc = text_message(ctx, &message, format, ap);
    va_end(ap);
    if (rc != 0) return rc;
    const char *thread = slack_ctx_thread_ts(ctx);
    return post(ctx, "chat.postMessage", message, *thread ? thread : slack_ctx_ts(ctx));
}

int slack_say_ephemeral(slack_ctx_t *ctx, const char *format, ...)
{
    const slack_json_t *message = NULL, *user = NULL, *whole = NULL;
    slack_arena_t *arena = slack__ctx_arena(ctx);
    if (*slack_ctx_user(ctx) == '\0') return SLACK_EINVAL;
    va_list ap;
    va_start(ap, format);
    int rc = text_message(ctx, &message, format, ap);
    va_end(ap);
    if (rc == 0) rc = slack__jsonf(arena, &user, NULL, "{user: %s}", slack_ctx_user(ctx));
    if (rc == 0) rc = slack__json_with_defaults(arena, message, user, &whole);
    return rc ? rc : post(ctx, "chat.postEphemeral", whole, slack_ctx_thread_ts(ctx));
}

/* ---- messages that are there ---- */

int slack_update(slack_ctx_t *ctx, const char *ts, const slack_json_t *message)
{
    if (ts == NULL || *ts == '\0') return SLACK_EINVAL;
    if (message == NULL) return slack__ctx_no_json(ctx);
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const slack_json_t *which = NULL, *whole = NULL;
    int rc = slack__jsonf(arena, &which, NULL, "{ts: %s}", ts);
    if (rc == 0) rc = slack__json_with_defaults(arena, message, which, &whole);
    return rc ? rc : post(ctx, "chat.update", whole, "");
}

int slack_delete(slack_ctx_t *ctx, const char *ts)
{
    if (ts == NULL || *ts == '\0') return SLACK_EINVAL;
    const slack_json_t *which = NULL;
    int rc = slack__jsonf(slack__ctx_arena(ctx), &which, NULL, "{ts: %s}", ts);
    return rc ? rc : post(ctx, "chat.delete", which, "");
}

static int call_reaction(slack_ctx_t *ctx, const char *method, const char *emoji)
{
    const char *ts = slack_ctx_ts(ctx);
    if (emoji == NULL || *ts == '\0') return SLACK_EINVAL;
    const slack_json_t *args = NULL;
    int rc =
        slack__jsonf(slack__ctx_arena(ctx), &args, NULL, "{timestamp: %s, name: %s}", ts, emoji);
    return rc ? rc : post(ctx, method, args, "");
}

int slack_react(slack_ctx_t *ctx, const char *emoji)
{
    return call_reaction(ctx, "reactions.add", emoji);
}

int slack_unreact(slack_ctx_t *ctx, const char *emoji)
{
    return call_reaction(ctx, "reactions.remove", emoji);
}

/* ---- respond ---- */

/* What Slack allows of a response_url. */
#define RESPONSES_MAX 5
#define RESPONSE_S    (30 * 60)

int slack_respond_json(slack_ctx_t *ctx, const slack_json_t *message)
{
    if (message == NULL) return slack__ctx_no_json(ctx);
    const char *url = slack__lookup_response_url(ctx->d->body);
    if (*url == '\0') return SLACK_EINVAL;
    uint64_t over_us = ctx->d->received_us + (uint64_t)RESPONSE_S * 1000000;
    if (slack__mono_us(ctx->app->clock) > over_us) return SLACK_ELATE;
    if (ctx->responses == RESPONSES_MAX) return SLACK_EALREADY;
    int rc = slack__on_worker(ctx) ? slack__worker_call(ctx, NULL, url, message, NULL)
                                   : slack__webapi_respond(&ctx->client, url, message, NULL, NULL);
    if (rc == 0) ctx->responses++;
    return rc;
}

int slack_respond(slack_ctx_t *ctx, const char *format, ...)
{
    const slack_json_t *message = NULL;
    va_list ap;
    va_start(ap, format);
    int rc = text_message(ctx, &message, format, ap);
    va_end(ap);
    return rc ? rc : slack_respond_json(ctx, message);
}
