/* SPDX-License-Identifier: MIT */
#include "dispatch/authorize.h"

#include "identity/identity.h"
#include "protocol/job_names.h"
#include "protocol/tenant.h"

static void run_take_answer(slack_run_t *run, const slack_answer_t *answer)
{
    slack_ctx_t *ctx = &run->ctx;
    if (answer->status == 0) {
        ctx->grant = answer->grant;
        ctx->client.webapi = NULL; /* the client is made again, with the token of the grant */
        run->granted = answer->grant;
        return;
    }
    if (answer->status == SLACK_EBUSY) ctx->failure.no_room = true;
    const char *why = answer->reason && *answer->reason
                          ? slack__arena_strdup(ctx->delivery->arena, answer->reason)
                          : NULL;
    slack__failure_note(ctx, &(slack_fault_t){.status = answer->status, .why = why});
    run->unauthorized = true;
    run->refused = answer->status == SLACK_EAUTH;
    if (run->refused) return;
    /* A lookup that failed says nothing about the delivery: the next attempt may get an answer. */
    if (ctx->failure.hopeless) ctx->failure.heals = ctx->failure.counts = true;
    ctx->failure.hopeless = false;
}

static void grant_answered(slack_waiter_t *waiter, const slack_answer_t *answer)
{
    slack_run_t *run = SLACK_CONTAINER(waiter, slack_run_t, waiter);
    run_take_answer(run, answer);
    slack__task_post(run->ctx.services->net, &run->ctx.task);
}

static void leave_answered(slack_waiter_t *waiter, const slack_answer_t *answer)
{
    slack_run_t *run = SLACK_CONTAINER(waiter, slack_run_t, waiter);
    if (answer->status != 0) run_take_answer(run, answer);
    slack__task_post(run->ctx.services->net, &run->ctx.task);
}

/* An event that ends tokens: there may be no token left to look up. */
static bool run_leave(slack_run_t *run)
{
    const slack_dispatcher_t *dispatcher = run->dispatcher;
    slack_answer_t answer = {0};
    slack__run_forget_revoked(run);
    run->waiter.answered = leave_answered;
    if (dispatcher->leave &&
        !dispatcher->leave(&run->ctx, &run->waiter, &answer, dispatcher->leave_data))
        return false;
    if (answer.status != 0) run_take_answer(run, &answer);
    return true;
}

bool slack__run_authorize(slack_run_t *run)
{
    slack_identity_t *identity = run->dispatcher->identity;
    const slack_delivery_t *d = run->ctx.delivery;
    if (slack__job_is_uninstalled(run->ctx.job)) return true;
    if (slack__tenant_revoked(d->kind, d->body) &&
        !slack__authorizer_canceled(identity->authorizer))
        return run_leave(run);
    slack_tenant_t tenant;
    slack_answer_t answer;
    slack__tenant_of(d->kind, d->body, d->app_id, run->ctx.tenant, &tenant);
    if (d->kind == SLACK_KIND_JOB && !slack__identity_at_home(identity, &tenant)) return true;
    run->waiter.answered = grant_answered;
    if (!slack__identity_grant(identity, &tenant, d->arena, &run->waiter, &answer)) return false;
    run_take_answer(run, &answer);
    return true;
}

void slack__run_forget_revoked(slack_run_t *run)
{
    slack_authorizer_state_t *authorizer = run->dispatcher->identity->authorizer;
    const slack_delivery_t *d = run->ctx.delivery;
    if (!slack__tenant_revoked(d->kind, d->body)) return;
    slack_tenant_t tenant;
    slack__tenant_of(d->kind, d->body, d->app_id, run->ctx.tenant, &tenant);
    /* The cache keeps the installation of an organization without a workspace. */
    const slack_tenant_t gone = {
        .app_id = tenant.app_id,
        .enterprise_id = tenant.enterprise_id,
        .team_id = tenant.is_enterprise_install ? NULL : tenant.team_id,
    };
    slack__authorizer_forget(authorizer, &gone);
}
