/* SPDX-License-Identifier: MIT */
#include "oauth/refresh.h"

#include <string.h>

#include "util/alloc.h"

/* The refreshes of an app: their steps that come later, their results, their end. */

#define REFRESHES_MAX 10000
/* Records whose backoff is remembered. One that is forgotten is refreshed without a wait. */
#define RESTING_MAX 1000

static uint64_t now_mono_ms(const slack_rotation_t *rotation)
{
    return slack__mono_ms(rotation->net->clock);
}

static slack_refresh_t *refresh_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_refresh_t, link);
}

static slack_slice_t refresh_key(const void *value)
{
    const slack_refresh_t *r = value;
    return slack__slice(r->key);
}

/* ---- steps that come later ---- */

static void rotation_rearm(slack_rotation_t *rotation)
{
    uint64_t next_ms = UINT64_MAX;
    for (slack_link_t *link = rotation->ticking.next; link != &rotation->ticking; link = link->next)
        if (refresh_at(link)->due_ms < next_ms) next_ms = refresh_at(link)->due_ms;
    rotation->tick_ms = next_ms;
    if (next_ms == UINT64_MAX)
        slack__timer_stop(rotation->net, &rotation->timer);
    else
        slack__timer_start_at(rotation->net, &rotation->timer, next_ms * 1000);
}

static void rotation_ticked(slack_timer_t *timer)
{
    slack_rotation_t *rotation = SLACK_CONTAINER(timer, slack_rotation_t, timer);
    const uint64_t now_ms = now_mono_ms(rotation);
    slack_link_t due;
    slack__link_init(&due);
    for (slack_link_t *link = rotation->ticking.next, *next; link != &rotation->ticking;
         link = next) {
        next = link->next;
        if (refresh_at(link)->due_ms > now_ms) continue;
        slack__unlink(link);
        slack__list_push(&due, link);
    }
    slack_link_t *link;
    while ((link = slack__list_shift(&due)) != NULL)
        refresh_at(link)->step(refresh_at(link));
    rotation_rearm(rotation);
}

void slack__refresh_tick(slack_refresh_t *r, uint64_t in_ms, void (*step)(slack_refresh_t *r))
{
    slack_rotation_t *rotation = r->rotation;
    r->step = step;
    r->due_ms = now_mono_ms(rotation) + in_ms;
    slack__list_push(&rotation->ticking, &r->link);
    if (r->due_ms >= rotation->tick_ms) return;
    rotation->tick_ms = r->due_ms;
    slack__timer_start_at(rotation->net, &rotation->timer, r->due_ms * 1000);
}

/* ---- the end of a refresh ---- */

void slack__refresh_tell(slack_refresh_t *r, int status, const slack_install_record_t *record)
{
    slack_link_t told, *link; /* ended() may let others wait */
    slack__link_init(&told);
    while ((link = slack__list_shift(&r->waiting)) != NULL)
        slack__list_push(&told, link);
    while ((link = slack__list_shift(&told)) != NULL) {
        slack_fresh_t *fresh = SLACK_CONTAINER(link, slack_fresh_t, link);
        fresh->status = status;
        memcpy(fresh->text, r->why, sizeof fresh->text);
        fresh->record = record;
        fresh->ended(fresh);
    }
}

static void refresh_free(void *value)
{
    slack_refresh_t *r = value;
    slack__unlink(&r->link);
    slack__arena_free(r->answer);
    slack__arena_free(r->record_arena);
    slack__arena_free(r->scratch);
    slack__arena_free(r->arena);
    slack__free(r);
}

void slack__refresh_forget(slack_refresh_t *r)
{
    slack__map_take(r->rotation->refreshes, refresh_key(r));
    refresh_free(r);
}

void slack__refresh_over(slack_refresh_t *r)
{
    slack_rotation_t *rotation = r->rotation;
    r->running = false;
    rotation->under_way--;
    if (r->status == 0 || r->status == SLACK_EAUTH || rotation->closing) {
        slack__refresh_forget(r);
        return;
    }
    slack__list_push(&rotation->resting, &r->link);
    /* All but the last of the few that are too many. */
    if (slack__map_count(rotation->refreshes) > RESTING_MAX + rotation->under_way)
        slack__refresh_forget(refresh_at(rotation->resting.next));
}

/* ---- the beginning ---- */

slack_refresh_t *slack__refresh_new(slack_rotation_t *rotation, const char *key)
{
    slack_refresh_t *r = slack__calloc(1, sizeof *r);
    if (r == NULL) return NULL;
    slack__link_init(&r->link);
    slack__link_init(&r->waiting);
    slack__link_init(&r->lease.link);
    r->rotation = rotation;
    r->backoff = (slack_backoff_t){.base_ms = 1000, .cap_ms = 60000};
    r->arena = slack__arena_new(1024, 0);
    r->key = r->arena ? slack__arena_strdup(r->arena, key) : NULL;
    if (r->key && slack__map_put(rotation->refreshes, refresh_key(r), r) == 0) return r;
    refresh_free(r);
    return NULL;
}

/* ---- life ---- */

int slack__rotation_init(slack_rotation_t *rotation)
{
    slack__link_init(&rotation->resting);
    slack__link_init(&rotation->ticking);
    slack__timer_init(&rotation->timer, rotation_ticked);
    rotation->tick_ms = UINT64_MAX;
    rotation->refreshes = slack__map_new_keyed(REFRESHES_MAX, refresh_key);
    return rotation->refreshes ? 0 : SLACK_ENOMEM;
}

void slack__rotation_close(slack_rotation_t *rotation)
{
    slack_link_t *link;
    if (rotation->closing || rotation->refreshes == NULL) return;
    rotation->closing = true;
    if (rotation->net) slack__timer_stop(rotation->net, &rotation->timer);
    while ((link = slack__list_shift(&rotation->resting)) != NULL)
        slack__refresh_forget(refresh_at(link));
    while ((link = slack__list_shift(&rotation->ticking)) != NULL)
        refresh_at(link)->step(refresh_at(link));
}

void slack__rotation_done(slack_rotation_t *rotation)
{
    slack__map_free(rotation->refreshes, refresh_free);
    rotation->refreshes = NULL;
}
