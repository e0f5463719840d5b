/* SPDX-License-Identifier: MIT */
#include "context/failure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "context/ctx.h"
#include "protocol/api_error.h"
#include "util/alloc.h"
#include "util/error.h"
#include "webapi/response.h"

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
                              "one delivery, and the rest in jobs (slack_defer())";

/* A delivery that has used up its own share of memory does so in every attempt. */
static slack_fault_t fault_cause(const slack_ctx_t *ctx, const slack_fault_t *fault)
{
    if (fault->status != SLACK_ENOMEM) return *fault;
    bool full = slack__arena_is_full(ctx->delivery->arena);
    for (const slack_work_t *work = ctx->works; work && !full; work = work->next)
        full = slack__arena_is_full(work->arena);
    return full ? (slack_fault_t){.status = SLACK_ETOOBIG, .why = used_up} : *fault;
}

/* ---- sentences ---- */

int slack__ctx_fail(slack_ctx_t *ctx, int status, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    slack__failure_leave(ctx, status, slack__arena_vprintf(slack__ctx_arena(ctx), format, ap));
    va_end(ap);
    return status;
}

const char *slack__ctx_text(slack_ctx_t *ctx, const char *caller, slack_arena_t *arena,
                            const char *format, va_list ap)
{
    va_list measured;
    va_copy(measured, ap);
    errno = 0;
    const int len = format ? vsnprintf(NULL, 0, format, measured) : 0;
    const bool malformed = len < 0 && errno != ENOMEM; /* as "100%" */
    va_end(measured);
    const char *text = len < 0 ? NULL : slack__arena_vprintf(arena, format, ap);
    if (malformed)
        slack__ctx_fail(ctx, SLACK_EINVAL,
                        "%s: the format is malformed: pass the text as an argument of %%s", caller);
    else if (text == NULL)
        slack__ctx_fail(ctx, SLACK_ENOMEM, "%s: %s: %s", caller, slack_strerror(SLACK_ENOMEM),
                        slack__error_cure(SLACK_ENOMEM));
    return text;
}

const char *slack_ctx_strerror(slack_ctx_t *ctx, int err)
{
    SLACK_CTX_ACT_OR(ctx, slack_strerror(err));
    const slack_fault_t *left = &slack__ctx_voice(ctx)->fault;
    if (err == 0) return slack_strerror(0);
    if (left->status != err && !slack__on_worker(ctx)) left = &ctx->failure.first;
    return left->status == err ? slack__fault_why(left) : slack_strerror(err);
}

const char *slack__ctx_what(const slack_ctx_t *ctx)
{
    const char *type = slack_json_str(slack_ctx_event(ctx), "/type");
    return *type ? type : slack_kind_name(ctx->delivery->kind);
}

/* ---- faults ---- */

slack_fault_t slack__fault_returned(slack_ctx_t *ctx, const slack_voice_t *voice, int status,
                                    const char *who)
{
    if (voice->fault.status == status) return voice->fault;
    const bool known = strcmp(slack_err_name(status), "SLACK_UNKNOWN") != 0;
    const char *cure = slack__error_cure(status);
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const char *why =
        known ? slack__arena_printf(arena, "%s returned %s, %s%s%s", who, slack_err_name(status),
                                    slack_strerror(status), *cure ? ": " : "", cure)
              : slack__arena_printf(arena,
                                    "%s returned %d, which is no error code: return 0 or a "
                                    "SLACK_E… code; a return statement may be missing",
                                    who, status);
    return (slack_fault_t){.status = status, .why = why};
}

slack_fault_t slack__fault_of_call(slack_arena_t *arena, const slack_response_t *response)
{
    const bool answered = response->json != NULL || response->status == SLACK_EAPI;
    return (slack_fault_t){
        .status = response->status,
        .method = slack__arena_strdup(arena, response->method),
        .word = answered ? slack__arena_strdup(arena, response->error) : NULL,
        .why = slack__response_why(response, arena),
    };
}

