/* SPDX-License-Identifier: MIT */
#include "identity/tenant_cache.h"

#include <stdio.h>
#include <string.h>

#include "identity/authorizer.h"
#include "util/alloc.h"

/* ---- keys ---- */

#define KEY_TEXTS 7
#define KEY_USER  3 /* the first text that depends on the user */

/* The texts of a key. It has them in this order, each with its NUL, and then
 * is_enterprise_install. */
static const char **key_text(slack_tenant_t *t, size_t i)
{
    const char **const all[KEY_TEXTS] = {
        &t->app_id,        &t->enterprise_id, &t->team_id, &t->user_id, &t->actor_enterprise_id,
        &t->actor_team_id, &t->actor_user_id,
    };
    return all[i];
}

slack_slice_t slack__tenant_cache_key(slack_arena_t *arena, slack_tenant_t *tenant, bool per_user)
{
    if (tenant->is_enterprise_install) tenant->team_id = "";
    for (size_t i = KEY_USER; i < KEY_TEXTS && !per_user; i++)
        *key_text(tenant, i) = "";
    size_t len = 1;
    for (size_t i = 0; i < KEY_TEXTS; i++)
        len += strlen(*key_text(tenant, i)) + 1;
    char *key = slack__arena_alloc(arena, len), *end = key;
    if (key == NULL) return (slack_slice_t){NULL, 0};
    for (size_t i = 0; i < KEY_TEXTS; i++) {
        const size_t size = strlen(*key_text(tenant, i)) + 1;
        memcpy(end, *key_text(tenant, i), size);
        end += size;
    }
    *end = (char)tenant->is_enterprise_install;
    return (slack_slice_t){key, len};
}

static slack_slice_t entry_key(const void *value)
{
    const slack_tenant_entry_t *e = value;
    return (slack_slice_t){e->key, e->key_len};
}

static slack_slice_t id_slice(const uint64_t *id)
{
    return (slack_slice_t){(const char *)id, sizeof *id};
}

static slack_slice_t entry_id(const void *value)
{
    const slack_tenant_entry_t *e = value;
    return id_slice(&e->id);
}

static slack_tenant_entry_t *entry_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_tenant_entry_t, link);
}

/* ---- life ---- */

static void entry_free(void *value)
{
    slack_tenant_entry_t *e = value;
    while (slack__list_shift(&e->waiting)) {
        /* A grant whose waiter is left may outlive the cache. */
    }
    slack__grant_unref(e->grant);
    slack__free(e);
}

static void free_maps(slack_tenant_cache_t *t)
{
    slack__map_free(t->by_id, NULL);
    slack__map_free(t->by_key, entry_free);
}

int slack__tenant_cache_init(slack_tenant_cache_t *t, size_t known_max, size_t asked_max)
{
    /* slack__tenant_cache_keep() has one more entry for a moment. */
    const size_t most = known_max + asked_max + 1;
    *t = (slack_tenant_cache_t){.known_max = known_max};
    slack__link_init(&t->asked);
    slack__link_init(&t->known);
    slack__link_init(&t->answered);
    t->by_key = slack__map_new_keyed(most, entry_key);
    t->by_id = slack__map_new_keyed(most, entry_id);
    if (t->by_key && t->by_id && uv_mutex_init(&t->lock) == 0) return 0;
    free_maps(t);
    return SLACK_ENOMEM;
}

void slack__tenant_cache_done(slack_tenant_cache_t *t)
{
    free_maps(t);
    uv_mutex_destroy(&t->lock);
}

/* ---- entries ---- */

/* Adds a new entry to both maps. Other threads may answer it from then on. */
static int entry_add(slack_tenant_cache_t *t, slack_tenant_entry_t *e)
{
    int rc = slack__map_put(t->by_key, entry_key(e), e);
    if (rc != 0) return rc;
    uv_mutex_lock(&t->lock);
    e->id = ++t->last_id;
    rc = slack__map_put(t->by_id, entry_id(e), e);
    e->open = rc == 0;
    uv_mutex_unlock(&t->lock);
    if (rc != 0) slack__map_take(t->by_key, entry_key(e));
    return rc;
}

slack_tenant_entry_t *slack__tenant_cache_ask(slack_tenant_cache_t *t, slack_slice_t key,
                                              uint64_t until_us)
{
    slack_tenant_entry_t *e = slack__calloc(1, sizeof *e + key.len);
    if (e == NULL) return NULL;
    slack__link_init(&e->link);
    slack__link_init(&e->waiting);
    slack__link_init(&e->answered_link);
    e->until_us = until_us;
    e->key_len = key.len;
    memcpy(e->key, key.ptr, key.len);
    const char *text = e->key;
    for (size_t i = 0; i < KEY_TEXTS; i++, text += strlen(text) + 1)
        *key_text(&e->tenant, i) = text;
    e->tenant.is_enterprise_install = *text != 0;
    if (entry_add(t, e) != 0) {
        slack__free(e);
        return NULL;
    }
    slack__list_push(&t->asked, &e->link);
    t->asked_count++;
    return e;
}

