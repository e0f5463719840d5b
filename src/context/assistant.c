/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "context/ctx.h"
#include "store/kv.h"
#include "util/alloc.h"

/*
 * What the user looks at beside a thread is told when the thread is started and when it changes,
 * and wanted when the user writes. A listener of the app's own keeps it, before the program's run;
 * a middleware around listeners of messages finds it. By default it is a note in the app's store.
 */

/* ---- the note ---- */

/* Since the last change. A thread that nobody looked elsewhere from for so long is over. */
#define KEEP_MS           ((int64_t)30 * 24 * 3600 * 1000)
#define CONTEXT_BYTES_MAX 4096

/* In the delivery's arena. */
typedef struct note {
    slack_store_op_t op;
    slack_store_batch_t batch;
    slack_ctx_t *ctx;
} note_t;

/* Of this app's, this workspace's, this thread: none is shared. */
static const char *note_key(slack_ctx_t *ctx)
{
    return slack__arena_printf(slack__ctx_arena(ctx), "assistant/%s/%s/%s/%s",
                               slack_ctx_app_id(ctx), slack_ctx_team(ctx), slack_ctx_channel(ctx),
                               slack_ctx_thread_ts(ctx));
}

static note_t *note_new(slack_ctx_t *ctx, enum slack_store_op_kind kind,
                        void (*done)(slack_store_op_t *op))
{
    note_t *note = slack__arena_calloc(slack__ctx_arena(ctx), sizeof *note);
    const char *key = note ? note_key(ctx) : NULL;
    if (key == NULL) return NULL;
    note->ctx = ctx;
    note->op.kind = kind;
    note->op.batch = &note->batch;
    note->op.done = done;
    note->op.row.key = slack__slice(key);
    slack__link_init(&note->op.link);
    return note;
}

static void submit(note_t *note)
{
    slack_ctx_hold(note->ctx);
    note->ctx->app->store->ops->submit(note->ctx->app->store, &note->op);
}

/* ---- keeping ---- */

static void noted(slack_store_op_t *op)
{
    slack_ctx_release(SLACK_CONTAINER(op, note_t, op)->ctx, op->status);
}

/* Slack may tell of an older context after a newer one: the event's time is the note's version. */
static int save_note(slack_ctx_t *ctx, void *unused)
{
    const slack_json_t *context = slack_ctx_assistant_context(ctx);
    size_t len = 2;
    const char *text = context ? slack__json_text(slack__ctx_arena(ctx), context, &len) : "{}";
    note_t *note = text ? note_new(ctx, SLACK_STORE_KV_PUT, noted) : NULL;
    if (note == NULL) return SLACK_ENOMEM;
    if (len > CONTEXT_BYTES_MAX) return SLACK_ETOOBIG;
    note->op.row = slack__kv_to_row(&(slack_kv_entry_t){
        .key = note->op.row.key,
        .version = slack__slice(slack_json_str(ctx->d->body, "/event/event_ts")),
        .value = {text, len},
        .until_ms = slack__wall_ms(ctx->app->clock) + KEEP_MS,
    });
    submit(note);
    return 0;
}

static int save(slack_ctx_t *ctx, void *unused)
{
    const slack_assistant_t *store = &ctx->app->assistant;
    return store->save ? store->save(ctx, store->user_data) : save_note(ctx, NULL);
}

/* ---- finding ---- */

int slack_ctx_set_assistant_context(slack_ctx_t *ctx, const slack_json_t *context)
{
    if (context == NULL) return slack__ctx_no_json(ctx);
    const slack_json_t *copy = NULL;
    int rc = slack__jsonf(slack__ctx_arena(ctx), &copy, NULL, "%p", (const void *)context);
    if (rc == 0) ctx->assistant_context = copy;
    return rc;
}

static int take_note(slack_ctx_t *ctx, const slack_store_batch_t *batch)
{
    if (batch->count == 0) return 0;
    const slack_slice_t text = slack__kv_from_row(&batch->rows[0]).value;
    const slack_json_t *context = NULL;
    int rc = slack__json_parse(slack__ctx_arena(ctx), text.ptr, text.len, &context, NULL);
    if (rc == 0) ctx->assistant_context = context;
    return rc;
}

static void recalled(slack_store_op_t *op)
{
    note_t *note = SLACK_CONTAINER(op, note_t, op);
    int rc = op->status;
    if (rc == 0) rc = take_note(note->ctx, &note->batch);
    slack__arena_free(note->batch.arena);
    if (rc == 0) rc = slack_next(note->ctx);
    slack_ctx_release(note->ctx, rc);
}

static int find_note(slack_ctx_t *ctx)
{
    note_t *note = note_new(ctx, SLACK_STORE_KV_GET, recalled);
    if (note == NULL) return SLACK_ENOMEM;
    submit(note);
    return 0;
}

/* A middleware. Once for all listeners that the delivery has. */
static int find(slack_ctx_t *ctx, void *unused)
{
    const slack_assistant_t *store = &ctx->app->assistant;
    if (ctx->assistant_asked) return slack_next(ctx);
    ctx->assistant_asked = true;
    return store->find ? store->find(ctx, store->user_data) : find_note(ctx);
}

