/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/json_make.h"
#include "webapi/args_check.h"
#include "webapi/request.h"
#include "webapi/response.h"

/* The calls of a handler. A worker waits for the answer of its call. On the loop the handler goes
 * on, and its delivery stays open until the answer. */

struct worker_call {
    const char *method, *url;
    const slack_json_t *args;
    bool wants_answer, begun;
    const slack_response_t *answer; /* NULL: no answer, or the handler does not get it */
    slack_fault_t fault;            /* of a call that failed, in the work's arena */
};

int slack__answer_keep(slack_work_t *work, const slack_response_t *response, slack_arena_t *arena)
{
    size_t size = slack__arena_size(arena);
    for (slack_link_t *link = work->answers.next; link != &work->answers; link = link->next) {
        const slack_kept_answer_t *other = SLACK_CONTAINER(link, slack_kept_answer_t, link);
        if (!other->dropped) size += slack__arena_size(other->arena);
    }
    if (size > (size_t)SLACK_ANSWERS_MIB << 20) return SLACK_ETOOBIG;
    slack_kept_answer_t *answer = slack__arena_alloc(arena, sizeof *answer);
    if (answer == NULL) return slack__arena_is_full(arena) ? SLACK_ETOOBIG : SLACK_ENOMEM;
    *answer = (slack_kept_answer_t){.arena = arena, .response = response};
    slack__list_push(&work->answers, &answer->link);
    return 0;
}

slack_fault_t slack__fault_not_kept(slack_work_t *work, const char *method, int rc)
{
    slack_fault_t fault = {.status = rc, .method = slack__arena_strdup(work->arena, method)};
    if (rc == SLACK_ETOOBIG)
        fault.why = slack__arena_printf(
            work->arena,
            "the answers that this handler keeps would take more than %d MiB: pass the variable of "
            "an earlier answer, which is freed then",
            SLACK_ANSWERS_MIB);
    return fault;
}

/* The worker waits meanwhile, so the loop may use its work. */
static void call_answered(const slack_response_t *response, void *user_data)
{
    struct slack_call_wait *wait = user_data;
    slack_work_t *work = wait->work;
    slack__free(wait);
    if (work == NULL) return; /* the app closes, and the worker has stopped waiting */
    work->wait = NULL;
    struct worker_call *call = work->ask_args;
    const int status = response->status;
    if (status == 0) work->ctx->failure.acted = true;
    if (status != 0) call->fault = slack__fault_of_call(work->arena, response);
    const int rc =
        call->wants_answer ? slack__answer_keep(work, response, slack__webapi_arena(response)) : 0;
    if (call->wants_answer && rc == 0) {
        slack__webapi_keep(response);
        call->answer = response;
    }
    if (rc != 0 && status == 0) call->fault = slack__fault_not_kept(work, response->method, rc);
    slack__pool_answer(work->ctx->services->pool, &work->ask, call->fault.status);
}

static int call_start(slack_ctx_t *ctx, void *args)
{
    struct worker_call *call = args;
    struct slack_call_wait *wait = slack__calloc(1, sizeof *wait);
    if (wait == NULL) return SLACK_ENOMEM;
    wait->work = ctx->works;
    slack_client_t *client = slack__ctx_client(ctx);
    const slack_post_t post = {call->method, call->url, call->args, false};
    client->worker = true;
    int rc = call->url ? slack__webapi_post(client, &post, call_answered, wait)
                       : slack__webapi_call(client, call->method, call->args, call_answered, wait);
    client->worker = false;
    if (rc != 0) {
        slack__free(wait);
        return rc;
    }
    ctx->works->wait = wait;
    call->begun = true;
    return SLACK_POOL_LATER;
}

int slack__worker_call(slack_ctx_t *ctx, const char *method, const char *url,
                       const slack_json_t *args, const slack_response_t **ret)
{
    slack_work_t *work = ctx->works;
    struct worker_call call = {
        .method = method, .url = url, .args = args, .wants_answer = ret != NULL};
    slack__answer_replace(ctx, ret);
    int rc = slack__ctx_on_loop(ctx, call_start, &call);
    if (rc != 0 && call.fault.status == rc)
        work->voice.fault = call.fault;
    else if (rc != 0 && call.begun) /* `method` may lie in the answer that is freed now */
        slack__ctx_fail(ctx, rc,
                        "%s has no answer yet, and the app stops: Slack may have made the call; "
                        "raise SLACK_DRAIN_MS, or end when slack_ctx_canceled() says so",
                        method);
    else if (rc != 0)
        slack__ctx_fail_call(ctx, rc, method);
    slack__answers_free(work, false);
    slack__arena_reset(work->scratch);
    if (ret) *ret = call.answer;
    return rc;
}