void slack__tenant_cache_drop(slack_tenant_cache_t *t, slack_tenant_entry_t *e)
{
    uv_mutex_lock(&t->lock);
    slack__map_take(t->by_id, entry_id(e));
    slack__unlink(&e->answered_link);
    uv_mutex_unlock(&t->lock);
    slack__map_take(t->by_key, entry_key(e));
    slack__unlink(&e->link);
    if (!e->known) t->asked_count--;
    entry_free(e);
}

slack_tenant_entry_t *slack__tenant_cache_find(slack_tenant_cache_t *t, slack_slice_t key,
                                               uint64_t now_us)
{
    slack_tenant_entry_t *e = slack__map_get(t->by_key, key);
    if (e == NULL || !e->known || e->until_us > now_us) return e;
    slack__tenant_cache_drop(t, e); /* its time is over */
    return NULL;
}

void slack__tenant_cache_used(slack_tenant_cache_t *t, slack_tenant_entry_t *e)
{
    slack__unlink(&e->link);
    slack__list_push(&t->known, &e->link);
}

size_t slack__tenant_cache_known(const slack_tenant_cache_t *t)
{
    return slack__map_count(t->by_key) - t->asked_count;
}

void slack__tenant_cache_keep(slack_tenant_cache_t *t, slack_tenant_entry_t *e, uint64_t until_us)
{
    e->known = true;
    e->until_us = until_us;
    t->asked_count--;
    slack__tenant_cache_used(t, e);
    if (slack__tenant_cache_known(t) > t->known_max)
        slack__tenant_cache_drop(t, entry_at(t->known.next));
}

/* ---- forgetting ---- */

static bool tenant_matches(slack_tenant_t *wanted, slack_tenant_t *tenant)
{
    for (size_t i = 0; i < KEY_TEXTS; i++) {
        const char *text = *key_text(wanted, i);
        if (text && *text && strcmp(text, *key_text(tenant, i)) != 0) return false;
    }
    return true;
}

void slack__tenant_cache_forget(slack_tenant_cache_t *t, const slack_tenant_t *which)
{
    slack_tenant_t wanted = *which;
    for (slack_link_t *link = t->asked.next; link != &t->asked; link = link->next)
        if (tenant_matches(&wanted, &entry_at(link)->tenant)) entry_at(link)->forgotten = true;
    for (slack_link_t *link = t->known.next, *next; link != &t->known; link = next) {
        next = link->next;
        if (tenant_matches(&wanted, &entry_at(link)->tenant))
            slack__tenant_cache_drop(t, entry_at(link));
    }
}

/* ---- answers ---- */

int slack__tenant_cache_answer(slack_tenant_cache_t *t, uint64_t id, int status, const char *reason,
                               const slack_authorization_t *granted)
{
    uv_mutex_lock(&t->lock);
    slack_tenant_entry_t *e = slack__map_get(t->by_id, id_slice(&id));
    int rc = t->canceled ? SLACK_ECANCELED : e == NULL || !e->open ? SLACK_EALREADY : 0;
    slack_grant_t *grant = rc == 0 && granted ? slack__grant_new(granted, entry_key(e)) : NULL;
    if (rc == 0 && granted && grant == NULL) rc = SLACK_ENOMEM;
    if (rc == 0) {
        e->open = false;
        e->status = status;
        e->grant = grant;
        snprintf(e->reason, sizeof e->reason, "%s", reason ? reason : "");
        slack__list_push(&t->answered, &e->answered_link);
    }
    uv_mutex_unlock(&t->lock);
    return rc;
}

slack_tenant_entry_t *slack__tenant_cache_answered(slack_tenant_cache_t *t)
{
    uv_mutex_lock(&t->lock);
    slack_link_t *link = slack__list_shift(&t->answered);
    uv_mutex_unlock(&t->lock);
    return link ? SLACK_CONTAINER(link, slack_tenant_entry_t, answered_link) : NULL;
}

bool slack__tenant_cache_expire(slack_tenant_cache_t *t, slack_tenant_entry_t *e)
{
    uv_mutex_lock(&t->lock);
    const bool open = e->open;
    e->open = false;
    uv_mutex_unlock(&t->lock);
    if (open) e->status = SLACK_ETIMEDOUT;
    return open;
}

void slack__tenant_cache_cancel(slack_tenant_cache_t *t)
{
    uv_mutex_lock(&t->lock);
    t->canceled = true;
    while (slack__list_shift(&t->answered)) {
        /* The answers are dropped, because no delivery waits for them. */
    }
    uv_mutex_unlock(&t->lock);
}
