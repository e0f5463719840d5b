/* SPDX-License-Identifier: MIT */
#include "sim/tokens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/random.h"

void sim_tokens_init(sim_tokens_t *tokens, const slack_clock_t *clock, uint64_t life_ms)
{
    memset(tokens, 0, sizeof *tokens);
    tokens->clock = clock;
    tokens->life_ms = life_ms;
}

/* --- one token --- */

static bool token_has_ended(const sim_tokens_t *tokens, const sim_token_t *token)
{
    return token->revoked ||
           (token->ends_ms > 0 && slack__mono_ms(tokens->clock) >= token->ends_ms);
}

/* The place of a new token: a free one, else that of the oldest token that has ended. There is one:
 * a grant has at most SIM_ACTIVE_TOKENS of each kind that have not. */
static sim_token_t *token_place(sim_tokens_t *tokens)
{
    sim_token_t *oldest = NULL;
    for (size_t i = 0; i < SIM_TOKENS_MAX; i++) {
        sim_token_t *token = &tokens->list[i];
        if (token->number == 0) return token;
        if (token_has_ended(tokens, token) && (!oldest || token->number < oldest->number))
            oldest = token;
    }
    return oldest;
}

static sim_token_t *token_add(sim_tokens_t *tokens, sim_grant_t *grant, uint64_t ends_ms)
{
    sim_token_t *token = token_place(tokens);
    *token = (sim_token_t){.grant = grant, .number = ++tokens->last_number, .ends_ms = ends_ms};
    return token;
}

static sim_token_t *token_find(sim_tokens_t *tokens, slack_slice_t text)
{
    for (size_t i = 0; i < SIM_TOKENS_MAX; i++)
        if (tokens->list[i].number > 0 && slack__slice_eq(text, slack__slice(tokens->list[i].text)))
            return &tokens->list[i];
    return NULL;
}

void sim_tokens_add(sim_tokens_t *tokens, const char *text, sim_grant_t *grant)
{
    /* The token of an installation that has ended is good again. */
    sim_token_t *ended = token_find(tokens, slack__slice(text));
    if (ended) ended->number = 0;
    sim_token_t *token = token_add(tokens, grant, 0);
    snprintf(token->text, sizeof token->text, "%s", text);
}

static void token_name(sim_token_t *token, const char *prefix)
{
    snprintf(token->text, sizeof token->text, "%s%" PRIu64 "-%016" PRIx64 "%016" PRIx64, prefix,
             UINT64_C(1000000000000) + token->number, slack__random_u64(), slack__random_u64());
}

/* --- grants --- */

static bool grantor_is(const sim_grantor_t *a, const sim_grantor_t *b)
{
    return a->bot == b->bot && strcmp(a->user_id, b->user_id) == 0 &&
           strcmp(a->team_id, b->team_id) == 0 && strcmp(a->enterprise_id, b->enterprise_id) == 0;
}

/* The newest token of a grant that works and was not used up; NULL: there is none. *ret_oldest is
 * the oldest one, *ret_count their number. */
static sim_token_t *grant_newest(sim_tokens_t *tokens, const sim_grant_t *grant, bool refresh,
                                 sim_token_t **ret_oldest, size_t *ret_count)
{
    sim_token_t *newest = NULL;
    *ret_oldest = NULL;
    *ret_count = 0;
    for (size_t i = 0; i < SIM_TOKENS_MAX; i++) {
        sim_token_t *token = &tokens->list[i];
        if (token->number == 0 || token->grant != grant || token->refresh != refresh ||
            token->used || token_has_ended(tokens, token))
            continue;
        ++*ret_count;
        if (!newest || token->number > newest->number) newest = token;
        if (!*ret_oldest || token->number < (*ret_oldest)->number) *ret_oldest = token;
    }
    return newest;
}

sim_grant_t *sim_tokens_granted(sim_tokens_t *tokens, const sim_grantor_t *grantor)
{
    for (size_t i = 0; i < SIM_GRANTS_MAX; i++)
        if (!sim_scope_set_empty(&tokens->grants[i].scopes) &&
            grantor_is(&tokens->grants[i].grantor, grantor))
            return &tokens->grants[i];
    return NULL;
}

/* The place of a new grant: the one that this grantor had, else one that nobody had, else one that
 * was revoked. NULL: there is none. */
static sim_grant_t *grant_place(sim_tokens_t *tokens, const sim_grantor_t *grantor)
{
    sim_grant_t *place = NULL;
    for (size_t i = 0; i < SIM_GRANTS_MAX; i++) {
        sim_grant_t *grant = &tokens->grants[i];
        if (!sim_scope_set_empty(&grant->scopes)) continue;
        if (grantor_is(&grant->grantor, grantor)) return grant;
        if (!place || (*place->grantor.user_id && !*grant->grantor.user_id)) place = grant;
    }
    for (size_t i = 0; i < SIM_TOKENS_MAX && place; i++) /* of the grantor before */
        if (tokens->list[i].grant == place) tokens->list[i] = (sim_token_t){0};
    return place;
}

