/* SPDX-License-Identifier: MIT */
#include "identity/authorizer.h"

#include <stdio.h>
#include <string.h>

#include "identity/tenant_cache.h"
#include "util/alloc.h"
#include "util/str.h"

#define TIMEOUT_MS_DEFAULT  10000
#define TIMEOUT_MS_MAX      600000
#define LIFETIME_MS_DEFAULT 600000
#define LIFETIME_MS_MAX     86400000
#define ENTRIES_DEFAULT     10000
#define ENTRIES_MAX         1000000

/* The deliveries of one tenant may be at most a half of all that wait, so that a slow lookup of one
 * tenant leaves room for the others. */
#define WAITING_PART 2
/* How long a refusal is remembered. */
#define REFUSAL_MS 10000

static const char refusal_default[] =
    "This app is not installed here, or has lost its access. Please have it installed again.";

struct slack_authorizer_state {
    slack_app_t *app;
    slack_net_t *net;
    slack_authorizer_t options; /* with a copy of the refusal */
    unsigned max_waiting;
    void (*wake)(void *user_data);
    void *wake_data;
    slack_tenant_cache_t tenants;
    slack_timer_t timer;            /* the time-out of the oldest question */
    const slack_refused_t *refused; /* while `options.fn` runs */
    uint64_t lookups[SLACK_LOOKUPS];
};

typedef slack_tenant_entry_t entry_t;

/* ---- answers, from any thread ---- */

static int question_answer(slack_authorizer_state_t *a, uint64_t id, int status, const char *reason,
                           const slack_authorization_t *granted)
{
    int rc = slack__tenant_cache_answer(&a->tenants, id, status, reason, granted);
    if (rc == 0) a->wake(a->wake_data);
    return rc;
}

int slack__authorizer_grant(slack_authorizer_state_t *a, uint64_t id,
                            const slack_authorization_t *authorization)
{
    slack_slice_t bot = slack__slice_strip(slack__slice(authorization->bot_token));
    slack_slice_t user = slack__slice_strip(slack__slice(authorization->user_token));
    if (bot.len == 0 && user.len == 0) return SLACK_EINVAL;
    if (user.len > 0 && !a->options.per_user) return SLACK_EINVAL;
    if (!slack__is_visible(bot) || !slack__is_visible(user)) return SLACK_EINVAL;
    return question_answer(a, id, 0, NULL, authorization);
}

int slack__authorizer_refuse(slack_authorizer_state_t *a, uint64_t id, const char *reason)
{
    return question_answer(a, id, SLACK_EAUTH, reason, NULL);
}

int slack__authorizer_fail(slack_authorizer_state_t *a, uint64_t id, int status, const char *reason)
{
    if (status >= 0 || status == SLACK_EAUTH) status = SLACK_EIO; /* SLACK_EAUTH is a refusal */
    return question_answer(a, id, status, reason, NULL);
}

/* ---- the end of a question ---- */

static slack_answer_t answer_of(const entry_t *e)
{
    return (slack_answer_t){
        .status = e->status,
        .reason = *e->reason ? e->reason : NULL,
        .grant = e->grant,
    };
}

static void answer_waiters(entry_t *e)
{
    const slack_answer_t given = answer_of(e);
    slack_link_t *link;
    while ((link = slack__list_shift(&e->waiting)) != NULL) {
        slack_waiter_t *waiter = SLACK_CONTAINER(link, slack_waiter_t, link);
        slack__grant_ref(e->grant);
        waiter->answered(waiter, &given);
    }
    e->waiting_count = 0;
}

static void log_and_count(slack_authorizer_state_t *a, const entry_t *e)
{
    const slack_tenant_t *t = &e->tenant;
    if (e->status == 0) {
        a->lookups[SLACK_LOOKUP_GRANTED]++;
        SLACK_LOG(a->net->log, DEBUG, "tenant authorized", "app=%s enterprise=%s team=%s user=%s",
                  t->app_id, t->enterprise_id, t->team_id, t->user_id);
        return;
    }
    const bool refused = e->status == SLACK_EAUTH;
    a->lookups[refused ? SLACK_LOOKUP_REFUSED : SLACK_LOOKUP_FAILED]++;
    SLACK_LOG(a->net->log, WARN, refused ? "tenant refused" : "tenant lookup failed",
              "app=%s enterprise=%s team=%s user=%s deliveries=%zu error=%s reason=%s", t->app_id,
              t->enterprise_id, t->team_id, t->user_id, e->waiting_count, slack_err_name(e->status),
              e->reason);
}

