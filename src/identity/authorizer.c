/* SPDX-License-Identifier: MIT */
#include "identity/authorizer.h"

#include <stdio.h>
#include <string.h>

#include "context/ctx.h"
#include "identity/tenant_cache.h"
#include "protocol/tenant.h"
#include "util/alloc.h"

/*
 * Deliveries wait for their tenant's answer, which the program gives at once, later, or from
 * another thread: by the same way, so that nothing goes on inside of it.
 */

#define TIMEOUT_MS_DEFAULT  10000
#define TIMEOUT_MS_MAX      600000
#define LIFETIME_MS_DEFAULT 600000
#define LIFETIME_MS_MAX     86400000
#define ENTRIES_DEFAULT     10000
#define ENTRIES_MAX         1000000

/* One tenant's may be so large a part of all the deliveries that an app holds: others have to have
 * room beside one that is slow to be looked up. */
#define WAITING_PART 2
/* How long a refusal is remembered. */
#define REFUSAL_MS 10000

static const char refusal_default[] =
    "This app is not installed here, or has lost its access. Please have it installed again.";

struct slack_authority {
    slack_app_t *app;
    slack_authorizer_t authorizer; /* the refusal is our own */
    slack_tenant_cache_t tenants;
    slack_timer_t timer; /* the first that is asked */
    uint64_t lookups[SLACK_LOOKUPS];
};

typedef slack_tenant_entry_t entry_t;

/* ---- answers, from any thread ---- */

static int answer(slack_authorize_t request, int status, const char *reason, slack_grant_t *grant)
{
    slack_authority_t *a = request.app->authority;
    if (a == NULL) return SLACK_EINVAL;
    int rc = slack__tenant_cache_answer(&a->tenants, request.id, status, reason, grant);
    if (rc == 0) slack__app_wake(request.app);
    return rc;
}

static bool is_set(const char *text)
{
    return text && *text;
}

static bool is_sound(const char *token)
{
    for (; token && *token; token++)
        if (*token <= ' ' || *token > '~') return false;
    return true;
}

int slack_authorize_grant(slack_authorize_t request, const slack_authorization_t *authorization)
{
    const slack_authority_t *a = request.app->authority;
    const char *bot = authorization->bot_token, *user = authorization->user_token;
    if (a == NULL || (!is_set(bot) && !is_set(user))) return SLACK_EINVAL;
    if (is_set(user) && !a->authorizer.per_user) return SLACK_EINVAL;
    if (!is_sound(bot) || !is_sound(user)) return SLACK_EINVAL;
    slack_grant_t *grant = slack__grant_new(authorization);
    return grant ? answer(request, 0, NULL, grant) : SLACK_ENOMEM;
}

int slack_authorize_refuse(slack_authorize_t request, const char *reason)
{
    return answer(request, SLACK_EAUTH, reason, NULL);
}

/* SLACK_EAUTH is what a refusal is told by. */
int slack_authorize_fail(slack_authorize_t request, int status, const char *reason)
{
    return answer(request, status < 0 && status != SLACK_EAUTH ? status : SLACK_EIO, reason, NULL);
}

/* ---- the end of a question ---- */

/* That there is no answer says nothing about the delivery: another attempt may have one. */
static void fail(slack_ctx_t *ctx, int status, const char *reason)
{
    slack_attempt_t *attempt = &ctx->attempt;
    slack__attempt_step_failed(ctx, status, reason);
    if (attempt->hopeless) attempt->heals = attempt->counts = true;
    attempt->hopeless = false;
    ctx->unauthorized = true;
}

static void refuse(slack_ctx_t *ctx, const char *reason)
{
    slack__attempt_step_failed(ctx, SLACK_EAUTH, reason);
    ctx->unauthorized = ctx->refused = true;
}

static void go_on(slack_ctx_t *ctx, const entry_t *e)
{
    const char *reason = *e->reason ? e->reason : NULL;
    if (e->status == SLACK_EAUTH) {
        refuse(ctx, reason);
    } else if (e->status != 0) {
        fail(ctx, e->status, reason);
    } else {
        ctx->grant = ctx->granted = e->grant;
        e->grant->refs++;
        slack__ctx_init_client(ctx);
    }
}

static void tell_waiting(slack_app_t *app, entry_t *e)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&e->waiting)) != NULL) {
        slack_ctx_t *ctx = SLACK_CONTAINER(link, slack_ctx_t, authorize_link);
        ctx->authorizing = false;
        go_on(ctx, e);
        slack__task_post(app->net, &ctx->task);
    }
    e->waiting_count = 0;
}

static void log_and_count(slack_app_t *app, const entry_t *e)
{
    const slack_tenant_t *t = &e->tenant;
    uint64_t *counts = app->authority->lookups;
    if (e->status == 0) {
        counts[SLACK_LOOKUP_GRANTED]++;
        SLACK_LOG(&app->log, DEBUG, "tenant authorized", "app=%s enterprise=%s team=%s user=%s",
                  t->app_id, t->enterprise_id, t->team_id, t->user_id);
        return;
    }
    const bool refused = e->status == SLACK_EAUTH;
    counts[refused ? SLACK_LOOKUP_REFUSED : SLACK_LOOKUP_FAILED]++;
    SLACK_LOG(&app->log, WARN, refused ? "tenant refused" : "tenant not looked up",
              "app=%s enterprise=%s team=%s user=%s deliveries=%zu error=%s reason=%s", t->app_id,
              t->enterprise_id, t->team_id, t->user_id, e->waiting_count, slack_err_name(e->status),
              e->reason);
}

