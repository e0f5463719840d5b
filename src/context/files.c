/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"
#include "protocol/payload.h"
#include "util/alloc.h"
#include "webapi/download.h"
#include "webapi/upload.h"

/* Uploads and downloads of a handler. On the loop the delivery stays open until the end. A worker
 * waits, and runs the program's functions that the flow needs. */

/* One of them is set. */
typedef struct transfer {
    const slack_upload_t *upload;
    const slack_download_t *download;
} transfer_t;

/* NULL is an upload without files. */
static transfer_t transfer_of(const slack_upload_t *upload)
{
    static const slack_upload_t no_files;
    return (transfer_t){.upload = upload ? upload : &no_files};
}

/* The end of one of them. */
typedef struct outcome {
    slack_uploaded_t uploaded;
    slack_downloaded_t downloaded;
} outcome_t;

static outcome_t outcome_none(void)
{
    return (outcome_t){.uploaded = {.error = "", .channel = "", .ts = ""},
                       .downloaded = {.error = "", .content_type = ""}};
}

static slack_fault_t outcome_read(slack_file_flow_t *flow, bool is_upload, outcome_t *ret)
{
    slack_fault_t fault = {.word = flow->fault.word};
    *ret = outcome_none();
    if (is_upload)
        ret->uploaded = slack__upload_result(flow);
    else
        ret->downloaded = slack__download_result(flow);
    fault.status = is_upload ? ret->uploaded.status : ret->downloaded.status;
    fault.why = is_upload ? ret->uploaded.error : ret->downloaded.error;
    fault.method = is_upload ? "upload" : "download";
    return fault.status ? fault : (slack_fault_t){0};
}

/* Begin. 0; or an error, after slack__ctx_fail(). */
static int transfer_begin(slack_ctx_t *ctx, const transfer_t *transfer,
                          const slack_file_owner_t *owner, slack_file_flow_t **ret)
{
    const char *why = NULL;
    slack_client_t *client = slack__ctx_client(ctx);
    const char *name = transfer->upload ? "upload" : "download";
    int rc;
    if (transfer->upload) {
        slack_upload_t upload = *transfer->upload;
        if (upload.channels == NULL) {
            upload.channels = slack__payload_channel(ctx->delivery->body);
            if (upload.thread_ts == NULL)
                upload.thread_ts = slack__payload_thread_ts(ctx->delivery->body);
            if (*upload.channels == '\0')
                return slack__ctx_fail(ctx, SLACK_EINVAL,
                                       "upload was not begun: %s has no channel: set channels",
                                       slack__ctx_what(ctx));
        }
        rc = slack__upload_begin(client, &upload, owner, ret, &why);
    } else {
        rc = slack__download_begin(client, transfer->download, owner, ret, &why);
    }
    if (rc == 0) return 0;
    return slack__ctx_fail(ctx, rc, "%s was not begun: %s", name,
                           why ? why : slack__webapi_refusal(client, "files.info", rc));
}

/* ---- on the loop ---- */

typedef struct transfer_then {
    slack_ctx_t *ctx;
    bool is_upload;
    slack_upload_then_fn uploaded;
    slack_download_then_fn downloaded;
    void *user_data;
} transfer_then_t;

static slack_fault_t fault_copy(slack_arena_t *arena, const slack_fault_t *fault)
{
    return (slack_fault_t){.status = fault->status,
                           .method = fault->method,
                           .word = slack__arena_strdup(arena, fault->word),
                           .why = slack__arena_strdup(arena, fault->why)};
}

static bool then_ended(slack_file_flow_t *flow)
{
    const transfer_then_t *then = flow->owner_data;
    slack_ctx_t *ctx = then->ctx;
    outcome_t outcome;
    const slack_fault_t ended = outcome_read(flow, then->is_upload, &outcome);
    int rc = ended.status;
    if (rc == 0) ctx->failure.acted = true;
    ctx->voice.fault = fault_copy(ctx->delivery->arena, &ended);
    if (then->uploaded || then->downloaded) {
        const slack_visit_t visit = slack__ctx_visit_begin(ctx);
        rc = then->uploaded ? then->uploaded(ctx, &outcome.uploaded, then->user_data)
                            : then->downloaded(ctx, &outcome.downloaded, then->user_data);
        rc = slack__ctx_returned(ctx, rc);
        slack__ctx_visit_end(ctx, &visit);
    }
    slack_fault_t fault = {0};
    if (rc != 0) fault = slack__fault_returned(ctx, &ctx->voice, rc, "the callback");
    slack__ctx_call_ended(ctx, &fault);
    return false;
}

