/* SPDX-License-Identifier: MIT */
#include <slack/outbox.h>

#include <string.h>

#include "inbox/entry.h"
#include "inbox/handler_key.h"
#include "inbox/own_put.h"
#include "inbox/put.h"
#include "outbox/outbox.h"
#include "outbox/target.h"
#include "outbox/trace.h"
#include "protocol/methods.h"
#include "protocol/job_names.h"
#include "protocol/tenant.h"
#include "util/crash.h"
#include "util/error.h"
#include "util/json.h"
#include "webapi/args_check.h"
#include "webapi/request.h"

/* A longer text is refused here: the store would find the row damaged when it reads it. */
#define TEXT_MAX_BYTES 1000

/* No message has it. */
#define UNKNOWN_TS "0.000000"

static const slack_slice_t call_kind = {"call", 4};

/* ---- what can be stored ---- */

const char *slack__outbox_refusal(const char *method)
{
    if (method == NULL) return "it names no method: set .request";
    const slack_method_t *known = slack__method(method);
    if (known == NULL) return "the method is not known: use slack_call()";
    if (known->effect == SLACK_METHOD_REPEATABLE || slack__trace_is_sought(known->name))
        return NULL;
    return known->effect == SLACK_METHOD_READS ? "it changes nothing: use slack_call()"
                                               : "nobody can look up later whether it took effect, "
                                                 "and a second call acts again: use "
                                                 "slack_call()";
}

/* 0, or an error and why the request cannot be stored. */
static int post_check(const slack_post_options_t *post, const char **ret_why)
{
    const char *method = post->request.method;
    *ret_why = slack__outbox_refusal(method);
    if (*ret_why) return SLACK_EINVAL;
    *ret_why = "the message is named by .of, and the method has no argument for one: leave .of out";
    if (post->of && slack__target_argument(method) == NULL) return SLACK_EINVAL;
    *ret_why = ".then: " SLACK_JOB_RESERVED_WHY;
    if (slack__job_is_reserved(post->then)) return SLACK_EINVAL;
    const char *const texts[] = {post->key, post->of, post->then};
    *ret_why = ".key, .of and .then take 1 to 1000 bytes";
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i] && *texts[i] == '\0') return SLACK_EINVAL;
        if (texts[i] && strlen(texts[i]) > TEXT_MAX_BYTES) return SLACK_ETOOBIG;
    }
    return 0;
}

/* The first members of every struct of slack/api/. */
typedef struct head {
    SLACK_REQUEST_MEMBERS;
} head_t;

/* A copy of the request in which `more` has defaults. */
static int with_more(slack_arena_t *arena, slack_request_t *request, const slack_json_t *defaults)
{
    head_t head;
    if (request->args == NULL)
        return slack_json_error(request->json)
                   ? 0
                   : slack__json_with_defaults(arena, request->json, defaults, &request->json);
    memcpy(&head, request->args, sizeof head);
    if (slack_json_error(head.more) && head.more) return 0;
    const int rc =
        head.more ? slack__json_with_defaults(arena, head.more, defaults, &head.more) : 0;
    if (head.more == NULL) head.more = defaults;
    void *copy = rc == 0 ? slack__arena_alloc(arena, head.bytes) : NULL;
    if (copy == NULL) return SLACK_ENOMEM;
    memcpy(copy, request->args, head.bytes);
    memcpy(copy, &head, sizeof head);
    request->args = copy;
    return 0;
}

/* The reason why a request is not stored although its arguments are values; NULL: it is. */
static const char *args_refusal(const slack_services_t *services, slack_arena_t *arena,
                                const char *method, const slack_json_t *args)
{
    if (slack_json_type(args) != SLACK_JSON_OBJECT)
        return "the arguments are not an object: pass one";
    if (strcmp(method, "files.completeUploadExternal") == 0 &&
        *slack_json_str(args, "/channel_id") == '\0')
        return "without a channel_id nobody can look up later whether the file was shared: pass "
               ".channel_id";
    const char *why = slack__args_check(arena, method, args);
    return why ? why : slack__block_guard(&services->blocks, arena, method, args);
}

/* The ts of a message that .of names is not known yet. So that it is not missing, the request gets
 * the ts UNKNOWN_TS, which the outbox replaces: see target.c. */
