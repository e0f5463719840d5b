/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"
#include "util/alloc.h"
#include "util/json_make.h"
#include "webapi/response.h"

/* The calls of a handler. A worker waits for the answer of its call. On the loop the handler goes
 * on, and its delivery stays open until the answer. */

struct worker_call {
    const char *method, *url;
    const slack_json_t *args;
    const slack_response_t *response;
};

/* A copy of the response for the handler. The loop may allocate it in the work's arena, because the
 * worker waits meanwhile. NULL if memory is out. */
static const slack_response_t *response_copy(slack_arena_t *arena, const slack_response_t *response)
{
    slack_response_t *copy = slack__arena_alloc(arena, sizeof *copy);
    if (copy == NULL) return NULL;
    *copy = *response;
    copy->error = slack__arena_strdup(arena, response->error);
    if (response->json &&
        slack__jsonf(arena, &copy->json, NULL, "%p", (const void *)response->json) != 0)
        return NULL;
    return copy->error ? copy : NULL;
}

static void call_answered(const slack_response_t *response, void *user_data)
{
    struct slack_call_wait *wait = user_data;
    slack_work_t *work = wait->work;
    slack__free(wait);
    if (work == NULL) return; /* the app closes, and the worker has stopped waiting */
    work->wait = NULL;
    if (response->status == 0) work->ctx->failure.acted = true;
    struct worker_call *call = work->ask_args;
    call->response = response_copy(work->arena, response);
    slack__pool_answer(work->ctx->services->pool, &work->ask,
                       call->response ? slack_response_status(response) : SLACK_ENOMEM);
}

static int call_start(slack_ctx_t *ctx, void *args)
{
    const struct worker_call *call = args;
    struct slack_call_wait *wait = slack__malloc(sizeof *wait);
    if (wait == NULL) return SLACK_ENOMEM;
    wait->work = ctx->works;
    slack_client_t *client = slack__ctx_client(ctx);
    int rc = call->method
                 ? slack__webapi_call(client, call->method, call->args, call_answered, wait)
                 : slack__webapi_respond(client, call->url, call->args, call_answered, wait);
    if (rc != 0) {
        slack__free(wait);
        return rc;
    }
    ctx->works->wait = wait;
    return SLACK_POOL_LATER;
}

int slack__worker_call(slack_ctx_t *ctx, const char *method, const char *url,
                       const slack_json_t *args, const slack_response_t **ret)
{
    struct worker_call call = {.method = method, .url = url, .args = args};
    int rc = slack__ctx_on_loop(ctx, call_start, &call);
    if (rc != 0 && call.response) ctx->works->reason = call.response->error;
    if (ret && call.response) *ret = call.response;
    return rc;
}

int slack_call_wait(slack_ctx_t *ctx, const char *method, const slack_json_t *args,
                    const slack_response_t **ret_response)
{
    SLACK_CTX_REQUIRE(ctx);
    if (!slack__on_worker(ctx)) return SLACK_EDEADLK;
    const int wrong = slack__ctx_required(ctx, args);
    if (wrong != 0) return wrong;
    return slack__worker_call(ctx, method, NULL, args, ret_response);
}

/* ---- on either thread ---- */

int slack__ctx_call(slack_ctx_t *ctx, const char *method, const slack_json_t *args)
{
    return slack__on_worker(ctx)
               ? slack__worker_call(ctx, method, NULL, args, NULL)
               : slack__webapi_call(slack__ctx_client(ctx), method, args, NULL, NULL);
}

/* If `fn` returns the error of the call, Slack's reason goes with it, otherwise the sentence of
 * `fn`. */
static void then_answered(const slack_response_t *response, void *user_data)
{
    slack_then_t *then = user_data;
    slack_ctx_t *ctx = then->ctx;
    int rc = response->status;
    if (rc == 0) ctx->failure.acted = true;
    if (then->answered) then->answered(then, response);
    ctx->voice.error = 0;
    if (then->fn) {
        ctx->depth++;
        rc = then->fn(ctx, response, then->user_data);
        ctx->depth--;
        if (rc > 0) rc = SLACK_EINVAL;
    } else if (rc != 0) {
        slack__ctx_log_call(ctx, response);
    }
    const char *why = ctx->voice.error == rc ? ctx->voice.why : NULL;
    slack__ctx_call_ended(ctx, rc, rc == response->status ? response->error : why);
}

static int then_on_worker(slack_ctx_t *ctx, const char *method, const slack_json_t *args,
                          slack_then_t *then)
{
    const slack_response_t *response = NULL;
    int rc = slack__worker_call(ctx, method, NULL, args, &response);
    if (response == NULL) return rc;
    if (then->answered) then->answered(then, response);
    return then->fn ? then->fn(ctx, response, then->user_data) : rc;
}

int slack__ctx_call_then(slack_ctx_t *ctx, const char *method, const slack_json_t *args,
                         slack_then_t *then)
{
    if (slack__on_worker(ctx)) return then_on_worker(ctx, method, args, then);
    if (ctx->phase != SLACK_CTX_RUNNING) /* the delivery will not wait for the answer */
        return then->fn ? SLACK_EALREADY : slack__ctx_call(ctx, method, args);
    int rc = slack__webapi_call(slack__ctx_client(ctx), method, args, then_answered, then);
    if (rc == 0) ctx->calls++;
    return rc;
}

int(slack_call_then)(slack_ctx_t *ctx, const char *method, slack_then_fn fn, void *user_data,
                     const char *args_template, ...)
{
    SLACK_CTX_REQUIRE(ctx);
    slack_arena_t *arena = slack__ctx_arena(ctx);
    va_list ap;
    va_start(ap, args_template);
    const slack_json_t *args = slack__make_jsonf(arena, "slack_call_then", args_template, ap);
    va_end(ap);
    const int wrong = slack__ctx_required(ctx, args);
    if (wrong != 0) return wrong;
    slack_then_t *then = slack__arena_alloc(arena, sizeof *then);
    if (then == NULL) return SLACK_ENOMEM;
    *then = (slack_then_t){ctx, fn, user_data, NULL};
    return slack__ctx_call_then(ctx, method, args, then);
}
