/* SPDX-License-Identifier: MIT */
#include <slack/outbox.h>

#include <string.h>

#include "inbox/entry.h"
#include "inbox/put.h"
#include "outbox/outbox.h"
#include "protocol/methods.h"
#include "util/crash.h"
#include "util/json.h"
#include "webapi/args_check.h"
#include "webapi/request.h"

/* A longer text is refused here: the store would find the row damaged when it reads it. */
#define TEXT_MAX_BYTES 1000

const char *slack__outbox_refusal(const char *method)
{
    const slack_method_t *known = slack__method(method ? method : "");
    if (known == NULL) return "the method is not known: use slack_call()";
    if (strcmp(known->name, "chat.postMessage") == 0 || known->effect == SLACK_METHOD_REPEATABLE)
        return NULL;
    return known->effect == SLACK_METHOD_READS ? "it changes nothing: use slack_call()"
                                               : "nobody can look up later whether it took effect, "
                                                 "and a second call acts again: use "
                                                 "slack_call()";
}

/* ---- the key ---- */

/* The number of the request among those of the listener that runs. Callbacks and hooks belong to
 * the listener that ran last. */
static unsigned next_number(slack_entry_t *entry)
{
    const slack_hit_t *hit = entry->run.ctx.hit;
    if (entry->posts_of != hit) entry->posts = 0;
    entry->posts_of = hit;
    return ++entry->posts;
}

/* The number of the listener among those of its name that the delivery reaches. */
static unsigned nth_of_name(const slack_run_t *run, const char *name)
{
    unsigned nth = 0;
    for (size_t i = 0; i < run->next_hit && i < run->hits.count; i++)
        nth += strcmp(run->hits.items[i].rule->listener.name, name) == 0;
    return nth;
}

/* The row of the delivery names it: the store never has the same id and time again while it knows
 * the key. A delivery without a row has one attempt, and needs no key. */
static const char *make_key(slack_ctx_t *ctx, slack_arena_t *arena, const char *own)
{
    slack_entry_t *entry = slack__entry_of_ctx(ctx);
    const slack_slice_t app = entry->inbox->queue->app;
    const slack_row_t *row = &entry->item.op.row;
    if (own) return slack__arena_printf(arena, "call:%.*s:own:%s", (int)app.len, app.ptr, own);
    if (!entry->stored) return "";
    const char *listener = ctx->hit ? ctx->hit->rule->listener.name : "";
    return slack__arena_printf(arena, "call:%.*s:%lld:%lld:%s:%u:%u", (int)app.len, app.ptr,
                               (long long)row->id, (long long)row->received_ms, listener,
                               nth_of_name(&entry->run, listener), next_number(entry));
}

/* Requests for one channel are sent in the order in which they were stored. */
static const char *make_order(slack_arena_t *arena, const slack_json_t *args)
{
    static const char *const targets[] = {"/channel", "/channel_id", "/user_id"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        const char *target = slack_json_str(args, targets[i]);
        if (*target) return slack__arena_printf(arena, "call/%s", target);
    }
    return "";
}

/* ---- storing ---- */

static void post_stored(slack_put_t *put)
{
    const slack_row_t *row = &put->op.row;
    SLACK_CRASH("posted");
    if (put->op.status == 0 && put->op.duplicate)
        SLACK_LOG(slack__ctx_log(put->ctx), DEBUG, "request already stored", "method=%.*s key=%.*s",
                  (int)row->name.len, row->name.ptr, (int)row->key.len, row->key.ptr);
}

static bool fill_row(slack_ctx_t *ctx, slack_row_t *row, const slack_post_options_t *post,
                     const slack_json_t *args)
{
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const slack_json_t *payload = NULL;
    size_t len = 0;
    if (slack__jsonf(arena, &payload, NULL, "{args: %p, then?: %s}", (const void *)args,
                     post->then) != 0)
        return false;
    const char *text = slack__json_text(arena, payload, &len);
    const char *name = slack__arena_strdup(arena, post->request.method);
    const char *tenant = slack__put_tenant(ctx, arena), *order = make_order(arena, args);
    const char *key = make_key(ctx, arena, post->key);
    if (!text || !name || !tenant || !order || !key) return false;
    *row = (slack_row_t){
        .key = slack__slice(key),
        .kind = SLACK_SLICE("call"),
        .name = slack__slice(name),
        .payload = {text, len},
        .transport = slack__slice(ctx->delivery->transport->ops->name),
        .tenant = slack__slice(tenant),
        .app = slack__entry_of_ctx(ctx)->inbox->queue->app,
        .order = slack__slice(order),
        .due_ms = slack__wall_ms(ctx->services->log->clock),
    };
    return true;
}

static int post(slack_ctx_t *ctx, const char *caller, const slack_post_options_t *post)
{
    const char *method = post->request.method, *why = slack__outbox_refusal(method);
    if (why)
        return slack__ctx_fail(ctx, SLACK_EINVAL, "%s: %s was not stored: %s", caller,
                               method ? method : "a method without a name", why);
    const char *const texts[] = {post->key, post->then};
    for (size_t i = 0; i < 2; i++)
        if (texts[i] && (*texts[i] == '\0' || strlen(texts[i]) > TEXT_MAX_BYTES))
            return slack__ctx_fail(ctx, *texts[i] ? SLACK_ETOOBIG : SLACK_EINVAL,
                                   "%s: the %s of %s has to have 1 to 1000 bytes", caller,
                                   i == 0 ? "key" : "job", method);
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const slack_json_t *args = slack__request_args(arena, post->request);
    const int rc = slack_json_error(args);
    if (rc != 0)
        why = slack_json_reason(args);
    else if (slack_json_type(args) != SLACK_JSON_OBJECT)
        why = "the arguments are not an object: pass one";
    else
        why = slack__args_check(arena, method, args);
    if (why == NULL) why = slack__block_guard(&ctx->services->blocks, arena, method, args);
    if (why)
        return slack__ctx_fail(ctx, rc ? rc : SLACK_EINVAL, "%s: %s was not stored: %s", caller,
                               method, why);
    slack_put_t *put = slack__arena_calloc(arena, sizeof *put);
    if (put == NULL || !fill_row(ctx, &put->op.row, post, args)) return SLACK_ENOMEM;
    put->ctx = ctx;
    put->what = "the request";
    put->cure = "call it before the handler ends";
    put->stored = post_stored;
    SLACK_CRASH("before-post");
    return slack__put(put);
}

int slack_post(slack_ctx_t *ctx, slack_request_t request)
{
    SLACK_CTX_REQUIRE(ctx);
    return post(ctx, __func__, &(slack_post_options_t){.request = request});
}

int slack_post_with(slack_ctx_t *ctx, const slack_post_options_t *given)
{
    SLACK_CTX_REQUIRE(ctx);
    if (given == NULL)
        return slack__ctx_fail(ctx, SLACK_EINVAL,
                               "slack_post_with: the request is NULL: pass a slack_post_options_t");
    return post(ctx, __func__, given);
}
