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

/* Slack's pages lie beside its API: https://slack.com/oauth/v2/authorize for
 * https://slack.com/api/, and so for slack-gov.com and a simulator. */
static const char *page_of(slack_arena_t *arena, const slack_authorize_url_t *parts)
{
    static const char tail[] = "/api/";
    const size_t len = strlen(parts->api_url);
    if (parts->page && *parts->page) return parts->page;
    if (len < sizeof tail || strcmp(parts->api_url + len - (sizeof tail - 1), tail) != 0)
        return slack__arena_printf(arena, "https://slack.com/%s", flows[parts->flow].path);
    return slack__arena_printf(arena, "%.*s/%s", (int)(len - (sizeof tail - 1)), parts->api_url,
                               flows[parts->flow].path);
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
    const slack_json_t *query;
    int rc = slack__jsonf(
        arena, &query, NULL,
        "{client_id: %s, response_type: %s, scope: %s, user_scope: %s, state: %s,"
        " redirect_uri: %s, team: %s, code_challenge: %s, code_challenge_method: %s, nonce: %s}",
        parts->client_id, sign_in ? "code" : NULL, or_null(parts->scopes),
        or_null(parts->user_scopes), or_null(parts->state), or_null(parts->redirect_uri),
        or_null(parts->team), challenge, challenge ? "S256" : NULL, or_null(parts->nonce));
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
