/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>

#include "oauth/oauth.h"
#include "util/alloc.h"

/*
 * The tokens for a tenant come from its installation in the store: find the records, get a token of
 * each that can be used (rotation.h), grant. A grant ends with its first token that expires. An
 * installation without a token that Slack takes counts as none: the app is refused there until a
 * person installs it again.
 */

enum { BOT, PERSON, KINDS }; /* of records */

typedef struct look_up {
    slack_oauth_t *oauth;
    uint64_t id; /* of the question */
    bool is_own; /* the tenant is the workspace of SLACK_BOT_TOKEN, which Slack refuses */
    slack_arena_t *arena;
    const slack_refused_t *refused; /* the cause of the question; NULL: another one */
    slack_fresh_t fresh[KINDS];
    unsigned waiting; /* of them; one more while they begin */
    slack_install_record_t records[KINDS];
    const char *faults[KINDS]; /* why there is no token; NULL: there is one */
    int status;                /* of the first failure, and its sentence */
    char why[sizeof((slack_fresh_t *)0)->text];
} look_up_t;

static slack_authorizer_state_t *authorizer_of(const look_up_t *look)
{
    return look->oauth->identity->authorizer;
}

static void look_free(look_up_t *look)
{
    slack__arena_free(look->arena);
}

static void look_fail(look_up_t *look, int status, const char *why)
{
    if (look->status != 0) return;
    look->status = status;
    snprintf(look->why, sizeof look->why, "%s", why);
}

/* ---- answers ---- */

static unsigned life_ms(const slack_oauth_token_t *token, int64_t now_ms, unsigned least)
{
    const int64_t left = token->expires_ms - now_ms;
    if (token->expires_ms == 0 || left > UINT_MAX) return least;
    const unsigned life = left > 1 ? (unsigned)left : 1;
    return least == 0 || life < least ? life : least;
}

static void look_refuse(const look_up_t *look)
{
    char reason[sizeof look->why + 48];
    look->oauth->services->counters->installations_missing++;
    if (look->is_own) {
        slack__authorizer_fail(authorizer_of(look), look->id, SLACK_EIO,
                               "Slack refuses SLACK_BOT_TOKEN: set a new one");
        return;
    }
    snprintf(reason, sizeof reason, "%s: let a person install the app again", look->faults[BOT]);
    slack__authorizer_refuse(authorizer_of(look), look->id, reason);
}

static void look_grant(const look_up_t *look)
{
    const int64_t now_ms = slack__wall_ms(look->oauth->services->net->clock);
    const slack_install_record_t *bot = &look->records[BOT], *person = &look->records[PERSON];
    const slack_install_record_t *main = look->faults[BOT] ? person : bot;
    slack_authorization_t granted = {
        .bot_id = main->about.bot_id,
        .bot_user_id = main->about.bot_user_id,
        .is_enterprise_install = main->about.is_enterprise_install,
    };
    if (main == bot) granted.bot_token = bot->token.access;
    if (main == bot) granted.lifetime_ms = life_ms(&bot->token, now_ms, 0);
    if (!look->faults[PERSON]) {
        granted.user_token = person->token.access;
        granted.lifetime_ms = life_ms(&person->token, now_ms, granted.lifetime_ms);
    }
    look->oauth->services->counters->installations_found++;
    int rc = slack__authorizer_grant(authorizer_of(look), look->id, &granted);
    if (rc == SLACK_ENOMEM || rc == SLACK_EINVAL)
        slack__authorizer_fail(authorizer_of(look), look->id, rc, slack_strerror(rc));
}

static void look_answer(look_up_t *look)
{
    if (--look->waiting > 0) return;
    if (look->status != 0)
        slack__authorizer_fail(authorizer_of(look), look->id, look->status, look->why);
    else if (look->faults[BOT] && look->faults[PERSON])
        look_refuse(look);
    else
        look_grant(look);
    look_free(look);
}

/* ---- tokens ---- */

/* The result lives no longer than this call. */
static void look_take(look_up_t *look, const slack_fresh_t *fresh)
{
    const size_t kind = (size_t)(fresh - look->fresh);
    int rc = fresh->status;
    look->faults[kind] = NULL;
    if (rc == 0) rc = slack__install_copy(look->arena, fresh->record, &look->records[kind]);
    if (rc == SLACK_EAUTH)
        look->faults[kind] = slack__arena_strdup(look->arena, fresh->text);
    else if (rc != 0)
        look_fail(look, rc, fresh->status ? fresh->text : slack_strerror(rc));
    if (rc == SLACK_EAUTH && look->faults[kind] == NULL)
        look_fail(look, SLACK_ENOMEM, slack_strerror(SLACK_ENOMEM));
}

static void look_refreshed(slack_fresh_t *fresh)
{
    look_up_t *look = fresh->user_data;
    look_take(look, fresh);
    look_answer(look);
}

static void look_found(int status, const slack_install_found_t *found, size_t count,
                       void *user_data)
{
    look_up_t *look = user_data;
    look->faults[BOT] = look->faults[PERSON] = "the app is not installed";
    if (status != 0 && status != SLACK_EINVAL) /* for ids that Slack does not make */
        look_fail(look, status, "the store has no answer");
    look->waiting = 1;
    for (size_t i = 0; status == 0 && i < count; i++) {
        slack_fresh_t *fresh = &look->fresh[i];
        slack__link_init(&fresh->link);
        fresh->ended = look_refreshed;
        fresh->user_data = look;
        if (found[i].fault)
            look_fail(look, found[i].fault, found[i].why);
        else if (slack__rotation_use(&look->oauth->rotation, &found[i], look->refused, fresh))
            look->waiting++;
        else
            look_take(look, fresh);
    }
    look_answer(look);
}

/* Copies the cause of the question, which is borrowed. False: memory is out. */
static bool look_copy_refused(look_up_t *look, const slack_refused_t *from)
{
    if (from == NULL) return true;
    slack_refused_t *copy = slack__arena_alloc(look->arena, sizeof *copy);
    if (copy == NULL) return false;
    copy->token = slack__arena_strdup(look->arena, from->token);
    copy->error = slack__arena_strdup(look->arena, from->error);
    look->refused = copy;
    return copy->token && copy->error;
}

int slack__oauth_look_up(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    slack_oauth_t *oauth = user_data;
    slack_arena_t *arena = slack__arena_new(4096, 0);
    look_up_t *look = arena ? slack__arena_calloc(arena, sizeof *look) : NULL;
    if (look == NULL) {
        slack__arena_free(arena);
        return SLACK_ENOMEM;
    }
    look->oauth = oauth;
    look->id = request.id;
    look->is_own = slack__identity_owns(oauth->identity, tenant);
    look->arena = arena;
    if (!look_copy_refused(look, slack__authorizer_refused(oauth->identity->authorizer))) {
        look_free(look);
        return SLACK_ENOMEM;
    }
    slack__installations_find(&oauth->installations, tenant, look_found, look);
    return 0;
}
