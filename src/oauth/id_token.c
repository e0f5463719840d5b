/* SPDX-License-Identifier: MIT */
#include "oauth/id_token.h"

#include <string.h>

#include "util/base64.h"
#include "util/json.h"

#define CLOCKS_S 60 /* the most by which the clocks of the app and of Slack differ */

/* The second of three parts is a JSON object in Base64 (RFC 7519, 7.2). */
static const slack_json_t *claims_of(slack_arena_t *arena, const char *token)
{
    slack_slice_t rest = slack__slice(token), head, body, signature;
    const slack_json_t *claims = NULL;
    size_t len = 0;
    if (!slack__slice_split(&rest, '.', &head) || !slack__slice_split(&rest, '.', &body) ||
        !slack__slice_split(&rest, '.', &signature) || rest.ptr)
        return NULL;
    char *text = slack__arena_alloc(arena, body.len + 1);
    if (!text || !slack__base64_decode(SLACK_BASE64_URL, body, text, body.len, &len)) return NULL;
    slack__json_parse(arena, text, len, &claims, NULL);
    return slack_json_type(claims) == SLACK_JSON_OBJECT ? claims : NULL;
}

/* One audience, or several of which this app is one and the one that has asked. */
static bool is_audience(const slack_json_t *claims, const char *client_id)
{
    const slack_json_t *audience = slack_json_get(claims, "/aud");
    slack_json_iter_t it = {0};
    if (slack_json_type(audience) == SLACK_JSON_STRING)
        return strcmp(slack_json_str(audience, ""), client_id) == 0;
    if (slack_json_type(audience) != SLACK_JSON_ARRAY) return false;
    bool found = false;
    size_t count = 0;
    for (; slack_json_next(audience, &it); count++)
        if (strcmp(slack_json_str(it.value, ""), client_id) == 0) found = true;
    return found && (count == 1 || strcmp(slack_json_str(claims, "/azp"), client_id) == 0);
}

static const char *check(const slack_json_t *claims, const slack_id_token_facts_t *facts)
{
    const char *nonce = slack_json_str(claims, "/nonce");
    const int64_t now_s = facts->now_ms / 1000;
    if (strcmp(slack_json_str(claims, "/iss"), facts->issuer) != 0)
        return "iss is not the issuer that was asked";
    if (!is_audience(claims, facts->client_id)) return "aud is not the client id of the app";
    if (strlen(nonce) != strlen(facts->nonce) ||
        !slack__equal_ct(nonce, facts->nonce, strlen(nonce)))
        return "nonce is not that of the attempt";
    if (slack_json_int(claims, "/exp") <= now_s - CLOCKS_S) return "exp is in the past";
    if (slack_json_int(claims, "/iat") > now_s + CLOCKS_S) return "iat is in the future";
    return NULL;
}

const char *slack__id_token_read(slack_arena_t *arena, const char *token,
                                 const slack_id_token_facts_t *facts, slack_person_t *ret)
{
    const slack_json_t *claims = claims_of(arena, token);
    if (claims == NULL) return "id_token is not a JSON Web Token";
    const char *why = check(claims, facts);
    if (why) return why;
    const char *user = slack_json_str(claims, "/https:~1~1slack.com~1user_id");
    const slack_person_t person = {
        .user_id = *user ? user : slack_json_str(claims, "/sub"),
        .team_id = slack_json_str(claims, "/https:~1~1slack.com~1team_id"),
        .team_name = slack_json_str(claims, "/https:~1~1slack.com~1team_name"),
        .name = slack_json_str(claims, "/name"),
        .email = slack_json_str(claims, "/email"),
        .email_verified = slack_json_bool(claims, "/email_verified"),
        .picture = slack_json_str(claims, "/picture"),
        .locale = slack_json_str(claims, "/locale"),
    };
    if (*person.user_id == '\0' || *person.team_id == '\0')
        return "id_token has no user or no workspace";
    *ret = person;
    return NULL;
}
