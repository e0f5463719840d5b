/* SPDX-License-Identifier: MIT */
#include "webapi/fetch.h"

#include "context/ctx.h"
#include "net/sse.h"
#include "util/alloc.h"
#include "webapi/response.h"

/* The requests of a handler to other services. On the loop the delivery stays open until the
 * response. A worker waits for it; it gets a streamed answer piece by piece, and no piece is read
 * from the network before it has taken the one before. */

static int fetch_refused(slack_ctx_t *ctx, const char *function, int rc, const char *why)
{
    return slack__ctx_fail(ctx, rc, "%s: the request was not sent: %s", function, why);
}

/* On the loop. */
static int fetch_begin(slack_ctx_t *ctx, const slack_fetch_t *request, slack_fetch_caller_t *caller,
                       slack_fetching_t **ret, const char **ret_why)
{
    caller->tag = ctx->delivery->number;
    caller->tokens[0] = ctx->grant->bot.text;
    caller->tokens[1] = ctx->grant->user.text;
    const int rc = slack__fetch(ctx->services->fetcher, request, caller, ret, ret_why);
    if (rc == SLACK_EBUSY) ctx->failure.no_room = true;
    return rc;
}

/* ---- on a worker ---- */

/* Shared by the worker and the fetch; the later one frees it. While the worker waits, only the loop
 * uses it, and otherwise only the worker, except `wait`, `over` and `response`: they are the
 * loop's. */
typedef struct worker_fetch {
    struct slack_call_wait wait;
    atomic_uint users;
    slack_fetching_t *fetching;       /* NULL: it has ended, or was not sent */
    const slack_response_t *response; /* the end, in an arena that is kept; NULL: not yet */
    bool over;
    bool waits; /* the worker */

    const slack_fetch_t *request;
    bool wants_answer;
    const slack_response_t *head; /* of the piece */
    slack_buf_t piece;            /* for the worker */
    slack_sse_t sse;
    int result;      /* of the program's function, or of the splitter */
    bool of_program; /* it is the function's */
    const char *why; /* the request was not sent */
    slack_fault_t fault;
    const slack_response_t *answer; /* for the handler */
} worker_fetch_t;

static void worker_fetch_release(worker_fetch_t *wf)
{
    if (atomic_fetch_sub(&wf->users, 1) > 1) return;
    if (wf->response) slack__arena_free(slack__fetch_arena(wf->response));
    slack__buf_done(&wf->piece);
    slack__sse_done(&wf->sse);
    slack__free(wf);
}

/* The worker waits, and the fetch is over: the result of both. */
static int worker_fetch_end(worker_fetch_t *wf, slack_ctx_t *ctx)
{
    slack_work_t *work = ctx->works;
    const slack_response_t *response = wf->response;
    if (response->status == 0) ctx->failure.acted = true;
    if (response->status != 0) wf->fault = slack__fault_of_call(work->arena, response);
    if (!wf->wants_answer) return response->status;
    wf->response = NULL;
    slack_arena_t *arena = slack__fetch_arena(response);
    const int rc = slack__answer_keep(work, response, arena);
    if (rc == 0) wf->answer = response;
    if (rc != 0) slack__arena_free(arena);
    if (rc != 0 && wf->fault.status == 0)
        wf->fault = slack__fault_not_kept(work, "slack_fetch_wait", rc);
    return wf->fault.status;
}

static void worker_fetch_answer(worker_fetch_t *wf, int answer)
{
    slack_work_t *work = wf->wait.work;
    wf->waits = false;
    work->wait = NULL;
    slack__pool_answer(work->ctx->services->pool, &work->ask, answer);
}

static void worker_fetch_ended(const slack_response_t *response, void *user_data)
{
    worker_fetch_t *wf = user_data;
    slack__fetch_keep(response);
    wf->fetching = NULL;
    wf->response = response;
    wf->over = true;
    /* While the app closes, the worker may have stopped waiting. */
    if (wf->waits && wf->wait.work)
        worker_fetch_answer(wf, worker_fetch_end(wf, wf->wait.work->ctx));
    worker_fetch_release(wf);
}

static int worker_fetch_piece(const slack_response_t *head, const char *data, size_t len,
                              void *user_data)
{
    worker_fetch_t *wf = user_data;
    if (!wf->waits || !wf->wait.work) return SLACK_ECANCELED; /* the app closes */
    const int rc = slack__buf_append(&wf->piece, data, len);
    if (rc != 0) return rc;
    wf->head = head;
    worker_fetch_answer(wf, 0);
    return SLACK_CURL_LATER;
}

static void worker_fetch_wait(worker_fetch_t *wf, slack_ctx_t *ctx)
{
    wf->wait.work = ctx->works;
    wf->waits = true;
    ctx->works->wait = &wf->wait;
}

static int worker_fetch_start(slack_ctx_t *ctx, void *args)
{
    worker_fetch_t *wf = args;
    /* The loop only asks for a stream of events; the worker splits it. */
    slack_fetch_caller_t caller = {
        .fn = worker_fetch_ended, .user_data = wf, .pull = worker_fetch_piece};
    const int rc = fetch_begin(ctx, wf->request, &caller, &wf->fetching, &wf->why);
    if (rc != 0) return rc;
    atomic_fetch_add(&wf->users, 1);
    worker_fetch_wait(wf, ctx);
    return SLACK_POOL_LATER;
}