static const slack_credential_ops_t grant_credential_ops;

/* The cache keeps answers and refusals. It drops failures, so that the next delivery asks again. */
static void question_end(slack_authorizer_state_t *a, entry_t *e)
{
    log_and_count(a, e);
    if (e->grant) { /* from now on the calls with its tokens can ask for other ones */
        e->grant->authorizer = a;
        e->grant->bot.credential.ops = e->grant->user.credential.ops = &grant_credential_ops;
    }
    answer_waiters(e);
    uint64_t life_ms = a->options.lifetime_ms;
    if (e->grant && e->grant->lifetime_ms && e->grant->lifetime_ms < life_ms)
        life_ms = e->grant->lifetime_ms;
    if (!e->grant && life_ms > REFUSAL_MS) life_ms = REFUSAL_MS;
    if (!e->forgotten && (e->status == 0 || e->status == SLACK_EAUTH))
        slack__tenant_cache_keep(&a->tenants, e, slack__mono_us(a->net->clock) + life_ms * 1000);
    else
        slack__tenant_cache_drop(&a->tenants, e);
}

/* The oldest question; NULL if there is none. */
static entry_t *first_asked(slack_authorizer_state_t *a)
{
    slack_link_t *asked = &a->tenants.asked;
    return slack__list_empty(asked) ? NULL : SLACK_CONTAINER(asked->next, entry_t, link);
}

static void authorizer_rearm(slack_authorizer_state_t *a)
{
    const entry_t *first = first_asked(a);
    if (first)
        slack__timer_start_at(a->net, &a->timer, first->until_us);
    else
        slack__timer_stop(a->net, &a->timer);
}

void slack__authorizer_run(slack_authorizer_state_t *a)
{
    if (a->tenants.canceled) return;
    entry_t *e;
    while ((e = slack__tenant_cache_answered(&a->tenants)) != NULL)
        question_end(a, e);
    authorizer_rearm(a);
}

/* If another thread has just answered a question, that answer ends it. */
static void question_timed_out(slack_timer_t *timer)
{
    slack_authorizer_state_t *a = SLACK_CONTAINER(timer, slack_authorizer_state_t, timer);
    const uint64_t now = slack__mono_us(a->net->clock);
    entry_t *e;
    while ((e = first_asked(a)) != NULL && e->until_us <= now) {
        if (!slack__tenant_cache_expire(&a->tenants, e)) return;
        snprintf(e->reason, sizeof e->reason, "no answer within %u ms", a->options.timeout_ms);
        question_end(a, e);
    }
    authorizer_rearm(a);
}

/* ---- asking ---- */

static bool question_failed(slack_answer_t *ret, int status, const char *reason)
{
    *ret = (slack_answer_t){.status = status, .reason = reason};
    return true;
}

static bool question_wait(slack_authorizer_state_t *a, entry_t *e, slack_waiter_t *waiter,
                          slack_answer_t *ret)
{
    if (e->waiting_count >= a->max_waiting / WAITING_PART + 1)
        return question_failed(ret, SLACK_EBUSY, "too many deliveries wait for this tenant");
    slack__list_push(&e->waiting, &waiter->link);
    e->waiting_count++;
    return false;
}

