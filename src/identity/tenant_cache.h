/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_TENANT_CACHE_H
#define SLACK_IDENTITY_TENANT_CACHE_H

#include <slack/authorize.h>
#include <uv.h>

#include "identity/grant.h"
#include "util/arena.h"
#include "util/map.h"
#include "util/queue.h"

/*
 * The grants and refusals of tenants. A tenant has an entry in the cache from its first delivery
 * on:
 *
 *   ASKED, deliveries wait -> answered, on any thread -> KNOWN until its time is over
 *                          -> failed or timed out     -> dropped
 *
 * Another thread may only find an open question by its id and store the answer in it, under the
 * lock. The loop alone does everything else. The caller passes the time.
 */

#define SLACK_TENANT_REASON_MAX 128

typedef struct slack_tenant_entry {
    slack_link_t link;    /* in tenants->asked, the oldest first; or in ->known, by last use */
    slack_link_t waiting; /* links waiter->link; the authorizer's */
    size_t waiting_count;
    uint64_t id;
    uint64_t until_us;     /* asked: the time-out; known: the end of its life */
    bool known;            /* false: asked */
    bool forgotten;        /* the tenant was forgotten meanwhile, so the answer will not be kept */
    slack_tenant_t tenant; /* the strings are in `key` */
    size_t key_len;

    /* Guarded by the lock while the entry is asked. */
    bool open;                  /* an answer is accepted */
    slack_link_t answered_link; /* in tenants->answered */
    int status;                 /* 0; SLACK_EAUTH: refused; else the error of the lookup */
    slack_grant_t *grant;       /* if status is 0 */
    char reason[SLACK_TENANT_REASON_MAX];

    char key[];
} slack_tenant_entry_t;

typedef struct slack_tenant_cache {
    slack_map_t *by_key;
    slack_link_t asked, known;
    size_t asked_count, known_max;

    uv_mutex_t lock;
    slack_map_t *by_id; /* only the loop changes it */
    slack_link_t answered;
    uint64_t last_id;
    bool canceled;
} slack_tenant_cache_t;

/* The cache has at most `known_max` known and `asked_max` asked entries. 0; SLACK_ENOMEM: there is
 * nothing to free. */
int slack__tenant_cache_init(slack_tenant_cache_t *tenants, size_t known_max, size_t asked_max);
void slack__tenant_cache_done(slack_tenant_cache_t *tenants);

/* Narrows a tenant down to the ids that the answer may depend on, and makes the key of its entry,
 * in the arena. ptr is NULL if memory is out. */
slack_slice_t slack__tenant_cache_key(slack_arena_t *arena, slack_tenant_t *tenant, bool per_user);

/* The entry of a key, known or asked; NULL if there is none or its time is over. */
slack_tenant_entry_t *slack__tenant_cache_find(slack_tenant_cache_t *tenants, slack_slice_t key,
                                               uint64_t now_us);
/* Adds an entry that is asked. NULL if memory is out or a limit is reached. */
slack_tenant_entry_t *slack__tenant_cache_ask(slack_tenant_cache_t *tenants, slack_slice_t key,
                                              uint64_t until_us);
/* Makes an asked entry a known one. If the cache is full, it drops the entry that was not used for
 * the longest time. */
void slack__tenant_cache_keep(slack_tenant_cache_t *tenants, slack_tenant_entry_t *entry,
                              uint64_t until_us);
void slack__tenant_cache_used(slack_tenant_cache_t *tenants, slack_tenant_entry_t *entry);
void slack__tenant_cache_drop(slack_tenant_cache_t *tenants, slack_tenant_entry_t *entry);
/* Drops the known entries that match. The answers of asked entries that match will not be kept. */
void slack__tenant_cache_forget(slack_tenant_cache_t *tenants, const slack_tenant_t *wanted);
size_t slack__tenant_cache_known(const slack_tenant_cache_t *tenants);

/* ---- answers ---- */

/* Answers a question, on any thread: with the tokens `granted` if status is 0. 0; SLACK_EALREADY if
 * the question is answered or dropped; SLACK_ECANCELED; SLACK_ENOMEM: it is still open. */
int slack__tenant_cache_answer(slack_tenant_cache_t *tenants, uint64_t id, int status,
                               const char *reason, const slack_authorization_t *granted);
/* Takes the first entry that was answered; it belongs to the loop again. NULL if there is none. */
slack_tenant_entry_t *slack__tenant_cache_answered(slack_tenant_cache_t *tenants);
/* Ends a question with SLACK_ETIMEDOUT. False if another thread has answered it. */
bool slack__tenant_cache_expire(slack_tenant_cache_t *tenants, slack_tenant_entry_t *entry);
/* Refuses all answers from now on, and drops those that the loop has not taken. */
void slack__tenant_cache_cancel(slack_tenant_cache_t *tenants);

#endif
