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
 * What is known of tenants: an entry for each, from the first delivery of it on.
 *
 *   ASKED, deliveries wait for it -> answered, by any thread -> KNOWN until its time is over
 *                                 -> failed, or no answer in time -> gone
 *
 * Everything is the loop's but what is marked: other threads only find an open question by its id,
 * and leave their answer with it. Time comes in; nothing here looks at a clock.
 */

#define SLACK_TENANT_REASON_MAX 128

typedef struct slack_tenant_entry {
    slack_link_t link;    /* tenants->asked, the oldest first; or ->known, by their last use */
    slack_link_t waiting; /* the owner's: who waits for the answer */
    size_t waiting_count;
    uint64_t id;
    uint64_t until_us;     /* asked: the time-out; known: the end of its life */
    bool known;            /* else it is asked */
    bool forgotten;        /* while it was asked */
    slack_tenant_t tenant; /* the strings are the key's */
    size_t key_len;

    /* Under the lock while it is asked. */
    bool open;                  /* may be answered */
    slack_link_t answered_link; /* tenants->answered */
    int status;                 /* 0, SLACK_EAUTH for a refusal, or what failed */
    slack_grant_t *grant;       /* NULL unless it is 0; its number is the id */
    char reason[SLACK_TENANT_REASON_MAX];

    char key[];
} slack_tenant_entry_t;

typedef struct slack_tenant_cache {
    slack_map_t *by_key;
    slack_link_t asked, known;
    size_t asked_count, known_max;

    uv_mutex_t lock;
    slack_map_t *by_id; /* changed by the loop alone */
    slack_link_t answered;
    uint64_t last_id;
    bool canceled;
} slack_tenant_cache_t;

/* At most so many are known, and so many asked at once. 0; SLACK_ENOMEM: nothing is left to free.
 */
int slack__tenant_cache_init(slack_tenant_cache_t *tenants, size_t known_max, size_t asked_max);
void slack__tenant_cache_done(slack_tenant_cache_t *tenants);

/* What an entry is found by, in the arena: the tenant as the program is asked for it, narrowed down
 * to what the answer may depend on. ptr is NULL when memory is out. */
slack_slice_t slack__tenant_cache_key(slack_arena_t *arena, slack_tenant_t *tenant, bool per_user);

/* What is known or asked under a key; NULL for nothing that is still good. */
slack_tenant_entry_t *slack__tenant_cache_find(slack_tenant_cache_t *tenants, slack_slice_t key,
                                               uint64_t now_us);
/* A new one, asked. NULL when memory is out, or a bound is reached. */
slack_tenant_entry_t *slack__tenant_cache_ask(slack_tenant_cache_t *tenants, slack_slice_t key,
                                              uint64_t until_us);
/* What was asked is known: as the one that was used last, in the place of the one that was not for
 * the longest time. */
void slack__tenant_cache_keep(slack_tenant_cache_t *tenants, slack_tenant_entry_t *entry,
                              uint64_t until_us);
void slack__tenant_cache_used(slack_tenant_cache_t *tenants, slack_tenant_entry_t *entry);
void slack__tenant_cache_drop(slack_tenant_cache_t *tenants, slack_tenant_entry_t *entry);
/* Those that match: drop what is known, and have what is asked not be kept. */
void slack__tenant_cache_forget(slack_tenant_cache_t *tenants, const slack_tenant_t *wanted);
/* The known one whose grant has this number; NULL for none. */
slack_tenant_entry_t *slack__tenant_cache_of_grant(slack_tenant_cache_t *tenants, uint64_t number);
size_t slack__tenant_cache_known(const slack_tenant_cache_t *tenants);

/* ---- answers ---- */

/* Any thread. Takes the grant, whatever it returns: 0; SLACK_EALREADY where there is no such
 * question, or it was answered; SLACK_ECANCELED. */
int slack__tenant_cache_answer(slack_tenant_cache_t *tenants, uint64_t id, int status,
                               const char *reason, slack_grant_t *grant);
/* The first that was answered, and is the loop's again; NULL for none. */
slack_tenant_entry_t *slack__tenant_cache_answered(slack_tenant_cache_t *tenants);
/* Answer one that nobody has: its time is up. False where an answer is on its way. */
bool slack__tenant_cache_expire(slack_tenant_cache_t *tenants, slack_tenant_entry_t *entry);
/* No answer is taken any more. */
void slack__tenant_cache_cancel(slack_tenant_cache_t *tenants);

#endif