/* The worker has taken a piece. */
static int worker_fetch_next(slack_ctx_t *ctx, void *args)
{
    worker_fetch_t *wf = args;
    slack__buf_clear(&wf->piece);
    if (wf->over && wf->result != 0) return wf->result < 0 ? wf->result : SLACK_EINVAL;
    if (wf->over) return worker_fetch_end(wf, ctx);
    worker_fetch_wait(wf, ctx);
    if (wf->result != 0)
        slack__fetch_refuse(wf->fetching, wf->result, wf->of_program);
    else
        slack__fetch_resume(wf->fetching);
    return SLACK_POOL_LATER;
}

static int worker_event(const slack_sse_event_t *event, void *user_data)
{
    worker_fetch_t *wf = user_data;
    const int rc = wf->request->on_event(wf->head, event, wf->request->stream_data);
    wf->of_program = rc != 0;
    return rc;
}

/* For the public function `caller`. */
static int fetch_on_worker(slack_ctx_t *ctx, const char *caller, const slack_fetch_t *request,
                           const slack_response_t **ret)
{
    slack_work_t *work = ctx->works;
    slack__answer_replace(ctx, ret);
    worker_fetch_t *wf = slack__calloc(1, sizeof *wf);
    if (wf == NULL) return slack__ctx_fail(ctx, SLACK_ENOMEM, "%s: out of memory", caller);
    wf->users = 1;
    wf->request = request;
    wf->wants_answer = ret != NULL;
    slack__buf_init(&wf->piece, SLACK_CURL_WINDOW);
    slack__sse_init(&wf->sse,
                    request && request->answer_max ? request->answer_max : SLACK_FETCH_ANSWER_MAX);
    int rc = slack__ctx_on_loop(ctx, worker_fetch_start, wf);
    while (rc == 0 && wf->piece.len > 0) {
        const char *bytes = slack__buf_ptr(&wf->piece);
        wf->of_program = request->on_data != NULL;
        wf->result = request->on_event
                         ? slack__sse_feed(&wf->sse, bytes, wf->piece.len, worker_event, wf)
                         : request->on_data(wf->head, bytes, wf->piece.len, request->stream_data);
        rc = slack__ctx_on_loop(ctx, worker_fetch_next, wf);
    }
    const bool told = wf->result != 0 && work->voice.fault.status == rc; /* by that function */
    if (rc != 0 && wf->why)
        fetch_refused(ctx, caller, rc, wf->why);
    else if (rc != 0 && wf->result != 0 && !told)
        slack__ctx_fail(ctx, rc, "%s: %s", caller,
                        slack__fetch_stream_why(request, wf->result, wf->of_program));
    else if (rc != 0 && wf->fault.status == rc && !told)
        work->voice.fault = wf->fault;
    else if (rc != 0 && !told)
        slack__ctx_fail(ctx, rc, "%s: %s", caller, slack_strerror(rc));
    slack__answers_free(work, false);
    slack__arena_reset(work->scratch);
    if (ret) *ret = wf->answer;
    worker_fetch_release(wf);
    return rc;
}

int slack_fetch_wait(slack_ctx_t *ctx, const slack_fetch_t *request,
                     const slack_response_t **ret_response)
{
    slack__answer_replace(ctx, ret_response);
    SLACK_CTX_REQUIRE(ctx);
    const int wrong = slack__ctx_may_wait(ctx, __func__, "slack_fetch_then");
    return wrong ? wrong : fetch_on_worker(ctx, __func__, request, ret_response);
}

/* ---- on either thread ---- */

int slack_fetch_then(slack_ctx_t *ctx, const slack_fetch_t *request, slack_then_fn fn,
                     void *user_data)
{
    SLACK_CTX_REQUIRE(ctx);
    if (slack__on_worker(ctx)) {
        const slack_response_t *response = NULL;
        int rc = fetch_on_worker(ctx, __func__, request, &response);
        if (response == NULL) return rc;
        if (fn) rc = fn(ctx, response, user_data);
        slack__answer_drop(ctx->works, response);
        return rc;
    }
    if (ctx->phase != SLACK_CTX_RUNNING) /* the delivery will not wait for the response */
        return fetch_refused(ctx, __func__, SLACK_EALREADY,
                             "the delivery has ended: use slack_fetch()");
    slack_then_t *then = slack__arena_alloc(ctx->delivery->arena, sizeof *then);
    if (then == NULL) return slack__ctx_fail(ctx, SLACK_ENOMEM, "%s: out of memory", __func__);
    *then = (slack_then_t){ctx, fn, user_data, NULL};
    slack_fetch_caller_t caller = {.fn = slack__then_answered, .user_data = then};
    const char *why;
    const int rc = fetch_begin(ctx, request, &caller, NULL, &why);
    if (rc != 0) return fetch_refused(ctx, __func__, rc, why);
    ctx->calls++;
    return 0;
}