/* Makes the arguments of a request. 0, or an error with its sentence. */
static int request_args(slack_ctx_t *ctx, slack_request_t request, const slack_json_t **ret)
{
    *ret = slack__request_args(slack__ctx_scratch(ctx), request);
    const int rc = slack_json_error(*ret);
    if (rc == 0 || request.args == NULL) return slack__ctx_required(ctx, *ret);
    return slack__ctx_fail(ctx, rc, "%s was not called: %s", request.method,
                           slack_json_reason(*ret));
}

int slack__ctx_may_wait(slack_ctx_t *ctx, const char *function, const char *instead)
{
    if (slack__on_worker(ctx)) return 0;
    return slack__ctx_fail(
        ctx, SLACK_EDEADLK,
        "%s would block the loop: run the handler with SLACK_RUN_WORKER, or use %s()", function,
        instead);
}

int slack_call_wait(slack_ctx_t *ctx, slack_request_t request,
                    const slack_response_t **ret_response)
{
    slack__answer_replace(ctx, ret_response);
    SLACK_CTX_REQUIRE(ctx);
    const slack_json_t *args = NULL;
    const char *method = request.method ? request.method : "";
    int wrong = slack__ctx_may_wait(ctx, __func__, "slack_call_then");
    if (wrong == 0) wrong = request_args(ctx, request, &args);
    if (wrong == 0) wrong = slack__ctx_check_call(ctx, method, args);
    return wrong ? wrong : slack__worker_call(ctx, method, NULL, args, ret_response);
}

/* ---- on either thread ---- */

int slack__ctx_fail_call(slack_ctx_t *ctx, int status, const char *method)
{
    return slack__ctx_fail(ctx, status, "%s was not called, %s",
                           method && *method ? method : "a method without a name",
                           slack__webapi_refusal(slack__ctx_client(ctx), method, status));
}

int slack__ctx_check_call(slack_ctx_t *ctx, const char *method, const slack_json_t *args)
{
    slack_arena_t *arena = slack__ctx_scratch(ctx);
    const char *why = slack__args_check(arena, method, args);
    if (why == NULL) why = slack__block_guard(&ctx->services->blocks, arena, method, args);
    return why ? slack__ctx_fail(ctx, SLACK_EINVAL, "%s was not called: %s", method, why) : 0;
}

int slack__ctx_refuse_ended(slack_ctx_t *ctx, const char *method)
{
    if (slack__on_worker(ctx) || ctx->phase < SLACK_CTX_ENDED) return 0;
    return slack__ctx_fail(ctx, SLACK_EALREADY,
                           "%s was not called, the delivery has ended: use slack_app_client()",
                           method);
}

int slack__ctx_call(slack_ctx_t *ctx, const char *method, const slack_json_t *args)
{
    int wrong = slack__ctx_check_call(ctx, method, args);
    if (wrong == 0) wrong = slack__ctx_refuse_ended(ctx, method);
    if (wrong != 0) return wrong;
    if (slack__on_worker(ctx)) return slack__worker_call(ctx, method, NULL, args, NULL);
    int rc = slack__webapi_call(slack__ctx_client(ctx), method, args, NULL, NULL);
    return rc ? slack__ctx_fail_call(ctx, rc, method) : 0;
}

/* If `fn` returns the error of the call, the fault is the call's. */
void slack__then_answered(const slack_response_t *response, void *user_data)
{
    slack_then_t *then = user_data;
    slack_ctx_t *ctx = then->ctx;
    int rc = response->status;
    if (rc == 0) ctx->failure.acted = true;
    if (then->answered) then->answered(then, response);
    ctx->voice.fault = (slack_fault_t){0};
    if (rc != 0) ctx->voice.fault = slack__fault_of_call(ctx->delivery->arena, response);
    if (then->fn) {
        const slack_visit_t visit = slack__ctx_visit_begin(ctx);
        rc = slack__ctx_returned(ctx, then->fn(ctx, response, then->user_data));
        slack__ctx_visit_end(ctx, &visit);
    }
    slack_fault_t fault = {0};
    if (rc != 0) fault = slack__fault_returned(ctx, &ctx->voice, rc, "the callback");
    slack__ctx_call_ended(ctx, &fault);
}