static int then_on_loop(const transfer_t *transfer, const transfer_then_t *given)
{
    static const slack_file_owner_t owner = {NULL, then_ended};
    slack_ctx_t *ctx = given->ctx;
    slack_file_flow_t *flow;
    if (ctx->phase != SLACK_CTX_RUNNING)
        return slack__ctx_fail(ctx, SLACK_EALREADY,
                               "%s was not begun, the delivery has ended: use slack_app_client()",
                               given->is_upload ? "upload" : "download");
    transfer_then_t *then = slack__arena_alloc(ctx->delivery->arena, sizeof *then);
    if (then == NULL)
        return slack__ctx_fail(ctx, SLACK_ENOMEM, "%s was not begun: out of memory",
                               given->is_upload ? "upload" : "download");
    *then = *given;
    const int rc = transfer_begin(ctx, transfer, &owner, &flow);
    if (rc != 0) return rc;
    flow->owner_data = then;
    ctx->calls++;
    return 0;
}

/* ---- on a worker ---- */

#define NEEDS_PROGRAM 2 /* an answer to the worker: run args->call, and ask again */

struct worker_transfer {
    const transfer_t *transfer;
    outcome_t *outcome;
    struct worker_wait *wait;
    slack_file_call_t *call;
    slack_fault_t fault; /* in the work's arena */
};

/* The loop's part. While the worker runs a function of the program, `work` may be gone. The flow
 * and the worker hold it: after a stop either may come back to it later than the other. */
struct worker_wait {
    atomic_uint holders;
    struct slack_call_wait wait;
    slack_file_flow_t *flow; /* NULL: it has ended */
    slack_task_t task;
};

static void wait_release(struct worker_wait *wait)
{
    if (atomic_fetch_sub(&wait->holders, 1) == 1) slack__free(wait);
}

static struct worker_wait *wait_of(const slack_file_flow_t *flow)
{
    return flow->owner_data;
}

/* The worker waits for the loop from now on. */
static int worker_waits(slack_ctx_t *ctx, struct worker_wait *wait)
{
    wait->wait.work = ctx->works;
    ctx->works->wait = &wait->wait;
    return SLACK_POOL_LATER;
}

static void worker_answer(struct worker_wait *wait, int answer)
{
    slack_work_t *work = wait->wait.work;
    wait->wait.work = NULL;
    work->wait = NULL;
    slack__pool_answer(work->ctx->services->pool, &work->ask, answer);
}

static void worker_call(slack_file_flow_t *flow)
{
    struct worker_wait *wait = wait_of(flow);
    if (wait->wait.work == NULL) return; /* a stop: the flow ends when the webapi closes */
    struct worker_transfer *args = wait->wait.work->ask_args;
    atomic_fetch_add(&flow->call->holders, 1);
    args->call = flow->call;
    worker_answer(wait, NEEDS_PROGRAM);
}

/* The outcome lies in the arena of the flow, which the handler keeps. */
static bool worker_ended(slack_file_flow_t *flow)
{
    struct worker_wait *wait = wait_of(flow);
    slack_work_t *work = wait->wait.work;
    bool kept = false;
    if (work) {
        struct worker_transfer *args = work->ask_args;
        slack_kept_answer_t *answer = slack__arena_alloc(flow->arena, sizeof *answer);
        slack_fault_t fault = outcome_read(flow, args->transfer->upload != NULL, args->outcome);
        if (answer == NULL) { /* its texts go with the arena */
            fault = (slack_fault_t){.status = SLACK_ENOMEM};
            *args->outcome = outcome_none();
        }
        if (fault.status == 0) work->ctx->failure.acted = true;
        args->fault = fault_copy(work->arena, &fault);
        kept = answer != NULL;
        if (answer) {
            *answer = (slack_kept_answer_t){.arena = flow->arena};
            slack__list_push(&work->answers, &answer->link);
        }
        worker_answer(wait, fault.status);
    }
    slack__task_cancel(&wait->task);
    wait->flow = NULL;
    wait_release(wait);
    return kept;
}

static void worker_abandoned(struct slack_call_wait *given)
{
    struct worker_wait *wait = SLACK_CONTAINER(given, struct worker_wait, wait);
    slack__file_flow_abandon(wait->flow);
}

/* From a task, since the flow may need the worker again at once. */
static void worker_called(slack_task_t *task)
{
    slack__file_flow_called(SLACK_CONTAINER(task, struct worker_wait, task)->flow);
}

static int worker_begin(slack_ctx_t *ctx, void *data)
{
    static const slack_file_owner_t owner = {worker_call, worker_ended};
    struct worker_transfer *args = data;
    struct worker_wait *wait = slack__calloc(1, sizeof *wait);
    if (wait == NULL) return SLACK_ENOMEM;
    const int rc = transfer_begin(ctx, args->transfer, &owner, &wait->flow);
    if (rc == 0) wait->flow->client.worker = true;
    if (rc != 0) {
        args->fault = fault_copy(ctx->works->arena, &ctx->voice.fault);
        slack__free(wait);
        return rc;
    }
    slack__link_init(&wait->task.link);
    wait->task.run = worker_called;
    wait->wait.abandoned = worker_abandoned;
    wait->flow->owner_data = wait;
    atomic_init(&wait->holders, 2);
    args->wait = wait;
    return worker_waits(ctx, wait);
}