static uint64_t life_ms(const slack_authority_t *a, const entry_t *e)
{
    unsigned life = a->authorizer.lifetime_ms;
    if (e->grant && e->grant->lifetime_ms && e->grant->lifetime_ms < life)
        life = e->grant->lifetime_ms;
    return e->grant || life < REFUSAL_MS ? life : REFUSAL_MS;
}

static void end_question(slack_app_t *app, entry_t *e)
{
    slack_authority_t *a = app->authority;
    log_and_count(app, e);
    tell_waiting(app, e);
    if (!e->forgotten && (e->status == 0 || e->status == SLACK_EAUTH))
        slack__tenant_cache_keep(&a->tenants, e, slack__mono_us(app->clock) + life_ms(a, e) * 1000);
    else
        slack__tenant_cache_drop(&a->tenants, e);
}

/* The oldest question; NULL for none. */
static entry_t *first_asked(slack_authority_t *a)
{
    slack_link_t *asked = &a->tenants.asked;
    return slack__list_empty(asked) ? NULL : SLACK_CONTAINER(asked->next, entry_t, link);
}

static void rearm(slack_app_t *app)
{
    slack_authority_t *a = app->authority;
    const entry_t *first = first_asked(a);
    if (first)
        slack__timer_start_at(app->net, &a->timer, first->until_us);
    else
        slack__timer_stop(app->net, &a->timer);
}

void slack__authorize_run(slack_app_t *app)
{
    slack_authority_t *a = app->authority;
    if (a == NULL || a->tenants.canceled) return;
    entry_t *e;
    while ((e = slack__tenant_cache_answered(&a->tenants)) != NULL)
        end_question(app, e);
    rearm(app);
}

/* One whose answer is on its way is its end by that. */
static void on_timer(slack_timer_t *timer)
{
    slack_authority_t *a = SLACK_CONTAINER(timer, slack_authority_t, timer);
    const uint64_t now = slack__mono_us(a->app->clock);
    entry_t *e;
    while ((e = first_asked(a)) != NULL && e->until_us <= now) {
        if (!slack__tenant_cache_expire(&a->tenants, e)) return;
        snprintf(e->reason, sizeof e->reason, "no answer within %u ms", a->authorizer.timeout_ms);
        end_question(a->app, e);
    }
    rearm(a->app);
}

/* ---- the way of a delivery ---- */

static void ask(slack_app_t *app, const entry_t *e)
{
    const slack_authorizer_t *by = &app->authority->authorizer;
    const slack_authorize_t request = {app, e->id};
    int rc = by->fn(request, &e->tenant, by->user_data);
    if (rc != 0) slack_authorize_fail(request, rc, "the function failed");
}

static bool wait_for(slack_ctx_t *ctx, entry_t *e)
{
    if (e->waiting_count >= ctx->app->options.max_deliveries / WAITING_PART + 1) {
        fail(ctx, SLACK_EBUSY, "too many wait to be authorized");
        return true;
    }
    slack__list_push(&e->waiting, &ctx->authorize_link);
    e->waiting_count++;
    ctx->authorizing = true;
    return false;
}

static bool use_known(slack_ctx_t *ctx, entry_t *e)
{
    ctx->app->authority->lookups[SLACK_LOOKUP_REMEMBERED]++;
    slack__tenant_cache_used(&ctx->app->authority->tenants, e);
    go_on(ctx, e);
    return true;
}

static bool out_of_memory(slack_ctx_t *ctx)
{
    fail(ctx, SLACK_ENOMEM, "out of memory");
    return true;
}

/* Without a token of its own, a delivery goes on with the one of its tenant. */
static bool look_up(slack_ctx_t *ctx)
{
    slack_app_t *app = ctx->app;
    slack_authority_t *a = app->authority;
    const uint64_t now = slack__mono_us(app->clock);
    slack_tenant_t tenant;
    slack__tenant_of(ctx->d->kind, ctx->d->body, ctx->d->app_id, ctx->tenant, &tenant);
    slack_slice_t key =
        slack__tenant_cache_key(slack__ctx_arena(ctx), &tenant, a->authorizer.per_user);
    if (key.ptr == NULL) return out_of_memory(ctx);
    entry_t *e = slack__tenant_cache_find(&a->tenants, key, now);
    if (e) return e->known ? use_known(ctx, e) : wait_for(ctx, e);
    e = slack__tenant_cache_ask(&a->tenants, key, now + (uint64_t)a->authorizer.timeout_ms * 1000);
    if (e == NULL) return out_of_memory(ctx);
    rearm(app);
    bool settled = wait_for(ctx, e);
    ask(app, e);
    return settled;
}

