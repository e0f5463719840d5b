/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/app.h"
#include "context/ctx.h"
#include "store/kv.h"
#include "util/alloc.h"
#include "util/json.h"

/*
 * The context of an assistant's thread says what the user looks at beside the thread. Slack sends
 * it with two events, but listeners of messages need it
 * (https://docs.slack.dev/ai/developing-ai-apps). A listener of the library keeps the context
 * before the program's listeners run, and a middleware around listeners of messages finds it. The
 * app's store keeps it, unless the program does (slack_assistant_store()).
 */

/* How long a context is kept after its last change. */
#define KEEP_MS           ((int64_t)30 * 24 * 3600 * 1000)
#define CONTEXT_BYTES_MAX 4096

static const char started[] = "assistant_thread_started";
static const char changed[] = "assistant_thread_context_changed";

/* ---- the app's store ---- */

/* In the delivery's arena. */
typedef struct kept_context {
    slack_store_op_t op;
    slack_store_batch_t batch;
    slack_ctx_t *ctx;
} kept_context_t;

/* An operation on the entry of this thread. The key names the app and the workspace too, since
 * several of them may share a store. NULL if memory is out. */
static kept_context_t *kept_new(slack_ctx_t *ctx, enum slack_store_op_kind kind,
                                void (*done)(slack_store_op_t *op))
{
    slack_arena_t *arena = slack__ctx_arena(ctx);
    kept_context_t *kept = slack__arena_calloc(arena, sizeof *kept);
    const char *key =
        slack__arena_printf(arena, "assistant/%s/%s/%s/%s", slack_ctx_app_id(ctx),
                            slack_ctx_team(ctx), slack_ctx_channel(ctx), slack_ctx_thread_ts(ctx));
    if (kept == NULL || key == NULL) return NULL;
    kept->ctx = ctx;
    kept->op.kind = kind;
    kept->op.batch = &kept->batch;
    kept->op.done = done;
    kept->op.row.key = slack__slice(key);
    slack__link_init(&kept->op.link);
    return kept;
}

static void kept_submit(slack_app_t *app, kept_context_t *kept)
{
    slack_ctx_hold(kept->ctx);
    slack__queue_submit(&app->queue, &kept->op);
}

static void kept_stored(slack_store_op_t *op)
{
    slack_ctx_release(SLACK_CONTAINER(op, kept_context_t, op)->ctx, op->status);
}

/* Slack may send an older context after a newer one, so the time of the event is the version of the
 * entry, and the store keeps the newest version. */
static int store_context(slack_app_t *app, slack_ctx_t *ctx)
{
    const slack_json_t *context = slack_ctx_assistant_context(ctx);
    size_t len = 2;
    const char *text = context ? slack__json_text(slack__ctx_arena(ctx), context, &len) : "{}";
    kept_context_t *kept = text ? kept_new(ctx, SLACK_STORE_KV_PUT, kept_stored) : NULL;
    if (kept == NULL) return SLACK_ENOMEM;
    if (len > CONTEXT_BYTES_MAX) return SLACK_ETOOBIG;
    kept->op.row.name = slack__slice(slack_json_str(slack_ctx_body(ctx), "/event/event_ts"));
    kept->op.row.payload = (slack_slice_t){text, len};
    kept->op.row.due_ms = slack__wall_ms(app->log.clock) + KEEP_MS;
    kept_submit(app, kept);
    return 0;
}

static void kept_found(slack_store_op_t *op)
{
    kept_context_t *kept = SLACK_CONTAINER(op, kept_context_t, op);
    slack_ctx_t *ctx = kept->ctx;
    int rc = op->status;
    if (rc == 0 && kept->batch.count > 0) {
        const slack_slice_t text = kept->batch.rows[0].payload;
        const slack_json_t *context = NULL;
        rc = slack__json_parse(slack__ctx_arena(ctx), text.ptr, text.len, &context, NULL);
        if (slack_json_type(context) == SLACK_JSON_OBJECT) ctx->assistant.context = context;
        if (rc != SLACK_ENOMEM) rc = 0; /* a damaged context is none: the message is for a person */
    }
    slack__arena_free(kept->batch.arena);
    if (rc == 0) rc = slack_next(ctx);
    slack_ctx_release(ctx, rc);
}