sim_grant_t *sim_tokens_grant(sim_tokens_t *tokens, const sim_grantor_t *grantor,
                              const sim_scope_set_t *scopes)
{
    sim_grant_t *grant = sim_tokens_granted(tokens, grantor);
    if (!grant) {
        grant = grant_place(tokens, grantor);
        if (!grant) return NULL;
        *grant = (sim_grant_t){.grantor = *grantor};
    }
    sim_scope_set_add(&grant->scopes, scopes);
    return grant;
}

void sim_grant_revoke(sim_tokens_t *tokens, sim_grant_t *grant, bool uninstalled)
{
    for (size_t i = 0; i < SIM_TOKENS_MAX; i++)
        if (tokens->list[i].grant == grant) tokens->list[i].revoked = true;
    grant->scopes = (sim_scope_set_t){{0}};
    grant->uninstalled = uninstalled;
}

bool sim_tokens_revoke(sim_tokens_t *tokens, const sim_token_t *token)
{
    sim_token_t *oldest;
    size_t count;
    for (size_t i = 0; i < SIM_TOKENS_MAX; i++) {
        sim_token_t *each = &tokens->list[i];
        const bool partner = each->refresh && each->number == token->number + 1;
        if (each->number > 0 && (each == token || partner)) each->revoked = true;
    }
    return !grant_newest(tokens, token->grant, false, &oldest, &count) &&
           !grant_newest(tokens, token->grant, true, &oldest, &count);
}

const char *sim_grant_token(sim_tokens_t *tokens, const sim_grant_t *grant)
{
    sim_token_t *oldest;
    size_t count;
    const sim_token_t *newest = grant_newest(tokens, grant, false, &oldest, &count);
    return newest ? newest->text : NULL;
}

/* --- new tokens --- */

static void end_the_oldest(sim_tokens_t *tokens, const sim_grant_t *grant, bool refresh)
{
    sim_token_t *oldest;
    size_t count;
    (void)grant_newest(tokens, grant, refresh, &oldest, &count);
    if (count > SIM_ACTIVE_TOKENS) oldest->revoked = true;
}

static void issue_pair(sim_tokens_t *tokens, sim_grant_t *grant, sim_token_pair_t *ret)
{
    const bool bot = grant->grantor.bot;
    const uint64_t ends_ms = slack__mono_ms(tokens->clock) + tokens->life_ms;
    sim_token_t *access = token_add(tokens, grant, ends_ms);
    sim_token_t *refresh = token_add(tokens, grant, 0);
    token_name(access, bot ? "xoxe.xoxb-1-" : "xoxe.xoxp-1-");
    refresh->refresh = true;
    token_name(refresh, "xoxe-1-");
    end_the_oldest(tokens, grant, false);
    end_the_oldest(tokens, grant, true);
    *ret = (sim_token_pair_t){access, refresh, (tokens->life_ms + 999) / 1000};
}

void sim_tokens_issue(sim_tokens_t *tokens, sim_grant_t *grant, sim_token_pair_t *ret)
{
    sim_token_t *oldest;
    size_t count;
    if (tokens->life_ms > 0) {
        issue_pair(tokens, grant, ret);
        return;
    }
    sim_token_t *access = grant_newest(tokens, grant, false, &oldest, &count);
    if (!access) {
        access = token_add(tokens, grant, 0);
        token_name(access, grant->grantor.bot ? "xoxb-" : "xoxp-");
    }
    *ret = (sim_token_pair_t){.access = access};
}

/* --- their use --- */

const char *sim_tokens_check(sim_tokens_t *tokens, slack_slice_t text, const sim_token_t **ret)
{
    const sim_token_t *token = token_find(tokens, text);
    if (!token || token->refresh) return "invalid_auth";
    if (token_has_ended(tokens, token)) tokens->refused++;
    if (token->revoked)
        return token->grant->uninstalled && token->grant->grantor.bot ? "account_inactive"
                                                                      : "token_revoked";
    if (token_has_ended(tokens, token)) return "token_expired";
    *ret = token;
    return NULL;
}

const char *sim_tokens_refresh(sim_tokens_t *tokens, const char *text, sim_token_pair_t *ret)
{
    sim_token_t *token = token_find(tokens, slack__slice(text));
    if (!token || !token->refresh || token_has_ended(tokens, token)) return "invalid_refresh_token";
    for (size_t i = 0; i < SIM_TOKENS_MAX && !token->used; i++) {
        sim_token_t *older = &tokens->list[i];
        if (older->grant == token->grant && older->refresh && older->number < token->number)
            older->revoked = true;
    }
    if (!token->used) token->ends_ms = slack__mono_ms(tokens->clock) + SIM_REFRESH_GRACE_MS;
    token->used = true;
    issue_pair(tokens, token->grant, ret);
    return NULL;
}

const char *sim_tokens_exchange(sim_tokens_t *tokens, slack_slice_t text, sim_token_pair_t *ret)
{
    sim_token_t *token = token_find(tokens, text);
    if (tokens->life_ms == 0) return "token_rotation_not_enabled";
    if (!token || !token->grant || token->refresh || token->ends_ms > 0) return "invalid_token";
    if (token->exchanged) return "token_already_exchanged";
    if (token->revoked) return "authorization_not_found";
    token->exchanged = token->revoked = true;
    issue_pair(tokens, token->grant, ret);
    return NULL;
}
