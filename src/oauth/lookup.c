/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>

#include "oauth/oauth.h"
#include "util/alloc.h"

/*
 * The tokens for a tenant come from its installation in the store. A grant ends with its first
 * token that expires. An installation without a token that Slack takes counts as none: the app is
 * refused there until a person installs it again.
 */

typedef struct look_up {
    slack_oauth_t *oauth;
    uint64_t id; /* of the question */
    bool is_own; /* the tenant is the workspace of SLACK_BOT_TOKEN, which Slack refuses */
} look_up_t;

static slack_authorizer_state_t *authorizer_of(const look_up_t *look)
{
    return look->oauth->identity->authorizer;
}

/* ---- tokens ---- */

/* Why a token does not serve; NULL: it does. */
static const char *token_fault(const slack_oauth_token_t *token, int64_t now_ms)
{
    if (*token->access == '\0') return "the app is not installed";
    if (*token->refused) return "Slack has ended the token";
    if (token->expires_ms != 0 && token->expires_ms <= now_ms) return "the token has expired";
    return NULL;
}

static unsigned life_ms(const slack_oauth_token_t *token, int64_t now_ms, unsigned least)
{
    const int64_t left = token->expires_ms - now_ms;
    if (token->expires_ms == 0 || left > UINT_MAX) return least;
    return least == 0 || left < least ? (unsigned)left : least;
}

/* ---- answers ---- */

static void look_refuse(const look_up_t *look, const slack_install_record_t *record,
                        const char *fault)
{
    char reason[128];
    look->oauth->services->counters->installations_missing++;
    if (look->is_own) {
        slack__authorizer_fail(authorizer_of(look), look->id, SLACK_EIO,
                               "Slack refuses SLACK_BOT_TOKEN: set a new one");
        return;
    }
    snprintf(reason, sizeof reason, "%s%s%s: let a person install the app again", fault,
             *record->token.refused ? ": " : "", record->token.refused);
    slack__authorizer_refuse(authorizer_of(look), look->id, reason);
}

static void look_grant(const look_up_t *look, const slack_install_record_t *bot,
                       const slack_install_record_t *person)
{
    const int64_t now_ms = slack__wall_ms(look->oauth->services->net->clock);
    const char *no_bot = token_fault(&bot->token, now_ms);
    const char *no_person = token_fault(&person->token, now_ms);
    const slack_install_record_t *main = no_bot ? person : bot;
    if (no_bot && no_person) {
        look_refuse(look, bot, no_bot);
        return;
    }
    slack_authorization_t granted = {
        .bot_id = main->about.bot_id,
        .bot_user_id = main->about.bot_user_id,
        .is_enterprise_install = main->about.is_enterprise_install,
    };
    if (!no_bot) granted.bot_token = bot->token.access;
    if (!no_person) granted.user_token = person->token.access;
    if (!no_bot) granted.lifetime_ms = life_ms(&bot->token, now_ms, 0);
    if (!no_person) granted.lifetime_ms = life_ms(&person->token, now_ms, granted.lifetime_ms);
    look->oauth->services->counters->installations_found++;
    int rc = slack__authorizer_grant(authorizer_of(look), look->id, &granted);
    if (rc == SLACK_ENOMEM || rc == SLACK_EINVAL)
        slack__authorizer_fail(authorizer_of(look), look->id, rc, slack_strerror(rc));
}

static void look_answer(const look_up_t *look, int status, const slack_install_found_t *found,
                        size_t count)
{
    const slack_install_record_t none = slack__install_record();
    if (status == SLACK_EINVAL) { /* ids that Slack does not make */
        look_refuse(look, &none, "the app is not installed");
        return;
    }
    if (status != 0) {
        slack__authorizer_fail(authorizer_of(look), look->id, status, "the store has no answer");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (found[i].fault == 0) continue;
        slack__authorizer_fail(authorizer_of(look), look->id, found[i].fault, found[i].why);
        return;
    }
    look_grant(look, &found[0].record, count > 1 ? &found[1].record : &none);
}

static void look_found(int status, const slack_install_found_t *found, size_t count,
                       void *user_data)
{
    look_up_t *look = user_data;
    look_answer(look, status, found, count);
    slack__free(look);
}

int slack__oauth_look_up(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    slack_oauth_t *oauth = user_data;
    look_up_t *look = slack__malloc(sizeof *look);
    if (look == NULL) return SLACK_ENOMEM;
    *look = (look_up_t){oauth, request.id, slack__identity_owns(oauth->identity, tenant)};
    slack__installations_find(&oauth->installations, tenant, look_found, look);
    return 0;
}
