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
    slack__ctx_fail(ctx, status);
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

const slack_json_t *(slack_jsonf)(slack_ctx_t *ctx, const char *template_, ...)
{
    const slack_json_t *value = NULL;
    slack_json_error_t error = {0};
    va_list ap;
    va_start(ap, template_);
    int rc = slack__vjsonf(slack__ctx_arena(ctx), &value, &error, template_, ap);
    va_end(ap);
    ctx->json_error = rc;
    if (rc != 0)
        SLACK_LOG(&ctx->app->log, ERROR, "malformed JSON template",
                  "error=%s offset=%zu what=%s template=%s", slack_err_name(rc), error.offset,
                  error.what ? error.what : "", template_);
    return rc == 0 ? value : NULL;
}

const slack_json_t *slack_json_array(slack_ctx_t *ctx, const slack_json_t *const *items,
                                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (items[i] == NULL) return NULL; /* json_error tells why */
    const slack_json_t *array = NULL;
    ctx->json_error = slack__json_array(slack__ctx_arena(ctx), items, count, &array);
    return ctx->json_error == 0 ? array : NULL;
}

int slack__ctx_call(slack_ctx_t *ctx, const char *method, const slack_json_t *args)
{
    return slack_call(&ctx->client, method, args, NULL, NULL);
}

int slack__ctx_no_json(const slack_ctx_t *ctx)
{
    return ctx->json_error ? ctx->json_error : SLACK_EINVAL;
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

int slack_say_json(slack_ctx_t *ctx, const slack_json_t *message)
{
    if (message == NULL) return slack__ctx_no_json(ctx);
    const char *channel = slack__lookup_channel(ctx->d->body);
    const char *thread = slack__lookup_thread_ts(ctx->d->body);
    if (*channel == '\0' && *slack_json_str(message, "/channel") == '\0') return SLACK_EINVAL;
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const slack_json_t *defaults = NULL, *args = NULL;
    int rc =
        *slack_json_str(message, "/channel") || *thread == '\0'
            ? slack__jsonf(arena, &defaults, NULL, "{channel: %s}", channel)
            : slack__jsonf(arena, &defaults, NULL, "{channel: %s, thread_ts: %s}", channel, thread);
    if (rc == 0) rc = slack__json_with_defaults(arena, message, defaults, &args);
    if (rc == 0) rc = slack__ctx_call(ctx, "chat.postMessage", args);
    return rc;
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

/* ---- respond ---- */

int slack_respond_json(slack_ctx_t *ctx, const slack_json_t *message)
{
    if (message == NULL) return slack__ctx_no_json(ctx);
    const char *url = slack__lookup_response_url(ctx->d->body);
    if (*url == '\0') return SLACK_EINVAL;
    return slack__webapi_respond(&ctx->client, url, message, NULL, NULL);
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