static bool is_known(const slack_failure_t *f, const slack_fault_t *fault)
{
    const slack_fault_t *other = &f->first;
    const slack_also_t *also = f->also;
    for (;; also = also->next) {
        if (other->status == fault->status &&
            strcmp(slack__fault_why(other), slack__fault_why(fault)) == 0)
            return true;
        if (also == NULL) return false;
        other = &also->fault;
    }
}

static void log_left(slack_ctx_t *ctx, const slack_also_t *left)
{
    const slack_fault_t fault = fault_cause(ctx, &left->fault);
    /* A user may stop a stream; the handler then returns 0. */
    if (fault.status == SLACK_ESTOPPED || is_known(&ctx->failure, &fault)) return;
    SLACK_LOG(slack__ctx_log(ctx), ERROR, "error not returned",
              "kind=%s listener=%s error=%s reason=%s", slack_kind_name(ctx->delivery->kind),
              left->listener, slack_err_name(fault.status), slack__fault_why(&fault));
}

void slack__failure_leave(slack_ctx_t *ctx, int status, const char *why)
{
    slack_voice_t *voice = slack__ctx_voice(ctx);
    const slack_also_t left = {.next = voice->left,
                               .fault = {.status = status, .why = why},
                               .listener = slack_ctx_listener(ctx)};
    voice->fault = left.fault;
    for (const slack_also_t *cause = voice->left; cause; cause = cause->next)
        if (strstr(slack__fault_why(&left.fault), slack__fault_why(&cause->fault))) return;
    if (++voice->left_count > SLACK_ALSO_MAX) return;
    const bool ended = !slack__on_worker(ctx) && ctx->phase >= SLACK_CTX_ENDED;
    slack_also_t *kept = ended ? NULL : slack__arena_alloc(slack__ctx_arena(ctx), sizeof *kept);
    if (kept == NULL) {
        if (!slack__on_worker(ctx)) log_left(ctx, &left);
        return;
    }
    *kept = left;
    voice->left = kept;
}

void slack__failure_log_left(slack_ctx_t *ctx, const slack_voice_t *voice)
{
    for (const slack_also_t *left = voice->left; left; left = left->next)
        log_left(ctx, left);
}

/* Keeps an error after the first one for the log. */
static void note_also(slack_ctx_t *ctx, const slack_fault_t *fault, const char *listener)
{
    slack_failure_t *f = &ctx->failure;
    if (is_known(f, fault) || ++f->also_count > SLACK_ALSO_MAX) return;
    slack_also_t *also = slack__arena_alloc(ctx->delivery->arena, sizeof *also), **end = &f->also;
    if (also == NULL) return;
    *also = (slack_also_t){.fault = *fault, .listener = listener};
    while (*end)
        end = &(*end)->next;
    *end = also;
}

void slack__failure_note(slack_ctx_t *ctx, const slack_fault_t *noted)
{
    slack_failure_t *f = &ctx->failure;
    const slack_fault_t cause = fault_cause(ctx, noted), *fault = &cause;
    const bool api = fault->status == SLACK_EAPI;
    const char *listener = f->current.open ? ctx->hit->rule->listener.name : NULL;
    /* The next attempt looks up the token of a tenant again. The app's own token stays dead. */
    const bool heals =
        slack__heals(fault->status, fault->word) ||
        (api && !ctx->grant->own && slack__api_error(fault->word) == SLACK_API_DEAD_TOKEN);
    if (f->first.status == 0) {
        f->first = *fault;
        f->listener = listener;
    } else {
        note_also(ctx, fault, listener);
    }
    /* The calls that the program makes about an error it has learned of fail on their own. */
    if (!f->current.open && f->reported) return;
    const bool counts = heals && !slack__failure_is_local(ctx, fault->status);
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
    f->current.error = fault->status;
    f->current.word = fault->word;
}
