/* SPDX-License-Identifier: MIT */
#include "dispatch/run.h"

#include "context/stream.h"

static void run_permitted(slack_permit_t *permit)
{
    const slack_run_t *run = SLACK_CONTAINER(permit, slack_run_t, permit);
    slack_ctx_t *ctx = &SLACK_CONTAINER(permit, slack_run_t, permit)->ctx;
    if (ctx->phase == SLACK_CTX_RUNNING && !run->dispatcher->closed)
        slack__task_post(ctx->services->net, &ctx->task);
}

void slack__run_init(slack_run_t *run, slack_dispatcher_t *dispatcher, slack_services_t *services,
                     slack_delivery_t *delivery)
{
    slack__ctx_init(&run->ctx, services, delivery, slack__identity_own_grant(dispatcher->identity));
    run->dispatcher = dispatcher;
    slack__link_init(&run->waiter.link);
    slack__link_init(&run->ordering.link);
    slack__link_init(&run->permit.link);
    run->permit.granted = run_permitted;
}

void slack__run_leave_ordering(slack_run_t *run)
{
    slack_rule_t *rule = run->ordering.rule;
    if (!slack__linked(&run->ordering.link)) return;
    slack__ordering_leave(&run->ordering);
    const slack_permit_source_t *permits = run->dispatcher->permits;
    if (permits) permits->give(permits->data, &run->permit);
    slack_ordering_t *next;
    while (!run->dispatcher->closed && (next = slack__ordering_next(rule)) != NULL) {
        slack_ctx_t *ctx = &SLACK_CONTAINER(next, slack_run_t, ordering)->ctx;
        if (ctx->phase == SLACK_CTX_RUNNING) slack__task_post(ctx->services->net, &ctx->task);
    }
}

void slack__run_done(slack_run_t *run)
{
    slack__run_leave_ordering(run);
    slack__unlink(&run->waiter.link);
    if (run->granted) slack__grant_unref(run->granted);
    if (run->ctx.streams) slack__ctx_free_streams(&run->ctx);
    slack__ctx_done(&run->ctx);
    if (run->hits.count > 0) slack__hits_release(&run->hits);
}

void slack__run_listener_failed(slack_run_t *run, int status, const slack_voice_t *voice)
{
    slack_ctx_t *ctx = &run->ctx;
    /* The middleware of the listener returns the listener's error, which is noted already. */
    if (ctx->failure.current.status != 0) return;
    ctx->failure.current.status = status;
    const slack_fault_t fault = slack__fault_returned(ctx, voice, status, "the handler");
    slack__failure_note(ctx, &fault);
}