/* As slack__authorizer_ask(), with the key of the tenant. */
static bool question_ask(slack_authorizer_state_t *a, slack_slice_t key, slack_waiter_t *waiter,
                         slack_answer_t *ret)
{
    if (a->tenants.canceled) return question_failed(ret, SLACK_ECANCELED, "the app stops");
    const uint64_t now = slack__mono_us(a->net->clock);
    entry_t *e = slack__tenant_cache_find(&a->tenants, key, now);
    if (e && !e->known) return question_wait(a, e, waiter, ret);
    if (e) {
        a->lookups[SLACK_LOOKUP_REMEMBERED]++;
        slack__tenant_cache_used(&a->tenants, e);
        *ret = answer_of(e);
        slack__grant_ref(e->grant);
        return true;
    }
    e = slack__tenant_cache_ask(&a->tenants, key, now + (uint64_t)a->options.timeout_ms * 1000);
    if (e == NULL) return question_failed(ret, SLACK_ENOMEM, "out of memory");
    authorizer_rearm(a);
    const bool settled = question_wait(a, e, waiter, ret);
    const slack_authorize_t request = {a->app, e->id};
    int rc = a->options.fn(request, &e->tenant, a->options.user_data);
    if (rc != 0) slack__authorizer_fail(a, e->id, rc, "the authorizer's function failed");
    return settled;
}

bool slack__authorizer_ask(slack_authorizer_state_t *a, slack_tenant_t *tenant,
                           slack_arena_t *arena, slack_waiter_t *waiter, slack_answer_t *ret)
{
    const slack_slice_t key = slack__tenant_cache_key(arena, tenant, a->options.per_user);
    if (key.ptr == NULL) return question_failed(ret, SLACK_ENOMEM, "out of memory");
    return question_ask(a, key, waiter, ret);
}

void slack__authorizer_forget(slack_authorizer_state_t *a, const slack_tenant_t *tenant)
{
    static const slack_tenant_t all;
    slack__tenant_cache_forget(&a->tenants, tenant ? tenant : &all);
}

/* ---- tokens that Slack refuses ---- */

const slack_refused_t *slack__authorizer_refused(const slack_authorizer_state_t *a)
{
    return a->refused;
}

/* Whether a grant has another text for a token of an earlier grant. */
static bool grant_differs(const slack_grant_t *grant, const slack_token_t *token)
{
    const char *text = token == &token->grant->user ? grant->user.text : grant->bot.text;
    return text && strcmp(text, token->text) != 0;
}

/* Forgets the refused token, if the cache has it. A newer grant of the cache is the result. */
static bool renewed_before(slack_authorizer_state_t *a, slack_token_t *token, const char *error)
{
    slack_grant_t *grant = token->grant;
    if (grant->next) return true;
    entry_t *e = slack__tenant_cache_find(&a->tenants, grant->key, slack__mono_us(a->net->clock));
    if (e == NULL || !e->known || e->grant == NULL) return false;
    if (grant_differs(e->grant, token)) {
        grant->next = e->grant;
        grant->next->refs++;
        return true;
    }
    SLACK_LOG(a->net->log, WARN, "Slack refuses a tenant's token, it is looked up again",
              "app=%s enterprise=%s team=%s error=%s", e->tenant.app_id, e->tenant.enterprise_id,
              e->tenant.team_id, error);
    slack__tenant_cache_drop(&a->tenants, e);
    return false;
}

static void grant_answered(slack_waiter_t *waiter, const slack_answer_t *answer)
{
    slack_grant_t *grant = SLACK_CONTAINER(waiter, slack_grant_t, waiter);
    slack_link_t *link;
    grant->refs++; /* the last call that waits may let it go */
    if (answer->status == 0) grant->next = answer->grant;
    if (answer->status == 0 && !grant_differs(answer->grant, grant->refused)) {
        /* The new grant has the refused token: nobody else gets it from the cache. */
        slack_authorizer_state_t *a = grant->authorizer;
        entry_t *e =
            slack__tenant_cache_find(&a->tenants, grant->key, slack__mono_us(a->net->clock));
        if (e) e->forgotten = true;
    }
    while ((link = slack__list_shift(&grant->renewals)) != NULL) {
        slack_renewal_t *renewal = SLACK_CONTAINER(link, slack_renewal_t, link);
        renewal->status = answer->status;
        renewal->why = answer->reason;
        renewal->renewed(renewal);
    }
    slack__grant_unref(grant);
}