static const slack_json_t *post_args(const slack_services_t *services, slack_arena_t *arena,
                                     const slack_post_options_t *post)
{
    slack_request_t request = post->request;
    const slack_json_t *unknown = NULL;
    const char *argument = post->of ? slack__target_argument(request.method) : "";
    if (post->of) {
        int rc = slack__jsonf(arena, &unknown, NULL, "{ts?: %s, timestamp?: %s}",
                              strcmp(argument, "ts") ? NULL : UNKNOWN_TS,
                              strcmp(argument, "timestamp") ? NULL : UNKNOWN_TS);
        if (rc == 0) rc = with_more(arena, &request, unknown);
        if (rc != 0) return slack__json_no_memory;
    }
    const slack_json_t *args = slack__request_args(arena, request);
    if (slack_json_error(args) != 0) return args;
    const char *why = args_refusal(services, arena, request.method, args);
    return why ? slack__json_failed(arena, SLACK_EINVAL, "%s", why) : args;
}

/* ---- the row ---- */

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

/* Sets the members that do not depend on a delivery. False: memory is out. */
static bool fill_row(slack_arena_t *arena, slack_row_t *row, const slack_post_options_t *post,
                     const slack_json_t *args)
{
    const slack_json_t *payload = NULL;
    size_t len = 0;
    if (slack__jsonf(arena, &payload, NULL, "{args: %p, key?: %s, of?: %s, then?: %s}",
                     (const void *)args, post->key, post->of, post->then) != 0)
        return false;
    const char *text = slack__json_text(arena, payload, &len);
    const char *name = slack__arena_strdup(arena, post->request.method);
    const char *order = make_order(arena, args);
    if (!text || !name || !order) return false;
    row->kind = call_kind;
    row->name = slack__slice(name);
    row->payload = (slack_slice_t){text, len};
    row->order = slack__slice(order);
    return true;
}

/* The message whose update is stored; NULL: the request is none, or names no key. */
static const char *newest_of(slack_arena_t *arena, const slack_post_options_t *post)
{
    return post->of && slack__target_is_state(post->request.method)
               ? slack__arena_strdup(arena, post->of)
               : NULL;
}

static void note_stored(slack_inbox_t *inbox, const slack_store_op_t *op, const char *newest_of)
{
    if (op->status != 0 || op->duplicate) return;
    inbox->services->counters->posts_stored++;
    if (newest_of) slack__target_note_newest(inbox->queue, newest_of, op->row.id);
}

/* ---- in a delivery ---- */

/* In the arena of its delivery. */
typedef struct posted {
    slack_put_t put;
    const char *newest_of;
    slack_stored_fn stored;
    void *stored_data;
} posted_t;

static void post_stored(slack_put_t *put)
{
    const posted_t *posted = SLACK_CONTAINER(put, posted_t, put);
    const slack_store_op_t *op = &put->op;
    const slack_row_t *row = &op->row;
    SLACK_CRASH("posted");
    if (op->status == 0 && op->duplicate)
        SLACK_LOG(slack__ctx_log(put->ctx), DEBUG, "duplicate not stored",
                  "kind=call name=%.*s key=%.*s", (int)row->name.len, row->name.ptr,
                  (int)row->key.len, row->key.ptr);
    note_stored(slack__entry_of_ctx(put->ctx)->inbox, op, posted->newest_of);
    if (posted->stored)
        posted->stored(put->ctx->services->app,
                       op->status == 0 && op->duplicate ? SLACK_EALREADY : op->status,
                       posted->stored_data);
}

/* A hash of where a request acts. Of one that is looked for that is its channel and thread: its
 * text may differ from one attempt of the handler to the next. Others may be sent twice, so they
 * act alike only if they are equal. */
static uint64_t place_of(slack_arena_t *arena, const slack_post_options_t *post,
                         const slack_json_t *args)
{
    const char *method = post->request.method;
    const uint64_t hash = slack__hash(slack__hash(0, method), post->of ? post->of : "");
    if (slack__trace_is_sought(method)) {
        const slack_trace_t trace = {.method = method, .args = args};
        return slack__hash(slack__hash(hash, slack__trace_channel(&trace)),
                           slack_json_str(args, "/thread_ts"));
    }
    size_t len;
    const char *text = slack__json_text(arena, args, &len);
    return slack__hash(hash, text ? text : "");
}

/* A handler that runs again and stores a request for another place than before, under the same
 * number, gets that one too. */
static const char *post_key(slack_ctx_t *ctx, slack_arena_t *arena,
                            const slack_post_options_t *post, const slack_json_t *args)
{
    if (post->key)
        return slack__own_key(slack__entry_of_ctx(ctx)->inbox, arena, call_kind, post->key);
    const char *key = slack__handler_key(ctx, arena);
    if (key == NULL || *key == '\0') return key;
    return slack__arena_printf(arena, "%s:%llx", key,
                               (unsigned long long)place_of(arena, post, args));
}

