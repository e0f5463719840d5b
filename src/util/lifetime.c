/* SPDX-License-Identifier: MIT */
#include "util/lifetime.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <slack/error.h>

#include "util/alloc.h"

/* Ended objects whose memory is kept. After as many more, a pointer to one may be taken for a new
 * object, or is unknown. */
#define ENDED_MAX 1024
#define LIVE_MAX  (1u << 20)

/* An object with its record in front. */
struct life {
    slack_link_t link; /* lifetimes->ended, once the object has ended */
    const void *object;
    size_t size;
    char listener[64]; /* that ran last */
    _Alignas(max_align_t) char data[];
};

atomic_bool slack__lifetimes_checking;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* for all that follows */
static slack_link_t apps = {&apps, &apps};
static unsigned checking, unchecking; /* apps that check, and those that do not */

static slack_slice_t life_key(const void *value)
{
    const struct life *life = value;
    return (slack_slice_t){(const char *)&life->object, sizeof life->object};
}

void slack__lifetimes_init(slack_lifetimes_t *lifetimes, const slack_logger_t *log)
{
    *lifetimes = (slack_lifetimes_t){.log = log};
    slack__link_init(&lifetimes->ended);
    pthread_mutex_lock(&lock);
    slack__list_push(&apps, &lifetimes->link);
    unchecking++;
    pthread_mutex_unlock(&lock);
#ifdef SLACK_CHECK_LIFETIMES
    slack__lifetimes_check(lifetimes);
#endif
}

/* The lock is held. `did` continues `what`. */
static void keep_misuse(slack_lifetimes_t *lifetimes, const char *what, const char *did,
                        const char *listener, const char *cure)
{
    if (*lifetimes->misuse == '\0')
        snprintf(lifetimes->misuse, sizeof lifetimes->misuse, "%.64s%s%s%.64s: %s", what, did,
                 *listener ? ", in the listener " : "", listener, cure);
}

void slack__lifetimes_misused(slack_lifetimes_t *lifetimes, const char *what, const char *listener,
                              const char *cure)
{
    pthread_mutex_lock(&lock);
    keep_misuse(lifetimes, what, "", listener, cure);
    pthread_mutex_unlock(&lock);
}

/* A slack_over_fn. */
static void report_part(const char *what)
{
    pthread_mutex_lock(&lock);
    for (slack_link_t *link = apps.next; link != &apps; link = link->next) {
        slack_lifetimes_t *app = SLACK_CONTAINER(link, slack_lifetimes_t, link);
        if (!app->checks) continue;
        SLACK_LOG(
            app->log, ERROR, "used after its end", "what=%s hint=%s", what,
            "it lives no longer than its delivery, or its callback: copy what is needed later");
        keep_misuse(app, what, " was used after its end", "", "copy what is needed later");
        break;
    }
    pthread_mutex_unlock(&lock);
}

void slack__lifetimes_check(slack_lifetimes_t *lifetimes)
{
    if (lifetimes->checks) return;
    pthread_mutex_lock(&lock);
    lifetimes->checks = true;
    unchecking--;
    if (checking++ == 0) slack__arenas_keep(report_part);
    atomic_store(&slack__lifetimes_checking, true);
    pthread_mutex_unlock(&lock);
}

/* Frees the oldest ended object. */
static void ended_free(slack_lifetimes_t *lifetimes)
{
    lifetimes->ended_count--;
    slack__free(SLACK_CONTAINER(slack__list_shift(&lifetimes->ended), struct life, link));
}

void slack__lifetimes_done(slack_lifetimes_t *lifetimes)
{
    pthread_mutex_lock(&lock);
    slack__unlink(&lifetimes->link);
    if (!lifetimes->checks)
        unchecking--;
    else if (--checking == 0)
        slack__arenas_keep(NULL);
    while (lifetimes->ended_count > 0)
        ended_free(lifetimes);
    slack__map_free(lifetimes->live, NULL);
    pthread_mutex_unlock(&lock);
}