void slack_assistant_store(slack_app_t *app, slack_handler_fn save_fn, slack_handler_fn find_fn,
                           void *user_data)
{
    app->assistant.save = save_fn;
    app->assistant.find = find_fn;
    app->assistant.user_data = user_data;
}

const slack_json_t *slack_ctx_assistant_context(const slack_ctx_t *ctx)
{
    const slack_json_t *told = slack_json_get(ctx->d->body, "/event/assistant_thread/context");
    return told ? told : ctx->assistant_context;
}

/* ---- listeners ---- */

static const char started[] = "assistant_thread_started";
static const char changed[] = "assistant_thread_context_changed";

/* Before the first listener of the program's, so that it runs before them. */
static int keep_contexts(slack_app_t *app)
{
    if (app->assistant.keeps) return 0;
    slack_listener_t own = {
        .kind = SLACK_KIND_EVENT, .match = started, .name = "assistant:context", .fn = save};
    int rc = slack_listen(app, &own);
    own.match = changed;
    if (rc == 0) rc = slack_listen(app, &own);
    if (rc == 0)
        app->assistant.keeps = true;
    else
        slack_unlisten(app, own.name);
    return rc;
}

int slack_on_assistant_started(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    int rc = keep_contexts(app);
    return rc ? rc : slack_on_event(app, started, fn, user_data);
}

int slack_on_assistant_context(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    int rc = keep_contexts(app);
    return rc ? rc : slack_on_event(app, changed, fn, user_data);
}

int slack_on_assistant_message(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    return slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                 .assistant = 1,
                                                 .name = "assistant:message",
                                                 .fn = fn,
                                                 .user_data = user_data});
}

/* The listener's middleware behind our own, to be freed. */
static slack_middleware_t *with_find(const slack_middleware_t *given)
{
    size_t count = 0;
    while (given && given[count].fn)
        count++;
    slack_middleware_t *all = slack__calloc(count + 2, sizeof *all);
    if (all == NULL) return NULL;
    all[0].fn = find;
    if (count > 0) memcpy(all + 1, given, count * sizeof *all);
    return all;
}

int slack__assistant_listen(slack_app_t *app, const slack_listener_t *listener)
{
    int rc = keep_contexts(app);
    if (rc != 0) return rc;
    slack_listener_t whole = *listener;
    whole.message = 1;
    whole.where = SLACK_IN_IM | SLACK_IN_THREAD | (listener->where & SLACK_TO_BOT);
    if (whole.subtypes == NULL) whole.subtypes = "none,file_share";
    slack_middleware_t *around = with_find(listener->middleware);
    if (around == NULL) return SLACK_ENOMEM;
    whole.middleware = around;
    rc = slack__app_listen(app, &whole);
    slack__free(around);
    return rc;
}

/* ---- what is said in a thread ---- */

/* Call a method of the thread's with its place and {name: value}. */
static int call_thread(slack_ctx_t *ctx, const char *method, const slack_json_t *what)
{
    const char *channel = slack_ctx_channel(ctx), *thread = slack_ctx_thread_ts(ctx);
    if (*channel == '\0' || *thread == '\0') return SLACK_EINVAL;
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const slack_json_t *place = NULL, *args = NULL;
    int rc = slack__jsonf(arena, &place, NULL, "{channel_id: %s, thread_ts: %s}", channel, thread);
    if (rc == 0) rc = slack__json_with_defaults(arena, what, place, &args);
    return rc ? rc : slack__ctx_call(ctx, method, args);
}

int slack_set_status(slack_ctx_t *ctx, const char *status)
{
    const slack_json_t *what = NULL;
    int rc = slack__jsonf(slack__ctx_arena(ctx), &what, NULL, "{status: %s}", status ? status : "");
    return rc ? rc : call_thread(ctx, "assistant.threads.setStatus", what);
}

int slack_set_title(slack_ctx_t *ctx, const char *title)
{
    const slack_json_t *what = NULL;
    int rc = slack__jsonf(slack__ctx_arena(ctx), &what, NULL, "{title: %s}", title ? title : "");
    return rc ? rc : call_thread(ctx, "assistant.threads.setTitle", what);
}

#define PROMPTS_MAX 4

int slack_set_prompts(slack_ctx_t *ctx, const char *title, const slack_json_t *prompts)
{
    if (prompts == NULL) return slack__ctx_no_json(ctx);
    size_t count = slack_json_count(prompts, "");
    if (slack_json_type(prompts) != SLACK_JSON_ARRAY || count == 0) return SLACK_EINVAL;
    if (count > PROMPTS_MAX) return SLACK_ETOOBIG;
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const slack_json_t *what = NULL;
    int rc = title ? slack__jsonf(arena, &what, NULL, "{title: %s, prompts: %p}", title,
                                  (const void *)prompts)
                   : slack__jsonf(arena, &what, NULL, "{prompts: %p}", (const void *)prompts);
    return rc ? rc : call_thread(ctx, "assistant.threads.setSuggestedPrompts", what);
}
