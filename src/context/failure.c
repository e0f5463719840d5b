/* SPDX-License-Identifier: MIT */
#include "context/failure.h"

#include <string.h>

#include "context/ctx.h"
#include "protocol/api_error.h"
#include "util/alloc.h"
#include "util/error.h"

bool slack__heals(int status, const char *reason)
{
    if (status == SLACK_EAPI) return reason == NULL || slack__api_error_heals(reason);
    return slack__error_heals(status);
}

bool slack__failure_is_local(const slack_ctx_t *ctx, int status)
{
    const slack_failure_t *failure = &ctx->failure;
    switch (status) {
    case SLACK_EBUSY:
    case SLACK_ESTORE: return failure->no_room || ctx->client.refused || ctx->user_client.refused;
    case SLACK_ENOMEM: return slack__alloc_failures() != failure->alloc_failures;
    case SLACK_ECLOSED:
    case SLACK_ECANCELED: return atomic_load(&ctx->services->stopping);
    default: return false;
    }
}

static const char used_up[] = "the handler has used up its 16 MiB for JSON and texts: do less in "
                              "one delivery, and the rest in "
                              "jobs (slack_defer())";

int slack__failure_cause(const slack_ctx_t *ctx, int status, const char **reason)
{
    if (status != SLACK_ENOMEM) return status;
    bool full = slack__arena_is_full(ctx->delivery->arena);
    for (const slack_work_t *work = ctx->works; work && !full; work = work->next)
        full = slack__arena_is_full(work->arena);
    if (!full) return status;
    *reason = used_up;
    return SLACK_ETOOBIG;
}

void slack__failure_note(slack_ctx_t *ctx, int status, const char *reason)
{
    slack_failure_t *f = &ctx->failure;
    status = slack__failure_cause(ctx, status, &reason);
    const bool api = status == SLACK_EAPI;
    /* The next attempt looks up the token of a tenant again. The app's own token stays dead. */
    const bool heals = slack__heals(status, api ? reason : NULL) ||
                       (api && ctx->grant->number != SLACK_OWNER_APP &&
                        slack__api_error(reason) == SLACK_API_DEAD_TOKEN);
    if (reason && reason != used_up) reason = slack__arena_strdup(slack__ctx_arena(ctx), reason);
    if (f->status == 0) {
        f->status = status;
        f->reason = reason;
        if (f->current.open) f->listener = ctx->hit->rule->listener.name;
    }
    const bool counts = heals && !slack__failure_is_local(ctx, status);
    if (counts) f->counts = true;
    if (!f->current.open) {
        *(heals ? &f->heals : &f->hopeless) = true;
        return;
    }
    if (counts) f->current.counts = true;
    /* The first error stays. A handler that returns the code of its failed call would replace the
     * call's reason by none. */
    if (f->current.error != 0 && (heals || !f->current.heals)) return;
    f->current.heals = heals;
    f->current.error = status;
    f->current.reason = reason;
}
