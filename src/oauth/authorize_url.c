/* SPDX-License-Identifier: MIT */
#include "oauth/authorize_url.h"

#include <string.h>

#include "util/form.h"
#include "util/json.h"

#define QUERY_MAX ((size_t)16 << 10)

/* https://docs.slack.dev/authentication/sign-in-with-slack for the last one */
static const struct {
    const char *path, *method;
} flows[] = {
    [SLACK_OAUTH_INSTALL] = {"oauth/v2/authorize", "oauth.v2.access"},
    [SLACK_OAUTH_USER] = {"oauth/v2_user/authorize", "oauth.v2.user.access"},
    [SLACK_OAUTH_SIGN_IN] = {"openid/connect/authorize", "openid.connect.token"},
};

const char *slack__oauth_method(enum slack_oauth_flow flow)
{
    return flows[flow].method;
}

/* The part of a URL before its tail; "" if it has another one. */
static slack_slice_t before(const char *url, const char *tail)
{
    const size_t len = strlen(url), tail_len = strlen(tail);
    const bool has = len > tail_len && strcmp(url + len - tail_len, tail) == 0;
    return (slack_slice_t){url, has ? len - tail_len : 0};
}

/* Slack's pages lie beside its API: https://slack.com/oauth/v2/authorize for
 * https://slack.com/api/, and so for slack-gov.com and a simulator. */
static const char *page_of(slack_arena_t *arena, const slack_authorize_url_t *parts)
{
    const bool set = parts->page && *parts->page;
    slack_slice_t base =
        set ? before(parts->page, flows[SLACK_OAUTH_INSTALL].path) : before(parts->api_url, "api/");
    if (base.len == 0 && set) return parts->page;
    if (base.len == 0) base = SLACK_SLICE("https://slack.com/");
    return slack__arena_printf(arena, "%.*s%s", (int)base.len, base.ptr, flows[parts->flow].path);
}

/* A configured list may have blanks behind its commas. */
static const char *without_blanks(slack_arena_t *arena, const char *list)
{
    char *copy = slack__arena_strdup(arena, list ? list : ""), *to = copy;
    for (const char *from = copy; copy && *from; from++)
        if (*from != ' ') *to++ = *from;
    if (copy) *to = '\0';
    return copy;
}

/* The form leaves members out that are null. */
static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

const char *slack__authorize_url(slack_arena_t *arena, const slack_authorize_url_t *parts)
{
    const bool sign_in = parts->flow == SLACK_OAUTH_SIGN_IN;
    const char *challenge = or_null(parts->challenge), *page = page_of(arena, parts), *url = NULL;
    const char *scopes = sign_in ? parts->scopes : without_blanks(arena, parts->scopes);
    const char *user_scopes = without_blanks(arena, parts->user_scopes);
    const slack_json_t *query;
    if (!scopes || !user_scopes) return NULL;
    int rc = slack__jsonf(
        arena, &query, NULL,
        "{client_id: %s, response_type: %s, scope: %s, user_scope: %s, state: %s,"
        " redirect_uri: %s, team: %s, code_challenge: %s, code_challenge_method: %s, nonce: %s}",
        parts->client_id, sign_in ? "code" : NULL, or_null(scopes), or_null(user_scopes),
        or_null(parts->state), or_null(parts->redirect_uri), or_null(parts->team), challenge,
        challenge ? "S256" : NULL, or_null(parts->nonce));
    slack_buf_t text;
    slack__buf_init(&text, QUERY_MAX);
    if (rc == 0) rc = slack__form_write(&text, query);
    if (rc == 0 && page)
        url = slack__arena_printf(arena, "%s%c%s", page, strchr(page, '?') ? '&' : '?',
                                  slack__buf_ptr(&text));
    slack__buf_done(&text);
    return url;
}

bool slack__is_team_id(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const size_t len = strspn(text, allowed);
    return (*text == 'T' || *text == 'E') && len > 1 && len <= 32 && text[len] == '\0';
}
