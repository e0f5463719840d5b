/* SPDX-License-Identifier: MIT */
#include "oauth/rotation.h"

#include <stdio.h>
#include <string.h>

#include "oauth/refresh.h"

static bool settled(slack_fresh_t *fresh, int status, const char *cause,
                    const slack_install_record_t *record)
{
    fresh->status = status;
    fresh->record = record;
    snprintf(fresh->text, sizeof fresh->text, "%s", cause);
    return false;
}

/* Copies what a refresh needs of the record. False: memory is out. */
static bool refresh_set(slack_refresh_t *r, const slack_install_found_t *found, const char *error)
{
    slack__arena_free(r->record_arena);
    slack__arena_free(r->scratch);
    r->record_arena = slack__arena_new(2048, 0);
    r->scratch = slack__arena_new(1024, 0);
    if (!r->record_arena || !r->scratch) return false;
    r->refused = slack__arena_strdup(r->scratch, error);
    r->stale = slack__arena_strdup(r->scratch, found->record.token.access);
    r->found.key = r->key;
    r->found.version = slack__arena_strdup(r->record_arena, found->version);
    return r->stale && r->found.version && (!error || r->refused) &&
           slack__install_copy(r->record_arena, &found->record, &r->found.record) == 0;
}

/* The refresh of the record, under way. NULL: it does not begin now, and `fresh` has the cause. */
static slack_refresh_t *refresh_of(slack_rotation_t *rotation, const slack_install_found_t *found,
                                   const char *error, slack_fresh_t *fresh)
{
    slack_refresh_t *r = slack__map_get(rotation->refreshes, slack__slice(found->key));
    settled(fresh, SLACK_ENOMEM, "out of memory", NULL);
    if (rotation->closing) {
        settled(fresh, SLACK_ECANCELED, "the app stops", NULL);
        return NULL;
    }
    if (r && r->running) return r;
    if (r && r->due_ms > slack__mono_ms(rotation->net->clock)) {
        settled(fresh, r->status, r->why, NULL);
        return NULL;
    }
    if (r) slack__unlink(&r->link);
    if (r == NULL) r = slack__refresh_new(rotation, found->key);
    if (r == NULL) return NULL;
    if (!refresh_set(r, found, error)) {
        slack__refresh_forget(r);
        return NULL;
    }
    rotation->under_way++;
    r->running = true;
    slack__refresh_tick(r, 0, slack__refresh_begin);
    return r;
}

bool slack__rotation_use(slack_rotation_t *rotation, const slack_install_found_t *found,
                         const slack_refused_t *refused, slack_fresh_t *fresh)
{
    const slack_oauth_token_t *token = &found->record.token;
    const bool dead = refused && strcmp(refused->token, token->access) == 0;
    const int64_t left_ms = token->expires_ms == 0
                                ? INT64_MAX
                                : token->expires_ms - slack__wall_ms(rotation->net->clock);
    const bool must = dead || left_ms <= 0;
    if (*token->access == '\0')
        return settled(fresh, SLACK_EAUTH, "the app is not installed", NULL);
    if (*token->refused) {
        settled(fresh, SLACK_EAUTH, "", NULL);
        snprintf(fresh->text, sizeof fresh->text, SLACK_TOKEN_ENDED, token->refused);
        return false;
    }
    if (!must && (left_ms > SLACK_ROTATION_SOON_MS || *token->refresh == '\0'))
        return settled(fresh, 0, "", &found->record);
    slack_refresh_t *r = refresh_of(rotation, found, dead ? refused->error : NULL, fresh);
    if (!must) return settled(fresh, 0, "", &found->record);
    if (r) slack__list_push(&r->waiting, &fresh->link);
    return r != NULL;
}