static bool grant_renew(slack_credential_t *credential, const char *error, slack_renewal_t *renewal)
{
    slack_token_t *token = slack__grant_token(credential);
    slack_grant_t *grant = token->grant;
    slack_authorizer_state_t *a = grant->authorizer;
    slack_answer_t answer = {0};
    const bool asked = slack__linked(&grant->waiter.link);
    const bool before = !asked && renewed_before(a, token, error);
    if (renewal == NULL) return false;
    if (!asked && !before) {
        const slack_refused_t refused = {token->text, error};
        grant->waiter.answered = grant_answered;
        grant->refused = token;
        a->refused = &refused;
        const bool settled = question_ask(a, grant->key, &grant->waiter, &answer);
        a->refused = NULL;
        if (settled && answer.status == 0) grant->next = answer.grant;
    }
    renewal->status = answer.status;
    renewal->why = answer.reason;
    if (!slack__linked(&grant->waiter.link)) return false;
    slack__list_push(&grant->renewals, &renewal->link);
    return true;
}

static const slack_credential_ops_t grant_credential_ops = {.hold = slack__grant_hold,
                                                            .release = slack__grant_release,
                                                            .token = slack__grant_text,
                                                            .renew = grant_renew};

/* ---- life ---- */

/* Sets a figure to its default if it is 0. False if the figure is out of range. */
static bool set_default(unsigned *figure, unsigned preset, unsigned max)
{
    if (*figure == 0) *figure = preset;
    return *figure <= max;
}

static bool authorizer_resolve(slack_authorizer_t *options)
{
    return options->fn && set_default(&options->timeout_ms, TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX) &&
           set_default(&options->lifetime_ms, LIFETIME_MS_DEFAULT, LIFETIME_MS_MAX) &&
           set_default(&options->cache_entries, ENTRIES_DEFAULT, ENTRIES_MAX);
}

bool slack__authorizer_is_sound(const slack_authorizer_t *authorizer)
{
    slack_authorizer_t options = *authorizer;
    return authorizer_resolve(&options);
}

int slack__authorizer_new(slack_authorizer_state_t **ret, const slack_authorizer_t *authorizer,
                          slack_app_t *app, unsigned max_waiting, void (*wake)(void *user_data),
                          void *user_data)
{
    slack_authorizer_t own = *authorizer;
    if (!authorizer_resolve(&own)) return SLACK_EINVAL;
    slack_authorizer_state_t *a = slack__calloc(1, sizeof *a);
    if (a == NULL) return SLACK_ENOMEM;
    a->app = app;
    a->max_waiting = max_waiting;
    a->wake = wake;
    a->wake_data = user_data;
    a->options = own;
    a->options.refusal = slack__strdup(own.refusal ? own.refusal : refusal_default);
    slack__timer_init(&a->timer, question_timed_out);
    if (a->options.refusal == NULL ||
        slack__tenant_cache_init(&a->tenants, own.cache_entries, max_waiting) != 0) {
        slack__free((char *)(uintptr_t)a->options.refusal);
        slack__free(a);
        return SLACK_ENOMEM;
    }
    *ret = a;
    return 0;
}

void slack__authorizer_free(slack_authorizer_state_t *a)
{
    if (a == NULL) return;
    slack__tenant_cache_done(&a->tenants);
    if (a->options.user_data_free) a->options.user_data_free(a->options.user_data);
    slack__free((char *)(uintptr_t)a->options.refusal);
    slack__free(a);
}

void slack__authorizer_start(slack_authorizer_state_t *a, slack_net_t *net)
{
    a->net = net;
}

void slack__authorizer_cancel(slack_authorizer_state_t *a)
{
    if (a->net) slack__timer_stop(a->net, &a->timer);
    slack__tenant_cache_cancel(&a->tenants);
}

bool slack__authorizer_canceled(const slack_authorizer_state_t *a)
{
    return a->tenants.canceled;
}

const char *slack__authorizer_refusal(const slack_authorizer_state_t *a)
{
    return a->options.refusal;
}

const uint64_t *slack__authorizer_lookups(const slack_authorizer_state_t *a)
{
    return a->lookups;
}

void slack__authorizer_counts(const slack_authorizer_state_t *a, size_t *ret_open,
                              size_t *ret_known)
{
    *ret_open = a->tenants.asked_count;
    *ret_known = slack__tenant_cache_known(&a->tenants);
}
