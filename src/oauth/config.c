/* SPDX-License-Identifier: MIT */
#include "oauth/config.h"

#include <stdio.h>
#include <string.h>

#include "net/http_path.h"
#include "net/url.h"
#include "protocol/token_kind.h"
#include "util/error.h"

#define ID_MAX   64
#define PATH_MAX 1024

static bool is_set(const char *text)
{
    return text && *text;
}

static bool has_only(slack_slice_t text, const char *legal)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\0' || !strchr(legal, text.ptr[i])) return false;
    return text.len > 0;
}

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define UPPER   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* The client secret, which has neighbours on the page of its app. */
static int check_secret(const slack_options_t *o, char *error)
{
    const char *why = NULL;
    if (!is_set(o->client_secret))
        why = "SLACK_CLIENT_ID is set without SLACK_CLIENT_SECRET";
    else if (slack__token_kind(o->client_secret))
        why = "SLACK_CLIENT_SECRET holds a token";
    else if (o->signing_secret && strcmp(o->client_secret, o->signing_secret) == 0)
        why = "SLACK_CLIENT_SECRET holds the signing secret";
    if (why == NULL) return 0;
    slack__explain(error, "%s: set the client secret of the app's page \"Basic Information\"", why);
    return SLACK_ECONFIG;
}

/* Scopes are no orphans: a program may set them, and run as the app of one workspace all the same.
 */
static int check_credentials(const slack_options_t *o, char *error)
{
    const char *const orphans[][2] = {{"SLACK_CLIENT_SECRET", o->client_secret},
                                      {"SLACK_REDIRECT_URI", o->redirect_uri}};
    for (size_t i = 0; !is_set(o->client_id) && i < sizeof orphans / sizeof *orphans; i++) {
        if (!is_set(orphans[i][1])) continue;
        slack__explain(error,
                       "%s is set without SLACK_CLIENT_ID: set the client id of the app's page "
                       "\"Basic Information\", or remove %s",
                       orphans[i][0], orphans[i][0]);
        return SLACK_ECONFIG;
    }
    if (!is_set(o->client_id)) return 0;
    const slack_slice_t id = slack__slice(o->client_id);
    /* The app id is on the same page: "A", then capitals and digits. */
    const bool is_app_id = id.ptr[0] == 'A' && has_only(id, DIGITS UPPER);
    if (id.len > ID_MAX || is_app_id || !has_only(id, DIGITS LETTERS UPPER ".")) {
        slack__explain(error,
                       "SLACK_CLIENT_ID=%.40s: is not a client id, such as "
                       "1234567890.1234567890: copy it from the app's page \"Basic Information\"",
                       o->client_id);
        return SLACK_ECONFIG;
    }
    return check_secret(o, error);
}

/* https://docs.slack.dev/reference/scopes */
static int check_scopes(const char *name, const char *scopes, char *error)
{
    slack_slice_t rest = slack__slice(scopes), scope;
    while (is_set(scopes) && slack__slice_split(&rest, ',', &scope)) {
        if (has_only(slack__slice_strip(scope), DIGITS LETTERS UPPER ":._-")) continue;
        slack__explain(error,
                       "%s=%.60s: must be scopes separated by commas, such as "
                       "chat:write,app_mentions:read",
                       name, scopes);
        return SLACK_ECONFIG;
    }
    return 0;
}

static int need_scopes(const slack_options_t *o, char *error)
{
    int rc = check_scopes("SLACK_SCOPES", o->scopes, error);
    if (rc == 0) rc = check_scopes("SLACK_USER_SCOPES", o->user_scopes, error);
    if (rc != 0 || is_set(o->scopes) || is_set(o->user_scopes)) return rc;
    slack__explain(error, "SLACK_CLIENT_ID is set without SLACK_SCOPES: set the scopes of the bot, "
                          "such as chat:write,app_mentions:read, or SLACK_USER_SCOPES");
    return SLACK_ECONFIG;
}

/* A path that means the same to every server and proxy. */
static bool is_plain_path(const char *path)
{
    return *path == '/' && strlen(path) < PATH_MAX && !strstr(path, "//") && !strstr(path, "/.") &&
           slack__is_visible(slack__slice(path)) && !strpbrk(path, "?#%\\\"<>");
}

static int check_urls(const slack_options_t *o, char *error)
{
    slack_url_t url;
    if (is_set(o->redirect_uri) &&
        (slack__url_parse(&url, o->redirect_uri) != 0 || !slack__url_parts_allowed(&url) ||
         !is_plain_path(slack__oauth_redirect_path(o)))) {
        slack__explain(error,
                       "SLACK_REDIRECT_URI=%.100s: must be an https:// URL (http:// on loopback "
                       "only) without '?', '#' and '%%', such as "
                       "https://bot.example.com" SLACK_REDIRECT_PATH_DEFAULT,
                       o->redirect_uri);
        return SLACK_ECONFIG;
    }
    if (is_set(o->authorize_url) &&
        (!slack__url_allowed(o->authorize_url) || strpbrk(o->authorize_url, "?#"))) {
        slack__explain(error,
                       "SLACK_AUTHORIZE_URL=%.100s: must be an https:// URL (http:// on loopback "
                       "only) without '?' and '#', such as https://slack.com/oauth/v2/authorize",
                       o->authorize_url);
        return SLACK_ECONFIG;
    }
    if (is_plain_path(o->install_path) && strcmp(o->install_path, "/") != 0) return 0;
    slack__explain(error,
                   "SLACK_INSTALL_PATH=%.100s: must begin with a slash, and have no '?', '#', '%%' "
                   "and dots at the beginning of a part, such as /slack/install",
                   o->install_path);
    return SLACK_ECONFIG;
}

/* Each of the paths belongs to one page. */
static int check_paths(const slack_options_t *o, char *error)
{
    char start[PATH_MAX + sizeof "/start"], request[PATH_MAX];
    snprintf(start, sizeof start, "%s/start", o->install_path);
    snprintf(request, sizeof request, "%s", o->http_path);
    if (!slack__http_path_decode(request)) *request = '\0'; /* the HTTP transport refuses it */
    const struct {
        const char *variable, *path;
    } paths[] = {
        {"a page of every app", "/healthz"},
        {"a page of every app", "/readyz"},
        {"a page of every app", "/metrics"},
        {"SLACK_HTTP_PATH", request},
        {"SLACK_INSTALL_PATH", o->install_path},
        {"SLACK_INSTALL_PATH", start},
        {"SLACK_REDIRECT_URI", slack__oauth_redirect_path(o)},
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        for (size_t j = 0; j < i; j++) {
            if (strcmp(paths[i].path, paths[j].path) != 0) continue;
            slack__explain(error, "%s: the path %.100s belongs to %s: choose another path",
                           paths[i].variable, paths[i].path, paths[j].variable);
            return SLACK_ECONFIG;
        }
    return 0;
}

int slack__oauth_check(const slack_options_t *options, char *error)
{
    int rc = check_credentials(options, error);
    if (rc != 0 || !slack__oauth_configured(options)) return rc;
    rc = need_scopes(options, error);
    if (rc == 0) rc = check_urls(options, error);
    if (rc == 0) rc = check_paths(options, error);
    return rc;
}

const char *slack__oauth_redirect_path(const slack_options_t *options)
{
    slack_url_t url;
    if (!is_set(options->redirect_uri) || slack__url_parse(&url, options->redirect_uri) != 0)
        return SLACK_REDIRECT_PATH_DEFAULT;
    return url.target.len > 0 ? url.target.ptr : "/";
}