/* ---- the library's listener and middleware ---- */

static int keep_context(slack_ctx_t *ctx, void *user_data)
{
    slack_app_t *app = user_data;
    const slack_assistant_t *assistant = &app->assistant;
    return assistant->save ? assistant->save(ctx, assistant->user_data) : store_context(app, ctx);
}

/* Finds the context once for all listeners of the delivery. */
static int find_context(slack_ctx_t *ctx, void *user_data)
{
    slack_app_t *app = user_data;
    const slack_assistant_t *assistant = &app->assistant;
    if (ctx->assistant.asked) return slack_next(ctx);
    ctx->assistant.asked = true;
    if (assistant->find) return assistant->find(ctx, assistant->user_data);
    kept_context_t *kept = kept_new(ctx, SLACK_STORE_KV_GET, kept_found);
    if (kept == NULL) return SLACK_ENOMEM;
    kept_submit(app, kept);
    return 0;
}

void slack_assistant_store(slack_app_t *app, slack_handler_fn save_fn, slack_handler_fn find_fn,
                           void *user_data)
{
    SLACK_APP_REQUIRE_OR(app, );
    app->assistant.save = save_fn;
    app->assistant.find = find_fn;
    app->assistant.user_data = user_data;
}

/* ---- listeners ---- */

/* Registers the library's listeners before the first listener of an assistant, so that a context is
 * kept before the program's listeners run. */
static int listen_to_contexts(slack_app_t *app)
{
    if (app->assistant.keeps) return 0;
    slack_listener_t own = {.kind = SLACK_KIND_EVENT,
                            .match = started,
                            .name = "assistant:context",
                            .fn = keep_context,
                            .user_data = app};
    int rc = slack__registry_add(&app->registry, &own, app->error);
    own.match = changed;
    if (rc == 0) rc = slack__registry_add(&app->registry, &own, app->error);
    if (rc == 0)
        app->assistant.keeps = true;
    else
        slack__registry_remove(&app->registry, own.name);
    return rc;
}

static int listen_to_event(slack_app_t *app, const char *type, slack_handler_fn fn, void *user_data)
{
    const slack_listener_t listener = {
        .kind = SLACK_KIND_EVENT, .match = type, .fn = fn, .user_data = user_data};
    int rc = listen_to_contexts(app);
    if (rc == 0) rc = slack__registry_add(&app->registry, &listener, app->error);
    return slack__app_failed(app, rc);
}

int slack_on_assistant_started(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_to_event(app, started, fn, user_data);
}

int slack_on_assistant_context(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_to_event(app, changed, fn, user_data);
}

int slack__assistant_listen(slack_app_t *app, const slack_listener_t *listener)
{
    int rc = listen_to_contexts(app);
    if (rc != 0) return slack__app_failed(app, rc);
    size_t count = 0;
    while (listener->middleware && listener->middleware[count].fn)
        count++;
    slack_middleware_t *around = slack__calloc(count + 2, sizeof *around);
    if (around == NULL)
        return slack__app_fail(app, SLACK_ENOMEM, "%s", slack_strerror(SLACK_ENOMEM));
    around[0] = (slack_middleware_t){find_context, app};
    if (count > 0) memcpy(around + 1, listener->middleware, count * sizeof *around);
    slack_listener_t whole = *listener;
    whole.message = 1;
    whole.where = SLACK_IN_IM | SLACK_IN_THREAD | (listener->where & SLACK_TO_BOT);
    if (whole.subtypes == NULL) whole.subtypes = "none,file_share";
    whole.middleware = around;
    rc = slack__registry_add(&app->registry, &whole, app->error);
    slack__free(around);
    return slack__app_failed(app, rc);
}

int slack_on_assistant_message(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return slack__assistant_listen(app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                            .assistant = 1,
                                                            .name = "assistant:message",
                                                            .fn = fn,
                                                            .user_data = user_data});
}