bool slack__authorize_ctx(slack_ctx_t *ctx)
{
    if (ctx->app->authority == NULL) return true;
    if (ctx->app->authority->tenants.canceled) {
        fail(ctx, SLACK_ECANCELED, "the app stops");
        return true;
    }
    if (!slack__tenant_revoked(ctx->d->kind, ctx->d->body)) return look_up(ctx);
    slack__authorize_revoked(ctx);
    return true;
}

void slack__authorize_leave(slack_ctx_t *ctx)
{
    slack__unlink(&ctx->authorize_link);
    ctx->authorizing = false;
}

/* ---- forgetting ---- */

void slack_app_forget(slack_app_t *app, const slack_tenant_t *tenant)
{
    static const slack_tenant_t all;
    if (app->authority)
        slack__tenant_cache_forget(&app->authority->tenants, tenant ? tenant : &all);
}

/* An installation of a whole organization is remembered without a workspace. */
void slack__authorize_revoked(slack_ctx_t *ctx)
{
    slack_tenant_t t;
    const slack_delivery_t *d = ctx->d;
    if (ctx->app->authority == NULL || !slack__tenant_revoked(d->kind, d->body)) return;
    slack__tenant_of(d->kind, d->body, d->app_id, ctx->tenant, &t);
    slack_app_forget(ctx->app, &(slack_tenant_t){
                                   .app_id = t.app_id,
                                   .enterprise_id = t.enterprise_id,
                                   .team_id = t.is_enterprise_install ? NULL : t.team_id,
                               });
}

void slack__authorize_token_failed(slack_app_t *app, uint64_t owner)
{
    slack_authority_t *a = app->authority;
    entry_t *e = a ? slack__tenant_cache_of_grant(&a->tenants, owner) : NULL;
    if (e == NULL) return;
    SLACK_LOG(&app->log, WARN, "Slack refuses a tenant's token, which is looked up anew",
              "app=%s enterprise=%s team=%s", e->tenant.app_id, e->tenant.enterprise_id,
              e->tenant.team_id);
    slack__tenant_cache_drop(&a->tenants, e);
}

/* ---- life ---- */

/* Fill in what is not set. False for a figure out of its range. */
static bool set_default(unsigned *figure, unsigned preset, unsigned max)
{
    if (*figure == 0) *figure = preset;
    return *figure <= max;
}

static int read_authorizer(slack_authorizer_t *ret, const slack_authorizer_t *from)
{
    *ret = *from;
    bool good = from->fn && set_default(&ret->timeout_ms, TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX) &&
                set_default(&ret->lifetime_ms, LIFETIME_MS_DEFAULT, LIFETIME_MS_MAX) &&
                set_default(&ret->cache_entries, ENTRIES_DEFAULT, ENTRIES_MAX);
    if (ret->refusal == NULL) ret->refusal = refusal_default;
    return good ? 0 : SLACK_EINVAL;
}

static slack_authority_t *authority_new(slack_app_t *app, const slack_authorizer_t *authorizer)
{
    slack_authority_t *a = slack__calloc(1, sizeof *a);
    if (a == NULL) return NULL;
    a->app = app;
    a->authorizer = *authorizer;
    a->authorizer.refusal = slack__strdup(authorizer->refusal);
    slack__timer_init(&a->timer, on_timer);
    if (a->authorizer.refusal && slack__tenant_cache_init(&a->tenants, authorizer->cache_entries,
                                                          app->options.max_deliveries) == 0)
        return a;
    slack__free((char *)(uintptr_t)a->authorizer.refusal);
    slack__free(a);
    return NULL;
}

int slack_app_authorize(slack_app_t *app, const slack_authorizer_t *authorizer)
{
    slack_authorizer_t own;
    if (authorizer == NULL || read_authorizer(&own, authorizer) != 0) return SLACK_EINVAL;
    if (app->authority || app->state != APP_NEW) return SLACK_EALREADY;
    app->authority = authority_new(app, &own);
    return app->authority ? 0 : SLACK_ENOMEM;
}

void slack__authorize_cancel(slack_app_t *app)
{
    slack_authority_t *a = app->authority;
    if (a == NULL) return;
    slack__timer_stop(app->net, &a->timer);
    slack__tenant_cache_cancel(&a->tenants);
}

void slack__authority_free(slack_authority_t *a)
{
    if (a == NULL) return;
    slack__tenant_cache_done(&a->tenants);
    if (a->authorizer.user_data_free) a->authorizer.user_data_free(a->authorizer.user_data);
    slack__free((char *)(uintptr_t)a->authorizer.refusal);
    slack__free(a);
}

const char *slack__authorize_refusal(const slack_app_t *app)
{
    return app->authority->authorizer.refusal;
}

void slack__authority_counts(const slack_app_t *app, size_t *ret_open, size_t *ret_known)
{
    const slack_authority_t *a = app->authority;
    *ret_open = a ? a->tenants.asked_count : 0;
    *ret_known = a ? slack__tenant_cache_known(&a->tenants) : 0;
}

const uint64_t *slack__authority_lookups(const slack_app_t *app)
{
    return app->authority->lookups;
}