static int then_on_worker(slack_ctx_t *ctx, const char *method, const char *url,
                          const slack_json_t *args, slack_then_t *then)
{
    const slack_response_t *response = NULL;
    int rc = slack__worker_call(ctx, method ? method : "", url, args, &response);
    if (response == NULL) return rc;
    if (then->answered) then->answered(then, response);
    if (then->fn) rc = then->fn(ctx, response, then->user_data);
    slack__answer_drop(ctx->works, response);
    return rc;
}

int slack__ctx_call_then(slack_ctx_t *ctx, const char *method, const slack_json_t *args,
                         slack_then_t *then)
{
    const int wrong = slack__ctx_check_call(ctx, method, args);
    if (wrong != 0) return wrong;
    if (slack__on_worker(ctx)) return then_on_worker(ctx, method, NULL, args, then);
    if (ctx->phase != SLACK_CTX_RUNNING) /* the delivery will not wait for the answer */
        return then->fn ? slack__ctx_fail(ctx, SLACK_EALREADY,
                                          "%s was not called, the delivery has ended: use "
                                          "slack_app_client()",
                                          method)
                        : slack__ctx_call(ctx, method, args);
    int rc = slack__webapi_call(slack__ctx_client(ctx), method, args, slack__then_answered, then);
    if (rc != 0) return slack__ctx_fail_call(ctx, rc, method);
    ctx->calls++;
    return 0;
}

static slack_then_t *then_new(slack_ctx_t *ctx, slack_then_fn fn, void *user_data)
{
    slack_then_t *then = slack__arena_alloc(ctx->delivery->arena, sizeof *then);
    if (then) *then = (slack_then_t){ctx, fn, user_data, NULL};
    return then;
}

static int call_then(slack_ctx_t *ctx, const char *method, const slack_json_t *args,
                     slack_then_fn fn, void *user_data)
{
    slack_then_t here = {ctx, fn, user_data, NULL};
    if (slack__on_worker(ctx)) return slack__ctx_call_then(ctx, method, args, &here);
    slack_then_t *then = then_new(ctx, fn, user_data);
    if (then == NULL) return slack__ctx_fail_call(ctx, SLACK_ENOMEM, method);
    return slack__ctx_call_then(ctx, method, args, then);
}

int slack_call_then(slack_ctx_t *ctx, slack_request_t request, slack_then_fn fn, void *user_data)
{
    SLACK_CTX_REQUIRE(ctx);
    const slack_json_t *args;
    const int wrong = request_args(ctx, request, &args);
    return wrong ? wrong : call_then(ctx, request.method, args, fn, user_data);
}

int slack_webhook_then(slack_ctx_t *ctx, const char *url, const slack_json_t *message,
                       slack_then_fn fn, void *user_data)
{
    SLACK_CTX_REQUIRE(ctx);
    const char *why = slack__webhook_fault(message);
    if (why == NULL)
        why = slack__block_guard(&ctx->services->blocks, slack__ctx_scratch(ctx), SLACK_WEBHOOK,
                                 message);
    const int wrong = why ? slack__json_required(message) : 0;
    if (why)
        return slack__ctx_fail(ctx, wrong ? wrong : SLACK_EINVAL, "the webhook was not called: %s",
                               why);
    if (slack__on_worker(ctx)) {
        slack_then_t here = {ctx, fn, user_data, NULL};
        return then_on_worker(ctx, SLACK_WEBHOOK, url, message, &here);
    }
    if (ctx->phase != SLACK_CTX_RUNNING)
        return slack__ctx_fail(ctx, SLACK_EALREADY,
                               "the webhook was not called, the delivery has ended: use "
                               "slack_webhook() with slack_app_client()");
    slack_then_t *then = then_new(ctx, fn, user_data);
    const slack_post_t post = {SLACK_WEBHOOK, url, message, false};
    const int rc =
        then ? slack__webapi_post(slack__ctx_client(ctx), &post, slack__then_answered, then)
             : SLACK_ENOMEM;
    if (rc != 0) return slack__ctx_fail_call(ctx, rc, SLACK_WEBHOOK);
    ctx->calls++;
    return 0;
}

int(slack_call_thenf)(slack_ctx_t *ctx, const char *method, slack_then_fn fn, void *user_data,
                      const char *args_template, ...)
{
    SLACK_CTX_REQUIRE(ctx);
    va_list ap;
    va_start(ap, args_template);
    const slack_json_t *args =
        slack__make_jsonf(slack__ctx_scratch(ctx), "slack_call_thenf", args_template, ap);
    va_end(ap);
    const int wrong = slack__ctx_required(ctx, args);
    return wrong ? wrong : call_then(ctx, method, args, fn, user_data);
}