static int worker_goes_on(slack_ctx_t *ctx, void *data)
{
    struct worker_transfer *args = data;
    if (args->wait->flow == NULL) return SLACK_ECANCELED; /* it ended at the stop */
    slack__task_post(ctx->services->net, &args->wait->task);
    return worker_waits(ctx, args->wait);
}

static int transfer_wait(slack_ctx_t *ctx, const transfer_t *transfer, outcome_t *outcome)
{
    struct worker_transfer args = {.transfer = transfer, .outcome = outcome};
    int rc = slack__ctx_on_loop(ctx, worker_begin, &args);
    while (rc == NEEDS_PROGRAM) {
        slack__file_call_run(args.call);
        slack__file_call_release(args.call);
        rc = slack__ctx_on_loop(ctx, worker_goes_on, &args);
    }
    if (args.wait) wait_release(args.wait);
    if (rc == 0) return 0;
    if (args.fault.status == rc)
        ctx->works->voice.fault = args.fault;
    else
        slack__ctx_fail(ctx, rc, "%s: %s", transfer->upload ? "upload" : "download",
                        slack_strerror(rc));
    return rc;
}

/* ---- slack/files.h ---- */

/* 0 if the blocks of the message may be sent. */
static int check_blocks(slack_ctx_t *ctx, const slack_upload_t *upload)
{
    static const char method[] = "files.completeUploadExternal";
    slack_arena_t *arena = slack__ctx_scratch(ctx);
    const char *why = slack__block_guard(&ctx->services->blocks, arena, method,
                                         slack__upload_blocks(arena, upload));
    return why ? slack__ctx_fail(ctx, SLACK_EINVAL, "%s was not called: %s", method, why) : 0;
}

static int wait_here(slack_ctx_t *ctx, const char *function, const transfer_t *transfer,
                     outcome_t *outcome, const char **ret_why)
{
    *outcome = outcome_none();
    const int unusable = slack__ctx_act(ctx, function);
    *ret_why = slack_strerror(unusable);
    if (unusable != 0) return unusable;
    int rc = slack__ctx_may_wait(ctx, function,
                                 transfer->upload ? "slack_upload_then" : "slack_download_then");
    if (rc == 0) rc = check_blocks(ctx, transfer->upload);
    if (rc == 0) rc = transfer_wait(ctx, transfer, outcome);
    *ret_why = slack_ctx_strerror(ctx, rc);
    return rc;
}

int slack_upload_wait(slack_ctx_t *ctx, const slack_upload_t *upload, slack_uploaded_t *ret)
{
    const transfer_t transfer = transfer_of(upload);
    outcome_t outcome;
    const char *why;
    const int rc = wait_here(ctx, __func__, &transfer, &outcome, &why);
    if (rc != 0 && outcome.uploaded.status == 0) {
        outcome.uploaded.status = rc;
        outcome.uploaded.error = why;
    }
    if (ret) *ret = outcome.uploaded;
    return rc;
}

int slack_download_wait(slack_ctx_t *ctx, const slack_download_t *download, slack_downloaded_t *ret)
{
    outcome_t outcome;
    const char *why;
    const int rc = wait_here(ctx, __func__, &(transfer_t){.download = download}, &outcome, &why);
    if (rc != 0 && outcome.downloaded.status == 0) {
        outcome.downloaded.status = rc;
        outcome.downloaded.error = why;
    }
    if (ret) *ret = outcome.downloaded;
    return rc;
}

int slack_upload_then(slack_ctx_t *ctx, const slack_upload_t *upload, slack_upload_then_fn fn,
                      void *user_data)
{
    SLACK_CTX_REQUIRE(ctx);
    const transfer_then_t then = {
        .ctx = ctx, .is_upload = true, .uploaded = fn, .user_data = user_data};
    if (!slack__on_worker(ctx)) {
        const transfer_t transfer = transfer_of(upload);
        const int wrong = check_blocks(ctx, transfer.upload);
        return wrong ? wrong : then_on_loop(&transfer, &then);
    }
    slack_uploaded_t uploaded;
    const int rc = slack_upload_wait(ctx, upload, &uploaded);
    return fn ? fn(ctx, &uploaded, user_data) : rc;
}

int slack_download_then(slack_ctx_t *ctx, const slack_download_t *download,
                        slack_download_then_fn fn, void *user_data)
{
    SLACK_CTX_REQUIRE(ctx);
    const transfer_then_t then = {.ctx = ctx, .downloaded = fn, .user_data = user_data};
    if (!slack__on_worker(ctx)) return then_on_loop(&(transfer_t){.download = download}, &then);
    slack_downloaded_t downloaded;
    const int rc = slack_download_wait(ctx, download, &downloaded);
    return fn ? fn(ctx, &downloaded, user_data) : rc;
}