void *slack__lifetime_begin(slack_lifetimes_t *lifetimes, slack_arena_t *arena, size_t size)
{
    if (!lifetimes->checks) return slack__arena_calloc(arena, size);
    struct life *life = slack__calloc(1, sizeof *life + size);
    if (life == NULL) return NULL;
    slack__link_init(&life->link);
    life->object = life->data;
    life->size = size;
    pthread_mutex_lock(&lock);
    if (lifetimes->live == NULL) lifetimes->live = slack__map_new_keyed(LIVE_MAX, life_key);
    int rc = lifetimes->live ? slack__map_put(lifetimes->live, life_key(life), life) : SLACK_ENOMEM;
    pthread_mutex_unlock(&lock);
    if (rc == 0) return life->data;
    slack__free(life);
    return NULL;
}

void slack__lifetime_end(slack_lifetimes_t *lifetimes, void *object, const char *listener)
{
    if (!lifetimes->checks) return;
    struct life *life = SLACK_CONTAINER(object, struct life, data);
    snprintf(life->listener, sizeof life->listener, "%s", listener);
    pthread_mutex_lock(&lock);
    slack__map_take(lifetimes->live, life_key(life));
    slack__list_push(&lifetimes->ended, &life->link);
    if (++lifetimes->ended_count > ENDED_MAX) ended_free(lifetimes);
    pthread_mutex_unlock(&lock);
}

/* ---- uses ---- */

/* The lock is held. */
static void report_locked(slack_lifetimes_t *lifetimes, const char *function, const char *listener)
{
    const char *cure = strcmp(function, "slack_ctx_release") == 0
                           ? "the delivery has ended: " SLACK_RELEASE_ONCE
                           : "the delivery has ended: call with slack_call_then(), or keep the ctx "
                             "with slack_ctx_hold() until slack_ctx_release()";
    SLACK_LOG(lifetimes->log, ERROR, "ctx used after its end", "function=%s listener=%s hint=%s",
              function, listener, cure);
    keep_misuse(lifetimes, function, "() used the ctx", listener, cure);
}

void slack__lifetime_report(slack_lifetimes_t *lifetimes, const char *function,
                            const char *listener)
{
    pthread_mutex_lock(&lock);
    report_locked(lifetimes, function, listener);
    pthread_mutex_unlock(&lock);
}

static const struct life *find_ended(slack_lifetimes_t *lifetimes, const void *part)
{
    for (slack_link_t *link = lifetimes->ended.prev; link != &lifetimes->ended; link = link->prev) {
        const struct life *life = SLACK_CONTAINER(link, struct life, link);
        const uintptr_t at = (uintptr_t)part, from = (uintptr_t)life->object;
        if (at >= from && at < from + life->size) return life;
    }
    return NULL;
}

/* The lock is held. */
static bool is_open_locked(const void *part, bool whole, const char *function)
{
    slack_lifetimes_t *last = NULL;
    if (slack__list_empty(&apps)) return false; /* all has ended, and nobody is left to log it */
    const slack_slice_t key = {(const char *)&part, sizeof part};
    for (slack_link_t *link = apps.next; link != &apps; link = link->next) {
        slack_lifetimes_t *app = SLACK_CONTAINER(link, slack_lifetimes_t, link);
        if (!app->checks) continue;
        if (app->live && slack__map_get(app->live, key)) return true;
        const struct life *life = find_ended(app, part);
        if (life) {
            report_locked(app, function, life->listener);
            return false;
        }
        last = app;
    }
    if (!whole || unchecking > 0 || last == NULL) return true;
    report_locked(last, function, "");
    return false;
}

bool slack__lifetime_is_open(const void *object, const char *function)
{
    pthread_mutex_lock(&lock);
    const bool open = is_open_locked(object, true, function);
    pthread_mutex_unlock(&lock);
    return open;
}

bool slack__lifetime_part_is_open(const void *part, const char *function)
{
    pthread_mutex_lock(&lock);
    const bool open = is_open_locked(part, false, function);
    pthread_mutex_unlock(&lock);
    return open;
}