static int post(slack_ctx_t *ctx, const char *caller, const slack_post_options_t *post)
{
    const char *why, *method = post->request.method ? post->request.method : "the request";
    int rc = post_check(post, &why);
    if (rc != 0) return slack__ctx_fail(ctx, rc, "%s: %s was not stored: %s", caller, method, why);
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const slack_json_t *args = post_args(ctx->services, arena, post);
    rc = slack_json_error(args);
    if (rc != 0)
        return slack__ctx_fail(ctx, rc, "%s: %s was not stored: %s", caller, method,
                               slack_json_reason(args));
    posted_t *posted = slack__arena_calloc(arena, sizeof *posted);
    const char *tenant = slack__put_tenant(ctx, arena), *key = post_key(ctx, arena, post, args);
    if (!posted || !tenant || !key || !fill_row(arena, &posted->put.op.row, post, args))
        return SLACK_ENOMEM;
    slack_row_t *row = &posted->put.op.row;
    row->key = slack__slice(key);
    row->transport = slack__slice(ctx->delivery->transport->ops->name);
    row->tenant = slack__slice(tenant);
    row->app = slack__entry_of_ctx(ctx)->inbox->queue->app;
    row->due_ms = slack__wall_ms(ctx->services->log->clock);
    posted->newest_of = newest_of(arena, post);
    posted->stored = post->stored;
    posted->stored_data = post->stored_data;
    posted->put.ctx = ctx;
    posted->put.what = "the request";
    posted->put.cure = "use slack_app_post_request()";
    posted->put.stored = post_stored;
    posted->put.at_once = true;
    SLACK_CRASH("before-post");
    return slack__put(&posted->put);
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

/* ---- outside of a delivery ---- */

/* In the arena of its row. */
typedef struct own_post {
    slack_own_put_t own;
    const char *newest_of;
} own_post_t;

static void own_post_stored(slack_own_put_t *own)
{
    const own_post_t *post = SLACK_CONTAINER(own, own_post_t, own);
    SLACK_CRASH("posted");
    note_stored(own->inbox, &own->op, post->newest_of);
}

static int own_post_fill(own_post_t *own, const slack_post_options_t *post,
                         const slack_json_t *args)
{
    slack_own_put_t *put = &own->own;
    slack_row_t *row = &put->op.row;
    const char *tenant = post->tenant ? slack__tenant_text(put->arena, post->tenant) : "";
    put->own_key = post->key ? slack__arena_strdup(put->arena, post->key) : NULL;
    if (!tenant || (post->key && !put->own_key) || !fill_row(put->arena, row, post, args))
        return SLACK_ENOMEM;
    row->tenant = slack__slice(tenant);
    row->due_ms = slack__wall_ms(put->inbox->services->log->clock);
    own->newest_of = newest_of(put->arena, post);
    put->stored = post->stored;
    put->stored_data = post->stored_data;
    put->done = own_post_stored;
    return 0;
}

int slack__outbox_post(slack_inbox_t *inbox, const slack_post_options_t *post, char *error)
{
    const char *why = "the request is NULL: pass a slack_post_options_t";
    int rc = post ? post_check(post, &why) : SLACK_EINVAL;
    if (rc == 0 && slack__queue_is_closed(inbox->queue)) {
        why = "the app has stopped: call it earlier";
        rc = SLACK_ECANCELED;
    }
    own_post_t *own = rc == 0 ? slack__own_put_new(inbox, sizeof *own) : NULL;
    const slack_json_t *args = own ? post_args(inbox->services, own->own.arena, post) : NULL;
    if (rc == 0) {
        rc = own ? slack_json_error(args) : SLACK_ENOMEM;
        why = rc == SLACK_ENOMEM ? slack_strerror(rc) : slack_json_reason(args);
    }
    if (rc == 0) rc = own_post_fill(own, post, args);
    if (rc == 0) rc = slack__own_put(&own->own);
    if (rc == 0) return 0;
    slack__explain(error, "slack_app_post_request: %s was not stored: %s",
                   post && post->request.method ? post->request.method : "the request",
                   rc == SLACK_ENOMEM ? slack_strerror(rc) : why);
    if (own) slack__arena_free(own->own.arena);
    return rc;
}

int slack__outbox_cancel(slack_inbox_t *inbox, const char *key, slack_cancel_fn fn, void *user_data)
{
    return slack__own_cancel(inbox, call_kind, key, fn, user_data);
}
